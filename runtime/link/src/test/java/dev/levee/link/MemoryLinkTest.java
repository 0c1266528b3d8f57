package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.Offload;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MemoryLinkTest {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    @Test
    void packetsArriveInOrderAndUnchanged() throws IOException {
        try (var pair = MemoryLink.pair(1500)) {
            var out = Packets.batch(8, 1500);
            Packets.fill(out, 0, 5, 60);
            pair.a().transmit(out);
            assertThat(out.count()).isZero();
            var in = Packets.batch(3, 1500);
            assertThat(pair.b().receive(in)).isEqualTo(3);
            assertThat(Packets.numbers(in)).containsExactly(0, 1, 2);
            assertThat(pair.b().receive(in)).as("a full batch").isZero();
            in.clear();
            assertThat(pair.b().receive(in)).isEqualTo(2);
            assertThat(Packets.numbers(in)).containsExactly(3, 4);
            assertThat(in.get(0).toArray()).isEqualTo(Packets.bytes(3, 60));
            assertThat(pair.b().counters().receivedBytes()).isEqualTo(300);
            assertThat(pair.a().counters().transmittedPackets()).isEqualTo(5);
            assertThat(pair.a().receive(in)).as("nothing comes back").isZero();
        }
    }

    /// There is no device to leave it to.
    @Test
    void aChecksumLeftToADeviceIsCompletedOnTheWay() throws IOException {
        try (var pair = MemoryLink.ethernet(1500)) {
            var out = Packets.batch(1, 1514);
            Packets.fill(out, 7, 1, 100);
            var expected = out.get(0).toArray();
            out.get(0).offload(Offload.of(Offload.NEEDS_CHECKSUM, Offload.SEGMENTS_NONE, 0, 34, 16));
            pair.a().transmit(out);
            var in = Packets.batch(1, 1514);
            assertThat(pair.b().receive(in)).isEqualTo(1);
            assertThat(in.get(0).offload()).isEqualTo(Offload.NONE);
            var memory = MemorySegment.ofArray(expected);
            Bytes.put16(memory, 50, Checksum.finish(Checksum.add(0, memory, 34, 66)));
            assertThat(in.get(0).toArray()).isEqualTo(expected);
        }
    }

    @Test
    void whatSeldomHappensIsToldOnlyIfItDid() {
        var counters = new LinkCounters();
        assertThat(counters).hasToString("received 0 packets (0 bytes), transmitted 0 packets (0 bytes), dropped 0");
        counters.missed(3);
        counters.discarded();
        assertThat(counters)
                .hasToString(
                        "received 0 packets (0 bytes), transmitted 0 packets (0 bytes), dropped 0, missed 3, discarded 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64})
    void aQueueHoldsItsPacketsRoundedUpAndDropsTheNext(int queuePackets) throws IOException {
        int slots = queuePackets == 3 ? 4 : queuePackets;
        try (var pair = MemoryLink.pair(1500, queuePackets)) {
            var out = Packets.batch(128, 1500);
            for (int round = 1; round <= 3; round++) {
                Packets.fill(out, 0, slots + 1, 40);
                pair.a().transmit(out);
                assertThat(out.count()).isZero();
                assertThat(pair.a().counters().droppedPackets()).isEqualTo(round);
                var in = Packets.batch(128, 1500);
                pair.b().receive(in);
                assertThat(Packets.numbers(in))
                        .isEqualTo(IntStream.range(0, slots).boxed().toList());
            }
        }
    }

    @Test
    void theMtuItselfPassesAndOneMoreDoesNot() throws IOException {
        try (var pair = MemoryLink.pair(1000)) {
            var out = Packets.batch(3, 1500);
            for (int length = 999; length <= 1001; length++) {
                Packets.fill(out, length, 1, length);
            }
            pair.a().transmit(out);
            assertThat(pair.a().counters().droppedPackets()).isEqualTo(1);
            var in = Packets.batch(3, 1500);
            pair.b().receive(in);
            assertThat(Packets.numbers(in)).containsExactly(999, 1000);
        }
    }

    @Test
    void theLongestPacketPasses() throws IOException {
        try (var pair = MemoryLink.pair(65_535, 4)) {
            var out = Packets.batch(1, 65_535);
            Packets.fill(out, 9, 1, 65_535);
            pair.a().transmit(out);
            var in = Packets.batch(1, 65_535);
            assertThat(pair.b().receive(in)).isEqualTo(1);
            assertThat(in.get(0).toArray()).isEqualTo(Packets.bytes(9, 65_535));
        }
    }

    @Test
    void nonsenseSizesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryLink.pair(67));
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryLink.pair(65_536));
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryLink.pair(1500, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryLink.pair(1500, 65_537));
    }

    @Test
    void aWakeupBeforehandEndsTheNextWaitAndOnlyThat() throws IOException {
        try (var pair = MemoryLink.pair(1500)) {
            pair.a().wakeup();
            pair.a().wakeup();
            long began = System.nanoTime();
            pair.a().await(HOUR_NANOS);
            assertThat(System.nanoTime() - began).isLessThan(HOUR_NANOS / 60);
            pair.a().await(1);
        }
    }

    @Test
    void anotherThreadsWakeupEndsTheWait() throws Exception {
        try (var pair = MemoryLink.pair(1500)) {
            for (int i = 0; i < 1000; i++) {
                var waiter = waiter(pair.a());
                pair.a().wakeup();
                waiter.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aPacketEndsTheWait() throws Exception {
        try (var pair = MemoryLink.pair(1500)) {
            var out = Packets.batch(1, 1500);
            for (int i = 0; i < 200; i++) {
                var waiter = waiter(pair.a());
                Packets.fill(out, i, 1, 40);
                pair.b().transmit(out);
                waiter.get(30, TimeUnit.SECONDS);
                var in = Packets.batch(1, 1500);
                assertThat(pair.a().receive(in)).isEqualTo(1);
            }
        }
    }

    @Test
    void aPacketThatIsThereForbidsWaiting() throws IOException {
        try (var pair = MemoryLink.pair(1500)) {
            var out = Packets.batch(1, 1500);
            Packets.fill(out, 1, 1, 40);
            pair.b().transmit(out);
            pair.a().await(Long.MAX_VALUE);
            pair.a().await(Long.MAX_VALUE);
        }
    }

    @Test
    void closingEndsTheWaitWithAnException() throws Exception {
        var pair = MemoryLink.pair(1500);
        var waiter = waiter(pair.a());
        pair.a().close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> waiter.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(LinkException.class);
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> pair.a().receive(Packets.batch(1, 1500)))
                .withMessage("the link memory:a is closed");
        pair.a().close();
        var out = Packets.batch(1, 1500);
        Packets.fill(out, 1, 1, 40);
        pair.b().transmit(out);
        assertThat(pair.b().counters().droppedPackets()).isEqualTo(1);
        pair.close();
    }

    /// A thread that waits on the link without end, once.
    private static FutureTask<Void> waiter(Link link) throws InterruptedException {
        var started = new CountDownLatch(1);
        var task = new FutureTask<Void>(() -> {
            started.countDown();
            link.await(Long.MAX_VALUE);
            return null;
        });
        Thread.ofPlatform().daemon().start(task);
        started.await();
        return task;
    }

    /// Two threads send to each other as fast as they can: what is not counted as dropped arrives once, whole
    /// and in order.
    @Test
    void twoThreadsLoseNothingThatIsNotCounted() throws Exception {
        int packets = 300_000;
        try (var pair = MemoryLink.pair(1500, 256)) {
            var aSent = new AtomicBoolean();
            var bSent = new AtomicBoolean();
            var a = new FutureTask<>(() -> exchange(pair.a(), pair.b(), packets, aSent, bSent));
            var b = new FutureTask<>(() -> exchange(pair.b(), pair.a(), packets, bSent, aSent));
            Thread.ofPlatform().daemon().start(a);
            Thread.ofPlatform().daemon().start(b);
            long toA = a.get(50, TimeUnit.SECONDS);
            long toB = b.get(50, TimeUnit.SECONDS);
            assertThat(toA).isPositive().isEqualTo(pair.b().counters().transmittedPackets());
            assertThat(toB).isPositive().isEqualTo(pair.a().counters().transmittedPackets());
            assertThat(toA + pair.b().counters().droppedPackets()).isEqualTo(packets);
            assertThat(toB + pair.a().counters().droppedPackets()).isEqualTo(packets);
        }
    }

    private static long exchange(
            MemoryLink link, MemoryLink peer, int packets, AtomicBoolean sent, AtomicBoolean peerSent)
            throws IOException {
        var out = Packets.batch(16, 1500);
        var in = Packets.batch(32, 1500);
        long received = 0;
        int last = 0;
        int next = 1;
        while (true) {
            while (next <= packets && !out.full()) {
                Packets.fill(out, next++, 1, 40);
            }
            link.transmit(out);
            if (next > packets && !sent.getAndSet(true)) {
                peer.wakeup();
            }
            boolean peerDone = peerSent.get();
            in.clear();
            int now = link.receive(in);
            received += now;
            for (int i = 0; i < now; i++) {
                int number = Packets.number(in, i);
                assertThat(number).isGreaterThan(last);
                assertThat(in.get(i).length()).isEqualTo(40);
                last = number;
            }
            if (next > packets && now == 0) {
                if (peerDone) {
                    return received;
                }
                link.await(Long.MAX_VALUE);
            }
        }
    }
}
