package dev.levee.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Field after field of a [Tcb], into few octets or back out of them. The same calls do both: each takes a field's
/// value, which counts while packing, and returns what the field is to be, so that the two cannot disagree.
///
/// Before each eight fields stands an octet that says which of them are not what they usually are. Only of those
/// something follows: a number in groups of seven bits, times and sequence numbers as their distance from a base.
///
/// Threads: shard.
final class Packing {
    private static final int FIELDS = 8;
    private static final int MORE = 0x80;
    private static final int GROUP_BITS = 7;

    private byte[] octets = new byte[512];
    private int at;
    private int maskAt;
    private int field = FIELDS;
    private boolean unpacks;

    private long baseNanos;
    private int baseSeq;

    /// What is called next packs.
    void pack() {
        begin(false);
    }

    /// What is called next unpacks these octets.
    void unpack(byte[] from) {
        begin(true);
        if (octets.length < from.length) {
            octets = new byte[from.length];
        }
        System.arraycopy(from, 0, octets, 0, from.length);
    }

    private void begin(boolean unpacking) {
        unpacks = unpacking;
        at = 0;
        field = FIELDS;
        baseNanos = 0;
        baseSeq = 0;
    }

    /// What was packed.
    ///
    /// @param before an array that may be used again, or null
    byte[] packed(byte @Nullable [] before) {
        if (before == null || before.length < at || before.length - at > Long.BYTES) {
            return Arrays.copyOf(octets, at);
        }
        System.arraycopy(octets, 0, before, 0, at);
        return before;
    }

    boolean flag(boolean value) {
        return present(value);
    }

    int number(int value) {
        return (int) number((long) value);
    }

    long number(long value) {
        return present(value != 0) ? distance(value) : 0;
    }

    /// A number that is mostly the same one.
    int number(int value, int usual) {
        return (int) number((long) value, usual);
    }

    long number(long value, long usual) {
        return present(value != usual) ? distance(value) : usual;
    }

    double real(double value) {
        // Most fractions have few bits, and those on top.
        return Double.longBitsToDouble(Long.reverseBytes(number(Long.reverseBytes(Double.doubleToRawLongBits(value)))));
    }

    /// A point in time near which others lie.
    long baseNanos(long value) {
        baseNanos = number(value);
        return baseNanos;
    }

    /// A point in time, or 0.
    long nanos(long value) {
        return present(value != 0) ? baseNanos + distance(value - baseNanos) : 0;
    }

    long deadline(long value) {
        return present(value != Deadlines.NONE) ? baseNanos + distance(value - baseNanos) : Deadlines.NONE;
    }

    /// A sequence number near which others lie.
    int baseSeq(int value) {
        baseSeq = number(value);
        return baseSeq;
    }

    /// A sequence number, or 0.
    int seq(int value) {
        return present(value != 0) ? baseSeq + (int) distance(value - baseSeq) : 0;
    }

    /// Says, or hears, of the next field whether anything follows.
    private boolean present(boolean is) {
        if (field == FIELDS) {
            field = 0;
            maskAt = at;
            if (!unpacks) {
                room();
                octets[at] = 0;
            }
            at++;
        }
        int bit = 1 << field++;
        if (unpacks) {
            return (octets[maskAt] & bit) != 0;
        }
        if (is) {
            octets[maskAt] |= (byte) bit;
        }
        return is;
    }

    private long distance(long value) {
        if (unpacks) {
            return unpackedDistance();
        }
        // The sign is the lowest bit, so that what is near 0 is short on both sides.
        long rest = value << 1 ^ value >> Long.SIZE - 1;
        do {
            room();
            long more = rest >>> GROUP_BITS;
            octets[at++] = (byte) (rest & MORE - 1 | (more == 0 ? 0 : MORE));
            rest = more;
        } while (rest != 0);
        return value;
    }

    private long unpackedDistance() {
        long bits = 0;
        int shift = 0;
        byte octet;
        do {
            octet = octets[at++];
            bits |= (long) (octet & MORE - 1) << shift;
            shift += GROUP_BITS;
        } while ((octet & MORE) != 0);
        return bits >>> 1 ^ -(bits & 1);
    }

    private void room() {
        if (at == octets.length) {
            octets = Arrays.copyOf(octets, 2 * at);
        }
    }
}
