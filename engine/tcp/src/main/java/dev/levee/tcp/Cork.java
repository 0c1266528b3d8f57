package dev.levee.tcp;

/// What waits because the user has said that more is to come (RFC 9293 §3.9.1.2, PUSH left to the user): with a
/// cork until it is taken out, with a write that more follows until the next one.
///
/// Threads: shard.
final class Cork {
    private Cork() {}

    /// Full segments only (true), or everything again.
    static void set(Tcb tcb, boolean on) {
        tcb.corked = on;
        if (!on) {
            release(tcb, tcb.snd.written);
        }
    }

    /// Nagle off (true) or on.
    static void noDelay(Tcb tcb, boolean on) {
        tcb.noDelay = on;
        if (on) {
            release(tcb, tcb.snd.written);
        }
    }

    /// Text before that position waits for no cork, also for none that comes later. What shares its segment goes along.
    static void release(Tcb tcb, long end) {
        if (end > next(tcb)) {
            tcb.releasedEnd = Math.max(tcb.releasedEnd, end);
        }
    }

    /// Whether the text that is sent next waits.
    static boolean holds(Tcb tcb) {
        return (tcb.corked || tcb.moreComes) && tcb.releasedEnd <= next(tcb);
    }

    private static long next(Tcb tcb) {
        return tcb.snd.written - tcb.snd.unsent();
    }
}
