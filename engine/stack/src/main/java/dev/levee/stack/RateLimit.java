package dev.levee.stack;

/// At most so many a second, with bursts: a token bucket kept as one point in time (the generic cell rate
/// algorithm).
///
/// Threads: shard.
final class RateLimit {
    private static final long SECOND = 1_000_000_000L;

    private final long intervalNanos;
    private final long burstNanos;
    private long emptyUntilNanos;
    private boolean used;

    /// @param perSecond the lasting rate, 1 to 10^9; 0: nothing ever
    /// @param burst how many may come at once after a rest, at least 1
    RateLimit(int perSecond, int burst) {
        intervalNanos = perSecond == 0 ? 0 : SECOND / perSecond;
        burstNanos = intervalNanos * (burst - 1);
    }

    /// Takes one, if there is one.
    boolean take(long nowNanos) {
        if (intervalNanos == 0) {
            return false;
        }
        if (!used || emptyUntilNanos - nowNanos < 0) {
            used = true;
            emptyUntilNanos = nowNanos;
        }
        if (emptyUntilNanos - nowNanos > burstNanos) {
            return false;
        }
        emptyUntilNanos += intervalNanos;
        return true;
    }
}
