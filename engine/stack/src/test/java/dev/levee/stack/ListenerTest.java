package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.Defence;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.wire.DropReason;
import dev.levee.wire.IpAddress;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenerTest {
    private final Net net = new Net();

    @Test
    void connectionsAreAcceptedInTheOrderInWhichTheyWereComplete() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        var actives = connect(3);
        assertThat(net.server.pollReadyListener()).isSameAs(listener);
        assertThat(net.server.pollReadyListener()).isNull();
        assertThat(listener.pending()).isEqualTo(3);
        for (var active : actives) {
            var passive = Net.accept(listener);
            assertThat(passive.connection().tuple().remotePort())
                    .isEqualTo(active.connection().tuple().localPort());
        }
        assertThat(listener.accept()).isNull();
    }

    @Test
    void aSocketIsNotReportedBeforeItIsAccepted() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        var active = connect(1).getFirst();
        net.write(active, "early");
        net.settle();
        assertThat(net.server.pollReady()).isNull();
        var passive = Net.accept(listener);
        assertThat(net.read(passive)).isEqualTo("early");
    }

    @Test
    void aFullAcceptQueueDropsSynsUntilSomeoneAccepts() throws SocketException {
        var listener = net.listen(new ListenOptions(2, 100, SocketOptions.DEFAULT));
        connect(2);
        var third = connect(1).getFirst();
        assertThat(third.connected()).isFalse();
        assertThat(third.cause()).isNull();
        assertThat(listener.pending()).isEqualTo(2);
        assertThat(net.server.drops().get(DropReason.BACKLOG_FULL)).isEqualTo(1);
        assertThat(net.server.counters().get(StackCounters.ACCEPT_QUEUE_FULL)).isEqualTo(1);
        listener.accept();
        net.until(third::connected);
        assertThat(listener.pending()).isEqualTo(2);
    }

    @Test
    void handshakesThatWouldOverflowTheAcceptQueueWait() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 100, SocketOptions.DEFAULT));
        net.connect(true, SocketOptions.DEFAULT);
        net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(listener.pending()).isEqualTo(1);
        assertThat(listener.halfOpen()).isEqualTo(1);
        listener.accept();
        net.until(() -> listener.pending() == 1);
        assertThat(listener.halfOpen()).isZero();
    }

    @Test
    void aPeerThatWasNeverAcceptedIsTold() throws SocketException {
        net.listen(new ListenOptions(1, 100, SocketOptions.DEFAULT));
        var first = net.connect(true, SocketOptions.DEFAULT);
        var second = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(second.connected()).isTrue();
        net.until(() -> second.cause() != null);
        assertThat(second.cause()).isEqualTo(new CloseCause.Reset(0));
        assertThat(first.cause()).isNull();
    }

    @Test
    void tooManyHandshakesDropSyns() throws SocketException {
        var listener = net.listen(new ListenOptions(100, 3, SocketOptions.DEFAULT).withDefence(Defence.DELAYED));
        net.lost = packet -> Packets.read(packet).has(TcpFlags.SYN | TcpFlags.ACK);
        connect(5);
        assertThat(listener.halfOpen()).isEqualTo(3);
        assertThat(net.server.drops().get(DropReason.BACKLOG_FULL)).isEqualTo(2);
        assertThat(net.server.counters().get(StackCounters.HALF_OPEN_FULL)).isEqualTo(2);
        net.lost = packet -> false;
        net.until(() -> listener.pending() == 5);
        assertThat(listener.halfOpen()).isZero();
    }

    @Test
    void handshakesThatAreNeverCompletedAreGivenUp() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        for (int port = 1; port <= 10; port++) {
            net.server.onFrame(
                    net.now,
                    Packets.tcp(Net.CLIENT_V4, port, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0));
        }
        net.lost = packet -> true;
        net.settle();
        assertThat(listener.halfOpen()).isEqualTo(10);
        net.run(600 * Net.SECOND);
        assertThat(listener.halfOpen()).isZero();
        assertThat(net.server.pollReadyListener()).isNull();
        net.assertEmpty();
    }

    @Test
    void aResetEndsAHandshake() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        net.server.onFrame(
                net.now, Packets.tcp(Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0));
        net.lost = packet -> true;
        net.settle();
        net.server.onFrame(
                net.now, Packets.tcp(Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, TcpFlags.RST, Packets.SEQ + 1, 0, 0));
        net.settle();
        assertThat(listener.halfOpen()).isZero();
        net.assertEmpty();
    }

    @Test
    void closeResetsWhatWasNotAccepted() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        net.lost = packet -> Packets.read(packet).dstPort() == Net.PORT
                && Packets.read(packet).hasAck();
        var halfOpen = connect(1).getFirst();
        net.lost = packet -> false;
        var waiting = connect(1).getFirst();
        assertThat(listener.halfOpen()).isEqualTo(1);
        assertThat(listener.pending()).isEqualTo(1);
        drainListeners();
        listener.close(net.now);
        listener.close(net.now);
        assertThat(listener.closed()).isTrue();
        assertThat(drainListeners()).containsExactly(listener);
        net.settle();
        assertThat(waiting.cause()).isInstanceOf(CloseCause.Reset.class);
        assertThat(halfOpen.cause()).isNull();
        net.write(halfOpen, "still there?");
        net.settle();
        assertThat(halfOpen.cause()).isInstanceOf(CloseCause.Reset.class);
        assertThat(listener.accept()).isNull();
        var refused = connect(1).getFirst();
        assertThat(refused.cause()).isInstanceOf(CloseCause.Refused.class);
        for (var socket : List.of(halfOpen, waiting, refused)) {
            socket.close(net.now);
        }
        net.settle();
        net.assertEmpty();
    }

    @Test
    void aConnectionThatDiesBeforeItIsAcceptedIsAcceptedDead() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        var active = connect(1).getFirst();
        active.abort(net.now);
        net.settle();
        var passive = Net.accept(listener);
        assertThat(passive.readStatus()).isEqualTo(TcpSocket.FAILED);
        passive.close(net.now);
        net.settle();
        net.assertEmpty();
    }

    @Test
    void theMostExactListenerGetsTheConnection() throws SocketException {
        var both = net.server.listen(IpAddress.ANY_V6, Net.PORT, ListenOptions.DEFAULT);
        var v4 = net.server.listen(IpAddress.ANY_V4, Net.PORT, ListenOptions.DEFAULT);
        var exact = net.server.listen(Net.SERVER_V4, Net.PORT, ListenOptions.DEFAULT);
        net.connect(true, SocketOptions.DEFAULT);
        net.connect(false, SocketOptions.DEFAULT);
        net.settle();
        assertThat(exact.pending()).isEqualTo(1);
        assertThat(both.pending()).isEqualTo(1);
        exact.close(net.now);
        net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(v4.pending()).isEqualTo(1);
        v4.close(net.now);
        net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(both.pending()).isEqualTo(2);
    }

    @Test
    void aListenerForIpv4AloneDoesNotServeIpv6() throws SocketException {
        net.server.listen(IpAddress.ANY_V4, Net.PORT, ListenOptions.DEFAULT);
        var socket = net.connect(false, SocketOptions.DEFAULT);
        net.settle();
        assertThat(socket.cause()).isInstanceOf(CloseCause.Refused.class);
    }

    @Test
    void portZeroChoosesAPortThatNobodyListensAt() throws SocketException {
        var first = net.server.listen(IpAddress.ANY_V4, 0, ListenOptions.DEFAULT);
        var second = net.server.listen(IpAddress.ANY_V6, 0, ListenOptions.DEFAULT);
        assertThat(first.port()).isBetween(Ports.FIRST, Ports.LAST).isNotEqualTo(second.port());
    }

    @Test
    void listenersThatShareARowAreDistinct() throws SocketException {
        var first = net.server.listen(IpAddress.ANY_V4, 80, ListenOptions.DEFAULT);
        var second = net.server.listen(IpAddress.ANY_V4, 80 + 1024, ListenOptions.DEFAULT);
        var third = net.server.listen(IpAddress.ANY_V4, 80 + 2048, ListenOptions.DEFAULT);
        second.close(net.now);
        var seen = new ArrayList<Listener>();
        net.server.forEachListener(seen::add);
        assertThat(seen).containsExactlyInAnyOrder(first, third);
        assertThat(net.server.listen(IpAddress.ANY_V4, 80 + 1024, ListenOptions.DEFAULT))
                .isNotNull();
        assertThatThrownBy(() -> net.server.listen(IpAddress.ANY_V4, 80 + 2048, ListenOptions.DEFAULT))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("0.0.0.0:2128");
    }

    @Test
    void shutdownEndsEverythingAndTellsThePeers() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        var actives = connect(3);
        var passive = Net.accept(listener);
        net.server.shutdown(net.now);
        net.settle();
        assertThat(passive.cause()).isEqualTo(new CloseCause.Aborted(AbortReason.SHUTDOWN, 0));
        assertThat(listener.closed()).isTrue();
        for (var active : actives) {
            assertThat(active.cause()).isInstanceOf(CloseCause.Reset.class);
            active.close(net.now);
        }
        assertThatThrownBy(() -> net.listen(ListenOptions.DEFAULT)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> net.server.connect(net.now, null, 0, Net.CLIENT_V4, 80, SocketOptions.DEFAULT))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("shut down");
        passive.close(net.now);
        net.settle();
        net.assertEmpty();
    }

    private List<TcpSocket> connect(int count) throws SocketException {
        var sockets = new ArrayList<TcpSocket>();
        for (int i = 0; i < count; i++) {
            sockets.add(net.connect(i % 2 == 0, SocketOptions.DEFAULT));
            net.settle();
        }
        return sockets;
    }

    private List<Listener> drainListeners() {
        var ready = new ArrayList<Listener>();
        for (var one = net.server.pollReadyListener(); one != null; one = net.server.pollReadyListener()) {
            ready.add(one);
        }
        return ready;
    }
}
