package dev.levee.stack;

import dev.levee.guard.GuardMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// SYNs for which there was no room, by a keyed hash of their tuples, for two to six seconds: long enough for a client
/// to send his again after one (RFC 6298 §2). Two sets of bits that take turns, 4 MiB each, of memory that is taken
/// when it is needed for the first time; a SYN is three bits of one word, so that it costs one miss of the caches. Some
/// that it has not seen it takes for known: about one in fourteen of each set when there were six
/// million in a turn.
///
/// Threads: shard.
final class TurnedAway {
    static final long TURN_NANOS = 2_000_000_000L;

    private static final int BITS_LOG = 25;
    private static final long BYTES = 1L << BITS_LOG - 3;

    private final GuardMemory memory;
    private MemorySegment current = MemorySegment.NULL;
    private MemorySegment last = MemorySegment.NULL;
    private long turnNanos;

    TurnedAway(GuardMemory memory) {
        this.memory = memory;
    }

    /// Whether a SYN was turned away a while ago; from now on it was.
    boolean before(long nowNanos, long hash) {
        if (current.byteSize() == 0) {
            current = memory.allocate(BYTES);
            last = memory.allocate(BYTES);
            turnNanos = nowNanos;
        } else if (nowNanos - turnNanos >= TURN_NANOS) {
            turn(nowNanos);
        }
        long word = hash >>> Long.SIZE - BITS_LOG + 6 << 3;
        // A shift takes the lowest six bits: three times six others than those that chose the word.
        long bits = 1L << hash | 1L << (hash >>> 6) | 1L << (hash >>> 12);
        long seen = current.get(ValueLayout.JAVA_LONG, word);
        if ((seen & bits) == bits) {
            return true;
        }
        current.set(ValueLayout.JAVA_LONG, word, seen | bits);
        return (last.get(ValueLayout.JAVA_LONG, word) & bits) == bits;
    }

    private void turn(long nowNanos) {
        var oldest = last;
        oldest.fill((byte) 0);
        if (nowNanos - turnNanos >= 2 * TURN_NANOS) {
            // Nobody was turned away for a whole turn.
            current.fill((byte) 0);
        }
        last = current;
        current = oldest;
        turnNanos = nowNanos;
    }
}
