package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.SynGate.Claim;
import dev.levee.guard.SynGate.Verdict;
import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who opens a connection in somebody else's name has to guess a cookie: how often guesses land, and what else may be
/// tried with cookies that were good once.
class ForgeryTest extends GateFixture {
    private static final SipHash KEY = new SipHash(3, 4);
    private static final int BILLION = 1_000_000_000;

    private final Random guesses = new Random(0xF0);

    private static Handshake victim(boolean timestamps) {
        var syn = new Random(1).handshake();
        syn.options(1460, 7, true, false, timestamps);
        return syn;
    }

    /// An echo whose epoch is one of those that are good, as somebody would choose it.
    private int echo() {
        return (int) (EPOCH & 0x3f) << 26 | guesses.word() >>> 6;
    }

    /// How many of so many guesses are taken. Each stands for one initial number.
    private int landed(SynCookies cookies, boolean timestamps, int tries) {
        var forged = new Guesses(victim(timestamps), 2);
        int landed = 0;
        for (int i = 0; i < tries; i++) {
            landed += cookies.check(forged.next(guesses.word(), guesses.word(), echo()), EPOCH, out) ? 1 : 0;
        }
        return landed;
    }

    /// Ten million guesses at a MAC cut down to so many bits are to land 10^7 / 2^bits times, with a standard deviation
    /// of the root of that: what lies further off than three of them happens once in 370 times by chance.
    @ParameterizedTest
    @CsvSource({"16, false", "16, true", "20, false", "20, true"})
    void guessesAtAShortMacLandAsOftenAsItsBitsSay(int bits, boolean timestamps) {
        int tries = 10_000_000;
        double expected = (double) tries / (1 << bits);
        double three = 3 * Math.sqrt(expected);
        assertThat((double) landed(new SynCookies(new CookieKeys(KEY), bits, bits), timestamps, tries))
                .isBetween(expected - three, expected + three);
    }

    /// 10^9 / 2^24 is 60; 95 of 100 such counts lie within 45 to 76.
    @Test
    @Tag("full")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aBillionGuessesAtTheShorterLayoutLandSixtyTimes() {
        assertThat(landed(new SynCookies(new CookieKeys(KEY)), false, BILLION)).isBetween(45, 76);
    }

    @Test
    @Tag("full")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aBillionGuessesAtTheLongerLayoutLandNowhere() {
        assertThat(landed(new SynCookies(new CookieKeys(KEY)), true, BILLION)).isZero();
    }

    /// A smaller count of the two above for every day: 46 bits, and 24 of which ten million guesses hit one in two.
    @Test
    void tenMillionGuessesHardlyLand() {
        var whole = new SynCookies(new CookieKeys(KEY));
        assertThat(landed(whole, true, 10_000_000)).isZero();
        assertThat(landed(whole, false, 10_000_000)).isLessThanOrEqualTo(4);
    }

    private void nothingLandsInPeace(boolean timestamps, int tries) {
        flood(100);
        var victim = victim(timestamps);
        var forged = new Guesses(victim, 2);
        long hash = hash(victim);
        long landed = 0;
        for (int i = 0; i < tries; i++) {
            var ack = forged.next(guesses.word(), guesses.word(), echo());
            landed += gate.onAck(EPOCH, hash, ack, out, listener) == Claim.STRANGE ? 0 : 1;
        }
        assertThat(landed).isZero();
        assertThat(count(GuardCounters.COOKIES_INVALID))
                .as("none was even compared")
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inPeaceNoGuessLands(boolean timestamps) {
        nothingLandsInPeace(timestamps, 1_000_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("full")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void inPeaceNoneOfABillionGuessesLands(boolean timestamps) {
        nothingLandsInPeace(timestamps, BILLION);
    }

    /// The same gate, the same guesses, and a table that loses rows all the time: where nothing else stands in the way,
    /// what was learnt from the SYN-ACK is believed.
    @Test
    void inPeaceNotEvenTheRightNumberIsBelievedAndInAFloodItIs() {
        for (boolean timestamps : new boolean[] {false, true}) {
            var spy = victim(timestamps);
            new SynCookies(new CookieKeys(KEY)).issue(spy, EPOCH);
            var ack = acks.third(spy);
            assertThat(gate.onAck(EPOCH, hash(spy), ack, out, listener)).isEqualTo(Claim.STRANGE);
            flood(20_000);
            assertThat(gate.onAck(EPOCH, hash(spy), ack, out, listener)).isEqualTo(Claim.GOOD);
            gate = gate(GuardConfig.DEFAULT.withBytesMax(BUCKETS * SynCache.BUCKET_BYTES));
        }
    }

    /// All 46 bits of the longer layout, 32 in one number and 14 in the other: each bit, and each two, differ between
    /// neighbours in half of the cases. Of 1,035 pairs the worst lies 4 standard deviations off, seldom 5.
    @Test
    void bitsOfTheLongerMacAreIndependent() {
        var cookies = new SynCookies(new CookieKeys(KEY));
        var syn = victim(true);
        int rounds = 1 << 14;
        var differ = new int[46][46];
        for (int i = 0; i < rounds; i++) {
            long bits = mac(cookies, syn, i) ^ mac(cookies, syn, i + 1);
            for (int a = 0; a < 46; a++) {
                for (int b = 0; b <= a; b++) {
                    differ[a][b] += (int) (a == b ? bits >>> a : bits >>> a ^ bits >>> b) & 1;
                }
            }
        }
        double deviation = Math.sqrt(rounds) / 2;
        for (int a = 0; a < 46; a++) {
            for (int b = 0; b <= a; b++) {
                assertThat(Math.abs(differ[a][b] - rounds / 2) / deviation)
                        .as("bits %d and %d", a, b)
                        .isLessThan(5.5);
            }
        }
    }

    private static long mac(SynCookies cookies, Handshake syn, int irs) {
        syn.irs(irs);
        cookies.issue(syn, EPOCH);
        return (syn.iss() & 0xffff_ffffL) << 14 | syn.tsOffered() & 0x3fff;
    }

    /// What a host has seen of its own cookies is no help at another listener, from another port, or with another key.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGoodCookieIsNoneElsewhere(boolean timestamps) {
        var own = victim(timestamps);
        syn(own);
        flood(20_000);
        var moved = new Handshake();
        for (int bit = 0; bit < 32; bit++) {
            moved.set(own);
            // The upper half is the listener's port, the lower one the sender's.
            moved.tuple(own.localHigh(), own.localLow(), own.remoteHigh(), own.remoteLow(), own.ports() ^ 1 << bit);
            assertThat(gate.onAck(EPOCH, hash(moved), acks.third(moved), out, listener))
                    .as("port bit %d", bit)
                    .isNotEqualTo(Claim.GOOD);
        }
        gate.keys(new CookieKeys(new SipHash(5, 6)));
        assertThat(gate.onAck(EPOCH, hash(own), acks.third(own), out, listener)).isEqualTo(Claim.DOUBTFUL);
        gate.keys(new CookieKeys(KEY));
        assertThat(gate.onAck(EPOCH, hash(own), acks.third(own), out, listener)).isEqualTo(Claim.GOOD);
        assertThat(gate.onAck(EPOCH, hash(own), acks.third(own), out, listener))
                .as("replayed")
                .isEqualTo(Claim.DOUBTFUL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExpiredCookieIsNone(boolean timestamps) {
        var syn = victim(timestamps);
        syn(syn);
        long late = EPOCH + (timestamps ? SynCookies.EPOCHS_WITH_TIMESTAMPS : SynCookies.EPOCHS_WITHOUT);
        for (int i = 0; i < 20_000; i++) {
            var other = random.handshake();
            gate.onSyn(now * MILLI, late, hash(other), other, listener);
        }
        assertThat(gate.onAck(late, hash(syn), acks.third(syn), out, listener)).isEqualTo(Claim.DOUBTFUL);
        assertThat(count(GuardCounters.COOKIES_INVALID)).isEqualTo(1);
        assertThat(gate.onAck(late - 1, hash(syn), acks.third(syn), out, listener))
                .as("an epoch earlier")
                .isEqualTo(Claim.GOOD);
    }

    /// Keys change every four epochs, which is as often as they may, in a flood that throws every row out; clients come
    /// all the time and complete their handshakes as late as they may.
    @Test
    void aRotationUnderLoadLosesNobody() {
        var keys = new CookieKeys(KEY);
        var waiting = new ArrayDeque<Late>();
        int served = 0;
        for (long epoch = EPOCH; epoch < EPOCH + 24; epoch++) {
            if (epoch % 4 == 0) {
                keys = keys.rotate(new SipHash(epoch, ~epoch), epoch);
                gate.keys(keys);
            }
            for (int i = 0; i < 50; i++) {
                var honest = random.handshake();
                assertThat(gate.onSyn(now * MILLI, epoch, hash(honest), honest, listener))
                        .isNotEqualTo(Verdict.DROPPED);
                int life = honest.timestamps() ? SynCookies.EPOCHS_WITH_TIMESTAMPS : SynCookies.EPOCHS_WITHOUT;
                waiting.add(new Late(honest, epoch + random.below(life)));
                flood(epoch, 100);
            }
            for (var late : dueIn(epoch, waiting)) {
                assertThat(gate.onAck(epoch, hash(late.syn), acks.third(late.syn), out, listener))
                        .as("of epoch %d in epoch %d", late.epoch, epoch)
                        .isEqualTo(Claim.GOOD);
                served++;
            }
        }
        assertThat(served).isGreaterThan(1_000);
    }

    private record Late(Handshake syn, long epoch) {}

    /// Who comes now and has no row any more.
    private List<Late> dueIn(long epoch, ArrayDeque<Late> waiting) {
        var due = new ArrayList<Late>();
        waiting.removeIf(late -> {
            if (late.epoch != epoch) {
                return false;
            }
            if (gate.find(hash(late.syn), late.syn, out) == SynCache.NONE) {
                due.add(late);
            }
            return true;
        });
        return due;
    }

    private void flood(long epoch, int syns) {
        for (int i = 0; i < syns; i++) {
            var syn = random.handshake();
            gate.onSyn(now * MILLI, epoch, hash(syn), syn, listener);
        }
    }
}
