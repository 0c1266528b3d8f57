package dev.levee.link;

/// Decides between a thread that is about to sleep and others that want it awake, so that no call is lost and
/// nobody pays for waking a thread that is up.
///
/// Both sides write their own flag first and read the other's then, in the total order of volatile accesses: at
/// least one of them sees the other.
///
/// Threads: [#wake] any; the rest the sleeper.
final class WakeFlag {
    private volatile boolean asleep;
    private volatile boolean woken;

    /// Says that the sleeper is about to sleep. Its own conditions are to be looked at after this, once more.
    ///
    /// @return false when it was woken already and must not sleep
    boolean beginSleep() {
        asleep = true;
        return !woken;
    }

    /// Forgets all calls so far. Whatever the callers did before they called is visible after this.
    void endSleep() {
        asleep = false;
        // Read first: the flag is rarely set, and a write would take the cache line from the others.
        if (woken) {
            woken = false;
        }
    }

    /// Ends a sleep that goes on now, or the next one.
    ///
    /// @return whether the sleeper may be asleep and has to be woken in the caller's way
    boolean wake() {
        woken = true;
        return asleep;
    }

    /// Whether the sleeper is, or is about to be, asleep: for those who changed one of its conditions.
    boolean asleep() {
        return asleep;
    }
}
