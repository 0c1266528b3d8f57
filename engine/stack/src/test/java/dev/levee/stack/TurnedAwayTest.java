package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.GuardMemory;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;

class TurnedAwayTest {
    private static final SipHash KEY = new SipHash(8, 9);

    private final TurnedAway turnedAway = new TurnedAway(GuardMemory.ofJvm());

    private int known(long nowNanos, int from, int count) {
        int known = 0;
        for (int i = from; i < from + count; i++) {
            known += turnedAway.before(nowNanos, KEY.place(i)) ? 1 : 0;
        }
        return known;
    }

    @Test
    void everybodyIsKnownForTwoSecondsAndNobodyAfterFour() {
        assertThat(known(7, 0, 1_000)).isZero();
        assertThat(known(7, 0, 1_000)).isEqualTo(1_000);
        assertThat(known(7 + TurnedAway.TURN_NANOS, 0, 500)).isEqualTo(500);
        assertThat(known(7 + 2 * TurnedAway.TURN_NANOS, 500, 500)).isZero();
        assertThat(known(7 + 2 * TurnedAway.TURN_NANOS, 500, 500)).isEqualTo(500);
        assertThat(known(7 + 100 * TurnedAway.TURN_NANOS, 500, 500)).isZero();
    }

    /// The promise of the docs: the share of strangers that it takes for known.
    @Test
    void amongMillionsFewStrangersAreTakenForKnown() {
        int known = 0;
        for (int i = 0; i < 6_000_000; i++) {
            turnedAway.before(1, KEY.place(i));
        }
        for (int i = 0; i < 10_000; i++) {
            known += turnedAway.before(1, KEY.place(-1 - i)) ? 1 : 0;
        }
        assertThat(known).isBetween(500, 900);
    }
}
