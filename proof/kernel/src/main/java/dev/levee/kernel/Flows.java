package dev.levee.kernel;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where each connection of the kernel stands, by what it last sent: enough to aim a reset at it.
///
/// Threads: one owner.
final class Flows {
    private static final int RESET_BYTES_MAX = 128;

    private final IpAddress local;
    private final IpAddress remote;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SegmentWriter writer = new SegmentWriter();

    /// By local and remote port.
    private final Map<Integer, Position> positions = new HashMap<>();

    /// @param next the sequence number behind what the kernel sent
    /// @param expected the one that it expects from its peer
    private record Position(int next, int expected) {}

    Flows(IpAddress local, IpAddress remote) {
        this.local = local;
        this.remote = remote;
    }

    void saw(Frame packet) {
        if (ip.parseCaptured(packet) != DropReason.NONE
                || ip.protocol() != IpPacket.PROTOCOL_TCP
                || segment.parseCaptured() != DropReason.NONE) {
            return;
        }
        int ports = segment.srcPort() << 16 | segment.dstPort();
        if (segment.rst()) {
            positions.remove(ports);
        } else {
            positions.put(ports, new Position(segment.seq() + segment.length(), segment.ack()));
        }
    }

    List<Frame> resets() {
        var resets = new ArrayList<Frame>();
        positions.forEach((ports, position) -> {
            var frame = FrameSlab.single(RESET_BYTES_MAX);
            writer.reset()
                    .addresses(remote.high(), remote.low(), local.high(), local.low())
                    .ports(ports & 0xffff, ports >>> 16)
                    .seq(position.expected)
                    .ack(position.next)
                    .flags(TcpFlags.RST)
                    .begin(frame);
            writer.finish(frame, 0);
            resets.add(frame);
        });
        return resets;
    }
}
