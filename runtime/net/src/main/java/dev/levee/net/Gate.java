package dev.levee.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// Lets one thread at a time into a ring, and says when the last one has left for good: only then may the
/// ring's memory go to somebody else. The shard can hold it for the moment in which it takes back what it had lent.
///
/// Threads: any; `enter` and `leave` by one thread at a time; `hold` and `release` by the shard.
final class Gate {
    private static final int INSIDE = 1;
    private static final int SHUT = 2;
    private static final int HELD = 4;
    private static final int SPINS = 100;
    private static final long PAUSE_NANOS = 1_000;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Gate.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state;

    /// Goes in.
    ///
    /// @return false when the gate is shut
    boolean enter() {
        for (int tries = 0; !STATE.compareAndSet(this, 0, INSIDE); tries++) {
            if (isShut()) {
                return false;
            }
            // Held: for a few instructions of the shard.
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return true;
    }

    /// Keeps everybody out until [#release], if nobody is inside and it is open.
    ///
    /// @return whether it does
    boolean hold() {
        return STATE.compareAndSet(this, 0, HELD);
    }

    /// The end of [#hold].
    void release() {
        STATE.getAndBitwiseAnd(this, ~HELD);
    }

    /// Goes out.
    ///
    /// @return whether the gate was shut meanwhile: the caller was the last one inside and has to say so
    boolean leave() {
        return (int) STATE.getAndBitwiseAnd(this, ~INSIDE) == (INSIDE | SHUT);
    }

    /// Lets nobody in any more.
    ///
    /// @return whether nobody is inside and it was open until now: the caller has to say that the last one is
    ///     out
    boolean shut() {
        return ((int) STATE.getAndBitwiseOr(this, SHUT) & ~HELD) == 0;
    }

    boolean isShut() {
        return (state & SHUT) != 0;
    }
}
