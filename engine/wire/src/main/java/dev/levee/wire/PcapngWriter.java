package dev.levee.wire;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes packets as a pcapng file: one section, any number of interfaces, times in nanoseconds.
///
/// Each packet is one `write` to the stream, and nothing is allocated for it; give a buffered stream.
///
/// Threads: one owner.
public final class PcapngWriter implements Flushable, Closeable {
    static final int SECTION_HEADER = 0x0a0d0d0a;
    static final int INTERFACE_DESCRIPTION = 1;
    static final int SIMPLE_PACKET = 3;
    static final int ENHANCED_PACKET = 6;
    static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;

    static final int OPTION_END = 0;
    static final int OPTION_COMMENT = 1;
    static final int OPTION_PACKET_FLAGS = 2;
    static final int OPTION_INTERFACE_NAME = 2;
    static final int OPTION_APPLICATION = 4;
    static final int OPTION_TIME_RESOLUTION = 9;

    private static final int ENHANCED_HEADER_BYTES = 28;
    /// The option of flags, the end of options, and the block's length again.
    private static final int ENHANCED_TRAILER_BYTES = 16;
    private static final int TEXT_BYTES_MAX = 1024;

    private final OutputStream out;
    private final int snapBytes;
    private final ByteBuffer block;
    private int interfaceCount;

    /// Starts a file whose packets are kept whole.
    ///
    /// @param application who wrote it, for people: `levee 1.0`
    public PcapngWriter(OutputStream out, String application) throws IOException {
        this(out, application, 65_535);
    }

    /// Starts a file that keeps at most the first `snapBytes` octets (64 to 262,144) of each packet.
    public PcapngWriter(OutputStream out, String application, int snapBytes) throws IOException {
        if (snapBytes < 64 || snapBytes > CaptureReader.PACKET_BYTES_MAX) {
            throw new IllegalArgumentException("a capture keeps 64 to " + CaptureReader.PACKET_BYTES_MAX
                    + " octets of a packet, not " + snapBytes);
        }
        this.out = out;
        this.snapBytes = snapBytes;
        int packetBlockBytes = ENHANCED_HEADER_BYTES + snapBytes + 3 + ENHANCED_TRAILER_BYTES;
        this.block = ByteBuffer.allocate(Math.max(packetBlockBytes, TEXT_BYTES_MAX + 256))
                .order(ByteOrder.LITTLE_ENDIAN);
        begin(SECTION_HEADER);
        block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0);
        // The section's length is not known beforehand.
        block.putLong(-1);
        putText(OPTION_APPLICATION, application);
        endOptions();
        finish();
    }

    /// Describes one more interface, to be named by the number returned.
    public int addInterface(String name, int linkType) throws IOException {
        begin(INTERFACE_DESCRIPTION);
        block.putShort((short) linkType).putShort((short) 0).putInt(snapBytes);
        putText(OPTION_INTERFACE_NAME, name);
        block.putShort((short) OPTION_TIME_RESOLUTION).putShort((short) 1).putInt(9);
        endOptions();
        finish();
        return interfaceCount++;
    }

    /// Writes the packet of a frame.
    ///
    /// @param epochNanos nanoseconds since 1970; not the engine's `nowNanos`, which has no fixed origin
    /// @param interfaceIndex what [#addInterface] returned
    public void write(long epochNanos, int interfaceIndex, CaptureDirection direction, Frame frame) throws IOException {
        int captured = Math.min(frame.length(), snapBytes);
        beginPacket(epochNanos, interfaceIndex, captured, frame.length());
        MemorySegment.copy(
                frame.memory(), ValueLayout.JAVA_BYTE, frame.offset(), block.array(), block.position(), captured);
        finishPacket(captured, direction);
    }

    /// Writes a captured packet from an array of which the first `length` octets were captured.
    public void write(
            long epochNanos, int interfaceIndex, CaptureDirection direction, byte[] packet, int length, int original)
            throws IOException {
        int captured = Math.min(length, snapBytes);
        beginPacket(epochNanos, interfaceIndex, captured, original);
        System.arraycopy(packet, 0, block.array(), block.position(), captured);
        finishPacket(captured, direction);
    }

    private void beginPacket(long epochNanos, int interfaceIndex, int captured, int original) {
        assert interfaceIndex >= 0 && interfaceIndex < interfaceCount : "interface " + interfaceIndex;
        begin(ENHANCED_PACKET);
        block.putInt(interfaceIndex).putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
        block.putInt(captured).putInt(original);
    }

    private void finishPacket(int captured, CaptureDirection direction) throws IOException {
        block.position(block.position() + captured);
        pad();
        if (direction != CaptureDirection.UNKNOWN) {
            block.putShort((short) OPTION_PACKET_FLAGS).putShort((short) 4).putInt(direction.ordinal());
            endOptions();
        }
        finish();
    }

    private void begin(int type) {
        block.clear();
        block.putInt(type).putInt(0);
    }

    private void putText(int option, String text) {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(octets.length, TEXT_BYTES_MAX);
        block.putShort((short) option).putShort((short) length).put(octets, 0, length);
        pad();
    }

    private void endOptions() {
        block.putInt(OPTION_END);
    }

    private void pad() {
        while (block.position() % 4 != 0) {
            block.put((byte) 0);
        }
    }

    /// Writes the block's length at both ends, and the block to the stream.
    private void finish() throws IOException {
        int bytes = block.position() + 4;
        block.putInt(bytes).putInt(4, bytes);
        out.write(block.array(), 0, bytes);
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
