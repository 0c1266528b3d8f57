package dev.levee.path;

import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import java.lang.foreign.MemorySegment;

/// The mark that a router sets on a packet instead of dropping it (RFC 3168 §5): both bits of the ECN field.
///
/// Threads: any.
final class CongestionMark {
    private static final int CE = 0x03;
    private static final int V4_HEADER_BYTES = 20;
    private static final int V4_CHECKSUM_AT = 10;
    private static final int V6_HEADER_BYTES = 40;
    /// The traffic class of IPv6 begins four bits into the header.
    private static final int V6_SHIFT = 4;

    private CongestionMark() {}

    /// Marks an IP packet whose sender allows it.
    ///
    /// @param headerBytes octets of the link before the IP header
    /// @return whether it is marked now; packets without either bit, and what is no IP packet, are left alone
    static boolean set(Frame packet, int headerBytes) {
        var memory = packet.memory();
        int at = packet.offset() + headerBytes;
        int length = packet.length() - headerBytes;
        int version = length < V4_HEADER_BYTES ? 0 : Bytes.u8(memory, at) >>> 4;
        if (version == 4) {
            return setV4(memory, at, length);
        }
        if (version != 6 || length < V6_HEADER_BYTES) {
            return false;
        }
        int word = Bytes.u16(memory, at);
        if ((word & CE << V6_SHIFT) == 0) {
            return false;
        }
        Bytes.put16(memory, at, word | CE << V6_SHIFT);
        return true;
    }

    private static boolean setV4(MemorySegment memory, int at, int length) {
        int headerBytes = (Bytes.u8(memory, at) & 0x0f) << 2;
        int trafficClass = Bytes.u8(memory, at + 1);
        if ((trafficClass & CE) == 0 || headerBytes < V4_HEADER_BYTES || headerBytes > length) {
            return false;
        }
        int before = Bytes.u16(memory, at);
        Bytes.put8(memory, at + 1, trafficClass | CE);
        // A header that was broken stays so: what the mark changes is taken out of the checksum, and no more.
        // RFC 1624 §3, equation 3: HC' = ~(~HC + ~m + m').
        int checksum = Bytes.u16(memory, at + V4_CHECKSUM_AT);
        long sum = (~checksum & 0xffffL) + (~before & 0xffffL) + Bytes.u16(memory, at);
        Bytes.put16(memory, at + V4_CHECKSUM_AT, foldedComplement(sum));
        return true;
    }

    private static int foldedComplement(long sum) {
        long folded = (sum & 0xffff) + (sum >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) (~folded & 0xffff);
    }
}
