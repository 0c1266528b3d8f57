package dev.levee.tcp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.levee.tcp.BufferPool.Piece;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Native memory addressed by positions in a stream, made of pieces: where octets are, or may be put, there is a
/// piece, elsewhere there is none. The octet at position `p` lies in piece `p / PIECE_BYTES`. It knows no head and
/// no tail; its owner does, and says where memory is needed.
///
/// The pieces stand in a table of which the slot of piece `n` is `n` modulo its length. When it gets too short for
/// the pieces from the first to the last, a longer one takes its place; the octets stay where they are.
///
/// Another thread may copy octets in or out where the owner has said that it will neither touch them nor take their
/// memory away. A table that it still looks into when a longer one has come is right about those for ever: the owner
/// no longer changes it. (docs/adr/0003)
///
/// Threads: one owner; any for [#put] and [#get] as said above.
public final class ByteRing {
    private static final int SLOTS_MIN = 4;
    /// Tables that are longer are not kept for later.
    private static final int SLOTS_KEPT_MAX = 1 << 10;
    private static final int MASK = BufferPool.PIECE_BYTES - 1;

    private volatile @Nullable Piece[] table = new @Nullable Piece[SLOTS_MIN];
    /// The lowest piece there may be, and the one behind the highest.
    private long first;
    private long end;
    /// Whether it holds what is to be sent.
    boolean sends;

    ByteRing() {}

    /// Sees to it that there is memory for `length` octets from `position`.
    ///
    /// @return for how many of them there is: fewer than `length` when the budget is spent
    int reserve(BufferPool pool, long position, int length) {
        if (length <= 0) {
            return 0;
        }
        long from = position >>> BufferPool.PIECE_SHIFT;
        long behind = (position + length - 1 >>> BufferPool.PIECE_SHIFT) + 1;
        cover(from, behind);
        var slots = table;
        for (long number = from; number < behind; number++) {
            int slot = (int) number & slots.length - 1;
            if (slots[slot] == null) {
                var piece = pool.take(sends);
                if (piece == null) {
                    return (int) Math.max(0, (number << BufferPool.PIECE_SHIFT) - position);
                }
                slots[slot] = piece;
            }
        }
        return length;
    }

    /// Makes the table long enough.
    private void cover(long from, long behind) {
        if (first == end) {
            first = from;
            end = from;
        }
        long lowest = Math.min(first, from);
        long highest = Math.max(end, behind);
        var old = table;
        if (highest - lowest > old.length) {
            int length = old.length;
            while (length < highest - lowest) {
                length *= 2;
            }
            var longer = new @Nullable Piece[length];
            for (long number = first; number < end; number++) {
                longer[(int) number & length - 1] = old[(int) number & old.length - 1];
            }
            table = longer;
        }
        first = lowest;
        end = highest;
    }

    /// Gives back the pieces that lie before `position` as a whole.
    void discardBefore(BufferPool pool, long position) {
        long from = Math.min(end, position >>> BufferPool.PIECE_SHIFT);
        while (first < from) {
            give(pool, first++);
        }
    }

    /// Gives back the pieces that lie at or behind `position` as a whole.
    void discardFrom(BufferPool pool, long position) {
        long behind = Math.max(first, position + MASK >>> BufferPool.PIECE_SHIFT);
        while (end > behind) {
            give(pool, --end);
        }
    }

    private void give(BufferPool pool, long number) {
        var slots = table;
        int slot = (int) number & slots.length - 1;
        var piece = slots[slot];
        if (piece != null) {
            slots[slot] = null;
            pool.give(piece, sends);
        }
    }

    /// Gives all memory back.
    void clear(BufferPool pool) {
        discardBefore(pool, Long.MAX_VALUE);
        if (table.length > SLOTS_KEPT_MAX) {
            table = new @Nullable Piece[SLOTS_MIN];
        }
    }

    private Piece piece(long position) {
        var slots = table;
        var piece = slots[(int) (position >>> BufferPool.PIECE_SHIFT) & slots.length - 1];
        return Objects.requireNonNull(piece, "no memory at that position");
    }

    private static int indexOf(long position) {
        return (int) position & MASK;
    }

    private static int contiguous(long position, int length) {
        return Math.min(length, BufferPool.PIECE_BYTES - indexOf(position));
    }

    /// Copies `length` octets in.
    public void put(long position, MemorySegment source, long offset, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            MemorySegment.copy(source, offset + done, piece(at).memory, indexOf(at), count);
        }
    }

    /// Copies `length` octets out.
    public void get(long position, MemorySegment target, long offset, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            MemorySegment.copy(piece(at).memory, indexOf(at), target, offset + done, count);
        }
    }

    /// Copies `length` octets in.
    public void put(long position, byte[] source, int offset, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            MemorySegment.copy(source, offset + done, piece(at).memory, JAVA_BYTE, indexOf(at), count);
        }
    }

    /// Copies `length` octets out.
    public void get(long position, byte[] target, int offset, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            MemorySegment.copy(piece(at).memory, JAVA_BYTE, indexOf(at), target, offset + done, count);
        }
    }

    /// Copies `length` octets in, from `index` of a buffer, whose position stays what it is.
    public void put(long position, ByteBuffer source, int index, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            piece(at).view().put(indexOf(at), source, index + done, count);
        }
    }

    /// Copies `length` octets out, to `index` of a buffer, whose position stays what it is.
    public void get(long position, ByteBuffer target, int index, int length) {
        for (int done = 0, count; done < length; done += count) {
            long at = position + done;
            count = contiguous(at, length - done);
            target.put(index + done, piece(at).view(), indexOf(at), count);
        }
    }

    /// Puts one octet.
    public void put(long position, byte octet) {
        piece(position).memory.set(JAVA_BYTE, indexOf(position), octet);
    }

    /// Gets one octet.
    public byte get(long position) {
        return piece(position).memory.get(JAVA_BYTE, indexOf(position));
    }
}
