package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Cuts packets that a link cannot carry whole into fragments (RFC 791 §2.3, RFC 8200 §4.5). Nothing is
/// allocated.
///
/// Packets must have headers as this project writes them, without options or extensions.
///
/// Threads: any; each frame has one owner.
public final class Fragmenter {
    private static final int MORE_V4 = 0x2000;
    private static final int UNIT_BYTES = 8;

    private Fragmenter() {}

    /// Writes the fragment that begins at `from` octets of a packet's payload.
    ///
    /// @param mtu octets that the fragment may have, 68 at least
    /// @param identification another one for each packet of the same two hosts for as long as it may be under
    ///     way; IPv4 uses 16 bits of it
    /// @return where the next one begins, which is the payload's length after the last one
    public static int write(Frame packet, int from, int mtu, int identification, Frame out) {
        var memory = packet.memory();
        int at = packet.offset();
        boolean v4 = Bytes.u8(memory, at) >>> 4 == 4;
        int headerBytes = IpHeader.bytes(v4);
        int fragmentHeaderBytes = v4 ? headerBytes : headerBytes + Ipv6Extensions.FRAGMENT_HEADER_BYTES;
        int left = packet.length() - headerBytes - from;
        int room = mtu - fragmentHeaderBytes;
        boolean more = left > room;
        int dataBytes = more ? room & -UNIT_BYTES : left;
        assert dataBytes > 0 && from % UNIT_BYTES == 0 : from + " of " + packet.length();
        out.clear();
        int to = out.offset();
        MemorySegment.copy(memory, at, out.memory(), to, headerBytes);
        MemorySegment.copy(memory, at + headerBytes + from, out.memory(), to + fragmentHeaderBytes, dataBytes);
        out.set(to, fragmentHeaderBytes + dataBytes);
        if (v4) {
            finishV4(out, from >>> 3 | (more ? MORE_V4 : 0), identification);
        } else {
            finishV6(out, from | (more ? 1 : 0), identification);
        }
        return from + dataBytes;
    }

    private static void finishV4(Frame out, int flagsAndOffset, int identification) {
        var memory = out.memory();
        int at = out.offset();
        Bytes.put16(memory, at + 2, out.length());
        Bytes.put16(memory, at + 4, identification);
        Bytes.put16(memory, at + 6, flagsAndOffset);
        Bytes.put16(memory, at + 10, 0);
        Bytes.put16(memory, at + 10, Checksum.finish(Checksum.add(0, memory, at, IpPacket.V4_HEADER_BYTES)));
    }

    private static void finishV6(Frame out, int offsetAndFlag, int identification) {
        var memory = out.memory();
        int at = out.offset();
        int header = at + IpPacket.V6_HEADER_BYTES;
        Bytes.put16(memory, at + 4, out.length() - IpPacket.V6_HEADER_BYTES);
        Bytes.put16(memory, header, Bytes.u8(memory, at + 6) << 8);
        Bytes.put16(memory, header + 2, offsetAndFlag);
        Bytes.put32(memory, header + 4, identification);
        Bytes.put8(memory, at + 6, Ipv6Extensions.FRAGMENT);
    }
}
