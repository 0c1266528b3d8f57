package dev.levee.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Octets in a row: appended at the end, dropped at the front.
///
/// Threads: one owner.
final class ByteLog {
    private byte[] octets = new byte[256];
    private int from;
    private int to;

    int size() {
        return to - from;
    }

    void append(byte[] source, int offset, int length) {
        makeRoom(length);
        System.arraycopy(source, offset, octets, to, length);
        to += length;
    }

    void append(MemorySegment source, int length) {
        makeRoom(length);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, octets, to, length);
        to += length;
    }

    /// Copies up to `length` octets from the front.
    int peek(MemorySegment target, int length) {
        int count = Math.min(length, size());
        MemorySegment.copy(octets, from, target, ValueLayout.JAVA_BYTE, 0, count);
        return count;
    }

    void drop(int count) {
        from += count;
        assert from <= to : "more dropped than there was";
    }

    byte[] takeAll() {
        var all = Arrays.copyOfRange(octets, from, to);
        from = 0;
        to = 0;
        return all;
    }

    private void makeRoom(int length) {
        if (to + length <= octets.length) {
            return;
        }
        int size = size();
        var target = size + length <= octets.length / 2 ? octets : new byte[Math.max(2 * octets.length, size + length)];
        System.arraycopy(octets, from, target, 0, size);
        octets = target;
        from = 0;
        to = size;
    }
}
