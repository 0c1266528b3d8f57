package dev.levee.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
///
/// Sums are kept unfolded in a `long` and in the machine's own byte order; only [#finish] folds, complements
/// and gives the 16 bits in network order. The loop over 32-bit words is the plainest one, with `int` sums:
/// the compiler turns it into vectors, and twice as wide ones as it would for `long` sums.
///
/// Threads: any.
public final class Checksum {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private static final int LENGTH_MAX = 262_144;

    private Checksum() {}

    /// Adds `length` octets (up to 262,144) at `offset` to an unfolded sum. An odd last octet is padded with
    /// zero on its right, so that of several pieces only the last may be odd.
    public static long add(long sum, MemorySegment memory, long offset, int length) {
        // Two int sums of at most 65,536 numbers of 16 bits each cannot overflow 32 bits unsigned.
        assert length >= 0 && length <= LENGTH_MAX : length;
        int high = 0;
        int low = 0;
        long at = offset;
        long end = offset + (length & ~3);
        for (; at < end; at += 4) {
            int word = memory.get(INT, at);
            low += word & 0xffff;
            high += word >>> 16;
        }
        long total = sum + (low & 0xffffffffL) + (high & 0xffffffffL);
        if ((length & 2) != 0) {
            total += memory.get(SHORT, at) & 0xffff;
            at += 2;
        }
        if ((length & 1) != 0) {
            int octet = memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
            total += LITTLE_ENDIAN ? octet : octet << 8;
        }
        return total;
    }

    /// Adds a 16-bit number given in network order (a length, a protocol) to an unfolded sum.
    public static long addShort(long sum, int value) {
        return sum + (LITTLE_ENDIAN ? Short.reverseBytes((short) value) & 0xffff : value & 0xffff);
    }

    /// Folds, complements, and gives the checksum as the 16-bit number to be stored in network order.
    ///
    /// Over data that contains a right checksum the result is 0.
    public static int finish(long sum) {
        long folded = (sum & 0xffffffffL) + (sum >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        int checksum = (int) ~folded & 0xffff;
        return LITTLE_ENDIAN ? Short.reverseBytes((short) checksum) & 0xffff : checksum;
    }

    /// The sum of the pseudo header of TCP and ICMPv6, for both families. Addresses are two longs each, an IPv4
    /// address in its mapped form (see [IpAddress]); the constant that mapping adds is left out of the sum.
    public static long pseudoHeader(
            boolean v4, long srcHigh, long srcLow, long dstHigh, long dstLow, int protocol, int length) {
        long sum;
        if (v4) {
            sum = words((int) srcLow) + words((int) dstLow);
        } else {
            sum = words(srcHigh) + words(srcLow) + words(dstHigh) + words(dstLow);
        }
        sum += protocol + (length >>> 16) + (length & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return addShort(0, (int) sum);
    }

    private static long words(long value) {
        return (value >>> 48) + (value >>> 32 & 0xffff) + (value >>> 16 & 0xffff) + (value & 0xffff);
    }

    private static long words(int value) {
        return (value >>> 16 & 0xffffL) + (value & 0xffffL);
    }
}
