package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static dev.levee.net.TwoHosts.awaitParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.TcpState;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StreamTest {
    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.1, 198.18.0.2", "2001:db8::1, 2001:db8::2"})
    void whatIsWrittenIsRead(String from, String to) throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect(from, to)) {
            connection.client().output().write(text("hello"));
            assertThat(connection.server().input().readNBytes(5)).isEqualTo(text("hello"));
            connection.server().output().write('!');
            assertThat(connection.client().input().read()).isEqualTo('!');
            assertThat(connection.client().remoteAddress()).hasToString(to);
            assertThat(connection.server().remoteAddress()).hasToString(from);
            assertThat(connection.client().localSocketAddress())
                    .isEqualTo(connection.server().remoteSocketAddress());
            assertThat(connection.client().state()).isEqualTo(TcpState.ESTABLISHED);
        }
    }

    @Test
    void whatTcpKnowsCanBeAskedForAndStaysWhenTheStreamIsClosed() throws IOException, InterruptedException {
        try (var hosts = new TwoHosts()) {
            var connection = hosts.connect();
            var client = connection.client();
            client.output().write(text("hello"));
            client.awaitDelivered(Duration.ofSeconds(30));
            var info = client.tcpInfo();
            assertThat(info.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(info.active()).isTrue();
            assertThat(info.agreed().selectiveAcks()).isTrue();
            assertThat(info.roundTrip().srttNanos()).isPositive();
            assertThat(info.sending().bytesAcknowledged()).isEqualTo(5);
            assertThat(info.sending().outstandingBytes()).isZero();
            assertThat(info.waiting().busyNanos()).isPositive();
            assertThat(connection.server().tcpInfo().receiving().bytes()).isEqualTo(5);
            assertThat(client.asSocket().tcpInfo().sending().textSegments()).isEqualTo(1);
            client.abort();
            assertThat(client.tcpInfo().state()).isEqualTo(TcpState.CLOSED);
            assertThat(client.tcpInfo().sending().bytesAcknowledged()).isEqualTo(5);
            connection.close();
        }
    }

    @Test
    void whatFindsTheWindowIsChosenForOneConnection() throws IOException {
        try (var hosts = new TwoHosts();
                var one = hosts.connect();
                var other = hosts.connect()) {
            one.server().congestion(CongestionAlgorithm.NEW_RENO);
            assertThat(one.server().congestion()).isEqualTo(CongestionAlgorithm.NEW_RENO);
            assertThat(one.server().tcpInfo().sending().congestion()).isEqualTo(CongestionAlgorithm.NEW_RENO);
            assertThat(other.server().congestion()).isEqualTo(CongestionAlgorithm.CUBIC);
            assertThat(other.server().tcpInfo().sending().congestion()).isEqualTo(CongestionAlgorithm.CUBIC);
        }
    }

    /// With Nagle off, each of the three would be a segment. A retransmission timeout, after which what
    /// waits goes, is a second at least.
    @Test
    void whatIsWrittenUnderACorkGoesTogether() throws IOException, InterruptedException {
        try (var hosts = new TwoHosts(1500, config -> config.noDelay(true).rtoMinNanos(1_000_000_000))) {
            var connection = hosts.connect();
            var client = connection.client();
            client.output().write(text("first"));
            assertThat(connection.server().input().readNBytes(5)).isEqualTo(text("first"));
            client.awaitDelivered(Duration.ofSeconds(30));
            client.cork(true);
            for (var part : new String[] {"head ", "body ", "tail"}) {
                client.output().write(text(part));
                client.userTimeout(Duration.ofSeconds(100));
                assertThat(client.tcpInfo().sending().textSegments()).isEqualTo(1);
            }
            assertThat(client.corked()).isTrue();
            client.cork(false);
            assertThat(connection.server().input().readNBytes(14)).isEqualTo(text("head body tail"));
            client.awaitDelivered(Duration.ofSeconds(30));
            assertThat(client.tcpInfo().sending().textSegments()).isEqualTo(2);
            client.output().write(text("x"));
            client.awaitDelivered(Duration.ofSeconds(30));
            assertThat(client.tcpInfo().sending().textSegments()).isEqualTo(3);
            connection.close();
        }
    }

    /// The shard sees all of it at once. The timeout, after which what is held goes, is a minute.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasHeldGoesThoughItIsHeldAgainAtOnce(boolean corks) throws IOException, InterruptedException {
        long minute = 60_000_000_000L;
        try (var hosts = new TwoHosts(
                1500, config -> config.noDelay(true).rtoMinNanos(minute).rtoInitialNanos(minute))) {
            var connection = hosts.connect();
            var client = connection.client();
            client.cork(true);
            client.output().write(text("answer"));
            assertThat(client.tcpInfo().sending().textSegments()).isZero();
            var free = new CountDownLatch(1);
            hosts.a.shard().submit(new Task<>("a pause", _ -> awaited(free)), 1);
            if (corks) {
                client.cork(false);
                client.cork(true);
            } else {
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            free.countDown();
            client.awaitDelivered(Duration.ofSeconds(30));
            assertThat(connection.server().input().readNBytes(6)).isEqualTo(text("answer"));
            connection.close();
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void halfClosedStreamStillReceives() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(text("question"));
            connection.client().shutdownOutput();
            assertThat(connection.server().input().readAllBytes()).isEqualTo(text("question"));
            connection.server().output().write(text("answer"));
            connection.server().close();
            assertThat(connection.client().input().readAllBytes()).isEqualTo(text("answer"));
            assertThatThrownBy(() -> connection.client().output().write(1))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("shut down");
            connection.client().close();
        }
    }

    @Test
    void shutInputReadsAsEnded() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().shutdownInput();
            assertThat(connection.client().input().read()).isEqualTo(-1);
            connection.client().output().write(1);
            assertThat(connection.server().input().read()).isOne();
        }
    }

    @Test
    void abortedPeerIsAResetThatCountsWhatIsMissing() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.server().abort();
            assertThatThrownBy(() -> connection.client().input().read())
                    .isInstanceOfSatisfying(TcpException.class, e -> {
                        assertThat(e.closeCause()).isEqualTo(new CloseCause.Reset(0));
                        assertThat(e).hasMessageEndingWith("(ESTABLISHED): connection reset by the peer");
                    });
            assertThatThrownBy(() -> connection.client().output().write(1)).isInstanceOf(TcpException.class);
        }
    }

    @Test
    void closeWithUnreadDataResets() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[100]);
            assertThat(connection.server().input().read()).isZero();
            connection.server().close();
            assertThatThrownBy(() -> connection.client().input().read())
                    .isInstanceOf(TcpException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void closeAfterEverythingWasReadDoesNotReset() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().output().write(new byte[100]);
            assertThat(connection.server().input().readNBytes(100)).hasSize(100);
            connection.server().close();
            assertThat(connection.client().input().read()).isEqualTo(-1);
        }
    }

    @Test
    void readTimeoutLeavesTheStreamUsable() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var client = connection.client();
            client.readTimeout(Duration.ofMillis(20));
            assertThat(client.readTimeout()).isEqualTo(Duration.ofMillis(20));
            assertThatThrownBy(() -> client.input().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("198.18.0.2:7");
            connection.server().output().write(9);
            client.readTimeout(Duration.ZERO);
            assertThat(client.input().read()).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingWakesAReader(boolean virtual) throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var task = new FutureTask<>(() -> connection.client().input().read());
            var thread = start(virtual, task);
            awaitParked(thread);
            connection.client().close();
            assertThatThrownBy(task::get)
                    .cause()
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("the stream is closed");
            assertThat(connection.server().input().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingWakesAWriter(boolean virtual) throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            // More than both buffers hold, and nobody reads.
            var task = new FutureTask<>(() -> {
                connection.client().output().write(new byte[1 << 22]);
                return true;
            });
            var thread = start(virtual, task);
            awaitParked(thread);
            connection.client().close();
            assertThatThrownBy(task::get)
                    .cause()
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("the stream is closed");
        }
    }

    private static Thread start(boolean virtual, FutureTask<?> task) {
        return virtual ? Thread.startVirtualThread(task) : Thread.ofPlatform().start(task);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptedReadClosesTheStream(boolean virtual) throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var kept = new CompletableFuture<Boolean>();
            var task = new FutureTask<>(() -> {
                try {
                    return connection.client().input().read();
                } finally {
                    kept.complete(Thread.currentThread().isInterrupted());
                }
            });
            var thread = start(virtual, task);
            awaitParked(thread);
            thread.interrupt();
            assertThatThrownBy(task::get).cause().isInstanceOf(ClosedByInterruptException.class);
            assertThat(kept.join()).isTrue();
            assertThat(connection.client().isClosed()).isTrue();
            assertThat(connection.server().input().read()).isEqualTo(-1);
        }
    }

    @Test
    void closingTwiceIsClosingOnce() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().close();
            connection.client().close();
            assertThat(connection.server().input().read()).isEqualTo(-1);
            assertThatThrownBy(() -> connection.client().input().read()).hasMessageContaining("closed");
            assertThatThrownBy(() -> connection.client().output().write(0)).hasMessageContaining("closed");
            assertThatThrownBy(() -> connection.client().shutdownOutput()).hasMessageContaining("closed");
        }
    }

    @Test
    void lingerZeroResets() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().setOption(StandardSocketOptions.SO_LINGER, 0);
            connection.client().close();
            assertThatThrownBy(() -> connection.server().input().read()).hasMessageContaining("reset by the peer");
        }
    }

    @Test
    void lingeringCloseReturnsWhenEverythingIsAcknowledged() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().setOption(StandardSocketOptions.SO_LINGER, 50);
            connection.client().output().write(new byte[1000]);
            connection.client().close();
            assertThat(hosts.a.stats().connections())
                    .allSatisfy(info -> assertThat(info.unacknowledgedBytes()).isZero());
            assertThat(connection.server().input().readAllBytes()).hasSize(1000);
        }
    }

    @Test
    void lingeringCloseSaysWhatWasNotDelivered() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            connection.client().port().lingerNanos(100_000_000);
            hosts.cable.cut();
            connection.client().output().write(new byte[1234]);
            var receipt = connection.client().receipt();
            assertThatThrownBy(() -> connection.client().close())
                    .isInstanceOfSatisfying(
                            TcpException.class,
                            e -> assertThat(e.closeCause())
                                    .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.LINGER, 1234)));
            assertThatThrownBy(receipt::await).hasMessageContaining("1,234 bytes");
        }
    }

    @Test
    void optionsAreWhatTheyWereSetTo() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var client = connection.client();
            client.setOption(StandardSocketOptions.TCP_NODELAY, true)
                    .setOption(StandardSocketOptions.SO_LINGER, 3)
                    .setOption(StandardSocketOptions.SO_REUSEADDR, true);
            assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(3);
            assertThat(client.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
            assertThat(client.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(1 << 17);
            client.setOption(StandardSocketOptions.SO_LINGER, -1);
            assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
            assertThat(client.supportedOptions()).doesNotContain(StandardSocketOptions.SO_BROADCAST);
            assertThatThrownBy(() -> client.setOption(StandardSocketOptions.SO_BROADCAST, true))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void sizesOfBuffersOfAnOpenStreamAreWhatTheyAreSetTo() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var client = connection.client();
            client.setOption(StandardSocketOptions.SO_RCVBUF, 20_000)
                    .setOption(StandardSocketOptions.SO_SNDBUF, 1 << 20);
            // Powers of two, as what the stream says.
            assertThat(client.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(1 << 15);
            assertThat(client.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(1 << 20);
            assertThat(client.tcpInfo().receiving().capacityBytes()).isEqualTo(1 << 15);
            assertThat(client.tcpInfo().sending().capacityBytes()).isEqualTo(1 << 20);
        }
    }

    @Test
    void aPeerThatVanishedIsFoundByKeepAlive() throws IOException {
        try (var hosts = new TwoHosts(
                        1500, config -> config.keepAliveIdleNanos(20_000_000).keepAliveIntervalNanos(10_000_000));
                var connection = hosts.connect()) {
            var client = connection.client();
            assertThat(client.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
            hosts.cable.cut();

            client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2)
                    .setOption(StandardSocketOptions.SO_KEEPALIVE, true);

            assertThat(client.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThatThrownBy(() -> client.input().read())
                    .isInstanceOf(TcpException.class)
                    .hasMessageContaining("keep-alive probes were not answered");
        }
    }

    @Test
    void keepAliveIsSetInSecondsAndReadBack() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            var client = connection.client();
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(7200);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(75);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(9);
            client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30)
                    .setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5)
                    .setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 4);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(30);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(5);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
        }
    }

    @Test
    void onlyAPatientKeepAliveCanBeAskedFor() throws IOException {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            assertThatThrownBy(() -> connection.client().setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("keepAliveProbes must lie in 2..127");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void buffersAreWrittenAndFilled(boolean direct) throws IOException {
        try (var hosts = new TwoHosts(
                        1500, config -> config.sendBufferBytes(4096).receiveBufferBytes(4096));
                var connection = hosts.connect()) {
            int size = 20_000;
            var out = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
            for (int i = 0; i < size; i++) {
                out.put(i, (byte) (i * 7));
            }
            var sent = async(() -> {
                connection.client().write(out);
                connection.client().shutdownOutput();
                return out.remaining();
            });
            var in = direct ? ByteBuffer.allocateDirect(size + 10) : ByteBuffer.allocate(size + 10);
            while (connection.server().read(in) >= 0) {
                assertThat(in.hasRemaining()).isTrue();
            }
            assertThat(sent.join()).isZero();
            assertThat(in.flip()).isEqualTo(out.flip());
        }
    }

    @Test
    void nativeMemoryIsWrittenAndFilled() throws IOException {
        try (var hosts = new TwoHosts(
                        1500, config -> config.sendBufferBytes(4096).receiveBufferBytes(4096));
                var connection = hosts.connect();
                var arena = Arena.ofShared()) {
            int size = 20_000;
            var out = arena.allocate(size + 3);
            for (int i = 0; i < size; i++) {
                out.set(ValueLayout.JAVA_BYTE, i + 3, (byte) (i * 5));
            }
            var sent = async(() -> {
                connection.client().write(out, 3, size);
                connection.client().shutdownOutput();
                return true;
            });
            var in = arena.allocate(size);
            int at = 0;
            int count;
            while (at < size && (count = connection.server().read(in, at, size - at)) >= 0) {
                at += count;
            }
            assertThat(sent.join()).isTrue();
            assertThat(at).isEqualTo(size);
            assertThat(in.mismatch(out.asSlice(3))).isEqualTo(-1);
        }
    }

    @Test
    void availableCountsWhatCanBeReadWithoutWaiting() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            assertThat(connection.server().input().available()).isZero();
            connection.client().output().write(new byte[10]);
            assertThat(connection.server().input().read()).isZero();
            assertThat(connection.server().input().available()).isEqualTo(9);
        }
    }

    private static Host withPieces(dev.levee.link.Link link, int pieces) throws IOException {
        var limits = new dev.levee.stack.Limits(100, 10, (long) pieces * dev.levee.tcp.BufferPool.PIECE_BYTES, 10);
        return Host.builder().link(link).address("198.18.0.1/24").limits(limits).start();
    }

    /// Half of the memory is for what is to be sent: one piece, which the other connection has.
    @Test
    void aFirstWriteWaitsForMemoryLikeEveryOther() throws Exception {
        var ends = dev.levee.link.MemoryLink.pair(1500);
        try (var a = withPieces(ends.a(), 2);
                var b = Host.builder().link(ends.b()).address("198.18.0.2/24").start();
                var listener = b.listen(80)) {
            var first = a.connect("198.18.0.2", 80);
            var far = listener.accept();
            var second = a.connect("198.18.0.2", 80);
            var farther = listener.accept();
            first.output().write(1);
            assertThat(far.input().read()).isOne();
            var write = new CompletableFuture<Boolean>();
            var writer = Thread.startVirtualThread(() -> {
                try {
                    second.output().write(2);
                    write.complete(true);
                } catch (IOException e) {
                    write.completeExceptionally(e);
                }
            });
            awaitParked(writer);
            // The shard has answered before this: there is none.
            second.tcpInfo();
            assertThat(write).isNotDone();
            first.abort();
            assertThat(write.get()).isTrue();
            assertThat(farther.input().read()).isEqualTo(2);
            second.abort();
        }
    }

    @Test
    void memoryThatNeverComesIsNotWaitedFor() throws IOException {
        var ends = dev.levee.link.MemoryLink.pair(1500);
        try (var a = withPieces(ends.a(), 1);
                var b = Host.builder().link(ends.b()).address("198.18.0.2/24").start();
                var _ = b.listen(80)) {
            var stream = a.connect("198.18.0.2", 80);
            assertThatThrownBy(() -> stream.output().write(2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("memory");
            stream.abort();
        }
    }
}
