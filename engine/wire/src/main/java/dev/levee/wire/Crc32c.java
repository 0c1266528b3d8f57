package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// CRC32c, the checksum of SCTP (RFC 9260, appendix A): the polynomial 0x1edc6f41, bits reflected.
///
/// A table of 256 words, an octet at a time: only packets of a protocol that is rare here pay for it.
///
/// Threads: any.
final class Crc32c {
    private static final int POLYNOMIAL_REFLECTED = 0x82f63b78;
    private static final int[] TABLE = table();

    private Crc32c() {}

    private static int[] table() {
        var table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL_REFLECTED;
            }
            table[i] = crc;
        }
        return table;
    }

    static int of(MemorySegment memory, long offset, int length) {
        int crc = ~0;
        for (long at = offset; at < offset + length; at++) {
            crc = crc >>> 8 ^ TABLE[(crc ^ Bytes.u8(memory, at)) & 0xff];
        }
        return ~crc;
    }
}
