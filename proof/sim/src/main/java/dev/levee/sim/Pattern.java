package dev.levee.sim;

/// A stream of octets that depend on their position, so that every loss, repetition and exchange shows.
///
/// Threads: any.
public final class Pattern {
    private Pattern() {}

    /// The octet at a position of the stream.
    public static byte at(long position) {
        long mixed = (position ^ position >>> 8) * 0x9e37_79b9_7f4a_7c15L;
        return (byte) (mixed >>> 56);
    }

    /// The octets at `[from, from + count)`.
    public static byte[] bytes(long from, int count) {
        var octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = at(from + i);
        }
        return octets;
    }

    /// The first position, counted from 0, at which `octets` are not those at `from`; -1 when all are.
    public static int mismatch(long from, byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] != at(from + i)) {
                return i;
            }
        }
        return -1;
    }
}
