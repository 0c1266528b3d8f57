package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Octets of chance and real packets with mistakes: nothing throws, nothing is read outside the packet, and
/// each packet has exactly one outcome.
class FuzzTest {
    private static final int SHORT_RUN = 100_000;
    private static final int LONG_RUN = 1_000_000;
    private static final int PACKET_BYTES_MAX = 200;
    private static final int SEED_BYTES_MAX = 1500;

    private final Map<DropReason, Integer> outcomes = new EnumMap<>(DropReason.class);
    private int judged;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Icmp icmp = new Icmp(ip);
    private final EthernetFrame ethernet = new EthernetFrame();
    private final Arp arp = new Arp();
    private final Ndp ndp = new Ndp(icmp);
    private final IpPacket answer = new IpPacket();
    private final Icmp message = new Icmp(answer);
    private final Frame out = FrameSlab.single(1500);
    private final MemorySegment memory = Arena.ofAuto().allocate(SEED_BYTES_MAX);

    @Test
    void randomOctetsHaveOneOutcomeEach() {
        random(SHORT_RUN, 0xF022_0001L);
    }

    @Test
    @Tag("full")
    void manyRandomOctetsHaveOneOutcomeEach() {
        random(LONG_RUN, 0xF022_0002L);
    }

    @Test
    void packetsWithMistakesHaveOneOutcomeEach() throws IOException {
        mutated(SHORT_RUN, 0xF022_0003L);
    }

    @Test
    @Tag("full")
    void manyPacketsWithMistakesHaveOneOutcomeEach() throws IOException {
        mutated(LONG_RUN, 0xF022_0004L);
    }

    @Test
    void capturesWithMistakesEndOrFailWithASentence() throws IOException {
        captures(SHORT_RUN / 5, 0xF022_0005L);
    }

    @Test
    @Tag("full")
    void manyCapturesWithMistakesEndOrFailWithASentence() throws IOException {
        captures(LONG_RUN / 5, 0xF022_0006L);
    }

    @Test
    void ethernetFramesWithMistakesHaveOneOutcomeEach() {
        ethernet(SHORT_RUN, 0xF022_0007L);
    }

    @Test
    @Tag("full")
    void manyEthernetFramesWithMistakesHaveOneOutcomeEach() {
        ethernet(LONG_RUN, 0xF022_0008L);
    }

    private void ethernet(int count, long seed) {
        var random = new SplittableRandom(seed);
        var seeds = ethernetSeeds();
        for (int i = 0; i < count; i++) {
            var octets = mistake(random, seeds.get(random.nextInt(seeds.size())).clone());
            if (octets.length > 14 + 60 && octets[12] == (byte) 0x86 && random.nextBoolean()) {
                var packet = java.util.Arrays.copyOfRange(octets, 14, octets.length);
                repair(packet);
                System.arraycopy(packet, 0, octets, 14, packet.length);
            }
            var exact = exact(octets);
            try {
                outcomes.merge(parseEthernet(exact), 1, Integer::sum);
            } catch (RuntimeException e) {
                throw new AssertionError("frame " + i + " of seed " + seed, e);
            }
        }
        assertOutcomes(
                count,
                DropReason.NONE,
                DropReason.TRUNCATED,
                DropReason.UNKNOWN_PROTOCOL,
                DropReason.BAD_NEIGHBOUR_MESSAGE,
                DropReason.BAD_CHECKSUM);
    }

    private DropReason parseEthernet(Frame exact) {
        var reason = ethernet.parse(exact);
        if (reason != DropReason.NONE) {
            return reason;
        }
        assertThat(ethernet.payloadOffset() + ethernet.payloadLength()).isEqualTo(exact.length());
        if (ethernet.type() == EthernetFrame.TYPE_ARP) {
            return arp.parse(ethernet);
        }
        exact.set(ethernet.payloadOffset(), ethernet.payloadLength());
        reason = ip.parse(exact);
        reason = reason == DropReason.NONE ? icmp.parse() : reason;
        if (reason == DropReason.NONE && !ip.v4()) {
            reason = ndp.parse();
            assertThat(ndp.prefixCount()).isBetween(0, Ndp.PREFIXES_MAX);
        }
        return reason;
    }

    /// ARP, tagged ARP, and each message of neighbour discovery.
    private static List<byte[]> ethernetSeeds() {
        var target = "00000000 20010db8000000000000000000000002 0101 02005e100001";
        var router = "40000708 00000000 000003e8 0101 02005e100001 0501 0000 000005dc"
                + "030440c0 00000e10 00000708 00000000 20010db8000500000000000000000000";
        var arpMessage = "0001 0800 06 04 0001 02005e100001 c6120001 000000000000 c6120002";
        var seeds = new ArrayList<>(List.of(
                Packets.hex("ffffffffffff 02005e100001 0806" + arpMessage),
                Packets.hex("ffffffffffff 02005e100001 8100 2001 0806" + arpMessage)));
        for (var packet : List.of(
                NdpTest.packet("fe80::1", "ff02::2", 255, Ndp.ROUTER_SOLICITATION, 0, "00000000 0101 02005e100001"),
                NdpTest.packet("fe80::1", "ff02::1", 255, Ndp.ROUTER_ADVERTISEMENT, 0, router),
                NdpTest.packet("::", "ff02::1:ff00:2", 255, Ndp.NEIGHBOUR_SOLICITATION, 0, target.substring(0, 41)),
                NdpTest.packet("fe80::1", "fe80::2", 255, Ndp.NEIGHBOUR_SOLICITATION, 0, target),
                NdpTest.packet(
                        "fe80::1", "ff02::1", 255, Ndp.NEIGHBOUR_ADVERTISEMENT, 0, target.replace("0101", "0201")))) {
            seeds.add(Packets.concat(Packets.hex("3333ff000002 02005e100001 86dd"), packet));
        }
        return seeds;
    }

    private void random(int count, long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            var packet = new byte[random.nextInt(PACKET_BYTES_MAX + 1)];
            random.nextBytes(packet);
            // Pure chance seldom passes the first octets: half of the arrays get a likely start.
            if (packet.length > 9 && random.nextBoolean()) {
                likely(random, packet);
            }
            judge(packet, "packet " + i + " of seed " + seed);
        }
        assertOutcomes(count, DropReason.TRUNCATED, DropReason.BAD_VERSION, DropReason.BAD_IP_CHECKSUM);
    }

    private static void likely(SplittableRandom random, byte[] packet) {
        if (random.nextBoolean()) {
            packet[0] = (byte) (0x45 + random.nextInt(3));
            Packets.put16(packet, 2, packet.length - random.nextInt(3));
            packet[6] &= 0x40;
            packet[7] = 0;
            packet[9] = (byte) (random.nextBoolean() ? IpPacket.PROTOCOL_TCP : IpPacket.PROTOCOL_ICMP);
        } else {
            packet[0] = 0x60;
            Packets.put16(packet, 4, Math.max(0, packet.length - 40 - random.nextInt(3)));
            packet[6] = new byte[] {0, 6, 43, 44, 58, 60}[random.nextInt(6)];
        }
    }

    private void mutated(int count, long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var seeds = seeds();
        seeds.addAll(TracesTest.packets(20));
        for (int i = 0; i < count; i++) {
            var packet = seeds.get(random.nextInt(seeds.size())).clone();
            packet = mistake(random, packet);
            if (random.nextBoolean()) {
                repair(packet);
            }
            judge(packet, "packet " + i + " of seed " + seed);
        }
        assertOutcomes(
                count,
                DropReason.NONE,
                DropReason.TRUNCATED,
                DropReason.BAD_VERSION,
                DropReason.BAD_IP_HEADER,
                DropReason.BAD_IP_CHECKSUM,
                DropReason.FRAGMENT,
                DropReason.UNKNOWN_PROTOCOL,
                DropReason.BAD_TCP_HEADER,
                DropReason.BAD_CHECKSUM,
                DropReason.PORT_ZERO);
    }

    private static byte[] mistake(SplittableRandom random, byte[] packet) {
        var wrong = packet;
        for (int mistakes = random.nextInt(4); mistakes > 0 && wrong.length > 0; mistakes--) {
            int at = random.nextInt(wrong.length);
            switch (random.nextInt(5)) {
                case 0 -> wrong[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> wrong[at] = (byte) random.nextInt(256);
                case 2 -> wrong[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> wrong = java.util.Arrays.copyOf(wrong, at);
                default -> {
                    int to = random.nextInt(wrong.length);
                    int length = random.nextInt(Math.min(20, wrong.length - Math.max(at, to)) + 1);
                    System.arraycopy(wrong, at, wrong, to, length);
                }
            }
        }
        return wrong;
    }

    /// Makes the lengths and checksums right again, so that the mistakes behind them are seen.
    private static void repair(byte[] packet) {
        if (packet.length >= 28 && packet[0] >> 4 == 4) {
            int headerBytes = (packet[0] & 0x0f) * 4;
            Packets.put16(packet, 2, packet.length);
            if (headerBytes >= 20 && headerBytes + 20 <= packet.length) {
                Packets.put16(packet, 10, 0);
                Packets.put16(packet, 10, Packets.naiveChecksum(packet, 0, headerBytes, 0));
                repairPayload(packet, headerBytes, packet[9], 12, 8);
            }
        } else if (packet.length >= 60 && packet[0] >> 4 == 6) {
            Packets.put16(packet, 4, packet.length - 40);
            repairPayload(packet, 40, packet[6], 8, 32);
        }
    }

    private static void repairPayload(byte[] packet, int from, int protocol, int addresses, int addressBytes) {
        int length = packet.length - from;
        long pseudo = (long) protocol + length;
        for (int i = addresses; i < addresses + addressBytes; i += 2) {
            pseudo += Packets.u16(packet, i);
        }
        if (protocol == IpPacket.PROTOCOL_TCP) {
            Packets.put16(packet, from + 16, 0);
            Packets.put16(packet, from + 16, Packets.naiveChecksum(packet, from, length, pseudo));
        } else if (protocol == IpPacket.PROTOCOL_ICMP || protocol == IpPacket.PROTOCOL_ICMP6) {
            long start = protocol == IpPacket.PROTOCOL_ICMP ? 0 : pseudo;
            Packets.put16(packet, from + 2, 0);
            Packets.put16(packet, from + 2, Packets.naiveChecksum(packet, from, length, start));
        }
    }

    private static List<byte[]> seeds() {
        var seeds = new ArrayList<byte[]>();
        var options = Packets.hex("020405b4 0402 080a 00000005 00000000 01 030307");
        var sack = Packets.hex("0101080a0000000100000002 0101 0512 ffffff00 00000010 00000020 00000030");
        for (boolean v4 : new boolean[] {true, false}) {
            seeds.add(Packets.tcpPacket(v4, TcpFlags.SYN, options, new byte[0]));
            seeds.add(Packets.tcpPacket(v4, TcpFlags.ACK, sack, Packets.text(31)));
            seeds.add(Packets.tcpPacket(v4, TcpFlags.ACK | TcpFlags.FIN, new byte[0], Packets.text(100)));
            seeds.add(
                    Packets.tcpPacket(v4, TcpFlags.SYN, Packets.hex("220a000102030405060722020303ff00"), new byte[0]));
            seeds.add(Packets.icmpPacket(v4, v4 ? 8 : 128, 0, 1, Packets.text(40)));
            var about = Packets.tcpPacket(v4, TcpFlags.SYN, options, new byte[0]);
            seeds.add(Packets.icmpPacket(v4, v4 ? 3 : 1, 3, 0, about));
            seeds.add(Packets.icmpPacket(v4, v4 ? 11 : 3, 0, 0, about));
        }
        var tcp = Packets.tcp(Packets.CLIENT_V6, Packets.SERVER_V6, TcpFlags.SYN, options, new byte[0]);
        for (var header : List.of("2c00010400000000 0600000000000001", "0601 010c000000000000000000000000")) {
            seeds.add(Packets.ipV6(Packets.CLIENT_V6, Packets.SERVER_V6, 60, Packets.concat(Packets.hex(header), tcp)));
        }
        return seeds;
    }

    /// Parses a packet in memory that ends where the packet ends, so that reading on would throw.
    private void judge(byte[] packet, String which) {
        var exact = exact(packet);
        DropReason reason;
        try {
            reason = parse(exact);
            if (++judged % 8 == 0) {
                assertThat(PacketText.of(exact, 1, 2)).isNotEmpty();
            }
        } catch (RuntimeException e) {
            throw new AssertionError(which, e);
        }
        outcomes.merge(reason, 1, Integer::sum);
    }

    private Frame exact(byte[] packet) {
        var exact = new Frame(memory.asSlice(memory.byteSize() - packet.length));
        MemorySegment.copy(packet, 0, exact.memory(), ValueLayout.JAVA_BYTE, 0, packet.length);
        exact.set(0, packet.length);
        return exact;
    }

    private DropReason parse(Frame exact) {
        if (ip.parseCaptured(exact) == DropReason.NONE) {
            segment.parseCaptured();
        }
        var reason = ip.parse(exact);
        if (reason != DropReason.NONE) {
            return reason;
        }
        int end = ip.payloadOffset() + ip.payloadLength();
        assertThat(ip.payloadOffset()).isBetween(20, exact.length());
        assertThat(end).isBetween(ip.payloadOffset(), exact.length());
        assertAnswers();
        if (ip.protocol() == IpPacket.PROTOCOL_TCP) {
            return parseSegment(end);
        }
        reason = icmp.parse();
        if (reason == DropReason.NONE) {
            assertThat(icmp.bodyOffset() + icmp.bodyLength()).isEqualTo(end);
            assertThat(icmp.mtu()).isNotNegative();
        }
        return reason;
    }

    private DropReason parseSegment(int end) {
        var reason = segment.parse();
        if (reason == DropReason.NONE) {
            assertThat(segment.payloadOffset()).isGreaterThanOrEqualTo(segment.optionsOffset());
            assertThat(segment.payloadOffset() + segment.payloadLength()).isEqualTo(end);
            assertThat(segment.sackCount()).isBetween(0, Segment.SACK_BLOCKS_MAX);
            assertThat(segment.windowScale()).isBetween(-1, Segment.WINDOW_SCALE_MAX);
            assertThat(segment.srcPort()).isBetween(1, 65_535);
        }
        return reason;
    }

    /// Whatever the packet, an answer to it is a good packet.
    private void assertAnswers() {
        if (IcmpWriter.portUnreachable(ip, 1500, out)) {
            assertThat(answer.parse(out)).isEqualTo(DropReason.NONE);
            assertThat(message.parse()).isNotEqualTo(DropReason.BAD_CHECKSUM);
            assertThat(message.kind()).isEqualTo(IcmpKind.PORT_UNREACHABLE);
        }
        if (icmp.parse() == DropReason.NONE
                && icmp.kind() == IcmpKind.ECHO_REQUEST
                && IcmpWriter.echoReply(icmp, out)) {
            assertThat(answer.parse(out)).isEqualTo(DropReason.NONE);
            assertThat(message.parse()).isEqualTo(DropReason.NONE);
            assertThat(message.kind()).isEqualTo(IcmpKind.ECHO_REPLY);
        }
    }

    private void assertOutcomes(int count, DropReason... reasons) {
        assertThat(outcomes.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(count);
        assertThat(outcomes).as("the run is worth something").containsKeys(reasons);
    }

    private void captures(int count, long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var files = List.of(pcapng(), pcap());
        var octets = new byte[300];
        int ended = 0;
        int failed = 0;
        for (int i = 0; i < count; i++) {
            var file = mistake(random, files.get(random.nextInt(2)).clone());
            if (random.nextInt(10) == 0) {
                random.nextBytes(octets);
                file = Packets.concat(java.util.Arrays.copyOf(file, 4), octets);
            }
            try {
                drain(CaptureReader.open(new ByteArrayInputStream(file)), file.length);
                ended++;
            } catch (CaptureException e) {
                assertThat(e.getMessage()).startsWith("th");
                failed++;
            } catch (RuntimeException e) {
                throw new AssertionError("file " + i + " of seed " + seed, e);
            }
        }
        assertThat(ended + failed).isEqualTo(count);
        assertThat(Math.min(ended, failed)).as("both outcomes happen").isGreaterThan(count / 10);
    }

    private void drain(CaptureReader reader, int fileBytes) throws IOException {
        while (reader.next()) {
            assertThat(reader.length()).isBetween(0, fileBytes);
            assertThat(reader.originalLength()).isNotNegative();
            assertThat(reader.interfaceName()).isNotNull();
            assertThat(reader.ipOffset()).isLessThan(Math.max(1, reader.length()));
            if (reader.copyIp(out)) {
                ip.parseCaptured(out);
            }
        }
        assertThat(reader.records()).isLessThanOrEqualTo(fileBytes / 12);
    }

    private static byte[] pcapng() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapngWriter(out, "levee fuzz");
        int a = writer.addInterface("a", LinkType.RAW);
        int b = writer.addInterface("b", LinkType.ETHERNET);
        for (var packet : seeds().subList(0, 4)) {
            writer.write(1, a, CaptureDirection.INBOUND, packet, packet.length, packet.length);
            writer.write(2, b, CaptureDirection.UNKNOWN, packet, packet.length, packet.length);
        }
        return out.toByteArray();
    }

    private static byte[] pcap() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapWriter(out, LinkType.RAW);
        for (var packet : seeds().subList(0, 4)) {
            writer.write(1, packet, packet.length, packet.length);
        }
        return out.toByteArray();
    }
}
