package dev.levee.link;

import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.Offload;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// The ring in which the kernel puts received frames, one in a slot, each behind a `struct tpacket2_hdr`
/// and the header of [VirtioHeader]. A slot is the kernel's or ours by its status, which both read before
/// and write after everything else.
///
/// Threads: one owner.
final class ReceiveRing {
    /// Where received frames begin in a [Frame], so that their packets lie where packets always lie.
    static final int FRAME_OFFSET = EthernetFrame.OFFSET;

    private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    private static final int STATUS_KERNEL = 0;
    private static final int STATUS_USER = 0x1;
    /// The whole frame is in the socket's queue, for the slot was too small.
    private static final int STATUS_COPY = 0x2;
    /// Frames were lost since somebody last asked how many.
    private static final int STATUS_LOSING = 0x4;
    private static final int STATUS_VLAN_VALID = 0x10;
    private static final int STATUS_VLAN_TPID_VALID = 0x40;

    // struct tpacket2_hdr
    private static final long LENGTH = 4;
    private static final long SNAP_LENGTH = 8;
    private static final long MAC = 12;
    private static final long VLAN_CONTROL = 24;
    private static final long VLAN_TYPE = 26;

    private final MemorySegment memory;
    private final RingLayout layout;
    private int head;
    private int status;

    ReceiveRing(MemorySegment memory, RingLayout layout) {
        this.memory = memory;
        this.layout = layout;
    }

    int slots() {
        return layout.slots();
    }

    /// Whether the next slot holds a frame; the other methods speak of it.
    boolean next() {
        status = (int) STATUS.getAcquire(memory, layout.at(head));
        return (status & STATUS_USER) != 0;
    }

    /// Whether frames were lost.
    boolean losing() {
        return (status & STATUS_LOSING) != 0;
    }

    /// Whether the frame is in the socket's queue, behind its header.
    boolean queued() {
        return (status & STATUS_COPY) != 0;
    }

    /// Whether only a part of the frame is there, and none in the queue: it had no room.
    boolean cut() {
        return !queued() && memory.get(ValueLayout.JAVA_INT, layout.at(head) + SNAP_LENGTH) != length();
    }

    /// Octets of the frame, without a tag that was taken out.
    int length() {
        return memory.get(ValueLayout.JAVA_INT, layout.at(head) + LENGTH);
    }

    /// Copies header and frame to where received ones begin.
    void copy(Frame frame, int length) {
        long slot = layout.at(head);
        int mac = memory.get(ValueLayout.JAVA_SHORT, slot + MAC) & 0xffff;
        MemorySegment.copy(
                memory,
                slot + mac - VirtioHeader.BYTES,
                frame.memory(),
                FRAME_OFFSET - VirtioHeader.BYTES,
                length + (long) VirtioHeader.BYTES);
    }

    /// Says where the frame lies that was copied or read, puts its tag back, and says what is left to be
    /// done to it.
    ///
    /// @return whether the owner may have it
    boolean finish(Frame frame, int length) {
        long slot = layout.at(head);
        long offload = VirtioHeader.get(frame.memory(), FRAME_OFFSET - VirtioHeader.BYTES);
        frame.set(FRAME_OFFSET, length);
        frame.offload(offload);
        if (length < EthernetFrame.HEADER_BYTES || !Offload.holds(frame)) {
            return false;
        }
        if ((status & STATUS_VLAN_VALID) != 0) {
            boolean typed = (status & STATUS_VLAN_TPID_VALID) != 0;
            int type = typed ? memory.get(ValueLayout.JAVA_SHORT, slot + VLAN_TYPE) & 0xffff : EthernetFrame.TYPE_VLAN;
            EthernetFrame.tag(frame, type, memory.get(ValueLayout.JAVA_SHORT, slot + VLAN_CONTROL) & 0xffff);
        }
        return true;
    }

    /// Gives the slot back.
    void release() {
        STATUS.setRelease(memory, layout.at(head), STATUS_KERNEL);
        head = layout.next(head);
    }
}
