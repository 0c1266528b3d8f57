package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloseTest {

    @Test
    void activeCloseGoesThroughFinWaitToTimeWait() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.expect("FA", 1, 0, 1);
        wire.receive("A", 1, 2).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
        wire.receive("FA", 1, 2);
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        wire.expect("A", 2, 0, 2);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Finished());
    }

    @Test
    @Rfc("9293:MUST-13")
    void timeWaitLastsTwoSegmentLifetimes() {
        var wire = timeWait();
        long start = wire.now;
        wire.toDeadline().nothing();
        assertThat(wire.now - start).isEqualTo(60 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(wire.connection.takeEvents() & TcpEvents.RELEASED).isNotZero();
    }

    @Test
    void repeatedFinInTimeWaitIsAcknowledgedAndStartsTheWaitAnew() {
        var wire = timeWait();
        wire.at(50 * Wire.SECOND).receive("FA", 1, 2);
        wire.expect("A", 2, 0, 2);
        long restarted = wire.now;
        wire.toDeadline().nothing();
        assertThat(wire.now - restarted).isEqualTo(60 * Wire.SECOND);
    }

    /// It is no copy of the peer's: whoever knows the tuple could keep the connection for ever.
    @ParameterizedTest
    @ValueSource(ints = {700_000_000, -700_000_000, 0})
    @Rfc("9293:3.10.7.4")
    void anotherFinThanThePeersDoesNotProlongTimeWait(int seq) {
        var wire = timeWait();
        long start = wire.now;
        wire.at(50 * Wire.SECOND).receive("FA", seq, 2).drain();
        // As long as the peer's, but begun anew.
        wire.receive("SFA", 0, 2).drain();
        wire.receive("RF", 1, 0).drain();
        wire.toDeadline().nothing();
        assertThat(wire.now - start).isEqualTo(60 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    private static Wire timeWait() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        return wire;
    }

    @Test
    void passiveCloseGoesThroughCloseWaitAndLastAck() {
        var wire = Wire.established();
        wire.receive("FA", 1, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
        wire.expect("A", 1, 0, 2);
        assertThat(wire.connection.receiveFinished()).isTrue();
        assertThat(wire.connection.cause()).isNull();
        wire.write("bye").connection.closeSend(wire.now);
        assertThat(wire.connection.state()).isEqualTo(TcpState.LAST_ACK);
        wire.expect("FPA", 1, 3, 2);
        wire.receive("A", 2, 5).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Finished());
    }

    @Test
    void simultaneousCloseGoesThroughClosing() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.expect("FA", 1, 0, 1);
        wire.receive("FA", 1, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSING);
        wire.expect("A", 2, 0, 2);
        wire.receive("A", 2, 2).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void halfClosedConnectionStillReceives() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("A", 1, 2).receive("PA", 1, 2, 65_535, "still here");
        assertThat(wire.read(100)).isEqualTo("still here");
        wire.receive("FA", 11, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(wire.connection.receiveFinished()).isTrue();
    }

    @Test
    void finIsSentAfterAllDataAndRetransmittedWithIt() {
        var wire = Wire.established();
        wire.write(Wire.text(1500)).connection.closeSend(wire.now);
        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0)).matches(s -> s.is("A", 1, 1000, 1));
        assertThat(sent.get(1)).matches(s -> s.is("FPA", 1001, 500, 1));
        wire.receive("A", 1, 1001);
        wire.toDeadline().expect("FPA", 1001, 500, 1);
        wire.receive("A", 1, 1502).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(1500);
    }

    @Test
    void lostFinIsRetransmittedInLastAck() {
        var wire = Wire.established();
        wire.receive("FA", 1, 1).drain();
        wire.connection.closeSend(wire.now);
        wire.expect("FA", 1, 0, 2);
        wire.toDeadline().expect("FA", 1, 0, 2);
        wire.toDeadline().expect("FA", 1, 0, 2);
        wire.receive("A", 2, 2).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void finBehindAGapWaitsForTheGapToBeFilled() {
        var wire = Wire.established();
        wire.receive("FPA", 6, 1, 65_535, "world");
        wire.expect("A", 1, 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.receive("PA", 1, 1, 65_535, "hello");
        wire.expect("A", 1, 0, 12);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(wire.read(100)).isEqualTo("helloworld");
    }

    @Test
    void dataBehindTheFinIsIgnored() {
        var wire = Wire.established();
        wire.receive("FA", 3, 1).drain();
        wire.receive("PA", 1, 1, 65_535, "abcdef").drain();
        assertThat(wire.read(100)).isEqualTo("ab");
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    enum Where {
        ESTABLISHED,
        FIN_WAIT_1,
        FIN_WAIT_2,
        CLOSE_WAIT,
        CLOSING,
        LAST_ACK,
        TIME_WAIT;

        Wire open() {
            var wire = Wire.established();
            boolean peerFirst = this == CLOSE_WAIT || this == LAST_ACK;
            if (peerFirst) {
                wire.receive("FA", 1, 1).drain();
            }
            if (this != ESTABLISHED && this != CLOSE_WAIT) {
                wire.connection.closeSend(wire.now);
                wire.drain();
            }
            switch (this) {
                case FIN_WAIT_2 -> wire.receive("A", 1, 2).drain();
                case CLOSING -> wire.receive("FA", 1, 1).drain();
                case TIME_WAIT -> wire.receive("FA", 1, 2).drain();
                case ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, LAST_ACK -> {}
            }
            assertThat(wire.connection.state()).isEqualTo(TcpState.valueOf(name()));
            return wire;
        }

        int rcvNxt() {
            return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2 ? 1 : 2;
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactResetClosesAtOnceInEveryState(Where where) {
        var wire = where.open();
        wire.receive("R", where.rcvNxt(), 0).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
        var expected = where == Where.TIME_WAIT ? new CloseCause.Finished() : new CloseCause.Reset(0);
        assertThat(wire.connection.cause()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void resetElsewhereInTheWindowIsChallengedAndOutsideIgnored(Where where) {
        var wire = where.open();
        var before = wire.connection.state();
        if (where.rcvNxt() == 1) {
            wire.receive("R", where.rcvNxt() + 1, 0);
            assertThat(wire.one().flags()).isEqualTo("A");
        }
        wire.receive("R", where.rcvNxt() - 1, 0).nothing();
        wire.receive("R", where.rcvNxt() + 1_000_000, 0).nothing();
        assertThat(wire.connection.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void synInASynchronisedStateIsChallenged(Where where) {
        var wire = where.open();
        var before = wire.connection.state();
        wire.receive("S", where.rcvNxt(), 0);
        assertThat(wire.one().flags()).isEqualTo("A");
        assertThat(wire.connection.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void segmentWithoutAckIsDropped(Where where) {
        var wire = where.open();
        var before = wire.connection.state();
        wire.receive("", where.rcvNxt(), 0, 65_535, where.rcvNxt() == 1 ? "x" : "")
                .nothing();
        assertThat(wire.connection.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void ackOfWhatWasNeverSentIsAnsweredAndChangesNothing(Where where) {
        var wire = where.open();
        var before = wire.connection.state();
        wire.receive("A", where.rcvNxt(), 1000);
        assertThat(wire.one().flags()).isEqualTo("A");
        assertThat(wire.connection.state()).isEqualTo(before);
        assertThat(wire.count(TcpCounters.UNACCEPTABLE_ACK_IN)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void abortTellsThePeerWhereItStillWaits(Where where) {
        var wire = where.open();
        wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        boolean told = where != Where.CLOSING && where != Where.LAST_ACK && where != Where.TIME_WAIT;
        assertThat(wire.drain()).hasSize(told ? 1 : 0);
        assertThat(wire.connection.takeEvents() & TcpEvents.RELEASED).isNotZero();
    }

    @Test
    void abortSaysHowMuchWasNotDelivered() {
        var wire = Wire.established().write(Wire.text(2500));
        wire.drain();
        wire.receive("A", 1, 1001);
        wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Aborted(CloseCause.AbortReason.USER, 1500));
        wire.expect("RA", 2001, 0, 1);
    }

    @Test
    void resetSaysHowMuchWasNotDelivered() {
        var wire = Wire.established().write(Wire.text(2500));
        wire.drain();
        wire.receive("A", 1, 1001).receive("R", 1, 0);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Reset(1500));
    }

    @Test
    @Rfc("9293:SHLD-3")
    void unreadDataAtCloseResets() {
        var wire = Wire.established();
        wire.receive("PA", 1, 1, 65_535, "unread");
        wire.connection.closeReceive(wire.now);
        assertThat(wire.drain().getLast().flags()).isEqualTo("RA");
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Aborted(CloseCause.AbortReason.UNREAD_DATA, 0));
    }

    @Test
    @Rfc({"9293:SHLD-3", "9293:MAY-1"})
    void dataAfterCloseResets() {
        var wire = Wire.established();
        wire.connection.closeReceive(wire.now);
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("PA", 1, 2, 65_535, "late");
        assertThat(wire.one().flags()).isEqualTo("R");
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    void finWait2IsLimitedOnceNobodyReads() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("A", 1, 2).nothing();
        long start = wire.now;
        wire.connection.closeReceive(wire.now);
        wire.toDeadline();
        assertThat(wire.now - start).isEqualTo(60 * Wire.SECOND);
        assertThat(wire.one().flags()).isEqualTo("RA");
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.FIN_WAIT_2, 0));
    }

    @Test
    void lingerOverTellsWhatWasNotDelivered() {
        var wire = Wire.established().write("abc");
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.connection.lingerOver(wire.now);
        assertThat(wire.one().flags()).isEqualTo("RA");
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.LINGER, 3));
    }

    @Test
    void releaseGivesAllBuffersBack() {
        var wire = Wire.established().write("abc");
        wire.receive("PA", 1, 1, 65_535, "def");
        assertThat(wire.buffers.bytesTaken()).isPositive();
        wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
        wire.drain();
        wire.connection.release();
        assertThat(wire.buffers.bytesTaken()).isZero();
    }
}
