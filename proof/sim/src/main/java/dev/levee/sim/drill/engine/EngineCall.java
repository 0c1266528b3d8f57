package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Result;
import dev.levee.tcp.Deadlines;
import org.jspecify.annotations.Nullable;

/// A system call under way: tried again after everything that happens, until it says something.
///
/// Threads: the run's.
final class EngineCall implements PendingCall {
    /// One try.
    @FunctionalInterface
    interface Attempt {
        /// The outcome; null while the call blocks.
        @Nullable
        Result now();
    }

    private final Attempt attempt;
    private @Nullable Attempt atDeadline;
    private long deadlineNanos = Deadlines.NONE;
    private @Nullable Result result;
    private long endNanos;

    EngineCall(Attempt attempt) {
        this.attempt = attempt;
    }

    /// A call that returns at once.
    static EngineCall of(Result result) {
        return new EngineCall(() -> result);
    }

    /// When waiting is over, and what it returns then.
    EngineCall until(long nanos, Attempt otherwise) {
        deadlineNanos = nanos;
        atDeadline = otherwise;
        return this;
    }

    long deadlineNanos() {
        return result == null ? deadlineNanos : Deadlines.NONE;
    }

    /// @return whether it has ended just now
    boolean retry(long nowNanos) {
        if (result != null) {
            return false;
        }
        result = attempt.now();
        if (result == null && atDeadline != null && Deadlines.due(nowNanos, deadlineNanos)) {
            result = atDeadline.now();
        }
        endNanos = nowNanos;
        return result != null;
    }

    @Override
    public @Nullable Result result() {
        return result;
    }

    @Override
    public long endNanos() {
        return endNanos;
    }
}
