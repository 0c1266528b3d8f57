package dev.levee.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The block format: sections with interfaces and packets; blocks that are not understood are skipped.
final class PcapngReader extends CaptureReader {
    /// The first form of a packet's block, obsolete but still found in old files.
    private static final int PACKET = 2;

    private static final int OPTION_TIME_OFFSET = 14;
    private static final int BLOCK_BYTES_MIN = 12;
    private static final int NAME_BYTES_MAX = 64;

    private final List<Interface> interfaces = new ArrayList<>();
    /// Octets of the block at hand that have not been read yet, without the length at its end.
    private long left;

    private long blockBytes;

    /// Reads on behind the first section header's type.
    PcapngReader(InputStream in) throws IOException {
        super(in, ByteOrder.LITTLE_ENDIAN);
        readSectionHeader();
    }

    /// What an interface's block says that its packets need.
    ///
    /// @param snapBytes 0 when not limited
    private record Interface(String name, int linkType, long snapBytes, Clock clock) {}

    @Override
    public boolean next() throws IOException {
        while (readHeadOrEnd(4)) {
            // A palindrome, the same in both byte orders.
            int type = head.getInt(0);
            if (type == PcapngWriter.SECTION_HEADER) {
                readSectionHeader();
                continue;
            }
            beginBlock();
            boolean packet = switch (type) {
                case PcapngWriter.ENHANCED_PACKET -> readEnhancedPacket();
                case PcapngWriter.SIMPLE_PACKET -> readSimplePacket();
                case PACKET -> readOldPacket();
                case PcapngWriter.INTERFACE_DESCRIPTION -> readInterface();
                default -> false;
            };
            endBlock();
            if (packet) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String interfaceName() {
        return interfaceIndex < interfaces.size() ? interfaces.get(interfaceIndex).name : "";
    }

    /// The section header says the byte order of everything up to the next one, its own length included.
    private void readSectionHeader() throws IOException {
        readHead(8);
        head.order(ByteOrder.LITTLE_ENDIAN);
        int magic = head.getInt(4);
        if (Integer.reverseBytes(magic) == PcapngWriter.BYTE_ORDER_MAGIC) {
            head.order(ByteOrder.BIG_ENDIAN);
        } else if (magic != PcapngWriter.BYTE_ORDER_MAGIC) {
            throw wrong("a section begins without its byte-order magic");
        }
        checkLength(u32(head.getInt(0)), 28);
        left = blockBytes - 16;
        take(4);
        if (head.getShort(0) != 1) {
            throw wrong("pcapng " + (head.getShort(0) & 0xffff) + " is not known; version 1 is");
        }
        interfaces.clear();
        endBlock();
    }

    private void beginBlock() throws IOException {
        readHead(4);
        checkLength(u32(head.getInt(0)), BLOCK_BYTES_MIN);
        left = blockBytes - BLOCK_BYTES_MIN;
    }

    private void checkLength(long bytes, int least) throws CaptureException {
        if (bytes < least || bytes % 4 != 0) {
            throw wrong("a block cannot be " + bytes + " octets long");
        }
        blockBytes = bytes;
    }

    private void endBlock() throws IOException {
        skip(left);
        readHead(4);
        if (u32(head.getInt(0)) != blockBytes) {
            throw wrong("a block's length differs at its two ends");
        }
    }

    /// Reads `bytes` octets of the block into [#head].
    private void take(int bytes) throws IOException {
        if (bytes > left) {
            throw wrong("a block of " + blockBytes + " octets is too short for what it holds");
        }
        readHead(bytes);
        left -= bytes;
    }

    private boolean readInterface() throws IOException {
        if (interfaces.size() == INTERFACES_MAX) {
            throw wrong("a section describes more than " + INTERFACES_MAX + " interfaces");
        }
        take(8);
        int type = head.getShort(0) & 0xffff;
        long snapBytes = u32(head.getInt(4));
        var name = "";
        int resolution = 6;
        long offsetSeconds = 0;
        while (left >= 4) {
            take(4);
            int option = head.getShort(0) & 0xffff;
            int length = head.getShort(2) & 0xffff;
            int padding = -length & 3;
            if (option == PcapngWriter.OPTION_END) {
                break;
            }
            if (length + padding > left) {
                throw wrong("an option of " + length + " octets does not fit into its block");
            }
            int taken = Math.min(length, NAME_BYTES_MAX);
            take(taken);
            if (option == PcapngWriter.OPTION_INTERFACE_NAME) {
                name = new String(head.array(), 0, taken, StandardCharsets.UTF_8);
            } else if (option == PcapngWriter.OPTION_TIME_RESOLUTION && length == 1) {
                resolution = head.get(0) & 0xff;
            } else if (option == OPTION_TIME_OFFSET && length == 8) {
                offsetSeconds = head.getLong(0);
            }
            skip(length - taken + padding);
            left -= length - taken + padding;
        }
        interfaces.add(new Interface(name, type, snapBytes, new Clock(resolution, offsetSeconds)));
        return false;
    }

    private boolean readEnhancedPacket() throws IOException {
        take(20);
        var source = enter(head.getInt(0));
        readBody(source, head.getInt(4), head.getInt(8), u32(head.getInt(12)), u32(head.getInt(16)));
        return true;
    }

    private boolean readOldPacket() throws IOException {
        take(20);
        var source = enter(head.getShort(0) & 0xffff);
        readBody(source, head.getInt(4), head.getInt(8), u32(head.getInt(12)), u32(head.getInt(16)));
        return true;
    }

    private boolean readSimplePacket() throws IOException {
        take(4);
        var source = enter(0);
        epochNanos = 0;
        direction = CaptureDirection.UNKNOWN;
        long original = u32(head.getInt(0));
        long captured = Math.min(original, left);
        if (source.snapBytes != 0) {
            captured = Math.min(captured, source.snapBytes);
        }
        readPacket(captured, original);
        left -= captured;
        return true;
    }

    private Interface enter(int index) throws CaptureException {
        if (index < 0 || index >= interfaces.size()) {
            throw wrong("a packet names interface " + u32(index) + ", which was not described");
        }
        var source = interfaces.get(index);
        interfaceIndex = index;
        linkType = source.linkType;
        return source;
    }

    private void readBody(Interface source, int ticksHigh, int ticksLow, long captured, long original)
            throws IOException {
        epochNanos = source.clock.epochNanos((long) ticksHigh << 32 | u32(ticksLow));
        direction = CaptureDirection.UNKNOWN;
        long padding = -captured & 3;
        if (captured + padding > left) {
            throw wrong("a packet of " + captured + " octets does not fit into its block");
        }
        readPacket(captured, original);
        skip(padding);
        left -= captured + padding;
        while (left >= 4) {
            take(4);
            int option = head.getShort(0) & 0xffff;
            int length = head.getShort(2) & 0xffff;
            int padded = length + (-length & 3);
            if (option == PcapngWriter.OPTION_END || padded > left) {
                return;
            }
            if (option == PcapngWriter.OPTION_PACKET_FLAGS && length == 4) {
                take(4);
                direction = CaptureDirection.of(head.getInt(0));
            } else {
                skip(padded);
                left -= padded;
            }
        }
    }

    /// How an interface counts time.
    ///
    /// @param resolution a tick is 10^-n seconds, or 2^-n when the highest bit of the octet is set
    /// @param offsetSeconds to be added
    record Clock(int resolution, long offsetSeconds) {

        /// Nanoseconds since 1970 of a 64-bit count of ticks. Times beyond the year 2262 end there.
        long epochNanos(long ticks) {
            int exponent = resolution & 0x7f;
            return (resolution & 0x80) != 0 ? ofBinary(ticks, exponent) : ofDecimal(ticks, exponent);
        }

        private long ofDecimal(long ticks, int exponent) {
            if (exponent <= 9) {
                long perSecond = power(exponent);
                long seconds = Long.divideUnsigned(ticks, perSecond);
                return join(seconds, Long.remainderUnsigned(ticks, perSecond) * power(9 - exponent));
            }
            // 2^64 is below 10^20: with finer ticks nothing is left.
            if (exponent > 9 + 18) {
                return join(0, 0);
            }
            long nanos = Long.divideUnsigned(ticks, power(exponent - 9));
            return join(Long.divideUnsigned(nanos, NANOS_PER_SECOND), Long.remainderUnsigned(nanos, NANOS_PER_SECOND));
        }

        private long ofBinary(long ticks, int exponent) {
            if (exponent == 0) {
                return join(ticks, 0);
            }
            if (exponent >= 64) {
                int shift = exponent - 64;
                return join(0, Math.unsignedMultiplyHigh(ticks, NANOS_PER_SECOND) >>> Math.min(shift, 63));
            }
            long fraction = ticks & (1L << exponent) - 1;
            long high = Math.unsignedMultiplyHigh(fraction, NANOS_PER_SECOND);
            long low = fraction * NANOS_PER_SECOND;
            return join(ticks >>> exponent, high << 64 - exponent | low >>> exponent);
        }

        private long join(long seconds, long nanos) {
            long whole = seconds + offsetSeconds;
            long secondsMax = Long.MAX_VALUE / NANOS_PER_SECOND - 1;
            boolean beyond = seconds < 0 || whole > secondsMax || (offsetSeconds > 0 && whole < 0);
            return beyond ? Long.MAX_VALUE : Math.max(whole, -secondsMax) * NANOS_PER_SECOND + nanos;
        }

        private static long power(int exponent) {
            long power = 1;
            for (int i = 0; i < exponent; i++) {
                power *= 10;
            }
            return power;
        }
    }
}
