package dev.levee.tcp;

import java.lang.foreign.MemorySegment;

/// A ring of native memory, a power of two long, addressed by positions in a stream: the octet at position `p`
/// lies at `p & (capacity - 1)`. It knows no head and no tail; its owners do.
///
/// Another thread may copy octets in or out where the owner has said that it will not touch them.
///
/// Threads: one owner; see above for the memory.
public final class ByteRing {
    private final MemorySegment memory;
    private final int mask;
    /// Whether its memory is its own, and not cut from a larger piece.
    final boolean alone;

    ByteRing(MemorySegment memory, boolean alone) {
        assert Long.bitCount(memory.byteSize()) == 1 : memory.byteSize();
        this.memory = memory;
        this.mask = (int) memory.byteSize() - 1;
        this.alone = alone;
    }

    public int capacity() {
        return mask + 1;
    }

    public MemorySegment memory() {
        return memory;
    }

    /// Where the octet at `position` lies in [#memory].
    public int indexOf(long position) {
        return (int) position & mask;
    }

    /// How many octets from `position` lie in one piece, at most `length`.
    public int contiguous(long position, int length) {
        return Math.min(length, capacity() - indexOf(position));
    }

    /// Copies `length` octets in; at most a capacity.
    public void put(long position, MemorySegment source, long offset, int length) {
        int first = contiguous(position, length);
        MemorySegment.copy(source, offset, memory, indexOf(position), first);
        if (first < length) {
            MemorySegment.copy(source, offset + first, memory, 0, length - first);
        }
    }

    /// Copies `length` octets out; at most a capacity.
    public void get(long position, MemorySegment target, long offset, int length) {
        int first = contiguous(position, length);
        MemorySegment.copy(memory, indexOf(position), target, offset, first);
        if (first < length) {
            MemorySegment.copy(memory, 0, target, offset + first, length - first);
        }
    }
}
