package dev.levee.net;

import static dev.levee.net.TwoHosts.A4;
import static dev.levee.net.TwoHosts.B4;
import static dev.levee.net.TwoHosts.PORT;
import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.awaitParked;
import static dev.levee.net.TwoHosts.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.link.MemoryLink;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HostTest {

    @Test
    void takenPortIsRefusedInASentence() throws IOException {
        try (var hosts = new TwoHosts();
                var _ = hosts.b.listen(80)) {
            assertThatThrownBy(() -> hosts.b.listen(80))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("80")
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void portOfAClosedListenerIsFreeAtOnce() throws IOException {
        try (var hosts = new TwoHosts()) {
            hosts.b.listen(80).close();
            try (var again = hosts.b.listen(80)) {
                assertThat(again.localPort()).isEqualTo(80);
            }
        }
    }

    @Test
    void portZeroChoosesOne() throws IOException {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(B4, 0)) {
            assertThat(listener.localPort()).isPositive();
            assertThat(listener.localAddress()).isEqualTo(IpAddress.parse(B4));
            var client = hosts.a.connect(B4, listener.localPort());
            assertThat(client.remotePort()).isEqualTo(listener.localPort());
            client.abort();
        }
    }

    @Test
    void foreignAddressCannotBeListenedOn() {
        try (var hosts = new TwoHosts()) {
            assertThatThrownBy(() -> hosts.b.listen(A4, 80))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(A4);
        }
    }

    @Test
    void portsBeyondTheRangeAreTheCallersMistake() throws IOException {
        try (var hosts = new TwoHosts()) {
            assertThatIllegalArgumentException().isThrownBy(() -> hosts.b.listen(65_536));
            assertThatIllegalArgumentException().isThrownBy(() -> hosts.a.connect(B4, -1));
            // The shard is none the worse for it.
            hosts.b.listen(80).close();
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsTheCallersMistakeAndNotTheHosts() throws IOException {
        try (var hosts = new TwoHosts()) {
            IpAddress none = null;
            assertThatNullPointerException().isThrownBy(() -> hosts.a.connect(none, 80, hosts.a.connectOptions()));
            assertThatNullPointerException().isThrownBy(() -> hosts.b.listen(none, 80, hosts.b.listenOptions()));
            assertThatNullPointerException().isThrownBy(() -> hosts.b.listen(IpAddress.ANY_V6, 80, null));
            assertThat(hosts.b.failure()).isNull();
            hosts.b.listen(80).close();
        }
    }

    @Test
    void connectionToAClosedPortIsRefused() {
        try (var hosts = new TwoHosts()) {
            assertThatThrownBy(() -> hosts.a.connect(B4, 81)).isInstanceOfSatisfying(TcpException.class, e -> {
                assertThat(e.closeCause()).isEqualTo(new CloseCause.Refused(0));
                assertThat(e).hasMessageContaining("198.18.0.2:81 (SYN-SENT): connection refused");
            });
        }
    }

    /// Nobody has a stream that he could close.
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 1 << 20})
    void nothingIsKeptOfAConnectionThatWasRefused(int first) throws Exception {
        try (var hosts = new TwoHosts()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> connect(hosts, 81, new byte[first])).isInstanceOf(TcpException.class);
            }
            assertNothingIsKept(hosts.a);
        }
    }

    @Test
    void nothingIsKeptOfAConnectionThatNobodyAnswered() throws Exception {
        try (var hosts = new TwoHosts()) {
            hosts.cable.cut();
            assertThatThrownBy(() -> hosts.a.connect(B4, PORT, Duration.ofMillis(20)))
                    .isInstanceOf(SocketTimeoutException.class);
            assertNothingIsKept(hosts.a);
        }
    }

    @Test
    void nothingIsKeptOfAConnectionThatEndsBeforeItsFirstOctetsAreWritten() throws Exception {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(PORT)) {
            var client = async(() -> connect(hosts, PORT, new byte[1 << 24]));
            listener.accept(Duration.ofSeconds(10)).abort();
            assertThat(thrownBy(client)).isInstanceOf(TcpException.class);
            assertNothingIsKept(hosts.a);
        }
    }

    private static TcpStream connect(TwoHosts hosts, int port, byte[] first) throws IOException {
        var options = hosts.a.connectOptions();
        return first.length == 0
                ? hosts.a.connect(IpAddress.parse(B4), port, options)
                : hosts.a.connect(IpAddress.parse(B4), port, options, first);
    }

    private static void assertNothingIsKept(Host host) throws IOException {
        var sides = new Task<>("nothing", _ -> host.shard().sideCount());
        host.shard().submit(sides, 1);
        assertThat(sides.await()).isZero();
        assertThat(host.counters().bufferBytesInUse()).isZero();
        assertThat(host.stats().connections()).isEmpty();
    }

    @Test
    void addressOfNoFamilyOfOursIsNoRoute() {
        var ends = MemoryLink.pair(1500);
        try (var host = Host.builder().link(ends.a()).address("198.18.0.1/24").start()) {
            assertThatThrownBy(() -> host.connect("2001:db8::2", 80))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("no IPv6 address");
        }
    }

    @Test
    void connectEndsWithItsTimeout() {
        try (var hosts = new TwoHosts()) {
            hosts.cable.cut();
            assertThatThrownBy(() -> hosts.a.connect(B4, 80, Duration.ofMillis(50)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("198.18.0.2:80")
                    .hasMessageContaining("50 ms");
            assertThat(hosts.a.stats().connections()).isEmpty();
        }
    }

    @Test
    void connectEndsWhenTheStackGivesUp() {
        try (var hosts = new TwoHosts(1500, TwoHosts::impatient)) {
            hosts.cable.cut();
            assertThatThrownBy(() -> hosts.a.connect(B4, 80))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.closeCause())
                                    .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.CONNECT, 0)));
        }
    }

    @Test
    void acceptEndsWithItsTimeoutAndTheListenerGoesOn() throws IOException {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(80)) {
            assertThatThrownBy(() -> listener.accept(Duration.ofMillis(20)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining(":80");
            var client = hosts.a.connect(B4, 80);
            var server = listener.accept();
            assertThat(server.remotePort()).isEqualTo(client.localPort());
            client.abort();
            server.abort();
        }
    }

    @Test
    @SuppressWarnings("try")
    void closingAListenerWakesWhoAccepts() throws IOException {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(80)) {
            var task = new FutureTask<>(listener::accept);
            var thread = Thread.startVirtualThread(task);
            awaitParked(thread);
            listener.close();
            assertThatThrownBy(task::get).cause().isInstanceOf(SocketException.class);
            assertThatThrownBy(listener::accept)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void interruptedAcceptClosesTheListener() throws Exception {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(80)) {
            var kept = new CompletableFuture<Boolean>();
            var task = new FutureTask<>(() -> {
                try {
                    return listener.accept();
                } finally {
                    kept.complete(Thread.currentThread().isInterrupted());
                }
            });
            var thread = Thread.startVirtualThread(task);
            awaitParked(thread);
            thread.interrupt();
            assertThatThrownBy(task::get).cause().isInstanceOf(ClosedByInterruptException.class);
            assertThat(kept.join()).isTrue();
            assertThat(listener.isClosed()).isTrue();
        }
    }

    @Test
    void interruptedConnectGivesUp() throws Exception {
        try (var hosts = new TwoHosts()) {
            hosts.cable.cut();
            var task = new FutureTask<>(() -> hosts.a.connect(B4, 80));
            var thread = Thread.startVirtualThread(task);
            awaitParked(thread);
            thread.interrupt();
            assertThatThrownBy(task::get).cause().isInstanceOf(ClosedByInterruptException.class);
            assertThat(hosts.a.stats().connections()).isEmpty();
        }
    }

    @Test
    void connectionsThatNobodyAcceptsAreReset() throws IOException {
        try (var hosts = new TwoHosts()) {
            var listener = hosts.b.listen(80);
            var client = hosts.a.connect(B4, 80);
            listener.close();
            assertThatThrownBy(() -> client.input().read())
                    .isInstanceOfSatisfying(
                            TcpException.class, e -> assertThat(e.closeCause()).isEqualTo(new CloseCause.Reset(0)));
            client.close();
        }
    }

    @Test
    void closingTheHostTellsEverybody() throws Exception {
        var hosts = new TwoHosts();
        try (var connection = hosts.connect();
                var listener = hosts.a.listen(90)) {
            var reading = async(() -> connection.client().input().read());
            var accepting = async(listener::accept);
            var far = async(() -> connection.server().input().read());
            hosts.a.close(Duration.ZERO);
            assertThat(thrownBy(reading))
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.closeCause())
                                    .isEqualTo(new CloseCause.Aborted(CloseCause.AbortReason.SHUTDOWN, 0)));
            assertThat(thrownBy(accepting)).isInstanceOf(SocketException.class);
            assertThat(thrownBy(far)).isInstanceOf(TcpException.class).hasMessageContaining("reset by the peer");
            assertThatThrownBy(() -> hosts.a.connect(B4, 80)).hasMessageContaining("the host is closed");
            assertThatThrownBy(() -> hosts.a.listen(80)).hasMessageContaining("the host is closed");
            assertThat(hosts.a.stats().connections()).isEmpty();
            assertThat(hosts.a.failure()).isNull();
        } finally {
            hosts.close();
        }
    }

    @Test
    void closedStreamsStillDeliverWhenTheHostCloses() throws Exception {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(80)) {
            var client = hosts.a.connect(B4, 80);
            var server = listener.accept();
            client.output().write(new byte[200_000]);
            client.close();
            var received = async(() -> server.input().readAllBytes().length);
            hosts.a.close();
            assertThat(received.join()).isEqualTo(200_000);
            server.close();
        }
    }

    @Test
    void closingHostTakesNothingFromAPeerThatReadsLate() throws Exception {
        try (var hosts = new TwoHosts();
                var listener = hosts.b.listen(80)) {
            var client = hosts.a.connect(B4, 80);
            var server = listener.accept();
            client.output().write(new byte[100_000]);
            client.close();
            hosts.a.close(Duration.ofSeconds(30));
            assertThat(server.input().readAllBytes()).hasSize(100_000);
            server.close();
        }
    }

    @Test
    void brokenLinkEndsTheHostAndTellsEverybodyWhy() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect();
                var listener = hosts.a.listen(90)) {
            var reading = async(() -> connection.client().input().read());
            var accepting = async(listener::accept);
            hosts.cable.breakDown();
            assertThat(thrownBy(reading)).isInstanceOf(TcpException.class).hasMessageContaining("tripped over");
            assertThat(thrownBy(accepting)).hasMessageContaining("tripped over");
            assertThatThrownBy(() -> hosts.a.connect(B4, 80)).hasMessageContaining("tripped over");
            assertThatThrownBy(() -> connection.client().output().write(1)).hasMessageContaining("tripped over");
            assertThat(hosts.a.failure()).hasMessageContaining("tripped over");
        }
    }

    @Test
    void statisticsShowListenersConnectionsAndCounters() throws Exception {
        try (var hosts = new TwoHosts();
                var _ = hosts.b.listen(B4, 80);
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[1000]);
            connection.client().receipt().await();
            var near = hosts.a.stats();
            assertThat(near.connections(TcpState.ESTABLISHED)).isOne();
            assertThat(near.connections()).singleElement().satisfies(info -> {
                assertThat(info.tuple()).isEqualTo(connection.client().tuple());
                assertThat(info.bytesWritten()).isEqualTo(1000);
                assertThat(info.unacknowledgedBytes()).isZero();
                assertThat(info.userClosed()).isFalse();
            });
            assertThat(near.counters().tcp(TcpCounters.ACTIVE_OPENS)).isOne();
            assertThat(hosts.a.counters().tcp(TcpCounters.ACTIVE_OPENS)).isOne();
            assertThat(hosts.a.counters().frames(DropReason.NONE)).isPositive();
            // As much as the next write may need, wherever in a piece it begins.
            assertThat(near.counters().bufferBytesInUse()).isEqualTo(2 * BufferPool.PIECE_BYTES);
            var far = hosts.b.stats();
            assertThat(far.listeners())
                    .extracting(HostStats.ListenerInfo::endpoint)
                    .containsExactly("198.18.0.2:80");
            assertThat(far.connections())
                    .singleElement()
                    .satisfies(info -> assertThat(info.unreadBytes()).isEqualTo(1000));
        }
    }

    @Test
    void hostNeedsALinkAndAnAddress() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Host.builder().address("198.18.0.1/24").start())
                .withMessageContaining("link");
        assertThatIllegalStateException()
                .isThrownBy(() -> Host.builder().link(MemoryLink.pair(1500).a()).start())
                .withMessageContaining("address");
    }
}
