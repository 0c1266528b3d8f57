package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Builds the ICMP and ICMPv6 messages that a host answers with. Nothing is allocated.
///
/// The packet answered must have been parsed by [IpPacket] and still be there; its frame is not the one
/// written to. Whether an answer is within the host's rate is the caller's matter.
///
/// Threads: any; each frame has one owner.
public final class IcmpWriter {
    /// RFC 1812 §4.3.2.3: as much of the packet as fits into 576 octets.
    private static final int V4_ERROR_BYTES_MAX = 576;
    /// RFC 4443 §2.4 (c): as much of the packet as fits into the smallest MTU.
    private static final int V6_ERROR_BYTES_MAX = 1280;

    private static final int HOP_LIMIT = 64;

    private IcmpWriter() {}

    /// Answers an echo request: the same identifier, sequence number and data, from the address that was asked.
    ///
    /// @param request a good message of kind [IcmpKind#ECHO_REQUEST]
    /// @return whether the answer was written: not if it does not fit, nor to a group's address or from one
    public static boolean echoReply(Icmp request, Frame out) {
        var ip = request.ip();
        int messageBytes = Icmp.HEADER_BYTES + request.bodyLength();
        int headerBytes = IpHeader.bytes(ip.v4());
        if (headerBytes + messageBytes > out.capacity() || !answerable(ip)) {
            return false;
        }
        out.clear();
        var memory = out.memory();
        int at = out.offset() + headerBytes;
        MemorySegment.copy(ip.memory(), ip.payloadOffset(), memory, at, messageBytes);
        Bytes.put8(memory, at, ip.v4() ? 0 : 129);
        Bytes.put8(memory, at + 1, 0);
        finish(ip, ip.trafficClass(), ip.dstHigh(), ip.dstLow(), out, messageBytes);
        return true;
    }

    /// Says that nobody listens at the port the packet was for.
    ///
    /// @param mtu of the link that the message leaves by; no error is longer, and none is sent in fragments
    /// @return whether the message was written; see [#mayReport]
    public static boolean portUnreachable(IpPacket offending, int mtu, Frame out) {
        return offending.v4() ? error(offending, 3, 3, 0, mtu, out) : error(offending, 1, 4, 0, mtu, out);
    }

    /// Says that this host does not speak the packet's protocol; in IPv6 this is a parameter problem that
    /// points at the octet which names it.
    ///
    /// @return whether the message was written; see [#mayReport]
    public static boolean protocolUnreachable(IpPacket offending, int mtu, Frame out) {
        return offending.v4()
                ? error(offending, 3, 2, 0, mtu, out)
                : error(offending, 4, 1, offending.protocolOffset() - offending.headerOffset(), mtu, out);
    }

    /// Says what is wrong with the extension headers of a packet of IPv6 (RFC 8200 §4.2, §4.4), see
    /// [IpPacket#hasProblem].
    ///
    /// @return whether the message was written; see [#mayReport]
    public static boolean parameterProblem(IpPacket offending, int mtu, Frame out) {
        return error(offending, 4, offending.problemCode(), offending.problemPointer(), mtu, out);
    }

    /// Says what is wrong with a fragment of IPv6 (RFC 8200 §4.5).
    ///
    /// @param code 0: a field is wrong; 3: a first fragment lacks headers (RFC 7112 §5)
    /// @param pointer where in the packet the field begins
    /// @return whether the message was written; see [#mayReport]
    public static boolean fragmentProblem(IpPacket fragment, int code, int pointer, int mtu, Frame out) {
        return mayReportFragment(fragment) && error(fragment, 4, code, pointer, mtu, out);
    }

    /// Says that the rest of a packet did not come in time, about its first fragment (RFC 1122 §3.3.2, RFC 8200 §4.5).
    ///
    /// @param first may be cut off
    /// @return whether the message was written; see [#mayReport]
    public static boolean reassemblyTimeExceeded(IpPacket first, int mtu, Frame out) {
        return mayReportFragment(first) && error(first, first.v4() ? 11 : 3, 1, 0, mtu, out);
    }

    /// Of a fragment it must be certain that it is no ICMP error: behind another header, or in a later fragment, that
    /// cannot be seen.
    private static boolean mayReportFragment(IpPacket fragment) {
        boolean seen = fragment.fragmentOffset() == 0 || fragment.protocol() == IpPacket.PROTOCOL_TCP;
        return seen && (fragment.v4() || !IpPacket.isExtension(fragment.protocol()));
    }

    /// Says that the next link carries `mtu` octets only: what a router does.
    ///
    /// @param routerHigh the router's address in two halves, IPv4 in mapped form
    /// @return whether the message was written; see [#mayReport]
    public static boolean packetTooBig(IpPacket offending, int mtu, long routerHigh, long routerLow, Frame out) {
        int type = offending.v4() ? 3 : 2;
        int code = offending.v4() ? 4 : 0;
        return error(offending, type, code, mtu, routerHigh, routerLow, V6_ERROR_BYTES_MAX, out);
    }

    /// Whether an error about the packet may be sent at all (RFC 1122 §3.2.2, RFC 4443 §2.4 (e)): never about
    /// an ICMP error, to or about a group's address, or to nobody. Broadcast addresses of a network are for the
    /// caller to know.
    public static boolean mayReport(IpPacket offending) {
        return answerable(offending) && !isIcmpError(offending);
    }

    private static boolean answerable(IpPacket ip) {
        return isUnicast(ip.srcHigh(), ip.srcLow()) && isUnicast(ip.dstHigh(), ip.dstLow());
    }

    private static boolean isUnicast(long high, long low) {
        if (IpAddress.isV4(high, low)) {
            int v4 = (int) low;
            // 224.0.0.0/4 are groups, 240.0.0.0/4 are reserved and hold 255.255.255.255.
            return v4 != 0 && v4 >>> 28 < 0xe;
        }
        return high >>> 56 != 0xff && (high | low) != 0;
    }

    /// A message too short to have a type is taken for an error.
    private static boolean isIcmpError(IpPacket ip) {
        if (ip.v4()) {
            if (ip.protocol() != IpPacket.PROTOCOL_ICMP) {
                return false;
            }
            int type = ip.payloadLength() > 0 ? Bytes.u8(ip.memory(), ip.payloadOffset()) : 3;
            return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
        }
        if (ip.protocol() != IpPacket.PROTOCOL_ICMP6) {
            return false;
        }
        int type = ip.payloadLength() > 0 ? Bytes.u8(ip.memory(), ip.payloadOffset()) : 1;
        // ICMPv6 errors have types below 128; 137 is a redirect.
        return type < 128 || type == 137;
    }

    private static boolean error(IpPacket offending, int type, int code, int word, int mtu, Frame out) {
        return error(offending, type, code, word, offending.dstHigh(), offending.dstLow(), mtu, out);
    }

    private static boolean error(
            IpPacket offending, int type, int code, int word, long fromHigh, long fromLow, int mtu, Frame out) {
        if (!mayReport(offending)) {
            return false;
        }
        int headerBytes = IpHeader.bytes(offending.v4());
        int most = Math.min(mtu, offending.v4() ? V4_ERROR_BYTES_MAX : V6_ERROR_BYTES_MAX);
        int room = Math.min(out.capacity(), most);
        int packetBytes = offending.payloadOffset() + offending.payloadLength() - offending.headerOffset();
        int copiedBytes = Math.min(packetBytes, room - headerBytes - Icmp.HEADER_BYTES);
        out.clear();
        var memory = out.memory();
        int at = out.offset() + headerBytes;
        Bytes.put32(memory, at, type << 24 | code << 16);
        Bytes.put32(memory, at + 4, word);
        MemorySegment.copy(offending.memory(), offending.headerOffset(), memory, at + Icmp.HEADER_BYTES, copiedBytes);
        finish(offending, 0, fromHigh, fromLow, out, Icmp.HEADER_BYTES + copiedBytes);
        return true;
    }

    /// Writes the checksum and the IP header, which goes back to where the packet came from.
    private static void finish(
            IpPacket ip, int trafficClass, long fromHigh, long fromLow, Frame out, int messageBytes) {
        boolean v4 = ip.v4();
        long toHigh = ip.srcHigh();
        long toLow = ip.srcLow();
        int protocol = v4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6;
        var memory = out.memory();
        int headerBytes = IpHeader.bytes(v4);
        int at = out.offset() + headerBytes;
        long pseudo = v4 ? 0 : Checksum.pseudoHeader(false, fromHigh, fromLow, toHigh, toLow, protocol, messageBytes);
        Bytes.put16(memory, at + 2, 0);
        Bytes.put16(memory, at + 2, Checksum.finish(Checksum.add(pseudo, memory, at, messageBytes)));
        IpHeader.write(
                memory,
                out.offset(),
                v4,
                protocol,
                trafficClass,
                HOP_LIMIT,
                messageBytes,
                fromHigh,
                fromLow,
                toHigh,
                toLow);
        out.set(out.offset(), headerBytes + messageBytes);
    }
}
