package dev.levee.sim.drill.system;

import org.jspecify.annotations.Nullable;

/// A system call that was begun.
public interface PendingCall {
    /// Its outcome; null while it blocks.
    @Nullable
    Result result();

    /// When it returned, in the target's time. Only after [#result] has said something.
    long endNanos();
}
