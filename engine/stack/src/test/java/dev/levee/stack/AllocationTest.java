package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In steady bulk, a segment costs no memory of the heap: in, through, out, read and written.
class AllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int CHUNK_BYTES = 16_384;

    private final MemorySegment memory = Arena.ofAuto().allocate(CHUNK_BYTES);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentAllocatesNothing(boolean v4) throws SocketException {
        measure(v4, new Net());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentInAFrameAllocatesNothing(boolean v4) throws SocketException {
        measure(v4, Net.ethernet());
    }

    private void measure(boolean v4, Net net) throws SocketException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var pair = net.pair(v4);
        net.recording = false;
        bulk(net, pair, ROUNDS);
        long segmentsBefore = net.server.drops().total();
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        bulk(net, pair, ROUNDS);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
        long segments = net.server.drops().total() - segmentsBefore;
        assertThat(segments).isGreaterThan(10_000);
        // The measuring itself, and whatever the compiler has not removed yet when it begins.
        assertThat((double) allocatedBytes / segments)
                .as("%d octets in %d segments", allocatedBytes, segments)
                .isLessThan(0.5);
    }

    private void bulk(Net net, TcpSocket[] pair, int rounds) {
        for (int round = 0; round < rounds; round++) {
            pair[0].write(net.now, memory, 0, CHUNK_BYTES);
            net.carryAll();
            while (pair[1].read(net.now, memory, 0, CHUNK_BYTES) > 0) {
                // All of it.
            }
            net.carryAll();
            while (net.client.pollReady() != null || net.server.pollReady() != null) {
                // Nobody waits.
            }
            net.now += 100_000;
        }
    }
}
