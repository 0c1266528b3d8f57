package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.guard.GuardCounters;
import dev.levee.sim.SimHost;
import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpState;
import org.jspecify.annotations.Nullable;

/// One end of one connection as an outsider knows it: from the packets that this host sent and was given, and
/// from what its user did. Two halves, [Sender] and [Receiver], as in RFC 9293.
///
/// Threads: the simulation's.
final class End {
    /// How an end came to its end, as far as packets show.
    enum Death {
        ALIVE,
        RESET_SENT,
        RESET_ARRIVED,
        REFUSED
    }

    final HostWatch watch;
    final SimHost host;
    final HostSetup setup;
    final TcpConfig config;
    final boolean v4;
    final Sender sender;
    final Receiver receiver;
    final String name;
    private final long forgottenBefore;
    /// A RST came that ends it if the host has all that was sent before it.
    boolean perhapsReset;
    boolean active;
    Death death = Death.ALIVE;

    @Nullable
    Party party;
    /// Packets for this end since the host last came to rest.
    int arrivals;
    boolean timestamps;
    boolean selectiveAcks;
    /// Whether both sides hear of congestion by marks (RFC 3168 §6.1.1).
    boolean echoes;
    /// The octets of the last packet that left.
    byte @Nullable [] lastSent;
    boolean scaling;
    long timeWaitSinceHostNanos = -1;
    private boolean told;
    /// Another connection may have begun where this one waits.
    private boolean followed;

    End(HostWatch watch, boolean v4, String name) {
        this.watch = watch;
        this.host = watch.host;
        this.setup = watch.setup;
        this.config = setup.tcp();
        this.v4 = v4;
        this.name = name;
        this.sender = new Sender(this);
        this.receiver = new Receiver(this);
        this.forgottenBefore = forgotten();
    }

    boolean alive() {
        return death == Death.ALIVE && !overBySocket();
    }

    /// Whether it was over when the host last came to rest.
    boolean isOver() {
        return told || death != Death.ALIVE;
    }

    /// What the user's socket says.
    private boolean overBySocket() {
        var user = party;
        return user != null && user.socket().state() == TcpState.CLOSED;
    }

    /// Whether the connection is over, by our own will, and the RST that says so was not seen yet.
    boolean resets(Packet packet) {
        var user = party;
        if (death != Death.ALIVE || user == null) {
            return false;
        }
        var cause = user.socket().cause();
        if (cause instanceof CloseCause.Aborted aborted && aborted.reason() == AbortReason.DATA_AFTER_CLOSE) {
            // It answers the data, so that its form is that of an answer.
            return !packet.has(Packet.ACK);
        }
        boolean ours = cause instanceof CloseCause.Aborted || cause instanceof CloseCause.TimedOut;
        // An answer to a segment without an ACK has number 0; so has ours only where that is what comes next.
        boolean numbered = packet.seq != 0 || sender.numberOf(sender.top) == 0;
        return ours && packet.has(Packet.ACK) && numbered;
    }

    /// Whether the wait of 2 MSL, as far as packets and the socket tell, has begun and is not over.
    boolean inTimeWait() {
        return timeWaitSinceHostNanos >= 0
                && death == Death.ALIVE
                && !watch.timeWaitMayEnd
                && !followed
                && host.nowNanos() - timeWaitSinceHostNanos < 2 * config.mslNanos();
    }

    /// Neither selective acknowledgements nor timestamps, and Reno: how much may be under way can be told from
    /// outside.
    boolean classic() {
        return !selectiveAcks && !timestamps && config.congestion() == CongestionAlgorithm.NEW_RENO;
    }

    boolean established() {
        return sender.acked >= 1 && receiver.known;
    }

    /// The segment size that this host offers: computed from its settings.
    int mssOffered() {
        return Math.max(8, Math.min(config.mssMax(), setup.mtu() - (v4 ? 40 : 60)));
    }

    /// Nanoseconds since `sinceNanos` in the network's time, in which this host could act.
    long quietNanos(long sinceNanos) {
        return watch.netNanos() - Math.max(sinceNanos, watch.disturbedNanos);
    }

    /// A packet leaves.
    void sent(Packet packet) {
        lastSent = packet.octets;
        check(
                death != Death.RESET_SENT && death != Death.RESET_ARRIVED,
                Oracle.AFTER_RESET,
                "%s sends after the reset: %s",
                name,
                packet);
        options(packet);
        if (packet.has(Packet.SYN)) {
            receiver.ownSyn(packet);
        }
        if (packet.has(Packet.ACK)) {
            receiver.acknowledges(packet);
        }
        sender.sends(packet);
    }

    private void options(Packet packet) {
        boolean syn = packet.has(Packet.SYN);
        check(
                syn || (packet.mss == 0 && packet.windowScale < 0 && !packet.sackPermitted),
                Oracle.OPTIONS,
                "%s sends options of a SYN without a SYN: %s",
                name,
                packet);
        if (syn) {
            // A SYN-ACK has only options that the SYN had.
            boolean left = packet.mss == 0 && packet.has(Packet.ACK) && !receiver.peerOffersMss();
            check(
                    left || packet.mss == mssOffered(),
                    Oracle.OPTIONS,
                    "%s offers MSS %d, its link takes %d",
                    name,
                    packet.mss,
                    mssOffered());
            return;
        }
        check(
                packet.timestamps == timestamps || packet.has(Packet.RST),
                Oracle.OPTIONS,
                "%s: timestamps were %s, and it sends %s",
                name,
                timestamps ? "agreed on" : "not agreed on",
                packet);
    }

    /// A good packet for this connection has been taken in by the host.
    void arrived(Packet packet) {
        if (judgedOver()) {
            return;
        }
        arrivals++;
        followed |= timeWaitSinceHostNanos >= 0 && receiver.isFollowedBy(packet);
        if (death == Death.ALIVE) {
            receiver.arrives(packet);
        }
    }

    /// A packet comes to a host whose user is told already that nobody answered: no packet ends a connection so.
    /// What the end was before it is judged now.
    ///
    /// @return whether it is so
    boolean judgedOver() {
        var user = party;
        var cause = user == null || told ? null : user.socket().cause();
        boolean over = cause instanceof CloseCause.TimedOut || cause instanceof CloseCause.Unreachable;
        if (over) {
            judgeState();
        }
        return over;
    }

    void dies(Death how) {
        death = how;
    }

    /// The host has come to rest.
    void settled() {
        if (alive()) {
            receiver.settled();
            sender.settled();
        }
        judgeState();
        arrivals = 0;
    }

    /// Now and then.
    void sweep() {
        // Of a connection that nobody has accepted, only packets tell whether it is over.
        boolean unknown = party == null && receiver.isVague();
        if (alive() && !unknown) {
            receiver.sweep();
            sender.sweep();
        }
        judgeState();
        long waits = host.nowNanos() - timeWaitSinceHostNanos - 2 * config.mslNanos();
        check(
                told || timeWaitSinceHostNanos < 0 || waits < Times.seconds(1),
                Oracle.TIME_WAIT,
                "%s is still in TIME-WAIT %s s after 2 MSL",
                name,
                Times.format(waits));
    }

    private void judgeState() {
        var user = party;
        if (user == null || told) {
            return;
        }
        var state = user.socket().state();
        if (state == TcpState.CLOSED) {
            told = true;
            judgeTimeWait();
            judgeCause(user);
            return;
        }
        check(death == Death.ALIVE, Oracle.STATE, "%s: %s, but the state is %s", name, death, state);
        var expected = expected(user);
        check(
                state == expected,
                Oracle.STATE,
                "%s: the state is %s, but packets and user make it %s",
                name,
                state,
                expected);
        if (state == TcpState.TIME_WAIT && timeWaitSinceHostNanos < 0) {
            timeWaitSinceHostNanos = host.nowNanos();
        }
    }

    private void judgeCause(Party user) {
        var cause = user.socket().cause();
        boolean right = switch (cause) {
            case null -> false;
            case CloseCause.Finished _ -> sender.finAcked() && receiver.finished();
            case CloseCause.Refused _ -> death == Death.REFUSED || death == Death.RESET_ARRIVED;
            case CloseCause.Reset _ -> death == Death.RESET_ARRIVED;
            case CloseCause.Unreachable _ -> watch.icmpNanos >= 0;
            case CloseCause.Aborted _ -> user.mayAbort() || user.receiveClosed();
            case CloseCause.TimedOut timeout -> timedOut(user, timeout);
        };
        check(right || receiver.isVague(), Oracle.CAUSE, "%s is told %s, but %s", name, cause, this);
        long undelivered = user.written() - Math.clamp(sender.acked - 1, 0, user.written());
        check(
                cause == null || cause.undeliveredBytes() == undelivered || receiver.isVague(),
                Oracle.CAUSE,
                "%s is told %s, but of %d octets %d were not acknowledged",
                name,
                cause,
                user.written(),
                undelivered);
    }

    boolean timedOut(Party user, CloseCause.TimedOut cause) {
        if (cause.softError() != null && watch.icmpNanos < 0) {
            return false;
        }
        long now = host.nowNanos();
        return switch (cause.which()) {
            case CONNECT -> {
                sender.pace.gaveUp(cause);
                yield true;
            }
            case RETRANSMISSION, PERSIST -> {
                sender.pace.gaveUp(cause);
                yield owes(user);
            }
            case FIN_WAIT_2 ->
                sender.finAcked()
                        && user.receiveClosed()
                        && now - user.receiveClosedHostNanos() >= config.finWait2Nanos();
            case ZERO_WINDOW -> owes(user) && sender.refusal.isOver(user, 0);
            case KEEP_ALIVE -> config.keepAlive();
            case USER -> {
                sender.pace.gaveUp(cause);
                yield config.userTimeoutNanos() > 0;
            }
            case LINGER ->
                user.closed()
                        && now - user.closedHostNanos() >= user.socket().tcp().lingerNanos();
        };
    }

    /// Whether anything is there for the peer to take, or to acknowledge.
    boolean owes(Party user) {
        return user.written() > sender.acked - 1 || (user.sendClosed() && !sender.finAcked());
    }

    private void judgeTimeWait() {
        long lasted = host.nowNanos() - timeWaitSinceHostNanos;
        boolean early = timeWaitSinceHostNanos >= 0 && death == Death.ALIVE && lasted < 2 * config.mslNanos();
        check(
                !early || watch.timeWaitMayEnd || followed || receiver.isVague(),
                Oracle.TIME_WAIT,
                "%s leaves TIME-WAIT after %s s; 2 MSL are %s s",
                name,
                Times.format(lasted),
                Times.format(2 * config.mslNanos()));
    }

    /// Whether this is a handshake that has no connection yet.
    boolean isHandshake() {
        return !active && sender.acked < 1 && party == null;
    }

    /// Whether this is a handshake that has no connection yet, on a host that has, since it began, saved repetitions of
    /// SYN-ACKs, thrown handshakes out or given them up, without a word, or was perhaps told to give this one up.
    boolean isForgettable() {
        return isHandshake() && (perhapsReset || forgotten() > forgottenBefore);
    }

    private long forgotten() {
        var counters = host.stack().guardCounters();
        return counters == null
                ? 0
                : counters.get(GuardCounters.RETRANSMISSIONS_SAVED)
                        + counters.get(GuardCounters.EVICTED)
                        + counters.get(GuardCounters.REAPED)
                        + counters.get(GuardCounters.EXPIRED);
    }

    private TcpState expected(Party user) {
        if (!receiver.known) {
            return TcpState.SYN_SENT;
        }
        if (sender.acked < 1) {
            return TcpState.SYN_RECEIVED;
        }
        boolean finArrived = receiver.finished();
        if (!user.sendClosed()) {
            return finArrived ? TcpState.CLOSE_WAIT : TcpState.ESTABLISHED;
        }
        boolean finAcked = sender.finAcked();
        if (user.closedAfterEnd()) {
            return finAcked ? TcpState.CLOSED : TcpState.LAST_ACK;
        }
        if (finArrived) {
            return finAcked ? TcpState.TIME_WAIT : TcpState.CLOSING;
        }
        return finAcked ? TcpState.FIN_WAIT_2 : TcpState.FIN_WAIT_1;
    }

    @Override
    public String toString() {
        return name + ": " + sender + "; " + receiver + "; " + death;
    }
}
