package dev.levee.stack;

/// How many connections of a listener were opened fast and are not complete (RFC 7413 §5.1: the limit on "the
/// total number of pending TFO connection requests"). One that a RST ends stays in the count for a minute: a RST
/// comes from a host that did not send the SYN, so that somebody is using a stolen cookie.
///
/// Threads: shard.
final class FastOpenQueue {
    private static final long RESET_NANOS = 60_000_000_000L;

    private int pending;
    /// When the oldest reset ones leave the count: a ring that grows up to the limit.
    private long[] resets = {};
    private int first;
    private int resetCount;

    /// Whether one more is allowed.
    boolean room(long nowNanos, int max) {
        while (resetCount > 0 && nowNanos - resets[first] >= 0) {
            first = (first + 1) % resets.length;
            resetCount--;
            pending--;
        }
        return pending < max;
    }

    void opened() {
        pending++;
    }

    /// A handshake is complete, or has failed otherwise than by a RST.
    void over() {
        pending--;
    }

    /// A RST has ended one.
    void reset(long nowNanos) {
        if (resetCount == resets.length) {
            var grown = new long[Math.max(8, 2 * resets.length)];
            for (int i = 0; i < resetCount; i++) {
                grown[i] = resets[(first + i) % resets.length];
            }
            resets = grown;
            first = 0;
        }
        resets[(first + resetCount) % resets.length] = nowNanos + RESET_NANOS;
        resetCount++;
    }

    int pending() {
        return pending;
    }
}
