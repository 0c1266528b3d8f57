package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Real captures, read where the environment variable LEVEE_TRACES says. The numbers were counted with tshark.
class TracesTest {
    private static final String VARIABLE = "LEVEE_TRACES";
    private static final int MTU = 1500;

    private record Counts(int packets, int syns, int synAcks, int fins, int badChecksums) {}

    private static Path root() {
        return Path.of(System.getenv().getOrDefault(VARIABLE, "unset-" + VARIABLE));
    }

    @BeforeAll
    static void tracesAreThere() {
        boolean there = Files.isDirectory(root());
        var why = "TracesTest: let " + VARIABLE + " name the directory that holds real captures";
        Needs.orSkip(there, why);
    }

    /// Up to `perFile` IP packets of each capture, for tests that start from what real hosts have sent; none
    /// when there are no captures.
    static List<byte[]> packets(int perFile) throws IOException {
        var packets = new ArrayList<byte[]>();
        if (System.getenv(VARIABLE) == null || !Files.isDirectory(root())) {
            return packets;
        }
        var frame = FrameSlab.single(65_535);
        for (var file : files()) {
            try (var in = open(root().resolve(file))) {
                var reader = CaptureReader.open(in);
                for (int i = 0; i < perFile && reader.next(); i++) {
                    if (reader.copyIp(frame) && frame.length() <= MTU) {
                        packets.add(frame.toArray());
                    }
                }
            }
        }
        return packets;
    }

    private static InputStream open(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        return file.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(in), 1 << 16) : in;
    }

    private static Counts count(InputStream in) throws IOException {
        var reader = CaptureReader.open(in);
        var frame = FrameSlab.single(65_535);
        var ip = new IpPacket();
        var segment = new Segment(ip);
        int syns = 0;
        int synAcks = 0;
        int fins = 0;
        int bad = 0;
        while (reader.next()) {
            assertThat(reader.epochNanos()).isBetween(0L, 2_000_000_000_000_000_000L);
            assertThat(reader.copyIp(frame)).as("record %d", reader.records()).isTrue();
            assertThat(ip.parseCaptured(frame)).isEqualTo(DropReason.NONE);
            assertThat(ip.protocol()).isEqualTo(IpPacket.PROTOCOL_TCP);
            if (segment.parseCaptured() == DropReason.NONE) {
                syns += segment.syn() && !segment.hasAck() ? 1 : 0;
                synAcks += segment.syn() && segment.hasAck() ? 1 : 0;
                fins += segment.fin() ? 1 : 0;
            }
            bad += !ip.cutOff() && segment.parse() == DropReason.BAD_CHECKSUM ? 1 : 0;
        }
        return new Counts((int) reader.records(), syns, synAcks, fins, bad);
    }

    /// The bad checksums are those of TCP in packets that are whole.
    @ParameterizedTest
    @CsvSource({
        // file, packets, SYNs, SYN-ACKs, FINs, bad checksums
        "flood/synflood-spoofed.pcap,37841,37841,0,0,0",
        "scan/synscan.pcapng,2011,1994,12,0,0",
        "benign/echo-connections.pcap.gz,82582,741,500,1000,0",
        "benign/http_google.pcapng,12,1,1,0,0",
        "tcp/tcp_dupack.pcapng,9,0,0,0,0",
        "tcp/tcp_handshake.pcapng,3,1,1,0,0",
        "tcp/tcp_refuseconnection.pcapng,2,1,0,0,0",
        "tcp/tcp_retransmissions.pcapng,6,0,0,0,0",
        "tcp/tcp_teardown.pcapng,4,0,0,2,0",
        "tcp/tcp_zerowindowdead.pcapng,8,0,0,0,0",
        "tcp/tcp_zerowindowrecovery.pcapng,7,0,0,0,0",
        "tcp/zeek-fin_retransmission.pcap,5,1,1,2,0",
        "tcp/zeek-handshake-reorder.pcap,14,1,1,2,0",
        "tcp/zeek-missing-syn.pcap,21,0,1,2,0",
        "tcp/zeek-no-handshake.pcap,1,0,0,0,0",
        "tcp/zeek-one-sided-2745.pcap,6,0,2,2,0",
        "tcp/zeek-option-27.pcap,1,0,1,0,0",
        "tcp/zeek-option-sack.pcap,4,4,0,0,0",
        "tcp/zeek-options.pcap,4,1,1,0,0",
        "tcp/zeek-payload-syn.pcap,6,1,1,2,0",
        "tcp/zeek-payload-synack.pcap,6,1,1,2,0",
        "tcp/zeek-reassembly.pcap,117,1,1,6,10",
        "tcp/zeek-retransmit-fast009.pcap,39,1,1,0,18",
        "tcp/zeek-retransmit-timeout.pcapng,3,0,0,0,0",
        "tcp/zeek-rst-inject-rae.pcap,9,1,1,0,0",
        "tcp/zeek-syn-bad.pcap,1,1,0,0,1",
        "tcp/zeek-syn-then-ack-then-rst.pcap,3,1,0,0,0",
        "tcp/zeek-syn-then-rst.pcap,2,1,0,0,0",
        "tcp/zeek-tcp-fast-open.pcap,16,2,2,4,0",
        "tcp/zeek-timestamp.pcap,878,1,1,2,0",
        "tcp/zeek-truncated-header.pcap,24,1,1,2,0",
        "tcp/zeek-window-scale-range.pcap,5,1,1,0,0"
    })
    void captureHoldsWhatOthersCountInIt(String file, int packets, int syns, int synAcks, int fins, int bad)
            throws IOException {
        try (var in = open(root().resolve(file))) {
            assertThat(count(in)).isEqualTo(new Counts(packets, syns, synAcks, fins, bad));
        }
    }

    private static List<String> files() throws IOException {
        if (!Files.isDirectory(root())) {
            return List.of("none");
        }
        var files = new ArrayList<String>();
        try (var walk = Files.walk(root())) {
            walk.filter(path -> path.toString().matches(".*\\.(pcap|pcapng)(\\.gz)?"))
                    .sorted()
                    .forEach(path -> files.add(root().relativize(path).toString()));
        }
        return files;
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPacketSurvivesBothOfOurFormats(String file) throws IOException {
        var pcapng = new ByteArrayOutputStream();
        var pcap = new ByteArrayOutputStream();
        try (var in = open(root().resolve(file))) {
            var reader = CaptureReader.open(in);
            var blocks = new PcapngWriter(pcapng, "levee test");
            PcapWriter records = null;
            while (reader.next()) {
                if (records == null) {
                    blocks.addInterface("original", reader.linkType());
                    records = new PcapWriter(pcap, reader.linkType());
                }
                var octets = reader.octets();
                int original = reader.originalLength();
                blocks.write(reader.epochNanos(), 0, reader.direction(), octets, reader.length(), original);
                records.write(reader.epochNanos(), octets, reader.length(), original);
            }
        }
        try (var in = open(root().resolve(file))) {
            assertSame(in, pcapng.toByteArray(), pcap.toByteArray());
        }
    }

    private static void assertSame(InputStream original, byte[] pcapng, byte[] pcap) throws IOException {
        var first = CaptureReader.open(original);
        var copies = List.of(
                CaptureReader.open(new ByteArrayInputStream(pcapng)),
                CaptureReader.open(new ByteArrayInputStream(pcap)));
        while (first.next()) {
            for (var copy : copies) {
                assertThat(copy.next()).isTrue();
                assertThat(copy.epochNanos()).isEqualTo(first.epochNanos());
                assertThat(copy.linkType()).isEqualTo(first.linkType());
                assertThat(copy.originalLength()).isEqualTo(first.originalLength());
                assertThat(copy.length()).isEqualTo(first.length());
                assertThat(java.util.Arrays.equals(copy.octets(), 0, copy.length(), first.octets(), 0, first.length()))
                        .isTrue();
            }
        }
        for (var copy : copies) {
            assertThat(copy.next()).isFalse();
        }
    }

    @Test
    void floodSpreadsOverSeconds() throws IOException {
        try (var in = open(root().resolve("flood/synflood-spoofed.pcap"))) {
            var reader = CaptureReader.open(in);
            var perSecond = new int[5];
            long start = -1;
            while (reader.next()) {
                start = start < 0 ? reader.epochNanos() : start;
                int second = (int) ((reader.epochNanos() - start) / 1_000_000_000);
                if (second < perSecond.length) {
                    perSecond[second]++;
                }
            }
            assertThat(perSecond).containsExactly(23_620, 675, 0, 10_193, 2_551);
        }
    }
}
