package dev.levee.tcp;

/// When something is sent again without being asked for: the retransmission timer (RFC 6298 §5), zero-window
/// probes (RFC 9293 §3.8.6.1), and giving up (R2, RFC 9293 §3.8.3).
///
/// At most one of the timers RETRANSMIT and PERSIST runs: PERSIST while the window is closed or too small to
/// be used, RETRANSMIT while something is outstanding otherwise.
///
/// Threads: shard.
final class RetransmitTimer {
    /// The most that there is between two window probes: half of R2, a quarter when one was not answered.
    private static final int ANSWERED_SHARE = 2;

    private static final int SILENT_SHARE = 4;

    private RetransmitTimer() {}

    /// RFC 6298 (5.1): something was sent. The timer starts unless it runs.
    static void sent(Tcb tcb, long nowNanos) {
        if (tcb.snd.sndWnd > 0) {
            tcb.timers.stop(Timer.PERSIST);
        }
        if (!tcb.timers.isSet(Timer.RETRANSMIT) && !tcb.timers.isSet(Timer.PERSIST)) {
            startRetransmit(tcb, nowNanos);
        }
    }

    /// Fast recovery has sent the oldest segment again: its acknowledgement takes a round trip from now on, which the
    /// timer, started when it was first sent or before, would not wait for.
    static void oldestSentAgain(Tcb tcb, long nowNanos) {
        if (!tcb.timers.isSet(Timer.PERSIST)) {
            startRetransmit(tcb, nowNanos);
        }
    }

    /// R2 may have become shorter: it ends the wait that goes on now, too. Or longer: a timer that was to give up would
    /// be taken for a retransmission timeout that came too early, and runs from now on instead.
    ///
    /// @param beforeNanos what [#r2Nanos] was
    static void limitChanged(Tcb tcb, long nowNanos, long beforeNanos) {
        if (r2Nanos(tcb) == beforeNanos) {
            return;
        }
        if (!tcb.timers.isSet(Timer.RETRANSMIT)) {
            tcb.refusal.limitChanged(r2Nanos(tcb));
            grantAgain(tcb);
            probeSooner(tcb, nowNanos);
            return;
        }
        long deadline = tcb.timers.get(Timer.RETRANSMIT);
        boolean over = nowNanos - tcb.progressNanos >= beforeNanos;
        if (over || deadline == tcb.refusal.end(tcb.progressNanos, beforeNanos)) {
            deadline = Deadlines.after(nowNanos, tcb.rtt.rtoNanos(tcb.config));
        }
        long giveUp = Deadlines.after(tcb.progressNanos, r2Nanos(tcb));
        deadline = Deadlines.earlier(deadline, giveUp - nowNanos > 0 ? giveUp : Deadlines.after(nowNanos, 0));
        tcb.timers.set(Timer.RETRANSMIT, tcb.refusal.granted(deadline));
    }

    /// RFC 6298 (5.2) and (5.3): new data was acknowledged.
    static void restart(Tcb tcb, long nowNanos) {
        tcb.timers.stop(Timer.RETRANSMIT);
        if (tcb.snd.outstanding() && !tcb.timers.isSet(Timer.PERSIST)) {
            startRetransmit(tcb, nowNanos);
        }
    }

    /// The window may have closed or opened.
    ///
    /// @param windowBefore SND.WND before
    static void windowChanged(Tcb tcb, long nowNanos, int windowBefore) {
        var snd = tcb.snd;
        if (!tcb.state.synchronised()) {
            return;
        }
        if (!snd.unacknowledged()) {
            // A probe was taken, and with it all that there was: nothing is asked any more.
            tcb.refusal.ended();
            tcb.timers.stop(Timer.PERSIST);
            tcb.pending &= ~Tcb.PROBE_DUE;
        } else if (snd.sndWnd == 0) {
            closed(tcb, nowNanos, windowBefore);
        } else if (tcb.timers.isSet(Timer.PERSIST)) {
            opened(tcb, nowNanos, windowBefore);
        }
    }

    private static void closed(Tcb tcb, long nowNanos, int windowBefore) {
        tcb.refusal.closed(nowNanos, windowBefore);
        if (tcb.timers.isSet(Timer.PERSIST)) {
            // It has waited for a small window to grow.
            if (windowBefore > 0) {
                tcb.refusal.smallWindowWaits(true);
            }
            schedule(tcb);
            return;
        }
        if (tcb.snd.outstanding()) {
            tcb.refusal.unanswered(nowNanos, tcb.progressNanos, tcb.timers.get(Timer.RETRANSMIT), r2Nanos(tcb));
        }
        tcb.rttTimed = false;
        LossRecovery.windowCloses(tcb);
        tcb.timers.stop(Timer.RETRANSMIT);
        persist(tcb, nowNanos);
    }

    /// The window is open, perhaps still too small to be used.
    private static void opened(Tcb tcb, long nowNanos, int windowBefore) {
        long unansweredSince = windowBefore == 0 ? tcb.refusal.opened(nowNanos) : tcb.progressNanos;
        if (tcb.snd.outstanding()) {
            tcb.timers.stop(Timer.PERSIST);
            tcb.progressNanos = unansweredSince;
            startRetransmit(tcb, nowNanos);
            resume(tcb, nowNanos);
        } else if (tcb.probes == 1 && tcb.refusal.smallWindowWaits()) {
            // The timeout for which a small window is waited with was over when it was closed for a moment.
            tcb.timers.stop(Timer.PERSIST);
            useSmallWindow(tcb);
        } else if (tcb.probes > 0) {
            // What is sent stops the timer. What is too small for that waits for no longer than a timeout, however
            // often the window changes.
            tcb.probes = 0;
            tcb.refusal.smallWindowWaits(false);
            startPersist(tcb, nowNanos, ANSWERED_SHARE);
        } else {
            schedule(tcb);
        }
    }

    /// The window was closed for less than a timeout: what the timer had waited for before that counts, so that
    /// it rings after as much time with an open window, however often that closes, unless it was to end the
    /// connection and R2 is longer now. Where R2 is over it rings
    /// now, unless there was a timeout granted: who opens the window for less than one at a time would never
    /// be given up.
    private static void resume(Tcb tcb, long nowNanos) {
        long r2Left = r2Nanos(tcb) - (nowNanos - tcb.progressNanos);
        long left = tcb.refusal.timerLeftNanos(r2Left);
        if (r2Left <= 0) {
            tcb.timers.set(Timer.RETRANSMIT, tcb.refusal.granted(Deadlines.after(nowNanos, 0)));
        } else if (tcb.probes == 0 && left != Refusal.NO_TIMER) {
            long deadline = Deadlines.earlier(tcb.timers.get(Timer.RETRANSMIT), Deadlines.after(nowNanos, left));
            tcb.timers.set(Timer.RETRANSMIT, tcb.refusal.granted(deadline));
        }
    }

    /// Data waits for a window, and nothing is outstanding whose acknowledgement could open it.
    static void persist(Tcb tcb, long nowNanos) {
        if (!tcb.timers.isSet(Timer.PERSIST) && !tcb.timers.isSet(Timer.RETRANSMIT)) {
            tcb.progressNanos = nowNanos;
            tcb.probes = 0;
            tcb.refusal.smallWindowWaits(false);
            if (tcb.snd.sndWnd == 0) {
                // It was so before, too: no time with an open window is to be left out.
                tcb.refusal.closed(nowNanos, 0);
            }
            // RFC 9293 §3.8.6.1: the first probe "when a zero window has existed for the retransmission
            // timeout period".
            startPersist(tcb, nowNanos, ANSWERED_SHARE);
        }
    }

    private static void startPersist(Tcb tcb, long nowNanos, int share) {
        tcb.refusal.probeAt(probeNanos(tcb, nowNanos, share));
        schedule(tcb);
    }

    /// A single probe that is lost, or its answer, does not end the connection: there are three in the time of R2,
    /// where a quarter of that is a timeout.
    private static long probeNanos(Tcb tcb, long nowNanos, int share) {
        long most = Math.max(r2Nanos(tcb) / share, tcb.rtt.firstRtoNanos(tcb.config));
        return Deadlines.after(nowNanos, Math.min(most, tcb.rtt.probeNanos(tcb.probes, tcb.config)));
    }

    /// The timer rings for the next probe, or before it when the peer has taken nothing, or answered nothing, for too
    /// long. A probe has a timeout to be answered in.
    private static void schedule(Tcb tcb) {
        long deadline = Deadlines.earlier(tcb.refusal.probeAtNanos(), tcb.refusal.until(tcb));
        if (!tcb.refusal.nothingAsked()) {
            long patience = Math.max(r2Nanos(tcb), tcb.rtt.firstRtoNanos(tcb.config));
            deadline = Deadlines.earlier(deadline, Deadlines.after(tcb.progressNanos, patience));
        }
        tcb.timers.set(Timer.PERSIST, deadline);
    }

    private static void probeSooner(Tcb tcb, long nowNanos) {
        if (tcb.timers.isSet(Timer.PERSIST)) {
            int share = tcb.refusal.nothingAsked() ? ANSWERED_SHARE : SILENT_SHARE;
            tcb.refusal.probeAt(Deadlines.earlier(tcb.refusal.probeAtNanos(), probeNanos(tcb, nowNanos, share)));
            schedule(tcb);
        }
    }

    /// The peer has taken something: how long it may take nothing is counted anew.
    static void taken(Tcb tcb, long nowNanos) {
        tcb.refusal.taken(tcb, nowNanos);
        grantAgain(tcb);
        if (tcb.refusal.until(tcb) != Deadlines.NONE) {
            startPersist(tcb, nowNanos, ANSWERED_SHARE);
        }
    }

    /// The user has closed for good: what is borne with then counts from here, and the user's own limit goes on.
    static void left(Tcb tcb, long nowNanos) {
        if (tcb.left()) {
            tcb.refusal.left(nowNanos);
            refusalChanged(tcb);
        }
    }

    /// How long a peer may take nothing may have become shorter, or longer.
    static void refusalChanged(Tcb tcb) {
        if (tcb.timers.isSet(Timer.PERSIST)) {
            schedule(tcb);
        }
    }

    /// The connection is closed when the peer has taken nothing for too long (RFC 6429 §3).
    private static boolean tooLongRefused(Tcb tcb, long nowNanos) {
        if (!Deadlines.due(nowNanos, tcb.refusal.until(tcb))) {
            return false;
        }
        tcb.context.counters().count(TcpCounters.ZERO_WINDOW_TIMEOUTS);
        tcb.close(TcpEvent.GIVE_UP, giveUpCause(tcb, CloseCause.Timeout.ZERO_WINDOW), tcb.config.resetWhenGivenUp());
        return true;
    }

    private static void startRetransmit(Tcb tcb, long nowNanos) {
        long deadline = Deadlines.after(nowNanos, tcb.rtt.rtoNanos(tcb.config));
        long giveUp = Deadlines.after(tcb.progressNanos, r2Nanos(tcb));
        deadline = giveUp - nowNanos > 0 ? Deadlines.earlier(deadline, giveUp) : deadline;
        tcb.timers.set(Timer.RETRANSMIT, tcb.refusal.granted(deadline));
    }

    /// How long nothing may be acknowledged before the connection is given up.
    static long r2Nanos(Tcb tcb) {
        if (tcb.config.userTimeoutNanos() > 0) {
            return tcb.config.userTimeoutNanos();
        }
        return switch (tcb.state) {
            case SYN_SENT -> tcb.config.r2SynNanos();
            case SYN_RECEIVED -> tcb.active ? tcb.config.r2SynNanos() : tcb.config.r2SynReceivedNanos();
            case CLOSED, LISTEN, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT ->
                UserTimeout.nanos(tcb);
        };
    }

    private static boolean r2Over(Tcb tcb, long nowNanos) {
        return nowNanos - tcb.progressNanos >= r2Nanos(tcb);
    }

    /// Runs what is due.
    static void run(Tcb tcb, long nowNanos) {
        if (tcb.timers.takeDue(Timer.TAIL_PROBE, nowNanos) && !r2Over(tcb, nowNanos)) {
            tcb.pending |= Tcb.TAIL_PROBE_DUE;
            // RFC 8985 §7.3: "the sender MUST restart the RTO timer".
            startRetransmit(tcb, nowNanos);
        }
        if (tcb.timers.takeDue(Timer.RETRANSMIT, nowNanos)) {
            if (givenUp(tcb, nowNanos, whichTimeout(tcb))) {
                if (tcb.fastOpen != null) {
                    tcb.fastOpen.timeout(tcb, nowNanos, true);
                }
                return;
            }
            timeout(tcb, nowNanos);
        }
        if (tcb.timers.takeDue(Timer.REORDER, nowNanos)) {
            LossRecovery.reorderTimeout(tcb, nowNanos);
        }
        if (tcb.timers.takeDue(Timer.PERSIST, nowNanos)) {
            persistTimeout(tcb, nowNanos);
        }
    }

    private static void persistTimeout(Tcb tcb, long nowNanos) {
        if (tcb.snd.sndWnd > 0) {
            useSmallWindow(tcb);
            return;
        }
        int share = SILENT_SHARE;
        if (tcb.refusal.nothingAsked()) {
            // Silence counts from the probe that is sent now, however long ago the answer to the one before was.
            tcb.progressNanos = nowNanos;
            share = ANSWERED_SHARE;
        }
        if (tooLongRefused(tcb, nowNanos) || givenUp(tcb, nowNanos, CloseCause.Timeout.PERSIST)) {
            return;
        }
        if (tcb.probes == 0) {
            grant(tcb);
            LossRecovery.windowClosed(tcb);
        }
        tcb.pending |= Tcb.PROBE_DUE;
        // RFC 9293 §3.8.6.1: the interval between probes grows exponentially.
        tcb.probes++;
        tcb.refusal.asked();
        startPersist(tcb, nowNanos, share);
    }

    /// What is outstanding is sent again when the window opens.
    static void grant(Tcb tcb) {
        if (tcb.snd.outstanding()) {
            tcb.refusal.resent(tcb.rtt.firstRtoNanos(tcb.config));
        }
    }

    /// The same, known for a while.
    private static void grantAgain(Tcb tcb) {
        if (tcb.timers.isSet(Timer.PERSIST) && tcb.probes > 0) {
            grant(tcb);
        }
    }

    /// What is sent now, however small, waits for its acknowledgement like everything else.
    private static void useSmallWindow(Tcb tcb) {
        tcb.pending |= Tcb.SMALL_DUE;
        tcb.unpushed = false;
    }

    private static CloseCause.Timeout whichTimeout(Tcb tcb) {
        return tcb.state.synchronised() ? CloseCause.Timeout.RETRANSMISSION : CloseCause.Timeout.CONNECT;
    }

    /// R2 (RFC 9293 §3.8.3): "close the connection". The peer is told, in case it still listens.
    private static boolean givenUp(Tcb tcb, long nowNanos, CloseCause.Timeout which) {
        if (!r2Over(tcb, nowNanos)) {
            return false;
        }
        tcb.close(TcpEvent.GIVE_UP, giveUpCause(tcb, which), tcb.config.resetWhenGivenUp());
        return true;
    }

    private static CloseCause giveUpCause(Tcb tcb, CloseCause.Timeout which) {
        var soft = tcb.softError;
        if (soft != null && which == CloseCause.Timeout.CONNECT) {
            return new CloseCause.Unreachable(soft, tcb.undelivered());
        }
        boolean adopted = which != CloseCause.Timeout.CONNECT && UserTimeout.adopted(tcb);
        boolean users = (tcb.config.userTimeoutNanos() > 0 || adopted) && which != CloseCause.Timeout.ZERO_WINDOW;
        return tcb.timedOut(users ? CloseCause.Timeout.USER : which);
    }

    private static void timeout(Tcb tcb, long nowNanos) {
        tcb.tally.timeouts++;
        if (!tcb.state.synchronised()) {
            tcb.tally.retransmits++;
            tcb.synRetransmitted = true;
            tcb.rttTimed = false;
            tcb.pending |= Tcb.SYN_DUE;
            if (tcb.opensFast()) {
                // RFC 5681 §3.1: after a lost SYN-ACK one segment; a fast open need not wait for the next one's answer.
                tcb.congestion.afterSynLoss();
            }
            tcb.context.counters().count(TcpCounters.SYN_RETRANSMITS);
        } else {
            // RFC 6298 (5.4): "Retransmit the earliest segment that has not been acknowledged", and all behind
            // it as the window opens anew.
            PathMtu.timeout(tcb, nowNanos);
            LossRecovery.timeout(tcb, nowNanos);
            tcb.rttTimed = false;
            tcb.context.counters().count(TcpCounters.TIMEOUT_RETRANSMITS);
        }
        // A SYN-ACK backs off from the first: whoever sent the SYN tries again, too.
        tcb.rtt.backOff(tcb.state == TcpState.SYN_SENT ? tcb.config.synLinearTimeouts() : 0);
        if (tcb.fastOpen != null) {
            tcb.fastOpen.timeout(tcb, nowNanos, false);
        }
        if (tcb.rtt.timeouts() == tcb.config.r1Retransmits()) {
            // RFC 9293 §3.8.3: between R1 and R2 the application is told.
            tcb.inDoubt = true;
            tcb.events |= TcpEvents.DOUBT;
            tcb.context.counters().count(TcpCounters.DELIVERIES_IN_DOUBT);
        }
        startRetransmit(tcb, nowNanos);
    }
}
