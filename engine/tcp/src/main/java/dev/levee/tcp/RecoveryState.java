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
    /// retransmissions were not yet reported as duplicates; and the timestamp of the first of them.
    boolean mayUndo;
    int undoRetransmits;
    boolean undoStamped;
    int undoTsVal;

    /// RFC 8985 §5.2: of the segments delivered the one sent last, and its round-trip time.
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
}
