package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import java.util.Objects;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/// What a whole connection leaves behind: every counter, and no memory.
class AccountTest {
    /// All counters that are not zero.
    private static String counts(Wire wire) {
        var text = new StringJoiner(", ");
        for (var counter : TcpCounters.values()) {
            if (wire.count(counter) != 0) {
                text.add(counter.label() + " " + wire.count(counter));
            }
        }
        return text.toString();
    }

    @Test
    void everythingAboutAnActiveOpenIsCounted() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.toDeadline().drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000)).drain();
        wire.write("abc").drain();
        wire.at(Wire.MILLI).receive("A", 1, 4).drain();
        wire.receive("PA", 1, 4, 65_535, "xyz!").toDeadline().drain();
        assertThat(wire.read(9)).isEqualTo("xyz!");
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("A", 5, 5).receive("FA", 5, 5).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        var sending = wire.connection.info(wire.now).sending();
        assertThat(sending.segments()).isEqualTo(7);
        assertThat(sending.textSegments()).isEqualTo(1);
        assertThat(sending.textBytes()).isEqualTo(3);
        assertThat(wire.connection.info(wire.now).receiving().segments()).isEqualTo(5);
        wire.toDeadline().drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(counts(wire))
                .isEqualTo("segmentsIn 5, segmentsOut 7, bytesIn 4, bytesOut 3, synRetransmits 1, delayedAcks 1, "
                        + "activeOpens 1, established 1, closed 1");
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    @Test
    void everythingAboutAPassiveOpenThatIsResetIsCounted() {
        var wire = Wire.passive(Wire.plain().build(), w -> w.mss(1000));
        wire.drain();
        assertThat(wire.connection.info(wire.now).receiving().segments()).isEqualTo(1);
        wire.receive("A", 1, 1).drain();
        wire.receive("A", 1, 100_000).drain();
        wire.receive("R", 2, 0).drain();
        wire.receive("R", 1, 0).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(counts(wire))
                .isEqualTo("segmentsIn 5, segmentsOut 3, unacceptableAckIn 1, challengeAcks 2, resetsIn 1, "
                        + "passiveOpens 1, established 1, closed 1");
    }

    @Test
    void whatTheEndlessWaitCostsIsCounted() {
        var wire =
                Wire.established(Wire.plain().r2Nanos(20 * Wire.SECOND).build()).write("abc");
        wire.drain();
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            wire.toDeadline().drain();
        }
        assertThat(counts(wire))
                .isEqualTo("segmentsIn 1, segmentsOut 10, bytesOut 21, retransmits 6, timeoutRetransmits 6, "
                        + "deliveriesInDoubt 1, resetsOut 1, activeOpens 1, established 1, closed 1");
        assertThat(wire.connection.info(wire.now).loss().retransmitsTotal()).isEqualTo(6);
        assertThat(wire.connection.info(wire.now).loss().retransmittedBytes()).isEqualTo(18);
        wire.connection.release();
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    @Test
    void probesAndPeersThatNeverFinishAreCounted() {
        var wire = Wire.established(Wire.plain().finWait2Nanos(3 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "").write("abc").drain();
        wire.toDeadline().drain();
        wire.receive("A", 1, 2).drain();
        wire.receive("A", 1, 4).drain();
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        wire.drain();
        wire.receive("A", 1, 5).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        wire.toDeadline();
        assertThat(wire.one().flags()).isEqualTo("RA");
        assertThat(counts(wire))
                .isEqualTo("segmentsIn 5, segmentsOut 6, bytesOut 3, zeroWindowProbes 1, resetsOut 1, "
                        + "activeOpens 1, established 1, finWait2Timeouts 1, closed 1");
    }

    /// The octets of one end only: what was acknowledged and what was read is given back piece by piece.
    @Test
    void memoryIsGivenBackAsItIsNotNeededAnyMore() {
        var wire = Wire.established(Wire.plain().build());
        wire.write(Wire.text(60_000)).drain();
        long all = wire.buffers.bytesTaken();
        wire.receive("A", 1, 10_001).drain();
        assertThat(wire.buffers.bytesTaken()).isLessThan(all);
        wire.receive("A", 1, 30_001).drain();
        wire.receive("A", 1, 60_001).drain();
        assertThat(wire.buffers.bytesTaken()).isZero();
        for (int i = 0; i < 30; i++) {
            wire.receive("A", 1 + 1000 * i, 60_001, 65_535, Wire.text(1000)).drain();
        }
        all = wire.buffers.bytesTaken();
        assertThat(all).isPositive();
        wire.read(25_000);
        assertThat(wire.buffers.bytesTaken()).isBetween(1L, all - 1);
        wire.read(5_000);
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    @Test
    void memoryThatWasReservedIsGivenBackWhenNobodyWrites() {
        var wire = Wire.established(Wire.plain().build());
        assertThat(wire.connection.reserveSend(wire.now, 40_000)).isEqualTo(40_000);
        long all = wire.buffers.bytesTaken();
        assertThat(wire.connection.reserveSend(wire.now, 100)).isEqualTo(40_000);
        assertThat(wire.buffers.bytesTaken()).isEqualTo(all);
        Objects.requireNonNull(wire.connection.sendRing()).put(0, new byte[] {'a', 'b', 'c'}, 0, 3);
        wire.connection.written(wire.now, 3);
        wire.expect("PA", 1, 3, 1);
        assertThat(wire.buffers.bytesTaken()).isEqualTo(all);
        assertThat(wire.connection.reserveSend(wire.now, 0)).isEqualTo(40_000 - 3);
        wire.connection.retractSend();
        assertThat(wire.buffers.bytesTaken()).isBetween(1L, all - 1);
        wire.receive("A", 1, 4).drain();
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    @Test
    void releaseGivesBackWhatWasNeitherReadNorAcknowledgedNorInOrder() {
        var wire = Wire.established(Wire.plain().build());
        wire.write(Wire.text(3_000)).drain();
        wire.receive("A", 1, 1, 65_535, "abc").drain();
        wire.receive("A", 100, 1, 65_535, "xyz").drain();
        assertThat(wire.buffers.bytesTaken()).isPositive();
        assertThatThrownBy(wire.connection::release).isInstanceOf(IllegalStateException.class);
        wire.connection.abort(wire.now, CloseCause.AbortReason.USER);
        wire.drain();
        wire.connection.release();
        assertThat(wire.buffers.bytesTaken()).isZero();
        wire.connection.release();
        assertThat(wire.buffers.bytesTaken()).isZero();
    }

    @Test
    void buffersInUseAreNotReleasedInAnyStateThatNeedsThem() {
        var wire = Wire.established();
        wire.connection.closeSend(wire.now);
        wire.drain();
        assertThatThrownBy(wire.connection::release).isInstanceOf(IllegalStateException.class);
        wire.receive("A", 1, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThatThrownBy(wire.connection::release).isInstanceOf(IllegalStateException.class);
        wire.connection.closeReceive(wire.now);
        wire.connection.release();
        var reader = Wire.established();
        reader.connection.closeReceive(reader.now);
        assertThatThrownBy(reader.connection::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void usersWhoCountWrongAreToldSo() {
        var wire = Wire.established(Wire.plain().sendBufferBytes(4_096).build());
        assertThatThrownBy(() -> wire.connection.written(wire.now, 4_097)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> wire.connection.written(wire.now, -1)).isInstanceOf(IllegalStateException.class);
        wire.write(Wire.text(4_096)).receive("A", 1, 1, 65_535, "abc").drain();
        assertThatThrownBy(() -> wire.connection.consumed(wire.now, 4)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> wire.connection.consumed(wire.now, -1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> wire.connection.urgent(wire.now, 4_097)).isInstanceOf(IllegalStateException.class);
        wire.connection.consumed(wire.now, 0);
        wire.connection.consumed(wire.now, 3);
        wire.connection.urgent(wire.now, 4_096);
        assertThat(wire.connection.available()).isZero();
    }

    @Test
    void whatGettersSay() {
        var wire = Wire.active(TcpConfig.builder().receiveBufferBytes(1 << 20).build());
        assertThat(wire.connection.selectiveAcks()).isFalse();
        assertThat(Wire.established().connection.timestamps()).isFalse();
        wire.drain();
        int stamp = wire.lastTsVal();
        wire.at(30 * Wire.MILLI)
                .receive(
                        "SA",
                        0,
                        1,
                        w -> w.mss(1000).sackPermitted().windowScale(3).timestamps(5, stamp));
        wire.drain();
        var connection = wire.connection;
        assertThat(connection.active()).isTrue();
        assertThat(connection.selectiveAcks()).isTrue();
        assertThat(connection.timestamps()).isTrue();
        assertThat(connection.sndWndShift()).isEqualTo(3);
        assertThat(connection.rcvWndShift()).isPositive();
        assertThat(connection.sndUna()).isEqualTo(Wire.ISS + 1);
        assertThat(connection.srttNanos()).isEqualTo(30 * Wire.MILLI);
        assertThat(connection.rttVarNanos()).isEqualTo(15 * Wire.MILLI);
        assertThat(connection.flightSize()).isZero();
        assertThat(connection.finAcked()).isFalse();
        assertThat(connection.receiveFinished()).isFalse();
        wire.write("abc").drain();
        assertThat(connection.flightSize()).isEqualTo(3);
        wire.receive("A", 1, 4, 65_535, "defg", w -> w.timestamps(6, stamp)).drain();
        assertThat(connection.bytesReceived()).isEqualTo(4);
        connection.closeSend(wire.now);
        wire.drain();
        wire.toDeadline().drain();
        wire.toDeadline().drain();
        assertThat(connection.backOff()).isPositive();
        assertThat(connection.timeouts()).isEqualTo(connection.backOff());
        assertThat(connection.probes()).isZero();
        wire.receive("FA", 5, 5, w -> w.timestamps(7, wire.lastTsVal())).drain();
        assertThat(connection.finAcked()).isTrue();
        assertThat(connection.receiveFinished()).isTrue();
    }

    @Test
    void probesAreToldWhileTheWindowIsClosedOnly() {
        var wire = Wire.established().receive("A", 1, 1, 0, "").write("abc");
        wire.drain();
        wire.toDeadline().drain();
        wire.toDeadline().drain();
        assertThat(wire.connection.probes()).isEqualTo(2);
        wire.receive("A", 1, 1, 1000, "").drain();
        assertThat(wire.connection.probes()).isZero();
    }

    @Test
    @Rfc("5927:5.2")
    void softErrorIsRememberedToldOnceAndForgotten() {
        var wire = Wire.established().write("abc");
        wire.drain();
        wire.connection.takeEvents();
        assertThat(wire.connection.softError()).isNull();
        assertThat(wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.HOST, Wire.ISS + 1))
                .isTrue();
        assertThat(wire.connection.softError()).isEqualTo(CloseCause.IcmpReason.HOST);
        assertThat(wire.connection.takeEvents()).isEqualTo(TcpEvents.SOFT_ERROR);
        wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.HOST, Wire.ISS + 1);
        assertThat(wire.connection.takeEvents()).isZero();
        wire.connection.forgetSoftError();
        assertThat(wire.connection.softError()).isNull();
    }
}
