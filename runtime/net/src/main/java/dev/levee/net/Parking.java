package dev.levee.net;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waiting of application threads: parked, so that a virtual thread gives its carrier back.
///
/// Who waits stores itself where its waker looks, checks once more whether it must wait, and only then parks;
/// its waker changes the state first and looks for a waiter afterwards. Both stores are volatile: one of the
/// two sees the other.
///
/// Threads: application.
final class Parking {
    /// Durations beyond it are no limit.
    private static final long NANOS_MAX = Long.MAX_VALUE / 2;

    private Parking() {}

    /// A duration as nanoseconds; 0 stays 0, and very long ones become `Long.MAX_VALUE`: no limit.
    ///
    /// @throws IllegalArgumentException when it is negative
    static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a timeout must not be negative, but is " + duration);
        }
        return duration.compareTo(Duration.ofNanos(NANOS_MAX)) > 0 ? Long.MAX_VALUE : duration.toNanos();
    }

    /// The point where `limitNanos` from now are over. Meaningless for `Long.MAX_VALUE`.
    static long deadline(long limitNanos) {
        return System.nanoTime() + limitNanos;
    }

    /// Parks until woken, for whatever reason, or until the deadline.
    ///
    /// @param limitNanos `Long.MAX_VALUE` for no limit
    /// @return false, without parking, when the deadline has come
    static boolean park(Object blocker, long limitNanos, long deadlineNanos) {
        if (limitNanos == Long.MAX_VALUE) {
            LockSupport.park(blocker);
            return true;
        }
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        LockSupport.parkNanos(blocker, left);
        return true;
    }
}
