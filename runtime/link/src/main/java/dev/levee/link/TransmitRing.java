package dev.levee.link;

import dev.levee.wire.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// The ring through which frames leave: they are put into slots, each behind a `struct tpacket2_hdr` and
/// the header of [VirtioHeader], and one call sends all that are asked for.
///
/// The kernel takes slots in order and stops at one that it does not take: it looks there again next
/// time. So a slot that is taken back has to be filled with what came behind it ([#remove]).
///
/// Threads: one owner.
final class TransmitRing {
    private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    private static final int STATUS_AVAILABLE = 0;
    private static final int STATUS_SEND_REQUEST = 1;
    private static final int STATUS_WRONG_FORMAT = 4;
    /// Above them, the kernel may tell of time stamps.
    private static final int STATUS_BITS = 7;

    // struct tpacket2_hdr, with the room for an address that is not used left out.
    private static final long LENGTH = 4;
    private static final int DATA = 32;

    private final MemorySegment memory;
    private final RingLayout layout;
    /// The first slot that the kernel has not taken yet.
    private int first;
    private int pending;
    private long pendingBytes;

    TransmitRing(MemorySegment memory, RingLayout layout) {
        this.memory = memory;
        this.layout = layout;
    }

    /// The longest frame of a slot.
    int frameBytesMax() {
        return layout.slotBytes() - DATA - VirtioHeader.BYTES;
    }

    /// Frames that wait to be taken.
    int pending() {
        return pending;
    }

    /// Their octets.
    long pendingBytes() {
        return pendingBytes;
    }

    /// Puts a frame at the end.
    ///
    /// @return false when there is no room
    boolean put(Frame frame) {
        long slot = layout.at(first + pending & layout.slots() - 1);
        if (pending == layout.slots() || (status(slot) & STATUS_BITS) != STATUS_AVAILABLE) {
            return false;
        }
        int length = frame.length();
        // All in one piece: the kernel copies it at once, and never refers to the slot afterwards.
        VirtioHeader.put(memory, slot + DATA, frame, length);
        MemorySegment.copy(frame.memory(), frame.offset(), memory, slot + DATA + VirtioHeader.BYTES, length);
        memory.set(ValueLayout.JAVA_INT, slot + LENGTH, length + VirtioHeader.BYTES);
        STATUS.setRelease(memory, slot, STATUS_SEND_REQUEST);
        pending++;
        pendingBytes += length;
        return true;
    }

    /// Sees which slots the kernel has taken.
    ///
    /// @return whether it stopped at one that it will never take: [#remove] that
    boolean settle() {
        while (pending > 0) {
            int status = status(layout.at(first)) & STATUS_BITS;
            if (status == STATUS_SEND_REQUEST || status == STATUS_WRONG_FORMAT) {
                return status == STATUS_WRONG_FORMAT;
            }
            pendingBytes -= lengthAt(layout.at(first));
            pending--;
            first = layout.next(first);
        }
        return false;
    }

    /// Takes the first frame back: those behind it move up.
    void remove() {
        pendingBytes -= lengthAt(layout.at(first));
        int to = first;
        for (int i = 1; i < pending; i++) {
            int from = layout.next(to);
            long target = layout.at(to);
            int length = lengthAt(layout.at(from));
            MemorySegment.copy(
                    memory,
                    layout.at(from) + LENGTH,
                    memory,
                    target + LENGTH,
                    length + DATA + VirtioHeader.BYTES - LENGTH);
            STATUS.setRelease(memory, target, STATUS_SEND_REQUEST);
            to = from;
        }
        STATUS.setRelease(memory, layout.at(to), STATUS_AVAILABLE);
        pending--;
    }

    /// Takes all frames back.
    void removeAll() {
        for (int slot = first; pending > 0; pending--) {
            STATUS.setRelease(memory, layout.at(slot), STATUS_AVAILABLE);
            slot = layout.next(slot);
        }
        pendingBytes = 0;
    }

    private int lengthAt(long slot) {
        return memory.get(ValueLayout.JAVA_INT, slot + LENGTH) - VirtioHeader.BYTES;
    }

    private int status(long slot) {
        return (int) STATUS.getAcquire(memory, slot);
    }
}
