package dev.levee.sim.drill;

/// Numbers in network order inside arrays, and the Internet checksum over them (RFC 1071). Written apart from
/// the engine's own, which is what is judged with it.
final class Octets {
    private Octets() {}

    static int u8(byte[] octets, int at) {
        return octets[at] & 0xff;
    }

    static int u16(byte[] octets, int at) {
        return u8(octets, at) << 8 | u8(octets, at + 1);
    }

    static int i32(byte[] octets, int at) {
        return u16(octets, at) << 16 | u16(octets, at + 2);
    }

    static void put8(byte[] octets, int at, int value) {
        octets[at] = (byte) value;
    }

    static void put16(byte[] octets, int at, int value) {
        put8(octets, at, value >>> 8);
        put8(octets, at + 1, value);
    }

    static void put32(byte[] octets, int at, int value) {
        put16(octets, at, value >>> 16);
        put16(octets, at + 2, value);
    }

    /// The sum of 16-bit words, an odd last octet padded with zero.
    static long sum(byte[] octets, int from, int to) {
        long sum = 0;
        int at = from;
        for (; at + 1 < to; at += 2) {
            sum += u16(octets, at);
        }
        return at < to ? sum + (u8(octets, at) << 8) : sum;
    }

    static int checksum(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }
}
