package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Seq;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Loss recovery with a peer that acknowledges selectively.
class SackRecoveryTest {
    private static final long RTT = 40 * Wire.MILLI;

    private static TcpConfigBuilder plain() {
        return Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).hyStart(false);
    }

    /// Established over a path of 40 ms, with ten segments of 1000 octets on their way.
    private static Wire flight(TcpConfig config) {
        var wire = Wire.active(config);
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted());
        wire.drain();
        wire.write(Wire.text(30_000));
        assertThat(wire.drain()).hasSize(10);
        return wire;
    }

    private static Wire flight() {
        return flight(plain().build());
    }

    private static Consumer<dev.levee.wire.SegmentWriter> sack(int... edges) {
        return w -> {
            for (int i = 0; i < edges.length; i += 2) {
                w.sack(Wire.ISS + edges[i], Wire.ISS + edges[i + 1]);
            }
        };
    }

    @Test
    @Rfc({"2018:5", "8985:6.2"})
    void threeSegmentsBeyondAHoleBringWhatIsMissingAndNothingElse() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 2001));
        assertThat(wire.drain()).as("new text takes the place of what arrived").allMatch(s -> Seq.gt(s.seq(), 10_000));
        wire.receive("A", 1, 1, sack(1001, 3001)).drain();
        wire.receive("A", 1, 1, sack(1001, 4001));
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
        assertThat(wire.connection.inRecovery()).isTrue();
        assertThat(wire.count(TcpCounters.FAST_RETRANSMITS)).isEqualTo(1);
        assertThat(wire.count(TcpCounters.RETRANSMITS)).isEqualTo(1);
    }

    @Test
    @Rfc("8985:6.2")
    void severalHolesAreFilledAtOnce() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(9001, 10_001, 5001, 8001, 2001, 4001));
        var sent = wire.drain();
        assertThat(sent.stream().filter(s -> Seq.lt(s.seq(), 10_001)).map(Wire.Sent::seq))
                .containsExactly(1, 1001, 4001, 8001);
        assertThat(wire.count(TcpCounters.TIMEOUT_RETRANSMITS)).isZero();
    }

    @Test
    @Rfc("8985:6.2")
    void oneSegmentBeyondAHoleIsWaitedForAQuarterOfARoundTrip() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 2001));
        wire.drain();
        long heard = wire.now;
        wire.toDeadline();
        assertThat(wire.now - heard).isEqualTo(RTT / 4);
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
    }

    /// RFC 8985 §6.2, step 2: the round-trip time is that of the segment delivered last, although one sent later had
    /// been delivered before: what else was overtaken gets as much time.
    @Test
    @Rfc("8985:6.2")
    void segmentThatWasOvertakenGivesTheOthersMoreTime() {
        var wire = Wire.active(plain().build());
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted()).drain();
        long start = wire.now;
        wire.write(Wire.text(1000)).drain();
        wire.at(2 * Wire.MILLI).write(Wire.text(1000)).drain();
        wire.at(2 * Wire.MILLI).write(Wire.text(1000)).drain();
        wire.at(RTT).receive("A", 1, 1, sack(2001, 3001)).drain();
        wire.at(4 * Wire.MILLI).receive("A", 1, 1, sack(1001, 3001)).drain();
        wire.toDeadline();
        assertThat(wire.now - start).isEqualTo(46 * Wire.MILLI + RTT / 4);
        assertThat(wire.drain().getFirst()).matches(s -> s.is("PA", 1, 1000, 1));
    }

    /// Of several that one ACK is about, it is the last that was sent.
    @Test
    @Rfc("8985:6.2")
    void ofSeveralSegmentsDeliveredTogetherTheLastSentTellsTheTime() {
        var wire = Wire.active(plain().build());
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted()).drain();
        long start = wire.now;
        wire.write(Wire.text(1000)).drain();
        wire.at(2 * Wire.MILLI).write(Wire.text(1000)).drain();
        wire.at(2 * Wire.MILLI).write(Wire.text(1000)).drain();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 3001)).drain();
        wire.toDeadline();
        assertThat(wire.now - start).isEqualTo(RTT + RTT / 4);
    }

    @Test
    void reorderingWithinThatTimeBringsNoRetransmission() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 2001)).drain();
        wire.at(RTT / 8).receive("A", 1, 2001).drain();
        assertThat(wire.count(TcpCounters.RETRANSMITS)).isZero();
        assertThat(wire.connection.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    /// A retransmission that is on its way is waited for: the timer that ran when its segment was found missing
    /// would be over before.
    @Test
    @Rfc("6298:5")
    void timerBeginsAnewWhenTheOldestSegmentIsSentAgain() {
        var wire = flight(plain().tailLossProbe(false).build());
        wire.at(150 * Wire.MILLI).receive("A", 1, 1, sack(1001, 4001));
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
        long again = wire.now;
        wire.toDeadline();
        assertThat(wire.now - again).isEqualTo(200 * Wire.MILLI);
        wire.drain();
        assertThat(wire.count(TcpCounters.TIMEOUT_RETRANSMITS)).isEqualTo(1);
    }

    @Test
    @Rfc("9937:6")
    void windowIsLedDownByWhatIsDelivered() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 4001)).drain();
        assertThat(wire.connection.ssthresh()).isEqualTo(5000);
        int sent = 0;
        for (int right = 5001; right <= 10_001; right += 1000) {
            wire.receive("A", 1, 1, sack(1001, right));
            sent += wire.drain().size();
        }
        assertThat(sent).as("one for every two that arrived").isBetween(2, 4);
        wire.receive("A", 1, 10_001).drain();
        assertThat(wire.connection.cwnd()).isLessThanOrEqualTo(5000 + 1000);
    }

    @Test
    @Rfc("8985:6.2")
    void lostRetransmissionIsSeenWhenSomethingSentLaterArrives() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 10_001));
        var again = wire.drain();
        assertThat(again.getFirst()).matches(s -> s.is("A", 1, 1000, 1));
        assertThat(again).hasSizeGreaterThan(1);
        var last = again.getLast();
        assertThat(last.seq()).isGreaterThan(10_000);
        wire.at(RTT + Wire.MILLI).receive("A", 1, 1, sack(1001, last.seq() + last.length()));
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
        assertThat(wire.count(TcpCounters.TIMEOUT_RETRANSMITS)).isZero();
    }

    @Test
    @Rfc("8985:7.3")
    void lostTailIsProbedForAfterTwoRoundTrips() {
        var wire = flight(plain().initialWindowSegments(10).build());
        wire.at(RTT).receive("A", 1, 10_001);
        int count = wire.drain().size();
        assertThat(count).isEqualTo(20);
        long sent = wire.now;
        wire.toDeadline();
        assertThat(wire.now - sent).isLessThan(wire.connection.rtoNanos());
        assertThat(wire.one()).matches(s -> s.seq() == 29_001 && s.length() == 1000);
        assertThat(wire.count(TcpCounters.TAIL_PROBES)).isEqualTo(1);
        assertThat(wire.connection.timeouts()).isZero();
        wire.toDeadline().drain();
        assertThat(wire.count(TcpCounters.TAIL_PROBES)).as("one is enough").isEqualTo(1);
        assertThat(wire.connection.timeouts()).isEqualTo(1);
    }

    @Test
    @Rfc("8985:7.4")
    void tailThatTheProbeRepairedCountsAsCongestion() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 10_001).drain();
        wire.toDeadline().drain();
        int before = wire.connection.cwnd();
        wire.write(Wire.text(1000));
        wire.at(RTT).receive("A", 1, 30_001).drain();
        wire.at(RTT).receive("A", 1, 31_001).drain();
        assertThat(wire.connection.cwnd()).isLessThan(before);
    }

    @Test
    @Rfc("2883:4")
    void retransmissionsThatAllArrivedTwiceGiveTheWindowBack() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 4001)).drain();
        assertThat(wire.connection.ssthresh()).isEqualTo(5000);
        wire.receive("A", 1, 4001).drain();
        wire.receive("A", 1, 4001, sack(1, 1001)).drain();
        assertThat(wire.count(TcpCounters.RECOVERIES_UNDONE)).isEqualTo(1);
        assertThat(wire.connection.ssthresh()).isEqualTo(Integer.MAX_VALUE);
        assertThat(wire.connection.cwnd()).isGreaterThanOrEqualTo(10_000);
        assertThat(wire.connection.inRecovery()).isFalse();
    }

    @Test
    @Rfc("2018:8")
    void peerThatForgotWhatItHadGetsItAgain() {
        var wire = flight();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 10_001)).drain();
        wire.at(RTT).receive("A", 1, 1001);
        wire.drain();
        var again = wire.toDeadline().drain();
        while (again.stream().noneMatch(s -> s.seq() == 1001)) {
            again = wire.toDeadline().drain();
        }
        assertThat(wire.connection.timeouts()).isPositive();
        wire.receive("A", 1, 2001);
        assertThat(wire.drain()).anyMatch(s -> s.seq() == 2001);
    }

    @Test
    void blocksOutsideOfWhatIsInFlightSayNothing() {
        var wire = flight();
        wire.at(RTT)
                .receive("A", 1, 1, sack(20_001, 21_001))
                .receive("A", 1, 1, sack(4001, 3001))
                .nothing();
        wire.receive("A", 1, 1, sack(-5000, 10_001)).nothing();
        assertThat(wire.connection.inRecovery()).isFalse();
    }

    @Test
    void finThatThePeerDoesNotReportIsSentAgainAlone() {
        var wire = Wire.active(plain().build());
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted()).drain();
        wire.write(Wire.text(5000));
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 5001));
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
        wire.at(RTT).receive("A", 1, 5001);
        var last = wire.drain();
        while (last.isEmpty()) {
            last = wire.toDeadline().drain();
        }
        assertThat(last.getFirst()).matches(s -> s.is("FA", 5001, 0, 1));
        wire.receive("A", 1, 5002).nothing();
        assertThat(wire.connection.finAcked()).isTrue();
    }

    @Test
    @Rfc("6675:4")
    void byCountThreeSegmentsAboveAreNeeded() {
        var wire = flight(plain().lossByTime(false).tailLossProbe(false).build());
        wire.at(RTT).receive("A", 1, 1, sack(1001, 3001)).drain();
        assertThat(wire.count(TcpCounters.RETRANSMITS)).isZero();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 4001));
        assertThat(wire.drain().getFirst()).matches(s -> s.is("A", 1, 1000, 1));
    }
}
