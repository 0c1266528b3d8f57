package dev.levee.guard;

/// Limits of a [SynGate]. Immutable.
///
/// @param bytesMax native memory for half-open rows, at least [SynCache#BUCKET_BYTES]
/// @param highRows rows from which on the table is under pressure: handshakes have only [#pressedMillis], and their
///     SYN-ACKs are not sent again
/// @param lowRows rows from which down it no longer is, below `highRows`
/// @param prefixRows rows of one source prefix (/24, /48) from which on the same holds for that prefix
/// @param pressedMillis what a handshake has under pressure, in milliseconds: at least 1,000
/// @param retransmissionsPerSecond SYN-ACKs that one source prefix may cause to be sent again, 1 to 1,000
/// @param retransmissionsBurst how many of them at once after a rest, 1 to 10,000
/// @param consumedMax cookies that have completed a handshake and are remembered until they are too old: for 64 s those
///     of 1,024 handshakes a second need 65,536; where there are more, the oldest are forgotten first
public record GuardConfig(
        long bytesMax,
        int highRows,
        int lowRows,
        int prefixRows,
        int pressedMillis,
        int retransmissionsPerSecond,
        int retransmissionsBurst,
        int consumedMax) {
    /// 84 MiB for a million rows; pressure from half of them on, and until a quarter are left.
    public static final GuardConfig DEFAULT =
            new GuardConfig(84L << 20, 1 << 19, 1 << 18, 4_096, 3_000, 50, 200, 1 << 16);

    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public GuardConfig {
        range("bytesMax", bytesMax, SynCache.BUCKET_BYTES, 1L << 40);
        range("highRows", highRows, 1, 1 << 28);
        range("prefixRows", prefixRows, 1, 1 << 28);
        range("pressedMillis", pressedMillis, 1_000, 600_000);
        range("retransmissionsPerSecond", retransmissionsPerSecond, 1, 1_000);
        range("retransmissionsBurst", retransmissionsBurst, 1, 10_000);
        range("consumedMax", consumedMax, 1, 1 << 26);
        if (lowRows < 0 || lowRows >= highRows) {
            throw new IllegalArgumentException("lowRows must lie below highRows, which is " + highRows
                    + ", so that the alarm ends before it begins again, but is " + lowRows);
        }
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must lie in " + min + ".." + max + ", but is " + value);
        }
    }

    /// These with another budget; the watermarks keep their share of it.
    public GuardConfig withBytesMax(long bytes) {
        range("bytesMax", bytes, SynCache.BUCKET_BYTES, 1L << 40);
        long rows = bytes / SynCache.BUCKET_BYTES * SynCache.BUCKET_ROWS;
        int high = (int) Math.max(1, rows * 2 / 5);
        return new GuardConfig(
                bytes,
                high,
                high / 2,
                prefixRows,
                pressedMillis,
                retransmissionsPerSecond,
                retransmissionsBurst,
                consumedMax);
    }
}
