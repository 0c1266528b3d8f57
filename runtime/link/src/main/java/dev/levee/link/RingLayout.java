package dev.levee.link;

/// How the memory of a packet socket's ring is cut: equal slots in blocks of whole pages (struct
/// tpacket_req).
///
/// Threads: any.
///
/// @param slotBytes a power of two that no block cuts
/// @param slots a power of two
record RingLayout(int slotBytes, int slots) {
    /// The kernel takes each from its page allocator; larger ones get scarce on a machine that has run
    /// for a while.
    static final int BLOCK_BYTES = 1 << 16;

    /// What the kernel puts into a slot before a frame, at most: its own header, an address, and room
    /// that aligns.
    private static final int BEFORE_BYTES = 128;

    private static final int SLOT_BYTES_MIN = 2048;

    RingLayout {
        assert Integer.bitCount(slotBytes) == 1 && slotBytes <= BLOCK_BYTES : slotBytes;
        assert Integer.bitCount(slots) == 1 && slots >= BLOCK_BYTES / slotBytes : slots;
    }

    /// The most slots for frames of this length that fit into the memory, but one block at least.
    ///
    /// @param frameBytesMax of frames that shall lie in one slot; longer than half a block: as long as
    ///     fits there
    static RingLayout of(int bytes, int frameBytesMax) {
        int slotBytes = SLOT_BYTES_MIN;
        while (slotBytes < frameBytesMax + BEFORE_BYTES && slotBytes < BLOCK_BYTES / 2) {
            slotBytes *= 2;
        }
        int slots = Math.max(BLOCK_BYTES, Integer.highestOneBit(bytes)) / slotBytes;
        return new RingLayout(slotBytes, slots);
    }

    int bytes() {
        return slotBytes * slots;
    }

    int blocks() {
        return bytes() / BLOCK_BYTES;
    }

    long at(int slot) {
        return (long) slot * slotBytes;
    }

    int next(int slot) {
        return slot + 1 & slots - 1;
    }
}
