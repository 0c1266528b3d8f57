package dev.levee.wire;

/// One message of IPv6 neighbour discovery (RFC 4861): parsed once into this reused holder, with the validation
/// that §6.1 and §7.1 ask of receivers.
///
/// Redirects are recognized and not read.
///
/// Threads: one owner. What was read stays valid, for it was copied.
public final class Ndp {
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int NEIGHBOUR_SOLICITATION = 135;
    public static final int NEIGHBOUR_ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;

    /// What every message must have: no router has forwarded it.
    public static final int HOP_LIMIT = 255;

    /// Prefixes that are read of one router advertisement; more are passed over.
    public static final int PREFIXES_MAX = 8;

    static final int OPTION_SOURCE_MAC = 1;
    static final int OPTION_TARGET_MAC = 2;
    private static final int OPTION_PREFIX = 3;
    private static final int OPTION_MTU = 5;

    private static final int FLAG_ROUTER = 0x80;
    private static final int FLAG_SOLICITED = 0x40;
    private static final int FLAG_OVERRIDE = 0x20;

    /// The first fourteen octets of every solicited-node group, ff02::1:ff00:0/104, in two halves.
    static final long SOLICITED_NODE_HIGH = 0xff02_0000_0000_0000L;

    private static final long SOLICITED_NODE_LOW = 0x0000_0001_ff00_0000L;
    private static final long SOLICITED_NODE_BITS = 0xff_ffffL;

    private final Icmp icmp;
    private final long[] prefixHigh = new long[PREFIXES_MAX];
    private final long[] prefixLow = new long[PREFIXES_MAX];
    private final int[] prefixBits = new int[PREFIXES_MAX];
    private final boolean[] prefixOnLink = new boolean[PREFIXES_MAX];
    private final long[] prefixValidSeconds = new long[PREFIXES_MAX];

    private int type;
    private int flags;
    private long targetHigh;
    private long targetLow;
    private long sourceMac;
    private long targetMac;
    private int prefixCount;
    private int mtu;
    private int hopLimit;
    private int lifetimeSeconds;
    private long reachableMillis;
    private long retransMillis;

    /// A holder for the messages that `icmp` parses.
    public Ndp(Icmp icmp) {
        this.icmp = icmp;
    }

    /// The low half of the group that an address is asked for in (RFC 4291 §2.7.1); its high half is that of
    /// `ff02::`.
    public static long solicitedNodeLow(long low) {
        return SOLICITED_NODE_LOW | low & SOLICITED_NODE_BITS;
    }

    /// Whether this type of ICMPv6 message is neighbour discovery.
    public static boolean isNdp(int type) {
        return type >= ROUTER_SOLICITATION && type <= REDIRECT;
    }

    /// Reads the message that was just parsed as ICMPv6, its checksum verified.
    ///
    /// @return [DropReason#NONE], or why the message must be dropped; then the other methods mean nothing
    public DropReason parse() {
        var ip = icmp.ip();
        type = icmp.type();
        flags = 0;
        targetHigh = 0;
        targetLow = 0;
        sourceMac = 0;
        targetMac = 0;
        prefixCount = 0;
        mtu = 0;
        if (ip.hopLimit() != HOP_LIMIT || icmp.code() != 0) {
            return DropReason.BAD_NEIGHBOUR_MESSAGE;
        }
        return switch (type) {
            case ROUTER_SOLICITATION -> parseOptions(8) ? check(!unspecified() || sourceMac == 0) : bad();
            case ROUTER_ADVERTISEMENT -> parseRouter();
            case NEIGHBOUR_SOLICITATION -> parseTarget() ? checkSolicitation() : bad();
            // "If the IP Destination Address is a multicast address the Solicited flag is zero."
            case NEIGHBOUR_ADVERTISEMENT ->
                parseTarget() ? check(!(solicited() && ip.dstHigh() >>> 56 == 0xff)) : bad();
            case REDIRECT -> DropReason.NONE;
            default -> DropReason.UNKNOWN_PROTOCOL;
        };
    }

    private static DropReason bad() {
        return DropReason.BAD_NEIGHBOUR_MESSAGE;
    }

    private static DropReason check(boolean good) {
        return good ? DropReason.NONE : bad();
    }

    /// §7.1.1: who asks without an address of its own asks the group, and has no link-layer address to give.
    private DropReason checkSolicitation() {
        var ip = icmp.ip();
        if (!unspecified()) {
            return DropReason.NONE;
        }
        boolean group = ip.dstHigh() == SOLICITED_NODE_HIGH && ip.dstLow() == solicitedNodeLow(ip.dstLow());
        return check(group && sourceMac == 0);
    }

    private boolean unspecified() {
        return (icmp.ip().srcHigh() | icmp.ip().srcLow()) == 0;
    }

    private boolean parseTarget() {
        var ip = icmp.ip();
        int at = ip.payloadOffset();
        if (ip.payloadLength() < 24) {
            return false;
        }
        flags = Bytes.u8(ip.memory(), at + 4);
        targetHigh = Bytes.i64(ip.memory(), at + 8);
        targetLow = Bytes.i64(ip.memory(), at + 16);
        boolean mapped = IpAddress.isV4(targetHigh, targetLow);
        boolean multicast = targetHigh >>> 56 == 0xff;
        return !mapped && !multicast && (targetHigh | targetLow) != 0 && parseOptions(24);
    }

    /// §6.1.2: the source is the router's link-local address.
    private DropReason parseRouter() {
        var ip = icmp.ip();
        var memory = ip.memory();
        int at = ip.payloadOffset();
        if (ip.payloadLength() < 16 || ip.srcHigh() >>> 54 != 0xfe80_0000_0000_0000L >>> 54) {
            return bad();
        }
        hopLimit = Bytes.u8(memory, at + 4);
        lifetimeSeconds = Bytes.u16(memory, at + 6);
        reachableMillis = Bytes.i32(memory, at + 8) & 0xffff_ffffL;
        retransMillis = Bytes.i32(memory, at + 12) & 0xffff_ffffL;
        return check(parseOptions(16));
    }

    /// Each option names its length in units of eight octets; one without is an error of the whole message
    /// (§4.6).
    private boolean parseOptions(int from) {
        var ip = icmp.ip();
        int at = ip.payloadOffset() + from;
        int end = ip.payloadOffset() + ip.payloadLength();
        while (at < end) {
            int bytes = at + 1 < end ? Bytes.u8(ip.memory(), at + 1) << 3 : 0;
            if (bytes == 0 || bytes > end - at || !parseOption(at, bytes)) {
                return false;
            }
            at += bytes;
        }
        return true;
    }

    private boolean parseOption(int at, int bytes) {
        var memory = icmp.ip().memory();
        return switch (Bytes.u8(memory, at)) {
            case OPTION_SOURCE_MAC -> {
                sourceMac = MacAddress.get(memory, at + 2);
                yield bytes == 8 && MacAddress.isStation(sourceMac);
            }
            case OPTION_TARGET_MAC -> {
                targetMac = MacAddress.get(memory, at + 2);
                yield bytes == 8 && MacAddress.isStation(targetMac);
            }
            case OPTION_PREFIX -> bytes == 32 && parsePrefix(at);
            case OPTION_MTU -> {
                int value = Bytes.i32(memory, at + 4);
                mtu = value < 0 ? Integer.MAX_VALUE : value;
                yield bytes == 8;
            }
            // "Nodes MUST ignore unrecognized options".
            default -> true;
        };
    }

    private boolean parsePrefix(int at) {
        var memory = icmp.ip().memory();
        int bits = Bytes.u8(memory, at + 2);
        if (bits > 128) {
            return false;
        }
        if (prefixCount < PREFIXES_MAX) {
            prefixBits[prefixCount] = bits;
            prefixOnLink[prefixCount] = (Bytes.u8(memory, at + 3) & 0x80) != 0;
            prefixValidSeconds[prefixCount] = Bytes.i32(memory, at + 4) & 0xffff_ffffL;
            prefixHigh[prefixCount] = Bytes.i64(memory, at + 16);
            prefixLow[prefixCount] = Bytes.i64(memory, at + 24);
            prefixCount++;
        }
        return true;
    }

    /// Which message: [#NEIGHBOUR_SOLICITATION] and so on.
    public int type() {
        return type;
    }

    /// Whom a solicitation asks for, an advertisement tells of.
    public long targetHigh() {
        return targetHigh;
    }

    public long targetLow() {
        return targetLow;
    }

    /// Whether the advertising neighbour is a router.
    public boolean router() {
        return (flags & FLAG_ROUTER) != 0;
    }

    /// Whether an advertisement answers a solicitation.
    public boolean solicited() {
        return (flags & FLAG_SOLICITED) != 0;
    }

    /// Whether an advertisement may replace a known link-layer address.
    public boolean override() {
        return (flags & FLAG_OVERRIDE) != 0;
    }

    /// The sender's link-layer address as [MacAddress] bits; 0 when the message does not give it.
    public long sourceMac() {
        return sourceMac;
    }

    /// The target's link-layer address as [MacAddress] bits; 0 when the message does not give it.
    public long targetMac() {
        return targetMac;
    }

    /// Prefixes of a router advertisement, [#PREFIXES_MAX] at most.
    public int prefixCount() {
        return prefixCount;
    }

    public long prefixHigh(int index) {
        return prefixHigh[index];
    }

    public long prefixLow(int index) {
        return prefixLow[index];
    }

    public int prefixBits(int index) {
        return prefixBits[index];
    }

    /// Whether the addresses of the prefix are neighbours.
    public boolean prefixOnLink(int index) {
        return prefixOnLink[index];
    }

    /// How long the prefix may be used; 2^32 - 1 for ever.
    public long prefixValidSeconds(int index) {
        return prefixValidSeconds[index];
    }

    /// The link's MTU that a router advertises; 0 when it does not.
    public int mtu() {
        return mtu;
    }

    /// The hop limit that a router proposes; 0 when it does not.
    public int hopLimit() {
        return hopLimit;
    }

    /// How long the sender of an advertisement is a default router; 0: it is none.
    public int lifetimeSeconds() {
        return lifetimeSeconds;
    }

    /// How long a neighbour is reachable after a confirmation; 0: not said.
    public long reachableMillis() {
        return reachableMillis;
    }

    /// The time between solicitations; 0: not said.
    public long retransMillis() {
        return retransMillis;
    }
}
