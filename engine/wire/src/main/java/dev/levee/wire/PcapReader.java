package dev.levee.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;

/// The classic format: a file header, then records of a 16-octet header and the packet.
final class PcapReader extends CaptureReader {
    private final int nanosPerTick;

    /// Reads on behind the magic number.
    PcapReader(InputStream in, ByteOrder order, int nanosPerTick) throws IOException {
        super(in, order);
        this.nanosPerTick = nanosPerTick;
        readHead(20);
        // The upper half may tell the length of a frame check sequence.
        linkType = head.getInt(16) & 0xffff;
    }

    @Override
    public boolean next() throws IOException {
        if (!readHeadOrEnd(16)) {
            return false;
        }
        epochNanos = u32(head.getInt(0)) * NANOS_PER_SECOND + u32(head.getInt(4)) * nanosPerTick;
        readPacket(u32(head.getInt(8)), u32(head.getInt(12)));
        return true;
    }

    @Override
    public String interfaceName() {
        return "";
    }
}
