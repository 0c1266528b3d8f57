package dev.levee.tcp;

/// Where the user's records end in what was not sent yet. TCP has none: a peer sees them only as segments that end
/// there, and gets each record with no more than its own segments.
///
/// Threads: shard.
final class RecordEnds {
    /// More are not kept apart: eight octets each, beside what waits to be sent.
    static final int MAX = 1024;

    /// None ends before everything that could be written.
    static final int NONE = Integer.MAX_VALUE;

    private long[] ends = new long[16];
    private int head;
    private int count;

    /// A record ends at that position, behind all others. When there are too many, the last two become one.
    void add(long position) {
        if (count == MAX) {
            count--;
        } else if (count == ends.length) {
            var longer = new long[2 * count];
            for (int i = 0; i < count; i++) {
                longer[i] = ends[slot(i)];
            }
            ends = longer;
            head = 0;
        }
        ends[slot(count++)] = position;
    }

    /// Octets from a position to the next end behind it, [#NONE] where there is none. Those before are forgotten.
    int distance(long position) {
        while (count > 0 && ends[head] <= position) {
            head = slot(1);
            count--;
        }
        return count == 0 ? NONE : (int) (ends[head] - position);
    }

    private int slot(int index) {
        return head + index & ends.length - 1;
    }
}
