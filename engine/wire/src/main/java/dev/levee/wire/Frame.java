package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Native memory for one packet: an IP packet lies at `[offset, offset + length)` of `memory`.
///
/// Frames are made once by a [FrameSlab] and reused for ever. A frame handed to a receiver is valid during the
/// call only; who wants its bytes later copies them. There is no reference count.
///
/// Always native memory, in tests too: one accessor that sees heap and native segments costs three times as
/// much.
///
/// Threads: the owner of the slab.
public final class Frame {
    /// Octets that links may put before a packet (a virtio header and an Ethernet header with one VLAN tag
    /// fit).
    public static final int HEADROOM_BYTES = 64;

    private final MemorySegment memory;
    private int offset = HEADROOM_BYTES;
    private int length;
    private long offload = Offload.NONE;

    Frame(MemorySegment memory) {
        assert memory.isNative() : "frames are native";
        this.memory = memory;
    }

    /// The whole memory, headroom included.
    public MemorySegment memory() {
        return memory;
    }

    /// Where the packet begins.
    public int offset() {
        return offset;
    }

    /// The packet's length in octets.
    public int length() {
        return length;
    }

    /// The longest packet that fits behind the headroom.
    public int capacity() {
        return (int) memory.byteSize() - HEADROOM_BYTES;
    }

    /// What is left to be done to the packet, an [Offload]: [Offload#NONE] for all but what came from a
    /// link that leaves such things to the device.
    public long offload() {
        return offload;
    }

    /// Says what is left to be done, after [#set].
    public void offload(long offload) {
        this.offload = offload;
    }

    /// Says where a packet lies. `offset + length` must not pass the memory's end. Nothing is left to be
    /// done to it: what was said of another packet, or of another beginning of this one, is forgotten.
    public void set(int offset, int length) {
        assert offset >= 0 && length >= 0 && offset + length <= memory.byteSize() : offset + "+" + length;
        this.offset = offset;
        this.length = length;
        this.offload = Offload.NONE;
    }

    /// Makes the frame empty, its packet to begin behind the headroom.
    public void clear() {
        set(HEADROOM_BYTES, 0);
    }

    /// Copies another frame's packet here, behind the headroom, and what is left to be done to it.
    ///
    /// @return whether it fitted; if not, the frame is left empty
    public boolean copyFrom(Frame other) {
        if (other.length > capacity()) {
            clear();
            return false;
        }
        MemorySegment.copy(other.memory, other.offset, memory, HEADROOM_BYTES, other.length);
        set(HEADROOM_BYTES, other.length);
        offload = other.offload;
        return true;
    }

    /// The packet's octets in a fresh array: for tests and captures, not for hot paths.
    public byte[] toArray() {
        return memory.asSlice(offset, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    /// Puts a packet's octets behind the headroom: for tests and captures, not for hot paths.
    public void fill(byte[] packet) {
        MemorySegment.copy(packet, 0, memory, java.lang.foreign.ValueLayout.JAVA_BYTE, HEADROOM_BYTES, packet.length);
        set(HEADROOM_BYTES, packet.length);
    }
}
