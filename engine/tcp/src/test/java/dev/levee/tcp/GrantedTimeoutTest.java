package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What was in flight when a window closed for long is sent again when it opens, and has a timeout to be
/// acknowledged in, wherever R2 ends.
class GrantedTimeoutTest {
    /// Whoever answered all probes is not given up at the moment when it opens its window: what is sent again
    /// has a timeout to be acknowledged in, also where R2 was over long ago, but not for ever.
    @ParameterizedTest
    @ValueSource(longs = {200, 12_599})
    @Rfc("9293:MUST-37")
    void whatIsSentAgainHasATimeoutToBeAcknowledgedIn(long silentMillis) {
        var wire = Wire.established();
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, silentMillis * Wire.MILLI - 1);
        wire.now += 1;
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now,
                Wire.plain().userTimeoutNanos(silentMillis * Wire.MILLI / 2).build());
        refusesAndOpens(wire);
        assertThat(wire.connection.nextDeadline() - wire.now).isGreaterThanOrEqualTo(200 * Wire.MILLI);
        FickleWindowTest.silence(wire, 199 * Wire.MILLI);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        for (int i = 0; i < 10 && wire.connection.state() == TcpState.ESTABLISHED; i++) {
            wire.receive("A", 1, 1, 0, "").nothing();
            RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
            wire.receive("A", 1, 1, 1_000, "").drain();
            FickleWindowTest.silence(wire, 199 * Wire.MILLI);
        }
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.USER, 5));
    }

    /// R2 is not over yet when the window opens, and ends before what is sent again can be acknowledged.
    @ParameterizedTest
    @ValueSource(longs = {1, 10, 150})
    @Rfc("9293:MUST-37")
    void whatIsSentAgainShortlyBeforeTheEndHasATimeoutToBeAcknowledgedIn(long leftMillis) {
        var settings = Wire.plain().r2Nanos(10 * Wire.SECOND);
        var wire = Wire.established(settings.build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 10 * Wire.SECOND - leftMillis * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").nothing();
        for (int i = 0; i < 2; i++) {
            RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
            wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
            wire.connection.configure(wire.now, settings.noDelay(i == 0).build());
            assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo((200 - 99 * i) * Wire.MILLI);
            FickleWindowTest.silence(wire, 99 * Wire.MILLI);
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
            wire.receive("A", 1, 1, 0, "").nothing();
        }
        refusesAndOpens(wire);
        FickleWindowTest.silence(wire, 2 * Wire.MILLI);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
    }

    /// R2 has 10 ms left and another length from now on, told when it counts for nothing or for everything.
    @ParameterizedTest
    @CsvSource({"10_050, 1", "10_050, 2", "10_050, 3", "9_900, 1", "9_900, 2", "9_900, 3", "9_995, 2", "9_995, 3"})
    @Rfc("9293:MUST-37")
    void anotherPatienceDoesNotEndWhatIsGranted(long r2Millis, int when) {
        var wire = aboutToBeGivenUp();
        var settings = Wire.plain().r2Nanos(r2Millis * Wire.MILLI).build();
        if (when == 1) {
            wire.connection.configure(wire.now, settings);
        }
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        if (when == 2) {
            wire.connection.configure(wire.now, settings);
        }
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        if (when == 3) {
            wire.connection.configure(wire.now, settings);
        }
        long begin = wire.now;
        FickleWindowTest.silence(wire, 200 * Wire.MILLI - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        FickleWindowTest.silence(wire, Wire.MILLI);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
        assertThat(wire.now - begin).isEqualTo(201 * Wire.MILLI - 1);
    }

    /// Back and forth.
    @Test
    void aPatienceThatIsWhatItWasEndsNothing() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        for (long seconds : new long[] {20, 10}) {
            wire.connection.configure(
                    wire.now, Wire.plain().r2Nanos(seconds * Wire.SECOND).build());
        }
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// With R2 far away what is sent again waits for no more, and no less, than a timeout as it has become.
    @Test
    void whatWasGrantedIsNoTimeoutWhereR2IsLonger() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(6_400 * Wire.MILLI);
    }

    /// What is granted is counted with an open window only, before the end of R2 and behind it.
    @ParameterizedTest
    @ValueSource(longs = {5, 9, 10, 11, 150})
    void aWindowThatClosesForAnInstantTakesNothingOfWhatIsGranted(long millis) {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        FickleWindowTest.silence(wire, millis * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").receive("A", 1, 1, 1_000, "").drain();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo((200 - millis) * Wire.MILLI);
    }

    /// R2 comes down behind a timer that has backed off far, which does not put the end off.
    @Test
    @Rfc("9293:MUST-20")
    void anOldTimerDoesNotPutTheEndOff() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 26 * Wire.SECOND);
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 60 * Wire.SECOND);
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(27 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(Wire.SECOND);
    }

    /// Its timer had waited for the end of R2, which is another and was over long ago.
    @Test
    @Rfc("9293:MUST-20")
    void whoseTimeIsUpWhileTheWindowIsClosedForAnInstantIsGivenUp() {
        var wire = aboutToBeGivenUp();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(8 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
    }

    /// The clock may have any value; nothing was granted, and R2 is far away.
    @ParameterizedTest
    @ValueSource(longs = {-50_000_000L, Long.MIN_VALUE + 5_000_000_000L, Long.MAX_VALUE - 50_000_000L})
    void nothingIsGrantedToAWindowThatClosesForAnInstant(long nanos) {
        var wire = Wire.established(Wire.plain().build());
        wire.now = nanos;
        wire.write("hello").drain();
        wire.receive("A", 1, 1, 0, "").receive("A", 1, 1, 1_000, "").drain();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// What is granted is as long as a timeout here, and R2 far away: the timer is one like any other.
    @Test
    void anotherPatienceDoesNotPutATimeoutOff() {
        var wire = Wire.established(Wire.plain().build());
        wire.write("hello").drain();
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 60 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        long due = wire.connection.nextDeadline();
        wire.at(150 * Wire.MILLI);
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(200 * Wire.SECOND).build());
        assertThat(wire.connection.nextDeadline()).isEqualTo(due);
    }

    /// The same while the window is closed for an instant.
    @Test
    void whatWasGrantedIsNoTimeoutWhereR2IsLongerWhenTheWindowOpens() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.at(5 * Wire.MILLI).receive("A", 1, 1, 0, "");
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(6_400 * Wire.MILLI);
    }

    /// Whatever its timer had waited for.
    @Test
    @Rfc("9293:MUST-20")
    void whoseTimeIsUpIsGivenUpWhenTheWindowOpens() {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 26 * Wire.SECOND);
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(20 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
    }

    /// The window stays closed when the peer takes the octet of a probe: the rest is sent again when it
    /// opens.
    @Test
    @Rfc("9293:MUST-37")
    void whoTakesAProbesOctetIsGrantedATimeoutForTheRest() {
        var wire =
                Wire.established(Wire.plain().userTimeoutNanos(50 * Wire.MILLI).build());
        wire.write("hello").drain();
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, Wire.SECOND);
        wire.receive("A", 1, 2, 0, "").drain();
        wire.receive("A", 1, 2, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 2, Wire.SECOND);
        wire.receive("A", 1, 2, 1_000, "").expect("PA", 2, 4, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// What was granted long before the end of R2 was of no use: that was over before, and counts.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Rfc("9293:MUST-37")
    void whatWasOfNoUseIsGrantedAgain(int taken) {
        var wire = Wire.established(Wire.plain().r2Nanos(10 * Wire.SECOND).build());
        wire.write("hello").drain();
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, Wire.SECOND);
        wire.receive("A", 1, taken, 0, "").drain();
        wire.receive("A", 1, taken, 0, "").nothing();
        RefusingPeerTest.refuse(wire, taken, Wire.SECOND);
        wire.receive("A", 1, taken, 1_000, "").expect("PA", taken, 6 - taken, 1);
        FickleWindowTest.silence(wire, 10 * Wire.SECOND - 10 * Wire.MILLI);
        for (int left = 200; left > 0; left -= 50) {
            wire.receive("A", 1, taken, 0, "").nothing();
            RefusingPeerTest.refuse(wire, taken, 3_600 * Wire.SECOND);
            wire.receive("A", 1, taken, 1_000, "").expect("PA", taken, 6 - taken, 1);
            assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(left * Wire.MILLI);
            FickleWindowTest.silence(wire, 50 * Wire.MILLI);
        }
        assertThat(wire.connection.cause())
                .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 6 - taken));
    }

    /// R2 is over for a moment only, in which nobody looks.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPatienceThatWasOverForAMomentEndsNothing(int closings) {
        var wire = Wire.established(Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 20 * Wire.SECOND);
        long due = wire.connection.nextDeadline();
        int timeouts = wire.connection.info(wire.now).loss().timeouts();
        if (closings > 0) {
            wire.receive("A", 1, 1, 0, "").nothing();
        }
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(15 * Wire.SECOND).build());
        if (closings > 0) {
            wire.receive("A", 1, 1, 1_000, "");
        }
        if (closings > 1) {
            wire.receive("A", 1, 1, 0, "");
        }
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(100 * Wire.SECOND).build());
        if (closings > 1) {
            wire.receive("A", 1, 1, 1_000, "");
        }
        wire.nothing();
        assertThat(wire.connection.nextDeadline()).isGreaterThanOrEqualTo(due);
        assertThat(wire.connection.info(wire.now).loss().timeouts()).isEqualTo(timeouts);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    /// Closed for less than a timeout, a window brings nothing again.
    @Test
    void whatIsNotSentAgainIsGrantedNothing() {
        var wire =
                Wire.established(Wire.plain().userTimeoutNanos(50 * Wire.MILLI).build());
        wire.write("hello").drain();
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.at(10 * Wire.MILLI).receive("A", 1, 2, 0, "").nothing();
        wire.at(10 * Wire.MILLI).receive("A", 1, 2, 1_000, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(50 * Wire.MILLI);
    }

    /// The octet of a probe is sent again, too, with all that is behind it.
    @Test
    @Rfc("9293:MUST-37")
    void theOctetOfAProbeHasATimeoutToBeAcknowledgedIn() {
        var wire =
                Wire.established(Wire.plain().userTimeoutNanos(50 * Wire.MILLI).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refusesAndOpens(wire);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// What was granted behind the end of R2 is over, but nobody has looked when the window closes.
    @Test
    @Rfc("9293:MUST-20")
    void whatWasUsedUpIsNotGrantedAgain() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.now += 200 * Wire.MILLI;
        wire.receive("A", 1, 1, 0, "").receive("A", 1, 1, 1_000, "").receive("A", 1, 1, 0, "");
        wire.nothing();
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 5));
    }

    /// What was granted is over, but nobody has looked when the window closes and R2 becomes longer.
    @Test
    @Rfc("9293:MUST-37")
    void whatWasUsedUpIsGrantedAgainWhereR2BecomesLonger() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.now += 200 * Wire.MILLI;
        wire.receive("A", 1, 1, 0, "");
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(20 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 1_000, "").nothing();
        FickleWindowTest.silence(wire, 9_790 * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").nothing();
        refusesAndOpens(wire);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// The same, and R2 becomes longer while the window is closed, before it is probed or later.
    @ParameterizedTest
    @CsvSource({"200, false", "200, true", "199, true"})
    @Rfc("9293:MUST-37")
    void whatWasUsedUpIsGrantedAgainWhereR2BecomesLongerBehindAClosedWindow(long used, boolean probed) {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.now += used * Wire.MILLI;
        wire.receive("A", 1, 1, 0, "").nothing();
        var longer = Wire.plain().r2Nanos(10_200 * Wire.MILLI).build();
        if (!probed) {
            wire.connection.configure(wire.now, longer);
        }
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        if (probed) {
            wire.connection.configure(wire.now, longer);
        }
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// The same, but R2 is over by its new length, too.
    @ParameterizedTest
    @ValueSource(longs = {9_900, 10_100})
    @Rfc("9293:MUST-20")
    void whatWasUsedUpIsNotGrantedAgainWhereR2IsOverStill(long r2Millis) {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.now += 199 * Wire.MILLI;
        wire.receive("A", 1, 1, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(r2Millis * Wire.MILLI).build());
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(Wire.MILLI);
    }

    /// Whoever takes the octet of a probe and opens the window has nothing to wait for but what comes now.
    @Test
    void newTextHasTheUsersTimeOnly() {
        var wire =
                Wire.established(Wire.plain().userTimeoutNanos(50 * Wire.MILLI).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        wire.receive("A", 1, 2, 1_000, "").expect("PA", 2, 4, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(50 * Wire.MILLI);
    }

    /// Nothing was in flight when the window was closed first, but for the octet of a probe.
    @Test
    @Rfc("9293:MUST-37")
    void whatAProbesOctetWasGrantedLongAgoIsGrantedAgain() {
        var wire = Wire.established(Wire.plain().r2Nanos(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        RefusingPeerTest.refuse(wire, 60 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
        FickleWindowTest.silence(wire, 10 * Wire.SECOND - 10 * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").nothing();
        refusesAndOpens(wire);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// Whoever has taken an octet is granted as much as before, and nothing of it is left over until then.
    @Test
    @Rfc("9293:MUST-37")
    void whatIsTakenBeginsAnew() {
        var wire = aboutToBeGivenUp();
        refusesAndOpens(wire);
        wire.connection.configure(
                wire.now, Wire.plain().userTimeoutNanos(50 * Wire.MILLI).build());
        wire.at(10 * Wire.MILLI).receive("A", 1, 2, 1_000, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(50 * Wire.MILLI);
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(10 * Wire.SECOND).build());
        FickleWindowTest.silence(wire, 10 * Wire.SECOND - 10 * Wire.MILLI);
        wire.receive("A", 1, 2, 0, "").nothing();
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        wire.receive("A", 1, 2, 1_000, "").expect("PA", 2, 4, 1);
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(200 * Wire.MILLI);
    }

    /// Answers all probes for an hour, and then takes nothing of what is sent again.
    private static void refusesAndOpens(Wire wire) {
        RefusingPeerTest.refuse(wire, 3_600 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").expect("PA", 1, 5, 1);
    }

    /// Ten milliseconds before the end of R2 the window has closed.
    private static Wire aboutToBeGivenUp() {
        var wire = Wire.established(Wire.plain().r2Nanos(10 * Wire.SECOND).build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 10 * Wire.SECOND - 10 * Wire.MILLI);
        wire.receive("A", 1, 1, 0, "").nothing();
        return wire;
    }

    /// Neither where R2 stays as it is, nor where it is longer or shorter and was over before.
    @ParameterizedTest
    @ValueSource(longs = {5_000, 4_000, 5_500})
    @Rfc("9293:MUST-37")
    void settingsThatChangeDoNotEndWhatWasGranted(long r2Millis) {
        var wire = Wire.established(Wire.plain().r2Nanos(10 * Wire.SECOND).build());
        wire.write("hello").drain();
        FickleWindowTest.silence(wire, 6 * Wire.SECOND);
        wire.receive("A", 1, 1, 0, "").nothing();
        wire.connection.configure(
                wire.now, Wire.plain().r2Nanos(5 * Wire.SECOND).build());
        refusesAndOpens(wire);
        FickleWindowTest.silence(wire, 50 * Wire.MILLI);
        wire.connection.configure(
                wire.now,
                Wire.plain().r2Nanos(r2Millis * Wire.MILLI).noDelay(true).build());
        wire.nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(150 * Wire.MILLI);
    }
}
