package dev.levee.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The rings of one shard: native memory within a budget, handed out by size and kept for the next connection.
///
/// The memory belongs to an arena that the garbage collector closes, so that an application thread which still
/// copies from a ring when its connection or its stack ends can never touch freed memory.
///
/// Threads: shard.
public final class BufferPool {
    private static final int CLASSES = 31;
    /// Rings of up to this size are cut from larger pieces, so that small ones do not cost a page each.
    private static final int SLICE_BYTES = 1 << 20;

    private final Arena arena = Arena.ofAuto();
    private final ArrayDeque<ByteRing>[] free = freeLists();
    private long budgetBytes;
    private long bytesTaken;
    private long bytesReserved;

    /// A pool that never holds more than `budgetBytes`.
    public BufferPool(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ArrayDeque<ByteRing>[] freeLists() {
        ArrayDeque<ByteRing>[] lists = new ArrayDeque[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            lists[i] = new ArrayDeque<>();
        }
        return lists;
    }

    /// A ring of `bytes`, rounded up to a power of two, with arbitrary contents; null when the budget is spent.
    public @Nullable ByteRing take(int bytes) {
        int size = Math.max(64, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
        int sizeClass = Integer.numberOfTrailingZeros(size);
        var ring = free[sizeClass].pollLast();
        if (ring == null) {
            if (!cut(size, sizeClass)) {
                return null;
            }
            ring = free[sizeClass].pollLast();
        }
        if (ring != null) {
            bytesTaken += size;
        }
        return ring;
    }

    private boolean cut(int size, int sizeClass) {
        long left = budgetBytes - bytesReserved;
        if (size > left) {
            return false;
        }
        int pieceBytes = size >= SLICE_BYTES || left < SLICE_BYTES ? size : SLICE_BYTES;
        MemorySegment piece;
        try {
            piece = arena.allocate(pieceBytes, 64);
        } catch (OutOfMemoryError e) {
            // The machine, or the limit of the virtual machine (-XX:MaxDirectMemorySize), gives less than the
            // budget: what is there is the budget from now on.
            budgetBytes = bytesReserved;
            return false;
        }
        bytesReserved += pieceBytes;
        for (int at = 0; at < pieceBytes; at += size) {
            free[sizeClass].addLast(new ByteRing(piece.asSlice(at, size)));
        }
        return true;
    }

    /// Takes a ring back.
    public void give(ByteRing ring) {
        bytesTaken -= ring.capacity();
        free[Integer.numberOfTrailingZeros(ring.capacity())].addLast(ring);
    }

    /// Octets in rings that are in use.
    public long bytesTaken() {
        return bytesTaken;
    }

    /// Octets taken from the machine, in use or kept for later.
    public long bytesReserved() {
        return bytesReserved;
    }
}
