package dev.levee.wire;

/// What one ICMP (RFC 792) or ICMPv6 (RFC 4443) message says: parsed once into this reused holder.
///
/// An error carries the beginning of the packet that it is about. Routers of IPv4 need to return no more than
/// its header and eight octets, which for TCP are the ports and the sequence number: exactly what is read here.
///
/// Threads: one owner. Valid while the frame is.
public final class Icmp {
    /// Octets before the echo data or the embedded packet.
    public static final int HEADER_BYTES = 8;

    private static final int EMBEDDED_TCP_BYTES = 8;

    private final IpPacket ip;
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    private IcmpKind kind = IcmpKind.OTHER;
    private int type;
    private int code;
    private int word;
    private int bodyOffset;
    private int bodyLength;

    private int embeddedProtocol;
    private int embeddedPacketBytes;
    private long embeddedSrcHigh;
    private long embeddedSrcLow;
    private long embeddedDstHigh;
    private long embeddedDstLow;
    private int embeddedSrcPort;
    private int embeddedDstPort;
    private int embeddedSeq;

    /// A holder for the messages inside the packets that `ip` parses.
    public Icmp(IpPacket ip) {
        this.ip = ip;
    }

    /// Reads the message inside the packet that was just parsed, and verifies its checksum.
    ///
    /// @return [DropReason#NONE], or why the message must be dropped; then the other methods mean nothing
    public DropReason parse() {
        var memory = ip.memory();
        int protocol = ip.v4() ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6;
        if (ip.protocol() != protocol) {
            return DropReason.UNKNOWN_PROTOCOL;
        }
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        if (length < HEADER_BYTES) {
            return DropReason.TRUNCATED;
        }
        if (Checksum.finish(Checksum.add(pseudoHeader(length), memory, at, length)) != 0) {
            return DropReason.BAD_CHECKSUM;
        }
        type = Bytes.u8(memory, at);
        code = Bytes.u8(memory, at + 1);
        word = Bytes.i32(memory, at + 4);
        kind = ip.v4() ? IcmpKind.ofV4(type, code) : IcmpKind.ofV6(type, code);
        bodyOffset = at + HEADER_BYTES;
        bodyLength = length - HEADER_BYTES;
        return kind.isError() ? parseEmbedded() : DropReason.NONE;
    }

    /// Only ICMPv6 has a pseudo header (RFC 4443 §2.3).
    private long pseudoHeader(int length) {
        return ip.v4()
                ? 0
                : Checksum.pseudoHeader(
                        false, ip.srcHigh(), ip.srcLow(), ip.dstHigh(), ip.dstLow(), IpPacket.PROTOCOL_ICMP6, length);
    }

    private DropReason parseEmbedded() {
        embeddedSrcPort = 0;
        embeddedDstPort = 0;
        embeddedSeq = 0;
        int headerBytes = ip.v4() ? IpPacket.V4_HEADER_BYTES : IpPacket.V6_HEADER_BYTES;
        if (bodyLength < headerBytes) {
            return DropReason.TRUNCATED;
        }
        if (Bytes.u8(ip.memory(), bodyOffset) >>> 4 != (ip.v4() ? 4 : 6)) {
            return DropReason.BAD_VERSION;
        }
        return ip.v4() ? parseEmbeddedV4() : parseEmbeddedV6();
    }

    /// The embedded header's checksum is not verified: it is covered by that of the message, and routers on the
    /// way have changed the hop limit without need to correct it.
    private DropReason parseEmbeddedV4() {
        var memory = ip.memory();
        int headerBytes = (Bytes.u8(memory, bodyOffset) & 0x0f) << 2;
        if (headerBytes < IpPacket.V4_HEADER_BYTES) {
            return DropReason.BAD_IP_HEADER;
        }
        if (headerBytes > bodyLength) {
            return DropReason.TRUNCATED;
        }
        embeddedPacketBytes = Bytes.u16(memory, bodyOffset + 2);
        embeddedProtocol = Bytes.u8(memory, bodyOffset + 9);
        embeddedSrcHigh = 0;
        embeddedSrcLow = IpAddress.mapped(Bytes.i32(memory, bodyOffset + 12));
        embeddedDstHigh = 0;
        embeddedDstLow = IpAddress.mapped(Bytes.i32(memory, bodyOffset + 16));
        if ((Bytes.u16(memory, bodyOffset + 6) & 0x1fff) != 0) {
            return DropReason.FRAGMENT;
        }
        return parseEmbeddedTcp(bodyOffset + headerBytes, bodyLength - headerBytes);
    }

    private DropReason parseEmbeddedV6() {
        var memory = ip.memory();
        embeddedPacketBytes = IpPacket.V6_HEADER_BYTES + Bytes.u16(memory, bodyOffset + 4);
        embeddedSrcHigh = Bytes.i64(memory, bodyOffset + 8);
        embeddedSrcLow = Bytes.i64(memory, bodyOffset + 16);
        embeddedDstHigh = Bytes.i64(memory, bodyOffset + 24);
        embeddedDstLow = Bytes.i64(memory, bodyOffset + 32);
        if (IpAddress.isV4(embeddedSrcHigh, embeddedSrcLow) || IpAddress.isV4(embeddedDstHigh, embeddedDstLow)) {
            return DropReason.BAD_IP_HEADER;
        }
        var skipped = extensions.skipEmbedded(memory, bodyOffset, bodyLength);
        if (skipped != DropReason.NONE) {
            return skipped;
        }
        embeddedProtocol = extensions.protocol();
        int end = bodyOffset + bodyLength;
        return parseEmbeddedTcp(extensions.payloadOffset(), end - extensions.payloadOffset());
    }

    private DropReason parseEmbeddedTcp(int at, int available) {
        if (embeddedProtocol != IpPacket.PROTOCOL_TCP) {
            return DropReason.NONE;
        }
        if (available < EMBEDDED_TCP_BYTES) {
            return DropReason.TRUNCATED;
        }
        var memory = ip.memory();
        embeddedSrcPort = Bytes.u16(memory, at);
        embeddedDstPort = Bytes.u16(memory, at + 2);
        embeddedSeq = Bytes.i32(memory, at + 4);
        return DropReason.NONE;
    }

    /// The packet around this message.
    public IpPacket ip() {
        return ip;
    }

    public IcmpKind kind() {
        return kind;
    }

    /// The type field; the two families number differently.
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /// The identifier of an echo.
    public int identifier() {
        return word >>> 16;
    }

    /// The sequence number of an echo.
    public int sequence() {
        return word & 0xffff;
    }

    /// The next hop's MTU in octets of a [IcmpKind#PACKET_TOO_BIG]; 0 when an old router gave none (RFC 1191
    /// §5).
    public int mtu() {
        if (ip.v4()) {
            return word & 0xffff;
        }
        return word < 0 ? Integer.MAX_VALUE : word;
    }

    /// Where echo data, or the packet that an error is about, begins in `ip().memory()`.
    public int bodyOffset() {
        return bodyOffset;
    }

    /// Octets of echo data, or of the packet that an error is about.
    public int bodyLength() {
        return bodyLength;
    }

    /// How long the packet was that an error is about, as its header says: it may not be there whole.
    public int embeddedPacketBytes() {
        return embeddedPacketBytes;
    }

    /// The protocol of the packet that an error is about.
    public int embeddedProtocol() {
        return embeddedProtocol;
    }

    /// Whether an error is about a TCP segment; otherwise ports and sequence number are 0.
    public boolean embedsTcp() {
        return kind.isError() && embeddedProtocol == IpPacket.PROTOCOL_TCP;
    }

    public long embeddedSrcHigh() {
        return embeddedSrcHigh;
    }

    /// The source of the packet that an error is about: this host, if the error is for us.
    public long embeddedSrcLow() {
        return embeddedSrcLow;
    }

    public long embeddedDstHigh() {
        return embeddedDstHigh;
    }

    public long embeddedDstLow() {
        return embeddedDstLow;
    }

    public int embeddedSrcPort() {
        return embeddedSrcPort;
    }

    public int embeddedDstPort() {
        return embeddedDstPort;
    }

    /// SEG.SEQ of the segment that an error is about: a forger must guess one that is in flight (RFC 5927
    /// §4.1).
    public int embeddedSeq() {
        return embeddedSeq;
    }
}
