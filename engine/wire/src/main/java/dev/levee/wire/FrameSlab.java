package dev.levee.wire;

import java.lang.foreign.Arena;

/// A fixed number of equal [Frame]s cut from one piece of native memory.
///
/// Two sizes are in use: [#SMALL_BYTES] for packets up to an Ethernet MTU, [#LARGE_BYTES] for packets of up to
/// 64 KiB (a larger MTU, or offloaded super-segments).
///
/// Threads: one owner.
public final class FrameSlab {
    /// Room for a packet of up to 1,984 octets.
    public static final int SMALL_BYTES = 2048;
    /// Room for the longest IP packet (65,535 octets) and the headroom.
    public static final int LARGE_BYTES = 65_536 + 2 * Frame.HEADROOM_BYTES;

    private static final int CACHE_LINE_BYTES = 64;

    private final Frame[] free;
    private int freeCount;

    /// Cuts `frameCount` frames for packets of up to `mtu` octets. The memory lives as long as the arena.
    public FrameSlab(Arena arena, int frameCount, int mtu) {
        int frameBytes = mtu + Frame.HEADROOM_BYTES <= SMALL_BYTES ? SMALL_BYTES : LARGE_BYTES;
        var memory = arena.allocate((long) frameCount * frameBytes, CACHE_LINE_BYTES);
        free = new Frame[frameCount];
        for (int i = 0; i < frameCount; i++) {
            free[i] = new Frame(memory.asSlice((long) i * frameBytes, frameBytes));
        }
        freeCount = frameCount;
    }

    /// One frame of memory that the garbage collector gives back: for tests, tools and other cold places.
    public static Frame single(int mtu) {
        return new FrameSlab(Arena.ofAuto(), 1, mtu).take();
    }

    /// How many frames are left.
    public int available() {
        return freeCount;
    }

    /// Takes an empty frame.
    ///
    /// @throws IllegalStateException when none is left: ask [#available] first
    public Frame take() {
        if (freeCount == 0) {
            throw new IllegalStateException("the frame slab is empty");
        }
        var frame = free[--freeCount];
        frame.clear();
        return frame;
    }

    /// Gives a frame of this slab back.
    public void give(Frame frame) {
        assert freeCount < free.length : "a frame was given back twice";
        free[freeCount++] = frame;
    }
}
