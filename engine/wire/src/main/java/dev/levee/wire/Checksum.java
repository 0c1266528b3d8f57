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
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private static final int LENGTH_MAX = 262_144;
    /// Below this, the preparations for vectors cost more than they save: a segment without text.
    private static final int VECTORS_MIN = 96;
    private static final long LOW_HALF = 0xffff_ffffL;

    private Checksum() {}

    /// Adds `length` octets (up to 262,144) at `offset` to an unfolded sum. An odd last octet is padded with
    /// zero on its right, so that of several pieces only the last may be odd.
    public static long add(long sum, MemorySegment memory, long offset, int length) {
        // Two int sums of at most 65,536 numbers of 16 bits each cannot overflow 32 bits unsigned.
        assert length >= 0 && length <= LENGTH_MAX : length;
        if (length < VECTORS_MIN) {
            return addFew(sum, memory, offset, length);
        }
        int high = 0;
        int low = 0;
        long at = offset;
        long end = offset + (length & ~3);
        for (; at < end; at += 4) {
            int word = memory.get(INT, at);
            low += word & 0xffff;
            high += word >>> 16;
        }
        return addLast(sum + (low & LOW_HALF) + (high & LOW_HALF), memory, at, length & 3);
    }

    private static long addFew(long sum, MemorySegment memory, long offset, int length) {
        long total = sum;
        long at = offset;
        for (long end = offset + (length & ~7); at < end; at += 8) {
            long word = memory.get(LONG, at);
            total += (word & LOW_HALF) + (word >>> 32);
        }
        if ((length & 4) != 0) {
            total += memory.get(INT, at) & LOW_HALF;
            at += 4;
        }
        return addLast(total, memory, at, length & 3);
    }

    /// The up to three octets at the end.
    private static long addLast(long sum, MemorySegment memory, long offset, int length) {
        long total = sum;
        long at = offset;
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
        return ~numbers(sum) & 0xffff;
    }

    /// An unfolded sum of memory as one 16-bit number, to be added to numbers for [#ofNumbers].
    static int numbers(long sum) {
        int folded = fold(sum);
        return LITTLE_ENDIAN ? Short.reverseBytes((short) folded) & 0xffff : folded;
    }

    /// The checksum of what is known as numbers, each of 16 or 32 bits and taken for unsigned: what was just written
    /// need not be read back before it has reached memory.
    static int ofNumbers(long sum) {
        return ~fold(sum) & 0xffff;
    }

    private static int fold(long sum) {
        long folded = (sum & LOW_HALF) + (sum >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) ((folded & 0xffff) + (folded >>> 16));
    }

    /// The sum of the pseudo header of TCP and ICMPv6, for both families. Addresses are two longs each, an IPv4
    /// address in its mapped form (see [IpAddress]); the constant that mapping adds is left out of the sum.
    public static long pseudoHeader(
            boolean v4, long srcHigh, long srcLow, long dstHigh, long dstLow, int protocol, int length) {
        return addShort(0, fold(pseudoNumbers(v4, srcHigh, srcLow, dstHigh, dstLow, protocol, length)));
    }

    /// The same as a sum of numbers, see [#ofNumbers].
    static long pseudoNumbers(
            boolean v4, long srcHigh, long srcLow, long dstHigh, long dstLow, int protocol, int length) {
        long fixed = (long) protocol + length;
        return v4
                ? fixed + (srcLow & LOW_HALF) + (dstLow & LOW_HALF)
                : fixed + words(srcHigh) + words(srcLow) + words(dstHigh) + words(dstLow);
    }

    private static long words(long value) {
        return (value >>> 32) + (value & LOW_HALF);
    }
}
