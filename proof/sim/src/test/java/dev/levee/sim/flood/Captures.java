package dev.levee.sim.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.LinkType;
import dev.levee.wire.PcapWriter;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Captures to be replayed: made here, or real ones.
final class Captures {
    /// The name of no capture.
    static final String NONE = "none";

    private static final String VARIABLE = "LEVEE_TRACES";

    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PcapWriter pcap;
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame frame = FrameSlab.single(0xffff);

    Captures() throws IOException {
        pcap = new PcapWriter(bytes, LinkType.RAW);
    }

    /// Adds a segment.
    ///
    /// @param flags SYN alone comes with the option MSS
    Captures add(long epochNanos, IpAddress from, int fromPort, IpAddress to, int flags, int textBytes)
            throws IOException {
        writer.reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(fromPort, 25_565)
                .seq(7_000 + fromPort)
                .window(512)
                .flags(flags);
        if (flags == TcpFlags.SYN) {
            writer.mss(1_400);
        }
        int at = writer.begin(frame);
        frame.memory().asSlice(at, textBytes).fill((byte) 'q');
        writer.finish(frame, textBytes);
        pcap.write(epochNanos, frame);
        return this;
    }

    /// Adds the octets of any packet.
    Captures add(long epochNanos, byte[] packet, int captured) throws IOException {
        pcap.write(epochNanos, packet, captured, packet.length);
        return this;
    }

    byte[] done() throws IOException {
        pcap.close();
        return bytes.toByteArray();
    }

    /// The captures of a kind that the environment variable LEVEE_TRACES leads to, as `flood/NAME`; where there
    /// are none, [#NONE] alone, for [#orSkip] to skip.
    static List<String> real(String kind) throws IOException {
        var root = root().resolve(kind);
        if (!Files.isDirectory(root)) {
            return List.of(NONE);
        }
        try (var files = Files.list(root)) {
            return files.map(file -> kind + "/" + file.getFileName()).sorted().toList();
        }
    }

    /// The file of such a name, or the test is skipped.
    static Path orSkip(String name) {
        var why = "ReplayedFloodTest: let " + VARIABLE + " name the directory that holds real captures";
        boolean there = Files.isRegularFile(root().resolve(name));
        if (System.getenv("LEVEE_REQUIRE_NET") != null) {
            assertThat(there).as(why).isTrue();
        }
        if (!there) {
            System.out.println("skipped: " + why);
        }
        assumeTrue(there, why);
        return root().resolve(name);
    }

    private static Path root() {
        return Path.of(System.getenv().getOrDefault(VARIABLE, "unset-" + VARIABLE));
    }
}
