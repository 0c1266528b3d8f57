package dev.levee.stack;

import dev.levee.wire.SipHash;

/// At most so many in a second, where nobody may learn from what he gets how many others have got.
///
/// A limit that all share is a side channel: who uses it up, and knows it, counts what is left for him (CVE-2016-5696,
/// CVE-2020-25705). So each second's number is drawn: the mean, less half of it, and twice a number between nothing and
/// that half. The sum of two has no edge at which one more or less would show at once. The draw is a function of a
/// secret and of the second by the host's clock, so it cannot be had again by asking again, and no second begins when
/// somebody wants it to.
///
/// Threads: shard.
final class DrawnLimit {
    private static final long SECOND = 1_000_000_000L;
    private static final long LOW_HALF = 0xffff_ffffL;

    private final SipHash chance;
    private final int use;
    private final int mean;
    private boolean begun;
    private long second;
    private int left;

    /// @param use different limits with one key draw different numbers
    /// @param mean the lasting rate, 0 to 2^30; 0: nothing ever
    DrawnLimit(SipHash chance, int use, int mean) {
        this.chance = chance;
        this.use = use;
        this.mean = mean;
    }

    /// Takes one, if there is one.
    boolean take(long nowNanos) {
        long current = Math.floorDiv(nowNanos, SECOND);
        if (!begun || current != second) {
            begun = true;
            second = current;
            left = drawn();
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    private int drawn() {
        int half = mean / 2;
        long bits = chance.hash(second, 0, 0, 0, use);
        long first = (bits >>> 32) * (half + 1) >>> 32;
        long other = (bits & LOW_HALF) * (half + 1) >>> 32;
        return mean - half + (int) (first + other);
    }
}
