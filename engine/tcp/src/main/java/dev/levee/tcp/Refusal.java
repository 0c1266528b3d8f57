package dev.levee.tcp;

/// For how long a peer takes nothing of what is owed to it with its window closed (RFC 6429 §3), and for how long
/// it had not acknowledged what was outstanding before it closed it (R2, RFC 9293 §3.8.3). Each of both adds up,
/// however often the window opens and closes.
///
/// Threads: shard.
final class Refusal {
    /// No timer was stopped that could go on.
    static final long NO_TIMER = -1;

    /// The window has closed with something owed, and nothing was acknowledged since.
    private boolean goesOn;
    /// Since when, moved on by every spell with an open window.
    private long sinceNanos;
    /// When the user closed for good, moved on in the same way. Says nothing before.
    private long leftNanos;
    /// Where the spell with an open window begins that is not left out yet.
    private long openedNanos;
    /// With an open window, in all spells before it closed last, nothing of what was outstanding was acknowledged for
    /// so long.
    private long unansweredNanos;
    /// For how long the retransmission timer had to run when the window closed.
    private long timerLeftNanos = NO_TIMER;
    /// It was to end the connection.
    private boolean timerEnds;
    /// What was in flight was granted a timeout more, because it is sent again when the window opens, and R2
    /// has ended, or would have, before that was over.
    private boolean resent;
    /// What is left of that, counted while the window is open.
    private long grantNanos;
    /// A window that was small waits to grow, and is closed.
    private boolean smallWindowWaits;
    /// A probe of the window was sent, and nothing has come since.
    private boolean asked;
    /// When the next probe is due, or a small window used. Says nothing while the timer does not run.
    private long probeAtNanos;

    /// The window is closed, and something is owed: closed time counts from here, until something is taken.
    ///
    /// @param windowBefore SND.WND before
    void closed(long nowNanos, int windowBefore) {
        if (!goesOn) {
            goesOn = true;
            sinceNanos = nowNanos;
        } else if (windowBefore > 0) {
            sinceNanos += nowNanos - openedNanos;
            leftNanos += nowNanos - Deadlines.later(openedNanos, leftNanos);
        }
    }

    /// The window closes.
    ///
    /// @param progressNanos since when nothing of what is outstanding was acknowledged
    /// @param timerNanos when the retransmission timer would have rung
    /// @param r2Nanos R2
    void unanswered(long nowNanos, long progressNanos, long timerNanos, long r2Nanos) {
        timerEnds = nowNanos - progressNanos >= r2Nanos || timerNanos == end(progressNanos, r2Nanos);
        if (grantNanos > 0) {
            // Of no use where R2 ends no sooner.
            resent = end(progressNanos, r2Nanos) != Deadlines.after(progressNanos, r2Nanos);
            grantNanos = Math.max(0, grantNanos - (nowNanos - openedNanos));
        } else if (nowNanos - progressNanos < r2Nanos) {
            resent = false;
        }
        unansweredNanos = nowNanos - progressNanos;
        timerLeftNanos = timerNanos == Deadlines.NONE ? NO_TIMER : Math.max(0, timerNanos - nowNanos);
    }

    /// The window is closed for so long that what is in flight is sent again when it opens. That has a timeout to be
    /// acknowledged in, also where R2 is over before; behind the end of R2 once.
    void resent(long timeoutNanos) {
        if (!resent) {
            resent = true;
            grantNanos = timeoutNanos;
        }
    }

    /// R2 is another while the window is closed: what was used up behind its end is granted again where that
    /// lies ahead.
    void limitChanged(long r2Nanos) {
        resent &= unansweredNanos >= r2Nanos;
    }

    /// A deadline for what is outstanding with an open window, and not before what was granted is over.
    long granted(long deadlineNanos) {
        return grantNanos == 0
                ? deadlineNanos
                : Deadlines.later(deadlineNanos, Deadlines.after(openedNanos, grantNanos));
    }

    /// When what is outstanding with an open window is given up: at the end of R2, or of what was granted.
    long end(long progressNanos, long r2Nanos) {
        return granted(Deadlines.after(progressNanos, r2Nanos));
    }

    /// Whether a window that was small when it closed waits to grow.
    boolean smallWindowWaits() {
        return smallWindowWaits;
    }

    void smallWindowWaits(boolean waits) {
        smallWindowWaits = waits;
    }

    /// For how long the timer that the closing stopped would have run, or [#NO_TIMER]. To the end of R2 it is
    /// as long as R2 has it now.
    ///
    /// @param r2LeftNanos until the end of R2, less than 0 behind it
    long timerLeftNanos(long r2LeftNanos) {
        return timerEnds ? Math.max(0, r2LeftNanos) : timerLeftNanos;
    }

    /// The window was closed and is open. Perhaps nothing gets through to the peer: for how long that is borne is R2's.
    ///
    /// @return since when nothing of what is outstanding was acknowledged, as if the window had never closed
    long opened(long nowNanos) {
        openedNanos = nowNanos;
        return nowNanos - unansweredNanos;
    }

    /// The peer has taken something.
    void taken(Tcb tcb, long nowNanos) {
        goesOn &= tcb.timers.isSet(Timer.PERSIST) && tcb.snd.sndWnd == 0;
        sinceNanos = nowNanos;
        unansweredNanos = 0;
        timerLeftNanos = NO_TIMER;
        timerEnds = false;
        resent = false;
        grantNanos = 0;
    }

    /// Nothing is owed any more.
    void ended() {
        goesOn = false;
        probeAtNanos = 0;
    }

    /// The window is probed.
    void asked() {
        asked = true;
    }

    /// The peer has spoken.
    void answered() {
        asked = false;
    }

    /// Whether no probe waits for an answer.
    boolean nothingAsked() {
        return !asked;
    }

    /// When the next probe is due.
    void probeAt(long nanos) {
        probeAtNanos = nanos;
    }

    /// When the next probe is due.
    long probeAtNanos() {
        return probeAtNanos;
    }

    /// The user has closed for good.
    void left(long nowNanos) {
        leftNanos = nowNanos;
    }

    /// When a peer that goes on like this is given up; NONE: never. RFC 6429 §3 leaves it to users to end this.
    /// One who has closed for good no longer can, and what he has left would hold its memory for as long as the
    /// peer likes.
    long until(Tcb tcb) {
        if (!goesOn || tcb.snd.sndWnd > 0) {
            return Deadlines.NONE;
        }
        long own = tcb.config.zeroWindowNanosMax();
        long until = own > 0 ? Deadlines.after(sinceNanos, own) : Deadlines.NONE;
        long closed = tcb.config.zeroWindowClosedNanosMax();
        return tcb.left() && closed > 0
                ? Deadlines.earlier(until, Deadlines.after(Deadlines.later(sinceNanos, leftNanos), closed))
                : until;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        goesOn = packing.flag(goesOn);
        sinceNanos = packing.nanos(sinceNanos);
        leftNanos = packing.nanos(leftNanos);
        openedNanos = packing.nanos(openedNanos);
        unansweredNanos = packing.number(unansweredNanos);
        timerLeftNanos = packing.number(timerLeftNanos, NO_TIMER);
        timerEnds = packing.flag(timerEnds);
        resent = packing.flag(resent);
        grantNanos = packing.number(grantNanos);
        smallWindowWaits = packing.flag(smallWindowWaits);
        asked = packing.flag(asked);
        probeAtNanos = packing.nanos(probeAtNanos);
    }
}
