package dev.levee.stack;

import static dev.levee.stack.Ether.OURS;
import static dev.levee.stack.Ether.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.wire.Arp;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.Ndp;
import dev.levee.wire.NdpWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A station under random and mutated frames: no exception, every frame counted once, deadlines kept, whatever
/// is sent well-formed, and no more neighbours than are allowed.
class EthernetFuzzTest {
    private static final int ENTRIES = 16;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aStationStandsUpToAnything(long seed) {
        run(seed, 40_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104, 105})
    @Tag("full")
    void forLongToo(long seed) {
        run(seed, 400_000);
    }

    private static void run(long seed, int frames) {
        var random = new SplittableRandom(seed);
        var config = new EthernetConfig(
                new MacAddress(OURS),
                List.of(Ether.GATEWAY_V4),
                DuplicateDetection.values()[random.nextInt(3)],
                random.nextBoolean());
        var limits = new Limits(100, 20, 1 << 24, 32, 1_000, ENTRIES);
        var ether = new Ether(config, limits, "198.18.0.2/24", "2001:db8::2/64");
        var corpus = corpus();
        var frame = FrameSlab.single(1600);
        for (int i = 0; i < frames; i++) {
            var octets = mutated(random, corpus.get(random.nextInt(corpus.size())));
            frame.fill(octets);
            long before = ether.stack.drops().total();
            ether.stack.onFrame(ether.now, frame);
            assertThat(ether.stack.drops().total())
                    .as("frame %d of seed %d", i, seed)
                    .isEqualTo(before + 1);
            assertThat(ether.stack.neighbours().size()).isLessThanOrEqualTo(ENTRIES);
            if (random.nextInt(4) == 0) {
                ether.sent();
            }
            if (random.nextInt(100) == 0) {
                ether.run(random.nextLong(Ether.SECOND * (random.nextInt(10) == 0 ? 60 : 1)));
            }
        }
        ether.run(100 * Ether.SECOND);
        assertThat(ether.stack.counters().get(StackCounters.ECHO_REPLIES)).isPositive();
    }

    private static byte[] mutated(SplittableRandom random, byte[] original) {
        var octets = original.clone();
        // Hosts differ most of the time.
        if (octets[13] == 6) {
            octets[31] = (byte) random.nextInt(256);
        }
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(20) == 0 ? java.util.Arrays.copyOf(octets, random.nextInt(octets.length)) : octets;
    }

    private static List<byte[]> corpus() {
        var corpus = new ArrayList<byte[]>();
        var frame = FrameSlab.single(1600);
        long all = MacAddress.BROADCAST.bits();
        Arp.write(frame, Arp.REQUEST, PEER, Ether.PEER_V4.v4(), 0, Ether.US_V4.v4());
        add(corpus, frame, all, EthernetFrame.TYPE_ARP);
        Arp.write(frame, Arp.REPLY, PEER, Ether.PEER_V4.v4(), OURS, Ether.US_V4.v4());
        add(corpus, frame, OURS, EthernetFrame.TYPE_ARP);
        Arp.write(frame, Arp.REQUEST, PEER, Ether.US_V4.v4(), 0, Ether.US_V4.v4());
        add(corpus, frame, all, EthernetFrame.TYPE_ARP);
        for (boolean v4 : new boolean[] {true, false}) {
            Packets.icmp(frame, v4, Ether.peer(v4), Ether.us(v4), v4 ? 8 : 128, 0, 1, new byte[20]);
            add(corpus, frame, OURS, v4 ? EthernetFrame.TYPE_IPV4 : EthernetFrame.TYPE_IPV6);
            var syn = Packets.tcp(Ether.peer(v4), 1, Ether.us(v4), 80, 2, 1, 0, 0);
            add(corpus, syn, OURS, v4 ? EthernetFrame.TYPE_IPV4 : EthernetFrame.TYPE_IPV6);
        }
        var us = Ether.US_V6;
        for (int i = 1; i < 40; i++) {
            var peer = new IpAddress(Ether.PEER_V6.high(), i == 2 ? 1 : i);
            NdpWriter.solicit(frame, peer.high(), peer.low(), us.high(), us.low(), false, PEER);
            add(corpus, frame, MacAddress.ofGroupV6(Ndp.solicitedNodeLow(us.low())), EthernetFrame.TYPE_IPV6);
            NdpWriter.advertise(frame, peer.high(), peer.low(), PEER, us.high(), us.low());
            add(corpus, frame, OURS, EthernetFrame.TYPE_IPV6);
        }
        NdpWriter.solicit(frame, 0, 0, us.high(), us.low(), false, 0);
        add(corpus, frame, MacAddress.ofGroupV6(Ndp.solicitedNodeLow(us.low())), EthernetFrame.TYPE_IPV6);
        return corpus;
    }

    private static void add(List<byte[]> corpus, Frame frame, long to, int type) {
        EthernetFrame.wrap(frame, to, PEER, type);
        corpus.add(frame.toArray());
    }
}
