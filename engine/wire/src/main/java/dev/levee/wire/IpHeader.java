package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// Writes IP headers without options or extensions.
///
/// Threads: as the memory.
public final class IpHeader {
    private static final int DONT_FRAGMENT = 0x4000;
    private static final long LOW_HALF = 0xffff_ffffL;

    private IpHeader() {}

    /// Octets of a header.
    public static int bytes(boolean v4) {
        return v4 ? IpPacket.V4_HEADER_BYTES : IpPacket.V6_HEADER_BYTES;
    }

    /// Writes a header for `payloadBytes` octets of payload, the IPv4 header's checksum included.
    ///
    /// @param srcHigh addresses in two halves, IPv4 in mapped form
    public static void write(
            MemorySegment memory,
            int at,
            boolean v4,
            int protocol,
            int trafficClass,
            int hopLimit,
            int payloadBytes,
            long srcHigh,
            long srcLow,
            long dstHigh,
            long dstLow) {
        if (v4) {
            int totalBytes = IpPacket.V4_HEADER_BYTES + payloadBytes;
            assert totalBytes <= 0xffff : totalBytes;
            int first = 0x4500_0000 | trafficClass << 16 | totalBytes;
            int third = hopLimit << 24 | protocol << 16;
            long sum = first + DONT_FRAGMENT + (third & LOW_HALF) + (srcLow & LOW_HALF) + (dstLow & LOW_HALF);
            Bytes.put32(memory, at, first);
            // An atomic datagram (RFC 6864 §4.1): never fragmented, so that its identification may be any
            // constant.
            Bytes.put32(memory, at + 4, DONT_FRAGMENT);
            Bytes.put32(memory, at + 8, third | Checksum.ofNumbers(sum));
            Bytes.put32(memory, at + 12, (int) srcLow);
            Bytes.put32(memory, at + 16, (int) dstLow);
        } else {
            assert payloadBytes <= 0xffff : payloadBytes;
            Bytes.put32(memory, at, 0x6000_0000 | trafficClass << 20);
            Bytes.put32(memory, at + 4, payloadBytes << 16 | protocol << 8 | hopLimit);
            Bytes.put64(memory, at + 8, srcHigh);
            Bytes.put64(memory, at + 16, srcLow);
            Bytes.put64(memory, at + 24, dstHigh);
            Bytes.put64(memory, at + 32, dstLow);
        }
    }
}
