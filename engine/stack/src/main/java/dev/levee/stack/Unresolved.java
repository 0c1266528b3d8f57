package dev.levee.stack;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Packets that wait for a neighbour's link-layer address (RFC 4861 §7.2.2): a few for each, in frames made
/// once. What finds no room replaces the oldest of the same neighbour, as the RFC has it.
///
/// Only packets that fit a small frame wait: the first segments of connections and answers do. A longer one
/// is left to its connection to be sent again.
///
/// Threads: shard.
final class Unresolved {
    static final int NONE = -1;
    /// Packets that wait for one neighbour.
    static final int PACKETS_MAX = 3;

    /// Packets that wait in all: 256 KiB.
    private static final int POOL_PACKETS = 128;

    private final Frame[] frames = new Frame[POOL_PACKETS];
    private final int[] following = new int[POOL_PACKETS];
    private int firstFree;

    Unresolved() {
        var slab = new FrameSlab(Arena.ofAuto(), POOL_PACKETS, FrameSlab.SMALL_BYTES - Frame.HEADROOM_BYTES);
        for (int i = 0; i < POOL_PACKETS; i++) {
            frames[i] = slab.take();
            following[i] = i + 1 < POOL_PACKETS ? i + 1 : NONE;
        }
    }

    /// Whether [#add] would find no frame for a neighbour that has no packet yet.
    boolean exhausted() {
        return firstFree == NONE;
    }

    /// Keeps a copy of a packet for a neighbour.
    ///
    /// @return how many packets were dropped for it or instead of it, 0 or 1
    int add(Neighbour neighbour, Frame packet) {
        int dropped = 0;
        if (neighbour.packets == PACKETS_MAX || firstFree == NONE && neighbour.packets > 0) {
            removeFirst(neighbour);
            dropped = 1;
        }
        if (firstFree == NONE || !frames[firstFree].copyFrom(packet)) {
            return 1;
        }
        int index = firstFree;
        firstFree = following[index];
        following[index] = NONE;
        if (neighbour.packets == 0) {
            neighbour.firstPacket = index;
        } else {
            following[neighbour.lastPacket] = index;
        }
        neighbour.lastPacket = index;
        neighbour.packets++;
        return dropped;
    }

    /// The oldest packet that waits for a neighbour, valid until [#removeFirst]; null when there is none.
    @Nullable
    Frame first(Neighbour neighbour) {
        return neighbour.packets == 0 ? null : frames[neighbour.firstPacket];
    }

    void removeFirst(Neighbour neighbour) {
        int index = neighbour.firstPacket;
        neighbour.firstPacket = following[index];
        neighbour.packets--;
        following[index] = firstFree;
        firstFree = index;
    }
}
