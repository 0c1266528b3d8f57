package dev.levee.stack;

import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

    /// An ICMP message to the other of the two hosts.
    static Frame icmp(boolean v4, IpAddress from, int type, int code, int word, byte[] body) {
        var frame = FrameSlab.single(1500);
        icmp(frame, v4, from, type, code, word, body);
        return frame;
    }

    /// The same, into a frame.
    static void icmp(Frame frame, boolean v4, IpAddress from, int type, int code, int word, byte[] body) {
        var to = from.equals(Net.client(v4)) ? Net.server(v4) : Net.client(v4);
        icmp(frame, v4, from, to, type, code, word, body);
    }

    /// The same between any two hosts.
    static void icmp(Frame frame, boolean v4, IpAddress from, IpAddress to, int type, int code, int word, byte[] body) {
        int bytes = 8 + body.length;
        var packet = new byte[(v4 ? 20 : 40) + bytes];
        frame.fill(packet);
        var memory = frame.memory();
        int ip = frame.offset();
        int at = ip + (v4 ? 20 : 40);
        Bytes.put16(memory, at, type << 8 | code);
        Bytes.put32(memory, at + 4, word);
        MemorySegment.copy(body, 0, memory, ValueLayout.JAVA_BYTE, at + 8, body.length);
        long sum = 0;
        if (v4) {
            Bytes.put32(memory, ip, 0x4500_0000 | packet.length);
            Bytes.put32(memory, ip + 8, 64 << 24 | 1 << 16);
            Bytes.put32(memory, ip + 12, from.v4());
            Bytes.put32(memory, ip + 16, to.v4());
            Bytes.put16(memory, ip + 10, Checksum.finish(Checksum.add(0, memory, ip, 20)));
        } else {
            Bytes.put32(memory, ip, 0x6000_0000);
            Bytes.put32(memory, ip + 4, bytes << 16 | 58 << 8 | 64);
            Bytes.put64(memory, ip + 8, from.high());
            Bytes.put64(memory, ip + 16, from.low());
            Bytes.put64(memory, ip + 24, to.high());
            Bytes.put64(memory, ip + 32, to.low());
            sum = Checksum.pseudoHeader(false, from.high(), from.low(), to.high(), to.low(), 58, bytes);
        }
        Bytes.put16(memory, at + 2, Checksum.finish(Checksum.add(sum, memory, at, bytes)));
    }
}
