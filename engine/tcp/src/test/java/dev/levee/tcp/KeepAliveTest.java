package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// RFC 9293 §3.8.4.
class KeepAliveTest {
    private static final long IDLE = 100 * Wire.SECOND;
    private static final long INTERVAL = 10 * Wire.SECOND;

    private static TcpConfigBuilder asking() {
        return Wire.plain()
                .keepAlive(true)
                .keepAliveIdleNanos(IDLE)
                .keepAliveIntervalNanos(INTERVAL)
                .keepAliveProbes(3);
    }

    private static Wire established() {
        return Wire.established(asking().build());
    }

    private static void runTo(Wire wire, long nanos) {
        while (wire.connection.nextDeadline() - nanos < 0) {
            wire.now = wire.connection.nextDeadline();
            wire.nothing();
        }
        wire.now = nanos;
    }

    @Test
    @Rfc("9293:MUST-25")
    void withoutTheUsersWishNobodyIsAsked() {
        assertThat(TcpConfig.DEFAULT.keepAlive()).isFalse();
        var wire = Wire.established();
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    @Rfc("9293:MUST-28")
    void theUsualPatienceIsTwoHours() {
        var wire = Wire.established(Wire.plain().keepAlive(true).build());
        long start = wire.now;
        wire.toDeadline();
        assertThat(wire.now - start).isEqualTo(7200 * Wire.SECOND);
        wire.expect("A", 0, 0, 1);
    }

    /// As Linux has it (specs/drill/linux/alive/keep-alive-answered.pkt).
    @Test
    void whoHasAnsweredIsNotAskedAgainBeforeTheIntervalIsOver() {
        var wire = Wire.established(asking().keepAliveIdleNanos(5 * Wire.SECOND)
                .keepAliveIntervalNanos(50 * Wire.SECOND)
                .build());
        for (int i = 0; i < 3; i++) {
            wire.toDeadline().expect("A", 0, 0, 1);
            wire.at(Wire.SECOND).receive("A", 1, 1).nothing();
            assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(49 * Wire.SECOND);
        }
    }

    @Test
    @Rfc({"9293:MUST-27", "9293:SHLD-12"})
    void theProbeIsAnOldSegmentWithoutText() {
        var wire = established();
        long start = wire.now;
        wire.toDeadline().expect("A", 0, 0, 1);
        assertThat(wire.now - start).isEqualTo(IDLE);
        assertThat(wire.count(TcpCounters.KEEP_ALIVE_PROBES)).isEqualTo(1);
    }

    @Test
    @Rfc("9293:MAY-6")
    void theProbeMayCarryOneOctetOfNonsense() {
        var wire = Wire.established(asking().keepAliveOctet(true).build());
        wire.toDeadline();
        var probe = wire.one();
        assertThat(probe).matches(sent -> sent.is("A", 0, 1, 1));
        assertThat(wire.connection.bytesWritten()).isZero();
    }

    @Test
    @Rfc("9293:MUST-29")
    void lostProbesProveNothingUntilTheLastWentUnanswered() {
        var wire = established();
        for (int probe = 0; probe < 3; probe++) {
            wire.toDeadline().expect("A", 0, 0, 1);
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        }
        long last = wire.now;
        wire.toDeadline().expect("RA", 1, 0, 1);
        assertThat(wire.now - last).isEqualTo(INTERVAL);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.KEEP_ALIVE, 0));
    }

    @Test
    @Rfc("9293:MUST-29")
    void aLostProbeProvesNothingHoweverShortTheUsersPatienceIs() {
        var wire = Wire.established(asking().userTimeoutNanos(Wire.SECOND).build());
        for (int i = 0; i < 3; i++) {
            wire.toDeadline().expect("A", 0, 0, 1);
            wire.toDeadline().expect("A", 0, 0, 1);
            wire.receive("A", 1, 1).nothing();
        }
        wire.toDeadline().expect("A", 0, 0, 1);
        long first = wire.now;
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.toDeadline().expect("RA", 1, 0, 1);
        assertThat(wire.now - first).isEqualTo(2 * INTERVAL);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.USER, 0));
    }

    @Test
    @Rfc("9293:MUST-29")
    void oneProbeIsNotAskedFor() {
        assertThatThrownBy(() -> asking().keepAliveProbes(1).build())
                .hasMessage("keepAliveProbes must lie in 2..127, but is 1");
    }

    @Test
    void anAnswerStartsTheWaitAnewAndForgivesLostProbes() {
        var wire = established();
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.at(Wire.SECOND).receive("A", 1, 1).nothing();
        long heard = wire.now;
        runTo(wire, heard + IDLE - 1);
        wire.nothing();
        wire.now = heard + IDLE;
        wire.expect("A", 0, 0, 1);
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.toDeadline().expect("RA", 1, 0, 1);
    }

    /// The probe is no answer: the peer does not accept it.
    @Test
    void whoIsAskedWhileItAsksAnswersFirst() {
        var wire = established();
        wire.at(IDLE).receive("A", 0, 1);
        var sent = wire.drain();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).is("A", 1, 0, 1)).as("the answer").isTrue();
        assertThat(sent.get(1).is("A", 0, 0, 1)).as("the probe").isTrue();
    }

    @Test
    @Rfc("9293:MUST-26")
    void nobodyIsAskedWhileSomethingIsHeard() {
        var wire = established();
        for (int i = 0; i < 5; i++) {
            runTo(wire, wire.now + IDLE - 1);
            wire.receive("A", 1, 1).nothing();
        }
        assertThat(wire.count(TcpCounters.KEEP_ALIVE_PROBES)).isZero();
        runTo(wire, wire.now + IDLE);
        wire.expect("A", 0, 0, 1);
    }

    @Test
    @Rfc("9293:MUST-26")
    void nobodyIsAskedWhileSomethingIsOutstanding() {
        var config = asking().keepAliveIdleNanos(2 * Wire.SECOND).build();
        var wire = Wire.established(config);
        wire.write("lost").drain();
        long give = wire.now + config.r2Nanos();
        while (wire.connection.state() != TcpState.CLOSED) {
            wire.toDeadline().drain();
        }
        assertThat(wire.now).isEqualTo(give);
        assertThat(wire.count(TcpCounters.KEEP_ALIVE_PROBES)).isZero();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 4));
    }

    @Test
    void aSegmentFromOutsideTheWindowIsNoSignOfLife() {
        var wire = established();
        runTo(wire, wire.now + IDLE - 1);
        wire.receive("A", 200_000, 1).drain();
        wire.at(1).expect("A", 0, 0, 1);
    }

    @Test
    void aPeerThatRebootedFreesTheConnectionAtOnce() {
        var wire = established();
        wire.toDeadline().expect("A", 0, 0, 1);
        wire.receive("R", 1, 0).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.Reset(0));
    }

    @Test
    @Rfc({"9293:MUST-24", "9293:MAY-5"})
    void itIsSwitchedOnAndOffWhileTheConnectionIsOpen() {
        var wire = Wire.established();
        wire.at(30 * Wire.SECOND).connection.configure(wire.now, asking().build());
        wire.nothing();
        assertThat(wire.connection.nextDeadline()).isEqualTo(wire.now + IDLE - 30 * Wire.SECOND);
        wire.connection.configure(wire.now, Wire.plain().build());
        wire.nothing();
        assertThat(wire.connection.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void switchedOnAfterLongSilenceItAsksAtOnce() {
        var wire = Wire.established();
        wire.at(2 * IDLE).connection.configure(wire.now, asking().build());
        wire.expect("A", 0, 0, 1);
    }

    @Test
    void aHalfClosedPeerIsAskedToo() {
        var wire = established();
        wire.receive("FA", 1, 1).drain();
        wire.toDeadline().expect("A", 0, 0, 2);
    }

    @Test
    void nobodyIsAskedInTimeWait() {
        var wire = Wire.established(asking().keepAliveIdleNanos(Wire.SECOND).build());
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        long start = wire.now;
        wire.toDeadline().nothing();
        assertThat(wire.now - start).isEqualTo(60 * Wire.SECOND);
    }
}
