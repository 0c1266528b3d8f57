package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;

/// When an end may send again, when it must, and how much: RFC 6298's timeouts, RFC 5681's duplicate ACKs and
/// windows, RFC 9293's probes and R2. An upper bound of the congestion window, not a copy of it.
///
/// Intervals that must not be too short are measured with the host's clock, those that must not be too long
/// with the network's, from the last disturbance on.
///
/// Threads: the simulation's.
final class Pace {
    /// RFC 3042: two segments more for the first two duplicate ACKs.
    private static final int LIMITED_TRANSMIT_SEGMENTS = 2;
    /// What is slower than it should by this much is late.
    private static final long SLACK_NANOS = Times.seconds(1);
    /// A probe of the tail waits for two round trips and two milliseconds more.
    private static final long PROBE_NANOS_MIN = Times.millis(2);

    private final End end;
    private final Sender sender;

    /// Since when the timer can be running, and how long it was the last time, with the host's clock.
    private long timerSince;
    private long timeoutBefore;
    private int timeouts;
    private long probeAt;
    private long probeBefore;
    private boolean probing;
    /// The peer has spoken since the last probe.
    private boolean answered;
    private boolean closedWindow;
    private long closedHost;

    private long spokeNet;
    private long spokeHost;
    private long progressNet;
    private long progressHost;
    /// For how long, before the window closed, nothing of what is under way was acknowledged.
    private long unanswered;
    /// For how long the timer had run then, if no probe was sent since.
    private long ran;

    private int duplicates;
    private long recoverTo;
    private boolean recoveryEver;
    private boolean fastDue;
    private boolean timedOutHere;
    private boolean unsure;
    private boolean repairing;
    /// A segment was sent although nothing asked for it, to find out about the end of the flight (RFC 8985
    /// §7): once in a flight. And whether that makes the next timeout's length unknown.
    private boolean probed;
    /// Where the first retransmission not acknowledged ended, and what was in flight when one was.
    private long againTo;
    private long repairedTo;

    private long congestion;
    private long threshold = Long.MAX_VALUE;
    private long grown;
    private long highest;
    /// Octets that duplicate ACKs say have left the network.
    private long gone;
    private boolean synAgain;
    private boolean opened;
    private boolean recovering;
    /// Up to here the window is led down because packets were marked.
    private long markedTo;
    private boolean marking;
    /// The last reduction, for whatever reason, was for what had been sent up to here.
    private long reducedTo = -1;
    /// What a mark can have made of the threshold, for losses up to `heldTo`.
    private long held;
    private long heldTo;

    Pace(End end, Sender sender) {
        this.end = end;
        this.sender = sender;
    }

    private long host() {
        return end.host.nowNanos();
    }

    private long net() {
        return end.watch.netNanos();
    }

    private void speaks() {
        spokeNet = net();
        spokeHost = host();
    }

    private void restartTimer() {
        timerSince = host();
        timeoutBefore = 0;
    }

    private void progress() {
        progressNet = net();
        progressHost = host();
    }

    /// The first SYN leaves.
    void opened() {
        restartTimer();
        progress();
        speaks();
    }

    /// Text or a FIN leaves.
    void text(long from, long to, int octets) {
        if (!opened) {
            opened = true;
            int mss = sender.segmentMax();
            int segments = end.config.initialWindowSegments();
            highest = Math.max((long) segments * mss, Math.max(2L * mss, 1460L * segments));
            congestion = synAgain ? mss : Math.min((long) segments * mss, Math.max(2L * mss, 1460L * segments));
        }
        boolean idle = sender.acked == sender.top;
        boolean probe = sender.window == 0 && from == sender.acked && to == from + 1;
        if (idle && !probe) {
            progress();
        }
        if (probe) {
            probes();
        } else if (from < sender.top) {
            again(from, to);
            allowed(from + octets, octets);
        } else {
            if (idle) {
                restartTimer();
            }
            // It may be a probe of the tail (RFC 8985 §7.3), with which the timer starts anew.
            unsure |= end.selectiveAcks;
            allowed(from + octets, octets);
        }
        speaks();
    }

    private void probes() {
        // The first one may have waited since before the window closed: it was too small to be used.
        long interval = host() - (probing ? probeAt : spokeHost);
        check(
                interval >= end.config.rtoMinNanos(),
                Oracle.RETRANSMIT_EARLY,
                "%s probes the window again after %s s",
                end.name,
                Times.format(interval));
        // A peer is asked several times before it is given up.
        long longest = Math.min(end.config.rtoMaxNanos(), patienceNanos() / 4);
        boolean doubled = 2 * interval >= 3 * probeBefore || interval >= longest;
        check(
                doubled || probeBefore == 0,
                Oracle.BACK_OFF,
                "%s probes the window after %s s, before that after %s s",
                end.name,
                Times.format(interval),
                Times.format(probeBefore));
        probeBefore = disturbed(interval) || !probing ? 0 : interval;
        if (!probing || answered) {
            // Nothing was asked before, or there was an answer to it.
            progress();
        }
        answered = false;
        probing = true;
        ran = 0;
        probeAt = host();
        timerSince = host();
    }

    /// What is under way may be sent again, and nothing is congested.
    void repairs() {
        recoverTo = Math.max(recoverTo, sender.top);
        recoveryEver = true;
        timedOutHere = true;
        unsure = true;
        repairing = true;
        timeoutBefore = 0;
    }

    /// Something is sent again.
    void again(long from, long to) {
        int patience = end.config.blackHoleTimeouts();
        // So many timeouts in a row take at least so long.
        if (patience > 0 && host() - progressHost >= ((1L << patience) - 1) * end.config.rtoMinNanos()) {
            sender.mayGuess();
        }
        judge(from, to);
        againTo = againTo == 0 ? to : againTo;
        speaks();
    }

    private void judge(long from, long to) {
        synAgain |= from == 0 && end.arrivals == 0;
        if (repairing) {
            // The path takes less than was sent: no timer has rung.
            return;
        }
        long waited = host() - timerSince;
        boolean late = waited >= end.config.rtoMinNanos();
        if (late && from > 0 && to == sender.top && probesTail()) {
            return;
        }
        boolean asked = end.arrivals > 0 && from < sender.sackedTo;
        if (end.selectiveAcks && (!late || asked)) {
            unsure |= late;
            selectively(from, to, waited);
            return;
        }
        if (from != sender.acked) {
            return;
        }
        if (fastDue) {
            fastDue = false;
            // The timer may have rung at the same moment, as in a host that was paused.
            unsure |= late;
            recovers();
            // What is sent again now is waited for from now on.
            timerSince = host();
        } else if (from == 0 && end.arrivals > 0) {
            // The peer's SYN came again, so ours does; the timer may have rung at the same moment.
            unsure = true;
        } else if (sender.acked < recoverTo && !late) {
            check(
                    end.arrivals > 0 || timedOutHere,
                    Oracle.RETRANSMIT_EARLY,
                    "%s sends again after %s s, and nothing has come",
                    end.name,
                    Times.format(waited));
        } else {
            timesOut(waited, late);
        }
    }

    /// With selective acknowledgements: below what has arrived, in an episode of recovery, or a probe of the
    /// tail.
    private void selectively(long from, long to, long waited) {
        boolean below = from < sender.sackedTo;
        boolean handshake = from == 0 && end.arrivals > 0;
        unsure |= handshake || end.arrivals == 0;
        if (below && sender.acked >= recoverTo) {
            recovers();
        }
        // What was sent again and has arrived was sent later than what was in flight then.
        boolean goesOn = sender.acked < recoverTo || sender.acked < repairedTo;
        check(
                below || goesOn || handshake || (from > 0 && to == sender.top && probesTail()),
                Oracle.RETRANSMIT_EARLY,
                "%s sends %d again after %s s; up to %d is known to have arrived, %d duplicate ACKs",
                end.name,
                from,
                Times.format(waited),
                sender.sackedTo,
                duplicates);
    }

    /// Whether what is sent now can be a probe of the tail: then it is one.
    boolean probesTail() {
        boolean waited = host() - spokeHost >= PROBE_NANOS_MIN || host() - timerSince >= end.config.rtoMinNanos();
        boolean may = end.selectiveAcks && end.config.tailLossProbe() && !probed && waited;
        if (may) {
            // RFC 8985 §7.3: the timer starts anew.
            timerSince = host();
        }
        probed |= may;
        unsure |= may;
        return may;
    }

    private void recovers() {
        long flight = sender.top - sender.acked;
        int mss = sender.segmentMax();
        // RFC 3168 §6.1.2: "the TCP source should not decrease the slow start threshold, ssthresh, if it has been
        // decreased within the last round-trip time".
        threshold = Math.max(halved(flight), sender.acked < heldTo ? held : 0);
        // RFC 9937: the window is led down by what is delivered, not at once.
        congestion = Math.max(threshold + 3L * mss, flight + mss);
        recovering = true;
        // The window falls once for what was marked and lost, and echoes are about what was sent since.
        reducedTo = marking ? reducedTo : sender.top;
        grown = marking ? grown : 0;
        marking = false;
        recoverTo = sender.top;
        recoveryEver = true;
    }

    /// RFC 5681 §3.1, equation 4.
    private long halved(long flight) {
        return Math.max(flight / 2, 2L * sender.segmentMax());
    }

    /// The peer says that packets were marked: once in a window the sender slows down as for a loss, but there is
    /// nothing to be sent again (RFC 3168 §6.1.2).
    ///
    /// @param flight octets under way before that
    void marked(long flight) {
        if (sender.acked <= reducedTo) {
            return;
        }
        held = Math.max(halved(flight), sender.acked < heldTo ? held : 0);
        heldTo = sender.top;
        if (sender.acked < recoverTo) {
            // The end of a recovery that was no congestion cannot be told from outside.
            return;
        }
        int mss = sender.segmentMax();
        threshold = halved(flight);
        // RFC 9937, as for a loss.
        congestion = Math.max(threshold + 3L * mss, flight + mss);
        grown = 0;
        marking = true;
        markedTo = sender.top;
        reducedTo = sender.top;
    }

    private void timesOut(long waited, boolean late) {
        check(
                late,
                Oracle.RETRANSMIT_EARLY,
                "%s sends again after %s s and %d duplicate ACKs",
                end.name,
                Times.format(waited),
                duplicates);
        long least = sender.acked < 1 ? end.config.rtoInitialNanos() : sender.roundTrip.least();
        check(
                waited >= Math.min(least, end.config.rtoMaxNanos()) || (end.selectiveAcks && sender.acked >= 1),
                Oracle.RETRANSMIT_EARLY,
                "%s sends again after %s s, but no answer can come before %s s",
                end.name,
                Times.format(waited),
                Times.format(least));
        boolean doubled = 100 * waited >= 199 * timeoutBefore || waited >= end.config.rtoMaxNanos();
        check(
                doubled || timeoutBefore == 0 || end.isForgettable(),
                Oracle.BACK_OFF,
                "%s sends again after %s s, before that after %s s",
                end.name,
                Times.format(waited),
                Times.format(timeoutBefore));
        timeoutBefore = disturbed(waited) || unsure ? 0 : waited;
        // What came at the same moment may have asked for it, and the timer rings later.
        unsure = end.selectiveAcks && end.arrivals > 0;
        timerSince = host();
        if (timeouts == 0 && sender.acked > 0) {
            threshold = halved(sender.top - sender.acked);
        }
        timeouts++;
        timedOutHere = true;
        congestion = sender.segmentMax();
        recovering = false;
        marking = false;
        reducedTo = sender.top;
        grown = 0;
        recoverTo = sender.top;
        recoveryEver = true;
        duplicates = 0;
    }

    /// Whether the host was paused, or its clock jumped, during the last `nanos`.
    private boolean disturbed(long nanos) {
        return net() - end.watch.disturbedNanos < nanos;
    }

    private void allowed(long to, int octets) {
        int mss = sender.segmentMax();
        // After a loss a segment more: whether a window was full when it was acknowledged cannot be seen.
        long slack = threshold == Long.MAX_VALUE ? 0 : mss;
        long most = slack + congestion + (long) Math.min(duplicates, LIMITED_TRANSMIT_SEGMENTS) * mss;
        if (!end.classic()) {
            // Selective acknowledgements tell what has left the network, and windows come back when a loss was
            // none: what slow start without a loss would allow is the bound.
            long beyond = end.selectiveAcks ? Math.max(0, sender.sackedTo - sender.acked) : gone;
            most = highest + beyond + (recoveryEver ? 2L * mss : unasked() * (long) mss);
        }
        // The SYN's own number is no text.
        check(
                to - Math.max(1, sender.acked) <= most || octets == 0,
                Oracle.CONGESTION,
                "%s has %d octets under way; at most %d were allowed (threshold %d, segments of %d)",
                end.name,
                to - sender.acked,
                most,
                threshold,
                mss);
    }

    /// How many segments more than the window before any loss: for duplicate ACKs, and to probe the tail.
    private int unasked() {
        boolean probe = end.selectiveAcks && end.config.tailLossProbe() && host() - spokeHost >= PROBE_NANOS_MIN;
        return Math.min(duplicates, LIMITED_TRANSMIT_SEGMENTS) + (probe ? 1 : 0);
    }

    /// New octets were acknowledged.
    void advanced(long count) {
        progress();
        unanswered = 0;
        ran = 0;
        restartTimer();
        // RFC 6298 (5.3): the timer starts anew, so silence is measured from here, too.
        spokeNet = net();
        int mss = sender.segmentMax();
        boolean first = sender.acked - count < 1;
        long text = first ? count - 1 : count;
        highest += text;
        if (recovering && sender.acked >= recoverTo) {
            recovering = false;
            congestion = threshold;
            grow(count, mss);
        } else if (marking && sender.acked >= markedTo) {
            marking = false;
            congestion = threshold;
            grow(count, mss);
        } else if (text > 0 && !recovering && !marking) {
            grow(text, mss);
        }
        probed = false;
        gone = sender.acked >= recoverTo ? 0 : gone;
        if (sender.acked >= againTo && againTo > 0) {
            repairedTo = sender.top;
            againTo = 0;
        }
        duplicates = 0;
        fastDue = false;
        timeouts = 0;
        probing = false;
        probeBefore = 0;
    }

    private void grow(long count, int mss) {
        long slow = Math.min(count, Math.max(0, threshold - congestion));
        congestion += slow;
        grown += count - slow;
        if (congestion >= threshold && grown >= congestion) {
            grown -= congestion;
            congestion += mss;
        }
    }

    /// The peer has spoken. What it reports selectively may bring a retransmission that is none of the timer's.
    void heard() {
        unsure |= end.selectiveAcks;
    }

    /// A duplicate ACK, by the five signs of RFC 5681 §2.
    void duplicate() {
        duplicates++;
        gone += sender.segmentMax();
        if (marking || (recoveryEver && sender.acked <= recoverTo)) {
            congestion += sender.segmentMax();
        }
        fastDue |= duplicates == 3;
    }

    /// The window may have changed.
    void windowIs(long before) {
        boolean closed = sender.window == 0;
        if (closed && !closedWindow) {
            probing = false;
            probeBefore = 0;
            closedHost = host();
            unanswered = sender.acked < sender.top ? host() - progressHost : 0;
            ran = sender.acked < sender.top ? host() - timerSince : 0;
            progress();
            // RFC 9293 §3.8.6.1: the first probe waits for a timeout from here, whatever was waited for before.
            spokeNet = net();
        }
        if (!closed && closedWindow) {
            if (probing || host() - closedHost >= end.config.rtoMinNanos()) {
                // There may have been no room for what is under way. Were it sent again after every moment with a
                // closed window, a peer could ask for it as often as it likes.
                recoverTo = Math.max(recoverTo, sender.top);
                recoveryEver = true;
            }
            restartTimer();
            progress();
            timerSince -= ran;
            progressHost -= unanswered;
            progressNet -= unanswered;
        }
        if (closed) {
            progress();
            answered = true;
        }
        closedWindow = closed;
    }

    void settled() {
        boolean mustBeSent =
                fastDue && !end.selectiveAcks && end.alive() && sender.window > 0 && sender.acked < sender.top;
        check(
                !mustBeSent || (recoveryEver && sender.acked <= recoverTo),
                Oracle.FAST_RETRANSMIT,
                "%s was told three times to send from %d, and did not",
                end.name,
                sender.acked);
        fastDue = false;
        timedOutHere = false;
        repairing = false;
    }

    void sweep() {
        boolean waits = sender.acked < sender.top && !end.isForgettable();
        boolean speechless = end.established() && sender.unsent() > 0;
        if (!waits && !speechless) {
            spokeNet = net();
            return;
        }
        long silence = end.quietNanos(spokeNet);
        check(
                silence <= end.config.rtoMaxNanos() + SLACK_NANOS,
                Oracle.STALL,
                "%s has something to send and says nothing for %s s",
                end.name,
                Times.format(silence));
        long without = end.quietNanos(progressNet);
        // A probe has a timeout to be answered in; what is sent again has one more, behind the end of R2.
        long rtoMax = end.config.rtoMaxNanos();
        long most = probing ? Math.max(patienceNanos(), rtoMax) : patienceNanos() + rtoMax;
        check(
                !waits || without <= most + SLACK_NANOS,
                Oracle.GIVE_UP,
                "%s has had no answer for %s s and does not give up",
                end.name,
                Times.format(without));
    }

    /// Whether nothing was answered for so long that the peer may be given up.
    boolean patienceIsOver() {
        return host() - progressHost >= patienceNanos();
    }

    private long patienceNanos() {
        if (end.config.userTimeoutNanos() > 0) {
            return end.config.userTimeoutNanos();
        }
        if (end.established()) {
            return end.config.r2Nanos();
        }
        return end.active ? end.config.r2SynNanos() : end.config.r2SynReceivedNanos();
    }

    /// The user is told that the peer did not answer in time.
    void gaveUp(CloseCause.TimedOut cause) {
        long without = host() - progressHost;
        check(
                without >= patienceNanos(),
                Oracle.GIVE_UP,
                "%s gives up after %s s without an answer, R2 is %s s: %s",
                end.name,
                Times.format(without),
                Times.format(patienceNanos()),
                cause);
    }
}
