package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.Times;

/// For how long a peer has taken nothing of what is owed to it, with its window closed. Times with an open window in
/// between do not count (RFC 6429 §3).
///
/// Threads: the simulation's.
final class Refusal {
    /// Who bears with it for longer is late.
    private static final long SLACK_NANOS = Times.seconds(1);

    private final End end;
    private boolean begun;
    private boolean closed;
    /// The host's time when it began, moved on by the time with an open window since.
    private long sinceHostNanos;
    /// The same, but not before its user has gone.
    private long goneHostNanos;
    private long openedHostNanos;

    Refusal(End end) {
        this.end = end;
    }

    /// Something was taken.
    void taken() {
        begun = closed;
        sinceHostNanos = end.host.nowNanos();
        goneHostNanos = sinceHostNanos;
    }

    /// What the window is from now on.
    void windowIs(long octets) {
        long now = end.host.nowNanos();
        owed();
        if (octets == 0 && !begun) {
            begun = true;
            sinceHostNanos = now;
            goneHostNanos = now;
        } else if (octets == 0 && !closed) {
            sinceHostNanos += now - Math.max(openedHostNanos, sinceHostNanos);
            goneHostNanos += now - Math.max(openedHostNanos, goneHostNanos);
        } else if (octets > 0 && closed) {
            openedHostNanos = now;
        }
        closed = octets == 0;
    }

    /// Nothing is refused before it was there.
    private void owed() {
        var user = end.party;
        if (user == null || !begun) {
            return;
        }
        if (user.owes()) {
            sinceHostNanos = Math.max(sinceHostNanos, user.owesHostNanos());
            goneHostNanos = Math.max(goneHostNanos, sinceHostNanos);
        }
        if (user.sendClosed() && user.receiveClosed()) {
            goneHostNanos = Math.max(goneHostNanos, user.leftHostNanos());
        }
    }

    /// Whether it has gone on for as long as the user, or who is gone, bears with, and `moreNanos` more.
    boolean isOver(Party user, long moreNanos) {
        owed();
        if (!closed || !begun) {
            return false;
        }
        long now = end.host.nowNanos();
        long own = end.config.zeroWindowNanosMax();
        long most = end.config.zeroWindowClosedNanosMax();
        boolean gone = user.sendClosed() && user.receiveClosed();
        return (own > 0 && now - sinceHostNanos >= own + moreNanos)
                || (gone && most > 0 && now - goneHostNanos >= most + moreNanos);
    }

    void sweep() {
        var user = end.party;
        check(
                user == null
                        || end.receiver.isVague()
                        || !end.established()
                        || !end.owes(user)
                        || !isOver(user, SLACK_NANOS),
                Oracle.GIVE_UP,
                "%s bears with a peer that has taken nothing for %s s",
                end.name,
                Times.format(end.host.nowNanos() - sinceHostNanos));
    }
}
