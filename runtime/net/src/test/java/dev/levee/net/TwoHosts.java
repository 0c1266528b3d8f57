package dev.levee.net;

import dev.levee.link.MemoryLink;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/// Two hosts on a cable in memory, which can be cut at the first one's end.
final class TwoHosts implements AutoCloseable {
    static final String A4 = "198.18.0.1";
    static final String B4 = "198.18.0.2";
    static final String A6 = "2001:db8::1";
    static final String B6 = "2001:db8::2";
    static final int PORT = 7;

    private static final long MILLI = 1_000_000;

    final Host a;
    final Host b;
    final CuttableLink cable;

    TwoHosts() {
        this(1500, config -> config);
    }

    TwoHosts(int mtu, UnaryOperator<TcpConfigBuilder> settings) {
        var ends = MemoryLink.pair(mtu);
        var config = settings.apply(TcpConfig.builder()).build();
        cable = new CuttableLink(ends.a());
        a = Host.builder()
                .link(cable)
                .address(A4 + "/24")
                .address(A6 + "/64")
                .tcp(config)
                .start();
        b = Host.builder()
                .link(ends.b())
                .address(B4 + "/24")
                .address(B6 + "/64")
                .tcp(config)
                .start();
    }

    /// Gives up quickly when nobody answers.
    static TcpConfigBuilder impatient(TcpConfigBuilder config) {
        return config.rtoMinNanos(10 * MILLI)
                .rtoInitialNanos(20 * MILLI)
                .delayedAckNanos(MILLI)
                .r2Nanos(200 * MILLI)
                .r2SynNanos(200 * MILLI)
                .mslNanos(10 * MILLI);
    }

    /// A connection: A's end and B's.
    record Connection(TcpStream client, TcpStream server) implements AutoCloseable {
        @Override
        public void close() {
            client.abort();
            server.abort();
        }
    }

    Connection connect() throws IOException {
        return connect(A4, B4);
    }

    Connection connect(String from, String to) throws IOException {
        try (var listener = b.listen(PORT)) {
            var options = a.connectOptions().withLocal(dev.levee.wire.IpAddress.parse(from), 0);
            var client = a.connect(dev.levee.wire.IpAddress.parse(to), PORT, options);
            return new Connection(client, listener.accept(Duration.ofSeconds(10)));
        }
    }

    @Override
    public void close() {
        a.close(Duration.ZERO);
        b.close(Duration.ZERO);
    }

    /// Runs on a virtual thread of its own.
    static <T> CompletableFuture<T> async(Callable<T> body) {
        var result = new CompletableFuture<T>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(body.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /// What the body threw.
    static Throwable thrownBy(CompletableFuture<?> result) {
        try {
            result.join();
        } catch (CompletionException e) {
            var cause = e.getCause();
            return cause == null ? e : cause;
        }
        throw new AssertionError("nothing was thrown");
    }

    /// Returns when the thread waits for something.
    static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            if (!thread.isAlive()) {
                throw new AssertionError("the thread has ended instead of waiting");
            }
            Thread.onSpinWait();
        }
    }
}
