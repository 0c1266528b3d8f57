package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Builds the messages of IPv6 neighbour discovery that a host sends (RFC 4861 §4), and the reports by which it
/// joins groups (RFC 3810): whole IPv6 packets, without the frame's header. Nothing is allocated.
///
/// Threads: any; each frame has one owner.
public final class NdpWriter {
    /// Groups that one report may hold: what fits into the smallest MTU.
    public static final int GROUPS_MAX = (1280 - IpPacket.V6_HEADER_BYTES - 8 - 8) / 20;

    private static final int FLAG_SOLICITED = 0x4000_0000;
    private static final int FLAG_OVERRIDE = 0x2000_0000;

    /// All nodes, and all routers, of a segment: ff02::1 and ff02::2.
    private static final long ALL_NODES_LOW = 1;

    private static final long ALL_ROUTERS_LOW = 2;
    /// Who listens to reports: ff02::16.
    private static final long ALL_MLD_ROUTERS_LOW = 0x16;

    private static final int MLD_REPORT = 143;
    private static final int MLD_IS_EXCLUDE = 2;
    private static final int MLD_CHANGE_TO_EXCLUDE = 4;
    private static final int PROTOCOL_HOP_BY_HOP = 0;
    /// Next header, length 0 (8 octets), Router Alert for MLD (RFC 2711), two octets of padding.
    private static final long ROUTER_ALERT = (long) IpPacket.PROTOCOL_ICMP6 << 56 | 0x0502_0000_0100L;

    private NdpWriter() {}

    /// Asks who has an address (§4.3).
    ///
    /// @param srcHigh our address; unspecified while it is not sure to be ours (RFC 4862 §5.4.2)
    /// @param unicast whether to ask the target itself, which is known already, or the group
    /// @param mac our link-layer address; 0 with an unspecified source
    public static void solicit(
            Frame out, long srcHigh, long srcLow, long targetHigh, long targetLow, boolean unicast, long mac) {
        int bytes = begin(out, Ndp.NEIGHBOUR_SOLICITATION, 0, targetHigh, targetLow, Ndp.OPTION_SOURCE_MAC, mac);
        long dstHigh = unicast ? targetHigh : Ndp.SOLICITED_NODE_HIGH;
        long dstLow = unicast ? targetLow : Ndp.solicitedNodeLow(targetLow);
        finish(out, bytes, srcHigh, srcLow, dstHigh, dstLow);
    }

    /// Answers who has an address of ours (§4.4, §7.2.4).
    public static void advertise(Frame out, long targetHigh, long targetLow, long mac, long toHigh, long toLow) {
        int flags = FLAG_SOLICITED | FLAG_OVERRIDE;
        int bytes = begin(out, Ndp.NEIGHBOUR_ADVERTISEMENT, flags, targetHigh, targetLow, Ndp.OPTION_TARGET_MAC, mac);
        finish(out, bytes, targetHigh, targetLow, toHigh, toLow);
    }

    /// Tells everybody, unasked, who has an address of ours (§7.2.6).
    public static void announce(Frame out, long targetHigh, long targetLow, long mac) {
        int bytes = begin(
                out, Ndp.NEIGHBOUR_ADVERTISEMENT, FLAG_OVERRIDE, targetHigh, targetLow, Ndp.OPTION_TARGET_MAC, mac);
        finish(out, bytes, targetHigh, targetLow, Ndp.SOLICITED_NODE_HIGH, ALL_NODES_LOW);
    }

    /// Asks routers to show themselves (§4.1).
    public static void solicitRouters(Frame out, long srcHigh, long srcLow, long mac) {
        out.clear();
        var memory = out.memory();
        int at = out.offset() + IpPacket.V6_HEADER_BYTES;
        Bytes.put64(memory, at, (long) Ndp.ROUTER_SOLICITATION << 56);
        putMac(memory, at + 8, Ndp.OPTION_SOURCE_MAC, mac);
        finish(out, 16, srcHigh, srcLow, Ndp.SOLICITED_NODE_HIGH, ALL_ROUTERS_LOW);
    }

    /// @return octets of the message
    private static int begin(Frame out, int type, int flags, long targetHigh, long targetLow, int option, long mac) {
        out.clear();
        var memory = out.memory();
        int at = out.offset() + IpPacket.V6_HEADER_BYTES;
        Bytes.put32(memory, at, type << 24);
        Bytes.put32(memory, at + 4, flags);
        Bytes.put64(memory, at + 8, targetHigh);
        Bytes.put64(memory, at + 16, targetLow);
        if (mac == 0) {
            return 24;
        }
        putMac(memory, at + 24, option, mac);
        return 32;
    }

    private static void putMac(MemorySegment memory, int at, int option, long mac) {
        Bytes.put16(memory, at, option << 8 | 1);
        MacAddress.put(memory, at + 2, mac);
    }

    private static void finish(Frame out, int bytes, long srcHigh, long srcLow, long dstHigh, long dstLow) {
        var memory = out.memory();
        checksum(memory, out.offset() + IpPacket.V6_HEADER_BYTES, bytes, srcHigh, srcLow, dstHigh, dstLow);
        IpHeader.write(
                memory,
                out.offset(),
                false,
                IpPacket.PROTOCOL_ICMP6,
                0,
                Ndp.HOP_LIMIT,
                bytes,
                srcHigh,
                srcLow,
                dstHigh,
                dstLow);
        out.set(out.offset(), IpPacket.V6_HEADER_BYTES + bytes);
    }

    private static void checksum(
            MemorySegment memory, int at, int bytes, long srcHigh, long srcLow, long dstHigh, long dstLow) {
        long pseudo = Checksum.pseudoHeader(false, srcHigh, srcLow, dstHigh, dstLow, IpPacket.PROTOCOL_ICMP6, bytes);
        Bytes.put16(memory, at + 2, 0);
        Bytes.put16(memory, at + 2, Checksum.finish(Checksum.add(pseudo, memory, at, bytes)));
    }

    /// Begins a report of the solicited-node groups of our addresses (RFC 3810 §5.2): that this host listens to
    /// them, whoever speaks. Bridges that watch such reports forward to us only what we have reported.
    public static void beginReport(Frame out) {
        out.clear();
        int at = out.offset() + IpPacket.V6_HEADER_BYTES;
        var memory = out.memory();
        Bytes.put64(memory, at, ROUTER_ALERT);
        Bytes.put64(memory, at + 8, (long) MLD_REPORT << 56);
        out.set(out.offset(), IpPacket.V6_HEADER_BYTES + 16);
    }

    /// Adds the group of an address to a report, [#GROUPS_MAX] times at most.
    ///
    /// @param low the last eight octets of the address
    /// @param asked whether this answers a query with what is so; otherwise it tells that the group was joined
    ///     (§5.2.12)
    public static void reportGroupOf(Frame out, long low, boolean asked) {
        var memory = out.memory();
        int count = out.offset() + IpPacket.V6_HEADER_BYTES + 8 + 6;
        int at = out.offset() + out.length();
        Bytes.put16(memory, count, Bytes.u16(memory, count) + 1);
        Bytes.put32(memory, at, (asked ? MLD_IS_EXCLUDE : MLD_CHANGE_TO_EXCLUDE) << 24);
        Bytes.put64(memory, at + 4, Ndp.SOLICITED_NODE_HIGH);
        Bytes.put64(memory, at + 12, Ndp.solicitedNodeLow(low));
        out.set(out.offset(), out.length() + 20);
    }

    /// Completes a report.
    ///
    /// @param srcHigh a link-local address of ours, or unspecified while there is none (RFC 3810 §5.2.13)
    public static void finishReport(Frame out, long srcHigh, long srcLow) {
        int payload = out.length() - IpPacket.V6_HEADER_BYTES;
        var memory = out.memory();
        int at = out.offset() + IpPacket.V6_HEADER_BYTES + 8;
        long dstHigh = Ndp.SOLICITED_NODE_HIGH;
        checksum(memory, at, payload - 8, srcHigh, srcLow, dstHigh, ALL_MLD_ROUTERS_LOW);
        IpHeader.write(
                memory,
                out.offset(),
                false,
                PROTOCOL_HOP_BY_HOP,
                0,
                1,
                payload,
                srcHigh,
                srcLow,
                dstHigh,
                ALL_MLD_ROUTERS_LOW);
    }
}
