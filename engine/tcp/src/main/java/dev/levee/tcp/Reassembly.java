package dev.levee.tcp;

import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;

/// Which octets beyond RCV.NXT have arrived: a short sorted list of ranges, `[left, right)` each.
///
/// Bounded: a peer that sends every second octet gets no more than [#RANGES_MAX] of them remembered, and each
/// segment costs at most that many steps. What is not remembered is as if lost; the peer sends it again.
///
/// Threads: shard.
final class Reassembly {
    static final int RANGES_MAX = 32;

    private final int[] left = new int[RANGES_MAX];
    private final int[] right = new int[RANGES_MAX];
    /// When a range last grew: the higher, the later.
    private final int[] age = new int[RANGES_MAX];
    private int ages;
    private int count;

    int count() {
        return count;
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

    void clear() {
        count = 0;
    }

    /// Remembers `[from, to)`.
    ///
    /// @return whether there was room; if not, nothing changed
    boolean add(int from, int to) {
        int first = 0;
        while (first < count && Seq.lt(right[first], from)) {
            first++;
        }
        int behind = first;
        int mergedLeft = from;
        int mergedRight = to;
        while (behind < count && Seq.le(left[behind], to)) {
            mergedLeft = Seq.min(mergedLeft, left[behind]);
            mergedRight = Seq.max(mergedRight, right[behind]);
            behind++;
        }
        if (behind == first && count == RANGES_MAX) {
            return false;
        }
        int moved = 1 - (behind - first);
        System.arraycopy(left, behind, left, behind + moved, count - behind);
        System.arraycopy(right, behind, right, behind + moved, count - behind);
        System.arraycopy(age, behind, age, behind + moved, count - behind);
        left[first] = mergedLeft;
        right[first] = mergedRight;
        age[first] = ++ages;
        count += moved;
        return true;
    }

    /// The range that holds `seq`, if any, is reported first from now on.
    void touch(int seq) {
        int index = firstBeyond(seq);
        if (index < count && Seq.le(left[index], seq)) {
            age[index] = ++ages;
        }
    }

    /// The index of the first range that has octets at or behind `seq`; [#count()] when there is none.
    int firstBeyond(int seq) {
        int index = 0;
        while (index < count && Seq.le(right[index], seq)) {
            index++;
        }
        return index;
    }

    /// Takes the ranges that `rcvNxt` has reached off the list.
    ///
    /// @return RCV.NXT after what was already there
    int advance(int rcvNxt) {
        int next = rcvNxt;
        int gone = 0;
        while (gone < count && Seq.le(left[gone], next)) {
            next = Seq.max(next, right[gone]);
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(left, gone, left, 0, count - gone);
            System.arraycopy(right, gone, right, 0, count - gone);
            System.arraycopy(age, gone, age, 0, count - gone);
            count -= gone;
        }
        return next;
    }

    /// Adds the ranges that grew last to a segment's options, the latest first, as RFC 2018 §4 asks: "The first
    /// SACK block [...] MUST specify the contiguous block of data containing the segment which triggered this
    /// ACK".
    ///
    /// @param fin whether the peer's FIN stands at `finSeq`: it belongs to the range that it ends
    void report(SegmentWriter writer, int blocksMax, boolean fin, int finSeq) {
        int later = 0;
        for (int blocks = 0; blocks < blocksMax; blocks++) {
            int latest = -1;
            for (int i = 0; i < count; i++) {
                boolean reported = blocks > 0 && age[i] - later >= 0;
                if (!reported && (latest < 0 || age[i] - age[latest] > 0)) {
                    latest = i;
                }
            }
            if (latest < 0) {
                return;
            }
            writer.sack(left[latest], fin && right[latest] == finSeq ? finSeq + 1 : right[latest]);
            later = age[latest];
        }
    }
}
