package dev.levee.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.wire.LinkType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImpairedLinkTest {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private final MemoryLink.Pair pair = MemoryLink.pair(1500, 512);
    private long nowNanos = Long.parseLong("9223372036854775000");

    @AfterEach
    void close() {
        pair.close();
    }

    private ImpairedLink impaired(String text) {
        return new ImpairedLink(pair.a(), Impairment.parse(text), () -> nowNanos);
    }

    private static void send(Link link, int first, int count) throws IOException {
        var out = Packets.batch(count, 1500);
        Packets.fill(out, first, count, 40);
        link.transmit(out);
        assertThat(out.count()).isZero();
    }

    private static List<Integer> received(Link link) throws IOException {
        var numbers = new ArrayList<Integer>();
        var in = Packets.batch(16, 1500);
        while (link.receive(in) > 0) {
            numbers.addAll(Packets.numbers(in));
            in.clear();
        }
        return numbers;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void bothDirectionsAreDelayed() throws IOException {
        var link = impaired("delay=5ms");
        send(link, 0, 3);
        send(pair.b(), 10, 3);
        assertThat(received(link)).isEmpty();
        nowNanos += 4_999_999;
        assertThat(received(link)).isEmpty();
        assertThat(received(pair.b())).isEmpty();
        nowNanos += 1;
        assertThat(received(link)).containsExactly(10, 11, 12);
        assertThat(received(pair.b())).containsExactly(0, 1, 2);
    }

    /// Fourteen octets of header belong to the frame, not to the packet.
    @Test
    void theMtuOfAnEthernetLinkDoesNotCountTheHeader() throws IOException {
        try (var cable = MemoryLink.ethernet(1500)) {
            var link = new ImpairedLink(cable.a(), Impairment.parse("mtu=1400"), () -> nowNanos);
            assertThat(link.mtu()).isEqualTo(1400);
            assertThat(link.linkType()).isEqualTo(LinkType.ETHERNET);
            assertThat(link.frameBytesMax()).isEqualTo(1414);
            var out = Packets.batch(4, 1514);
            Packets.fill(out, 1, 1, 1414);
            Packets.fill(out, 2, 1, 1415);
            link.transmit(out);
            assertThat(received(cable.b())).containsExactly(1);
            Packets.fill(out, 3, 1, 1415);
            Packets.fill(out, 4, 1, 1414);
            cable.b().transmit(out);
            assertThat(received(link)).containsExactly(4);
        }
    }

    @Test
    void anUnimpairedEthernetLinkCarriesTheWholeFrame() throws IOException {
        try (var cable = MemoryLink.ethernet(1984)) {
            var link = new ImpairedLink(cable.a(), Impairment.parse("delay=1ns"), () -> nowNanos);
            var out = Packets.batch(2, 1999);
            Packets.fill(out, 1, 1, 1998);
            Packets.fill(out, 2, 1, 1999);
            link.transmit(out);
            nowNanos += 1;
            var in = Packets.batch(2, 1998);
            assertThat(link.receive(in)).isZero();
            cable.b().receive(in);
            assertThat(Packets.numbers(in)).containsExactly(1);
            assertThat(in.get(0).length()).isEqualTo(1998);
        }
    }

    @Test
    void moreThanABatchLeavesAtOnce() throws IOException {
        var link = impaired("none");
        send(link, 0, 200);
        assertThat(received(pair.b())).isEqualTo(range(0, 200));
        send(pair.b(), 0, 200);
        assertThat(received(link)).isEqualTo(range(0, 200));
    }

    @Test
    void theDirectionsLoseDifferentPackets() throws IOException {
        var link = impaired("loss=50%");
        send(link, 0, 100);
        send(pair.b(), 0, 100);
        var there = received(pair.b());
        var back = new ArrayList<>(received(link));
        back.addAll(received(link));
        assertThat(there)
                .hasSizeBetween(30, 70)
                .hasSize(100 - (int) link.outbound().counters().lost());
        assertThat(back)
                .hasSizeBetween(30, 70)
                .hasSize(100 - (int) link.inbound().counters().lost());
        assertThat(there).isNotEqualTo(back);
        assertThat(link.counters().receivedPackets()).isEqualTo(back.size());
    }

    @Test
    void eachDirectionMayHaveItsOwnImpairment() throws IOException {
        var link = new ImpairedLink(
                pair.a(), Impairment.parse("loss=100%"), Impairment.parse("duplicate=100%"), () -> nowNanos);
        send(link, 7, 1);
        send(pair.b(), 8, 1);
        assertThat(received(link)).isEmpty();
        assertThat(received(pair.b())).containsExactly(7, 7);
    }

    @Test
    void theSmallestMtuIsTheLinks() {
        assertThat(impaired("none").mtu()).isEqualTo(1500);
        assertThat(impaired("mtu=1400").mtu()).isEqualTo(1400);
        assertThat(impaired("mtu=9000").mtu()).isEqualTo(1500);
        assertThat(new ImpairedLink(
                                pair.a(), Impairment.parse("mtu=1300"), Impairment.parse("mtu=1400"), () -> nowNanos)
                        .mtu())
                .isEqualTo(1300);
    }

    @Test
    void aWaitEndsWhenADelayedPacketIsDue() throws IOException {
        var link = new ImpairedLink(pair.a(), Impairment.parse("delay=5ms"), System::nanoTime);
        long began = System.nanoTime();
        send(pair.b(), 1, 1);
        var in = Packets.batch(1, 1500);
        while (link.receive(in) == 0) {
            link.await(HOUR_NANOS);
        }
        assertThat(System.nanoTime() - began).isBetween(5_000_000L, HOUR_NANOS / 60);
        assertThat(Packets.numbers(in)).containsExactly(1);
    }

    @Test
    void aDelayedPacketLeavesWhileTheOwnerWaits() throws IOException {
        // Long enough that the packet is not yet due when the waiting begins, however busy the machine is.
        var link = new ImpairedLink(pair.a(), Impairment.parse("delay=500ms"), System::nanoTime);
        send(link, 1, 1);
        var in = Packets.batch(1, 1500);
        while (pair.b().receive(in) == 0) {
            link.await(HOUR_NANOS);
        }
        assertThat(Packets.numbers(in)).containsExactly(1);
    }

    @Test
    void aWakeupPassesThrough() throws Exception {
        var link = new ImpairedLink(pair.a(), Impairment.NONE, System::nanoTime);
        var started = new CountDownLatch(1);
        var waiter = new FutureTask<Void>(() -> {
            started.countDown();
            link.await(Long.MAX_VALUE);
            return null;
        });
        Thread.ofPlatform().daemon().start(waiter);
        started.await();
        link.wakeup();
        waiter.get(30, TimeUnit.SECONDS);
        link.close();
        org.assertj.core.api.Assertions.assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> received(pair.a()));
    }
}
