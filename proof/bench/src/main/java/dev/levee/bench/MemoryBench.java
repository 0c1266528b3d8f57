package dev.levee.bench;

import dev.levee.link.MemoryLink;
import dev.levee.net.Host;
import dev.levee.net.TcpListener;
import dev.levee.net.TcpStream;
import dev.levee.stack.Limits;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What idle connections cost: memory, and the peace of a busy one. Two hosts on a cable in memory, each with one end
/// of every connection; an octet has gone each way. Keep-alive is on, also while the busy connection is
/// measured, and then off, to tell what it takes.
///
/// Threads: main.
final class MemoryBench {
    private static final long SECOND = 1_000_000_000L;
    private static final long REST_NANOS = SECOND;
    /// Connections to one port: ephemeral ports are not endless.
    private static final int PER_PORT = 10_000;
    private static final int CHUNK_BYTES = 1 << 16;
    /// Garbage may take more than one collection to go: what it refers to may be waiting to be closed.
    private static final int COLLECTIONS = 3;
    private static final int WARM_UPS = 2;
    /// Seconds: who asks more seldom is not waited for.
    private static final int SLICES_MAX = 300;

    private final int connections;
    private final int keepAliveSeconds;
    private final int seconds;

    /// @param keepAliveSeconds after how long a silent peer is asked
    /// @param seconds how long the busy connection is measured; among the others at least until all were asked
    MemoryBench(int connections, int keepAliveSeconds, int seconds) {
        this.connections = connections;
        this.keepAliveSeconds = keepAliveSeconds;
        this.seconds = seconds;
    }

    void run() throws IOException, InterruptedException {
        System.out.println(engine());
        try (var pair = new Pair(keepAliveSeconds)) {
            var busy = pair.connect(1);
            for (int i = 0; i < WARM_UPS; i++) {
                throughput(busy);
            }
            double alone = throughput(busy);
            long before = heap();
            var open = new ArrayList<TcpStream>(2 * connections);
            for (int i = 0; i < connections; i++) {
                var connection = pair.connect(2 + i / PER_PORT);
                connection.greet();
                open.add(connection.client());
                open.add(connection.server());
            }
            awaitRest(pair);
            long heap = heap() - before - 4L * open.size();
            expectOpen(pair.open() - 2);
            System.out.println(line("net API", heap, pair.bufferBytes()));
            // What the list of them has left.
            heap();
            var asked = among(pair, busy);
            asked.gone = 2L * connections + 2 - pair.open();
            System.out.println(line(alone, asked));
            for (var stream : open) {
                stream.setOption(StandardSocketOptions.SO_KEEPALIVE, false);
            }
            awaitRest(pair);
            System.out.println(line(asked, among(pair, busy)));
            busy.close();
        }
    }

    /// Those that have ended cost less, and are not what is measured.
    private void expectOpen(long open) {
        if (open != 2L * connections) {
            throw new IllegalArgumentException(
                    "only " + open + " of " + 2L * connections + " ends are open: ask more seldom (--keep-alive)");
        }
    }

    private String engine() {
        long before = heap();
        var stacks = new IdleStacks(connections, REST_NANOS, keepAliveSeconds * SECOND);
        long heap = heap() - before;
        expectOpen(stacks.open());
        String line = line("engine and sockets", heap, stacks.bufferBytes());
        stacks.end();
        return line;
    }

    private String line(String what, long heapBytes, long nativeBytes) {
        long ends = 2L * connections;
        return String.format(
                Locale.ROOT,
                "%-18s  %d connections, both ends here: heap %d B, native %d B: %d B for one end of one",
                what,
                connections,
                heapBytes,
                nativeBytes,
                (heapBytes + nativeBytes + ends - 1) / ends);
    }

    private static void awaitRest(Pair pair) throws IOException, InterruptedException {
        long until = System.nanoTime() + 60 * SECOND;
        do {
            Thread.sleep(2 * REST_NANOS / 1_000_000);
        } while (pair.bufferBytes() > 0 && System.nanoTime() - until < 0);
    }

    /// Octets of the heap that are in use.
    private static long heap() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    /// For as long as it takes until everybody was asked.
    private Share among(Pair pair, Connection busy) throws IOException, InterruptedException {
        int slices = Math.max(seconds, Math.min(keepAliveSeconds + 1, SLICES_MAX));
        var share = new Share();
        var stop = new Stop();
        var writer = Thread.startVirtualThread(() -> write(busy.client(), stop));
        transfer(busy.server(), SECOND / 2);
        long asked = pair.probes();
        for (int i = 0; i < slices; i++) {
            double rate = gigabits(busy.server(), SECOND);
            long now = pair.probes();
            share.add(rate, now - asked);
            asked = now;
        }
        finish(busy, writer, stop);
        return share;
    }

    private String line(double alone, Share asked) {
        return String.format(
                Locale.ROOT,
                "busy connection alone %.2f Gbit/s, among %d idle ones asked every %d s %.2f: ratio %.2f; "
                        + "%d keep-alive probes meanwhile, %d ends of the idle ones gone",
                alone,
                connections,
                keepAliveSeconds,
                asked.rate(),
                asked.rate() / alone,
                asked.probes,
                asked.gone);
    }

    private static String line(Share asked, Share unasked) {
        return String.format(
                Locale.ROOT,
                "among the same that are not asked %.2f Gbit/s: ratio %.2f; %d probes meanwhile",
                unasked.rate(),
                asked.rate() / unasked.rate(),
                unasked.probes);
    }

    /// Some seconds, each with what went through and how many were asked in it.
    private static final class Share {
        private int seconds;
        private double rates;
        private long probes;
        private long gone;

        void add(double rate, long probesThen) {
            seconds++;
            rates += rate;
            probes += probesThen;
        }

        double rate() {
            return rates / seconds;
        }
    }

    /// Gigabits a second through one connection, its ends on virtual threads.
    private double throughput(Connection connection) throws IOException, InterruptedException {
        var stop = new Stop();
        var writer = Thread.startVirtualThread(() -> write(connection.client(), stop));
        transfer(connection.server(), SECOND / 2);
        double rate = gigabits(connection.server(), seconds * SECOND);
        finish(connection, writer, stop);
        return rate;
    }

    private static double gigabits(TcpStream stream, long nanos) throws IOException {
        long begin = System.nanoTime();
        long bytes = transfer(stream, nanos);
        return 8.0 * bytes / (System.nanoTime() - begin);
    }

    private static void finish(Connection connection, Thread writer, Stop stop)
            throws IOException, InterruptedException {
        stop.now = true;
        // What is still under way has to be read before the writer can end.
        while (writer.isAlive()) {
            drain(connection.server());
            writer.join(java.time.Duration.ofMillis(1));
        }
        drain(connection.server());
    }

    private static final class Stop {
        volatile boolean now;
    }

    private static void write(TcpStream stream, Stop stop) {
        var octets = new byte[CHUNK_BYTES];
        try {
            while (!stop.now) {
                stream.write(octets, 0, octets.length);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long transfer(TcpStream stream, long nanos) throws IOException {
        var octets = new byte[CHUNK_BYTES];
        long end = System.nanoTime() + nanos;
        long bytes = 0;
        while (System.nanoTime() - end < 0) {
            bytes += stream.read(octets, 0, octets.length);
        }
        return bytes;
    }

    private static void drain(TcpStream stream) throws IOException {
        var octets = new byte[CHUNK_BYTES];
        while (stream.input().available() > 0) {
            stream.read(octets, 0, octets.length);
        }
    }

    private record Connection(TcpStream client, TcpStream server) {
        void greet() throws IOException {
            client.output().write(1);
            server.output().write(server.input().read());
            if (client.input().read() != 1) {
                throw new IOException("an echo is wrong");
            }
        }

        void close() {
            client.abort();
            server.abort();
        }
    }

    /// Two hosts.
    private static final class Pair implements AutoCloseable {
        private final Host a;
        private final Host b;
        private final List<TcpListener> listeners = new ArrayList<>();

        Pair(int keepAliveSeconds) {
            var ends = MemoryLink.pair(1500);
            var config = TcpConfig.builder()
                    .restNanos(REST_NANOS)
                    .keepAlive(true)
                    .keepAliveIdleNanos(keepAliveSeconds * SECOND)
                    .keepAliveIntervalNanos(keepAliveSeconds * SECOND)
                    .build();
            a = host(ends.a(), "198.18.0.1/24", config);
            b = host(ends.b(), "198.18.0.2/24", config);
        }

        private static Host host(dev.levee.link.Link link, String address, TcpConfig config) {
            return Host.builder()
                    .link(link)
                    .address(address)
                    .tcp(config)
                    .limits(Limits.DEFAULT)
                    .start();
        }

        Connection connect(int port) throws IOException {
            while (listeners.size() < port) {
                listeners.add(b.listen(listeners.size() + 1));
            }
            var client = a.connect("198.18.0.2", port);
            return new Connection(client, listeners.get(port - 1).accept());
        }

        long bufferBytes() throws IOException {
            return a.counters().bufferBytesInUse() + b.counters().bufferBytesInUse();
        }

        long probes() throws IOException {
            return a.counters().tcp(TcpCounters.KEEP_ALIVE_PROBES)
                    + b.counters().tcp(TcpCounters.KEEP_ALIVE_PROBES);
        }

        /// Ends of connections that are there.
        long open() throws IOException {
            return (long) a.stats().connections().size()
                    + b.stats().connections().size();
        }

        @Override
        public void close() {
            a.close(java.time.Duration.ZERO);
            b.close(java.time.Duration.ZERO);
        }
    }
}
