package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.TcpFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Segments in states that are soon left, and timers that other timers make way for.
class StateRulesTest {

    @Test
    @Rfc("9293:3.6.1")
    void simultaneousCloseWaitsTwoSegmentLifetimes() {
        var wire = Wire.established(Wire.plain().mslNanos(7 * Wire.SECOND).build());
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 1).expect("A", 2, 0, 2);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSING);
        wire.receive("A", 2, 2).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        long since = wire.now;
        wire.toDeadline().nothing();
        assertThat(wire.now - since).isEqualTo(14 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    @Rfc("9293:3.10.7.4")
    void anotherSynInSynReceivedGivesThePassiveOpenBack() {
        var passive = Wire.passive(Wire.plain().build(), w -> w.mss(1000));
        passive.drain();
        passive.receive("S", 5, 0).nothing();
        assertThat(passive.connection.state()).isEqualTo(TcpState.CLOSED);
        var both = Wire.active(Wire.plain().build());
        both.drain();
        both.receive("S", 0, 0, w -> w.mss(1000)).drain();
        assertThat(both.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
        both.receive("S", 5, 0).expect("A", 1, 0, 1);
        assertThat(both.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
    }

    @Test
    void sameSynAgainIsAnsweredByOneSynAckAndNoChallenge() {
        var passive = Wire.passive(Wire.plain().build(), w -> w.mss(1000));
        passive.drain();
        passive.receive("S", 0, 0, w -> w.mss(1000));
        assertThat(passive.one().flags()).isEqualTo("SA");
        assertThat(passive.count(TcpCounters.CHALLENGE_ACKS)).isZero();
    }

    @Test
    void acknowledgementEndsTheCountOfTimeoutsAndTheSoftError() {
        var wire = Wire.established().write("abc");
        wire.drain();
        wire.toDeadline().drain();
        wire.toDeadline().drain();
        wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.HOST, Wire.ISS + 1);
        assertThat(wire.connection.timeouts()).isEqualTo(2);
        wire.connection.takeEvents();
        wire.receive("A", 1, 4).nothing();
        assertThat(wire.connection.timeouts()).isZero();
        assertThat(wire.connection.softError()).isNull();
        assertThat(wire.connection.takeEvents())
                .isEqualTo(TcpEvents.ACKNOWLEDGED | TcpEvents.WRITABLE | TcpEvents.SOFT_ERROR);
    }

    @Test
    @Rfc("7323:4.1")
    void echoFromTheFutureOrFromLongAgoIsNoMeasurement() {
        var wire = Wire.active(
                Wire.plain().timestamps(true).r2Nanos(20 * Wire.SECOND).build());
        wire.drain();
        int stamp = wire.lastTsVal();
        wire.at(40 * Wire.MILLI)
                .receive("SA", 0, 1, w -> w.mss(1000).timestamps(7, stamp))
                .drain();
        long srtt = wire.connection.srttNanos();
        wire.write("abc").drain();
        wire.toDeadline().drain();
        // Timed no more: now only echoes tell the time, and only those of the second copy.
        int second = wire.lastTsVal();
        for (int echo : new int[] {second + 1_000_000, second - 1}) {
            wire.at(Wire.MILLI).receive("A", 1, 2, w -> w.timestamps(8, echo)).drain();
            assertThat(wire.connection.srttNanos()).isEqualTo(srtt);
        }
        wire.at(38 * Wire.MILLI)
                .receive("A", 1, 4, w -> w.timestamps(8, second))
                .drain();
        assertThat(wire.connection.srttNanos()).isEqualTo(srtt);
    }

    @Test
    @Rfc("3168:6.1.2")
    void whatWasDeliveredUnderAMarkIsCounted() {
        var steps = Steps.over(Wire.plain().ecn(EcnUse.ON).build(), true);
        steps.wire().write(Wire.text(10_000)).drain();
        steps.wire().at(40 * Wire.MILLI).receive("A", 1, 3001).drain();
        assertThat(steps.info().loss().deliveredMarked()).isZero();
        steps.wire().receive("A", 1, 5001, w -> w.flags(TcpFlags.ECE)).drain();
        assertThat(steps.info().loss().deliveredMarked()).isEqualTo(2);
        var deaf = Steps.over(Wire.plain().build(), true);
        deaf.wire().write(Wire.text(10_000)).drain();
        deaf.wire().receive("A", 1, 5001, w -> w.flags(TcpFlags.ECE)).drain();
        assertThat(deaf.info().loss().deliveredMarked()).isZero();
    }

    /// RFC 9293 §3.9.1.2: what is sent again takes along what was written since, and the FIN where that fits.
    @ParameterizedTest
    @ValueSource(ints = {949, 950, 1050})
    void lastSegmentTakesNewTextAndTheFinAlong(int window) {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.receive("SA", 0, 1, 900, "", w -> w.mss(1000)).drain();
        wire.write(Wire.text(800)).drain();
        wire.write(Wire.text(150));
        wire.connection.closeSend(wire.now);
        wire.nothing();
        wire.now = wire.connection.nextDeadline();
        wire.receive("A", 1, 1, window, "");
        var first = wire.drain().getFirst();
        assertThat(first.seq()).isEqualTo(1);
        assertThat(first.length()).isEqualTo(Math.min(950, window));
        assertThat(first.flags().contains("F")).as("FIN").isEqualTo(window > 950);
    }

    @Test
    @Rfc("9293:3.8.6.1")
    void windowThatOpensALittleEndsTheProbesAndTheNextTimerIsThatOfWhatIsSent() {
        var wire = Wire.established().receive("A", 1, 1, 0, "").write("abc");
        wire.nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.receive("A", 1, 1, 2, "");
        assertThat(wire.drain()).hasSize(1);
        long sent = wire.now;
        wire.toDeadline();
        assertThat(wire.now - sent).isEqualTo(wire.connection.rtoNanos());
        wire.drain();
        assertThat(wire.connection.timeouts()).isEqualTo(1);
        assertThat(wire.connection.probes()).isZero();
    }

    @Test
    @Rfc("6429:3")
    void peerThatTakesAnOctetNowAndThenIsBorneWithFromTheLastOne() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "").write("abc").nothing();
        long since = wire.now;
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.at(Wire.MILLI).receive("A", 1, 2, 0, "").nothing();
        long taken = wire.now;
        assertThat(taken).isGreaterThan(since);
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            if (wire.toDeadline().drain().getFirst().flags().equals("A")) {
                wire.receive("A", 1, 2, 0, "");
            }
        }
        assertThat(wire.now - taken).isEqualTo(10 * Wire.SECOND);
        assertThat(wire.count(TcpCounters.ZERO_WINDOW_TIMEOUTS)).isEqualTo(1);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 2));
    }

    @Test
    @Rfc("9293:MUST-21")
    void patienceThatBecomesShorterThanWhatWasWaitedEndsTheWaitAtOnce() {
        var wire = Wire.established().write("abc");
        wire.drain();
        for (int i = 0; i < 4; i++) {
            wire.toDeadline().drain();
        }
        wire.at(Wire.MILLI);
        wire.connection.configure(wire.now, Wire.plain().r2Nanos(Wire.SECOND).build());
        assertThat(wire.connection.nextDeadline()).isEqualTo(wire.now);
        wire.drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }
}
