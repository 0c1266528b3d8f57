package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// What the IP header of one packet says: parsed once into this reused holder.
///
/// Addresses are two longs each; an IPv4 address is in its mapped form (`::ffff:a.b.c.d`, see [IpAddress]), so
/// that everything above IP is written once.
///
/// Threads: one owner. Valid while the frame is.
public final class IpPacket {
    public static final int PROTOCOL_ICMP = 1;
    public static final int PROTOCOL_TCP = 6;
    public static final int PROTOCOL_ICMP6 = 58;
    /// IPv6: nothing comes behind the headers (RFC 8200 §4.7).
    public static final int NO_NEXT_HEADER = 59;

    static final int V4_HEADER_BYTES = 20;
    static final int V6_HEADER_BYTES = 40;
    private static final long LOW_HALF = 0xffff_ffffL;

    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private MemorySegment memory = MemorySegment.NULL;
    private boolean v4;
    private boolean cutOff;
    private int protocol;
    private int protocolOffset;
    private int trafficClass;
    private int hopLimit;
    private long srcHigh;
    private long srcLow;
    private long dstHigh;
    private long dstLow;
    private int headerOffset;
    private int payloadOffset;
    private int payloadLength;
    private boolean problem;
    private boolean fragmentHeader;
    private boolean moreFragments;
    private int fragmentOffset;
    private int identification;

    /// Reads the header of the packet in `frame`. Octets behind the packet's own length (padding) are ignored.
    ///
    /// @return [DropReason#NONE]; [DropReason#FRAGMENT] for a piece of a packet, of which all methods tell; or
    ///     why the packet must be dropped, and then the other methods mean nothing
    public DropReason parse(Frame frame) {
        return parse(frame, false);
    }

    /// As [#parse], for packets from a capture, which need not look as they did on the wire: one that was cut
    /// off is read as far as it goes (see [#cutOff]); and a host that leaves work to its network card captures
    /// IPv4 headers without checksum, and with a total length of 0, which means all of the frame.
    public DropReason parseCaptured(Frame frame) {
        return parse(frame, true);
    }

    private DropReason parse(Frame frame, boolean captured) {
        memory = frame.memory();
        cutOff = false;
        problem = false;
        headerOffset = frame.offset();
        if (frame.length() < V4_HEADER_BYTES) {
            return DropReason.TRUNCATED;
        }
        return switch (Bytes.u8(memory, headerOffset) >>> 4) {
            case 4 -> parseV4(frame.length(), captured);
            case 6 -> parseV6(frame.length(), captured);
            default -> DropReason.BAD_VERSION;
        };
    }

    private DropReason parseV4(int available, boolean captured) {
        int at = headerOffset;
        long first = Bytes.i64(memory, at);
        int headerBytes = (int) (first >>> 54) & 0x3c;
        int totalBytes = (int) (first >>> 32) & 0xffff;
        if (captured && totalBytes == 0) {
            totalBytes = available;
        }
        if (headerBytes < V4_HEADER_BYTES || totalBytes < headerBytes) {
            return DropReason.BAD_IP_HEADER;
        }
        if (totalBytes > available) {
            if (!captured || headerBytes > available) {
                return DropReason.TRUNCATED;
            }
            cutOff = true;
            totalBytes = available;
        }
        long second = Bytes.i64(memory, at + 8);
        int last = Bytes.i32(memory, at + 16);
        if (!captured) {
            long sum = halves(first) + halves(second) + (last & LOW_HALF);
            int options = headerBytes - V4_HEADER_BYTES;
            if (options > 0) {
                sum += Checksum.numbers(Checksum.add(0, memory, at + V4_HEADER_BYTES, options));
            }
            if (Checksum.ofNumbers(sum) != 0) {
                return DropReason.BAD_IP_CHECKSUM;
            }
        }
        fragmentHeader = false;
        fragmentOffset = (int) (first & 0x1fff) << 3;
        moreFragments = (first & 0x2000) != 0;
        identification = (int) (first >>> 16) & 0xffff;
        v4 = true;
        trafficClass = (int) (first >>> 48) & 0xff;
        hopLimit = (int) (second >>> 56);
        protocolOffset = at + 9;
        protocol = (int) (second >>> 48) & 0xff;
        srcHigh = 0;
        srcLow = IpAddress.mapped((int) second);
        dstHigh = 0;
        dstLow = IpAddress.mapped(last);
        // RFC 9293 §3.9.2: "a TCP implementation MUST ignore options that it does not understand": all are
        // skipped.
        payloadOffset = at + headerBytes;
        payloadLength = totalBytes - headerBytes;
        return moreFragments || fragmentOffset != 0 ? DropReason.FRAGMENT : DropReason.NONE;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_HALF);
    }

    private DropReason parseV6(int available, boolean captured) {
        int at = headerOffset;
        if (available < V6_HEADER_BYTES) {
            return DropReason.TRUNCATED;
        }
        int bytes = Bytes.u16(memory, at + 4);
        if (bytes > available - V6_HEADER_BYTES) {
            if (!captured) {
                return DropReason.TRUNCATED;
            }
            cutOff = true;
            bytes = available - V6_HEADER_BYTES;
        }
        v4 = false;
        trafficClass = Bytes.u16(memory, at) >>> 4 & 0xff;
        hopLimit = Bytes.u8(memory, at + 7);
        srcHigh = Bytes.i64(memory, at + 8);
        srcLow = Bytes.i64(memory, at + 16);
        dstHigh = Bytes.i64(memory, at + 24);
        dstLow = Bytes.i64(memory, at + 32);
        // A mapped address stands for an IPv4 address inside a host and never travels: taken for one, it would
        // let a stranger speak IPv6 in the name of an IPv4 host.
        if (IpAddress.isV4(srcHigh, srcLow) || IpAddress.isV4(dstHigh, dstLow)) {
            return DropReason.BAD_IP_HEADER;
        }
        int end = at + V6_HEADER_BYTES + bytes;
        var skipped = extensions.skip(memory, at, bytes);
        fragmentHeader = extensions.fragmentOffset() != Ipv6Extensions.NONE;
        if (skipped == DropReason.FRAGMENT) {
            return parseFragment(extensions.fragmentOffset(), end);
        }
        if (skipped != DropReason.NONE) {
            problem = extensions.problemCode() != Ipv6Extensions.NONE && extensions.skipRest(memory, end);
            if (!problem) {
                return skipped;
            }
        }
        fragmentOffset = 0;
        moreFragments = false;
        protocol = extensions.protocol();
        protocolOffset = extensions.protocolOffset();
        payloadOffset = extensions.payloadOffset();
        payloadLength = end - payloadOffset;
        return skipped;
    }

    private DropReason parseFragment(int header, int end) {
        protocol = Bytes.u8(memory, header);
        protocolOffset = header;
        int field = Bytes.u16(memory, header + 2);
        fragmentOffset = field & 0xfff8;
        moreFragments = (field & 1) != 0;
        identification = Bytes.i32(memory, header + 4);
        payloadOffset = header + Ipv6Extensions.FRAGMENT_HEADER_BYTES;
        payloadLength = end - payloadOffset;
        return DropReason.FRAGMENT;
    }

    public MemorySegment memory() {
        return memory;
    }

    /// Whether the packet, dropped for [DropReason#BAD_IP_HEADER], is one that its sender is to hear of, see
    /// [IcmpWriter#parameterProblem]; then all other methods tell of it.
    public boolean hasProblem() {
        return problem;
    }

    /// The code of the parameter problem (RFC 4443 §3.4).
    int problemCode() {
        return extensions.problemCode();
    }

    /// Where in the packet the octet lies that is the problem.
    int problemPointer() {
        return extensions.problemOffset() - headerOffset;
    }

    /// Whether this is IPv4; otherwise IPv6.
    public boolean v4() {
        return v4;
    }

    /// Whether the packet was longer than what was captured of it; only after [#parseCaptured].
    public boolean cutOff() {
        return cutOff;
    }

    /// Whether there is an IPv6 fragment header, be it that of a whole packet (RFC 6946).
    public boolean fragmentHeader() {
        return fragmentHeader;
    }

    /// Of a fragment: where its payload belongs in the whole one's, in octets, a multiple of eight.
    public int fragmentOffset() {
        return fragmentOffset;
    }

    /// Of a fragment: whether it is not the last one.
    public boolean moreFragments() {
        return moreFragments;
    }

    /// Of a fragment: what all of one packet have in common, 16 bits in IPv4 and 32 in IPv6.
    public int identification() {
        return identification;
    }

    /// Of a first fragment: whether all headers are in it, that of the transport included. Later ones of IPv6
    /// begin with what the first one's headers say, so nobody may judge a packet without them (RFC 8200 §4.5).
    public boolean headersComplete() {
        return v4 || Ipv6Extensions.complete(memory, protocol, payloadOffset, payloadOffset + payloadLength);
    }

    /// Whether a number stands for an extension header of IPv6, not for a protocol.
    public static boolean isExtension(int protocol) {
        return Ipv6Extensions.isExtension(protocol);
    }

    /// The protocol of the payload, behind all extension headers; of a fragment of IPv6, what its fragment header
    /// says, which may be another extension header.
    public int protocol() {
        return protocol;
    }

    /// Where the octet that names the protocol lies in [#memory].
    public int protocolOffset() {
        return protocolOffset;
    }

    /// DSCP and ECN bits.
    public int trafficClass() {
        return trafficClass;
    }

    public int hopLimit() {
        return hopLimit;
    }

    public long srcHigh() {
        return srcHigh;
    }

    public long srcLow() {
        return srcLow;
    }

    public long dstHigh() {
        return dstHigh;
    }

    public long dstLow() {
        return dstLow;
    }

    /// Where the IP header begins in [#memory].
    public int headerOffset() {
        return headerOffset;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadLength() {
        return payloadLength;
    }

    public IpAddress source() {
        return new IpAddress(srcHigh, srcLow);
    }

    public IpAddress destination() {
        return new IpAddress(dstHigh, dstLow);
    }
}
