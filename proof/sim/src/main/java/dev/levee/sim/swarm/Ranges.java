package dev.levee.sim.swarm;

import java.util.Map;
import java.util.TreeMap;

/// Which octets of a stream have arrived.
///
/// Threads: the simulation's.
final class Ranges {
    private static final int GAPS_MIN = 30;
    private static final int BYTES_PER_GAP = 1_024;

    private final TreeMap<Long, Long> ends = new TreeMap<>();

    /// How many gaps a receiver with such a buffer bears with; beyond it may forget what came out of order.
    static int kept(int bufferBytes) {
        return Math.max(GAPS_MIN, bufferBytes / BYTES_PER_GAP - 2);
    }

    void add(long from, long to) {
        if (from >= to) {
            return;
        }
        long left = from;
        long right = to;
        for (var entry = ends.floorEntry(right); entry != null && entry.getValue() >= left; ) {
            left = Math.min(left, entry.getKey());
            right = Math.max(right, entry.getValue());
            ends.remove(entry.getKey());
            entry = ends.floorEntry(right);
        }
        ends.put(left, right);
    }

    /// Where the range that holds or touches `from` ends; `from` when there is none. Forgets what lies before.
    long advance(long from) {
        long next = from;
        for (Map.Entry<Long, Long> first = ends.firstEntry(); first != null && first.getKey() <= next; ) {
            next = Math.max(next, first.getValue());
            ends.pollFirstEntry();
            first = ends.firstEntry();
        }
        return next;
    }

    /// Where the range that holds `from` ends; `from` when there is none.
    long end(long from) {
        var entry = ends.floorEntry(from);
        return entry == null ? from : Math.max(from, entry.getValue());
    }

    /// Whether all of `[from, to)` is there.
    boolean has(long from, long to) {
        return from >= to || end(from) >= to;
    }

    /// Whether `[from, to)` is a range of its own, with nothing right before or behind it.
    boolean is(long from, long to) {
        return ends.getOrDefault(from, from) == to;
    }

    /// Adds to `found` what `[from, to)` and these ranges have in common.
    ///
    /// @return whether that is anything
    boolean common(long from, long to, Ranges found) {
        if (from >= to) {
            return false;
        }
        var first = ends.floorEntry(from);
        boolean any = false;
        for (var entry : ends.subMap(first == null ? from : first.getKey(), to).entrySet()) {
            long left = Math.max(entry.getKey(), from);
            long right = Math.min(entry.getValue(), to);
            found.add(left, right);
            any |= left < right;
        }
        return any;
    }

    void clear() {
        ends.clear();
    }

    int count() {
        return ends.size();
    }
}
