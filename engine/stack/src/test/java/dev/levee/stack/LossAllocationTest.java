package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.levee.path.ImpairedPath;
import dev.levee.path.Impairment;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.EcnUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Segments cost no memory of the heap when things go wrong, either: with losses, holes at the receiver, selective
/// acknowledgements, duplicates, marks, retransmissions, probes and timeouts all the time.
@Timeout(300)
class LossAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long SEGMENTS = 100_000;
    /// The compiler may put back on the heap what it had taken off, when it replaces a method that runs: not in
    /// every stretch. What a segment costs, each of them would show.
    private static final int STRETCHES = 8;

    private static final int CHUNK_BYTES = 65_536;
    private static final long OUTAGE_EVERY_NANOS = 4 * Net.SECOND;
    private static final long OUTAGE_NANOS = 500 * Net.MILLI;

    private final Net net = new Net();
    private final Frame frame = net.frame;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment memory = arena.allocate(CHUNK_BYTES);
    private final ImpairedPath there = path("loss=1%,reorder=1%,duplicate=1%,delay=4ms,rate=8mbit,queue=60k,ecn=10k");
    private final ImpairedPath back = path("loss=1%,reorder=1%,duplicate=1%,delay=4ms,seed=2");

    private ImpairedPath path(String text) {
        return new ImpairedPath(arena, Impairment.parse(text), 1500);
    }

    /// Ways of recovery.
    enum Recovery {
        BY_TIME_AND_MARKS,
        BY_COUNT,
        WITHOUT_SACK;

        TcpConfig config() {
            return TcpConfig.builder()
                    .lossByTime(this != BY_COUNT)
                    .selectiveAcks(this != WITHOUT_SACK)
                    .congestion(this == WITHOUT_SACK ? CongestionAlgorithm.NEW_RENO : CongestionAlgorithm.CUBIC)
                    .ecn(this == BY_TIME_AND_MARKS ? EcnUse.ON : EcnUse.OFF)
                    .build();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsAllocatedWhileSegmentsAreLost(Recovery recovery) throws SocketException {
        var options = new SocketOptions(recovery.config(), SocketOptions.LINGER_OFF);
        var pair = net.pair(true, options, options);
        transfer(pair[0], pair[1]);
        long least = Long.MAX_VALUE;
        int stretches = 0;
        var before = Counts.of(net.client);
        for (; least > 0 && stretches < STRETCHES; stretches++) {
            long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
            transfer(pair[0], pair[1]);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore);
        }
        var after = Counts.of(net.client);
        assertThat(least)
                .as("octets allocated in %d segments, at least", SEGMENTS)
                .isZero();
        assertThat(after.retransmits() - before.retransmits()).isGreaterThan(SEGMENTS / 500);
        assertThat(after.timeouts() - before.timeouts()).isPositive();
        if (recovery == Recovery.BY_TIME_AND_MARKS) {
            assertThat(after.tailProbes() - before.tailProbes()).isPositive();
            assertThat(after.duplicatesReported() - before.duplicatesReported()).isPositive();
            assertThat(there.counters().marked()).isPositive();
        }
    }

    private record Counts(long retransmits, long timeouts, long tailProbes, long duplicatesReported) {
        static Counts of(Stack stack) {
            var counters = stack.tcpCounters();
            return new Counts(
                    counters.get(TcpCounters.RETRANSMITS),
                    counters.get(TcpCounters.TIMEOUT_RETRANSMITS),
                    counters.get(TcpCounters.TAIL_PROBES),
                    counters.get(TcpCounters.DUPLICATES_REPORTED_IN));
        }
    }

    /// Lets [#SEGMENTS] more arrive, on either side.
    private void transfer(TcpSocket from, TcpSocket to) {
        long end = arrived() + SEGMENTS;
        while (arrived() < end) {
            write(from);
            read(to);
            carry(net.client, there);
            carry(net.server, back);
            boolean moved = deliver(there, net.server);
            moved |= deliver(back, net.client);
            if (!moved) {
                long next = Deadlines.earlier(net.client.nextDeadline(), net.server.nextDeadline());
                next = Deadlines.earlier(next, Deadlines.earlier(there.nextDeadline(), back.nextDeadline()));
                if (next - net.now > 0) {
                    net.now = next;
                }
            }
        }
    }

    private long arrived() {
        return net.client.tcpCounters().get(TcpCounters.SEGMENTS_IN)
                + net.server.tcpCounters().get(TcpCounters.SEGMENTS_IN);
    }

    private void write(TcpSocket socket) {
        while (socket.write(net.now, memory, 0, CHUNK_BYTES) == CHUNK_BYTES) {
            // As much as fits.
        }
    }

    private void read(TcpSocket socket) {
        while (socket.read(net.now, memory, 0, CHUNK_BYTES) > 0) {
            // All there is.
        }
    }

    private void carry(Stack from, ImpairedPath path) {
        boolean out = net.now % OUTAGE_EVERY_NANOS < OUTAGE_NANOS;
        while (from.poll(net.now, frame)) {
            if (!out) {
                path.offer(net.now, frame);
            }
        }
        while (from.pollReady() != null) {
            // Both sockets are looked at anyway.
        }
    }

    private boolean deliver(ImpairedPath path, Stack to) {
        boolean moved = false;
        while (path.poll(net.now, frame)) {
            to.onFrame(net.now, frame);
            moved = true;
        }
        return moved;
    }
}
