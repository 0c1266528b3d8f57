package dev.levee.tcp;

import dev.levee.wire.Seq;
import org.jspecify.annotations.Nullable;

/// The receive sequence space of one connection (RFC 9293 §3.3.1), and the octets in it.
///
/// Octets are copied straight to their place in the ring, in order or not; [Reassembly] remembers which of
/// those beyond rcvNxt are there.
///
/// Threads: shard.
final class ReceiveSpace {
    int irs;
    /// Next sequence number expected in order.
    int rcvNxt;
    /// The right edge of the window that was promised: never taken back (RFC 9293 §3.8.6).
    int rcvAdv;
    /// The largest window, and how much of it is offered by now.
    int limit;
    int offer;
    /// How far our window is shifted on the wire.
    int rcvWndShift;
    /// Last.ACK.sent of RFC 7323.
    int lastAckSent;

    /// Octets received in order.
    long received;
    /// Octets that the user took.
    long read;

    /// RCV.UP as a position in the stream: behind the last octet that the peer calls urgent, here already or not.
    long urgentEnd;

    /// What was received and not yet taken; null when there is nothing.
    @Nullable
    ByteRing ring;
    /// What of it lies beyond RCV.NXT; null when nothing does.
    @Nullable
    Reassembly reassembly;

    /// Where the peer's FIN stands, once it was seen; meaningless before.
    int finSeq;
    boolean finSeen;
    /// The FIN and all before it has arrived.
    boolean finReached;
    /// The user will not read any more.
    boolean closed;

    /// Selective acknowledgements are in use (RFC 2018 §2).
    boolean selectiveAcks;

    /// Octets that arrived a second time and are still to be reported, `[left, right)`: none when empty.
    int duplicateLeft;
    int duplicateRight;

    /// Timestamps (RFC 7323).
    boolean timestamps;
    int tsRecent;
    long tsRecentNanos;

    /// What the last promise left: RCV.WND.
    int rcvWnd() {
        return Seq.distance(rcvNxt, rcvAdv);
    }

    int available() {
        return (int) (received - read);
    }

    /// The octets `[from, to)` have arrived: which of them for the second time. RFC 2883 §4 has the first such run
    /// reported, in one ACK: "Each duplicate contiguous sequence of data received is reported in at most one
    /// D-SACK block." A second run before that ACK extends the report when they touch, and is forgotten otherwise.
    void noteDuplicate(int from, int to) {
        // Nothing before the first octet of text can have come before, whatever a segment claims to repeat.
        int left = received < Integer.MAX_VALUE ? Seq.max(from, irs + 1) : from;
        int right = Seq.min(to, rcvNxt);
        if (Seq.ge(from, rcvNxt) && reassembly != null) {
            int index = reassembly.firstBeyond(from);
            if (index < reassembly.count()) {
                left = Seq.max(from, reassembly.left(index));
                right = Seq.min(to, reassembly.right(index));
            }
        }
        if (Seq.ge(left, right)) {
            return;
        }
        if (duplicateLeft == duplicateRight) {
            duplicateLeft = left;
            duplicateRight = right;
        } else if (Seq.le(left, duplicateRight) && Seq.le(duplicateLeft, right)) {
            duplicateLeft = Seq.min(left, duplicateLeft);
            duplicateRight = Seq.max(right, duplicateRight);
        }
    }

    boolean hasDuplicate() {
        return duplicateLeft != duplicateRight;
    }

    /// RFC 9293 §3.10.7.4, first check: the four cases of acceptability.
    boolean accepts(int segSeq, int segLen) {
        int window = rcvWnd();
        if (segLen == 0) {
            return window == 0 ? segSeq == rcvNxt : Seq.inWindow(segSeq, rcvNxt, window);
        }
        return window > 0
                && (Seq.inWindow(segSeq, rcvNxt, window) || Seq.inWindow(segSeq + segLen - 1, rcvNxt, window));
    }

    /// Whether `segSeq` is the first number behind the window, or behind the peer's FIN, which is taken
    /// there too.
    boolean endsAt(int segSeq) {
        return segSeq == rcvNxt + rcvWnd() || (finSeen && segSeq == finSeq + 1);
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        rcvNxt = packing.baseSeq(rcvNxt);
        irs = packing.seq(irs);
        rcvAdv = packing.seq(rcvAdv);
        limit = packing.number(limit);
        offer = packing.number(offer);
        rcvWndShift = packing.number(rcvWndShift);
        lastAckSent = packing.seq(lastAckSent);
        received = packing.number(received);
        read = packing.number(read);
        urgentEnd = packing.number(urgentEnd);
        finSeq = packing.seq(finSeq);
        finSeen = packing.flag(finSeen);
        finReached = packing.flag(finReached);
        closed = packing.flag(closed);
        selectiveAcks = packing.flag(selectiveAcks);
        duplicateLeft = packing.seq(duplicateLeft);
        duplicateRight = packing.seq(duplicateRight);
        timestamps = packing.flag(timestamps);
        tsRecent = packing.number(tsRecent);
        tsRecentNanos = packing.nanos(tsRecentNanos);
    }
}
