package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// What the header of one Ethernet II frame says: parsed once into this reused holder. The same class puts such
/// headers before packets, into the headroom that every [Frame] has: the packet stays where it is.
///
/// There is no frame check sequence: devices add and verify it.
///
/// Threads: one owner. Valid while the frame is.
public final class EthernetFrame {
    /// Destination, source, type.
    public static final int HEADER_BYTES = 14;
    /// An IEEE 802.1Q tag between source and type.
    public static final int TAG_BYTES = 4;
    /// Where a frame begins in a [Frame], so that an untagged packet in it lies where packets always lie.
    public static final int OFFSET = Frame.HEADROOM_BYTES - HEADER_BYTES;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_IPV6 = 0x86dd;

    /// IEEE 802.1Q: a tag follows.
    public static final int TYPE_VLAN = 0x8100;

    /// IEEE 802.1ad: a provider's tag follows.
    private static final int TYPE_PROVIDER_VLAN = 0x88a8;
    /// Below it, the field is a length (IEEE 802.3).
    private static final int TYPE_MIN = 0x0600;

    private static final int VLAN_MASK = 0xfff;

    private MemorySegment memory = MemorySegment.NULL;
    private long destination;
    private long source;
    private int type;
    private int vlan;
    private int payloadOffset;
    private int payloadLength;

    /// Reads the header of a frame, and of its tag if there is one.
    ///
    /// @return [DropReason#NONE], or why the frame must be dropped; then the other methods mean nothing
    public DropReason parse(Frame frame) {
        memory = frame.memory();
        int at = frame.offset();
        int left = frame.length() - HEADER_BYTES;
        if (left < 0) {
            return DropReason.TRUNCATED;
        }
        destination = MacAddress.get(memory, at);
        source = MacAddress.get(memory, at + 6);
        type = Bytes.u16(memory, at + 12);
        vlan = 0;
        payloadOffset = at + HEADER_BYTES;
        payloadLength = left;
        if (type == TYPE_VLAN) {
            if (left < TAG_BYTES) {
                return DropReason.TRUNCATED;
            }
            vlan = Bytes.u16(memory, payloadOffset) & VLAN_MASK;
            type = Bytes.u16(memory, payloadOffset + 2);
            payloadOffset += TAG_BYTES;
            payloadLength -= TAG_BYTES;
        }
        return type < TYPE_MIN ? DropReason.UNKNOWN_PROTOCOL : DropReason.NONE;
    }

    /// Puts a header before the packet of a frame.
    ///
    /// @param frame its packet must leave [#HEADER_BYTES] of headroom
    public static void wrap(Frame frame, long destination, long source, int type) {
        int at = frame.offset() - HEADER_BYTES;
        var memory = frame.memory();
        MacAddress.put(memory, at, destination);
        MacAddress.put(memory, at + 6, source);
        Bytes.put16(memory, at + 12, type);
        frame.set(at, frame.length() + HEADER_BYTES);
    }

    /// Whether a type says that a tag follows.
    public static boolean isTag(int type) {
        return type == TYPE_VLAN || type == TYPE_PROVIDER_VLAN;
    }

    /// Puts a tag behind the addresses, which move into the headroom: the packet stays where it is. What
    /// is left to be done to the frame moves with it.
    ///
    /// @param frame has [#HEADER_BYTES] at least, and [#TAG_BYTES] of headroom
    /// @param type [#TYPE_VLAN] or another one of [#isTag]
    /// @param control priority and number of the virtual LAN, 16 bits
    public static void tag(Frame frame, int type, int control) {
        var memory = frame.memory();
        int at = frame.offset() - TAG_BYTES;
        long offload = frame.offload();
        MacAddress.put(memory, at, MacAddress.get(memory, frame.offset()));
        MacAddress.put(memory, at + 6, MacAddress.get(memory, frame.offset() + 6));
        Bytes.put16(memory, at + 12, type);
        Bytes.put16(memory, at + 14, control);
        frame.set(at, frame.length() + TAG_BYTES);
        frame.offload(Offload.moved(offload, TAG_BYTES));
    }

    public MemorySegment memory() {
        return memory;
    }

    /// The bits of a [MacAddress].
    public long destination() {
        return destination;
    }

    /// The bits of a [MacAddress].
    public long source() {
        return source;
    }

    /// What the payload is: [#TYPE_IPV4] and so on, behind the tag.
    public int type() {
        return type;
    }

    /// The number of the virtual LAN; 0 without a tag, and with one that only carries a priority.
    public int vlan() {
        return vlan;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    /// Octets to the frame's end, padding included.
    public int payloadLength() {
        return payloadLength;
    }
}
