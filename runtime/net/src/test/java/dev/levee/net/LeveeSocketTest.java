package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.awaitParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `java.net` sockets on a host behave as those of the system do.
@Timeout(60)
@SuppressWarnings("try")
class LeveeSocketTest {

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.2", "2001:db8::2"})
    void serverAndClientWrittenForJavaNetTalk(String address) throws Exception {
        try (var hosts = new TwoHosts();
                var server = hosts.b.serverSocketFactory().createServerSocket(80)) {
            var served = async(() -> serveOneRequest(server));
            try (var socket = hosts.a.socketFactory().createSocket()) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(30_000);
                socket.setSoLinger(true, 1);
                socket.connect(new InetSocketAddress(address, 80), 10_000);
                assertThat(socket.getTcpNoDelay()).isTrue();
                assertThat(socket.getSoTimeout()).isEqualTo(30_000);
                assertThat(socket.getRemoteSocketAddress()).isEqualTo(new InetSocketAddress(address, 80));
                assertThat(socket.isConnected()).isTrue();
                var request = "GET /it HTTP/1.1\r\nHost: there\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                assertThat(socket.isOutputShutdown()).isTrue();
                assertThat(socket.getInputStream().readAllBytes())
                        .asString(StandardCharsets.US_ASCII)
                        .endsWith("it for there");
            }
            assertThat(served.join()).isTrue();
        }
    }

    private static boolean serveOneRequest(ServerSocket server) throws IOException {
        try (var socket = server.accept()) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            var lines = new ArrayList<String>();
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
            assertThat(lines).containsExactly("GET /it HTTP/1.1", "Host: there", "");
            var reply = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nit for there";
            socket.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
            return true;
        }
    }

    @Test
    void refusedConnectionIsAConnectException() throws Exception {
        try (var hosts = new TwoHosts();
                var socket = hosts.a.socketFactory().createSocket()) {
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress("198.18.0.2", 81)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("Connection refused")
                    .hasCauseInstanceOf(TcpException.class);
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void connectTimesOut() throws Exception {
        try (var hosts = new TwoHosts();
                var socket = hosts.a.socketFactory().createSocket()) {
            hosts.cable.cut();
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress("198.18.0.2", 81), 20))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closingEndsAConnectUnderWay() throws Exception {
        try (var hosts = new TwoHosts();
                var socket = hosts.a.socketFactory().createSocket()) {
            hosts.cable.cut();
            var task = new FutureTask<>(() -> {
                socket.connect(new InetSocketAddress("198.18.0.2", 81));
                return true;
            });
            awaitParked(Thread.startVirtualThread(task));
            socket.close();
            assertThatThrownBy(task::get).cause().isInstanceOf(SocketException.class);
        }
    }

    @Test
    void readTimesOutAndAcceptTimesOut() throws Exception {
        try (var hosts = new TwoHosts();
                var server = hosts.b.serverSocketFactory().createServerSocket(80, 5);
                var socket = hosts.a.socketFactory().createSocket("198.18.0.2", 80);
                var _ = server.accept()) {
            socket.setSoTimeout(20);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            server.setSoTimeout(20);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void boundSocketConnectsFromWhereItIsBound() throws Exception {
        try (var hosts = new TwoHosts();
                var server = hosts.b.serverSocketFactory().createServerSocket(80);
                var socket = hosts.a.socketFactory().createSocket()) {
            var local = new InetSocketAddress("198.18.0.1", 4000);
            socket.bind(local);
            assertThat(socket.isBound()).isTrue();
            assertThat(socket.getLocalSocketAddress()).isEqualTo(local);
            socket.connect(new InetSocketAddress("198.18.0.2", 80));
            assertThat(server.accept().getRemoteSocketAddress()).isEqualTo(local);
            assertThatThrownBy(
                            () -> hosts.a.socketFactory().createSocket().bind(new InetSocketAddress("198.18.0.77", 0)))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void optionsSetBeforeConnectingHoldAfterwards() throws Exception {
        try (var hosts = new TwoHosts();
                var _ = hosts.b.listen(80);
                var socket = hosts.a.socketFactory().createSocket()) {
            socket.setReceiveBufferSize(10_000);
            socket.setSendBufferSize(20_000);
            socket.setTrafficClass(0x10);
            socket.setReuseAddress(true);
            socket.setSoLinger(true, 7);
            socket.setKeepAlive(true);
            socket.connect(new InetSocketAddress("198.18.0.2", 80));
            assertThat(socket.getReceiveBufferSize()).isEqualTo(16_384);
            assertThat(socket.getSendBufferSize()).isEqualTo(32_768);
            assertThat(socket.getTrafficClass()).isEqualTo(0x10);
            assertThat(socket.getReuseAddress()).isTrue();
            assertThat(socket.getSoLinger()).isEqualTo(7);
            assertThat(socket.getKeepAlive()).isTrue();
            socket.setTrafficClass(0xb8);
            assertThat(socket.getTrafficClass()).isEqualTo(0xb8);
            socket.setKeepAlive(false);
            assertThat(socket.getKeepAlive()).isFalse();
            assertThat(socket.supportedOptions()).contains(StandardSocketOptions.TCP_NODELAY);
            socket.setSoLinger(false, 0);
            assertThat(socket.getSoLinger()).isEqualTo(-1);
        }
    }

    @Test
    void unconnectedSocketSaysSo() throws Exception {
        try (var hosts = new TwoHosts()) {
            var socket = hosts.a.socketFactory().createSocket();
            assertThat(socket.isConnected()).isFalse();
            assertThat(socket.isBound()).isFalse();
            assertThat(socket.getInetAddress()).isNull();
            assertThat(socket.getPort()).isZero();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            assertThat(socket.getRemoteSocketAddress()).isNull();
            assertThat(socket.getLocalSocketAddress()).isNull();
            assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
            assertThatThrownBy(socket::getInputStream).hasMessage("Socket is not connected");
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 80)))
                    .isInstanceOf(UnknownHostException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> socket.setSoTimeout(-1));
            socket.close();
            assertThat(socket.isClosed()).isTrue();
            assertThatThrownBy(() -> socket.setTcpNoDelay(true)).hasMessage("Socket is closed");
            assertThatThrownBy(socket::getOutputStream).hasMessage("Socket is closed");
        }
    }

    @Test
    void streamAndItsSocketAreOne() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var socket = connection.client().asSocket();
            assertThat(connection.client().asSocket()).isSameAs(socket);
            assertThat(socket.getLocalPort()).isEqualTo(connection.client().localPort());
            socket.getInputStream().close();
            assertThat(socket.isClosed()).isTrue();
            assertThat(connection.client().isClosed()).isTrue();
            assertThat(connection.server().input().read()).isEqualTo(-1);
        }
    }

    @Test
    void closedServerSocketWakesWhoAccepts() throws Exception {
        try (var hosts = new TwoHosts()) {
            var server = hosts.b.serverSocketFactory().createServerSocket();
            assertThatThrownBy(server::accept).hasMessage("Socket is not bound yet");
            server.bind(null);
            assertThat(server.getLocalPort()).isPositive();
            var task = new FutureTask<>(server::accept);
            awaitParked(Thread.startVirtualThread(task));
            server.close();
            assertThatThrownBy(task::get).cause().isInstanceOf(SocketException.class);
            assertThat(server.isClosed()).isTrue();
        }
    }

    /// Whatever a later Java adds must not fall through to the implementation that is not there.
    @ParameterizedTest
    @ValueSource(classes = {Socket.class, ServerSocket.class})
    void everyMethodOfTheOriginalIsAnswered(Class<?> original) {
        var adapter = original == Socket.class ? LeveeSocket.class : LeveeServerSocket.class;
        var missing = new ArrayList<String>();
        for (Method method : original.getDeclaredMethods()) {
            int modifiers = method.getModifiers();
            if (Modifier.isPublic(modifiers) && !Modifier.isStatic(modifiers) && !declares(adapter, method)) {
                missing.add(method.toString());
            }
        }
        assertThat(missing).isEqualTo(List.of());
    }

    private static boolean declares(Class<?> adapter, Method method) {
        return Arrays.stream(adapter.getDeclaredMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }
}
