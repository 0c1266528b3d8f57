package dev.levee.tcp;

import java.util.Arrays;

/// The deadlines of one connection's [Timer]s.
///
/// Threads: shard.
final class TimerTable {
    private static final int COUNT = Timer.values().length;

    private final long[] deadlines = new long[COUNT];

    TimerTable() {
        stopAll();
    }

    void set(Timer timer, long deadlineNanos) {
        deadlines[timer.ordinal()] = deadlineNanos;
    }

    void stop(Timer timer) {
        deadlines[timer.ordinal()] = Deadlines.NONE;
    }

    void stopAll() {
        Arrays.fill(deadlines, Deadlines.NONE);
    }

    /// The deadline, or [Deadlines#NONE].
    long get(Timer timer) {
        return deadlines[timer.ordinal()];
    }

    boolean isSet(Timer timer) {
        return deadlines[timer.ordinal()] != Deadlines.NONE;
    }

    /// Whether the timer has run out; if so it is stopped.
    boolean takeDue(Timer timer, long nowNanos) {
        if (Deadlines.due(nowNanos, deadlines[timer.ordinal()])) {
            stop(timer);
            return true;
        }
        return false;
    }

    /// Whether no other timer runs.
    boolean noneBut(Timer timer) {
        for (int i = 0; i < COUNT; i++) {
            if (i != timer.ordinal() && deadlines[i] != Deadlines.NONE) {
                return false;
            }
        }
        return true;
    }

    /// The earliest deadline of all.
    long next() {
        long next = Deadlines.NONE;
        for (long deadline : deadlines) {
            next = Deadlines.earlier(next, deadline);
        }
        return next;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        for (int i = 0; i < COUNT; i++) {
            deadlines[i] = packing.deadline(deadlines[i]);
        }
    }
}
