package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.wire.TcpFlags;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// `shutdown` and `close`.
class CloseCallsTest {
    private final Drill drill = Drill.linux();
    private final int listener = drill.listener(1);
    private final int socket = drill.established(listener);

    private void linger(int on, int seconds) {
        var value = new byte[] {(byte) on, 0, 0, 0, (byte) seconds, 0, 0, 0};
        assertThat(drill.outcome(new Request.SetOption(socket, 1, 13, value))).isEqualTo("0");
    }

    @Test
    void closeSendsAFin() {
        assertThat(drill.outcome(new Request.Close(socket))).isEqualTo("0");
        assertThat(drill.next()).startsWith("F. 1:1(0) ack 1");
        assertThat(drill.outcome(new Request.Close(socket))).isEqualTo("EBADF");
        assertThat(drill.target.count("FIN-WAIT-1", Drill.SERVICE)).isEqualTo(1);
    }

    @Test
    void closeWithUnreadDataResets() {
        drill.send(1, 1, TcpFlags.ACK, 10);
        assertThat(drill.next()).startsWith(". 1:1(0) ack 11");

        drill.outcome(new Request.Close(socket));

        assertThat(drill.next()).startsWith("R. 1:1(0) ack 11");
    }

    @Test
    void closeWithLingerZeroResets() {
        linger(1, 0);
        drill.outcome(new Request.Close(socket));

        assertThat(drill.next()).startsWith("R. 1:1(0) ack 1");
    }

    @Test
    void aLingeringCloseWaitsForTheAcknowledgement() {
        linger(1, 2);
        var close = drill.begin(new Request.Close(socket));
        assertThat(drill.next()).startsWith("F. 1:1(0)");
        drill.silence(50);
        assertThat(close.result()).isNull();

        drill.send(1, 2, TcpFlags.ACK, 0);

        assertThat(close.result()).isNotNull();
        assertThat(close.endNanos()).isEqualTo(50 * Drill.MILLI);
    }

    @Test
    void aLingeringCloseGivesUpInTimeAndTheConnectionGoesOn() {
        linger(1, 1);
        var close = drill.begin(new Request.Close(socket));
        while (drill.target.nowNanos() < 1000 * Drill.MILLI) {
            drill.next(1000 - drill.target.nowNanos() / Drill.MILLI);
        }

        assertThat(Objects.requireNonNull(close.result()).value()).isZero();
        assertThat(close.endNanos()).isEqualTo(1000 * Drill.MILLI);
        assertThat(drill.target.count("FIN-WAIT-1", 0)).isEqualTo(1);
    }

    @Test
    void shutdownOfWritingSendsAFinAndReadingGoesOn() {
        assertThat(drill.outcome(new Request.Shutdown(socket, 1))).isEqualTo("0");
        assertThat(drill.next()).startsWith("F. 1:1(0)");
        assertThat(drill.outcome(Drill.write(socket, 1))).isEqualTo("EPIPE");
        drill.send(1, 2, TcpFlags.ACK, 10);

        assertThat(drill.read(socket, 20).value()).isEqualTo(10);
    }

    @Test
    void shutdownOfReadingEndsReadingOnly() {
        assertThat(drill.outcome(new Request.Shutdown(socket, 0))).isEqualTo("0");
        drill.silence(100);

        assertThat(drill.read(socket, 20).value()).isZero();
        assertThat(drill.outcome(Drill.write(socket, 1))).isEqualTo("1");
    }

    @Test
    void shutdownKnowsThreeDirections() {
        assertThat(drill.outcome(new Request.Shutdown(socket, 3))).isEqualTo("EINVAL");
        assertThat(drill.outcome(new Request.Shutdown(drill.socket(), 1))).isEqualTo("ENOTCONN");
    }

    @Test
    void aListenerThatIsShutDownRefuses() {
        assertThat(drill.outcome(new Request.Shutdown(listener, 0))).isEqualTo("0");
        drill.peerPort(4000).send(0, 0, TcpFlags.SYN, 0);

        assertThat(drill.next()).startsWith("R.");
        assertThat(drill.outcome(new Request.Accept(listener))).isEqualTo("EINVAL");
        var freebsd = Drill.freebsd();
        assertThat(freebsd.outcome(new Request.Shutdown(freebsd.listener(1), 0)))
                .isEqualTo("ENOTCONN");
    }

    @Test
    void closeDuringTheHandshakeLeavesNothing() {
        int connecting = drill.nonBlockingSocket();
        drill.outcome(new Request.Connect(connecting, drill.remote()));
        assertThat(drill.next()).startsWith("S 0:0(0)");

        drill.outcome(new Request.Close(connecting));

        assertThat(drill.target.count("SYN-SENT", 0)).isZero();
    }
}
