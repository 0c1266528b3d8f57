package dev.levee.tcp;

/// Keep-alive (RFC 9293 §3.8.4): whether a peer from which nothing is heard is still there.
///
/// The timer is lazy: what arrives only notes the time, and a deadline that comes too early is set anew. So
/// it costs a store per segment, also while it is off: the user may ask later how long the silence has
/// lasted. What answers a probe sets it anew: a connection that only asks and hears has nothing to do but
/// that.
///
/// Threads: shard.
final class KeepAlive {
    private KeepAlive() {}

    /// The connection is open, or the user has changed the settings.
    static void start(Tcb tcb) {
        tcb.timers.stop(Timer.KEEP_ALIVE);
        tcb.keepAliveProbes = 0;
        tcb.pending &= ~Tcb.KEEP_ALIVE_DUE;
        if (tcb.config.keepAlive() && watched(tcb.state)) {
            wait(tcb, Deadlines.after(tcb.heardNanos, tcb.config.keepAliveIdleNanos()));
        }
    }

    /// The states in which the peer is to be there. In TIME-WAIT it may be gone.
    private static boolean watched(TcpState state) {
        return switch (state) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, TIME_WAIT -> false;
        };
    }

    private static void wait(Tcb tcb, long deadlineNanos) {
        tcb.timers.set(Timer.KEEP_ALIVE, deadlineNanos);
    }

    /// An acceptable segment arrived: the peer is there.
    static void heard(Tcb tcb, long nowNanos) {
        tcb.heardNanos = nowNanos;
        if (tcb.keepAliveProbes > 0) {
            tcb.keepAliveProbes = 0;
            wait(tcb, again(tcb.config, nowNanos, tcb.timers.get(Timer.KEEP_ALIVE)));
        }
    }

    /// When a peer that has answered is asked again: not before the interval is over.
    ///
    /// @param intervalEndNanos when the next probe would have gone out had it not answered
    static long again(TcpConfig config, long heardNanos, long intervalEndNanos) {
        return Deadlines.later(intervalEndNanos, Deadlines.after(heardNanos, config.keepAliveIdleNanos()));
    }

    /// Runs what is due.
    static void run(Tcb tcb, long nowNanos) {
        if (!tcb.timers.takeDue(Timer.KEEP_ALIVE, nowNanos)) {
            return;
        }
        var config = tcb.config;
        long idleNanos = config.keepAliveIdleNanos();
        // "Keep-alive packets MUST only be sent when no sent data is outstanding, and no data or acknowledgment
        // packets have been received for the connection within an interval": until then the retransmission
        // timer or the window probes find out.
        if (tcb.snd.unacknowledged()) {
            tcb.keepAliveProbes = 0;
            wait(tcb, Deadlines.after(nowNanos, idleNanos));
            return;
        }
        long silentSince = tcb.heardNanos + idleNanos;
        if (tcb.keepAliveProbes == 0 && nowNanos - silentSince < 0) {
            wait(tcb, silentSince);
            return;
        }
        if (over(config, tcb.keepAliveProbes, nowNanos - tcb.heardNanos)) {
            var which = config.userTimeoutNanos() > 0 ? CloseCause.Timeout.USER : CloseCause.Timeout.KEEP_ALIVE;
            tcb.close(TcpEvent.GIVE_UP, tcb.timedOut(which), true);
            return;
        }
        tcb.keepAliveProbes++;
        tcb.pending |= Tcb.KEEP_ALIVE_DUE;
        tcb.context.counters().count(TcpCounters.KEEP_ALIVE_PROBES);
        wait(tcb, Deadlines.after(nowNanos, config.keepAliveIntervalNanos()));
    }

    /// Whether the peer was asked often enough, or, if the user has said for how long, more than once and
    /// for so long: "... failure to respond to any specific probe MUST NOT be interpreted as a dead
    /// connection."
    static boolean over(TcpConfig config, int probes, long silentNanos) {
        long userNanos = config.userTimeoutNanos();
        return userNanos > 0 ? probes > 1 && silentNanos >= userNanos : probes >= config.keepAliveProbes();
    }
}
