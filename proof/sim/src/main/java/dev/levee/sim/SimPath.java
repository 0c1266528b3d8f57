package dev.levee.sim;

import dev.levee.path.ImpairedPath;
import dev.levee.tcp.Deadlines;

/// One direction between two hosts.
///
/// Threads: the simulation's.
final class SimPath {
    private final SimHost from;
    private final SimHost to;
    private final ImpairedPath path;
    private boolean replaced;
    private long heldUntilNanos = Deadlines.NONE;

    SimPath(SimHost from, SimHost to, ImpairedPath path) {
        this.from = from;
        this.to = to;
        this.path = path;
    }

    SimHost from() {
        return from;
    }

    SimHost to() {
        return to;
    }

    ImpairedPath path() {
        return path;
    }

    boolean joins(SimHost from, SimHost to) {
        return this.from == from && this.to == to && !replaced;
    }

    /// Takes no more packets; those under way still arrive.
    void replace() {
        replaced = true;
    }

    boolean drained() {
        return replaced && path.pending() == 0;
    }

    /// Keeps everything back until then.
    void hold(long untilNanos) {
        heldUntilNanos = untilNanos;
    }

    /// When the next packet comes out.
    long nextDeadline() {
        return later(later(path.nextDeadline(), heldUntilNanos), to.pausedUntilNanos());
    }

    static long later(long deadlineNanos, long untilNanos) {
        boolean held =
                deadlineNanos != Deadlines.NONE && untilNanos != Deadlines.NONE && untilNanos - deadlineNanos > 0;
        return held ? untilNanos : deadlineNanos;
    }
}
