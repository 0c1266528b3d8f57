package dev.levee.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.levee.tcp.TcpCounters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Steady bulk transfer allocates nothing: not for segments, not for reads and writes, on no thread.
@Timeout(300)
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long WARM_UP_BYTES = 256L << 20;
    private static final long MEASURED_BYTES = 128L << 20;
    /// What a compiler that replaces a method while it runs may cost, and the measuring itself: far below one
    /// octet per segment.
    private static final long ALLOWED_BYTES = 16_384;

    /// While a buffer still grows it takes memory, and one that grows once more does not disprove anything; what
    /// allocates for segments, reads or writes does so every time.
    private static final int ROUNDS_MAX = 8;

    @Test
    void bulkTransferAllocatesNothing() throws Exception {
        try (var hosts = new TwoHosts();
                var connection = hosts.connect()) {
            transfer(connection, WARM_UP_BYTES);
            var seen = new ArrayList<Allocated>();
            for (int i = 0; i < ROUNDS_MAX && seen.stream().noneMatch(Allocated::nothing); i++) {
                seen.add(round(hosts, connection));
            }
            assertThat(seen).as("octets of the heap, by round").anyMatch(Allocated::nothing);
        }
    }

    private static Allocated round(TwoHosts hosts, TwoHosts.Connection connection) throws Exception {
        long segmentsBefore = hosts.b.counters().tcp(TcpCounters.SEGMENTS_IN);
        long nearBefore = allocated(hosts.a);
        long farBefore = allocated(hosts.b);
        long byUsers = transfer(connection, MEASURED_BYTES);
        long byNear = allocated(hosts.a) - nearBefore;
        long byFar = allocated(hosts.b) - farBefore;
        assertThat(hosts.b.counters().tcp(TcpCounters.SEGMENTS_IN) - segmentsBefore)
                .isGreaterThan(MEASURED_BYTES / 1460);
        return new Allocated(byUsers, byNear, byFar);
    }

    private record Allocated(long byUsers, long bySender, long byReceiver) {
        boolean nothing() {
            return byUsers <= ALLOWED_BYTES && bySender <= ALLOWED_BYTES && byReceiver <= ALLOWED_BYTES;
        }
    }

    private static long allocated(Host host) {
        return THREADS.getThreadAllocatedBytes(host.shard().thread().threadId());
    }

    /// @return what the writing and the reading thread allocated together
    private static long transfer(TwoHosts.Connection connection, long bytes) throws Exception {
        var writer = new FutureTask<>(() -> write(connection.client(), bytes));
        var reader = new FutureTask<>(() -> read(connection.server(), bytes));
        Thread.ofPlatform().start(writer);
        Thread.ofPlatform().start(reader);
        return writer.get() + reader.get();
    }

    private static long write(TcpStream stream, long bytes) throws IOException {
        var octets = new byte[1 << 16];
        var out = stream.output();
        out.write(octets);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (long sent = octets.length; sent < bytes; sent += octets.length) {
            out.write(octets, 0, octets.length);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static long read(TcpStream stream, long bytes) throws IOException {
        var octets = new byte[1 << 16];
        var in = stream.input();
        long received = in.read(octets);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        while (received < bytes) {
            received += in.read(octets, 0, octets.length);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
