package dev.levee.tcp;

/// What one connection knows about loss beside the scoreboard: the episode that it is in, RACK's view of the
/// path, and the probe of the tail. Worked on by [LossRecovery] and [Rack].
///
/// Threads: shard.
final class RecoveryState {
    /// Nothing is known to be lost.
    static final int OPEN = 0;
    /// What was found lost is being sent again, the window led by what is delivered (RFC 9937).
    static final int FAST = 1;
    /// A retransmission timeout, or a window that was closed: what was in flight is sent again as the window
    /// allows.
    static final int AFTER_TIMEOUT = 2;
    /// Nothing is known to be lost, but packets were marked (RFC 3168): the window is led down as in FAST.
    static final int MARKED = 3;

    int phase = OPEN;
    /// The episode ends when everything up to here was acknowledged.
    int recoverTo;
    /// Where a reduction for marks ends.
    int markedTo;
    /// RFC 6582 §3.2: whether `recoverTo` says anything, for peers without SACK.
    boolean recoverSet;

    /// Peers without SACK: duplicate ACKs in a row, and octets that they say have left the network.
    int duplicateAcks;
    int duplicateBytes;

    /// RFC 9937: octets delivered and sent in this episode, and in flight when it began.
    long prrDelivered;
    long prrOut;
    int prrFlight;

    /// RFC 3522 and RFC 2883: whether this episode may turn out to have been a mistake; how many of its
    /// retransmissions were not yet reported as duplicates; the timestamp of the first of them; and between
    /// which sequence numbers they lie.
    boolean mayUndo;
    int undoRetransmits;
    boolean undoStamped;
    int undoTsVal;
    int undoLeft;
    int undoRight;

    /// RFC 8985 §5.2: of the segments delivered the one sent last, and the round-trip time of the one delivered last.
    boolean rackValid;
    long rackSentNanos;
    int rackEndSeq;
    long rackRttNanos;
    /// The smallest round-trip time of the last minutes, and since when it is that.
    long rttMinNanos = -1;
    long rttMinSinceNanos;
    /// The highest sequence number delivered.
    int deliveredTo;
    boolean reorderingSeen;
    /// The reordering window in quarters of the smallest round-trip time, and for how many more episodes.
    int reorderQuarters = 1;
    int reorderEpisodes;
    int dsackRoundEnd;
    boolean dsackRound;

    /// RFC 8985 §7.1: a probe of the tail is out, was a retransmission, and ended there.
    boolean tailProbeOut;
    boolean tailProbeAgain;
    /// One was sent since SND.UNA last moved: one is enough.
    boolean tailProbed;
    int tailProbeEndSeq;
    /// The most that was in flight in this round trip, which ends there, and in the one before; and the
    /// most of both when the probe went out.
    int flightMost;
    int flightMostBefore;
    int flightRoundEnd;
    int tailProbeFlight;

    /// Octets found to be lost.
    long lost;

    /// Whether the congestion window was what stopped the sender, and how far that had come when it last was.
    boolean windowUsed;
    int windowUsedTo;

    /// Of the ACK that is being processed: octets delivered, the round-trip time of the last segment sent of
    /// these or -1, whether it reports a duplicate, and whether it shows that segments overtook each other.
    int ackDelivered;
    long ackRttNanos;
    boolean ackDsack;
    /// Whether it has told a round-trip time, and when the last segment was sent that it did so for.
    boolean ackTimed;
    long ackSentNanos;
    boolean ackReordered;
    int ackLostBefore;
    /// And what was known before it: the blocks of an ACK come in any order.
    boolean rackBefore;
    int deliveredToBefore;

    boolean fast() {
        return phase == FAST;
    }

    /// Whether nothing is known to be lost.
    boolean open() {
        return phase == OPEN || phase == MARKED;
    }

    /// Whether the window follows what is delivered.
    boolean reducing() {
        return phase == FAST || phase == MARKED;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        phase = packing.number(phase);
        recoverTo = packing.seq(recoverTo);
        markedTo = packing.seq(markedTo);
        recoverSet = packing.flag(recoverSet);
        duplicateAcks = packing.number(duplicateAcks);
        duplicateBytes = packing.number(duplicateBytes);
        prrDelivered = packing.number(prrDelivered);
        prrOut = packing.number(prrOut);
        prrFlight = packing.number(prrFlight);
        mayUndo = packing.flag(mayUndo);
        undoRetransmits = packing.number(undoRetransmits);
        undoStamped = packing.flag(undoStamped);
        undoTsVal = packing.number(undoTsVal);
        undoLeft = packing.seq(undoLeft);
        undoRight = packing.seq(undoRight);
        packRack(packing);
        tailProbeOut = packing.flag(tailProbeOut);
        tailProbeAgain = packing.flag(tailProbeAgain);
        tailProbed = packing.flag(tailProbed);
        tailProbeEndSeq = packing.seq(tailProbeEndSeq);
        flightMost = packing.number(flightMost);
        flightMostBefore = packing.number(flightMostBefore);
        flightRoundEnd = packing.seq(flightRoundEnd);
        tailProbeFlight = packing.number(tailProbeFlight);
        lost = packing.number(lost);
        windowUsed = packing.flag(windowUsed);
        windowUsedTo = packing.seq(windowUsedTo);
        ackDelivered = packing.number(ackDelivered);
        ackRttNanos = packing.number(ackRttNanos);
        ackTimed = packing.flag(ackTimed);
        ackSentNanos = packing.nanos(ackSentNanos);
        ackDsack = packing.flag(ackDsack);
        ackReordered = packing.flag(ackReordered);
        ackLostBefore = packing.number(ackLostBefore);
        rackBefore = packing.flag(rackBefore);
        deliveredToBefore = packing.seq(deliveredToBefore);
    }

    private void packRack(Packing packing) {
        rackValid = packing.flag(rackValid);
        rackSentNanos = packing.nanos(rackSentNanos);
        rackEndSeq = packing.seq(rackEndSeq);
        rackRttNanos = packing.number(rackRttNanos);
        rttMinNanos = packing.number(rttMinNanos);
        rttMinSinceNanos = packing.nanos(rttMinSinceNanos);
        deliveredTo = packing.seq(deliveredTo);
        reorderingSeen = packing.flag(reorderingSeen);
        reorderQuarters = packing.number(reorderQuarters, 1);
        reorderEpisodes = packing.number(reorderEpisodes);
        dsackRoundEnd = packing.seq(dsackRoundEnd);
        dsackRound = packing.flag(dsackRound);
    }
}
