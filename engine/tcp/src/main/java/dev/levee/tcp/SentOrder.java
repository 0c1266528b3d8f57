package dev.levee.tcp;

import java.util.Arrays;

/// The entries of [SentSegments] of which nothing is known yet, in the order of their last transmission,
/// the longest in flight first: so finding what is overdue costs a step for each segment found (RFC 8985
/// §6.2). A list linked through two arrays of indexes.
///
/// The place of an entry that is SACKED, which is in no such order, holds where the run of SACKED entries
/// that it belongs to is known to go on to: so a run is crossed in a few steps.
///
/// Threads: shard.
final class SentOrder {
    static final int NONE = Integer.MIN_VALUE;

    private int[] later;
    private int[] earlier;
    private int oldest = NONE;
    private int newest = NONE;

    /// @param entries a power of two
    SentOrder(int entries) {
        later = new int[entries];
        earlier = new int[entries];
    }

    private int slot(int index) {
        return index & later.length - 1;
    }

    int oldest() {
        return oldest;
    }

    int newest() {
        return newest;
    }

    /// The entry that was sent after the one of this place.
    int after(int at) {
        return later[at];
    }

    /// Puts an entry behind another in the order of time; before all of them when that is NONE.
    void link(int index, int before) {
        int after = before == NONE ? oldest : later[slot(before)];
        int at = slot(index);
        earlier[at] = before;
        later[at] = after;
        if (before == NONE) {
            oldest = index;
        } else {
            later[slot(before)] = index;
        }
        if (after == NONE) {
            newest = index;
        } else {
            earlier[slot(after)] = index;
        }
    }

    void unlink(int index) {
        int at = slot(index);
        int before = earlier[at];
        int after = later[at];
        if (before == NONE) {
            oldest = after;
        } else {
            later[slot(before)] = after;
        }
        if (after == NONE) {
            newest = before;
        } else {
            earlier[slot(after)] = before;
        }
    }

    /// All entries from the SACKED one of this place to before this index are SACKED.
    int afterRun(int at) {
        return later[at];
    }

    void run(int at, int next) {
        later[at] = next;
        earlier[at] = NONE;
    }

    /// Behind an entry there is one more: all indexes behind it are one more, at both ends, and in each
    /// place.
    void shift(int behind) {
        oldest = shifted(oldest, behind);
        newest = shifted(newest, behind);
    }

    void shift(int at, int behind) {
        later[at] = shifted(later[at], behind);
        earlier[at] = shifted(earlier[at], behind);
    }

    static int shifted(int index, int behind) {
        return index != NONE && index - behind > 0 ? index + 1 : index;
    }

    /// Every entry in the order of time gets a new index.
    ///
    /// @param moved by how much, for each index from `head` on
    void move(int head, int[] moved) {
        for (int index = oldest; index != NONE; ) {
            int at = slot(index);
            index = later[at];
            later[at] = movedTo(later[at], head, moved);
            earlier[at] = movedTo(earlier[at], head, moved);
        }
        oldest = movedTo(oldest, head, moved);
        newest = movedTo(newest, head, moved);
    }

    private static int movedTo(int index, int head, int[] moved) {
        return index == NONE ? NONE : index + moved[index - head];
    }

    void copy(int from, int to) {
        later[to] = later[from];
        earlier[to] = earlier[from];
    }

    void clear() {
        oldest = NONE;
        newest = NONE;
    }

    /// The first half is copied into the second by whoever asks.
    void grow() {
        later = Arrays.copyOf(later, 2 * later.length);
        earlier = Arrays.copyOf(earlier, 2 * earlier.length);
    }

    /// All indexes are `by` less from now on, at both ends, and in each place.
    void rebase(int by) {
        oldest = less(oldest, by);
        newest = less(newest, by);
    }

    void rebase(int at, int by) {
        later[at] = less(later[at], by);
        earlier[at] = less(earlier[at], by);
    }

    private static int less(int index, int by) {
        return index == NONE ? NONE : index - by;
    }
}
