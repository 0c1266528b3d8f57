package dev.levee.link;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A queue of packets between two threads, one of which only puts and one only takes. Packets are copied in and
/// copied out; nothing is allocated.
///
/// Puts become visible to the taker all at once with [#publish], and room to the putter with [#release].
///
/// Threads: [#put] and [#publish] one; [#take] and [#release] one other; [#isEmpty] any.
final class PacketRing {
    private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);

    // Each cursor has 128 octets for itself: neighbouring cache lines are fetched in pairs.
    private static final int PUBLISHED_TAIL = 16;
    private static final int RELEASED_HEAD = 32;
    private static final int PUTTER_TAIL = 48;
    private static final int PUTTER_SEEN_HEAD = 49;
    private static final int TAKER_HEAD = 64;
    private static final int TAKER_SEEN_TAIL = 65;
    private static final int CURSORS = 80;

    private final long[] cursors = new long[CURSORS];
    private final Frame[] slots;

    /// @param packets how many fit, a power of two
    PacketRing(Arena arena, int packets, int frameBytesMax) {
        assert Integer.bitCount(packets) == 1 : packets;
        var slab = new FrameSlab(arena, packets, frameBytesMax);
        slots = new Frame[packets];
        for (int i = 0; i < packets; i++) {
            slots[i] = slab.take();
        }
    }

    /// Copies a packet to the end, not yet visible.
    ///
    /// @return false when there is no room, or the packet is longer than a slot
    boolean put(Frame packet) {
        long tail = cursors[PUTTER_TAIL];
        if (tail - cursors[PUTTER_SEEN_HEAD] == slots.length) {
            cursors[PUTTER_SEEN_HEAD] = (long) CURSOR.getAcquire(cursors, RELEASED_HEAD);
            if (tail - cursors[PUTTER_SEEN_HEAD] == slots.length) {
                return false;
            }
        }
        if (!slots[(int) tail & slots.length - 1].copyFrom(packet)) {
            return false;
        }
        cursors[PUTTER_TAIL] = tail + 1;
        return true;
    }

    /// Shows the taker what was put. A volatile write: who reads a flag after it sees what the taker wrote
    /// before it looked here in vain.
    void publish() {
        CURSOR.setVolatile(cursors, PUBLISHED_TAIL, cursors[PUTTER_TAIL]);
    }

    /// Copies the first packet out.
    ///
    /// @return false when there is none
    boolean take(Frame out) {
        long head = cursors[TAKER_HEAD];
        if (head == cursors[TAKER_SEEN_TAIL]) {
            cursors[TAKER_SEEN_TAIL] = (long) CURSOR.getAcquire(cursors, PUBLISHED_TAIL);
            if (head == cursors[TAKER_SEEN_TAIL]) {
                return false;
            }
        }
        boolean fits = out.copyFrom(slots[(int) head & slots.length - 1]);
        assert fits : "a frame has less room than the longest one of the link";
        cursors[TAKER_HEAD] = head + 1;
        return true;
    }

    /// Gives the putter the room of what was taken.
    void release() {
        CURSOR.setRelease(cursors, RELEASED_HEAD, cursors[TAKER_HEAD]);
    }

    /// Whether nothing is published that was not released.
    boolean isEmpty() {
        return (long) CURSOR.getVolatile(cursors, PUBLISHED_TAIL) == (long) CURSOR.getVolatile(cursors, RELEASED_HEAD);
    }
}
