package dev.levee.stack;

import dev.levee.wire.DropReason;

/// What became of received packets: each is counted once, under [DropReason#NONE] when it was delivered to a
/// connection or answered, or is a fragment that waits for others. So the sum is the number of packets received.
///
/// Threads: one writer; other threads may read and see values that are a little old.
public final class DropCounters {
    private final long[] values = new long[DropReason.values().length];

    DropCounters() {}

    void count(DropReason reason) {
        values[reason.ordinal()]++;
    }

    public long get(DropReason reason) {
        return values[reason.ordinal()];
    }

    /// Packets received: the sum of all reasons.
    public long total() {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }

    /// Packets dropped: all but [DropReason#NONE].
    public long dropped() {
        return total() - get(DropReason.NONE);
    }
}
