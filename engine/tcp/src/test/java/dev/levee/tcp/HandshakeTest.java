package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.SegmentWriter;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    @Test
    void activeOpenSendsSynAndEstablishesOnSynAck() {
        var wire = Wire.active(Wire.plain().build());
        wire.expect("S", 0, 0, 0);
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_SENT);
        wire.receive("SA", 0, 1);
        wire.expect("A", 1, 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.connection.takeEvents() & TcpEvents.CONNECTED).isNotZero();
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void passiveOpenAnswersSynAckAndEstablishesOnAck() {
        var wire = Wire.passive(Wire.plain().build(), HandshakeTest::noOptions);
        wire.expect("SA", 0, 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
        wire.receive("A", 1, 1);
        wire.nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.connection.active()).isFalse();
    }

    @Test
    @Rfc("9293:MUST-10")
    void simultaneousOpenEstablishesWithTheSynAckOfThePeer() {
        var wire = Wire.active(Wire.plain().build());
        wire.expect("S", 0, 0, 0);
        wire.receive("S", 0, 0);
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
        wire.expect("SA", 0, 0, 1);
        wire.receive("SA", 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.expect("A", 1, 0, 1);
    }

    @Test
    @Rfc("9293:MUST-11")
    void resetInSynReceivedRefusesAnActiveOpenAndForgetsAPassiveOne() {
        var active = Wire.active(Wire.plain().build());
        active.drain();
        active.receive("S", 0, 0).drain();
        active.receive("RA", 1, 1).nothing();
        assertThat(active.connection.cause()).isEqualTo(new CloseCause.Refused(0));

        var passive = Wire.passive(Wire.plain().build(), HandshakeTest::noOptions);
        passive.drain();
        passive.receive("R", 1, 0).nothing();
        assertThat(passive.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(passive.connection.cause()).isEqualTo(new CloseCause.Reset(0));
    }

    @Test
    void resetWithAcceptableAckRefuses() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.receive("RA", 0, 2).nothing();
        wire.receive("R", 0, 0).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_SENT);
        wire.receive("RA", 0, 1).nothing();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Refused(0));
        assertThat(wire.connection.takeEvents() & TcpEvents.RELEASED).isNotZero();
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void unacceptableAckInSynSentIsAnsweredByReset() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.receive("SA", 0, 0);
        wire.expect("R", 0, 0, 0);
        wire.receive("A", 0, 2);
        wire.expect("R", 2, 0, 0);
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_SENT);
    }

    @Test
    void unacceptableAckInSynReceivedIsAnsweredByReset() {
        var wire = Wire.passive(Wire.plain().build(), HandshakeTest::noOptions);
        wire.drain();
        wire.receive("A", 1, 2);
        wire.expect("R", 2, 0, 0);
        wire.receive("A", 1, 0);
        wire.expect("R", 0, 0, 0);
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
    }

    @Test
    @Rfc({"9293:MUST-18", "9293:MUST-19", "9293:MUST-22", "9293:MUST-23"})
    void synIsRetransmittedWithBackOffForThreeMinutesThenGivenUp() {
        var wire = Wire.active(Wire.plain().build());
        long start = wire.now;
        wire.expect("S", 0, 0, 0);
        long[] secondsAfterStart = {1, 3, 7, 15, 31, 63, 123};
        for (long seconds : secondsAfterStart) {
            wire.toDeadline();
            assertThat(wire.now - start).isEqualTo(seconds * Wire.SECOND);
            wire.expect("S", 0, 0, 0);
        }
        wire.toDeadline().nothing();
        assertThat(wire.now - start).isEqualTo(180 * Wire.SECOND);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.CONNECT, 0));
    }

    @Test
    void halfOpenConnectionIsGivenUpAfterItsOwnLimitAndThePeerIsTold() {
        var wire = Wire.passive(Wire.plain().build(), HandshakeTest::noOptions);
        long start = wire.now;
        wire.expect("SA", 0, 0, 1);
        int retransmits = 0;
        while (wire.connection.state() == TcpState.SYN_RECEIVED) {
            wire.toDeadline();
            var sent = wire.drain();
            retransmits += sent.getFirst().flags().equals("SA") ? 1 : 0;
        }
        assertThat(wire.now - start).isEqualTo(63 * Wire.SECOND);
        assertThat(retransmits).isEqualTo(5);
        assertThat(wire.count(TcpCounters.RESETS_OUT)).isEqualTo(1);
    }

    @Test
    void repeatedSynIsAnsweredByTheSameSynAck() {
        var wire = Wire.passive(Wire.plain().build(), HandshakeTest::noOptions);
        wire.expect("SA", 0, 0, 1);
        wire.at(300 * Wire.MILLI).receive("S", 0, 0);
        wire.expect("SA", 0, 0, 1);
    }

    @Test
    void lateSynAckIsAcknowledgedAgain() {
        var wire = Wire.established();
        wire.receive("SA", 0, 1);
        wire.expect("A", 1, 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    @Rfc({"9293:MUST-14", "9293:MUST-65", "9293:MUST-67"})
    void synCarriesTheMssOfTheLinkAndLaterSegmentsCarryNone() {
        var wire = Wire.active(Wire.plain().build());
        assertThat(wire.one().mss()).isEqualTo(1460);
        wire.receive("SA", 0, 1);
        assertThat(wire.one().mss()).isZero();
        assertThat(Wire.activeV6(Wire.plain().build()).one().mss()).isEqualTo(1440);
        assertThat(Wire.active(Wire.plain().mssMax(600).build()).one().mss()).isEqualTo(600);
    }

    @Test
    @Rfc({"9293:MUST-14", "9293:MUST-15", "9293:MUST-16"})
    void sendMssIsThePeersOrTheDefaultNeverMoreThanTheLinkCarries() {
        assertThat(mssAfter(Wire.passive(Wire.plain().build(), HandshakeTest::noOptions)))
                .isEqualTo(536);
        assertThat(mssAfter(Wire.passiveV6(Wire.plain().build(), HandshakeTest::noOptions)))
                .isEqualTo(1220);
        assertThat(mssAfter(Wire.passive(Wire.plain().build(), w -> w.mss(1000))))
                .isEqualTo(1000);
        assertThat(mssAfter(Wire.passive(Wire.plain().build(), w -> w.mss(1461))))
                .isEqualTo(1460);
        assertThat(mssAfter(Wire.passive(Wire.plain().build(), w -> w.mss(1)))).isEqualTo(88);
        var config = Wire.plain().timestamps(true).build();
        assertThat(mssAfter(Wire.passive(config, w -> w.mss(1000).timestamps(7, 0))))
                .isEqualTo(988);
    }

    private static int mssAfter(Wire wire) {
        wire.drain();
        return wire.connection.sndMss();
    }

    @Test
    void answerCarriesOnlyTheOptionsThatTheSynCarried() {
        var both = Wire.passive(TcpConfig.DEFAULT, w -> w.windowScale(7).timestamps(7, 0));
        var answer = both.one();
        assertThat(answer.scale()).isEqualTo(10);
        assertThat(answer.ts()).isTrue();
        var none = Wire.passive(TcpConfig.DEFAULT, HandshakeTest::noOptions);
        answer = none.one();
        assertThat(answer.scale()).isEqualTo(-1);
        assertThat(answer.ts()).isFalse();
    }

    @Test
    @Rfc("9293:MUST-1")
    void scaledWindowsAreUnsignedAndShifted() {
        var config = TcpConfig.builder().timestamps(false).build();
        var wire = Wire.passive(config, w -> w.windowScale(14));
        wire.drain();
        wire.receive("A", 1, 1, 65_535, "");
        assertThat(wire.connection.sndWnd()).isEqualTo(65_535 << 14);
    }

    @Test
    @Rfc("9293:REC-1")
    void windowsBeyond16BitsAreKeptOnBothSides() {
        var wire = Wire.passive(
                TcpConfig.builder()
                        .timestamps(false)
                        .receiveBufferBytes(1 << 30)
                        .build(),
                w -> w.windowScale(14));
        wire.drain();
        wire.receive("A", 1, 1).receive("A", 0, 1).drain();
        assertThat(wire.connection.sndWnd()).isEqualTo(65_535 << 14);
        assertThat(wire.connection.rcvWnd()).isEqualTo(65_535 << 14);
    }

    @Test
    @Rfc("9293:MAY-4")
    void anIdenticalRetransmissionIsTheSamePacketToTheLastOctetItsIdentificationToo() {
        var wire = Wire.active(Wire.plain().ecn(EcnUse.WHEN_ASKED).build());
        wire.drain();
        var first = wire.lastPacket();
        wire.toDeadline().drain();
        assertThat(wire.lastPacket()).isEqualTo(first);
    }

    @Test
    void windowOfASynIsNotScaled() {
        var wire = Wire.passive(
                TcpConfig.builder().timestamps(false).build(),
                w -> w.windowScale(14).window(1000));
        wire.drain();
        assertThat(wire.connection.sndWnd()).isEqualTo(1000);
    }

    @Test
    void closeBeforeTheHandshakeIsRememberedUntilItIsComplete() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.write("hi").connection.closeSend(wire.now);
        wire.nothing();
        wire.receive("SA", 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.expect("FPA", 1, 2, 1);
    }

    @Test
    @Rfc({"9293:MUST-54", "9293:MUST-56", "9293:SHLD-26"})
    void hardIcmpErrorEndsTheHandshakeSoftOnesAreRemembered() {
        var hard = Wire.active(Wire.plain().build());
        hard.drain();
        assertThat(hard.connection.onUnreachable(hard.now, CloseCause.IcmpReason.PORT, Wire.ISS + 9))
                .isFalse();
        assertThat(hard.connection.onUnreachable(hard.now, CloseCause.IcmpReason.PORT, Wire.ISS))
                .isTrue();
        assertThat(hard.connection.cause()).isEqualTo(new CloseCause.Unreachable(CloseCause.IcmpReason.PORT, 0));

        var soft = Wire.active(Wire.plain().build());
        soft.drain();
        assertThat(soft.connection.onUnreachable(soft.now, CloseCause.IcmpReason.HOST, Wire.ISS))
                .isTrue();
        assertThat(soft.connection.state()).isEqualTo(TcpState.SYN_SENT);
        while (soft.connection.state() == TcpState.SYN_SENT) {
            soft.toDeadline().drain();
        }
        assertThat(soft.connection.cause()).isEqualTo(new CloseCause.Unreachable(CloseCause.IcmpReason.HOST, 0));
    }

    @Test
    @Rfc("9293:MUST-56")
    void icmpErrorNeverEndsAnOpenConnection() {
        var wire = Wire.established().write("abc");
        wire.drain();
        for (var reason : CloseCause.IcmpReason.values()) {
            assertThat(wire.connection.onUnreachable(wire.now, reason, Wire.ISS + 1))
                    .isTrue();
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        }
    }

    private static void noOptions(SegmentWriter writer) {}
}
