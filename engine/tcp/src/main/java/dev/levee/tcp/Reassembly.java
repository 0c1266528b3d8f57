package dev.levee.tcp;

import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import java.util.Arrays;

/// Which octets beyond RCV.NXT have arrived: a sorted list of ranges, `[left, right)` each.
///
/// A sender in slow start overflows a queue with every second segment for a whole round trip, so that a large window
/// may come with a gap behind each segment. What is not remembered is as if lost, and a sender whose every later
/// segment is thrown away takes the path to be much worse than it is. So there is a range for each KiB of the
/// buffer ([#most]): 8 octets here for 1,024 there.
///
/// Bounded: a peer that sends every second octet gets no more than that remembered, and each segment costs two searches
/// by halves and one move of the list.
///
/// Threads: shard.
final class Reassembly {
    static final int RANGES_MIN = 32;
    static final int RANGES_MAX = 4096;
    private static final int BYTES_PER_RANGE_SHIFT = 10;
    /// More than one report has room for: some of them are reached by RCV.NXT before the next.
    private static final int RECENT_MAX = 8;

    private int[] left = new int[RANGES_MIN];
    private int[] right = new int[RANGES_MIN];
    private int count;
    /// A number inside of each of the ranges that grew last, the latest first.
    private final int[] recent = new int[RECENT_MAX];
    private int recentCount;
    private long steps;

    /// How many ranges a buffer of so many octets gets.
    static int most(int bufferBytes) {
        return Math.clamp(bufferBytes >> BYTES_PER_RANGE_SHIFT, RANGES_MIN, RANGES_MAX);
    }

    int count() {
        return count;
    }

    private boolean counted() {
        steps++;
        return true;
    }

    /// Ranges looked at so far, counted while assertions are on: tests bound what a peer can make us do.
    long steps() {
        return steps;
    }

    int left(int index) {
        return left[index];
    }

    int right(int index) {
        return right[index];
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// Whether it takes more memory than most of them need.
    boolean isLarge() {
        return left.length > 4 * RANGES_MIN;
    }

    void clear() {
        count = 0;
        recentCount = 0;
    }

    /// Whether `[from, to)` can be remembered among at most `most`: it touches a range that is there, or there is room
    /// for another.
    boolean hasRoom(int from, int to, int most) {
        if (count < most) {
            return true;
        }
        int first = firstTouching(from);
        return first < count && Seq.le(left[first], to);
    }

    /// Remembers `[from, to)`; the caller has asked whether there is room.
    void add(int from, int to) {
        int first = firstTouching(from);
        int behind = first;
        int mergedLeft = from;
        int mergedRight = to;
        while (behind < count && Seq.le(left[behind], to)) {
            assert counted();
            mergedLeft = Seq.min(mergedLeft, left[behind]);
            mergedRight = Seq.max(mergedRight, right[behind]);
            behind++;
        }
        if (behind == first && count == left.length) {
            left = Arrays.copyOf(left, 2 * count);
            right = Arrays.copyOf(right, 2 * count);
        }
        int moved = 1 - (behind - first);
        System.arraycopy(left, behind, left, behind + moved, count - behind);
        System.arraycopy(right, behind, right, behind + moved, count - behind);
        left[first] = mergedLeft;
        right[first] = mergedRight;
        count += moved;
        latest(first);
    }

    /// The index of the first range that ends at or behind `from`; [#count()] when there is none.
    private int firstTouching(int from) {
        int first = 0;
        int behind = count;
        while (first < behind) {
            assert counted();
            int middle = first + behind >>> 1;
            if (Seq.lt(right[middle], from)) {
                first = middle + 1;
            } else {
                behind = middle;
            }
        }
        return first;
    }

    /// A range is the one that grew last.
    private void latest(int index) {
        int kept = 0;
        for (int i = 0; i < recentCount; i++) {
            if (!holds(index, recent[i])) {
                recent[kept++] = recent[i];
            }
        }
        kept = Math.min(kept, RECENT_MAX - 1);
        System.arraycopy(recent, 0, recent, 1, kept);
        recent[0] = left[index];
        recentCount = kept + 1;
    }

    private boolean holds(int index, int seq) {
        return Seq.le(left[index], seq) && Seq.lt(seq, right[index]);
    }

    /// The range that holds `seq`, if any, is reported first from now on.
    void touch(int seq) {
        int index = firstBeyond(seq);
        if (index < count && Seq.le(left[index], seq)) {
            latest(index);
        }
    }

    /// The index of the first range that has octets at or behind `seq`; [#count()] when there is none.
    int firstBeyond(int seq) {
        return firstTouching(seq + 1);
    }

    /// Takes the ranges that `rcvNxt` has reached off the list.
    ///
    /// @return RCV.NXT after what was already there
    int advance(int rcvNxt) {
        int next = rcvNxt;
        int gone = 0;
        while (gone < count && Seq.le(left[gone], next)) {
            assert counted();
            next = Seq.max(next, right[gone]);
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(left, gone, left, 0, count - gone);
            System.arraycopy(right, gone, right, 0, count - gone);
            count -= gone;
            int kept = 0;
            for (int i = 0; i < recentCount; i++) {
                if (Seq.ge(recent[i], next)) {
                    recent[kept++] = recent[i];
                }
            }
            recentCount = kept;
        }
        return next;
    }

    /// Adds the ranges that grew last to a segment's options, the latest first, as RFC 2018 §4 asks: "The first
    /// SACK block [...] MUST specify the contiguous block of data containing the segment which triggered this
    /// ACK". Where it is not remembered which those were, the highest follow.
    ///
    /// @param fin whether the peer's FIN stands at `finSeq`: it belongs to the range that it ends
    void report(SegmentWriter writer, int blocksMax, boolean fin, int finSeq) {
        int blocks = Math.min(recentCount, blocksMax);
        for (int i = 0; i < blocks; i++) {
            block(writer, firstBeyond(recent[i]), fin, finSeq);
        }
        for (int index = count - 1; index >= 0 && blocks < blocksMax; index--) {
            assert counted();
            if (!isRecent(index)) {
                block(writer, index, fin, finSeq);
                blocks++;
            }
        }
    }

    private boolean isRecent(int index) {
        for (int i = 0; i < recentCount; i++) {
            if (holds(index, recent[i])) {
                return true;
            }
        }
        return false;
    }

    private void block(SegmentWriter writer, int index, boolean fin, int finSeq) {
        writer.sack(left[index], fin && right[index] == finSeq ? finSeq + 1 : right[index]);
    }
}
