package dev.levee.stack;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;

/// Answers to ARP requests and neighbour solicitations, ready to go: a bounded queue of frames made once; when
/// it is full the answer is left out, and will be asked for again.
///
/// Threads: shard.
final class DiscoveryReplies {
    private static final int REPLIES_MAX = 64;

    private final Frame[] ring = new Frame[REPLIES_MAX];
    private int head;
    private int count;

    DiscoveryReplies() {
        var slab = new FrameSlab(Arena.ofAuto(), REPLIES_MAX, FrameSlab.SMALL_BYTES - Frame.HEADROOM_BYTES);
        for (int i = 0; i < REPLIES_MAX; i++) {
            ring[i] = slab.take();
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean full() {
        return count == REPLIES_MAX;
    }

    /// The frame for one more answer, which counts from now on. Not to be called when [#full].
    Frame next() {
        return ring[(head + count++) % REPLIES_MAX];
    }

    /// Moves the oldest answer to `out`.
    boolean poll(Frame out) {
        if (count == 0) {
            return false;
        }
        var reply = ring[head];
        head = (head + 1) % REPLIES_MAX;
        count--;
        return out.copyFrom(reply);
    }
}
