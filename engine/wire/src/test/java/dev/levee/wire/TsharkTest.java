package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What others say about the files and packets written here.
class TsharkTest {
    private static final long TIME = 1_700_000_000_123_456_789L;
    private static final String COMPLAINTS = "_ws.malformed || _ws.expert.severity >= error || tcp.checksum.status == 0"
            + " || ip.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0";

    @TempDir
    private Path folder;

    private final SegmentWriter writer = new SegmentWriter();
    private final Frame frame = FrameSlab.single(1500);

    @BeforeAll
    static void tsharkIsThere() {
        var path = System.getenv().getOrDefault("PATH", "");
        boolean there = Arrays.stream(path.split(File.pathSeparator))
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, "tshark")));
        var why = "TsharkTest: there is no tshark on the PATH to judge our captures";
        Needs.orSkip(there, why);
    }

    private List<String> tshark(Path file, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "tshark",
                "-n",
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
                "-r",
                file.toString()));
        command.addAll(List.of(arguments));
        var errors = folder.resolve("errors");
        var output = folder.resolve("output");
        var process = new ProcessBuilder(command)
                .redirectError(errors.toFile())
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("tshark did not end");
        }
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    private SegmentWriter from(boolean v4, boolean client, int flags, int seq) {
        var src = v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6;
        var dst = v4 ? Packets.SERVER_V4 : Packets.SERVER_V6;
        var one = client ? src : dst;
        var other = client ? dst : src;
        return writer.reset()
                .addresses(one.high(), one.low(), other.high(), other.low())
                .ports(client ? 40_000 : 7, client ? 7 : 40_000)
                .flags(flags)
                .seq(seq)
                .window(0xffff);
    }

    private Frame finish(int textLength) {
        writer.begin(frame);
        writer.finish(frame, textLength);
        return frame;
    }

    /// A handshake, an echo, a refusal and what follows them, each with its own options.
    private int conversation(PcapngWriter to, int client, boolean v4) throws IOException {
        int iss = Packets.ISS;
        int irs = 0x1000;
        var in = CaptureDirection.INBOUND;
        var out = CaptureDirection.OUTBOUND;
        from(v4, true, TcpFlags.SYN, iss)
                .mss(1460)
                .sackPermitted()
                .timestamps(1, 0)
                .windowScale(7)
                .fastOpen(0, 0, 0, false);
        to.write(TIME, client, out, finish(0));
        from(v4, false, TcpFlags.SYN, irs)
                .ack(iss + 1)
                .mss(1400)
                .sackPermitted()
                .timestamps(2, 1)
                .windowScale(2);
        to.write(TIME + 1, client, in, finish(0));
        from(v4, true, 0, iss + 1).ack(irs + 1).timestamps(3, 2);
        to.write(TIME + 2, client, out, finish(0));
        from(v4, true, TcpFlags.PSH, iss + 1).ack(irs + 1).timestamps(4, 2);
        to.write(TIME + 3, client, out, finish(333));
        from(v4, false, 0, irs + 1).ack(iss + 1).timestamps(5, 3).sack(iss + 200, iss + 334);
        to.write(TIME + 4, client, in, finish(0));
        var ip = new IpPacket();
        var answer = FrameSlab.single(1500);
        ip.parse(Packets.frame(Packets.icmpPacket(v4, v4 ? 8 : 128, 0, 0x0001_0001, Packets.text(57))));
        var icmp = new Icmp(ip);
        icmp.parse();
        IcmpWriter.echoReply(icmp, answer);
        to.write(TIME + 5, client, in, answer);
        ip.parse(frame);
        IcmpWriter.portUnreachable(ip, 1500, answer);
        to.write(TIME + 6, client, out, answer);
        return 7;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tsharkSeesEveryPacketAndNothingWrong(boolean v4) throws IOException, InterruptedException {
        var file = folder.resolve("levee.pcapng");
        int packets;
        try (var to = new PcapngWriter(Files.newOutputStream(file), "levee test")) {
            to.addInterface("unused", LinkType.RAW);
            packets = conversation(to, to.addInterface("memory:a", LinkType.RAW), v4);
        }

        assertThat(tshark(file, "-Y", COMPLAINTS)).isEmpty();
        var rows = tshark(
                file,
                "-T",
                "fields",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.packet_flags_direction",
                "-e",
                "frame.time_epoch",
                "-e",
                "tcp.checksum.status");
        assertThat(rows).hasSize(packets).allMatch(row -> row.startsWith("memory:a\t"));
        assertThat(rows.get(0)).contains("\t0x00000002\t").contains("1700000000.123456789");
        assertThat(rows.get(1)).contains("\t0x00000001\t").contains("1700000000.123456790");
        assertThat(tshark(file, "-Y", "tcp.checksum.status == 1 && !icmp && !icmpv6"))
                .hasSize(5);
        assertThat(tshark(file, "-Y", "tcp.flags.syn == 1 && tcp.options.timestamp.tsval"))
                .hasSize(2);
        assertThat(tshark(file, "-Y", v4 ? "icmp.checksum.status == 1" : "icmpv6.checksum.status == 1"))
                .hasSize(2);
    }

    @Test
    void tsharkReadsOurArpAndNeighbourDiscoveryAsWeMeantThem() throws IOException, InterruptedException {
        var file = folder.resolve("ethernet.pcapng");
        try (var to = new PcapngWriter(Files.newOutputStream(file), "levee test")) {
            int tap = to.addInterface("tap:a", LinkType.ETHERNET);
            neighbours(to, tap);
        }
        assertThat(tshark(file, "-Y", COMPLAINTS)).isEmpty();
        assertThat(fields(file, "arp", "eth.dst", "arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"))
                .containsExactly(
                        "ff:ff:ff:ff:ff:ff\t1\t198.18.0.1\t198.18.0.2",
                        "02:00:5e:10:00:02\t2\t198.18.0.1\t198.18.0.2",
                        "ff:ff:ff:ff:ff:ff\t1\t0.0.0.0\t198.18.0.1",
                        "ff:ff:ff:ff:ff:ff\t1\t198.18.0.1\t198.18.0.1");
        assertThat(tshark(file, "-Y", "arp.isprobe == 1")).hasSize(1);
        assertThat(tshark(file, "-Y", "arp.isannouncement == 1")).hasSize(1);
        assertThat(fields(file, "icmpv6", "ipv6.dst", "icmpv6.type", "icmpv6.opt.linkaddr"))
                .containsExactly(
                        "ff02::1:ff00:2\t135\t02:00:5e:10:00:01",
                        "ff02::1:ff00:1\t135\t",
                        "2001:db8::2\t136\t02:00:5e:10:00:01",
                        "ff02::1\t136\t02:00:5e:10:00:01",
                        "ff02::2\t133\t02:00:5e:10:00:01",
                        "ff02::16\t143\t");
        assertThat(fields(file, "icmpv6.nd.na.flag.s == 1", "icmpv6.nd.na.target_address"))
                .containsExactly("2001:db8::1");
        assertThat(fields(file, "icmpv6.type == 143", "icmpv6.mldr.mar.multicast_address"))
                .containsExactly("ff02::1:ff00:1");
        assertThat(tshark(file, "-Y", "icmpv6.checksum.status == 1")).hasSize(6);
    }

    private List<String> fields(Path file, String filter, String... names) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("-Y", filter, "-T", "fields"));
        for (var name : names) {
            arguments.addAll(List.of("-e", name));
        }
        return tshark(file, arguments.toArray(String[]::new));
    }

    private void neighbours(PcapngWriter to, int tap) throws IOException {
        long a = 0x0200_5e10_0001L;
        long b = 0x0200_5e10_0002L;
        long all = MacAddress.BROADCAST.bits();
        var one = Packets.CLIENT_V6;
        var other = Packets.SERVER_V6;
        Arp.write(frame, Arp.REQUEST, a, Packets.CLIENT_V4.v4(), 0, Packets.SERVER_V4.v4());
        record(to, tap, all, EthernetFrame.TYPE_ARP);
        Arp.write(frame, Arp.REPLY, a, Packets.CLIENT_V4.v4(), b, Packets.SERVER_V4.v4());
        record(to, tap, b, EthernetFrame.TYPE_ARP);
        Arp.write(frame, Arp.REQUEST, a, 0, 0, Packets.CLIENT_V4.v4());
        record(to, tap, all, EthernetFrame.TYPE_ARP);
        Arp.write(frame, Arp.REQUEST, a, Packets.CLIENT_V4.v4(), 0, Packets.CLIENT_V4.v4());
        record(to, tap, all, EthernetFrame.TYPE_ARP);
        NdpWriter.solicit(frame, one.high(), one.low(), other.high(), other.low(), false, a);
        record(to, tap, MacAddress.ofGroupV6(0xff00_0002L), EthernetFrame.TYPE_IPV6);
        NdpWriter.solicit(frame, 0, 0, one.high(), one.low(), false, 0);
        record(to, tap, MacAddress.ofGroupV6(0xff00_0001L), EthernetFrame.TYPE_IPV6);
        NdpWriter.advertise(frame, one.high(), one.low(), a, other.high(), other.low());
        record(to, tap, b, EthernetFrame.TYPE_IPV6);
        NdpWriter.announce(frame, one.high(), one.low(), a);
        record(to, tap, MacAddress.ofGroupV6(1), EthernetFrame.TYPE_IPV6);
        NdpWriter.solicitRouters(frame, one.high(), one.low(), a);
        record(to, tap, MacAddress.ofGroupV6(2), EthernetFrame.TYPE_IPV6);
        NdpWriter.beginReport(frame);
        NdpWriter.reportGroupOf(frame, one.low(), true);
        NdpWriter.finishReport(frame, 0xfe80_0000_0000_0000L, 1);
        record(to, tap, MacAddress.ofGroupV6(0x16), EthernetFrame.TYPE_IPV6);
    }

    private void record(PcapngWriter to, int tap, long destination, int type) throws IOException {
        EthernetFrame.wrap(frame, destination, 0x0200_5e10_0001L, type);
        to.write(TIME, tap, CaptureDirection.OUTBOUND, frame);
    }

    @Test
    void capinfosOfAClassicFileAreRight() throws IOException, InterruptedException {
        var file = folder.resolve("levee.pcap");
        try (var to = new PcapWriter(Files.newOutputStream(file), LinkType.RAW)) {
            from(true, true, TcpFlags.SYN, 1).mss(1460);
            to.write(TIME, finish(0));
            to.write(TIME + 1, finish(0));
        }
        assertThat(tshark(file, "-Y", COMPLAINTS)).isEmpty();
        assertThat(tshark(file, "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src"))
                .containsExactly("1700000000.123456789\t198.18.0.1", "1700000000.123456790\t198.18.0.1");
    }
}
