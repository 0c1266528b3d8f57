package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.SynGate.Claim;
import dev.levee.guard.SynGate.Verdict;
import dev.levee.wire.Handshake;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SynGateTest extends GateFixture {
    @Test
    void inPeaceHandshakesHaveRowsAndAreCompletedByThem() {
        for (int i = 0; i < 100; i++) {
            var syn = random.handshake();
            assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
            assertThat(third(syn)).isEqualTo(Claim.GOOD);
        }
        assertThat(count(GuardCounters.COMPLETED)).isEqualTo(100);
        assertThat(gate.halfOpen()).isZero();
        assertThat(listener.rows()).isZero();
    }

    @Test
    void inPeaceNoCookieIsBelievedHoweverGood() {
        var syn = newcomer();
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
        assertThat(third(syn)).as("its row is gone, its cookie still good").isEqualTo(Claim.STRANGE);
        assertThat(count(GuardCounters.COOKIES_VALID)).isZero();
    }

    /// The attack: a late duplicate of a first segment comes when the connection is over.
    @Test
    void aCookieCompletesOneHandshakeOnly() {
        var syn = newcomer();
        flood(20_000);
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
        assertThat(third(syn)).isEqualTo(Claim.DOUBTFUL);
        assertThat(count(GuardCounters.COOKIES_VALID)).isEqualTo(1);
        assertThat(count(GuardCounters.COOKIES_REPLAYED)).isEqualTo(1);
    }

    @Test
    void losingARowLosesNobody() {
        var honest = new ArrayList<Handshake>();
        for (int i = 0; i < 1_000; i++) {
            honest.add(newcomer());
            flood(20);
        }
        assertThat(honest).allMatch(syn -> third(syn) == Claim.GOOD);
        assertThat(count(GuardCounters.COOKIES_VALID)).isGreaterThan(900);
        assertThat(count(GuardCounters.COOKIES_VALID) + count(GuardCounters.COMPLETED))
                .isEqualTo(1_000);
    }

    @Test
    void everySynIsAccountedFor() {
        for (int i = 0; i < 500; i++) {
            var honest = newcomer();
            flood(20);
            if (i % 3 == 0) {
                third(honest);
            } else if (i % 3 == 1) {
                int ref = gate.find(hash(honest), honest, out);
                if (ref != SynCache.NONE) {
                    gate.reset(ref);
                }
            } else {
                syn(honest);
            }
            now += 40;
            while (gate.pollDue(now * MILLI, EPOCH, out) != SynGate.Due.NOTHING) {
                assertThat(out.ports()).isNotZero();
            }
        }
        assertThat(count(GuardCounters.CACHED) + count(GuardCounters.COOKIES_SENT) + count(GuardCounters.REPEATED))
                .isEqualTo(count(GuardCounters.SYNS));
        assertThat(count(GuardCounters.COMPLETED)
                        + count(GuardCounters.EVICTED)
                        + count(GuardCounters.EXPIRED)
                        + count(GuardCounters.REAPED)
                        + count(GuardCounters.RESET)
                        + gate.halfOpen())
                .isEqualTo(count(GuardCounters.CACHED));
        assertThat(listener.rows()).isEqualTo(gate.halfOpen());
        assertThat(count(GuardCounters.EVICTED)).isPositive();
        assertThat(count(GuardCounters.REAPED)).isPositive();
        assertThat(count(GuardCounters.RESET)).isPositive();
    }

    @Test
    void aRepeatedSynGetsTheSameNumberAndANewEcho() {
        var syn = random.handshake();
        syn.options(1460, 7, true, false, true);
        syn.tsVal(10);
        syn(syn);
        int iss = syn.iss();
        int offered = syn.tsOffered();
        syn.tsVal(11);
        syn.iss(0);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        assertThat(syn.iss()).isEqualTo(iss);
        assertThat(syn.tsOffered()).isEqualTo(offered);
        assertThat(syn.tsVal()).isEqualTo(11);
        gate.find(hash(syn), syn, out);
        assertThat(out.tsVal()).isEqualTo(11);
        assertThat(gate.halfOpen()).isEqualTo(1);
    }

    /// The attack: a forged SYN with an honest client's tuple comes after his own.
    @Test
    void whoseRowAForgedSynReplacedStillConnects() {
        var honest = newcomer();
        var forged = new Handshake();
        forged.set(honest);
        forged.irs(honest.irs() + 1_000_000);
        assertThat(syn(forged)).isEqualTo(Verdict.CACHED);
        assertThat(count(GuardCounters.REPLACED)).isEqualTo(1);
        var ack = acks.third(honest);
        assertThat(gate.find(hash(honest), honest, out)).isNotEqualTo(SynCache.NONE);
        assertThat(out.iss()).isNotEqualTo(honest.iss());
        assertThat(gate.onAck(EPOCH, hash(honest), ack, out, listener)).isEqualTo(Claim.GOOD);
    }

    @Test
    void synAcksAreSentAgainAfterOneThreeSevenFifteenAndThirtyOneSeconds() {
        newcomer();
        assertThat(retransmissionsUntil(200_000)).containsExactly(2_000, 4_000, 8_000, 16_000, 32_000);
        assertThat(gate.halfOpen()).isZero();
        assertThat(now).as("one minute and three seconds").isEqualTo(64_000);
        assertThat(count(GuardCounters.EXPIRED)).isEqualTo(1);
    }

    @Test
    void onePrefixCannotHaveManySynAcksRepeated() {
        gate = gate(new GuardConfig(84L << 20, 1 << 19, 1 << 18, 1 << 19, 3_000, 10, 20, 1_024));
        var syn = random.handshake();
        for (int i = 0; i < 5_000; i++) {
            syn.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6400L | i & 0xff, 80 << 16 | 1_024 + i);
            syn(syn);
        }
        // All are due at the same time: the burst.
        assertThat(retransmissionsUntil(2_000)).hasSize(20);
        assertThat(count(GuardCounters.RETRANSMISSIONS_SAVED)).isEqualTo(4_980);
        // Another prefix has a budget of its own.
        now = 3_000;
        newcomer();
        assertThat(retransmissionsUntil(4_000)).hasSizeBetween(21, 41);
    }

    @Test
    void underPressureNothingIsRepeatedAndRowsHaveThreeSeconds() {
        flood(BUCKETS * 10 * 2 / 5);
        assertThat(gate.pressed()).isTrue();
        assertThat(retransmissionsUntil(3_999)).isEmpty();
        assertThat(gate.halfOpen()).isEqualTo(256);
        retransmissionsUntil(4_000);
        assertThat(count(GuardCounters.REAPED)).as("down to the low watermark").isEqualTo(128);
        assertThat(gate.pressed()).isFalse();
        assertThat(gate.halfOpen()).isEqualTo(128);
    }

    @Test
    void whoWasReapedUnderPressureStillConnects() {
        var slow = newcomer();
        flood(400);
        retransmissionsUntil(4_000);
        assertThat(gate.find(hash(slow), slow, out)).isEqualTo(SynCache.NONE);
        assertThat(third(slow)).isEqualTo(Claim.GOOD);
    }

    /// Pulses shorter than the handshakes' time raise one alarm each, not one for each SYN around the watermark.
    @Test
    void theAlarmDoesNotFlap() {
        flood(255);
        for (int i = 0; i < 1_000; i++) {
            third(newcomer());
        }
        assertThat(count(GuardCounters.ALARMS)).isEqualTo(1);
    }

    @Test
    void aPrefixWithTooManyIsHurriedWhileOthersHaveTheirTime() {
        gate = gate(new GuardConfig(84L << 20, 1 << 19, 1 << 18, 100, 3_000, 50, 200, 1_024));
        var syn = random.handshake();
        for (int i = 0; i < 150; i++) {
            syn.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6400L | i & 0xff, 80 << 16 | 1_024 + i);
            syn(syn);
        }
        var other = newcomer();
        retransmissionsUntil(4_000);
        assertThat(count(GuardCounters.REAPED)).as("until they are few enough").isEqualTo(51);
        assertThat(gate.find(hash(other), other, out)).isNotEqualTo(SynCache.NONE);
    }

    /// A listener with a few rows of a large table is watched for itself: the table's watermark is far away.
    @Test
    void aListenerWhoseRowsMayNotGrowHasWatermarksOfItsOwn() {
        gate = gate(GuardConfig.DEFAULT);
        choose(Defence.MONITOR);
        listener.halfOpenMax(100);
        flood(49);
        assertThat(count(GuardCounters.ALARMS)).isZero();
        flood(51);
        assertThat(count(GuardCounters.ALARMS)).isEqualTo(1);
        assertThat(retransmissionsUntil(3_999)).isEmpty();
        assertThat(retransmissionsUntil(4_000)).as("in peace again").hasSize(25);
        assertThat(count(GuardCounters.REAPED)).as("down to a quarter").isEqualTo(75);
    }

    @Test
    void aServiceThatSpeaksFirstKeepsItsRowsOrTakesNoMore() {
        listener.speaksFirst(true);
        var honest = new ArrayList<Handshake>();
        for (int i = 0; i < 1_000; i++) {
            var syn = random.handshake();
            if (syn(syn) == Verdict.CACHED) {
                honest.add(syn);
            } else {
                assertThat(gate.find(hash(syn), syn, out)).isEqualTo(SynCache.NONE);
            }
        }
        assertThat(honest.size()).isBetween(BUCKETS * 2, BUCKETS * 3);
        assertThat(count(GuardCounters.DROPPED_UNPINNABLE)).isEqualTo(1_000 - honest.size());
        assertThat(count(GuardCounters.PINNED)).isEqualTo(honest.size());
        listener.speaksFirst(false);
        flood(20_000);
        assertThat(honest).allMatch(syn -> gate.find(hash(syn), syn, out) != SynCache.NONE);
        assertThat(listener.rows()).isEqualTo(gate.halfOpen());
    }

    @Test
    void whoCannotBePinnedThrowsNobodyOut() {
        flood(20_000);
        listener.speaksFirst(true);
        int dropped = 0;
        for (int i = 0; i < 2_000; i++) {
            long evicted = count(GuardCounters.EVICTED);
            if (syn(random.handshake()) == Verdict.DROPPED) {
                dropped++;
                assertThat(count(GuardCounters.EVICTED)).isEqualTo(evicted);
            }
        }
        assertThat(dropped).isGreaterThan(1_000);
    }

    @Test
    void prefixesThatCompletedHandshakesAreProtected() {
        var first = random.handshake();
        first.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6401L, 80 << 16 | 5_000);
        syn(first);
        third(first);
        var neighbour = random.handshake();
        neighbour.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6402L, 80 << 16 | 5_000);
        syn(neighbour);
        flood(20_000);
        assertThat(gate.find(hash(neighbour), neighbour, out)).isNotEqualTo(SynCache.NONE);
    }

    @Test
    void backlogDropsWhenItIsFullAndNeverThrowsOut() {
        choose(Defence.BACKLOG);
        var honest = newcomer();
        flood(20_000);
        assertThat(count(GuardCounters.DROPPED_FULL)).isGreaterThan(19_000);
        assertThat(count(GuardCounters.EVICTED)).isZero();
        assertThat(third(honest)).isEqualTo(Claim.GOOD);
        var late = random.handshake();
        assertThat(syn(late)).isEqualTo(Verdict.DROPPED);
        assertThat(third(late)).isEqualTo(Claim.STRANGE);
    }

    @ParameterizedTest
    @EnumSource(names = {"DELAYED", "MONITOR"})
    void aTableOfFixedSizeTakesNoMoreThanTheListenerSays(Defence defence) {
        choose(defence);
        listener.halfOpenMax(100);
        flood(1_000);
        assertThat(gate.halfOpen()).isEqualTo(100);
        assertThat(count(GuardCounters.DROPPED_FULL)).isEqualTo(900);
    }

    @Test
    void cacheThrowsOutAndBelievesNoCookie() {
        choose(Defence.CACHE);
        var honest = newcomer();
        flood(20_000);
        assertThat(count(GuardCounters.EVICTED)).isPositive();
        assertThat(third(honest)).isEqualTo(Claim.STRANGE);
    }

    @Test
    void cookiesRememberNothing() {
        choose(Defence.COOKIES);
        for (int i = 0; i < 1_000; i++) {
            var syn = random.handshake();
            assertThat(syn(syn)).isEqualTo(Verdict.COOKIE);
            assertThat(third(syn)).isEqualTo(Claim.GOOD);
            assertThat(third(syn)).isEqualTo(Claim.DOUBTFUL);
        }
        assertThat(gate.halfOpen()).isZero();
        assertThat(gate.bytes()).isZero();
    }

    @Test
    void aSynThatNoCookieCanTellNeedsARow() {
        choose(Defence.COOKIES);
        var syn = random.handshake();
        syn.options(40, 0, false, false, false);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        gate.find(hash(syn), syn, out);
        assertThat(out.mss()).isEqualTo(40);
    }

    /// The clients of one mode do not notice that another was chosen between their first and their third segment.
    @Test
    void changingTheDefenceLosesNobody() {
        for (var before : Defence.values()) {
            choose(before);
            gate = gate(GuardConfig.DEFAULT.withBytesMax(BUCKETS * SynCache.BUCKET_BYTES));
            var syn = newcomer();
            listener.defence(Defence.AUTO);
            assertThat(third(syn)).as(before.label()).isEqualTo(Claim.GOOD);
        }
    }

    @Test
    void whoWasAnsweredWithoutARowIsBelievedInEveryDefence() {
        for (var after : Defence.values()) {
            choose(Defence.COOKIES);
            gate = gate(GuardConfig.DEFAULT.withBytesMax(BUCKETS * SynCache.BUCKET_BYTES));
            var syn = newcomer();
            listener.defence(after);
            assertThat(third(syn)).as(after.label()).isEqualTo(Claim.GOOD);
        }
    }

    @Test
    void aRepeatedSynThatLeavesAnOptionOutIsAnsweredWithoutIt() {
        var syn = random.handshake();
        syn.options(1460, 7, true, false, true);
        syn(syn);
        syn.options(1460, 7, true, false, false);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        assertThat(syn.timestamps()).isFalse();
        assertThat(count(GuardCounters.REPLACED)).isEqualTo(1);
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
    }

    @Test
    void aReopenedConnectionKeepsItsNumberWhenItsSynLeavesAnOptionOut() {
        var syn = random.handshake();
        syn.options(1460, 7, true, false, true);
        syn.iss(77);
        assertThat(gate.reopen(now * MILLI, EPOCH, hash(syn), syn, listener)).isTrue();
        syn.options(1460, -1, true, false, true);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        assertThat(syn.iss()).isEqualTo(77);
        flood(20_000);
        assertThat(gate.find(hash(syn), syn, out)).isNotEqualTo(SynCache.NONE);
    }

    @Test
    void aClosedListenersRowsGoWhenTheyAreDue() {
        flood(10);
        closed = true;
        retransmissionsUntil(2_000);
        assertThat(gate.halfOpen()).isZero();
    }

    @Test
    void guessesLandNowhereInPeace() {
        flood(100);
        var guess = random.handshake();
        guess.options(1460, 7, true, false, false);
        for (int i = 0; i < 100_000; i++) {
            random.tuple(guess);
            var ack = acks.ack(guess, random.word(), random.word(), 1, 0, 0);
            assertThat(gate.onAck(EPOCH, hash(guess), ack, out, listener)).isEqualTo(Claim.STRANGE);
        }
        assertThat(count(GuardCounters.COOKIES_INVALID))
                .as("not even looked at")
                .isZero();
    }

    @Test
    void badSettingsAreToldInOneSentence() {
        assertThatThrownBy(() -> new GuardConfig(671, 10, 5, 1, 1_000, 1, 1, 1))
                .hasMessage("bytesMax must lie in 672..1099511627776, but is 671");
        assertThatThrownBy(() -> new GuardConfig(672, 10, 10, 1, 1_000, 1, 1, 1))
                .hasMessage("lowRows must lie below highRows, which is 10, so that the alarm ends before it begins"
                        + " again, but is 10");
        assertThatThrownBy(() -> Defence.of("wall"))
                .hasMessage(
                        "there is no defence 'wall'; choose one of backlog, monitor, delayed, cache, cookies, auto");
        assertThat(Defence.of("cookies")).isEqualTo(Defence.COOKIES);
    }
}
