package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserTimeoutTest {
    private static final int NOT_SAID = 0;

    private static TcpConfigBuilder telling() {
        return Wire.plain().userTimeoutOption(true);
    }

    /// An open connection whose peer has said `peerSeconds`, everything that is due told.
    private static Wire open(TcpConfig config, int peerSeconds) {
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> {
            w.mss(1000);
            if (peerSeconds != NOT_SAID) {
                w.userTimeout(peerSeconds);
            }
        });
        wire.drain();
        return wire;
    }

    /// How long it takes until data that nobody acknowledges ends the connection, in seconds.
    private static long lifeOf(Wire wire) {
        wire.write("abc");
        long start = wire.now;
        wire.drain();
        while (wire.connection.cause() == null) {
            wire.toDeadline().drain();
        }
        return (wire.now - start) / Wire.SECOND;
    }

    /// A timer that was to give up in two seconds must not be taken for a retransmission timeout then.
    @ParameterizedTest
    @CsvSource({"60, 60", "0, 100"})
    void aLongerTimeoutOfAnOpenConnectionMovesATimerThatWasToGiveUp(int seconds, int life) {
        var plain = Wire.plain()
                .rtoMinNanos(4 * Wire.SECOND)
                .rtoInitialNanos(4 * Wire.SECOND)
                .userTimeoutNanos(2 * Wire.SECOND);
        var wire = open(plain.build(), NOT_SAID);
        wire.write("abc");
        wire.drain();
        long start = wire.now;
        assertThat(wire.connection.nextDeadline()).isEqualTo(start + 2 * Wire.SECOND);

        wire.connection.configure(
                wire.now, plain.userTimeoutNanos(seconds * Wire.SECOND).build());
        assertThat(wire.connection.nextDeadline()).isEqualTo(start + 4 * Wire.SECOND);
        wire.toDeadline().expect("PA", 1, 3, 1);
        while (wire.connection.cause() == null) {
            wire.toDeadline().drain();
        }
        assertThat((wire.now - start) / Wire.SECOND).isEqualTo(life);
    }

    private static String told(Wire wire) {
        wire.one();
        return HexFormat.of().formatHex(wire.lastOptions());
    }

    @Test
    @Rfc("5482:3")
    void theSynTellsTheUserTimeoutAndSoDoesTheFirstSegmentAfterIt() {
        var wire = Wire.active(telling().build());

        assertThat(told(wire)).endsWith("1c040064");

        wire.receive("SA", 0, 1, w -> w.mss(1000));
        assertThat(told(wire)).isEqualTo("1c040064");
        wire.receive("A", 1, 1, 65_535, "x");
        assertThat(told(wire.toDeadline())).as("an ACK later").isEmpty();
    }

    @Test
    @Rfc("5482:3")
    void whoIsAskedTellsHisInTheAnswer() {
        var wire = Wire.passive(
                telling().userTimeoutAdvertisedNanos(150 * Wire.SECOND).build(), w -> w.mss(1000));

        assertThat(told(wire)).endsWith("1c040096");
    }

    @Test
    @Rfc("5482:3")
    void itIsOffUnlessTheUserWantsItAndThenNeitherToldNorHeeded() {
        var wire = Wire.active(Wire.plain().build());
        assertThat(told(wire)).doesNotContain("1c04");
        wire.receive("SA", 0, 1, w -> w.mss(1000).userTimeout(500));
        assertThat(told(wire)).isEmpty();

        assertThat(wire.connection.userTimeoutNanos()).isEqualTo(100 * Wire.SECOND);
        assertThat(lifeOf(wire)).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({
        // What the peer says, what is told to it, the limits, and what comes of it.
        "0, 0, 100, 600, 100",
        "99, 0, 100, 600, 100",
        "100, 0, 100, 600, 100",
        "101, 0, 100, 600, 101",
        "600, 0, 100, 600, 600",
        "601, 0, 100, 600, 600",
        "50, 200, 100, 600, 200",
        "300, 200, 100, 600, 300",
        "50, 20, 30, 600, 50",
        "10, 20, 30, 600, 30",
        "1966020, 0, 100, 600, 600",
        "50, 900, 100, 600, 600",
    })
    @Rfc("5482:3.1")
    void theLongerOfBothCountsWithinLimits(int peer, int advertised, int min, int max, int seconds) {
        var wire = open(
                telling()
                        .userTimeoutAdvertisedNanos(advertised * Wire.SECOND)
                        .userTimeoutNanosMin(min * Wire.SECOND)
                        .userTimeoutNanosMax(max * Wire.SECOND)
                        .build(),
                peer);

        assertThat(wire.connection.userTimeoutNanos()).isEqualTo(seconds * Wire.SECOND);
        assertThat(lifeOf(wire)).isEqualTo(seconds);
        var which = peer == NOT_SAID ? CloseCause.Timeout.RETRANSMISSION : CloseCause.Timeout.USER;
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(which, 3));
    }

    @Test
    @Rfc("5482:3")
    void noPeerChangesWhatTheUserHasSet() {
        var wire = open(telling().userTimeoutNanos(30 * Wire.SECOND).build(), 500);

        assertThat(lifeOf(wire)).isEqualTo(30);
    }

    @Test
    @Rfc("5482:3.1")
    void theLastWordOfThePeerCountsAndEndsAWaitThatGoesOn() {
        var wire = open(telling().build(), 500).write("abc");
        long start = wire.now;
        wire.drain();
        wire.receive("A", 1, 1, w -> w.userTimeout(120));
        while (wire.connection.cause() == null) {
            wire.toDeadline().drain();
        }

        assertThat((wire.now - start) / Wire.SECOND).isEqualTo(120);
    }

    @Test
    @Rfc("5482:5")
    void whoCannotSendAnAcceptableSegmentHasNoSay() {
        var wire = open(telling().build(), NOT_SAID);

        wire.receive("A", 70_000, 1, w -> w.userTimeout(500));
        wire.receive("A", 1, 5000, w -> w.userTimeout(500));

        assertThat(wire.connection.userTimeoutNanos()).isEqualTo(100 * Wire.SECOND);
    }

    @Test
    void itHasNoSayInHandshakesEither() {
        var wire = Wire.passive(telling().build(), w -> w.mss(1000).userTimeout(500));
        long start = wire.now;
        wire.drain();
        while (wire.connection.cause() == null) {
            wire.toDeadline().drain();
        }

        assertThat(wire.now - start).isEqualTo(63 * Wire.SECOND);
        assertThat(wire.connection.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.CONNECT, 0));
    }

    @Test
    @Rfc("5482:3")
    void aNewValueIsToldWithTheNextSegmentThatHasRoom() {
        var wire = open(telling().build(), NOT_SAID);
        var later = telling().userTimeoutNanos(200 * Wire.SECOND).build();
        wire.connection.configure(wire.now, later);
        wire.connection.configure(wire.now, later);

        wire.write(Wire.text(1000));
        assertThat(told(wire)).as("no room is set aside beside text").isEmpty();
        wire.receive("A", 1, 1001, 65_535, "x");
        assertThat(told(wire.toDeadline())).isEqualTo("1c0400c8");
        wire.receive("A", 2, 1001, 65_535, "x");
        assertThat(told(wire.toDeadline())).isEmpty();
    }

    @Test
    void besideThreeBlocksAndTimestampsThereIsNoRoom() {
        var wire = Wire.active(
                Wire.plain().timestamps(true).userTimeoutOption(true).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).sackPermitted().timestamps(1, 0));
        for (int gap = 1; gap <= 3; gap++) {
            wire.receive("A", 1 + 10 * gap, 1, 65_535, "x", w -> w.timestamps(1, 0));
        }
        assertThat(told(wire)).hasSize(80).doesNotContain("1c04");

        wire.receive("A", 1, 1, 65_535, Wire.text(40), w -> w.timestamps(1, 0));
        assertThat(told(wire)).contains("1c040064");
    }

    @Test
    void settingsOutsideOfTheirRangesAreRefused() {
        assertThatThrownBy(() -> telling()
                        .userTimeoutNanosMin(10 * Wire.SECOND)
                        .userTimeoutNanosMax(9 * Wire.SECOND)
                        .build())
                .hasMessageContaining("userTimeoutNanosMax must lie in");
        assertThatThrownBy(() -> telling().userTimeoutAdvertisedNanos(-1).build())
                .hasMessageContaining("userTimeoutAdvertisedNanos");
        assertThatThrownBy(() -> telling().userTimeoutNanosMin(0).build()).hasMessageContaining("userTimeoutNanosMin");
    }
}
