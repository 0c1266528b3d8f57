package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How long a peer is borne with that answers probes and takes nothing (RFC 6429).
class RefusingPeerTest {
    /// A peer that answers every probe and takes nothing.
    static void refuse(Wire wire, long nanos) {
        refuse(wire, 1, nanos);
    }

    /// One that took something before.
    static void refuse(Wire wire, int ack, long nanos) {
        long end = wire.now + nanos;
        while (wire.connection.nextDeadline() - end < 0) {
            wire.toDeadline().drain();
            wire.receive("A", 1, ack, 0, "").drain();
        }
        wire.now = end;
    }

    @Test
    @Rfc("6429:3")
    void peerThatTakesNothingIsGivenUpTenMinutesAfterTheUserHasGone() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 3_600 * Wire.SECOND);
        wire.connection.closeReceive(wire.now);
        refuse(wire, 3_600 * Wire.SECOND);
        assertThat(wire.connection.state()).as("half of it is the user's").isEqualTo(TcpState.ESTABLISHED);
        wire.connection.closeSend(wire.now);
        refuse(wire, 600 * Wire.SECOND - Wire.MILLI);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.at(Wire.MILLI).expect("RA", 1, 0, 1);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
        assertThat(wire.count(TcpCounters.ZERO_WINDOW_TIMEOUTS)).isEqualTo(1);
    }

    /// However long it is until the next probe, and whatever the limit was while the user was there.
    @ParameterizedTest
    @ValueSource(longs = {0, 86_400})
    @Rfc("6429:3")
    void theTimeCountsFromWhenTheUserHasGone(long secondsBefore) {
        var wire = Wire.established(Wire.plain()
                .zeroWindowNanosMax(secondsBefore * Wire.SECOND)
                .zeroWindowClosedNanosMax(Wire.SECOND)
                .build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 3_600 * Wire.SECOND);
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        assertThat(wire.connection.nextDeadline() - wire.now).isLessThanOrEqualTo(Wire.SECOND);
        refuse(wire, Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// Who has set a limit of his own does not wait longer because he closes.
    @ParameterizedTest
    @CsvSource({"10, 0, 9, 1", "10, 600, 9, 1", "20, 15, 10, 10", "20, 5, 10, 5"})
    @Rfc("6429:3")
    void theUsersOwnLimitGoesOnWhenHeHasGone(long own, long closed, long before, long after) {
        var wire = Wire.established(Wire.plain()
                .zeroWindowNanosMax(own * Wire.SECOND)
                .zeroWindowClosedNanosMax(closed * Wire.SECOND)
                .build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, before * Wire.SECOND);
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        refuse(wire, after * Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// The FIN was the probe: nothing is left to ask for, and the user may wait for an answer as long as he likes.
    @ParameterizedTest
    @ValueSource(longs = {0, 10})
    @Rfc("6429:3")
    void aPeerThatHasTakenAllIsNotGivenUpForItsClosedWindow(long limitSeconds) {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(limitSeconds * Wire.SECOND).build());
        wire.receive("A", 1, 1, 5, "");
        wire.write("hello").drain();
        wire.receive("A", 1, 6, 0, "");
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.toDeadline().drain();
        wire.receive("A", 1, 7, 0, "").drain();
        long end = wire.now + 3_600 * Wire.SECOND;
        while (wire.connection.nextDeadline() != Deadlines.NONE && wire.connection.nextDeadline() - end < 0) {
            wire.toDeadline().nothing();
        }
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    /// However often a window opens, and however little: what counts is for how long it is closed altogether.
    @ParameterizedTest
    @CsvSource({"1000, true", "1, true", "1000, false", "1, false"})
    @Rfc("6429:3")
    void aPeerThatOpensItsWindowAgainAndAgainIsGivenUpToo(int window, boolean hereUser) {
        long most = 10 * Wire.SECOND;
        var wire = Wire.established(Wire.plain()
                .zeroWindowNanosMax(hereUser ? most : 0)
                .zeroWindowClosedNanosMax(most)
                .build());
        wire.receive("A", 1, 1, 1_000, "").receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        if (!hereUser) {
            wire.connection.closeSend(wire.now);
            wire.connection.closeReceive(wire.now);
            wire.drain();
        }
        for (int i = 0; i < 39; i++) {
            refuse(wire, Wire.SECOND / 4);
            assertThat(wire.connection.state()).as("round " + i).isNotEqualTo(TcpState.CLOSED);
            wire.receive("A", 1, 1, window, "").drain();
            wire.now += Wire.SECOND / 8;
            wire.drain();
            wire.receive("A", 1, 1, 0, "").drain();
        }
        refuse(wire, Wire.SECOND / 4 - 1);
        assertThat(wire.connection.state()).isNotEqualTo(TcpState.CLOSED);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// An outage is no refusal: what was sent into an open window did not arrive.
    @Test
    @Rfc("6429:3")
    void theTimeWithAnOpenWindowDoesNotCount() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 9 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").drain();
        long end = wire.now + 60 * Wire.SECOND;
        while (wire.connection.nextDeadline() - end < 0) {
            wire.toDeadline().drain();
        }
        wire.now = end;
        wire.receive("A", 1, 1, 0, "").drain();
        refuse(wire, Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// The user goes while the window is open: what was closed before counts for his own limit only.
    @ParameterizedTest
    @CsvSource({"0, 10", "12, 6", "30, 10"})
    @Rfc("6429:3")
    void theUserGoesWhileTheWindowIsOpen(long own, long after) {
        var wire = Wire.established(Wire.plain()
                .zeroWindowNanosMax(own * Wire.SECOND)
                .zeroWindowClosedNanosMax(10 * Wire.SECOND)
                .build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 6 * Wire.SECOND);
        wire.receive("A", 1, 1, 1_000, "").drain();
        wire.now += Wire.SECOND / 8;
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        wire.drain();
        wire.now += Wire.SECOND / 8;
        wire.receive("A", 1, 1, 0, "").drain();
        refuse(wire, after * Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// The timer that a small window has started rings when a closed one has lasted too long, not later.
    @Test
    @Rfc("6429:3")
    void aSmallWindowThatClosesIsBorneWithNoLonger() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(Wire.SECOND / 10).build());
        wire.receive("A", 1, 1, 1_000, "").receive("A", 1, 1, 2, "");
        wire.write("hello").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isGreaterThan(Wire.SECOND / 10);
        wire.receive("A", 1, 1, 0, "").nothing();
        assertThat(wire.connection.nextDeadline() - wire.now).isEqualTo(Wire.SECOND / 10);
        wire.toDeadline().drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    /// A window that opens for a moment in which nothing is taken changes nothing.
    @Test
    @Rfc("6429:3")
    void aWindowThatFlickersIsAClosedOne() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 6 * Wire.SECOND);
        wire.receive("A", 1, 1, 1, "").receive("A", 1, 1, 0, "").nothing();
        refuse(wire, 4 * Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 5));
    }

    @Test
    @Rfc("6429:3")
    void whatIsWrittenLongAfterAllWasTakenIsRefusedFromThenOn() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("x").nothing();
        wire.toDeadline().drain();
        wire.receive("A", 1, 2, 0, "").drain();
        wire.now += 3_600 * Wire.SECOND;
        wire.write("y").nothing();
        refuse(wire, 2, 10 * Wire.SECOND - 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.at(1).drain();
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, 1));
    }

    /// As long as probes are answered, and be the interval between them longer than what the user bears with.
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 30})
    @Rfc("9293:MUST-37")
    void aPeerThatAnswersProbesIsBorneWithHoweverShortTheUsersTimeout(long seconds) {
        var wire = Wire.established(
                Wire.plain().userTimeoutNanos(seconds * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, 3_600 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.count(TcpCounters.ZERO_WINDOW_PROBES)).isLessThan(4 * 3_600 / seconds + 10);
    }

    /// A probe can be lost, or its answer: that says nothing about the peer.
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 10, 30, 60, 100})
    @Rfc("9293:MUST-37")
    void twoProbesInARowMayBeLost(long seconds) {
        var wire = Wire.established(
                Wire.plain().userTimeoutNanos(seconds * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        for (int i = 0; i < 10; i++) {
            refuse(wire, 3_600 * Wire.SECOND);
            wire.toDeadline().expect("A", 1, 1, 1);
            wire.toDeadline().expect("A", 1, 1, 1);
            wire.toDeadline().expect("A", 1, 1, 1);
            wire.receive("A", 1, 1, 0, "").drain();
        }
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    /// Who answers no more is given up when the user's time is up, not when the next of the probes would be due.
    @ParameterizedTest
    @CsvSource({
        "100, 0",
        "100, 3600",
        "2000, 0",
        "3000, 0",
        "3000, 3600",
        "7000, 0",
        "30000, 0",
        "30000, 3600",
        "60000, 0"
    })
    @Rfc("9293:MUST-20")
    void silenceEndsWhenTimeIsUp(long millis, long secondsBefore) {
        var impatient = Wire.plain().userTimeoutNanos(millis * Wire.MILLI).build();
        var wire =
                Wire.established(secondsBefore == 0 ? impatient : Wire.plain().build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        refuse(wire, secondsBefore * Wire.SECOND);
        wire.connection.configure(wire.now, impatient);
        long patience = Math.max(200 * Wire.MILLI, millis * Wire.MILLI);
        assertThat(wire.connection.nextDeadline() - wire.now).isLessThanOrEqualTo(patience);
        wire.toDeadline().expect("A", 1, 1, 1);
        long asked = wire.now;
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            wire.toDeadline().drain();
        }
        assertThat(wire.now - asked).isEqualTo(patience);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.USER, 5));
    }

    /// A limit that becomes shorter ends the wait for an answer, too.
    @Test
    @Rfc("9293:MUST-21")
    void impatienceEndsTheWaitForAnAnswer() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        long asked = wire.now;
        FickleWindowTest.silence(wire, 10 * Wire.SECOND);
        wire.connection.configure(
                wire.now, Wire.plain().userTimeoutNanos(11 * Wire.SECOND).build());
        while (wire.connection.state() == TcpState.ESTABLISHED) {
            wire.toDeadline().drain();
        }
        assertThat(wire.now - asked).isEqualTo(11 * Wire.SECOND);
    }

    @Test
    void whatACorkHoldsIsNotGivenUpBeforeItWasSent() {
        var wire =
                Wire.established(Wire.plain().userTimeoutNanos(Wire.SECOND / 10).build());
        wire.connection.cork(wire.now, true);
        wire.write("corked").nothing();
        wire.toDeadline();
        wire.expect("PA", 1, 6, 1);
    }

    /// The last octet was taken with the window open again, long ago: what a cork holds now is not what was refused.
    @Test
    @Rfc("6429:3")
    void whatACorkHoldsWasNotRefused() {
        var wire = Wire.established(
                Wire.plain().zeroWindowNanosMax(10 * Wire.SECOND).build());
        wire.receive("A", 1, 1, 0, "");
        wire.write("x").nothing();
        wire.toDeadline().drain();
        wire.receive("A", 1, 2, 1_000, "").drain();
        wire.now += 3_600 * Wire.SECOND;
        wire.connection.cork(wire.now, true);
        wire.write("corked").nothing();
        wire.toDeadline();
        wire.expect("PA", 2, 6, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    @Rfc("6429:3")
    void peerThatTakesAnOctetNowAndThenIsBorneWithWhenTheUserHasGone() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "");
        wire.write("hello").nothing();
        wire.connection.closeSend(wire.now);
        wire.connection.closeReceive(wire.now);
        refuse(wire, 590 * Wire.SECOND);
        wire.receive("A", 1, 2, 0, "").drain();
        refuse(wire, 590 * Wire.SECOND);
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
    }
}
