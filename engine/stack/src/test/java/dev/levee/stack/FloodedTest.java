package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.path.SeededRandom;
import dev.levee.tcp.CloseCause;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What floods are after, tried at a host with room for 640 handshakes; and, where a setting takes the defence away,
/// that they get it
/// there.
class FloodedTest {
    private static final int ROWS = 640;
    private static final long BYTES = ROWS / 10 * 672;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Net net = new Net(
            1,
            Net.config("198.18.0.1/24", "2001:db8::1/64", Limits.DEFAULT, 1),
            Net.config("198.18.0.2/24", "2001:db8::2/64", Limits.DEFAULT, 2)
                    .withGuard(GuardConfig.DEFAULT.withBytesMax(BYTES)));
    private final SeededRandom random = new SeededRandom(5);
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame syn = FrameSlab.single(128);

    /// A SYN of somebody who will never be heard of again.
    private Frame spoofed() {
        writer.reset()
                .addresses(0, 0xffff_0a00_0000L | random.nextInt(1 << 24), Net.SERVER_V4.high(), Net.SERVER_V4.low())
                .ports(1_024 + random.nextInt(60_000), Net.PORT)
                .seq(random.nextInt(1 << 30))
                .window(1_000)
                .flags(TcpFlags.SYN)
                .mss(1460);
        writer.begin(syn);
        writer.finish(syn, 0);
        return syn;
    }

    private void flood(int syns) {
        for (int i = 0; i < syns; i++) {
            net.server.onFrame(net.now, spoofed());
            while (net.server.poll(net.now, net.frame)) {
                assertThat(net.frame.length()).isLessThanOrEqualTo(44);
            }
        }
    }

    /// @return octets of the heap for each of so many SYNs
    private long heapForEach(int syns) {
        long octets = 0;
        for (int i = 0; i < syns; i++) {
            var frame = spoofed();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            net.server.onFrame(net.now, frame);
            while (net.server.poll(net.now, net.frame)) {
                net.now++;
            }
            octets += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return octets / syns;
    }

    private void aSynIsARowAndNothingElse(int groups) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        for (int i = 0; i < groups; i++) {
            flood(10_000);
        }
        assertThat(net.server.connectionCount()).isZero();
        assertThat(net.server.halfOpenBytes()).isLessThanOrEqualTo(BYTES);
        assertThat(net.server.buffers().bytesTaken()).isZero();
    }

    /// Code that is not compiled yet allocates where it need not.
    @Test
    void aSynTakesNothingOfTheHeap() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        int warmUp = 0;
        while (heapForEach(10_000) > 0) {
            assertThat(warmUp++)
                    .as("groups of SYNs that all took memory of the heap")
                    .isLessThan(200);
        }
    }

    @Test
    void aHundredThousandSynsLeaveRowsAndNothingElse() throws SocketException {
        aSynIsARowAndNothingElse(10);
    }

    @Test
    @Tag("full")
    void tenMillionSynsLeaveRowsAndNothingElse() throws SocketException {
        aSynIsARowAndNothingElse(1_000);
    }

    /// No octet of the heap for any of them, and so nothing to collect. They come at a million in a second, so that
    /// rows are thrown out all the time.
    @Test
    @Tag("full")
    void aHundredMillionSynsTakeNothingOfTheHeap() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        while (heapForEach(10_000) > 0) {
            net.now++;
        }
        long collections = collections();
        long octets = 0;
        for (int i = 0; i < 10_000; i++) {
            octets += heapForAll(10_000);
        }
        assertThat(octets).as("octets of the heap for 10^8 SYNs").isLessThan(100_000);
        assertThat(collections()).as("collections").isEqualTo(collections);
        assertThat(net.server.connectionCount()).isZero();
        assertThat(net.server.halfOpenBytes()).isLessThanOrEqualTo(BYTES);
    }

    private long heapForAll(int syns) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < syns; i++) {
            net.now += 1_000;
            net.server.onFrame(net.now, spoofed());
            while (net.server.poll(net.now, net.frame)) {
                net.now++;
            }
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /// Thirty SYNs in a second, for ten minutes: few for the line, and more than a table has that keeps each for a
    /// minute.
    ///
    /// @return how many of ten honest clients were served
    private int servedInASlowFlood(ListenOptions options) throws SocketException {
        var listener = net.listen(options);
        int served = 0;
        for (int second = 1; second <= 600; second++) {
            flood(30);
            net.now += Net.SECOND;
            if (second % 60 == 0) {
                var client = net.connect(true, SocketOptions.DEFAULT);
                net.settle();
                served += client.connected() ? 1 : 0;
                var accepted = listener.accept();
                assertThat(accepted != null).isEqualTo(client.connected());
            }
        }
        return served;
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "COOKIES", "CACHE"})
    void aSlowFloodShutsNobodyOut(Defence defence) throws SocketException {
        assertThat(servedInASlowFlood(ListenOptions.DEFAULT.withDefence(defence)))
                .isEqualTo(10);
    }

    /// As systems were that had 128 places for a minute each: the attack works.
    @Test
    void aSlowFloodShutsEverybodyOutOfAFixedTable() throws SocketException {
        var options = new ListenOptions(16, 128, SocketOptions.DEFAULT).withDefence(Defence.DELAYED);
        assertThat(servedInASlowFlood(options)).isZero();
    }

    /// A client of a service that speaks first has lost his third segment, in a flood of so many SYNs in a second.
    ///
    /// @return the client after half a minute
    private TcpSocket whoWaits(boolean speaksFirst, int rate) throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withSpeaksFirst(speaksFirst));
        var client = net.connect(true, SocketOptions.DEFAULT);
        net.lost = packet -> !Packets.read(packet).has(TcpFlags.SYN);
        net.settle();
        net.lost = packet -> false;
        assertThat(client.connected()).isTrue();
        for (int second = 0; second < 30; second++) {
            flood(rate);
            net.run(Net.SECOND);
            var accepted = listener.accept();
            if (accepted != null) {
                net.write(accepted, "220 hello");
                net.settle();
            }
        }
        return client;
    }

    @Test
    void whoWaitsForAServiceThatSpeaksFirstHearsIt() throws SocketException {
        assertThat(net.read(whoWaits(true, 1))).isEqualTo("220 hello");
    }

    @Test
    void whoWaitsForAServiceThatSpeaksFirstIsToldWhereThereIsNoTimeForHim() throws SocketException {
        assertThat(whoWaits(true, 500).cause()).isEqualTo(new CloseCause.Reset(0));
    }

    /// Cookies alone: the client believes that he is connected, and nobody knows of him. The attack works.
    @Test
    void whoWaitsHearsNothingWhereHisRowMayBeLost() throws SocketException {
        var client = whoWaits(false, 500);
        assertThat(net.read(client)).isEqualTo("<" + TcpSocket.WOULD_BLOCK + ">");
        assertThat(client.connected()).isTrue();
    }

    /// Whatever of a connection is kept and sent again later, in a flood and in any order, revives nothing.
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "COOKIES"})
    void lateDuplicatesReviveNothing(Defence defence) throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefence(defence));
        var client = net.connect(true, SocketOptions.DEFAULT);
        net.write(client, "pay 100");
        net.settle();
        var accepted = Net.accept(listener);
        assertThat(net.read(accepted)).isEqualTo("pay 100");
        client.close(net.now);
        net.settle();
        accepted.close(net.now);
        net.settle();
        assertThat(net.server.connectionCount()).isZero();
        var kept = new ArrayList<byte[]>();
        for (var packet : net.sent) {
            if (Packets.read(packet).srcPort() != Net.PORT) {
                kept.add(packet);
            }
        }
        assertThat(kept).hasSizeGreaterThan(3);
        for (int second = 0; second < 80; second += 4) {
            flood(2_000);
            for (var packet : kept) {
                net.frame.fill(packet);
                net.server.onFrame(net.now, net.frame);
                assertThat(listener.accept()).as("after %d s", second).isNull();
                while (net.server.poll(net.now, net.frame)) {
                    assertThat(Packets.read(net.frame).payloadLength()).isZero();
                }
            }
            net.now += 4 * Net.SECOND;
        }
        assertThat(net.server.connectionCount()).isZero();
    }

    /// How full the table is cannot be seen from outside: a SYN gets the same answer from an empty and from a full one.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerDoesNotTellHowFullTheTableIs(boolean full) throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        flood(full ? 20_000 : 0);
        IpAddress prober = IpAddress.parse("198.18.0.77");
        for (int i = 0; i < 1_000; i++) {
            net.server.onFrame(net.now, Packets.tcp(prober, 5_000 + i, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, i, 0, 0));
            assertThat(net.server.poll(net.now, net.frame)).isTrue();
            var answer = Packets.read(net.frame);
            assertThat(answer.has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
            assertThat(answer.ack()).isEqualTo(i + 1);
            assertThat(answer.window()).isEqualTo(65_535);
        }
    }
}
