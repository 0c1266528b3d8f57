package dev.levee.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Reads a capture file, pcapng or classic pcap, of either byte order, one record after the other. What a
/// record says stays valid until the next one is read.
///
/// Memory is bounded whatever the file says: one buffer of [#PACKET_BYTES_MAX] octets, and a few numbers for
/// each of at most [#INTERFACES_MAX] interfaces. A file that ends in the middle, or is wrong, ends with a
/// [CaptureException] after all the good records before that place.
///
/// Compressed files are the caller's matter: give the stream unpacked.
///
/// Threads: one owner.
public abstract sealed class CaptureReader permits PcapReader, PcapngReader {
    /// The longest packet that capture tools write.
    public static final int PACKET_BYTES_MAX = 262_144;
    /// Interfaces in one section of a pcapng file.
    public static final int INTERFACES_MAX = 4_096;

    static final long NANOS_PER_SECOND = 1_000_000_000;

    private final InputStream in;

    /// The head of the block or record at hand, in the file's byte order.
    final ByteBuffer head = ByteBuffer.allocate(64);

    private final byte[] octets = new byte[PACKET_BYTES_MAX];
    long records;
    long epochNanos;
    int linkType;
    int interfaceIndex;
    CaptureDirection direction = CaptureDirection.UNKNOWN;
    int length;
    int originalLength;

    CaptureReader(InputStream in, ByteOrder order) {
        this.in = in;
        head.order(order);
    }

    /// Recognizes the format by its first octets. Give a buffered stream; closing it is the caller's matter.
    ///
    /// @throws CaptureException when it is no capture file
    public static CaptureReader open(InputStream in) throws IOException {
        var octets = in.readNBytes(4);
        if (octets.length < 4) {
            throw new CaptureException("this is no capture file: it has fewer than four octets");
        }
        int magic = ByteBuffer.wrap(octets).getInt();
        return switch (magic) {
            case PcapngWriter.SECTION_HEADER -> new PcapngReader(in);
            case PcapWriter.MAGIC_MICROS -> new PcapReader(in, ByteOrder.BIG_ENDIAN, 1_000);
            case PcapWriter.MAGIC_NANOS -> new PcapReader(in, ByteOrder.BIG_ENDIAN, 1);
            default -> openSwapped(in, magic);
        };
    }

    private static CaptureReader openSwapped(InputStream in, int magic) throws IOException {
        return switch (Integer.reverseBytes(magic)) {
            case PcapWriter.MAGIC_MICROS -> new PcapReader(in, ByteOrder.LITTLE_ENDIAN, 1_000);
            case PcapWriter.MAGIC_NANOS -> new PcapReader(in, ByteOrder.LITTLE_ENDIAN, 1);
            default ->
                throw new CaptureException("this is no capture file: neither pcapng nor pcap begins with 0x"
                        + String.format("%08x", magic));
        };
    }

    /// Reads the next record.
    ///
    /// @return false at the file's proper end
    /// @throws CaptureException when the file is cut off or wrong; do not read on
    public abstract boolean next() throws IOException;

    /// How many records have been read.
    public long records() {
        return records;
    }

    /// Nanoseconds since 1970; 0 in files that have no times.
    public long epochNanos() {
        return epochNanos;
    }

    /// What the octets begin with, see [LinkType].
    public int linkType() {
        return linkType;
    }

    /// The interface's number within its section; 0 in classic files.
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /// The interface's name, empty when the file gives none.
    public abstract String interfaceName();

    public CaptureDirection direction() {
        return direction;
    }

    /// The captured octets, of which the first [#length] count. The array is reused.
    public byte[] octets() {
        return octets;
    }

    /// Octets that were captured.
    public int length() {
        return length;
    }

    /// Octets that the packet had on the wire.
    public int originalLength() {
        return originalLength;
    }

    /// Where the IP packet begins in [#octets], or -1 when there is none.
    public int ipOffset() {
        return LinkType.ipOffset(linkType, octets, length);
    }

    /// Copies the IP packet into a frame, together with whatever the link put behind it.
    ///
    /// @return false when there is none, or it does not fit; then the frame is empty
    public boolean copyIp(Frame frame) {
        frame.clear();
        int offset = ipOffset();
        if (offset < 0 || length - offset > frame.capacity()) {
            return false;
        }
        MemorySegment.copy(octets, offset, frame.memory(), ValueLayout.JAVA_BYTE, frame.offset(), length - offset);
        frame.set(frame.offset(), length - offset);
        return true;
    }

    /// Reads exactly `bytes` octets into [#head], to be got from its start.
    void readHead(int bytes) throws IOException {
        head.clear();
        readFully(head.array(), bytes);
        head.limit(bytes);
    }

    /// As [#readHead], but says false when the file ends here.
    boolean readHeadOrEnd(int bytes) throws IOException {
        head.clear();
        int first = in.read();
        if (first < 0) {
            return false;
        }
        head.array()[0] = (byte) first;
        if (in.readNBytes(head.array(), 1, bytes - 1) < bytes - 1) {
            throw cutOff();
        }
        head.limit(bytes);
        return true;
    }

    /// Reads the octets of a packet.
    void readPacket(long captured, long original) throws IOException {
        if (captured < 0 || captured > PACKET_BYTES_MAX) {
            throw wrong("a packet of " + captured + " octets is longer than any capture tool writes");
        }
        length = (int) captured;
        originalLength = (int) Math.min(original, Integer.MAX_VALUE);
        readFully(octets, length);
        records++;
    }

    void skip(long bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException _) {
            throw cutOff();
        }
    }

    private void readFully(byte[] target, int bytes) throws IOException {
        if (in.readNBytes(target, 0, bytes) < bytes) {
            throw cutOff();
        }
    }

    final CaptureException cutOff() {
        return new CaptureException("the capture file is cut off behind record " + records);
    }

    final CaptureException wrong(String why) {
        return new CaptureException("the capture file is damaged behind record " + records + ": " + why);
    }

    static long u32(int value) {
        return value & 0xffffffffL;
    }
}
