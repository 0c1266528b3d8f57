package dev.levee.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The rings of one shard: native memory within a budget, handed out by size and kept for the next connection.
///
/// Idle rings of one size give their memory up for another size when the budget is spent; those that were cut
/// from larger pieces cannot, so at most half of the budget is cut.
///
/// The memory belongs to arenas that the garbage collector closes, so that an application thread which still
/// copies from a ring when its connection or its stack ends can never touch freed memory.
///
/// Threads: shard.
public final class BufferPool {
    private static final int CLASSES = 31;
    /// Rings of up to this size are cut from larger pieces, so that small ones do not cost a page each.
    private static final int SLICE_BYTES = 1 << 20;

    private final Arena arena = Arena.ofAuto();
    private final ArrayDeque<ByteRing>[] free = freeLists();
    private final ArrayDeque<ByteRing>[] freeAlone = freeLists();
    private long budgetBytes;
    private long bytesTaken;
    private long bytesReserved;
    private long bytesSliced;

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
        var ring = idle(sizeClass);
        if (ring == null && cut(size, sizeClass)) {
            ring = idle(sizeClass);
        }
        if (ring != null) {
            bytesTaken += size;
        }
        return ring;
    }

    private @Nullable ByteRing idle(int sizeClass) {
        var ring = free[sizeClass].pollLast();
        return ring == null ? freeAlone[sizeClass].pollLast() : ring;
    }

    /// Forgets idle rings, the largest first, until `bytes` of the budget are free or there are none left.
    private void forgetIdle(long bytes) {
        long freed = 0;
        for (int sizeClass = CLASSES - 1; sizeClass >= 0 && freed < bytes; sizeClass--) {
            while (freed < bytes && freeAlone[sizeClass].pollLast() != null) {
                freed += 1L << sizeClass;
            }
        }
        bytesReserved -= freed;
    }

    private boolean cut(int size, int sizeClass) {
        forgetIdle(size - (budgetBytes - bytesReserved));
        if (size > budgetBytes - bytesReserved) {
            return false;
        }
        long whole = bytesSliced + SLICE_BYTES;
        boolean sliced = size < SLICE_BYTES && 2 * whole <= budgetBytes && bytesReserved + SLICE_BYTES <= budgetBytes;
        int pieceBytes = sliced ? SLICE_BYTES : size;
        MemorySegment piece;
        try {
            piece = (sliced ? arena : Arena.ofAuto()).allocate(pieceBytes, 64);
        } catch (OutOfMemoryError e) {
            // The machine, or the limit of the virtual machine (-XX:MaxDirectMemorySize), gives less than the
            // budget: what is there is the budget from now on.
            budgetBytes = bytesReserved;
            return false;
        }
        bytesReserved += pieceBytes;
        bytesSliced += sliced ? pieceBytes : 0;
        var list = sliced ? free : freeAlone;
        for (int at = 0; at < pieceBytes; at += size) {
            list[sizeClass].addLast(new ByteRing(piece.asSlice(at, size), !sliced));
        }
        return true;
    }

    /// Takes a ring back.
    public void give(ByteRing ring) {
        bytesTaken -= ring.capacity();
        (ring.alone ? freeAlone : free)[Integer.numberOfTrailingZeros(ring.capacity())].addLast(ring);
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
