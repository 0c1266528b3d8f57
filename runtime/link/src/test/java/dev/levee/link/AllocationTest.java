package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.levee.path.Impairment;
import dev.levee.wire.FrameBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// In steady state a packet costs no memory of the heap, whatever links it passes.
@Timeout(60)
class AllocationTest {
    private static final int ROUNDS = 8_000;
    private static final int BATCH = 16;

    @Test
    void aPacketThroughMemoryAllocatesNothing() throws IOException {
        try (var pair = MemoryLink.pair(1500)) {
            assertNothingAllocated(pair.a(), pair.b());
        }
    }

    @Test
    void aPacketThroughAnImpairedLinkAllocatesNothing() throws IOException {
        try (var pair = MemoryLink.pair(1500)) {
            var impairment = Impairment.parse("loss=1%,reorder=1%,duplicate=1%,corrupt=1%,delay=20us,jitter=5us");
            assertNothingAllocated(new ImpairedLink(pair.a(), impairment, System::nanoTime), pair.b());
        }
    }

    @Test
    void aRecordedPacketAllocatesNothing() throws IOException {
        try (var pair = MemoryLink.pair(1500);
                var link = CaptureLink.open(pair.a(), Path.of("/dev/null"), System::nanoTime)) {
            assertNothingAllocated(link, pair.b());
        }
    }

    private static void assertNothingAllocated(Link a, Link b) throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var batch = Packets.batch(BATCH, 1500);
        exchange(a, b, batch);
        long packetsBefore = packets(a);
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        exchange(a, b, batch);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
        long packets = packets(a) - packetsBefore;
        assertThat(packets).isGreaterThan(ROUNDS * BATCH);
        // The measuring itself, and whatever the compiler has not removed yet when it begins.
        assertThat((double) allocatedBytes / packets)
                .as("%d octets for %d packets", allocatedBytes, packets)
                .isLessThan(0.5);
    }

    private static long packets(Link link) {
        return link.counters().receivedPackets() + link.counters().transmittedPackets();
    }

    private static void exchange(Link a, Link b, FrameBatch batch) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            carry(a, b, batch);
            carry(b, a, batch);
            if (round % 256 == 0) {
                a.await(1);
            }
        }
    }

    private static void carry(Link from, Link to, FrameBatch batch) throws IOException {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            batch.next().set(batch.next().offset(), 1500);
            batch.added();
        }
        from.transmit(batch);
        do {
            batch.clear();
        } while (to.receive(batch) > 0);
    }
}
