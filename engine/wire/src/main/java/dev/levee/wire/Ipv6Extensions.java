package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Walks over the extension headers of an IPv6 packet (RFC 8200 §4) to the payload behind them.
///
/// Threads: one owner.
final class Ipv6Extensions {
    /// More than any honest packet carries: the work for one packet has a bound.
    static final int EXTENSIONS_MAX = 8;

    static final int NONE = -1;
    static final int FRAGMENT_HEADER_BYTES = 8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int NEXT_HEADER_OFFSET = 6;

    private int problemCode = NONE;
    private int problemOffset;
    private int protocol;
    private int protocolOffset;
    private int payloadOffset;
    private int fragmentOffset;

    /// Walks over the headers of a packet that this host received; its fixed header has been checked.
    ///
    /// @param headerOffset where the IPv6 header begins
    /// @param payloadBytes the payload length field: octets behind the IPv6 header
    DropReason skip(MemorySegment memory, int headerOffset, int payloadBytes) {
        return skip(memory, headerOffset, payloadBytes, true);
    }

    /// Walks over the headers of a packet inside an ICMP error: its end may be missing, and it was never meant
    /// for this host.
    ///
    /// @param availableBytes octets that are there, the IPv6 header counted
    DropReason skipEmbedded(MemorySegment memory, int headerOffset, int availableBytes) {
        return skip(memory, headerOffset, availableBytes - IpPacket.V6_HEADER_BYTES, false);
    }

    private DropReason skip(MemorySegment memory, int headerOffset, int payloadBytes, boolean received) {
        protocolOffset = headerOffset + NEXT_HEADER_OFFSET;
        fragmentOffset = NONE;
        problemCode = NONE;
        payloadOffset = headerOffset + IpPacket.V6_HEADER_BYTES;
        protocol = Bytes.u8(memory, protocolOffset);
        int end = payloadOffset + payloadBytes;
        for (int count = 0; isExtension(protocol); count++) {
            int left = end - payloadOffset;
            if (left < 8 || count == EXTENSIONS_MAX) {
                return received ? DropReason.BAD_IP_HEADER : DropReason.TRUNCATED;
            }
            if (received && protocol == HOP_BY_HOP && count > 0) {
                // RFC 8200 §4.1: that header is "restricted to appear immediately after an IPv6 header only". Elsewhere
                // its number is, by §4, as one that nobody knows: "ICMP Code value of 1".
                return problem(1, protocolOffset);
            }
            int bytes = bytes(memory, protocol, payloadOffset);
            if (bytes > left) {
                return received ? DropReason.BAD_IP_HEADER : DropReason.TRUNCATED;
            }
            if (protocol == FRAGMENT) {
                fragmentOffset = payloadOffset;
            }
            var verdict = received ? judge(memory, bytes) : judgeEmbedded(memory);
            if (verdict != DropReason.NONE) {
                return verdict;
            }
            protocolOffset = payloadOffset;
            protocol = Bytes.u8(memory, payloadOffset);
            payloadOffset += bytes;
        }
        return DropReason.NONE;
    }

    private DropReason judge(MemorySegment memory, int bytes) {
        return switch (protocol) {
            // RFC 8200 §4.5: a fragment that is the whole packet (offset and M flag zero) "should be processed
            // as a fully reassembled packet".
            case FRAGMENT -> isWhole(memory) ? DropReason.NONE : DropReason.FRAGMENT;
            // A node that does not know the routing type may only pass over the header when no segments are
            // left (RFC 8200 §4.4); this host is no router, and type 0 is dead (RFC 5095).
            case ROUTING -> Bytes.u8(memory, payloadOffset + 3) == 0 ? DropReason.NONE : problem(0, payloadOffset + 2);
            default -> judgeOptions(memory, bytes);
        };
    }

    private DropReason judgeEmbedded(MemorySegment memory) {
        // The first fragment of a packet still has its transport header; later ones do not.
        boolean later = protocol == FRAGMENT && Bytes.u16(memory, payloadOffset + 2) >>> 3 != 0;
        return later ? DropReason.FRAGMENT : DropReason.NONE;
    }

    private boolean isWhole(MemorySegment memory) {
        return (Bytes.u16(memory, payloadOffset + 2) & 0xfff9) == 0;
    }

    /// No option is implemented beyond padding: the two highest bits of an option's type say whether that is a
    /// reason to drop the packet (RFC 8200 §4.2).
    private DropReason judgeOptions(MemorySegment memory, int bytes) {
        int at = payloadOffset + 2;
        int end = payloadOffset + bytes;
        while (at < end) {
            int type = Bytes.u8(memory, at);
            if (type == 0) {
                at++;
                continue;
            }
            if (at + 1 == end) {
                return DropReason.BAD_IP_HEADER;
            }
            // "00 - skip over this option", "01 - discard the packet", the others: also send "an ICMP Parameter
            // Problem, Code 2, message to the packet's Source Address, pointing to the unrecognized Option Type"; 11
            // not to groups, to which nothing is answered here anyway.
            if (type >>> 6 != 0) {
                return type >>> 6 == 1 ? DropReason.BAD_IP_HEADER : problem(2, at);
            }
            at += 2 + Bytes.u8(memory, at + 1);
        }
        return at == end ? DropReason.NONE : DropReason.BAD_IP_HEADER;
    }

    /// A mistake that the sender is to hear of.
    private DropReason problem(int code, int offset) {
        problemCode = code;
        problemOffset = offset;
        return DropReason.BAD_IP_HEADER;
    }

    /// Goes on to the end of the headers although one of them is bad.
    ///
    /// @return whether there is an end, and no fragment header, so that the protocol is known
    boolean skipRest(MemorySegment memory, int end) {
        for (int count = 0; isExtension(protocol); count++) {
            int left = end - payloadOffset;
            if (left < 8 || count == EXTENSIONS_MAX || protocol == FRAGMENT) {
                return false;
            }
            int bytes = bytes(memory, protocol, payloadOffset);
            if (bytes > left) {
                return false;
            }
            protocol = Bytes.u8(memory, payloadOffset);
            payloadOffset += bytes;
        }
        return true;
    }

    /// The fragment header has no length field: that octet is reserved.
    private static int bytes(MemorySegment memory, int header, int at) {
        return header == FRAGMENT ? FRAGMENT_HEADER_BYTES : Bytes.u8(memory, at + 1) + 1 << 3;
    }

    /// Whether all headers of a packet, the one behind the extensions included, lie in `[from, end)` (RFC 8200
    /// §4.5 asks it of a first fragment). Of a protocol that nobody here speaks nothing is asked.
    static boolean complete(MemorySegment memory, int firstHeader, int from, int end) {
        int header = firstHeader;
        int at = from;
        for (int count = 0; isExtension(header); count++) {
            if (end - at < 8 || count == EXTENSIONS_MAX) {
                return false;
            }
            int next = Bytes.u8(memory, at);
            at += bytes(memory, header, at);
            header = next;
        }
        int least = switch (header) {
            case IpPacket.PROTOCOL_TCP -> Segment.HEADER_BYTES;
            case IpPacket.PROTOCOL_ICMP6 -> Icmp.HEADER_BYTES;
            default -> 0;
        };
        return end - at >= least;
    }

    static boolean isExtension(int header) {
        return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT || header == DESTINATION_OPTIONS;
    }

    /// The code of the parameter problem that the sender is to hear of; [#NONE] without one.
    int problemCode() {
        return problemCode;
    }

    /// Where the octet lies that is the problem.
    int problemOffset() {
        return problemOffset;
    }

    int protocol() {
        return protocol;
    }

    /// Where the octet lies that names the protocol.
    int protocolOffset() {
        return protocolOffset;
    }

    /// Where the last fragment header lies; [#NONE] without one.
    int fragmentOffset() {
        return fragmentOffset;
    }

    int payloadOffset() {
        return payloadOffset;
    }
}
