package dev.levee.stack;

/// Runs of bits in an array of words.
///
/// Threads: as the array.
final class Bits {
    private Bits() {}

    /// How many of the bits in `[from, to)` are set.
    static int count(long[] words, int from, int to) {
        int sum = 0;
        for (int word = from >>> 6; word << 6 < to; word++) {
            sum += Long.bitCount(words[word] & mask(word, from, to));
        }
        return sum;
    }

    /// Sets the bits in `[from, to)`.
    static void set(long[] words, int from, int to) {
        for (int word = from >>> 6; word << 6 < to; word++) {
            words[word] |= mask(word, from, to);
        }
    }

    private static long mask(int word, int from, int to) {
        int first = word << 6;
        long mask = -1L;
        if (from > first) {
            mask &= -1L << from - first;
        }
        if (to - first < 64) {
            mask &= (1L << to - first) - 1;
        }
        return mask;
    }
}
