package dev.levee.sim;

/// Durations for scripts and tests, and their text.
///
/// Threads: any.
public final class Times {
    public static final long MICRO = 1_000L;
    public static final long MILLI = 1_000_000L;
    public static final long SECOND = 1_000_000_000L;

    private Times() {}

    public static long micros(long count) {
        return count * MICRO;
    }

    public static long millis(long count) {
        return count * MILLI;
    }

    public static long seconds(long count) {
        return count * SECOND;
    }

    /// Seconds with as many decimals as are needed, at least three: `1.250`, `0.000004`.
    public static String format(long nanos) {
        long magnitude = Math.abs(nanos);
        var decimals =
                new StringBuilder(Long.toString(SECOND + magnitude % SECOND).substring(1));
        while (decimals.length() > 3 && decimals.charAt(decimals.length() - 1) == '0') {
            decimals.setLength(decimals.length() - 1);
        }
        return (nanos < 0 ? "-" : "") + magnitude / SECOND + "." + decimals;
    }
}
