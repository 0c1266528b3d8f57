package dev.levee.tcp;

/// Points in time as `long` nanoseconds of an arbitrary origin, compared by subtraction so that they may wrap.
///
/// Threads: any.
public final class Deadlines {
    /// No deadline. Not a point in time: test for it before comparing.
    public static final long NONE = Long.MAX_VALUE;

    private Deadlines() {}

    /// Whether a deadline is set and has come.
    public static boolean due(long nowNanos, long deadlineNanos) {
        return deadlineNanos != NONE && deadlineNanos - nowNanos <= 0;
    }

    /// The earlier of two, either of which may be [#NONE].
    public static long earlier(long a, long b) {
        if (a == NONE || b == NONE) {
            return a == NONE ? b : a;
        }
        return a - b <= 0 ? a : b;
    }

    /// The later of two points in time, neither of them [#NONE].
    static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }

    /// The point `delayNanos` after `nowNanos`; never [#NONE] by accident.
    public static long after(long nowNanos, long delayNanos) {
        long deadline = nowNanos + delayNanos;
        return deadline == NONE ? NONE - 1 : deadline;
    }
}
