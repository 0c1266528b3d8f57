package dev.levee.wire;

/// One line of text about a packet, for people: ladder diagrams, reports, failing tests.
///
/// `198.18.0.1:40000 > 198.18.0.2:80 [SYN] seq 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7> len 0`
///
/// For cold places: everything here allocates. Never throws, whatever the packet.
///
/// Threads: any.
public final class PacketText {

    private PacketText() {}

    /// Describes the packet of a frame with absolute sequence numbers.
    public static String of(Frame frame) {
        return of(frame, 0, 0);
    }

    /// Describes the packet of a frame. A packet cut off by a capture and one with a wrong checksum are still
    /// described, and marked.
    ///
    /// @param seqBase taken from SEG.SEQ, and `ackBase` from SEG.ACK and SACK edges: the two initial sequence
    ///     numbers, or 0
    public static String of(Frame frame, int seqBase, int ackBase) {
        var ip = new IpPacket();
        var strict = ip.parse(frame);
        var mark = "";
        if (strict != DropReason.NONE) {
            boolean readable = ip.parseCaptured(frame) == DropReason.NONE;
            if (!readable) {
                return "bad packet: " + strict + ", " + frame.length() + " octets";
            }
            mark = ip.cutOff() ? " (cut off)" : " (" + strict + ")";
        }
        return describe(ip, seqBase, ackBase) + mark;
    }

    private static String describe(IpPacket ip, int seqBase, int ackBase) {
        return switch (ip.protocol()) {
            case IpPacket.PROTOCOL_TCP -> ofTcp(ip, seqBase, ackBase);
            case IpPacket.PROTOCOL_ICMP, IpPacket.PROTOCOL_ICMP6 -> ofIcmp(ip);
            default ->
                ip.source() + " > " + ip.destination() + " protocol " + ip.protocol() + " len " + ip.payloadLength();
        };
    }

    /// Describes a parsed segment: endpoints, then what [#segment] says.
    public static String of(Segment segment, int seqBase, int ackBase) {
        var ip = segment.ip();
        return endpoint(ip.source(), segment.srcPort()) + " > " + endpoint(ip.destination(), segment.dstPort()) + " "
                + segment(segment, seqBase, ackBase);
    }

    /// Describes a parsed segment without its endpoints: flags, numbers, window, options, octets of text.
    public static String segment(Segment segment, int seqBase, int ackBase) {
        var text = new StringBuilder();
        text.append('[').append(TcpFlags.format(segment.flags())).append(']');
        int seq = segment.seq() - seqBase;
        text.append(" seq ").append(Integer.toUnsignedString(seq));
        if (segment.payloadLength() > 0) {
            text.append(':').append(Integer.toUnsignedString(seq + segment.payloadLength()));
        }
        if (segment.hasAck()) {
            text.append(" ack ").append(Integer.toUnsignedString(segment.ack() - ackBase));
        }
        text.append(" win ").append(segment.window());
        if (segment.has(TcpFlags.URG)) {
            text.append(" urg ").append(segment.urgentPointer());
        }
        var options = options(segment, ackBase);
        if (!options.isEmpty()) {
            text.append(" <").append(options).append('>');
        }
        return text.append(" len ").append(segment.payloadLength()).toString();
    }

    /// Lists a parsed segment's options as they were understood, those skipped by their numbers; empty when
    /// there are none.
    ///
    /// @param ackBase taken from the edges of SACK blocks
    public static String options(Segment segment, int ackBase) {
        var text = new StringBuilder();
        var memory = segment.ip().memory();
        int at = segment.optionsOffset();
        while (at < segment.payloadOffset()) {
            int kind = Bytes.u8(memory, at);
            if (kind == Segment.END) {
                break;
            }
            if (kind == Segment.NO_OPERATION) {
                at++;
                continue;
            }
            text.append(text.isEmpty() ? "" : ",");
            int length = at + 1 < segment.payloadOffset() ? Bytes.u8(memory, at + 1) : 0;
            if (length < 2 || at + length > segment.payloadOffset()) {
                return text.append("bad option ").append(kind).toString();
            }
            appendOption(text, segment, at, length, ackBase);
            at += length;
        }
        return text.toString();
    }

    private static void appendOption(StringBuilder text, Segment segment, int at, int length, int ackBase) {
        var memory = segment.ip().memory();
        int kind = Bytes.u8(memory, at);
        switch (kind << 8 | length) {
            case Segment.MSS << 8 | 4 -> text.append("mss ").append(Bytes.u16(memory, at + 2));
            case Segment.WINDOW_SCALE << 8 | 3 -> text.append("wscale ").append(Bytes.u8(memory, at + 2));
            case Segment.SACK_PERMITTED << 8 | 2 -> text.append("sackOK");
            case Segment.USER_TIMEOUT << 8 | 4 ->
                text.append("uto ").append(Segment.userTimeoutSeconds(Bytes.u16(memory, at + 2)));
            case Segment.TIMESTAMPS << 8 | 10 ->
                text.append("TS val ")
                        .append(Integer.toUnsignedString(Bytes.i32(memory, at + 2)))
                        .append(" ecr ")
                        .append(Integer.toUnsignedString(Bytes.i32(memory, at + 6)));
            default -> appendLongOption(text, segment, at, length, ackBase);
        }
    }

    private static void appendLongOption(StringBuilder text, Segment segment, int at, int length, int ackBase) {
        var memory = segment.ip().memory();
        int kind = Bytes.u8(memory, at);
        if (kind == Segment.SACK && length % 8 == 2) {
            text.append("sack");
            for (int edge = at + 2; edge < at + length; edge += 8) {
                text.append(' ').append(Integer.toUnsignedString(Bytes.i32(memory, edge) - ackBase));
                text.append(':').append(Integer.toUnsignedString(Bytes.i32(memory, edge + 4) - ackBase));
            }
        } else if (kind == Segment.FAST_OPEN) {
            text.append("tfo ").append(length == 2 ? "request" : "cookie ");
            for (int octet = at + 2; octet < at + length; octet++) {
                text.append(Integer.toHexString(Bytes.u8(memory, octet) | 0x100), 1, 3);
            }
        } else {
            text.append("option ").append(kind);
        }
    }

    /// `198.18.0.2:80`, `[2001:db8::2]:80`.
    public static String endpoint(IpAddress address, int port) {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }

    private static String ofTcp(IpPacket ip, int seqBase, int ackBase) {
        var segment = new Segment(ip);
        var reason = segment.parse();
        var mark = "";
        if (reason != DropReason.NONE) {
            mark = ip.cutOff() ? "" : " (" + reason + ")";
            reason = segment.parseCaptured();
        }
        return reason == DropReason.NONE
                ? of(segment, seqBase, ackBase) + mark
                : ip.source() + " > " + ip.destination() + " bad TCP: " + reason + " len " + ip.payloadLength();
    }

    private static String ofIcmp(IpPacket ip) {
        var icmp = new Icmp(ip);
        var reason = icmp.parse();
        var line = ip.source() + " > " + ip.destination() + " ";
        if (reason != DropReason.NONE) {
            return line + "bad ICMP: " + reason + " len " + ip.payloadLength();
        }
        line += "ICMP " + icmp.kind();
        if (icmp.kind() == IcmpKind.ECHO_REQUEST || icmp.kind() == IcmpKind.ECHO_REPLY) {
            line += " id " + icmp.identifier() + " seq " + icmp.sequence();
        } else if (icmp.kind() == IcmpKind.PACKET_TOO_BIG) {
            line += " mtu " + icmp.mtu();
        } else if (icmp.kind() == IcmpKind.OTHER) {
            line += " type " + icmp.type() + " code " + icmp.code();
        }
        if (icmp.embedsTcp()) {
            var src = new IpAddress(icmp.embeddedSrcHigh(), icmp.embeddedSrcLow());
            var dst = new IpAddress(icmp.embeddedDstHigh(), icmp.embeddedDstLow());
            line += " about " + endpoint(src, icmp.embeddedSrcPort()) + " > " + endpoint(dst, icmp.embeddedDstPort())
                    + " seq " + Integer.toUnsignedString(icmp.embeddedSeq());
        }
        return line + " len " + icmp.bodyLength();
    }
}
