package dev.levee.tcp;

/// What an open connection gives back when it has had nothing to say for a while, so that very many can be open and
/// idle: the memory that is kept ready for the next write.
///
/// The timer is lazy, as with [KeepAlive]: text that is sent or received sets it only while it is not set, and when it
/// fires too early it is set anew.
///
/// Threads: shard.
final class Rest {
    private Rest() {}

    /// Text goes out or has come in, or is about to.
    static void disturb(Tcb tcb, long nowNanos) {
        tcb.resting = false;
        tcb.disturbedNanos = nowNanos;
        long restNanos = tcb.config.restNanos();
        if (restNanos > 0 && !tcb.timers.isSet(Timer.REST)) {
            tcb.timers.set(Timer.REST, Deadlines.after(nowNanos, restNanos));
        }
    }

    /// Runs what is due.
    static void run(Tcb tcb, long nowNanos) {
        if (!tcb.timers.takeDue(Timer.REST, nowNanos)) {
            return;
        }
        long restNanos = tcb.config.restNanos();
        if (restNanos == 0) {
            // The user has switched it off since the timer was set.
            return;
        }
        if (tcb.snd.unacknowledged()) {
            tcb.timers.set(Timer.REST, Deadlines.after(nowNanos, restNanos));
        } else if (nowNanos - tcb.disturbedNanos < restNanos) {
            tcb.timers.set(Timer.REST, Deadlines.after(tcb.disturbedNanos, restNanos));
        } else {
            tcb.resting = true;
            tcb.snd.recordEnds = null;
            ReceiveGrowth.giveBack(tcb);
            if (tcb.snd.ring != null || tcb.rcv.ring != null) {
                tcb.events |= TcpEvents.RESTING;
            }
        }
    }
}
