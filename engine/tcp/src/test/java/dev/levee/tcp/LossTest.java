package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossTest {

    @Test
    @Rfc({"9293:MUST-18", "9293:MUST-19"})
    void lostSegmentIsRetransmittedWithBackOffAndNoSampleIsTakenOfIt() {
        var wire = Wire.established().write("abc");
        wire.expect("PA", 1, 3, 1);
        long sent = wire.now;
        long rto = wire.connection.rtoNanos();
        wire.toDeadline().expect("PA", 1, 3, 1);
        assertThat(wire.now - sent).isEqualTo(rto);
        long first = wire.now;
        wire.toDeadline().expect("PA", 1, 3, 1);
        assertThat(wire.now - first).isEqualTo(2 * rto);
        long srtt = wire.connection.srttNanos();
        wire.at(10 * Wire.MILLI).receive("A", 1, 4).nothing();
        assertThat(wire.connection.srttNanos()).isEqualTo(srtt);
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    @Rfc({"9293:MUST-20", "9293:SHLD-11"})
    void connectionIsGivenUpAtR2SaysWhatWasNotDeliveredAndTellsThePeer() {
        var wire = Wire.established().write("abc");
        long start = wire.now;
        wire.drain();
        List<Wire.Sent> last = List.of();
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            last = wire.toDeadline().drain();
        }
        assertThat(wire.now - start).isEqualTo(100 * Wire.SECOND);
        assertThat(last).hasSize(1);
        assertThat(last.getFirst().flags()).isEqualTo("RA");
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 3));
    }

    @Test
    @Rfc("9293:MUST-21")
    void thatTimeIsTheUsersChoiceForEachConnectionAlsoWhileItIsOpen() {
        for (int seconds : new int[] {7, 100, 3600}) {
            var config = Wire.plain().r2Nanos(seconds * Wire.SECOND).build();
            var settled = Wire.established(config).write("abc");
            var changed = Wire.established().write("abc");
            changed.drain();
            changed.connection.configure(changed.now, config);
            for (var wire : new Wire[] {settled, changed}) {
                long start = wire.now;
                wire.drain();
                while (wire.connection.state() == TcpState.ESTABLISHED) {
                    wire.toDeadline().drain();
                }
                assertThat(wire.now - start).isEqualTo(seconds * Wire.SECOND);
            }
        }
    }

    @Test
    @Rfc({"9293:MUST-20", "9293:SHLD-9", "9293:SHLD-10"})
    void userIsToldAtR1AndAgainWhenTheDataWasDeliveredAfterAll() {
        var wire = Wire.established().write("abc");
        wire.drain();
        for (int i = 1; i <= 3; i++) {
            assertThat(wire.connection.inDoubt()).isFalse();
            assertThat(wire.connection.takeEvents() & TcpEvents.DOUBT).isZero();
            wire.toDeadline().expect("PA", 1, 3, 1);
        }
        assertThat(wire.connection.inDoubt()).isTrue();
        assertThat(wire.connection.takeEvents() & TcpEvents.DOUBT).isNotZero();
        wire.receive("A", 1, 4).nothing();
        assertThat(wire.connection.inDoubt()).isFalse();
        assertThat(wire.connection.takeEvents() & TcpEvents.DOUBT).isNotZero();
    }

    @Test
    @Rfc({"9293:MUST-19", "5681:3.1"})
    void timeoutOpensTheWindowAnewFromOneSegment() {
        var wire = Wire.established().write(Wire.text(10_000));
        assertThat(wire.drain()).hasSize(10);
        wire.toDeadline().expect("A", 1, 1000, 1);
        assertThat(wire.connection.cwnd()).isEqualTo(1000);
        assertThat(wire.connection.ssthresh()).isEqualTo(7000);
        wire.receive("A", 1, 1001);
        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.getFirst().seq()).isEqualTo(1001);
    }

    @Test
    void thirdDuplicateAckRetransmitsAtOnce() {
        var wire = Wire.established().write(Wire.text(10_000));
        wire.drain();
        wire.receive("A", 1, 1001).drain();
        wire.write(Wire.text(20_000)).drain();
        wire.receive("A", 1, 1001);
        assertThat(wire.drain()).as("limited transmit").hasSize(1);
        wire.receive("A", 1, 1001);
        assertThat(wire.drain()).as("limited transmit").hasSize(1);
        wire.receive("A", 1, 1001);
        var sent = wire.drain();
        assertThat(sent.getFirst()).matches(s -> s.is("A", 1001, 1000, 1));
        assertThat(wire.count(TcpCounters.FAST_RETRANSMITS)).isEqualTo(1);
    }

    @Test
    void partialAckRetransmitsTheNextHoleAndFullAckEndsRecovery() {
        var wire = Wire.established().write(Wire.text(10_000));
        wire.drain();
        wire.receive("A", 1, 1).receive("A", 1, 1).receive("A", 1, 1);
        wire.expect("A", 1, 1000, 1);
        wire.receive("A", 1, 3001);
        wire.expect("A", 3001, 1000, 1);
        wire.receive("A", 1, 10_001).nothing();
        assertThat(wire.connection.cwnd()).isLessThanOrEqualTo(wire.connection.ssthresh());
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(10_000);
    }

    @Test
    void duplicatesFromBeforeATimeoutStartNoFastRetransmit() {
        var wire = Wire.established().write(Wire.text(10_000));
        wire.drain();
        wire.toDeadline().expect("A", 1, 1000, 1);
        for (int i = 0; i < 6; i++) {
            wire.receive("A", 1, 1);
        }
        wire.drain();
        assertThat(wire.count(TcpCounters.FAST_RETRANSMITS)).isZero();
    }

    @Test
    void lostLastSegmentWithFinIsRetransmitted() {
        var wire = Wire.established().write(Wire.text(1500));
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.toDeadline();
        var sent = wire.drain();
        assertThat(sent).hasSize(1);
        wire.receive("A", 1, 1001);
        wire.expect("FPA", 1001, 500, 1);
        wire.receive("A", 1, 1502).nothing();
        assertThat(wire.connection.finAcked()).isTrue();
    }

    @Test
    @Rfc({"9293:MUST-19", "5681:3.1"})
    void slowStartDoublesAWindowPerRoundTrip() {
        var wire = Wire.established().write(Wire.text(60_000));
        assertThat(wire.drain()).hasSize(10);
        wire.at(Wire.MILLI).receive("A", 1, 10_001);
        assertThat(wire.drain()).hasSize(20);
        assertThat(wire.connection.cwnd()).isEqualTo(20_000);
    }

    @Test
    void windowDoesNotGrowWhenItIsNotUsed() {
        var wire = Wire.established();
        int before = wire.connection.cwnd();
        for (int i = 0; i < 50; i++) {
            wire.write("x").drain();
            wire.at(Wire.MILLI).receive("A", 1, 2 + i).drain();
        }
        assertThat(wire.connection.cwnd()).isEqualTo(before);
    }

    @Test
    void lostSynStartsTheDataPhaseWithThreeSecondsAndOneSegment() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.toDeadline().drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000)).drain();
        assertThat(wire.connection.rtoNanos()).isEqualTo(3 * Wire.SECOND);
        wire.write(Wire.text(5000));
        assertThat(wire.drain()).hasSize(1);
    }

    @Test
    @Rfc("9293:MUST-18")
    void backOffStaysUntilASegmentThatWasSentOnceIsAcknowledged() {
        var wire = Wire.established().write("abc");
        long rto = wire.connection.rtoNanos();
        wire.drain();
        wire.toDeadline().drain();
        wire.at(300 * Wire.MILLI).receive("A", 1, 4).nothing();
        assertThat(wire.connection.rtoNanos()).isEqualTo(2 * rto);
        wire.write("d").drain();
        wire.at(300 * Wire.MILLI).receive("A", 1, 5).nothing();
        assertThat(wire.connection.rtoNanos()).isLessThan(2 * rto);
        assertThat(wire.connection.srttNanos()).isPositive();
    }

    @Test
    void acknowledgementBehindAClosedWindowStartsNoRetransmissionTimer() {
        var wire = Wire.established().write(Wire.text(5000));
        wire.drain();
        wire.receive("A", 1, 1, 0, "").receive("A", 1, 3001, 0, "").nothing();
        int ssthresh = wire.connection.ssthresh();
        for (int i = 0; i < 8; i++) {
            wire.toDeadline().expect("A", 3001, 1, 1);
            wire.receive("A", 1, 3001, 0, "").nothing();
        }
        assertThat(wire.connection.ssthresh()).isEqualTo(ssthresh);
        assertThat(wire.connection.inDoubt()).isFalse();
        assertThat(wire.count(TcpCounters.TIMEOUT_RETRANSMITS)).isZero();
    }

    /// A SYN that comes again has the SYN-ACK sent again: the acknowledgement may be of either (RFC 6298 §3).
    @Test
    @Rfc("6298:3")
    void repeatedSynAckGivesNoSample() {
        var once = Wire.passive(Wire.plain().build(), w -> w.mss(1000));
        once.drain();
        once.at(20 * Wire.MILLI).receive("A", 1, 1).drain();
        assertThat(once.connection.srttNanos()).isEqualTo(20 * Wire.MILLI);

        var twice = Wire.passive(Wire.plain().build(), w -> w.mss(1000));
        twice.drain();
        twice.at(900 * Wire.MILLI).receive("S", 0, 0, w -> w.mss(1000)).drain();
        twice.at(20 * Wire.MILLI).receive("A", 1, 1).drain();
        assertThat(twice.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(twice.connection.srttNanos()).isEqualTo(-1);
    }

    /// Three copies and two lost acknowledgements made a sample of seconds on a path of milliseconds, and the
    /// next timeout longer than the user's patience.
    @Test
    void echoOfAnEarlyCopyGivesNoSample() {
        var wire = Wire.active(Wire.plain().timestamps(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(9, wire.lastTsVal()))
                .drain();
        long srtt = wire.connection.srttNanos();
        wire.write("abc").drain();
        int firstCopy = wire.lastTsVal();
        wire.toDeadline().drain();
        wire.toDeadline().drain();
        wire.at(20 * Wire.MILLI)
                .receive("A", 1, 4, w -> w.timestamps(10, firstCopy))
                .drain();
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
        assertThat(wire.connection.srttNanos()).isEqualTo(srtt);
    }

    /// RFC 7323 §4.1 lets anything stand there that was heard; older than the user's patience it is
    /// nonsense.
    @ParameterizedTest
    @CsvSource({"100000, true", "100001, false", "2000000000, false", "-1, false"})
    void echoThatIsTooOldOrOfTheFutureGivesNoSample(int ago, boolean sampled) {
        var wire = Wire.active(Wire.plain()
                .timestamps(true)
                .noDelay(true)
                .r2Nanos(100 * Wire.SECOND)
                .build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(9, wire.lastTsVal()))
                .drain();
        // The first of two is timed, the other one is not.
        wire.write("abc").drain();
        wire.write("def").drain();
        int last = wire.lastTsVal();
        wire.receive("A", 1, 4, w -> w.timestamps(11, last)).drain();
        long srtt = wire.connection.srttNanos();
        wire.receive("A", 1, 7, w -> w.timestamps(12, last - ago)).drain();
        assertThat(wire.connection.srttNanos() != srtt).isEqualTo(sampled);
    }

    /// After half of the clock's numbers newer echoes look older than those.
    @Test
    void anEarlyCopyOfLongAgoHoldsNoSampleBack() {
        var wire = Wire.active(Wire.plain().timestamps(true).noDelay(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(9, wire.lastTsVal()))
                .drain();
        wire.write("abc").drain();
        int firstCopy = wire.lastTsVal();
        wire.toDeadline().drain();
        wire.toDeadline().drain();
        wire.receive("A", 1, 4, w -> w.timestamps(10, firstCopy)).drain();
        // Timed by itself.
        wire.write("def").drain();
        wire.at(20 * Wire.MILLI)
                .receive("A", 1, 7, w -> w.timestamps(11, wire.lastTsVal()))
                .drain();
        wire.at(25 * 24 * 3600 * Wire.SECOND);
        wire.write("ghi").drain();
        wire.write("jkl").drain();
        wire.receive("A", 1, 10, w -> w.timestamps(12, wire.lastTsVal())).drain();
        long srtt = wire.connection.srttNanos();
        wire.at(80 * Wire.MILLI)
                .receive("A", 1, 13, w -> w.timestamps(13, wire.lastTsVal()))
                .drain();
        assertThat(wire.connection.srttNanos()).isGreaterThan(srtt);
    }

    @Test
    void timestampsGiveASampleOfARetransmittedSegment() {
        var wire = Wire.active(Wire.plain().timestamps(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(9, wire.lastTsVal()))
                .drain();
        long srtt = wire.connection.srttNanos();
        wire.write("abc").drain();
        wire.toDeadline().drain();
        int echoed = wire.lastTsVal();
        wire.at(80 * Wire.MILLI)
                .receive("A", 1, 4, w -> w.timestamps(10, echoed))
                .drain();
        assertThat(wire.connection.srttNanos()).isEqualTo(srtt + (80 * Wire.MILLI - srtt) / 8);
    }

    @Test
    @Rfc("6675:4")
    void whatWasNeverSentDoesNotOvertakeWhatIsLost() {
        var wire = Wire.established(
                Wire.plain().noDelay(true).initialWindowSegments(5).build());
        wire.write(Wire.text(5_100));
        assertThat(wire.drain()).hasSize(5);
        wire.toDeadline().expect("A", 1, 1000, 1);
        wire.receive("A", 1, 1201);
        assertThat(wire.drain())
                .as("the window has room for 400 octets more, but not for the next segment that is lost")
                .extracting(Wire.Sent::seq)
                .containsExactly(1201, 2001);
    }
}
