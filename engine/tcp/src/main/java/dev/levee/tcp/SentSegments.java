package dev.levee.tcp;

import dev.levee.wire.Seq;
import java.util.Arrays;

/// The scoreboard: every segment in flight, its fate so far, and when it was last sent (RFC 6675 §3, RFC 8985
/// §5.1).
///
/// A queue in order of sequence numbers, held in parallel arrays: 57 octets a segment, no object. An entry is
/// named by its *index*, which counts up for ever and stays the same while the entry lives. A second
/// order is by time of the last transmission ([SentOrder]).
///
/// Each segment is in one of three conditions: under way, SACKED, or LOST. Only what is under way counts as in
/// flight.
///
/// Threads: shard.
final class SentSegments {
    /// More entries than this are not taken: a bound on what tiny segments can cost.
    static final int ENTRIES_MAX = 1 << 16;

    static final int NONE = SentOrder.NONE;

    /// The peer has it, and has said so selectively.
    private static final byte SACKED = 1;
    /// It was found to be lost, and was not sent again since.
    private static final byte LOST = 2;
    /// It was sent more than once.
    private static final byte RETRANSMITTED = 4;
    /// When it was sent, the application had no more.
    private static final byte APPLICATION_LIMITED = 8;
    /// The user had it pushed.
    private static final byte PUSHED = 16;
    /// It was the first of several that went out together.
    private static final byte GROUP = 32;
    /// A record of the user's ends with it.
    private static final byte RECORD = 64;

    private static final int ENTRIES_MIN = 16;
    private static final int INDEX_MAX = 1 << 30;

    private int[] start = new int[ENTRIES_MIN];
    private int[] end = new int[ENTRIES_MIN];
    private byte[] marks = new byte[ENTRIES_MIN];
    private long[] sentNanos = new long[ENTRIES_MIN];
    private final SentOrder order = new SentOrder(ENTRIES_MIN);
    private long[] deliveredThen = new long[ENTRIES_MIN];
    private long[] deliveredNanosThen = new long[ENTRIES_MIN];
    private long[] firstSentNanosThen = new long[ENTRIES_MIN];

    private int head;
    private int tail;
    /// No LOST entry lies before it.
    private int lostFrom;

    private int inFlightBytes;
    private int lostBytes;
    private int sackedBytes;
    private int sackedCount;
    private int lostCount;
    private int retransmittedCount;
    private long touches;

    boolean isEmpty() {
        return head == tail;
    }

    int count() {
        return tail - head;
    }

    boolean isFull() {
        return count() >= ENTRIES_MAX;
    }

    /// The index of the entry with the lowest sequence numbers.
    int first() {
        return head;
    }

    /// The index behind the last entry.
    int end() {
        return tail;
    }

    int startSeq(int index) {
        return start[slot(index)];
    }

    int endSeq(int index) {
        return end[slot(index)];
    }

    int length(int index) {
        return Seq.distance(startSeq(index), endSeq(index));
    }

    boolean sacked(int index) {
        return (marks[slot(index)] & SACKED) != 0;
    }

    boolean lost(int index) {
        return (marks[slot(index)] & LOST) != 0;
    }

    boolean retransmitted(int index) {
        return (marks[slot(index)] & RETRANSMITTED) != 0;
    }

    boolean pushed(int index) {
        return (marks[slot(index)] & PUSHED) != 0;
    }

    boolean endsRecord(int index) {
        return (marks[slot(index)] & RECORD) != 0;
    }

    boolean beginsGroup(int index) {
        return (marks[slot(index)] & GROUP) != 0;
    }

    long sentNanos(int index) {
        return sentNanos[slot(index)];
    }

    /// What the connection had delivered when the segment was sent, when that had last grown, and when the first
    /// segment of that time was sent: the start of a measurement of the [DeliveryRate].
    long deliveredThen(int index) {
        return deliveredThen[slot(index)];
    }

    long deliveredNanosThen(int index) {
        return deliveredNanosThen[slot(index)];
    }

    long firstSentNanosThen(int index) {
        return firstSentNanosThen[slot(index)];
    }

    /// Whether it was sent by an application that had no more.
    boolean applicationLimited(int index) {
        return (marks[slot(index)] & APPLICATION_LIMITED) != 0;
    }

    /// Octets under way: neither known to have arrived nor found to be lost.
    int inFlightBytes() {
        return inFlightBytes;
    }

    /// Octets found to be lost and not sent again yet.
    int lostBytes() {
        return lostBytes;
    }

    int lostCount() {
        return lostCount;
    }

    /// Segments under way that were sent more than once.
    int retransmittedCount() {
        return retransmittedCount;
    }

    int sackedBytes() {
        return sackedBytes;
    }

    int sackedCount() {
        return sackedCount;
    }

    /// A segment with new sequence numbers was sent.
    void append(long nowNanos, int startSeq, int endSeq, DeliveryRate rate) {
        if (count() == start.length) {
            grow();
        }
        int index = tail++;
        int at = slot(index);
        start[at] = startSeq;
        end[at] = endSeq;
        marks[at] = 0;
        stamp(at, rate);
        inFlightBytes += length(index);
        sentNow(nowNanos, index);
    }

    /// What is known of the entry appended last: whether the user had it pushed, and whether it begins a group.
    void markLast(boolean pushed, boolean beginsGroup) {
        marks[slot(tail - 1)] |= (byte) ((pushed ? PUSHED : 0) | (beginsGroup ? GROUP : 0));
    }

    /// A record ends with the last entry.
    void endRecord() {
        marks[slot(tail - 1)] |= RECORD;
    }

    /// The segment was sent again, whatever was thought of it before.
    void sentAgain(long nowNanos, int index, DeliveryRate rate) {
        int at = slot(index);
        if ((marks[at] & LOST) != 0) {
            lostBytes -= length(index);
            lostCount--;
            inFlightBytes += length(index);
        } else if ((marks[at] & SACKED) == 0) {
            order.unlink(index);
            retransmittedCount -= (marks[at] & RETRANSMITTED) == 0 ? 0 : 1;
        }
        marks[at] = (byte) (marks[at] & ~LOST | RETRANSMITTED);
        stamp(at, rate);
        if ((marks[at] & SACKED) == 0) {
            retransmittedCount++;
            sentNow(nowNanos, index);
        }
    }

    private void stamp(int at, DeliveryRate rate) {
        deliveredThen[at] = rate.delivered;
        deliveredNanosThen[at] = rate.deliveredNanos;
        firstSentNanosThen[at] = rate.firstSentNanos;
        int others = marks[at] & ~APPLICATION_LIMITED;
        marks[at] = (byte) (others | (rate.limitedNow() ? APPLICATION_LIMITED : 0));
    }

    private void sentNow(long nowNanos, int index) {
        sentNanos[slot(index)] = nowNanos;
        order.link(index, order.newest());
    }

    /// The segment under way that was sent longest ago; NONE when there is none.
    int oldest() {
        return order.oldest();
    }

    /// The next in that order.
    int sentAfter(int index) {
        return order.after(slot(index));
    }

    /// The first entry from a SACKED one on that is not, or [#end]. A step for each run of them that it
    /// has not crossed before, so that a peer that reports one long block again and again costs little.
    int afterSacked(int index) {
        int next = index;
        while (next != tail && sacked(next)) {
            next = order.afterRun(slot(next));
        }
        for (int i = index; i != next; ) {
            int at = slot(i);
            i = order.afterRun(at);
            order.run(at, next);
        }
        return next;
    }

    void markSacked(int index) {
        leave(index);
        marks[slot(index)] |= SACKED;
        order.run(slot(index), index + 1);
        sackedBytes += length(index);
        sackedCount++;
    }

    void markLost(int index) {
        if ((marks[slot(index)] & (LOST | SACKED)) != 0) {
            return;
        }
        leave(index);
        marks[slot(index)] |= LOST;
        lostBytes += length(index);
        lostCount++;
        if (index - lostFrom < 0) {
            lostFrom = index;
        }
    }

    /// Everything that is not SACKED is LOST.
    void markAllLost() {
        for (int index = head; index != tail; index++) {
            markLost(index);
        }
    }

    /// The peer went back on its word: nothing is known to have arrived (RFC 2018 §8).
    void forgetSacked() {
        for (int index = head; index != tail; index++) {
            if (sacked(index)) {
                marks[slot(index)] ^= SACKED | LOST;
                lostBytes += length(index);
                lostCount++;
            }
        }
        sackedBytes = 0;
        sackedCount = 0;
        lostFrom = head;
    }

    /// What was found lost is taken to be under way after all: the finding was wrong. It was sent before
    /// everything that was not.
    void forgetLost() {
        for (int index = tail - 1; lostCount > 0; index--) {
            if (lost(index)) {
                marks[slot(index)] &= ~LOST;
                lostBytes -= length(index);
                lostCount--;
                inFlightBytes += length(index);
                retransmittedCount += retransmitted(index) ? 1 : 0;
                order.link(index, NONE);
            }
        }
    }

    private void leave(int index) {
        int at = slot(index);
        if ((marks[at] & LOST) != 0) {
            marks[at] &= ~LOST;
            lostBytes -= length(index);
            lostCount--;
        } else {
            order.unlink(index);
            inFlightBytes -= length(index);
            retransmittedCount -= (marks[at] & RETRANSMITTED) == 0 ? 0 : 1;
        }
    }

    /// The LOST entry with the lowest sequence numbers; NONE when there is none.
    int firstLost() {
        if (lostCount == 0) {
            return NONE;
        }
        if (lostFrom - head < 0) {
            lostFrom = head;
        }
        while (!lost(lostFrom)) {
            lostFrom++;
        }
        return lostFrom;
    }

    /// The entry that holds `seq`, or [#end] when none does.
    int find(int seq) {
        int low = head;
        int high = tail;
        while (low != high) {
            int middle = low + (high - low >>> 1);
            if (Seq.le(endSeq(middle), seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Takes the first entry away: the peer has it.
    void removeFirst() {
        int at = slot(head);
        if ((marks[at] & SACKED) != 0) {
            sackedBytes -= length(head);
            sackedCount--;
        } else {
            leave(head);
        }
        head++;
        if (head >= INDEX_MAX) {
            rebase();
        }
    }

    /// The peer has the first octets of the first entry, up to `seq`.
    void trimFirst(int seq) {
        int at = slot(head);
        int gone = Seq.distance(start[at], seq);
        start[at] = seq;
        account(at, -gone);
    }

    private void account(int at, int bytes) {
        if ((marks[at] & SACKED) != 0) {
            sackedBytes += bytes;
        } else if ((marks[at] & LOST) != 0) {
            lostBytes += bytes;
        } else {
            inFlightBytes += bytes;
        }
    }

    /// The last entry grew by sequence numbers that go out with its next copy: a FIN.
    void extendLast(int seq) {
        int at = slot(tail - 1);
        account(at, Seq.distance(end[at], seq));
        end[at] = seq;
    }

    /// The first entry takes in the second, so that both go out in one segment; both are LOST.
    void mergeFirst() {
        int seq = start[slot(head)];
        int bytes = length(head);
        removeFirst();
        start[slot(head)] = seq;
        marks[slot(head)] |= RETRANSMITTED;
        account(slot(head), bytes);
    }

    /// Cuts an entry in two, the first of `bytes`: the path takes smaller segments now. Costs a step for each
    /// entry there is.
    void split(int index, int bytes) {
        if (count() == start.length) {
            grow();
        }
        for (int i = tail; i != index; i--) {
            copy(slot(i - 1), slot(i));
        }
        tail++;
        lostFrom = SentOrder.shifted(lostFrom, index);
        order.shift(index);
        for (int i = head; i != tail; i++) {
            order.shift(slot(i), index);
        }
        int cut = startSeq(index) + bytes;
        end[slot(index)] = cut;
        start[slot(index + 1)] = cut;
        marks[slot(index)] &= ~(PUSHED | RECORD);
        marks[slot(index + 1)] &= ~GROUP;
        if (lost(index)) {
            lostCount++;
        } else if (sacked(index)) {
            sackedCount++;
        } else {
            retransmittedCount += retransmitted(index) ? 1 : 0;
            order.link(index + 1, index);
        }
    }

    /// Cuts all LOST entries into pieces of at most `bytes` octets of text, which ends at `textEnd`; what lies there
    /// is a FIN. Costs a step for each entry before and after, where as many calls of [#split] would cost the
    /// product of both.
    void splitLost(int bytes, int textEnd) {
        var moved = new int[count()];
        int more = 0;
        for (int i = head; i != tail; i++) {
            moved[i - head] = more;
            more += pieces(i, bytes, textEnd) - 1;
        }
        if (more == 0) {
            return;
        }
        while (start.length < count() + more) {
            grow();
        }
        for (int index = head; index != tail; index++) {
            if (sacked(index)) {
                order.run(slot(index), index + 1 + moved[index - head]);
            }
        }
        order.move(head, moved);
        lostFrom = head;
        int to = tail + more;
        for (int from = tail - 1; from != head - 1; from--) {
            int pieces = pieces(from, bytes, textEnd);
            to -= pieces;
            spread(from, to, pieces, bytes);
        }
        tail += more;
        lostCount += more;
    }

    private int pieces(int index, int bytes, int textEnd) {
        int text = Seq.distance(startSeq(index), Seq.min(endSeq(index), textEnd));
        return lost(index) && text > bytes ? (text + bytes - 1) / bytes : 1;
    }

    /// Puts an entry into `pieces` others, none of them before it.
    private void spread(int from, int to, int pieces, int bytes) {
        int seq = startSeq(from);
        for (int piece = pieces - 1; piece >= 0; piece--) {
            int at = slot(to + piece);
            copy(slot(from), at);
            start[at] = seq + piece * bytes;
            if (piece > 0) {
                marks[at] &= ~GROUP;
            }
            if (piece < pieces - 1) {
                end[at] = start[at] + bytes;
                marks[at] &= ~PUSHED;
            }
        }
    }

    private void copy(int from, int to) {
        start[to] = start[from];
        end[to] = end[from];
        marks[to] = marks[from];
        order.copy(from, to);
        sentNanos[to] = sentNanos[from];
        deliveredThen[to] = deliveredThen[from];
        deliveredNanosThen[to] = deliveredNanosThen[from];
        firstSentNanosThen[to] = firstSentNanosThen[from];
    }

    /// Empty, and ready for another connection.
    void clear() {
        head = 0;
        tail = 0;
        order.clear();
        lostFrom = 0;
        inFlightBytes = 0;
        lostBytes = 0;
        sackedBytes = 0;
        sackedCount = 0;
        lostCount = 0;
        retransmittedCount = 0;
    }

    private int slot(int index) {
        assert counted();
        return index & start.length - 1;
    }

    private boolean counted() {
        touches++;
        return true;
    }

    /// How often an entry was looked at or changed, counted while assertions are on: tests bound what a peer can make
    /// us do.
    long touches() {
        return touches;
    }

    /// In arrays of twice the length an index has its old place or the same in the second half.
    private void grow() {
        int old = start.length;
        start = Arrays.copyOf(start, 2 * old);
        end = Arrays.copyOf(end, 2 * old);
        order.grow();
        sentNanos = Arrays.copyOf(sentNanos, 2 * old);
        deliveredThen = Arrays.copyOf(deliveredThen, 2 * old);
        deliveredNanosThen = Arrays.copyOf(deliveredNanosThen, 2 * old);
        firstSentNanosThen = Arrays.copyOf(firstSentNanosThen, 2 * old);
        marks = Arrays.copyOf(marks, 2 * old);
        for (int at = 0; at < old; at++) {
            copy(at, at + old);
        }
    }

    /// Indices start anew long before they overflow.
    private void rebase() {
        int by = head & -start.length;
        head -= by;
        tail -= by;
        lostFrom -= by;
        order.rebase(by);
        for (int i = head; i != tail; i++) {
            order.rebase(slot(i), by);
        }
    }
}
