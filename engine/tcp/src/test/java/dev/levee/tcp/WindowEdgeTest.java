package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A peer that has filled our window acknowledges from the first number behind it.
class WindowEdgeTest {
    private static final int WINDOW = 4096;
    private static final int EDGE = 1 + WINDOW;

    /// Three octets are under way to a peer that has filled the window; nothing of it has arrived.
    private static Wire asked(TcpConfigBuilder config) {
        var wire = Wire.established(config.receiveBufferBytes(WINDOW).build());
        wire.write("abc").drain();
        return wire;
    }

    /// The same with timestamps; the peer's last was 1000.
    private static Wire askedWithTimestamps() {
        var wire = Wire.active(
                Wire.plain().timestamps(true).receiveBufferBytes(WINDOW).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(1000, 0)).drain();
        wire.write("abc").drain();
        return wire;
    }

    /// RFC 9293 §3.4 would drop it.
    @Test
    void acknowledgementFromTheEdgeIsHeard() {
        var wire = asked(Wire.plain());
        wire.receive("A", EDGE, 4, 9000, "");
        wire.nothing();
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
        assertThat(wire.connection.sndWnd()).isEqualTo(9000);
        assertThat(wire.count(TcpCounters.OUT_OF_WINDOW_IN)).isZero();
        wire.receive("A", 1, 4, 9000, Wire.text(WINDOW));
        assertThat(wire.connection.available()).isEqualTo(WINDOW);
    }

    @Test
    void theEdgeMovesWithTheWindow() {
        var wire = asked(Wire.plain());
        wire.receive("A", 1, 1, 9000, Wire.text(2000)).drain();
        assertThat(wire.read(2000)).hasSize(2000);
        wire.drain();
        int edge = EDGE + 2000;
        wire.receive("A", edge + 1, 4, 9000, "");
        assertThat(wire.connection.bytesAcknowledged()).isZero();
        wire.receive("A", edge, 4, 9000, "");
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
    }

    @Test
    void whoHasAFinAtTheEdgeAcknowledgesFromBehindIt() {
        var wire = asked(Wire.plain());
        wire.receive("FA", 1001, 1, 9000, Wire.text(EDGE - 1001)).drain();
        wire.receive("A", EDGE + 2, 4, 9000, "");
        assertThat(wire.connection.bytesAcknowledged()).isZero();
        wire.drain();
        wire.receive("A", EDGE + 1, 4, 9000, "");
        wire.nothing();
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
        wire.receive("A", 1, 4, 9000, Wire.text(1000));
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(wire.connection.available()).isEqualTo(WINDOW);
    }

    @Test
    void itAcknowledgesTheFin() {
        var wire = asked(Wire.plain());
        wire.connection.closeSend(wire.now);
        wire.drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        wire.receive("A", EDGE, 5, 9000, "");
        wire.nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
    }

    /// Nothing comes behind the peer's FIN.
    @Test
    @Rfc("9293:3.10.7.4")
    void inTimeWaitItIsChallenged() {
        var wire = asked(Wire.plain());
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 5, 9000, "").drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        wire.receive("A", EDGE, 5, 9000, "");
        assertThat(wire.drain()).hasSize(1);
    }

    /// Octets behind the window have nowhere to go, and resets and SYNs could be anybody's.
    @ParameterizedTest
    @CsvSource({"A, 0, x", "FA, 0, ''", "SA, 0, ''", "R, 0, ''", "RA, 0, ''", "P, 0, ''", "A, 1, ''", "A, 100, ''"})
    @Rfc("9293:3.4")
    void nothingElseFromBehindTheWindowIsTaken(String flags, int behind, String text) {
        var wire = asked(Wire.plain());
        wire.receive(flags, EDGE + behind, 4, 9000, text);
        boolean reset = flags.contains("R");
        assertThat(wire.drain()).hasSize(reset ? 0 : 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(wire.connection.bytesAcknowledged()).isZero();
        assertThat(wire.connection.available()).isZero();
        assertThat(wire.count(TcpCounters.OUT_OF_WINDOW_IN)).isEqualTo(1);
    }

    @Test
    @Rfc("7323:5.3")
    void acknowledgementFromTheEdgeIsNotHeardWhenItIsOld() {
        var wire = askedWithTimestamps();
        wire.receive("A", EDGE, 4, 9000, "", w -> w.timestamps(999, 0));
        assertThat(wire.connection.bytesAcknowledged()).isZero();
        assertThat(wire.count(TcpCounters.OLD_TIMESTAMP_IN)).isEqualTo(1);
    }

    /// The text in front of it is older.
    @Test
    @Rfc("7323:4.3")
    void timestampFromTheEdgeIsNotRemembered() {
        var wire = askedWithTimestamps();
        wire.receive("A", EDGE, 4, 9000, "", w -> w.timestamps(2000, 0));
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(3);
        assertThat(wire.connection.tsRecent()).isEqualTo(1000);
        wire.receive("A", 1, 4, 9000, "ab", w -> w.timestamps(1001, 0));
        assertThat(wire.read(9)).isEqualTo("ab");
    }

    /// What this end, itself, sends when the peer's window is full.
    @Test
    void whoHasFilledThePeersWindowAcknowledgesFromItsEdge() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 1000, "").drain();
        wire.write(Wire.text(2000));
        wire.expect("A", 1, 1000, 1);
        wire.receive("A", 1, 1, 1000, "x").at(Wire.SECOND / 20);
        wire.expect("A", 1001, 0, 2);
    }
}
