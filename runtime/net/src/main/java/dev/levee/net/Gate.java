package dev.levee.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Lets one thread at a time into a ring, and says when the last one has left for good: only then may the
/// ring's memory go to somebody else.
///
/// Threads: any; `enter` and `leave` by one thread at a time.
final class Gate {
    private static final int INSIDE = 1;
    private static final int SHUT = 2;
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
        return STATE.compareAndSet(this, 0, INSIDE);
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
        return (int) STATE.getAndBitwiseOr(this, SHUT) == 0;
    }

    boolean isShut() {
        return (state & SHUT) != 0;
    }
}
