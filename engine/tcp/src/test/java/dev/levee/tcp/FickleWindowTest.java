package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Windows that open and close again and again while little or nothing is taken: who does that is not borne with for
/// longer than others, and text waits no longer for a small window.
class FickleWindowTest {
    private static final long DAY = 86_400 * Wire.SECOND;

    /// Lets timers run, and nobody answers.
    static void silence(Wire wire, long nanos) {
        wire.drain();
        long end = wire.now + nanos;
        while (wire.connection.nextDeadline() != Deadlines.NONE && wire.connection.nextDeadline() - end < 0) {
            wire.toDeadline().drain();
        }
        wire.now = end;
        wire.drain();
    }

    /// R2 is about what was sent into an open window: that it closes for an instant is no answer.
    @ParameterizedTest
    @ValueSource(longs = {60_000, 700, 100})
    @Rfc("9293:MUST-20")
    void aWindowThatClosesForAnInstantAnswersNothing(long millis) {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        long begin = wire.now;
        while (wire.connection.state() != TcpState.CLOSED && wire.now - begin < DAY) {
            silence(wire, millis * Wire.MILLI);
            wire.receive("A", 1, 1, 0, "").receive("A", 1, 1, 1_000, "").drain();
        }
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
        assertThat(wire.now - begin).isBetween(100 * Wire.SECOND, 100 * Wire.SECOND + millis * Wire.MILLI);
    }

    /// The timer of R2 rings at the moment in which the window flickers, and what comes is read first.
    @Test
    void aWindowThatClosesForAnInstantWhenTimeIsUpAnswersNothing() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        long begin = wire.now;
        for (int i = 1; i <= 1_010 && wire.connection.state() != TcpState.CLOSED; i++) {
            wire.now += 100 * Wire.MILLI;
            if (i != 1_000) {
                wire.drain();
            }
            wire.receive("A", 1, 1, 0, "").receive("A", 1, 1, 1_000, "").drain();
        }
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
        assertThat(wire.now - begin).isEqualTo(100 * Wire.SECOND);
    }

    /// The peer may have dropped what was in flight, and takes it when it comes again.
    @ParameterizedTest
    @ValueSource(longs = {50, 150, 190})
    void whatWasLostIsSentAgainThoughTheWindowClosesMoreOftenThanTheTimerRings(long millis) {
        var wire = Wire.established(Wire.plain().build());
        wire.write(Wire.text(3_000)).drain();
        int sent = 0;
        long begin = wire.now;
        for (int i = 0; wire.now - begin < 12 * Wire.SECOND; i++) {
            wire.now += millis * Wire.MILLI;
            sent += wire.drain().size();
            wire.receive("A", 1, 1, i % 2 == 0 ? 0 : 5_000, "");
            sent += wire.drain().size();
        }
        // In six seconds with an open window: after 0.2, 0.6, 1.4, 3 seconds, and perhaps once more.
        assertThat(sent).isBetween(4, 5);
    }

    /// A report goes ahead of a probe of the tail that is due, and the window closes in between.
    @Test
    void aProbeOfTheTailDoesNotGoIntoAClosedWindow() {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.at(20 * Wire.MILLI).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted());
        wire.drain();
        wire.write("hello").drain();
        wire.toDeadline().receive("A", 5, 1, 1_000, "xx");
        assertThat(wire.first()).matches(sent -> sent.is("A", 6, 0, 1), "the report");
        wire.receive("A", 7, 1, 0, "").nothing();
    }

    /// What was acknowledged is an answer, and the time before it does not count any more.
    @Test
    void anOctetThatIsTakenInBetweenIsAnAnswer() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        silence(wire, 90 * Wire.SECOND);
        wire.receive("A", 1, 1, 0, "")
                .receive("A", 1, 2, 0, "")
                .receive("A", 1, 2, 1_000, "")
                .drain();
        silence(wire, 90 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.receive("A", 1, 2, 0, "").receive("A", 1, 2, 1_000, "").drain();
        silence(wire, 15 * Wire.SECOND);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 4));
    }

    /// RFC 9293 §3.8.6.2.1: what waits for a small window to grow waits for a timeout, also if it grows and shrinks.
    @ParameterizedTest
    @CsvSource({"1, 2", "0, 2", "2, 0"})
    void aSmallWindowThatChangesAllTheTimeIsUsed(int one, int other) {
        var wire = Wire.established(Wire.plain().build());
        wire.receive("A", 1, 1, one, "");
        wire.write("hello").nothing();
        int sent = 0;
        for (int i = 0; i < 20 && sent == 0; i++) {
            wire.now += Wire.SECOND / 10;
            sent += wire.drain().size();
            wire.receive("A", 1, 1, i % 2 == 0 ? other : one, "");
            sent += wire.drain().size();
        }
        assertThat(sent).isPositive();
    }

    /// RFC 6298 (5.3): what was acknowledged while the window was closed starts the timer anew.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("6298:5")
    void theTimerDoesNotGoOnWhereSomethingWasAcknowledged(boolean closed) {
        var wire = Wire.established(Wire.plain().build());
        wire.write(Wire.text(5_000)).drain();
        wire.at(190 * Wire.MILLI).receive("A", 1, 1, 0, "").nothing();
        if (closed) {
            wire.at(5 * Wire.MILLI).receive("A", 1, 1_001, 0, "").nothing();
        }
        wire.at(5 * Wire.MILLI).receive("A", 1, 1_001, 5_000, "").drain();
        assertThat(wire.connection.nextDeadline() - wire.now).isGreaterThanOrEqualTo(200 * Wire.MILLI);
    }

    /// The timer waited for the end of R2, and that is later now.
    @Test
    void aTimerThatWaitedForR2DoesNotGoOnWhenThatIsLater() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        silence(wire, 100 * Wire.SECOND - 100 * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(1_000 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isGreaterThan(10 * Wire.SECOND);
    }

    /// What the timer had waited for was a retransmission, and R2 has nothing to do with it.
    @Test
    void aTimerThatDidNotWaitForR2GoesOnWhenThatIsLater() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        wire.at(190 * Wire.MILLI).receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(200 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(10 * Wire.MILLI);
    }

    /// Whose window is closed for longer than a timeout and open for less is given up for what it does not acknowledge.
    @Test
    @Rfc("9293:MUST-20")
    void aWindowThatIsClosedForLongAnswersNothingWhenTimeIsUp() {
        var wire = Wire.established(Wire.plain().r2Nanos(1_000 * Wire.SECOND).build());
        wire.write("hello").drain();
        silence(wire, 10 * Wire.SECOND);
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(8 * Wire.SECOND).build());
        for (int i = 0; i < 50 && wire.connection.state() == TcpState.ESTABLISHED; i++) {
            wire.toDeadline().drain();
            wire.receive("A", 1, 1, 0, "").drain();
            wire.now += 100 * Wire.MILLI;
            wire.receive("A", 1, 1, 1_000, "").drain();
            silence(wire, Wire.SECOND);
            wire.receive("A", 1, 1, 0, "").drain();
        }
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
    }

    /// R2 that changes back and forth gives no more time than a timer that waited for its end had.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("9293:MUST-20")
    void aPeerThatChangesItsMindAboutPatienceIsNotBorneWithForLonger(boolean changes) {
        var wire = Wire.active(Wire.plain().userTimeoutOption(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).userTimeout(400));
        wire.drain();
        wire.write("hello").drain();
        long begin = wire.now;
        while (wire.connection.state() != TcpState.CLOSED && wire.now - begin < DAY) {
            silence(wire, 20 * Wire.SECOND);
            boolean over = wire.now - begin > 310 * Wire.SECOND;
            if (wire.connection.state() != TcpState.CLOSED) {
                wire.receive("A", 1, 1, 0, "");
                if (over && changes) {
                    wire.receive("A", 1, 1, 0, "", w -> w.userTimeout(400));
                }
                if (over) {
                    wire.receive("A", 1, 1, 0, "", w -> w.userTimeout(300));
                }
                wire.receive("A", 1, 1, 1_000, "").drain();
            }
        }
        assertThat(wire.now - begin).isBetween(300 * Wire.SECOND, 400 * Wire.SECOND);
    }

    /// RFC 9293 §3.8.6.2.1: closed for a moment at the end of a timeout, a small window has been waited with for long
    /// enough.
    @ParameterizedTest
    @EnumSource(WindowProbe.class)
    void aSmallWindowThatIsClosedForAMomentWhenItIsAboutToBeUsedIsUsed(WindowProbe probe) {
        var wire = Wire.established(Wire.plain().windowProbe(probe).build());
        wire.receive("A", 1, 1, 2, "");
        wire.write("hello").nothing();
        int text = 0;
        for (int i = 0; i < 3; i++) {
            wire.now = wire.connection.nextDeadline() - Wire.MILLI;
            wire.receive("A", 1, 1, 0, "").nothing();
            wire.now += Wire.MILLI;
            text += wire.drain().stream().mapToInt(Wire.Sent::length).sum();
            wire.receive("A", 1, 1, 2, "");
            text += wire.drain().stream().mapToInt(Wire.Sent::length).sum();
        }
        assertThat(text).isPositive();
    }

    /// RFC 8985 §7.3 has the timer start anew for a probe of the tail, which R2 does not wait for.
    @Test
    @Rfc("9293:MUST-20")
    void aProbeOfTheTailDoesNotPutTheEndOff() {
        var wire = Wire.active(Wire.plain().userTimeoutNanos(500 * Wire.MILLI).build());
        wire.drain();
        wire.at(300 * Wire.MILLI).receive("SA", 0, 1, w -> w.mss(1000).sackPermitted());
        wire.drain();
        wire.write("hello").drain();
        long begin = wire.now;
        wire.toDeadline().drain();
        assertThat(wire.now - begin).isEqualTo(500 * Wire.MILLI);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.USER, 5));
    }

    /// A limit was about to end, and does not while the window is open.
    @Test
    @Rfc("6429:3")
    void aLimitThatMovesOnBringsNoProbe() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(100 * Wire.MILLI).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.at(40 * Wire.MILLI).receive("A", 1, 1, 1, "").nothing();
        wire.at(40 * Wire.MILLI).receive("A", 1, 1, 0, "").nothing();
        wire.at(20 * Wire.MILLI).nothing();
        wire.at(40 * Wire.MILLI - 1).nothing();
        wire.at(1).expect("RA", 1, 0, 1);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// RFC 9293 §3.8.6.2.1: a small window is waited with for a timeout, not for the end of a limit.
    @Test
    void aSmallWindowIsNotUsedBeforeATimeout() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(100 * Wire.MILLI).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.at(10 * Wire.MILLI).receive("A", 1, 1, 1, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(190 * Wire.MILLI);
        wire.toDeadline().expect("A", 1, 1, 1);
    }

    /// However far the probes before have backed off.
    @Test
    void aSmallWindowIsUsedAfterATimeout() {
        var wire = Wire.established(
                Wire.plain().windowProbe(WindowProbe.OLD_SEQUENCE).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        for (int i = 0; i < 6; i++) {
            wire.toDeadline().drain();
            wire.receive("A", 1, 1, 0, "").drain();
        }
        wire.receive("A", 1, 1, 2, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isLessThanOrEqualTo(Wire.SECOND);
        wire.toDeadline().expect("A", 1, 2, 1);
    }

    /// Else two small packets would bring a whole window of text, as often as the peer likes.
    @Test
    void aWindowThatOpensAgainAtOnceBringsNothingAgain() {
        var wire = Wire.established(Wire.plain().build());
        wire.write(Wire.text(5_000)).drain();
        for (int i = 0; i < 3; i++) {
            wire.now += 10 * Wire.MILLI;
            wire.receive("A", 1, 1, 0, "").nothing();
            wire.now += 10 * Wire.MILLI;
            wire.receive("A", 1, 1, 5_000, "").nothing();
        }
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        wire.receive("A", 1, 1, 5_000, "");
        assertThat(wire.drain()).as("after a timeout").hasSize(5);
    }

    @Test
    @Rfc("6429:3")
    void theTimeWithAnOpenWindowIsLeftOutOnceHoweverOftenItGrows() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(2 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.now += Wire.SECOND / 20;
        wire.receive("A", 1, 1, 1, "").nothing();
        wire.now += Wire.SECOND / 20;
        wire.receive("A", 1, 1, 2, "").nothing();
        wire.now += Wire.SECOND / 20;
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 2 * Wire.SECOND - Wire.SECOND / 20 - 1);
        assertThat(wire.connection.nextDeadline()).isEqualTo(wire.now + 1);
        wire.toDeadline().drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// Where a limit would end at the one value that is no point in time.
    @ParameterizedTest
    @ValueSource(longs = {-2, -1, 0, 1, 2})
    void theClockMayHaveAnyValue(long offset) {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.now = Long.MAX_VALUE - 10 * Wire.SECOND + offset;
        long end = wire.now + 10 * Wire.SECOND;
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        while (wire.connection.state() == TcpState.ESTABLISHED && wire.now - end < Wire.SECOND) {
            wire.toDeadline().drain();
            if (wire.connection.state() == TcpState.ESTABLISHED) {
                wire.receive("A", 1, 1, 0, "").drain();
            }
        }
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
        assertThat(end - wire.now).isBetween(0L, 1L);
    }

    /// A limit that becomes shorter while a peer refuses holds at once; one that becomes longer does not bring a probe.
    @Test
    @Rfc("6429:3")
    void limitsThatChangeMeanwhile() {
        var wire = Wire.established(Wire.plain().build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        for (int i = 0; i < 6; i++) {
            wire.toDeadline().drain();
            wire.receive("A", 1, 1, 0, "").drain();
        }
        long closedFor = wire.now - 5 * Wire.SECOND;
        wire.connection.configure(
                wire.now,
                Wire.plain().zeroWindowNanosMax(closedFor + Wire.SECOND).build());
        wire.nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isLessThanOrEqualTo(Wire.SECOND);
        wire.connection.configure(wire.now, Wire.plain().build());
        wire.nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isGreaterThan(Wire.SECOND);
        wire.connection.configure(
                wire.now, Wire.plain().zeroWindowNanosMax(Wire.SECOND).build());
        wire.drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// The limit for those who have gone becomes longer: the user's own one goes on as it was.
    @Test
    @Rfc("6429:3")
    void theLimitForThoseWhoHaveGoneChangesAlone() {
        var settings = Wire.plain().zeroWindowNanosMax(20 * Wire.SECOND);
        var wire = Wire.established(
                settings.zeroWindowClosedNanosMax(5 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        long end = wire.now + 20 * Wire.SECOND;
        wire.now += 10 * Wire.SECOND;
        wire.drain();
        wire.receive("A", 1, 1, 0, "").drain();
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        wire.drain();
        wire.connection.configure(
                wire.now, settings.zeroWindowClosedNanosMax(600 * Wire.SECOND).build());
        RefusingPeerTest.refuse(wire, end - 1 - wire.now);
        assertThat(wire.connection.nextDeadline()).isEqualTo(end);
        wire.toDeadline().drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// Windows by chance, sometimes several between polls, and a count beside the engine's of the time with a closed
    /// window.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @Rfc("6429:3")
    void closedTimeIsCountedToTheNanosecond(long seed) {
        var random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            long most = Wire.SECOND * (1 + random.nextInt(20));
            var wire = Wire.established(
                    Wire.plain().zeroWindowNanosMax(most).r2Nanos(DAY).build());
            int window = 0;
            wire.receive("A", 1, 1, 1_000, "").receive("A", 1, 1, window, "");
            wire.write("hello").nothing();
            long closed = 0;
            while (wire.connection.state() == TcpState.ESTABLISHED) {
                long step = 1 + random.nextLong(random.nextBoolean() ? Wire.SECOND : 20 * Wire.MILLI);
                long due = most - closed;
                if (window == 0 && step >= due) {
                    silence(wire, due - 1);
                    assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
                    silence(wire, 1);
                    break;
                }
                silence(wire, step);
                closed += window == 0 ? step : 0;
                do {
                    window = new int[] {0, 0, 1, 2, 1_000}[random.nextInt(5)];
                    wire.receive("A", 1, 1, window, "");
                } while (random.nextBoolean());
            }
            assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
        }
    }
}
