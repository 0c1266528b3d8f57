package dev.levee.app.service;

import dev.levee.net.Host;
import dev.levee.net.TcpListener;
import dev.levee.net.TcpStream;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/// Services on the ports of a host: one virtual thread accepts for each port, another serves each connection.
///
/// Threads: any.
public final class Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(400);

    private final Host host;
    private final boolean defers;
    private final List<TcpListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<TcpStream> streams = ConcurrentHashMap.newKeySet();
    private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final LongAdder accepted = new LongAdder();
    private volatile boolean stopping;

    public Server(Host host) {
        this(host, false);
    }

    /// @param defers whether connections are made only when their clients have said something, where the service does
    ///     not speak first
    public Server(Host host, boolean defers) {
        this.host = host;
        this.defers = defers;
    }

    /// Begins to listen.
    ///
    /// @throws java.net.BindException when the port is taken
    public void start(Service service, int port) throws IOException {
        var options = host.listenOptions().withSpeaksFirst(service.speaksFirst());
        var listener = host.listen(IpAddress.ANY_V6, port, options.withDefersAccept(defers && !service.speaksFirst()));
        listeners.add(listener);
        Thread.ofVirtual().name("accept-" + service.name()).start(() -> accept(service, listener));
    }

    /// Connections accepted so far.
    public long accepted() {
        return accepted.sum();
    }

    /// Completes when the server has ended: empty after [#close], else with the reason.
    public CompletableFuture<String> ended() {
        return ended;
    }

    private void accept(Service service, TcpListener listener) {
        try {
            while (!stopping) {
                var stream = listener.accept();
                accepted.increment();
                streams.add(stream);
                var thread = Thread.ofVirtual().name(service.name()).unstarted(() -> serve(service, stream));
                serving.add(thread);
                thread.start();
            }
        } catch (IOException e) {
            if (!stopping) {
                ended.complete(String.valueOf(e.getMessage()));
            }
        }
    }

    private void serve(Service service, TcpStream stream) {
        try (stream) {
            service.serve(stream);
        } catch (IOException _) {
            // How the connection ended is counted by the stack, and the peer knows.
        } finally {
            streams.remove(stream);
            serving.remove(Thread.currentThread());
        }
    }

    /// Ends all listening and all connections, and waits a moment for their threads.
    @Override
    public void close() {
        stopping = true;
        listeners.forEach(TcpListener::close);
        streams.forEach(TcpStream::abort);
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (var thread : serving) {
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos > 0) {
                    thread.join(Duration.ofNanos(leftNanos));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        ended.complete("");
    }
}
