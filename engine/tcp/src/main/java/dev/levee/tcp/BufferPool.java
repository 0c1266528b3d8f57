package dev.levee.tcp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The memory of one shard's rings: pieces of one size within a budget, handed out one by one. All rings take
/// from the same pieces, so that memory which one connection has given back serves any other at once, most often
/// while it is still in the processor's caches.
///
/// Pieces are cut from slabs. A slab of which nothing is in use goes back to the machine, but for a few that are
/// kept for later.
///
/// What waits to be sent takes at most half of the budget. Two hosts whose memory is full of what the other one has
/// no memory to receive would wait for each other for ever.
///
/// The memory belongs to arenas that the garbage collector closes, so that an application thread which still
/// copies from a ring when its connection or its stack ends can never touch freed memory.
///
/// Threads: shard.
public final class BufferPool {
    static final int PIECE_SHIFT = 13;
    /// The size of all pieces: small, for a connection with little to say holds one; and large enough for few
    /// segments to lie in two of them.
    public static final int PIECE_BYTES = 1 << PIECE_SHIFT;

    private static final int SLAB_BYTES = 1 << 20;
    /// What is kept for later of slabs that nobody uses.
    private static final long IDLE_BYTES_MAX = 32L << 20;
    /// Rings without pieces that are kept for later.
    private static final int RINGS_MAX = 1 << 10;

    private final ArrayDeque<ByteRing> rings = new ArrayDeque<>();
    /// The slabs with a free piece; those that are in use first.
    private final SlabList slabs = new SlabList();
    private long budgetBytes;
    private long bytesTaken;
    private long bytesToSend;
    private long bytesReserved;
    private long bytesIdle;

    /// A pool that never holds more than `budgetBytes`.
    public BufferPool(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /// A ring without memory.
    ///
    /// @param sends whether it will hold what is to be sent
    ByteRing takeRing(boolean sends) {
        var ring = rings.pollLast();
        if (ring == null) {
            ring = new ByteRing();
        }
        ring.sends = sends;
        return ring;
    }

    /// Takes a ring back, and all of its memory.
    void giveRing(ByteRing ring) {
        ring.clear(this);
        if (rings.size() < RINGS_MAX) {
            rings.addLast(ring);
        }
    }

    /// A piece with arbitrary contents; null when the budget is spent.
    @Nullable
    Piece take(boolean sends) {
        if (sends && bytesToSend + PIECE_BYTES > budgetBytes / 2) {
            return null;
        }
        var slab = slabs.first;
        if (slab == null) {
            slab = cut();
            if (slab == null) {
                return null;
            }
            slabs.addLast(slab);
            bytesIdle += slab.bytes();
        }
        if (slab.idle()) {
            bytesIdle -= slab.bytes();
        }
        var piece = slab.take();
        if (slab.free == null) {
            slabs.remove(slab);
        }
        bytesTaken += PIECE_BYTES;
        bytesToSend += sends ? PIECE_BYTES : 0;
        return piece;
    }

    /// Takes a piece back.
    void give(Piece piece, boolean sends) {
        bytesTaken -= PIECE_BYTES;
        bytesToSend -= sends ? PIECE_BYTES : 0;
        var slab = piece.slab;
        if (slab.free == null) {
            slabs.addFirst(slab);
        }
        slab.give(piece);
        if (!slab.idle()) {
            return;
        }
        slabs.remove(slab);
        if (bytesIdle + slab.bytes() > IDLE_BYTES_MAX) {
            bytesReserved -= slab.bytes();
        } else {
            bytesIdle += slab.bytes();
            slabs.addLast(slab);
        }
    }

    private @Nullable Slab cut() {
        int count = (int) Math.min(SLAB_BYTES, budgetBytes - bytesReserved) / PIECE_BYTES;
        if (count <= 0) {
            return null;
        }
        try {
            var slab = new Slab(Arena.ofAuto().allocate((long) count * PIECE_BYTES, 64), count);
            bytesReserved += slab.bytes();
            return slab;
        } catch (OutOfMemoryError e) {
            // The machine, or the limit of the virtual machine (-XX:MaxDirectMemorySize), gives less than the
            // budget: what is there is the budget from now on.
            budgetBytes = bytesReserved;
            return null;
        }
    }

    /// How many pieces rings may get for what is to be sent, but no more than `most`.
    public int piecesToSend(int most) {
        long allowed = Math.min(budgetBytes / 2 - bytesToSend, budgetBytes - bytesTaken) >> PIECE_SHIFT;
        boolean any = slabs.first != null || bytesReserved + PIECE_BYTES <= budgetBytes;
        return any ? Math.clamp(allowed, 0, most) : 0;
    }

    /// Whether there ever is memory for what is to be sent, once others have given theirs back.
    public boolean everSends() {
        return budgetBytes / 2 >= PIECE_BYTES;
    }

    /// How large one buffer may become now, beyond what it began with: a quarter of what is free in one half of the
    /// budget. The fuller that half is, the less each gets: all stop growing long before it is full. The other half
    /// is left to what buffers begin with.
    ///
    /// @param sends whether it holds what is to be sent, which has half of the budget to itself
    int growthMost(boolean sends) {
        long free = budgetBytes / 2 - (sends ? bytesToSend : bytesTaken);
        return Math.clamp(free / 4, 0, Integer.MAX_VALUE);
    }

    /// Octets in pieces that are in use.
    public long bytesTaken() {
        return bytesTaken;
    }

    /// Octets taken from the machine, in use or kept for later.
    public long bytesReserved() {
        return bytesReserved;
    }

    /// One piece of memory. Who holds it may look into it; the list of free ones is the pool's.
    static final class Piece {
        final MemorySegment memory;
        private final Slab slab;
        private @Nullable Piece next;
        private @Nullable ByteBuffer view;

        private Piece(MemorySegment memory, Slab slab) {
            this.memory = memory;
            this.slab = slab;
        }

        /// The piece as a buffer, made once: copying between buffers allocates nothing.
        ByteBuffer view() {
            var known = view;
            if (known == null) {
                known = memory.asByteBuffer();
                view = known;
            }
            return known;
        }
    }

    /// Memory that is taken from the machine and given back as a whole.
    private static final class Slab {
        private final int count;
        private @Nullable Piece free;
        private int freeCount;
        private @Nullable Slab before;
        private @Nullable Slab after;

        Slab(MemorySegment memory, int count) {
            this.count = count;
            for (int i = count - 1; i >= 0; i--) {
                give(new Piece(memory.asSlice((long) i * PIECE_BYTES, PIECE_BYTES), this));
            }
        }

        int bytes() {
            return count * PIECE_BYTES;
        }

        boolean idle() {
            return freeCount == count;
        }

        void give(Piece piece) {
            piece.next = free;
            free = piece;
            freeCount++;
        }

        Piece take() {
            var piece = Objects.requireNonNull(free);
            free = piece.next;
            piece.next = null;
            freeCount--;
            return piece;
        }
    }

    private static final class SlabList {
        private @Nullable Slab first;
        private @Nullable Slab last;

        void addFirst(Slab slab) {
            slab.after = first;
            if (first == null) {
                last = slab;
            } else {
                first.before = slab;
            }
            first = slab;
        }

        void addLast(Slab slab) {
            slab.before = last;
            if (last == null) {
                first = slab;
            } else {
                last.after = slab;
            }
            last = slab;
        }

        void remove(Slab slab) {
            var before = slab.before;
            var after = slab.after;
            if (before == null) {
                first = after;
            } else {
                before.after = after;
            }
            if (after == null) {
                last = before;
            } else {
                after.before = before;
            }
            slab.before = null;
            slab.after = null;
        }
    }
}
