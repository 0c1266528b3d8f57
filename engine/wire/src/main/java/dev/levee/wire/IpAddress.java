package dev.levee.wire;

/// An IPv4 or IPv6 address as two longs. IPv4 is kept in its mapped form, `::ffff:a.b.c.d` (RFC 4291
/// §2.5.5.2), so that one table and one comparison serve both families.
///
/// Threads: any.
///
/// @param high the first eight octets
/// @param low the last eight octets
public record IpAddress(long high, long low) {
    private static final long MAPPED = 0xffff_0000_0000L;

    /// `0.0.0.0`.
    public static final IpAddress ANY_V4 = ofV4(0);
    /// `::`.
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /// The low half of the mapped form of an IPv4 address.
    public static long mapped(int v4) {
        return MAPPED | v4 & 0xffffffffL;
    }

    /// Whether two halves hold an IPv4 address.
    public static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /// An IPv4 address from its 32 bits.
    public static IpAddress ofV4(int address) {
        return new IpAddress(0, mapped(address));
    }

    /// Reads a literal: `198.18.0.2`, `2001:db8::2`, `::ffff:198.18.0.2` (which is the IPv4 address). No zone,
    /// no name.
    ///
    /// @throws IllegalArgumentException with a sentence that names the text
    public static IpAddress parse(String text) {
        return AddressText.parse(text);
    }

    /// An address from its 4 or 16 octets in network order.
    ///
    /// @throws IllegalArgumentException for any other length
    public static IpAddress of(byte[] octets) {
        if (octets.length == 4) {
            return ofV4((int) number(octets, 0, 4));
        }
        if (octets.length == 16) {
            return new IpAddress(number(octets, 0, 8), number(octets, 8, 16));
        }
        throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length);
    }

    private static long number(byte[] octets, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value << 8 | octets[i] & 0xff;
        }
        return value;
    }

    public boolean isV4() {
        return isV4(high, low);
    }

    /// The 32 bits of an IPv4 address.
    public int v4() {
        assert isV4() : this;
        return (int) low;
    }

    /// The unspecified address of either family.
    public boolean isAny() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /// Whether this is a group address: 224.0.0.0/4 or ff00::/8.
    public boolean isMulticast() {
        return isV4() ? v4() >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /// Whether this is 255.255.255.255. The directed broadcast of a network is [Cidr#broadcast].
    public boolean isBroadcast() {
        return isV4() && v4() == -1;
    }

    public boolean isLoopback() {
        return isV4() ? v4() >>> 24 == 127 : high == 0 && low == 1;
    }

    /// 4 or 16 octets in network order.
    public byte[] toBytes() {
        int length = isV4() ? 4 : 16;
        var octets = new byte[length];
        for (int i = 0; i < length; i++) {
            int fromEnd = length - 1 - i;
            octets[i] = (byte) (fromEnd < 8 ? low >>> 8 * fromEnd : high >>> 8 * (fromEnd - 8));
        }
        return octets;
    }

    /// The text form: dotted for IPv4, RFC 5952 for IPv6.
    @Override
    public String toString() {
        return AddressText.format(this);
    }
}
