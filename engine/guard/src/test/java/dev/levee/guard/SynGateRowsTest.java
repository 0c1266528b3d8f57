package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.SynGate.Claim;
import dev.levee.guard.SynGate.Verdict;
import dev.levee.wire.Handshake;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the gate remembers of a handshake, and for how long.
class SynGateRowsTest extends GateFixture {
    @Test
    void whenASynAckWasSentIsKnownToFourMicroseconds() {
        for (long sent = 5 * MILLI; sent < 7 * MILLI; sent += 7_919) {
            var syn = random.handshake();
            assertThat(gate.onSyn(sent, EPOCH, hash(syn), syn, listener)).isEqualTo(Verdict.CACHED);
            int ref = gate.find(hash(syn), syn, out);
            assertThat(gate.sentAgain(ref)).isFalse();
            assertThat(gate.sentNanos(ref, sent + 123_456_789, listener)).isBetween(sent - 3_907, sent + 3_907);
            assertThat(gate.sentNanos(ref, sent, listener)).isLessThanOrEqualTo(sent);
        }
    }

    @Test
    void aSynAckIsNotSentAgainTooEarly() {
        var syn = random.handshake();
        gate.onSyn(5 * MILLI + 1, EPOCH, hash(syn), syn, listener);
        assertThat(gate.nextDueNanos(5 * MILLI + 1)).isEqualTo(1_006 * MILLI);
    }

    @Test
    void aRepeatedSynMakesItUnknownWhichSynAckIsAnswered() {
        var syn = newcomer();
        syn(syn);
        assertThat(gate.sentAgain(gate.find(hash(syn), syn, out))).isTrue();
    }

    @Test
    void aHandshakeThatWaitsForRoomIsToldAtItsEnd() {
        var syn = newcomer();
        gate.hold(gate.find(hash(syn), syn, out));
        var silent = newcomer();
        flood(20_000);
        assertThat(gate.find(hash(syn), syn, out)).as("it may not be lost").isNotEqualTo(SynCache.NONE);
        int told = 0;
        while (gate.waits()) {
            long due = gate.nextDueNanos(now * MILLI);
            now = (int) (due / MILLI);
            for (var what = gate.pollDue(due, EPOCH, out);
                    what != SynGate.Due.NOTHING;
                    what = gate.pollDue(due, EPOCH, out)) {
                if (what == SynGate.Due.RESET) {
                    told++;
                    assertThat(out.ports()).isEqualTo(syn.ports()).isNotEqualTo(silent.ports());
                }
            }
        }
        assertThat(told).isEqualTo(1);
        assertThat(count(GuardCounters.HELD)).isEqualTo(1);
        assertThat(count(GuardCounters.HELD_EXPIRED)).isEqualTo(1);
    }

    @Test
    void aHandshakeThatItsCookieHasCompletedCanWaitInARow() {
        var syn = random.handshake();
        choose(Defence.COOKIES);
        syn(syn);
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
        assertThat(gate.hold(now * MILLI, EPOCH, hash(out), out, listener)).isTrue();
        assertThat(gate.find(hash(syn), syn, out)).isNotEqualTo(SynCache.NONE);
        assertThat(out.iss()).isEqualTo(syn.iss());
    }

    @Test
    void oneSynAckHasThreeChallenges() {
        var syn = newcomer();
        int ref = gate.find(hash(syn), syn, out);
        for (int i = 0; i < 3; i++) {
            assertThat(gate.mayChallenge(ref)).isTrue();
        }
        assertThat(gate.mayChallenge(ref)).isFalse();
        syn(syn);
        assertThat(gate.mayChallenge(ref)).isTrue();
    }

    @Test
    void aHandshakeThatARowHasCompletedIsNotRevivedByItsCookie() {
        var syn = newcomer();
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
        assertThat(count(GuardCounters.COMPLETED)).isEqualTo(1);
        flood(20_000);
        assertThat(third(syn)).isEqualTo(Claim.DOUBTFUL);
        assertThat(count(GuardCounters.COOKIES_REPLAYED)).isEqualTo(1);
    }

    @Test
    void aReopenedConnectionHasItsOwnNumbersAndARowThatStays() {
        var syn = random.handshake();
        syn.iss(4711);
        assertThat(gate.reopen(now * MILLI, EPOCH, hash(syn), syn, listener)).isTrue();
        flood(20_000);
        assertThat(gate.find(hash(syn), syn, out)).isNotEqualTo(SynCache.NONE);
        assertThat(out.iss()).isEqualTo(4711);
    }

    @Test
    void whoRepeatsHisSynWithoutTheBitsGetsNoCongestionMarks() {
        var syn = random.handshake();
        syn.options(1460, 7, true, true, true);
        syn(syn);
        syn.options(1460, 7, true, false, true);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        assertThat(syn.ecn()).isFalse();
        gate.find(hash(syn), syn, out);
        assertThat(out.ecn()).isFalse();
    }

    /// The attack: an old duplicate of a SYN comes, and then one of what completed its handshake.
    @Test
    void aDuplicateOfASynWhoseHandshakeWasCompletedIsDropped() {
        var syn = newcomer();
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
        assertThat(syn(syn)).isEqualTo(Verdict.DROPPED);
        assertThat(count(GuardCounters.DROPPED_DUPLICATE)).isEqualTo(1);
        assertThat(third(syn)).isEqualTo(Claim.STRANGE);
    }

    /// Whoever was answered under one defence is served under another.
    @Test
    void noClientNoticesThatTheDefenceChanges() {
        for (var before : Defence.values()) {
            for (var after : Defence.values()) {
                choose(before);
                var honest = new ArrayList<Handshake>();
                for (int i = 0; i < 50; i++) {
                    var syn = random.handshake();
                    if (syn(syn) != Verdict.DROPPED) {
                        honest.add(syn);
                    }
                    if (before.cookies()) {
                        flood(100);
                    }
                }
                listener.defence(after);
                assertThat(honest)
                        .as("%s, then %s", before, after)
                        .isNotEmpty()
                        .allMatch(syn -> third(syn) == Claim.GOOD);
            }
        }
    }

    @Test
    void aCookieThatWasNotToBeBelievedIsNotLaterEither() {
        choose(Defence.CACHE);
        var syn = newcomer();
        flood(20_000);
        assertThat(gate.find(hash(syn), syn, out)).as("thrown out").isEqualTo(SynCache.NONE);
        assertThat(third(syn)).isEqualTo(Claim.STRANGE);
    }

    /// The attack: SYNs that may not be forgotten, until there is no room for anybody's.
    @Test
    void rowsThatMayNotBeLostHaveLessTimeWhenThereAreManyOfThem() {
        listener.speaksFirst(true);
        flood(20_000);
        int full = gate.halfOpen();
        assertThat(count(GuardCounters.DROPPED_UNPINNABLE)).isPositive();
        for (int second = 0; second < 5; second++) {
            now += 1_000;
            while (gate.pollDue(now * MILLI, EPOCH, out) != SynGate.Due.NOTHING) {
                assertThat(out.ports()).isNotZero();
            }
        }
        assertThat(gate.halfOpen()).isLessThan(full / 2);
        assertThat(count(GuardCounters.REAPED)).isGreaterThan(full / 2);
        int taken = 0;
        for (int i = 0; i < 20; i++) {
            taken += syn(random.handshake()) == Verdict.CACHED ? 1 : 0;
        }
        // What is left is a quarter, in a quarter of the buckets.
        assertThat(taken).as("there is room again").isGreaterThan(5);
    }

    /// The attack: a connection is reopened by a SYN that comes again with fewer options, while many rows that may not
    /// be lost hurry each other. Its number is no cookie, so that nothing could take the row's place.
    @Test
    void aReopenedConnectionIsNotGivenUpEarlyWhenItsSynLeavesAnOptionOut() {
        var syn = random.handshake();
        syn.options(1460, 7, true, false, true);
        syn.iss(77);
        assertThat(gate.reopen(now * MILLI, EPOCH, hash(syn), syn, listener)).isTrue();
        syn.options(1460, 7, true, false, false);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        listener.speaksFirst(true);
        flood(20_000);
        retransmissionsUntil(10_000);
        assertThat(count(GuardCounters.REAPED)).isPositive();
        assertThat(gate.find(hash(syn), syn, out)).isNotEqualTo(SynCache.NONE);
        assertThat(out.iss()).isEqualTo(77);
    }

    @Test
    void whoseRowMayNotBeLostAndLeavesAnOptionOutGetsACookieThatTellsSo() {
        listener.speaksFirst(true);
        var syn = random.handshake();
        syn.options(1460, 7, true, false, true);
        syn(syn);
        syn.options(1460, 7, true, false, false);
        assertThat(syn(syn)).isEqualTo(Verdict.CACHED);
        flood(20_000);
        retransmissionsUntil(10_000);
        assertThat(gate.find(hash(syn), syn, out)).as("given up early").isEqualTo(SynCache.NONE);
        assertThat(third(syn)).isEqualTo(Claim.GOOD);
    }

    @Test
    void whatWasSavedWasNotSentAgain() {
        gate = gate(new GuardConfig(84L << 20, 1 << 19, 1 << 18, 1 << 19, 3_000, 1, 1, 1_024));
        var syns = new ArrayList<Handshake>();
        for (int i = 0; i < 10; i++) {
            var syn = random.handshake();
            syn.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6400L | i, 80 << 16 | 1_024);
            syn(syn);
            syns.add(syn);
        }
        assertThat(retransmissionsUntil(2_000)).hasSize(1);
        int sent = 0;
        for (var syn : syns) {
            int ref = gate.find(hash(syn), syn, out);
            sent += gate.retransmissions(ref);
            assertThat(gate.sentAgain(ref)).as("nobody knows when it was sent").isTrue();
        }
        assertThat(sent).isEqualTo(1);
        assertThat(count(GuardCounters.RETRANSMISSIONS_SAVED)).isEqualTo(9);
    }

    @Test
    void everyRetransmissionCounts() {
        var syn = newcomer();
        for (int i = 0; i < 5; i++) {
            assertThat(gate.retransmissions(gate.find(hash(syn), syn, out))).isEqualTo(i);
            assertThat(retransmissionsUntil(1_000 + (1_000 << i + 1) - 1_000)).hasSize(1);
        }
    }

    /// Only some defences may throw a row out, not even for one that is never lost itself.
    @ParameterizedTest
    @EnumSource(
            value = Defence.class,
            names = {"CACHE", "AUTO"},
            mode = EnumSource.Mode.EXCLUDE)
    void aPinnedRowThrowsNobodyOutWhereNobodyIsThrownOut(Defence defence) {
        choose(Defence.BACKLOG);
        flood(5_000);
        listener.defence(defence);
        int turnedAway = 0;
        for (int i = 0; i < 200; i++) {
            var syn = random.handshake();
            syn.iss(i);
            boolean reopened = gate.reopen(now * MILLI, EPOCH, hash(syn), syn, listener);
            turnedAway += reopened ? 0 : 1;
            assertThat(gate.canHold(hash(syn), listener)).isFalse();
        }
        assertThat(count(GuardCounters.EVICTED)).isZero();
        assertThat(turnedAway).isGreaterThan(150);
    }
}
