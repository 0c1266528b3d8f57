package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynCookiesTest {
    private static final long EPOCH = CookieKeys.epochAt(1_800_000_000L);
    private static final SipHash KEY = new SipHash(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L);
    private static final SipHash OTHER_KEY = new SipHash(1, 2);

    private final Acks acks = new Acks();
    private final Handshake out = new Handshake();
    private final SynCookies cookies = new SynCookies(new CookieKeys(KEY));

    private boolean checks(Handshake issued, long epoch) {
        return cookies.check(acks.third(issued), epoch, out);
    }

    @Test
    void whoeverWasSentACookieIsKnownByItsAcknowledgement() {
        var random = new Random(0xC00C);
        for (int i = 0; i < 20_000; i++) {
            var syn = random.handshake();
            cookies.issue(syn, EPOCH + i % 64);
            assertThat(checks(syn, EPOCH + i % 64)).as("handshake %d", i).isTrue();
            assertThat(out.irs()).isEqualTo(syn.irs());
            assertThat(out.iss()).isEqualTo(syn.iss());
            assertThat(out.ports()).isEqualTo(syn.ports());
            assertThat(out.remoteLow()).isEqualTo(syn.remoteLow());
            assertThat(out.timestamps()).isEqualTo(syn.timestamps());
            assertThat(out.tsVal()).isEqualTo(syn.timestamps() ? 77 : 0);
            assertThat(cookies.issuedEpoch()).isEqualTo(EPOCH + i % 64);
        }
    }

    @Test
    void optionsAreKeptWithTimestampsAndRoundedDownWithout() {
        var random = new Random(0x0905);
        for (int i = 0; i < 20_000; i++) {
            var syn = random.handshake();
            cookies.issue(syn, EPOCH);
            assertThat(checks(syn, EPOCH)).isTrue();
            assertThat(out.sackPermitted()).isEqualTo(syn.sackPermitted());
            boolean v4 = syn.localHigh() == 0;
            int mss = syn.mss() > 0 ? syn.mss() : v4 ? 536 : 1220;
            assertThat(out.mss()).isBetween(syn.timestamps() ? mss * 2 / 5 : 48, mss);
            if (syn.timestamps() && mss <= 1460) {
                assertThat(mss - out.mss()).isLessThanOrEqualTo(63);
            }
            if (syn.timestamps()) {
                assertThat(out.windowScale()).isEqualTo(syn.windowScale());
                assertThat(out.ecn()).isEqualTo(syn.ecn());
            } else {
                assertThat(out.windowScale() < 0).isEqualTo(syn.windowScale() < 0);
                assertThat(out.windowScale()).isLessThanOrEqualTo(syn.windowScale());
                assertThat(out.ecn()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {536, 1220, 1360, 1400, 1440, 1460})
    void commonSegmentSizesAreKeptInEitherLayout(int mss) {
        for (boolean timestamps : new boolean[] {false, true}) {
            var syn = new Random(1).handshake();
            syn.options(mss, 7, true, false, timestamps);
            cookies.issue(syn, EPOCH);
            assertThat(checks(syn, EPOCH)).isTrue();
            assertThat(out.mss()).isEqualTo(mss);
            assertThat(out.windowScale()).isEqualTo(7);
        }
    }

    @Test
    void everyShiftSurvivesWithTimestampsAndNoneGrowsWithout() {
        for (int scale = -1; scale <= 14; scale++) {
            var syn = new Random(scale).handshake();
            syn.options(1460, scale, false, false, true);
            cookies.issue(syn, EPOCH);
            assertThat(checks(syn, EPOCH)).isTrue();
            assertThat(out.windowScale()).isEqualTo(scale);
            syn.options(1460, scale, false, false, false);
            cookies.issue(syn, EPOCH);
            assertThat(checks(syn, EPOCH)).isTrue();
            assertThat(out.windowScale()).isLessThanOrEqualTo(scale).isGreaterThanOrEqualTo(Math.min(scale, 0));
        }
    }

    @Test
    void aSmallerSegmentThanAnyCodeHasCannotBeTold() {
        var syn = new Random(2).handshake();
        syn.options(47, 0, false, false, true);
        assertThat(SynCookies.canTell(syn)).isFalse();
        syn.options(48, 0, false, false, true);
        assertThat(SynCookies.canTell(syn)).isTrue();
        syn.options(0, 0, false, false, true);
        assertThat(SynCookies.canTell(syn)).isTrue();
    }

    @Test
    void withTimestampsACookieLivesForFourEpochsAndWithoutForTwo() {
        var syn = new Random(3).handshake();
        syn.options(1460, 7, true, true, true);
        cookies.issue(syn, EPOCH);
        assertThat(checks(syn, EPOCH + 3)).isTrue();
        assertThat(checks(syn, EPOCH + 4)).isFalse();
        assertThat(checks(syn, EPOCH + 64))
                .as("the epoch's six bits have come round")
                .isFalse();
        syn.options(1460, 7, true, true, false);
        cookies.issue(syn, EPOCH);
        assertThat(checks(syn, EPOCH + 1)).isTrue();
        assertThat(checks(syn, EPOCH + 2)).isFalse();
    }

    @Test
    void aCookieFromTheFutureIsNone() {
        var syn = new Random(4).handshake();
        for (boolean timestamps : new boolean[] {false, true}) {
            syn.options(1460, 7, true, true, timestamps);
            cookies.issue(syn, EPOCH + 1);
            assertThat(checks(syn, EPOCH)).isFalse();
        }
    }

    @Test
    void aProbeOfOneOctetMayComeFirst() {
        for (boolean timestamps : new boolean[] {false, true}) {
            var syn = new Random(5).handshake();
            syn.options(1460, 7, true, false, timestamps);
            cookies.issue(syn, EPOCH);
            int ack = syn.iss() + 1;
            assertThat(cookies.check(acks.ack(syn, syn.irs(), ack, 5, syn.tsOffered(), 1), EPOCH, out))
                    .isTrue();
            assertThat(out.irs()).isEqualTo(syn.irs());
            assertThat(cookies.check(acks.ack(syn, syn.irs(), ack, 5, syn.tsOffered(), 2), EPOCH, out))
                    .as("more than a probe")
                    .isFalse();
            assertThat(cookies.check(acks.ack(syn, syn.irs() + 1, ack, 5, syn.tsOffered(), 100), EPOCH, out))
                    .as("text that overtook the third segment")
                    .isTrue();
        }
    }

    @Test
    void nothingOfItCanBeChanged() {
        var random = new Random(6);
        for (int i = 0; i < 2_000; i++) {
            var syn = random.handshake();
            cookies.issue(syn, EPOCH);
            int seq = syn.irs() + 1;
            int ack = syn.iss() + 1;
            int bit = 1 << random.below(32);
            var changedAck = acks.ack(syn, seq, (syn.iss() ^ bit) + 1, 5, syn.tsOffered(), 0);
            assertThat(cookies.check(changedAck, EPOCH, out))
                    .as("ISS, round %d", i)
                    .isFalse();
            var changedSeq = acks.ack(syn, (syn.irs() ^ bit) + 1, ack, 5, syn.tsOffered(), 3);
            assertThat(cookies.check(changedSeq, EPOCH, out))
                    .as("IRS, round %d", i)
                    .isFalse();
            if (syn.timestamps()) {
                var changedEcho = acks.ack(syn, seq, ack, 5, syn.tsOffered() ^ bit, 0);
                assertThat(cookies.check(changedEcho, EPOCH, out))
                        .as("echo, round %d", i)
                        .isFalse();
            }
        }
    }

    @Test
    void itIsGoodForOneConnectionOnly() {
        var syn = new Random(7).handshake();
        for (boolean timestamps : new boolean[] {false, true}) {
            syn.options(1460, 7, true, false, timestamps);
            cookies.issue(syn, EPOCH);
            var other = new Handshake();
            other.set(syn);
            other.tuple(syn.localHigh(), syn.localLow(), syn.remoteHigh(), syn.remoteLow() ^ 1, syn.ports());
            assertThat(checks(other, EPOCH)).as("another sender").isFalse();
            other.tuple(syn.localHigh(), syn.localLow() ^ 1, syn.remoteHigh(), syn.remoteLow(), syn.ports());
            assertThat(checks(other, EPOCH)).as("another address of ours").isFalse();
            other.tuple(syn.localHigh(), syn.localLow(), syn.remoteHigh(), syn.remoteLow(), syn.ports() ^ 1 << 16);
            assertThat(checks(other, EPOCH)).as("another listener").isFalse();
            other.tuple(syn.localHigh(), syn.localLow(), syn.remoteHigh(), syn.remoteLow(), syn.ports() ^ 1);
            assertThat(checks(other, EPOCH)).as("another port of the sender").isFalse();
        }
    }

    @Test
    void aCookieOfOneLayoutIsNoneOfTheOther() {
        var syn = new Random(8).handshake();
        syn.options(1460, 7, true, false, true);
        cookies.issue(syn, EPOCH);
        syn.options(1460, 7, true, false, false);
        assertThat(checks(syn, EPOCH)).isFalse();
    }

    @Test
    void anotherKeyAcceptsNothing() {
        var syn = new Random(9).handshake();
        for (boolean timestamps : new boolean[] {false, true}) {
            syn.options(1460, 7, true, false, timestamps);
            new SynCookies(new CookieKeys(OTHER_KEY)).issue(syn, EPOCH);
            assertThat(checks(syn, EPOCH)).isFalse();
        }
    }

    @Test
    void hostsWithTheSameKeyAcceptEachOthers() {
        var syn = new Random(10).handshake();
        new SynCookies(new CookieKeys(KEY, EPOCH - 1, OTHER_KEY)).issue(syn, EPOCH);
        assertThat(checks(syn, EPOCH)).isTrue();
    }

    @Test
    void aRotationTurnsNobodyAwayAndEndsTheOldKeyWithItsLastCookie() {
        var rotated = new SynCookies(new CookieKeys(KEY));
        var random = new Random(11);
        for (boolean timestamps : new boolean[] {false, true}) {
            rotated.keys(new CookieKeys(KEY));
            var before = random.handshake();
            before.options(1460, 7, true, false, timestamps);
            rotated.issue(before, EPOCH);
            rotated.keys(rotated.keys().rotate(OTHER_KEY, EPOCH));
            var during = random.handshake();
            during.options(1460, 7, true, false, timestamps);
            rotated.issue(during, EPOCH);
            var after = random.handshake();
            after.options(1460, 7, true, false, timestamps);
            rotated.issue(after, EPOCH + 1);
            for (var each : new Handshake[] {before, during, after}) {
                assertThat(rotated.check(acks.third(each), EPOCH + 1, out)).isTrue();
            }
            assertThat(cookies.check(acks.third(after), EPOCH + 1, out))
                    .as("by the old key")
                    .isFalse();
            // A cookie that the old key issues for an epoch of the new one is none.
            cookies.issue(during, EPOCH + 1);
            assertThat(rotated.check(acks.third(during), EPOCH + 1, out)).isFalse();
        }
    }

    @Test
    void aKeyOfTheWrongLengthIsToldPlainly() {
        assertThatThrownBy(() -> CookieKeys.key(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a SYN cookie key has 16 octets, but there are 15");
    }

    /// With 16 bits a guess has a chance of 2^-16 for each of the two numbers that an empty segment's peer may have
    /// begun with: 2^21 guesses are to land 64 times, and 95 of 100 such counts lie within 48 to 80.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void guessesLandAsOftenAsTheBitsSay(boolean timestamps) {
        var weak = new SynCookies(new CookieKeys(KEY), 16, 16);
        var random = new Random(timestamps ? 12 : 13);
        var guess = random.handshake();
        guess.options(1460, 7, true, false, timestamps);
        int landed = 0;
        for (int i = 0; i < 1 << 21; i++) {
            int echo = (int) (EPOCH & 0x3f) << 26 | random.word() >>> 6;
            if (weak.check(acks.ack(guess, random.word(), random.word(), 1, echo, 0), EPOCH, out)) {
                landed++;
            }
        }
        assertThat(landed).isBetween(40, 92);
    }

    /// Whether bits of the numbers that neighbouring senders are given depend on each other: each bit, and each two,
    /// are to differ in half of the cases. Of 496 pairs the worst lies 4 standard deviations off, seldom 5.
    @Test
    void bitsOfNeighboursNumbersAreIndependent() {
        var syn = new Random(14).handshake();
        syn.options(1460, 7, true, false, false);
        int rounds = 1 << 14;
        var both = new int[32][32];
        for (int i = 0; i < rounds; i++) {
            syn.irs(i);
            cookies.issue(syn, EPOCH);
            int here = syn.iss();
            syn.irs(i + 1);
            cookies.issue(syn, EPOCH);
            int differ = here ^ syn.iss();
            for (int a = 0; a < 32; a++) {
                for (int b = 0; b <= a; b++) {
                    both[a][b] += (a == b ? differ >>> a : differ >>> a ^ differ >>> b) & 1;
                }
            }
        }
        double deviation = Math.sqrt(rounds) / 2;
        for (int a = 0; a < 32; a++) {
            for (int b = 0; b <= a; b++) {
                assertThat(Math.abs(both[a][b] - rounds / 2) / deviation)
                        .as("bits %d and %d", a, b)
                        .isLessThan(5.5);
            }
        }
    }
}
