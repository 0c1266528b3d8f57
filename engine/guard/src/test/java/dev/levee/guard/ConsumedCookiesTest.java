package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;

class ConsumedCookiesTest {
    private static final long EPOCH = 0x1_0000_00ffL;

    private static ConsumedCookies of(int cookiesMax) {
        return new ConsumedCookies(cookiesMax);
    }

    /// Tuples come as hashes.
    private static long tuple(long number) {
        return new SipHash(8, 9).hash(number);
    }

    @Test
    void aCookieIsTakenOnceWhileItIsGood() {
        var consumed = of(1_024);
        assertThat(consumed.add(tuple(1), 2, 3, EPOCH, EPOCH)).isTrue();
        for (long epoch = EPOCH; epoch < EPOCH + 4; epoch++) {
            assertThat(consumed.add(tuple(1), 2, 3, EPOCH, epoch))
                    .as("epoch %d", epoch)
                    .isFalse();
        }
        assertThat(consumed.add(tuple(1), 2, 3, EPOCH, EPOCH + 4))
                .as("too old to be checked at all")
                .isTrue();
    }

    @Test
    void everythingOfItCounts() {
        var consumed = of(1_024);
        assertThat(consumed.add(tuple(1), 2, 3, EPOCH, EPOCH)).isTrue();
        assertThat(consumed.add(tuple(4), 2, 3, EPOCH, EPOCH)).isTrue();
        assertThat(consumed.add(tuple(1), 4, 3, EPOCH, EPOCH)).isTrue();
        assertThat(consumed.add(tuple(1), 2, 4, EPOCH, EPOCH)).isTrue();
    }

    @Test
    void asManyAreRememberedAsWasSaidWithHardlyAnExceptionAndOlderOnesGiveWay() {
        var consumed = of(8_192);
        for (int i = 0; i < 100_000; i++) {
            assertThat(consumed.add(tuple(i), 2, 3, EPOCH - 4, EPOCH - 1)).isTrue();
        }
        // None of those is good any more: there is room.
        for (int i = 0; i < 4_096; i++) {
            assertThat(consumed.add(tuple(i), 7, 8, EPOCH, EPOCH)).isTrue();
        }
        int forgotten = 0;
        for (int i = 0; i < 4_096; i++) {
            forgotten += consumed.add(tuple(i), 7, 8, EPOCH, EPOCH) ? 1 : 0;
        }
        // Half full, a set of eight has more than eight for itself with a chance of one in fifty.
        assertThat(forgotten).isLessThan(4_096 / 40);
    }

    @Test
    void whereThereIsNoRoomTheOldestIsForgotten() {
        var consumed = of(8);
        for (int i = 0; i < 8; i++) {
            assertThat(consumed.add(tuple(i), 0, 0, EPOCH - 3 + i / 4, EPOCH)).isTrue();
        }
        assertThat(consumed.add(tuple(8), 0, 0, EPOCH, EPOCH)).isTrue();
        for (int i = 4; i < 9; i++) {
            assertThat(consumed.add(tuple(i), 0, 0, EPOCH, EPOCH))
                    .as("cookie %d", i)
                    .isFalse();
        }
    }

    @Test
    void whatWasTakenCanBeAskedFor() {
        var consumed = of(1_024);
        assertThat(consumed.has(tuple(1), 2, 3, EPOCH)).isFalse();
        consumed.add(tuple(1), 2, 3, EPOCH, EPOCH);
        assertThat(consumed.has(tuple(1), 2, 3, EPOCH + 3)).isTrue();
        assertThat(consumed.has(tuple(1), 2, 3, EPOCH + 4)).isFalse();
        assertThat(consumed.has(tuple(1), 2, 4, EPOCH)).isFalse();
        assertThat(consumed.has(tuple(1), 3, 3, EPOCH)).isFalse();
        assertThat(consumed.has(tuple(2), 2, 3, EPOCH)).isFalse();
    }
}
