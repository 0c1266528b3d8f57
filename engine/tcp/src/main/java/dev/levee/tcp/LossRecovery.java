package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// What is known to have arrived and to be lost, and what follows from it (RFC 6675, RFC 6582 without SACK):
/// which segments are sent again, how the window is led down (RFC 9937), and how it comes back when nothing
/// had been lost after all (RFC 3522, RFC 4015 §3.2).
///
/// Threads: shard.
final class LossRecovery {
    private static final int DUPLICATES_FOR_RETRANSMIT = 3;
    /// Runs of entries that the SACK blocks of one ACK may cross although they are marked already: what a
    /// peer can
    /// make us do with one segment.
    private static final int STEPS_PER_ACK_MAX = 1024;

    private LossRecovery() {}

    /// An acceptable ACK has come; SND.UNA is still what it was.
    static void begin(Tcb tcb) {
        var loss = tcb.loss;
        loss.ackDelivered = 0;
        loss.ackRttNanos = -1;
        loss.ackDsack = false;
        loss.ackTimed = false;
        loss.ackReordered = false;
        tcb.rate.begin();
        loss.ackLostBefore = tcb.sent().lostCount();
        loss.rackBefore = loss.rackValid;
        loss.deliveredToBefore = loss.deliveredTo;
    }

    /// The SACK blocks (RFC 2018 §5; RFC 2883 §4 for the first).
    static void selectiveAcks(Tcb tcb, long nowNanos, Segment segment) {
        if (!tcb.rcv.selectiveAcks || segment.sackCount() == 0) {
            return;
        }
        var snd = tcb.snd;
        int from = 0;
        if (reportsDuplicate(segment)) {
            from = 1;
            duplicateReported(tcb, segment);
        }
        int una = Seq.max(snd.sndUna, segment.ack());
        int steps = STEPS_PER_ACK_MAX;
        for (int i = from; i < segment.sackCount(); i++) {
            int left = segment.sackLeft(i);
            int right = segment.sackRight(i);
            boolean sane = Seq.lt(left, right) && Seq.ge(left, una) && Seq.le(right, snd.sndMax);
            if (sane) {
                steps = mark(tcb, nowNanos, segment, left, right, steps);
            }
        }
    }

    private static boolean reportsDuplicate(Segment segment) {
        int left = segment.sackLeft(0);
        int right = segment.sackRight(0);
        if (!Seq.lt(left, right)) {
            return false;
        }
        if (Seq.le(right, segment.ack())) {
            return true;
        }
        return segment.sackCount() > 1 && Seq.ge(left, segment.sackLeft(1)) && Seq.le(right, segment.sackRight(1));
    }

    private static void duplicateReported(Tcb tcb, Segment segment) {
        var loss = tcb.loss;
        boolean ours = Seq.gt(segment.sackRight(0), tcb.snd.sndUna - tcb.snd.sndWndMax)
                && Seq.le(segment.sackRight(0), tcb.snd.sndMax);
        if (!ours) {
            return;
        }
        loss.ackDsack = true;
        tcb.tally.duplicatesReported++;
        tcb.context.counters().count(TcpCounters.DUPLICATES_REPORTED_IN);
        Rack.duplicateReported(tcb, Seq.max(tcb.snd.sndUna, segment.ack()));
        int again = sentAgain(tcb, segment.sackLeft(0), segment.sackRight(0));
        loss.undoRetransmits = Math.max(0, loss.undoRetransmits - again);
    }

    /// How many segments of this episode that were sent again a report of duplicates is of. The network
    /// doubles segments as well, such that have nothing to do with what was lost: the copy of one that was
    /// sent once must not be taken for a proof that nothing was lost. Of what is acknowledged already only
    /// the ends are known between which something was sent again.
    private static int sentAgain(Tcb tcb, int left, int right) {
        var loss = tcb.loss;
        var snd = tcb.snd;
        if (!loss.mayUndo || !loss.undoStamped || Seq.lt(left, loss.undoLeft) || Seq.gt(right, loss.undoRight)) {
            return 0;
        }
        if (Seq.lt(left, snd.sndUna)) {
            // What came twice in a row is reported as one.
            int end = snd.finSent() ? Seq.min(right, snd.dataEndSeq()) : right;
            return Math.max(1, (Seq.distance(left, end) + tcb.payloadMax() - 1) / tcb.payloadMax());
        }
        var sent = tcb.sent();
        int count = 0;
        int last = Math.min(sent.end(), sent.find(left) + STEPS_PER_ACK_MAX);
        for (int index = sent.find(left); index != last && Seq.lt(sent.startSeq(index), right); index++) {
            count += sent.retransmitted(index) ? 1 : 0;
        }
        return count;
    }

    private static int mark(Tcb tcb, long nowNanos, Segment segment, int left, int right, int stepsLeft) {
        var sent = tcb.sent();
        int steps = stepsLeft;
        int index = sent.find(left);
        if (index != sent.end() && Seq.lt(sent.startSeq(index), left)) {
            // Part of a segment: the peer will say so again, or take it all.
            index++;
        }
        separateFin(tcb, sent, right);
        while (index != sent.end() && Seq.le(sent.endSeq(index), right) && steps > 0) {
            if (sent.sacked(index)) {
                index = sent.afterSacked(index);
                steps--;
            } else {
                Rack.delivered(tcb, nowNanos, segment, index);
                sent.markSacked(index);
                index++;
            }
        }
        return steps;
    }

    /// A peer may report the last text without the FIN that came with it.
    private static void separateFin(Tcb tcb, SentSegments sent, int right) {
        var snd = tcb.snd;
        int last = sent.end() - 1;
        boolean textOnly = snd.finSent() && right == snd.dataEndSeq() && sent.startSeq(last) != right;
        if (textOnly && sent.endSeq(last) != right && !sent.sacked(last)) {
            sent.split(last, sent.length(last) - 1);
        }
    }

    /// SND.UNA has moved to the segment's ACK: what it covers is no longer in flight.
    static void acknowledged(Tcb tcb, long nowNanos, Segment segment) {
        var sent = tcb.sent();
        int ack = segment.ack();
        tcb.loss.tailProbed = false;
        forgetOld(tcb, ack);
        while (!sent.isEmpty() && Seq.le(sent.endSeq(sent.first()), ack)) {
            if (!sent.sacked(sent.first())) {
                Rack.delivered(tcb, nowNanos, segment, sent.first());
            }
            sent.removeFirst();
        }
        if (!sent.isEmpty() && Seq.lt(sent.startSeq(sent.first()), ack)) {
            int bytes = Seq.distance(sent.startSeq(sent.first()), ack);
            tcb.loss.ackDelivered += sent.sacked(sent.first()) ? 0 : bytes;
            sent.trimFirst(ack);
        }
        flightRound(tcb, ack);
    }

    /// The most of this round trip and of the one before is kept.
    private static void flightRound(Tcb tcb, int ack) {
        var loss = tcb.loss;
        if (tcb.sent().isEmpty()) {
            loss.flightMost = 0;
            loss.flightMostBefore = 0;
        } else if (Seq.ge(ack, loss.flightRoundEnd)) {
            loss.flightMostBefore = loss.flightMost;
            loss.flightMost = Seq.distance(ack, tcb.snd.sndMax);
            loss.flightRoundEnd = tcb.snd.sndMax;
        }
    }

    /// New sequence numbers are on their way.
    static void flightGrew(Tcb tcb) {
        var loss = tcb.loss;
        if (loss.flightMost == 0) {
            loss.flightRoundEnd = tcb.snd.sndMax;
        }
        loss.flightMost = Math.max(loss.flightMost, tcb.snd.flightSize());
    }

    /// Sequence numbers come again: what remembers some must forget them before.
    private static void forgetOld(Tcb tcb, int ack) {
        var loss = tcb.loss;
        if (loss.dsackRound && Seq.ge(ack, loss.dsackRoundEnd)) {
            loss.dsackRound = false;
        }
        // Duplicates are reported for a window at most.
        if (loss.mayUndo && loss.undoStamped && Seq.gt(ack - tcb.snd.sndWndMax, loss.undoRight)) {
            loss.mayUndo = false;
        }
    }

    /// A segment is lost.
    static void lost(Tcb tcb, int index) {
        assert !tcb.sent().sacked(index);
        if (tcb.sent().lost(index)) {
            return;
        }
        tcb.loss.lost += tcb.sent().length(index);
        tcb.tally.lost++;
        tcb.sent().markLost(index);
    }

    /// A duplicate ACK of a peer that has no SACK (RFC 5681 §3.2): some segment has left the network.
    static void duplicate(Tcb tcb) {
        var loss = tcb.loss;
        loss.duplicateAcks++;
        if (tcb.rcv.selectiveAcks) {
            return;
        }
        int most = Math.max(0, tcb.sent().inFlightBytes() - tcb.payloadMax());
        int before = loss.duplicateBytes;
        loss.duplicateBytes = Math.min(before + tcb.payloadMax(), most);
        loss.ackDelivered += tcb.payloadMax();
        boolean beyond = !loss.recoverSet || Seq.gt(tcb.snd.sndUna, loss.recoverTo);
        if (loss.duplicateAcks == DUPLICATES_FOR_RETRANSMIT && beyond && loss.open()) {
            headIsLost(tcb);
        }
    }

    private static void headIsLost(Tcb tcb) {
        var sent = tcb.sent();
        if (!sent.isEmpty()) {
            lost(tcb, sent.first());
        }
    }

    /// Octets in flight, as far as is known (RFC 6675 §4, pipe).
    static int inFlight(Tcb tcb) {
        return Math.max(0, tcb.sent().inFlightBytes() - tcb.loss.duplicateBytes);
    }

    /// The ACK was processed: what does it say about loss, and what about the window?
    ///
    /// @param acked octets by which SND.UNA moved
    static void afterAck(Tcb tcb, long nowNanos, Segment segment, int acked, int flightBefore) {
        var loss = tcb.loss;
        int counted = loss.duplicateBytes;
        if (acked > 0) {
            partialWithoutSack(tcb, acked);
        }
        // Without SACK, what a duplicate ACK counts is counted again when it is acknowledged.
        if (loss.ackDelivered > 0 && (tcb.rcv.selectiveAcks || acked > 0)) {
            tcb.rate.acknowledged(nowNanos, loss.ackDelivered, loss.rttMinNanos);
        }
        if (acked > 0) {
            // RFC 9937 §6.2: "DeliveredData is the change in SND.UNA, minus 1 SMSS for each preceding duplicate ACK".
            loss.ackDelivered = Math.max(0, loss.ackDelivered - (counted - loss.duplicateBytes));
        }
        if (loss.ackReordered) {
            tcb.tally.reorderings++;
        }
        boolean afterTimeout = loss.phase == RecoveryState.AFTER_TIMEOUT;
        boolean undone = maybeUndo(tcb, segment, acked);
        if (tcb.rcv.selectiveAcks && !undone) {
            Rack.detect(tcb, nowNanos);
        }
        boolean reducingBefore = loss.reducing();
        episode(tcb, nowNanos, flightBefore);
        if (Ecn.congested(tcb, segment, flightBefore) && loss.phase == RecoveryState.OPEN) {
            marked(tcb, nowNanos, flightBefore);
        }
        if (loss.reducing()) {
            reduce(tcb, acked);
        } else if (acked > 0 && !reducingBefore) {
            tcb.congestion.onAck(
                    nowNanos,
                    // What the peer had reported before has left the network long ago: the one segment that it waited
                    // for must not let out as much as there was in flight (RFC 3465 §2.3).
                    afterTimeout && !undone ? Math.clamp(arrived(tcb), 1, acked) : acked,
                    loss.ackRttNanos,
                    tcb.rtt.srttNanos(),
                    flightUsed(tcb, flightBefore),
                    tcb.snd.sndUna,
                    tcb.snd.sndMax);
        }
    }

    /// What has left the network with this ACK. Without SACK nobody knows what had before: one segment,
    /// then.
    private static int arrived(Tcb tcb) {
        int delivered = tcb.loss.ackDelivered;
        return tcb.rcv.selectiveAcks ? delivered : Math.min(delivered, tcb.payloadMax());
    }

    /// More could be sent but for the congestion window.
    static void windowUsedUp(Tcb tcb) {
        tcb.loss.windowUsed = true;
        tcb.loss.windowUsedTo = tcb.snd.sndMax;
    }

    /// How much of the window was in use when what is acknowledged was sent. Of several ACKs that come together,
    /// all but the first find less in flight: nothing could be sent in between, and that is no fault of the user's.
    private static int flightUsed(Tcb tcb, int flightBefore) {
        var loss = tcb.loss;
        if (loss.windowUsed && Seq.gt(tcb.snd.sndUna, loss.windowUsedTo)) {
            loss.windowUsed = false;
        }
        return loss.windowUsed ? Math.max(flightBefore, tcb.congestion.cwnd()) : flightBefore;
    }

    /// RFC 6582 §3.2 step 3: each ACK that falls short of the end of the episode shows the next hole.
    private static void partialWithoutSack(Tcb tcb, int acked) {
        var loss = tcb.loss;
        loss.duplicateAcks = 0;
        if (tcb.rcv.selectiveAcks) {
            return;
        }
        boolean partial = loss.fast() && Seq.lt(tcb.snd.sndUna, loss.recoverTo);
        loss.duplicateBytes = partial ? Math.max(0, loss.duplicateBytes - Math.max(0, acked - tcb.payloadMax())) : 0;
        loss.duplicateBytes = Math.min(loss.duplicateBytes, tcb.sent().inFlightBytes());
        if (partial
                && !tcb.sent().isEmpty()
                && !tcb.sent().retransmitted(tcb.sent().first())) {
            headIsLost(tcb);
            tcb.pending |= Tcb.RETRANSMIT_DUE;
        }
        if (loss.open() && loss.recoverSet && Seq.gt(tcb.snd.sndUna, loss.recoverTo)) {
            loss.recoverSet = false;
        }
    }

    private static void episode(Tcb tcb, long nowNanos, int flightBefore) {
        var loss = tcb.loss;
        int end = loss.phase == RecoveryState.MARKED ? loss.markedTo : loss.recoverTo;
        if (loss.phase != RecoveryState.OPEN && Seq.ge(tcb.snd.sndUna, end)) {
            leave(tcb);
        }
        if (loss.open() && tcb.sent().lostCount() > 0) {
            enter(tcb, nowNanos, flightBefore);
        }
    }

    /// Time alone showed a loss.
    static void reorderTimeout(Tcb tcb, long nowNanos) {
        begin(tcb);
        Rack.detect(tcb, nowNanos);
        boolean fastBefore = tcb.loss.fast();
        episode(tcb, nowNanos, tcb.snd.flightSize());
        if (tcb.loss.fast() && !fastBefore) {
            reduce(tcb, 0);
        }
    }

    private static void enter(Tcb tcb, long nowNanos, int flightBefore) {
        var loss = tcb.loss;
        tcb.context.counters().count(TcpCounters.FAST_RETRANSMITS);
        boolean reducing = loss.phase == RecoveryState.MARKED;
        startEpisode(tcb, RecoveryState.FAST);
        if (reducing) {
            // RFC 3168 §6.1.2: once "in response to a series of dropped and/or CE packets from a single window
            // of data".
            loss.mayUndo = false;
        } else {
            beginReduction(tcb, nowNanos, flightBefore);
        }
        tcb.pending |= Tcb.RETRANSMIT_DUE;
        tcb.timers.stop(Timer.TAIL_PROBE);
    }

    /// A probe of the tail has mended a loss that nothing else showed (RFC 8985 §7.4.2): it is congestion all the
    /// same, unless the window is being led down already.
    static void mendedByProbe(Tcb tcb, long nowNanos) {
        if (tcb.loss.phase == RecoveryState.OPEN) {
            // Of an earlier episode nothing can be taken back any more: the window before it is forgotten.
            tcb.loss.mayUndo = false;
            // The ACK that shows it may be of something much later.
            tcb.congestion.onCongestion(nowNanos, Math.min(tcb.loss.tailProbeFlight, tcb.congestion.cwnd()));
            tcb.congestion.cwnd(tcb.congestion.ssthresh());
            Ecn.reduced(tcb);
        }
    }

    /// The peer says that packets were marked, and nothing is lost: "the congestion window should be reduced"
    /// all the same (RFC 3168 §6.1.2), and that is no mistake.
    private static void marked(Tcb tcb, long nowNanos, int flightBefore) {
        var loss = tcb.loss;
        tcb.context.counters().count(TcpCounters.CONGESTION_ECHOES_IN);
        loss.phase = RecoveryState.MARKED;
        // Not `recoverTo`: without SACK that still tells duplicate ACKs that earlier retransmissions cause from those
        // of a loss.
        loss.markedTo = tcb.snd.sndMax;
        loss.mayUndo = false;
        beginReduction(tcb, nowNanos, flightBefore);
    }

    private static void beginReduction(Tcb tcb, long nowNanos, int flightBefore) {
        var loss = tcb.loss;
        tcb.congestion.onCongestion(nowNanos, Math.min(flightBefore, tcb.congestion.cwnd()));
        Ecn.reduced(tcb);
        loss.prrDelivered = 0;
        loss.prrOut = 0;
        // RFC 9937 §6.1, RecoverFS: what is in flight, however the window came to be smaller, but for what is known to
        // have arrived before this ACK.
        int arrived = tcb.sent().sackedBytes() + loss.duplicateBytes - loss.ackDelivered;
        loss.prrFlight = Math.max(1, tcb.snd.flightSize() - arrived);
    }

    private static void startEpisode(Tcb tcb, int phase) {
        var loss = tcb.loss;
        loss.phase = phase;
        loss.recoverTo = tcb.snd.sndMax;
        loss.recoverSet = true;
        loss.mayUndo = true;
        loss.undoRetransmits = 0;
        loss.undoStamped = false;
        loss.tailProbeOut = false;
    }

    private static void leave(Tcb tcb) {
        var loss = tcb.loss;
        if (loss.phase == RecoveryState.MARKED) {
            tcb.congestion.cwnd(tcb.congestion.ssthresh());
            loss.phase = RecoveryState.OPEN;
            return;
        }
        if (loss.fast()) {
            int ssthresh = tcb.congestion.ssthresh();
            int most = Math.max(inFlight(tcb), tcb.payloadMax()) + tcb.payloadMax();
            tcb.congestion.cwnd(tcb.config.recoveryEndsAtThreshold() ? ssthresh : Math.min(ssthresh, most));
        }
        loss.phase = RecoveryState.OPEN;
        loss.duplicateAcks = 0;
        loss.duplicateBytes = 0;
        Rack.recovered(loss);
    }

    /// Proportional rate reduction (RFC 9937 §6): the window follows what was delivered.
    private static void reduce(Tcb tcb, int acked) {
        var loss = tcb.loss;
        int mss = tcb.payloadMax();
        int ssthresh = tcb.congestion.ssthresh();
        int pipe = inFlight(tcb);
        loss.prrDelivered += loss.ackDelivered;
        long more;
        if (pipe > ssthresh) {
            more = (loss.prrDelivered * ssthresh + loss.prrFlight - 1) / loss.prrFlight - loss.prrOut;
        } else {
            more = Math.max(loss.prrDelivered - loss.prrOut, loss.ackDelivered);
            boolean progress = acked > 0 && tcb.sent().lostCount() <= loss.ackLostBefore;
            more = Math.min(ssthresh - pipe, more + (progress ? mss : 0));
        }
        if (loss.prrOut == 0 && loss.fast()) {
            // What was found lost goes out at once. A mark asks for nothing to be sent.
            more = Math.max(more, mss);
        }
        tcb.congestion.cwnd((int) Math.min(pipe + Math.max(0, more), SlowStart.WINDOW_MAX));
    }

    /// Something was sent during an episode.
    static void sent(Tcb tcb, int bytes) {
        tcb.loss.prrOut += bytes;
    }

    /// The same of what was sent before.
    static void sentAgain(Tcb tcb, long nowNanos, int seq, int bytes) {
        var loss = tcb.loss;
        sent(tcb, bytes);
        if (!loss.mayUndo || loss.open()) {
            // A probe of the tail, after the episode.
            return;
        }
        loss.undoRetransmits++;
        if (!loss.undoStamped) {
            loss.undoStamped = true;
            loss.undoTsVal = tcb.timestamp(nowNanos);
            loss.undoLeft = seq;
            loss.undoRight = seq;
        }
        loss.undoLeft = Seq.min(loss.undoLeft, seq);
        loss.undoRight = Seq.max(loss.undoRight, seq + bytes);
    }

    /// A retransmission timeout (RFC 6298 (5.4), RFC 8985 §6.3).
    static void timeout(Tcb tcb, long nowNanos) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        boolean first = tcb.rtt.timeouts() == 0;
        tcb.congestion.onTimeout(nowNanos, Math.min(tcb.snd.flightSize(), tcb.congestion.cwnd()), first);
        Ecn.reduced(tcb);
        if (!sent.isEmpty() && sent.sacked(sent.first())) {
            // RFC 2018 §8: the peer has SACKed what would have let it acknowledge more, and did not: it has
            // thrown it away.
            sent.forgetSacked();
        }
        Rack.markAtTimeout(tcb, nowNanos);
        if (first) {
            startEpisode(tcb, RecoveryState.AFTER_TIMEOUT);
        } else {
            loss.phase = RecoveryState.AFTER_TIMEOUT;
            loss.recoverTo = tcb.snd.sndMax;
            loss.recoverSet = true;
        }
        loss.duplicateAcks = 0;
        loss.duplicateBytes = 0;
        tcb.pending |= Tcb.RETRANSMIT_DUE;
        tcb.timers.stop(Timer.REORDER);
        tcb.timers.stop(Timer.TAIL_PROBE);
    }

    /// The window has closed: nothing but probes is sent.
    static void windowCloses(Tcb tcb) {
        tcb.loss.tailProbeOut = false;
        tcb.pending &= ~(Tcb.RETRANSMIT_DUE | Tcb.TAIL_PROBE_DUE);
        tcb.timers.stop(Timer.REORDER);
        tcb.timers.stop(Timer.TAIL_PROBE);
    }

    /// The window has been closed for a timeout: the peer may have had no room for what is in flight. It is sent
    /// again when the window opens, which is no sign of congestion. Were that so from the first moment on, a peer
    /// that closes its window and opens it at once would be sent everything again, as often as it likes.
    static void windowClosed(Tcb tcb) {
        var loss = tcb.loss;
        tcb.sent().markAllLost();
        loss.phase = RecoveryState.AFTER_TIMEOUT;
        loss.recoverTo = tcb.snd.sndMax;
        loss.recoverSet = true;
        loss.mayUndo = false;
        loss.duplicateAcks = 0;
        loss.duplicateBytes = 0;
        windowCloses(tcb);
    }

    /// The path carries smaller packets than thought: what is in flight and larger was lost, and is sent again in
    /// segments that fit. RFC 8201 §5.4: such a loss is no sign of congestion.
    static void tooLarge(Tcb tcb) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        boolean any = false;
        for (int index = sent.first(); index != sent.end(); index++) {
            if (Retransmission.textOf(tcb, sent, index) > tcb.payloadMax() && !sent.sacked(index)) {
                any = true;
                lost(tcb, index);
            }
        }
        if (!any) {
            return;
        }
        // All at once: one by one, as they are sent, each cut would cost as much as there is in flight.
        sent.splitLost(tcb.payloadMax(), tcb.snd.finQueued ? tcb.snd.dataEndSeq() : tcb.snd.sndMax);
        if (loss.phase == RecoveryState.MARKED) {
            leave(tcb);
        }
        if (loss.phase == RecoveryState.OPEN) {
            loss.phase = RecoveryState.AFTER_TIMEOUT;
            loss.recoverTo = tcb.snd.sndMax;
            loss.recoverSet = true;
            loss.tailProbeOut = false;
        }
        loss.mayUndo = false;
        loss.duplicateAcks = 0;
        loss.duplicateBytes = 0;
        tcb.rttTimed = false;
        tcb.pending |= Tcb.RETRANSMIT_DUE;
        tcb.timers.stop(Timer.REORDER);
        tcb.timers.stop(Timer.TAIL_PROBE);
    }

    /// Whether the episode was a mistake: the ACK was caused by a first copy (RFC 3522), or every
    /// retransmission was a duplicate (RFC 2883). Then the threshold is what it was (RFC 4015), and the
    /// window too, as with Linux; nothing is lost.
    private static boolean maybeUndo(Tcb tcb, Segment segment, int acked) {
        var loss = tcb.loss;
        if (!loss.mayUndo || !loss.undoStamped) {
            return false;
        }
        boolean firstCopy = acked > 0
                && loss.phase != RecoveryState.OPEN
                && tcb.rcv.timestamps
                && segment.hasTimestamps()
                && Seq.lt(segment.tsEcr(), loss.undoTsVal);
        boolean allTwice = loss.ackDsack && loss.undoRetransmits == 0;
        if (!firstCopy && !allTwice) {
            return false;
        }
        tcb.context.counters().count(TcpCounters.RECOVERIES_UNDONE);
        loss.mayUndo = false;
        tcb.congestion.undo();
        tcb.sent().forgetLost();
        tcb.pending &= ~Tcb.RETRANSMIT_DUE;
        loss.phase = RecoveryState.OPEN;
        loss.duplicateAcks = 0;
        loss.duplicateBytes = 0;
        return true;
    }
}
