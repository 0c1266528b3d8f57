package dev.levee.wire;

/// Arithmetic on TCP sequence numbers: 32 bits that wrap (RFC 9293 §3.4).
///
/// A sequence number is a plain `int`; these are the only ways to compare two of them. Comparisons are
/// meaningful while the two numbers lie less than 2^31 apart, which the largest window (2^30) guarantees.
///
/// Threads: any.
public final class Seq {
    private Seq() {}

    /// Whether `a` comes before `b`.
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /// Whether `a` is `b` or comes before it.
    public static boolean le(int a, int b) {
        return a - b <= 0;
    }

    /// Whether `a` comes after `b`.
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /// Whether `a` is `b` or comes after it.
    public static boolean ge(int a, int b) {
        return a - b >= 0;
    }

    /// Octets from `from` to `to`: negative when `to` comes first.
    public static int distance(int from, int to) {
        return to - from;
    }

    /// Whether `seq` is one of the `size` numbers that begin at `start`. A window of no size holds nothing.
    public static boolean inWindow(int seq, int start, int size) {
        return Integer.compareUnsigned(seq - start, size) < 0;
    }

    /// Whether `low <= seq <= high`.
    public static boolean between(int seq, int low, int high) {
        return Integer.compareUnsigned(seq - low, high - low) <= 0;
    }

    /// The later of two.
    public static int max(int a, int b) {
        return lt(a, b) ? b : a;
    }

    /// The earlier of two.
    public static int min(int a, int b) {
        return lt(a, b) ? a : b;
    }
}
