package dev.levee.wire;

/// An Ethernet address of 48 bits. Hot paths use its bits as they are.
///
/// Threads: any.
///
/// @param bits the six octets in the lower 48 bits, the first one highest
public record MacAddress(long bits) {
    /// All stations of a segment.
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

    private static final int OCTETS = 6;
    private static final long MASK = 0xffff_ffff_ffffL;
    private static final long GROUP = 1L << 40;
    private static final long LOCAL = 1L << 41;
    private static final long IPV6_GROUPS = 0x3333_0000_0000L;

    /// @throws IllegalArgumentException for more than 48 bits
    public MacAddress {
        if ((bits & ~MASK) != 0) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits, not more");
        }
    }

    /// Reads `02:00:5e:10:00:01`; hyphens do as well.
    ///
    /// @throws IllegalArgumentException with a sentence that names the text
    public static MacAddress parse(String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an Ethernet address; write it like 02:00:5e:10:00:01");
        }
        return new MacAddress(Long.parseLong(text.replaceAll("[:-]", ""), 16));
    }

    /// An address of one station that nobody has registered, from 46 bits of any number (IEEE 802, locally
    /// administered).
    public static MacAddress local(long random) {
        return new MacAddress(random & MASK & ~GROUP | LOCAL);
    }

    /// Whether these are the bits of a group's address, the broadcast address included.
    public static boolean isGroup(long bits) {
        return (bits & GROUP) != 0;
    }

    /// Whether these bits can be the address of one station: no group, not all zero.
    public static boolean isStation(long bits) {
        return !isGroup(bits) && bits != 0;
    }

    /// Where IPv6 packets for a group go (RFC 2464 §7).
    ///
    /// @param low the last eight octets of the group's address
    public static long ofGroupV6(long low) {
        return IPV6_GROUPS | low & 0xffff_ffffL;
    }

    /// Reads six octets.
    static long get(java.lang.foreign.MemorySegment memory, long offset) {
        return (long) Bytes.u16(memory, offset) << 32 | Bytes.i32(memory, offset + 2) & 0xffff_ffffL;
    }

    /// Writes six octets.
    static void put(java.lang.foreign.MemorySegment memory, long offset, long bits) {
        Bytes.put16(memory, offset, (int) (bits >>> 32));
        Bytes.put32(memory, offset + 2, (int) bits);
    }

    /// Whether this can be the address of one station.
    public boolean isStation() {
        return isStation(bits);
    }

    /// `02:00:5e:10:00:01`.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = OCTETS - 1; i >= 0; i--) {
            text.append(Long.toHexString(bits >>> 8 * i & 0xff | 0x100), 1, 3).append(i == 0 ? "" : ":");
        }
        return text.toString();
    }
}
