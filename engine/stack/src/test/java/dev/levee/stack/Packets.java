package dev.levee.stack;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;

/// Packets for tests: built by hand, and read back.
final class Packets {
    static final int SEQ = 0xFFFF_FF00;

    private Packets() {}

    /// Builds a segment without options.
    static Frame tcp(IpAddress from, int fromPort, IpAddress to, int toPort, int flags, int seq, int ack, int text) {
        var writer = new SegmentWriter()
                .reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(fromPort, toPort)
                .seq(seq)
                .window(65_535);
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(ack);
        }
        writer.flags(flags);
        var frame = FrameSlab.single(1500);
        int at = writer.begin(frame);
        MemorySegment.copy(MemorySegment.ofArray(new byte[text]), 0, frame.memory(), at, text);
        writer.finish(frame, text);
        return frame;
    }

    /// What the TCP segment in a packet says; the packet must be good.
    static Segment read(Frame frame) {
        var ip = new IpPacket();
        var segment = new Segment(ip);
        if (ip.parse(frame) != DropReason.NONE || ip.protocol() != IpPacket.PROTOCOL_TCP) {
            throw new AssertionError("not a TCP packet");
        }
        if (segment.parse() != DropReason.NONE) {
            throw new AssertionError("not a good segment");
        }
        return segment;
    }

    static Segment read(byte[] packet) {
        var frame = FrameSlab.single(packet.length);
        frame.fill(packet);
        return read(frame);
    }
}
