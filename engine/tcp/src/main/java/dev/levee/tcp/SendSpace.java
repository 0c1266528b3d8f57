package dev.levee.tcp;

import dev.levee.wire.Seq;
import org.jspecify.annotations.Nullable;

/// The send sequence space of one connection (RFC 9293 §3.3.1), and the octets in it.
///
///           1         2          3          4
///      ----------|----------|----------|----------
///             sndUna     sndMax    sndUna
///                                 +sndWnd
///
/// A position is the count of octets in the user's stream; the octet at position `p` has the sequence number
/// `iss + 1 + p`, the SYN before and the FIN behind them.
///
/// Threads: shard.
final class SendSpace {
    int iss;
    /// Oldest unacknowledged sequence number.
    int sndUna;
    /// Beyond the highest sequence number ever sent: what the RFC calls SND.NXT.
    int sndMax;
    /// Send window in octets, scaled.
    int sndWnd;
    /// SEG.SEQ and SEG.ACK of the last window update.
    int sndWl1;
    int sndWl2;
    /// The largest window ever offered: MAX.SND.WND of RFC 5961.
    int sndWndMax;
    /// How far the peer's window field is to be shifted.
    int sndWndShift;
    /// Largest segment text to send, TCP options not yet subtracted.
    int sndMss;

    /// Behind the last segment sent that was smaller than it could be.
    int smallEnd;

    /// Octets that the user wrote.
    long written;
    /// Octets of those that the peer acknowledged.
    long acked;

    /// The position behind the last octet that the user wrote as urgent; 0: none.
    long urgentEnd;

    /// What was written and not yet acknowledged, and room for `ahead` octets more that somebody may be filling;
    /// null when there is neither.
    @Nullable
    ByteRing ring;

    int ahead;

    /// Null while the user has ended no record.
    @Nullable
    RecordEnds recordEnds;

    /// The user has closed: a FIN follows the last octet.
    boolean finQueued;
    boolean finAcked;
    /// Our SYN was acknowledged. Sequence numbers cannot tell: after 2^32 octets they are the SYN's again.
    boolean synAcked;

    /// The sequence number behind the last octet written: the FIN's, if there is one.
    int dataEndSeq() {
        return iss + 1 + (int) written;
    }

    /// Whether urgent data waits for its acknowledgement, sent or not.
    boolean urgent() {
        return urgentEnd > acked;
    }

    /// SND.UP: behind the urgent data. Means something only while there is some.
    int sndUp() {
        return iss + 1 + (int) urgentEnd;
    }

    /// Octets between the acknowledged and the highest sent, SYN and FIN counted.
    int flightSize() {
        return Seq.distance(sndUna, sndMax);
    }

    /// Whether anything sent waits for its acknowledgement.
    boolean outstanding() {
        return sndUna != sndMax;
    }

    /// Whether that octet of sequence space was used by the SYN and not, after a wrap, by one of text.
    private boolean isSyn(int seq) {
        return !synAcked && seq == iss;
    }

    boolean finSent() {
        return finQueued && sndMax == dataEndSeq() + 1;
    }

    /// Whether the last small segment waits for its acknowledgement.
    boolean smallOutstanding() {
        return outstanding() && Seq.lt(sndUna, smallEnd);
    }

    /// Whether anything written, or the FIN, was not acknowledged yet, sent or not.
    boolean unacknowledged() {
        return acked < written || (finQueued && !finAcked);
    }

    /// The stream position of a sequence number that is not the SYN's.
    long positionOf(int seq) {
        return acked + Seq.distance(synAcked ? sndUna : sndUna + 1, seq);
    }

    /// Octets written that were never sent.
    int unsent() {
        int from = isSyn(sndMax) ? iss + 1 : sndMax;
        return Math.max(0, Seq.distance(from, dataEndSeq()));
    }

    /// A record of the user's ends behind what was written last. What others wait behind is sent however small it is.
    void endRecord() {
        if (unsent() > 0) {
            recordEnds = recordEnds == null ? new RecordEnds() : recordEnds;
            recordEnds.add(written);
        }
    }

    /// Octets from SND.NXT to the end of the user's record there.
    int recordLeft() {
        return recordEnds == null ? RecordEnds.NONE : recordEnds.distance(positionOf(sndMax));
    }

    /// What the window still allows beyond what was sent: may be negative when the window shrank.
    int usableWindow() {
        // The window of a SYN begins behind our own.
        return Seq.distance(sndMax, sndUna + (synAcked ? 0 : 1) + sndWnd);
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        sndUna = packing.baseSeq(sndUna);
        iss = packing.seq(iss);
        sndMax = packing.seq(sndMax);
        sndWnd = packing.number(sndWnd);
        sndWl2 = packing.seq(sndWl2);
        sndWndMax = packing.number(sndWndMax);
        sndWndShift = packing.number(sndWndShift);
        sndMss = packing.number(sndMss);
        smallEnd = packing.seq(smallEnd);
        written = packing.number(written);
        acked = packing.number(acked);
        urgentEnd = packing.number(urgentEnd);
        ahead = packing.number(ahead);
        finQueued = packing.flag(finQueued);
        finAcked = packing.flag(finAcked);
        synAcked = packing.flag(synAcked);
    }
}
