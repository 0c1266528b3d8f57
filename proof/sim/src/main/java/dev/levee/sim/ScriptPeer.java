package dev.levee.sim;

import dev.levee.tcp.FourTuple;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpPacket;
import dev.levee.wire.PacketText;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The peer that a [Script] plays: turns [PacketSpec]s into packets for the stack under test, and compares what
/// that stack sends with what is expected. Keeps both initial sequence numbers.
///
/// Text is [Pattern], position 0 at relative sequence number 1, in both directions.
///
/// Threads: one owner.
final class ScriptPeer {
    /// The peer's initial sequence number: below the wrap like the stack's own, at a different distance.
    static final int ISS = 0xffff_fe00;

    private static final int MTU = 65_535;

    private final FourTuple tuple;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame frame = FrameSlab.single(MTU);
    private final Frame offending = FrameSlab.single(MTU);
    private int stackIss = NearWrap.ISS;
    private int stackTsVal;

    /// @param tuple as the stack under test sees it
    ScriptPeer(FourTuple tuple) {
        this.tuple = tuple;
    }

    /// The packet for the stack; valid until the next call.
    Frame write(PacketSpec spec) {
        begin(spec.seqAbsolute() ? spec.seq() : ISS + spec.seq(), spec.window());
        writer.flags(spec.flags());
        if (spec.hasAck()) {
            writer.ack(stackIss + Objects.requireNonNullElse(spec.ack(), 0));
        }
        if (spec.urgent() != null) {
            writer.urgent(spec.urgent());
        }
        if (spec.options() != null) {
            writeOptions(spec.options());
        }
        int at = writer.begin(frame);
        var text = Pattern.bytes(spec.seq() - 1L, spec.length());
        MemorySegment.copy(text, 0, frame.memory(), ValueLayout.JAVA_BYTE, at, text.length);
        writer.finish(frame, text.length);
        return frame;
    }

    private void begin(int seq, @Nullable Integer window) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        writer.reset()
                .addresses(remote.high(), remote.low(), local.high(), local.low())
                .ports(tuple.remotePort(), tuple.localPort())
                .seq(seq)
                .window(window == null ? 0xffff : window);
    }

    private void writeOptions(PacketSpec.Options options) {
        if (options.mss() > 0) {
            writer.mss(options.mss());
        }
        if (options.windowScale() >= 0) {
            writer.windowScale(options.windowScale());
        }
        if (options.sackPermitted()) {
            writer.sackPermitted();
        }
        if (options.timestamps()) {
            int tsVal = Objects.requireNonNullElse(options.tsVal(), 0);
            writer.timestamps(tsVal, Objects.requireNonNullElse(options.tsEcr(), stackTsVal));
        }
        for (int i = 0; i < options.sack().size(); i += 2) {
            writer.sack(
                    stackIss + options.sack().get(i), stackIss + options.sack().get(i + 1));
        }
    }

    /// An ICMP error from the peer's address about a segment of the stack with a relative sequence number;
    /// valid until the next call.
    ///
    /// @param kind `port` or `protocol`
    Frame icmp(String kind, int seq) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        writer.reset()
                .addresses(local.high(), local.low(), remote.high(), remote.low())
                .ports(tuple.localPort(), tuple.remotePort())
                .seq(stackIss + seq)
                .flags(TcpFlags.ACK);
        writer.begin(offending);
        writer.finish(offending, 0);
        boolean parsed = ip.parse(offending) == DropReason.NONE;
        boolean written = switch (kind) {
            case "port" -> IcmpWriter.portUnreachable(ip, 1500, frame);
            case "protocol" -> IcmpWriter.protocolUnreachable(ip, 1500, frame);
            default -> throw new IllegalArgumentException("there is no ICMP error " + kind);
        };
        if (!parsed || !written) {
            throw new IllegalStateException("the ICMP error was not written");
        }
        return frame;
    }

    /// How a packet of the stack differs from what is expected, in words; empty when it does not.
    List<String> compare(PacketSpec expected, Frame packet) {
        var differences = new ArrayList<String>();
        if (ip.parse(packet) != DropReason.NONE || segment.parse() != DropReason.NONE) {
            differences.add("not a TCP packet");
            return differences;
        }
        if (segment.syn()) {
            stackIss = segment.seq();
        }
        if (segment.hasTimestamps()) {
            stackTsVal = segment.tsVal();
        }
        compareAddresses(differences);
        differ(differences, "flags", TcpFlags.format(expected.flags()), TcpFlags.format(segment.flags()));
        int seq = expected.seqAbsolute() ? segment.seq() : segment.seq() - stackIss;
        differ(differences, "seq", expected.seq(), seq);
        differ(differences, "length", expected.length(), segment.payloadLength());
        if (expected.hasAck()) {
            differ(differences, "ack", expected.ack(), segment.ack() - ISS);
        }
        differ(differences, "win", expected.window(), segment.window());
        differ(differences, "urg", expected.urgent(), segment.urgentPointer());
        if (expected.options() != null) {
            compareOptions(differences, expected.options());
        }
        compareText(differences, seq);
        return differences;
    }

    private void compareAddresses(List<String> differences) {
        differ(differences, "source", tuple.localAddress(), ip.source());
        differ(differences, "destination", tuple.remoteAddress(), ip.destination());
        differ(differences, "source port", tuple.localPort(), segment.srcPort());
        differ(differences, "destination port", tuple.remotePort(), segment.dstPort());
    }

    private void compareOptions(List<String> differences, PacketSpec.Options expected) {
        differ(differences, "mss", expected.mss(), segment.mss());
        differ(differences, "wscale", expected.windowScale(), segment.windowScale());
        differ(differences, "sackOK", expected.sackPermitted(), segment.sackPermitted());
        differ(differences, "timestamps", expected.timestamps(), segment.hasTimestamps());
        if (expected.timestamps() && segment.hasTimestamps()) {
            differ(differences, "TS val", expected.tsVal(), segment.tsVal());
            differ(differences, "TS ecr", expected.tsEcr(), segment.tsEcr());
        }
        var sack = new ArrayList<Integer>();
        for (int i = 0; i < segment.sackCount(); i++) {
            sack.add(segment.sackLeft(i) - ISS);
            sack.add(segment.sackRight(i) - ISS);
        }
        differ(differences, "sack", expected.sack(), sack);
    }

    private void compareText(List<String> differences, int seq) {
        var text = new byte[segment.payloadLength()];
        MemorySegment.copy(ip.memory(), ValueLayout.JAVA_BYTE, segment.payloadOffset(), text, 0, text.length);
        int wrong = Pattern.mismatch(seq - 1L, text);
        if (wrong >= 0) {
            differences.add("the text differs from what was written, from its octet " + wrong + " on");
        }
    }

    private static void differ(List<String> differences, String what, @Nullable Object expected, Object got) {
        if (expected != null && !expected.equals(got)) {
            differences.add(what + ": expected " + expected + ", got " + got);
        }
    }

    /// A packet in words, with relative numbers.
    String describe(Frame packet, boolean fromStack) {
        return fromStack ? PacketText.of(packet, stackIss, ISS) : PacketText.of(packet, ISS, stackIss);
    }
}
