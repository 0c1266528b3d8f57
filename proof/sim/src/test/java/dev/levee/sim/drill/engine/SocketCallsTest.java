package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import dev.levee.wire.IpAddress;
import dev.levee.wire.TcpFlags;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// How sockets come to be something, and what is refused.
class SocketCallsTest {
    @Test
    void descriptorsAreTheLowestFreeFromThree() {
        var drill = Drill.linux();

        assertThat(drill.socket()).isEqualTo(3);
        assertThat(drill.socket()).isEqualTo(4);
        assertThat(drill.outcome(new Request.Close(3))).isEqualTo("0");
        assertThat(drill.socket()).isEqualTo(3);
    }

    @Test
    void aBadDescriptorIsSaidByEveryCall() {
        var drill = Drill.linux();

        assertThat(drill.outcome(new Request.Bind(9, drill.local(1)))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Listen(9, 1))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Accept(9))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Connect(9, drill.remote()))).isEqualTo("EBADF");
        assertThat(drill.outcome(Drill.receive(9, 1, 0))).isEqualTo("EBADF");
        assertThat(drill.outcome(Drill.write(9, 1))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Shutdown(9, 1))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Close(9))).isEqualTo("EBADF");
        assertThat(drill.outcome(new Request.Fcntl(9, 3, 0))).isEqualTo("EBADF");
    }

    @Test
    void otherProtocolsAreNotOffered() {
        var drill = Drill.linux();

        assertThat(drill.call(new Request.Socket(2, 2, 17)).unsupported()).contains("type 2");
        assertThat(drill.call(new Request.Socket(2, 1, 132)).unsupported()).contains("protocol 132");
        assertThat(drill.call(new Request.Socket(1, 1, 0)).unsupported()).contains("family 1");
    }

    @Test
    void bindRefusesASecondAddressAndForeignOnes() {
        var drill = Drill.linux();
        int first = drill.socket();
        int second = drill.socket();
        var foreign = new Endpoint(2, IpAddress.parse("10.0.0.1"), 80);

        assertThat(drill.outcome(new Request.Bind(first, foreign))).isEqualTo("EADDRNOTAVAIL");
        assertThat(drill.outcome(new Request.Bind(first, drill.local(80)))).isEqualTo("0");
        assertThat(drill.outcome(new Request.Bind(first, drill.local(81)))).isEqualTo("EINVAL");
        assertThat(drill.outcome(new Request.Bind(second, drill.local(80)))).isEqualTo("EADDRINUSE");
    }

    @Test
    void acceptGivesWhatWaitsAndElseEagain() {
        var drill = Drill.linux();
        int listener = drill.listener(1);
        drill.nonBlocking(listener);

        assertThat(drill.outcome(new Request.Accept(listener))).isEqualTo("EAGAIN");
        drill.handshake();
        assertThat(drill.outcome(new Request.Accept(listener))).isEqualTo("4");
        assertThat(drill.outcome(new Request.Accept(listener))).isEqualTo("EAGAIN");
    }

    @Test
    void aBlockedAcceptReturnsWhenTheConnectionComes() {
        var drill = Drill.linux();
        int listener = drill.listener(1);

        var accept = drill.begin(new Request.Accept(listener));
        drill.silence(250);
        assertThat(accept.result()).isNull();
        drill.handshake();

        assertThat(accept.result()).isNotNull();
        assertThat(accept.endNanos()).isEqualTo(250 * Drill.MILLI);
    }

    @Test
    void aBlockedConnectReturnsWithTheSynAck() {
        var drill = Drill.linux();
        int socket = drill.socket();

        var connect = drill.begin(new Request.Connect(socket, drill.remote()));
        assertThat(drill.next()).startsWith("S 0:0(0)");
        drill.silence(100);
        assertThat(connect.result()).isNull();
        drill.send(0, 1, TcpFlags.SYN | TcpFlags.ACK, 0);

        assertThat(Objects.requireNonNull(connect.result()).value()).isZero();
        assertThat(connect.endNanos()).isEqualTo(100 * Drill.MILLI);
        assertThat(drill.next()).startsWith(". 1:1(0) ack 1");
    }

    @Test
    void aConnectUnderWayIsToldOnceAsDone() {
        var drill = Drill.linux();
        int socket = drill.nonBlockingSocket();

        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("EINPROGRESS");
        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("EALREADY");
        assertThat(drill.next()).startsWith("S 0:0(0)");
        drill.send(0, 1, TcpFlags.SYN | TcpFlags.ACK, 0);
        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("0");
        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("EISCONN");
    }

    @Test
    void aRefusedConnectSaysSoOnceAndMayBeTriedAgain() {
        var drill = Drill.linux();
        int socket = drill.nonBlockingSocket();

        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("EINPROGRESS");
        assertThat(drill.next()).startsWith("S 0:0(0)");
        drill.send(0, 1, TcpFlags.RST | TcpFlags.ACK, 0);
        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("ECONNREFUSED");
        assertThat(drill.outcome(new Request.Connect(socket, drill.remote()))).isEqualTo("EINPROGRESS");
        assertThat(drill.next()).startsWith("S 0:0(0)");
    }
}
