package dev.levee.tcp;

/// Which segments carry PSH (RFC 9293 §3.9.1.2): the last of what was written, and where the user wants it, the
/// last of each group that goes out together, so that no receiver waits for the rest before it passes them on.
///
/// Threads: shard.
final class Push {
    private static final long MILLI_NANOS = 1_000_000L;

    private Push() {}

    /// Whether the octet before `seq` is the last one written, and to be pushed. RFC 9293 §3.9.1.2: "if PUSH flags
    /// are not implemented, then the sending TCP peer ... MUST set the PSH bit in the last buffered segment".
    static boolean isEnd(Tcb tcb, int seq) {
        return seq == tcb.snd.dataEndSeq() && !tcb.unpushed;
    }

    /// Whether the user wants the segment of `length` octets pushed that goes out at SND.NXT for the first time. A
    /// record ends with it, or the text that went with a SYN: that is a message of its own, the user waited with
    /// the rest.
    static boolean asked(Tcb tcb, int length) {
        boolean endsSynText = tcb.fastOpen != null && tcb.fastOpen.textAgain(tcb.snd) == length;
        boolean endsRecord = length == tcb.snd.recordLeft();
        return length > 0 && (endsSynText || endsRecord || isEnd(tcb, tcb.snd.sndMax + length));
    }

    /// Whether that segment carries PSH, being asked for or the last of a group.
    static boolean due(Tcb tcb, int length, boolean asked) {
        if (length == 0 || tcb.config.pushGroupSegments() == 0) {
            return asked;
        }
        count(tcb, tcb.snd.sndMax, length, false);
        return ends(tcb, asked, anotherFollows(tcb, length));
    }

    /// Whether a segment that is sent again carries PSH: it did the first time because the user wanted it, or it is
    /// the last of several of one group that are sent again together.
    static boolean again(Tcb tcb, int index) {
        var sent = tcb.sent();
        int start = sent.startSeq(index);
        int length = Retransmission.textOf(tcb, sent, index);
        if (length == 0) {
            return false;
        }
        // What was pushed stays pushed, whatever was written since.
        boolean asked = sent.pushed(index) || isEnd(tcb, start + length);
        if (tcb.config.pushGroupSegments() == 0) {
            return asked;
        }
        count(tcb, start, length, sent.beginsGroup(index));
        int other = index + 1;
        boolean follows = other != sent.end()
                && sent.lost(other)
                && !sent.beginsGroup(other)
                && Output.congestionWindowLeft(tcb) - sent.length(index) >= sent.length(other);
        return ends(tcb, asked, follows);
    }

    /// Nothing more can be sent now: what follows goes out in a group of its own.
    static void drained(Tcb tcb) {
        tcb.groupSegments = 0;
    }

    private static void count(Tcb tcb, int seq, int length, boolean begins) {
        boolean goesOn = tcb.groupSegments > 0 && tcb.groupEndSeq == seq && !begins;
        tcb.groupSegments = goesOn ? tcb.groupSegments + 1 : 1;
        tcb.groupBegins = !goesOn;
        tcb.groupEndSeq = seq + length;
    }

    /// @return whether the segment that was counted is to be pushed
    private static boolean ends(Tcb tcb, boolean asked, boolean follows) {
        int segments = tcb.groupSegments;
        boolean ends = asked || !follows || segments >= groupMax(tcb);
        if (ends) {
            tcb.groupSegments = 0;
        }
        return asked || (ends && segments > 1);
    }

    /// The most segments in a group: what goes out in a millisecond where the path is that fast, and never more
    /// than half of what may be under way, so that a group cannot use up the window.
    private static long groupMax(Tcb tcb) {
        int cwnd = tcb.congestion.cwnd();
        int mss = tcb.payloadMax();
        long srtt = tcb.rtt.srttNanos();
        long half = Math.max(1, cwnd / 2 / mss);
        if (srtt < 0) {
            return half;
        }
        long tenths = cwnd < tcb.congestion.ssthresh() / 2 ? 20 : 12;
        long fast = cwnd * tenths * MILLI_NANOS / 10 / Math.max(1, srtt) / mss;
        return Math.min(half, Math.max(fast, tcb.config.pushGroupSegments()));
    }

    /// Whether a segment will go out right behind one of `length` octets.
    private static boolean anotherFollows(Tcb tcb, int length) {
        var snd = tcb.snd;
        int unsent = snd.unsent() - length;
        int room = Math.min(snd.usableWindow(), Output.congestionWindowLeft(tcb)) - length;
        int record = snd.recordLeft() - length;
        int next = Math.min(Math.min(unsent, tcb.payloadMax()), Math.min(room, record));
        boolean tailGoes = tcb.noDelay || (tcb.config.nagleAfterSmallOnly() && !snd.smallOutstanding());
        return next == tcb.payloadMax() || (next > 0 && (next == record || (next == unsent && tailGoes)));
    }
}
