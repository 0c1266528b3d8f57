package dev.levee.link;

import dev.levee.wire.Frame;
import dev.levee.wire.Offload;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The header that the kernel puts before a frame, and expects there, on a packet socket with
/// PACKET_VNET_HDR: `struct virtio_net_hdr`, all numbers in the machine's byte order.
///
/// Threads: any.
final class VirtioHeader {
    /// Flags, kind of segments; octets of headers, of text in a segment, checksum's start and offset.
    static final int BYTES = 10;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private VirtioHeader() {}

    /// What a header says, as an [Offload] that nobody has checked yet.
    static long get(MemorySegment memory, long at) {
        return Offload.of(
                memory.get(ValueLayout.JAVA_BYTE, at),
                memory.get(ValueLayout.JAVA_BYTE, at + 1),
                memory.get(SHORT, at + 4),
                memory.get(SHORT, at + 6),
                memory.get(SHORT, at + 8) & 0xffff);
    }

    /// Writes a frame's header.
    ///
    /// @param headerBytes how much of the frame the kernel shall have in one piece
    static void put(MemorySegment memory, long at, Frame frame, int headerBytes) {
        long offload = frame.offload();
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) Offload.flags(offload));
        memory.set(ValueLayout.JAVA_BYTE, at + 1, (byte) Offload.kind(offload));
        memory.set(SHORT, at + 2, (short) headerBytes);
        memory.set(SHORT, at + 4, (short) Offload.segmentBytes(offload));
        memory.set(SHORT, at + 6, (short) Offload.checksumStart(offload));
        memory.set(SHORT, at + 8, (short) Offload.checksumOffset(offload));
    }
}
