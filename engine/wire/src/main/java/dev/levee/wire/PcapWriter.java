package dev.levee.wire;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes packets as a classic pcap file: one link type, times in nanoseconds. For tools that do not read
/// pcapng; it knows neither interfaces nor directions.
///
/// Threads: one owner.
public final class PcapWriter implements Flushable, Closeable {
    static final int MAGIC_MICROS = 0xa1b2c3d4;
    static final int MAGIC_NANOS = 0xa1b23c4d;

    private static final int SNAP_BYTES = CaptureReader.PACKET_BYTES_MAX;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final OutputStream out;
    private final ByteBuffer record;

    /// Starts a file; give a buffered stream.
    ///
    /// @param linkType see [LinkType]
    public PcapWriter(OutputStream out, int linkType) throws IOException {
        this.out = out;
        this.record = ByteBuffer.allocate(RECORD_HEADER_BYTES + SNAP_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(MAGIC_NANOS).putShort((short) 2).putShort((short) 4);
        record.putLong(0).putInt(SNAP_BYTES).putInt(linkType);
        finish();
    }

    /// Writes the packet of a frame.
    ///
    /// @param epochNanos nanoseconds since 1970, up to the year 2106
    public void write(long epochNanos, Frame frame) throws IOException {
        int captured = Math.min(frame.length(), SNAP_BYTES);
        begin(epochNanos, captured, frame.length());
        MemorySegment.copy(
                frame.memory(), ValueLayout.JAVA_BYTE, frame.offset(), record.array(), RECORD_HEADER_BYTES, captured);
        record.position(RECORD_HEADER_BYTES + captured);
        finish();
    }

    /// Writes a captured packet from an array of which the first `length` octets were captured.
    public void write(long epochNanos, byte[] packet, int length, int original) throws IOException {
        int captured = Math.min(length, SNAP_BYTES);
        begin(epochNanos, captured, original);
        record.put(packet, 0, captured);
        finish();
    }

    private void begin(long epochNanos, int captured, int original) {
        record.putInt((int) (epochNanos / NANOS_PER_SECOND)).putInt((int) (epochNanos % NANOS_PER_SECOND));
        record.putInt(captured).putInt(original);
    }

    private void finish() throws IOException {
        out.write(record.array(), 0, record.position());
        record.clear();
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /// Closes the stream.
    @Override
    public void close() throws IOException {
        out.close();
    }
}
