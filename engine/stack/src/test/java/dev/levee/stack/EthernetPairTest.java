package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two stacks on a segment: they find each other, and nothing is lost on the way.
class EthernetPairTest {
    private final Net net = Net.ethernet();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionOpensWithoutARetransmissionAndNoAddressIsAskedForTwice(boolean v4) throws SocketException {
        net.recording = false;
        var pair = net.pair(v4);
        net.write(pair[0], "over the wire");
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("over the wire");
        assertThat(net.now).as("no time has passed").isEqualTo(1);
        assertThat(net.client.neighbours()).singleElement().satisfies(view -> {
            assertThat(view.address()).isEqualTo(Net.server(v4));
            assertThat(view.state()).isEqualTo("REACHABLE");
        });
        assertThat(net.server.neighbours())
                .singleElement()
                .satisfies(view -> assertThat(view.state()).isEqualTo("REACHABLE"));
        assertThat(net.client.counters().get(StackCounters.NEIGHBOUR_PACKETS_DROPPED))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBusyConnectionNeedsNoProbesForAnHour(boolean v4) throws SocketException {
        var pair = net.pair(v4);
        // Behind the last announcement.
        net.run(10 * Net.SECOND);
        net.sent.clear();
        for (int i = 0; i < 360; i++) {
            net.write(pair[0], "busy");
            net.run(10 * Net.SECOND);
            net.read(pair[1]);
        }
        // The side that sends is confirmed by every ACK; the other one has nothing confirmed and asks now and
        // then, alone.
        assertThat(asked(net, EthernetConfig.macOf(new SipHash(1, ~1)).bits())).isZero();
        assertThat(net.client.neighbours())
                .singleElement()
                .satisfies(view -> assertThat(view.state()).isEqualTo("REACHABLE"));
    }

    /// Frames of a station that are no TCP.
    private static long asked(Net net, long mac) {
        return net.sent.stream()
                .filter(frame -> {
                    var memory = MemorySegment.ofArray(frame);
                    long source = (long) Bytes.u16(memory, 6) << 32 | Bytes.i32(memory, 8) & 0xffff_ffffL;
                    boolean arp = Bytes.u16(memory, 12) == EthernetFrame.TYPE_ARP;
                    boolean icmp = Bytes.u16(memory, 12) == EthernetFrame.TYPE_IPV6 && frame[20] == 58;
                    return source == mac && (arp && frame[21] == 1 || icmp && (frame[54] & 0xff) == 135);
                })
                .count();
    }

    @Test
    void aSynFromAKnownNeighbourAndOneFromAnUnknownAllocateNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var ether = new Ether(Ether.PLAIN, Limits.DEFAULT, "198.18.0.2/15");
        ether.run(10 * Ether.SECOND);
        var frame = Packets.tcp(Ether.PEER_V4, 1, Ether.US_V4, 80, 2, 1, 0, 0);
        EthernetFrame.wrap(frame, Ether.OURS, Ether.PEER, EthernetFrame.TYPE_IPV4);
        int offset = frame.offset();
        int length = frame.length();
        var out = FrameSlab.single(1500);
        long allocatedBytes = 0;
        for (int round = 0; round < 3; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50_000; i++) {
                frame.set(offset, length);
                // Another host each time, its checksums made right by the one octet pair that makes up for it.
                flip(frame.memory(), offset + 14);
                ether.now += 1_000;
                ether.stack.onFrame(ether.now, frame);
                while (ether.stack.poll(ether.now, out)) {
                    // Gone.
                }
            }
            allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(ether.stack.drops().get(DropReason.NO_CONNECTION)).isGreaterThan(149_900);
        assertThat(ether.stack.neighbours().size()).isBetween(200, Limits.DEFAULT.neighboursMax());
        assertThat((double) allocatedBytes / 50_000).isLessThan(0.5);
    }

    /// Makes one more of the last 16 bits of the source, one less of the TCP sequence number's upper half, and
    /// the IP header's identification, so that all sums stay.
    private static void flip(MemorySegment memory, int ip) {
        int host = Bytes.u16(memory, ip + 14);
        int next = host == 0xfffe ? 1 : host + 1;
        adjust(memory, ip + 4, host - next);
        adjust(memory, ip + 20 + 4, host - next);
        Bytes.put16(memory, ip + 14, next);
    }

    /// Adds to a 16-bit number in ones' complement.
    private static void adjust(MemorySegment memory, int at, int change) {
        int sum = Bytes.u16(memory, at) + (change < 0 ? change + 0xffff : change);
        Bytes.put16(memory, at, (sum & 0xffff) + (sum >>> 16));
    }
}
