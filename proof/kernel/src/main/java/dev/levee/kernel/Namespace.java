package dev.levee.kernel;

import java.lang.foreign.Arena;

/// A network namespace of its own, with two threads inside: one that configures, and one that makes the
/// script's system calls and may be stuck in one. It has no name, and ends with its threads, sockets and
/// devices, however the process ends.
///
/// Threads: one owner.
final class Namespace {
    static final long CLONE_NEWNET = 0x4000_0000L;

    private final Worker keeper;
    private final Worker caller;

    private Namespace(Worker keeper, Worker caller) {
        this.keeper = keeper;
        this.caller = caller;
    }

    /// @param calls the calling thread's
    static Namespace make(Native calls) {
        var keeper = new Worker("levee-kernel-keeper");
        try {
            var caller = keeper.ask(() -> {
                try (var arena = Arena.ofConfined()) {
                    new Native(arena).must("unshare(CLONE_NEWNET)", Function.UNSHARE, CLONE_NEWNET);
                }
                return new Worker("levee-kernel-caller");
            });
            return new Namespace(keeper, caller);
        } catch (RuntimeException e) {
            keeper.end(calls);
            throw e;
        }
    }

    /// For set-up, settings and what only threads inside can read.
    Worker keeper() {
        return keeper;
    }

    /// For the script's calls.
    Worker caller() {
        return caller;
    }

    void endThreads(Native calls) {
        try {
            caller.end(calls);
        } finally {
            keeper.end(calls);
        }
    }
}
