package dev.levee.wire;

/// The link types of capture files that carry IP here, and where in their frames the IP packet begins.
///
/// Threads: any.
public final class LinkType {
    /// A 4-octet address family in the byte order of the machine that captured.
    public static final int NULL = 0;
    public static final int ETHERNET = 1;
    /// IPv4 or IPv6, told apart by the version: what Levee writes.
    public static final int RAW = 101;
    /// As [#NULL], in network order.
    public static final int LOOP = 108;
    /// Linux "cooked" capture, as the `any` device gives.
    public static final int LINUX_SLL = 113;
    public static final int IPV4 = 228;
    public static final int IPV6 = 229;
    public static final int LINUX_SLL2 = 276;

    /// RAW as older systems numbered it in files.
    private static final int RAW_BSD = 12;

    private static final int RAW_OPENBSD = 14;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int VLAN_TAGS_MAX = 4;

    private LinkType() {}

    /// Where the IP packet begins in a captured frame, or -1 when there is none or the link type is unknown.
    ///
    /// @param length octets of `frame` that were captured
    public static int ipOffset(int linkType, byte[] frame, int length) {
        return switch (linkType) {
            case ETHERNET -> behindEtherType(frame, length, 12);
            case RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6 -> ifVersion(frame, length, 0);
            case NULL, LOOP -> ifVersion(frame, length, 4);
            case LINUX_SLL -> behindEtherType(frame, length, 14);
            case LINUX_SLL2 -> isIp(frame, length, 0) ? ifVersion(frame, length, 20) : -1;
            default -> -1;
        };
    }

    /// Skips VLAN tags (802.1Q, 802.1ad and the number that came before it).
    private static int behindEtherType(byte[] frame, int length, int offset) {
        int at = offset;
        for (int tags = 0; tags < VLAN_TAGS_MAX && isVlan(frame, length, at); tags++) {
            at += 4;
        }
        return isIp(frame, length, at) ? ifVersion(frame, length, at + 2) : -1;
    }

    private static boolean isVlan(byte[] frame, int length, int at) {
        int type = etherType(frame, length, at);
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }

    private static boolean isIp(byte[] frame, int length, int at) {
        int type = etherType(frame, length, at);
        return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
    }

    private static int etherType(byte[] frame, int length, int at) {
        return at + 2 <= length ? (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff : -1;
    }

    private static int ifVersion(byte[] frame, int length, int at) {
        int version = at < length ? (frame[at] & 0xff) >>> 4 : 0;
        return version == 4 || version == 6 ? at : -1;
    }
}
