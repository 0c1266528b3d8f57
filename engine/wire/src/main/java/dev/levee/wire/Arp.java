package dev.levee.wire;

/// One ARP message about IPv4 on Ethernet (RFC 826): parsed once into this reused holder; and how they are
/// written.
///
/// Threads: one owner. What was read stays valid, for it was copied.
public final class Arp {
    public static final int BYTES = 28;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    /// Ethernet, IPv4, and the lengths of their addresses.
    private static final long FORM = 0x0001_0800_0604L;

    private int operation;
    private long senderMac;
    private int senderIp;
    private long targetMac;
    private int targetIp;

    /// Reads the message in a frame that was just parsed. Octets behind it (padding) are ignored.
    ///
    /// @return [DropReason#NONE], or why the message must be dropped; then the other methods mean nothing
    public DropReason parse(EthernetFrame frame) {
        if (frame.payloadLength() < BYTES) {
            return DropReason.TRUNCATED;
        }
        var memory = frame.memory();
        int at = frame.payloadOffset();
        operation = Bytes.u16(memory, at + 6);
        if (Bytes.i64(memory, at) >>> 16 != FORM || operation != REQUEST && operation != REPLY) {
            return DropReason.BAD_NEIGHBOUR_MESSAGE;
        }
        senderMac = MacAddress.get(memory, at + 8);
        senderIp = Bytes.i32(memory, at + 14);
        targetMac = MacAddress.get(memory, at + 18);
        targetIp = Bytes.i32(memory, at + 24);
        // A group's address here would make whoever believes it send to all what is meant for one.
        return MacAddress.isStation(senderMac) ? DropReason.NONE : DropReason.BAD_NEIGHBOUR_MESSAGE;
    }

    /// Writes a message, without the frame's header.
    ///
    /// @param senderIp 0 for a probe (RFC 5227 §2.1.1)
    /// @param targetMac 0 in a request
    public static void write(Frame out, int operation, long senderMac, int senderIp, long targetMac, int targetIp) {
        out.clear();
        var memory = out.memory();
        int at = out.offset();
        Bytes.put64(memory, at, FORM << 16 | operation);
        MacAddress.put(memory, at + 8, senderMac);
        Bytes.put32(memory, at + 14, senderIp);
        MacAddress.put(memory, at + 18, targetMac);
        Bytes.put32(memory, at + 24, targetIp);
        out.set(at, BYTES);
    }

    /// [#REQUEST] or [#REPLY].
    public int operation() {
        return operation;
    }

    public long senderMac() {
        return senderMac;
    }

    /// The sender's address; 0 in a probe.
    public int senderIp() {
        return senderIp;
    }

    public long targetMac() {
        return targetMac;
    }

    public int targetIp() {
        return targetIp;
    }
}
