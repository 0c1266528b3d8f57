package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What a connection tells about itself.
class TcpInfoTest {
    private static final long RTT = 100 * Wire.MILLI;

    private static Wire established(TcpConfigBuilder config) {
        var wire = Wire.active(config.congestion(CongestionAlgorithm.NEW_RENO).build());
        wire.drain();
        wire.at(RTT).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted());
        wire.drain();
        return wire;
    }

    private static Wire established() {
        return established(Wire.plain());
    }

    private static TcpInfo info(Wire wire) {
        return wire.connection.info(wire.now);
    }

    private static Consumer<dev.levee.wire.SegmentWriter> sack(int left, int right) {
        return w -> w.sack(Wire.ISS + left, Wire.ISS + right);
    }

    @Test
    void aSynThatWaitsIsOutstanding() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        assertThat(info(wire).state()).isEqualTo(TcpState.SYN_SENT);
        assertThat(info(wire).sending().outstanding()).isEqualTo(1);
        assertThat(info(wire).roundTrip().srttNanos()).isEqualTo(-1);
        assertThat(info(wire).roundTrip().rtoNanos()).isEqualTo(1_000_000_000L);
        assertThat(info(wire).receiving().sinceSegmentNanos()).isZero();
        wire.toDeadline().drain();
        assertThat(info(wire).roundTrip().rtoNanos()).isEqualTo(2_000_000_000L);
        assertThat(info(wire).loss().retransmitsTotal()).isEqualTo(1);
        assertThat(info(wire).loss().timeoutsTotal()).isEqualTo(1);
    }

    @Test
    void whatFindsTheWindowIsTold() {
        var wire = established();
        assertThat(info(wire).sending().congestion()).isEqualTo(CongestionAlgorithm.NEW_RENO);
        wire.connection.configure(
                wire.now, Wire.plain().congestion(CongestionAlgorithm.CUBIC).build());
        assertThat(info(wire).sending().congestion()).isEqualTo(CongestionAlgorithm.CUBIC);
    }

    @Test
    void whatThePeerSaysOfItsPatienceIsTold() {
        var wire = Wire.active(Wire.plain().userTimeoutOption(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).userTimeout(400));
        assertThat(info(wire).agreed().peerUserTimeoutSeconds()).isEqualTo(400);
    }

    @Test
    void whatWasAgreedOnIsTold() {
        var wire = established();
        var agreed = info(wire).agreed();
        assertThat(agreed).isEqualTo(new TcpInfo.Agreed(false, true, false, false, false, 0, 0, 1000, 1460, 0));
    }

    @Test
    void timeIsCountedUntilEverythingIsAcknowledged() {
        var wire = established();
        wire.write(Wire.text(500)).drain();
        wire.at(RTT);
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(RTT, 0, 0));
        wire.receive("A", 1, 501).drain();
        wire.at(RTT);
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(RTT, 0, 0));
    }

    @Test
    void timeForThePeersWindowIsCountedApart() {
        var wire = established();
        wire.receive("A", 1, 1, 1000, "").drain();
        wire.write(Wire.text(2000)).drain();
        wire.at(RTT).receive("A", 1, 1001, 0, "").drain();
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(RTT, RTT, 0));
        wire.at(RTT).receive("A", 1, 1001, 9000, "").drain();
        wire.at(RTT).receive("A", 1, 2001, 9000, "").drain();
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(3 * RTT, 2 * RTT, 0));
    }

    @Test
    void timeForTheCongestionWindowIsTheNetworks() {
        var wire = established();
        wire.write(Wire.text(20_000)).drain();
        wire.at(RTT);
        assertThat(info(wire).sending().pipeBytes()).isEqualTo(10_000);
        assertThat(info(wire).sending().unsentBytes()).isEqualTo(10_000);
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(RTT, 0, 0));
    }

    @Test
    void timeForALargerSendBufferIsCountedApart() {
        var wire = established(Wire.plain().sendBufferBytes(1 << 12));
        wire.write(Wire.text(4096)).drain();
        wire.at(RTT);
        assertThat(info(wire).waiting().bufferNanos())
                .as("the last piece waits for Nagle")
                .isZero();
        wire.receive("A", 1, 4001).drain();
        wire.at(RTT).receive("A", 1, 4097).drain();
        wire.connection.noDelay(wire.now, true);
        wire.write(Wire.text(4096)).drain();
        wire.at(RTT);
        assertThat(info(wire).waiting()).isEqualTo(new TcpInfo.Waiting(3 * RTT, 0, RTT));
    }

    @Test
    void deliveryRateIsOctetsByTheTimeOfTheirAcknowledgement() {
        var wire = established();
        wire.write(Wire.text(30_000)).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isZero();
        wire.at(RTT).receive("A", 1, 10_001).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isEqualTo(100_000);
        assertThat(info(wire).sending().deliveryApplicationLimited())
                .as("there was a pause before it")
                .isTrue();
        wire.at(RTT).receive("A", 1, 12_001).drain();
        assertThat(info(wire).sending().deliveryApplicationLimited()).isFalse();
    }

    @Test
    void deliveryRateOfABurstIsNoHigherThanItWasSent() {
        var wire = established(Wire.plain().noDelay(true));
        wire.write(Wire.text(1000)).drain();
        wire.at(RTT).receive("A", 1, 1001).drain();
        wire.write(Wire.text(1000)).drain();
        wire.at(RTT / 2).write(Wire.text(1000)).drain();
        // Both ACKs come together: the path has not become twice as fast.
        wire.at(RTT / 2 + 1).receive("A", 1, 3001).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isBetween(19_000L, 20_000L);
    }

    @Test
    void anApplicationWithoutMoreDoesNotHideWhatThePathCouldDo() {
        var wire = established();
        wire.write(Wire.text(30_000)).drain();
        wire.at(RTT).receive("A", 1, 10_001).drain();
        wire.at(RTT).receive("A", 1, 30_001).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isEqualTo(200_000);
        wire.at(RTT).write(Wire.text(1000)).drain();
        wire.at(RTT).receive("A", 1, 31_001).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isEqualTo(200_000);
        assertThat(info(wire).sending().deliveryApplicationLimited()).isFalse();
    }

    @Test
    void aSlowApplicationIsNamedAsSuch() {
        var wire = established();
        wire.write(Wire.text(500)).drain();
        wire.at(RTT).receive("A", 1, 501).drain();
        assertThat(info(wire).sending().deliveryBytesPerSecond()).isEqualTo(5000);
        assertThat(info(wire).sending().deliveryApplicationLimited()).isTrue();
    }

    @Test
    void repairOfALossIsSeenFromItsFirstSignToItsEnd() {
        var wire = established();
        wire.write(Wire.text(10_000)).drain();
        wire.at(RTT).receive("A", 1, 1, sack(1001, 2001)).drain();
        assertThat(info(wire).loss().phase()).isEqualTo(TcpInfo.Phase.DISORDER);
        assertThat(info(wire).loss().sacked()).isEqualTo(1);
        wire.receive("A", 1, 1, sack(1001, 4001)).drain();
        var loss = info(wire).loss();
        assertThat(loss.phase()).isEqualTo(TcpInfo.Phase.RECOVERY);
        assertThat(loss.lost()).as("it is under way again").isZero();
        assertThat(loss.lostTotal()).isEqualTo(1);
        assertThat(loss.retransmitsTotal()).isEqualTo(1);
        assertThat(loss.retransmittedBytes()).isEqualTo(1000);
        assertThat(loss.delivered()).isEqualTo(3);
        assertThat(info(wire).sending().retransmitting()).isEqualTo(1);
        wire.at(RTT).receive("A", 1, 10_001).drain();
        assertThat(info(wire).loss().phase()).isEqualTo(TcpInfo.Phase.OPEN);
        assertThat(info(wire).loss().delivered()).isEqualTo(10);
        assertThat(info(wire).sending().outstanding()).isZero();
    }

    @Test
    void segmentsThatOvertakeEachOtherAreCountedOnceAnAck() {
        var wire = established();
        wire.write(Wire.text(10_000)).drain();
        wire.at(RTT).receive("A", 1, 1, sack(2001, 3001)).drain();
        wire.receive("A", 1, 3001).drain();
        assertThat(info(wire).loss().reorderings()).isEqualTo(1);
        assertThat(info(wire).loss().reorderingDistance()).isEqualTo(3);
        assertThat(info(wire).loss().retransmitsTotal()).isZero();
    }

    @Test
    void whatCameIsCounted() {
        var wire = established();
        wire.at(RTT).receive("A", 1, 1, 65_535, "abc").drain();
        wire.at(RTT).receive("A", 10, 1, 65_535, "z").drain();
        wire.at(RTT);
        var receiving = info(wire).receiving();
        assertThat(receiving.bytes()).isEqualTo(3);
        assertThat(receiving.unreadBytes()).isEqualTo(3);
        assertThat(receiving.segments()).isEqualTo(3);
        assertThat(receiving.textSegments()).isEqualTo(2);
        assertThat(receiving.outOfOrder()).isEqualTo(1);
        assertThat(receiving.largestBytes()).isEqualTo(3);
        assertThat(receiving.sinceTextNanos()).isEqualTo(RTT);
    }

    @Test
    void probesOfAClosedWindowAreCounted() {
        var wire = established();
        wire.receive("A", 1, 1, 0, "").drain();
        wire.write(Wire.text(10)).drain();
        wire.toDeadline().drain();
        assertThat(info(wire).probing().windowProbes()).isEqualTo(1);
    }
}
