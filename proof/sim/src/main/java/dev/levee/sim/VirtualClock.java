package dev.levee.sim;

/// Time that passes only when the simulation says so.
///
/// Threads: one owner.
public final class VirtualClock {
    private long nowNanos;

    /// A clock that stands at `startNanos`.
    public VirtualClock(long startNanos) {
        nowNanos = startNanos;
    }

    public long nowNanos() {
        return nowNanos;
    }

    /// Lets time pass. A moment that has passed already changes nothing: time never goes back.
    void advanceTo(long nanos) {
        if (nanos - nowNanos > 0) {
            nowNanos = nanos;
        }
    }
}
