package dev.levee.wire;

import java.lang.foreign.MemorySegment;

/// What a sender has left to the device: to complete a checksum, and to cut a frame that is longer than
/// the MTU into segments. One `long` that travels with a [Frame]; the numbers are those of the virtio
/// network header (Virtual I/O Device 1.2, 5.1.6), without its length of headers, which follows from the
/// rest.
///
/// From the low end: flags and kind of segments, 8 bits each; octets of text in a segment, where the
/// checksum begins, and where it is stored from there, 16 bits each. Where it begins is counted from the
/// frame's first octet, in frames of Ethernet: a tag that is put in or taken out moves it ([#moved]).
///
/// None of these numbers is believed before [#holds] has compared them with the frame: they were chosen
/// by whoever sent it.
///
/// Threads: any.
public final class Offload {
    /// The frame is complete.
    public static final long NONE = 0;

    /// The checksum's field holds the sum of the pseudo header; what is summed goes to the frame's end.
    public static final int NEEDS_CHECKSUM = 0x1;
    /// The sender's device says that the checksum is right.
    public static final int DATA_VALID = 0x2;

    public static final int SEGMENTS_NONE = 0;
    public static final int SEGMENTS_TCP_V4 = 1;
    public static final int SEGMENTS_TCP_V6 = 4;
    public static final int SEGMENTS_UDP = 5;
    /// Beside a kind of TCP: only the first segment carries CWR.
    public static final int SEGMENTS_ECN = 0x80;

    private static final int FLAGS = NEEDS_CHECKSUM | DATA_VALID;
    private static final int KIND = 8;
    private static final int SEGMENT_BYTES = 16;
    private static final int CHECKSUM_START = 32;
    private static final int CHECKSUM_OFFSET = 48;
    private static final int OCTET = 0xff;
    private static final int SHORT = 0xffff;

    /// No header is that far from a frame's beginning, and there is room for tags.
    private static final int START_MAX = 0x7fff;

    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int SCTP_CHECKSUM = 8;
    private static final int TCP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    /// The kernel's least MSS of 48 octets, full of options. Fewer would make a peer's one frame tens of
    /// thousands.
    private static final int SEGMENT_BYTES_MIN = 8;
    /// The kernel's.
    private static final int UDP_SEGMENTS_MAX = 128;

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION = 60;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_UDP = 17;
    private static final int EXTENSIONS_MAX = 8;
    private static final int TAGS_MAX = 4;

    private Offload() {}

    /// @param flags [#NEEDS_CHECKSUM], [#DATA_VALID]
    /// @param kind of segments, with or without [#SEGMENTS_ECN]
    /// @param segmentBytes text in each segment but the last
    /// @param checksumStart where what is summed begins, from the frame's first octet
    /// @param checksumOffset where the sum is stored, from `checksumStart`
    public static long of(int flags, int kind, int segmentBytes, int checksumStart, int checksumOffset) {
        return flags & OCTET
                | (long) (kind & OCTET) << KIND
                | (long) (segmentBytes & SHORT) << SEGMENT_BYTES
                | (long) (checksumStart & SHORT) << CHECKSUM_START
                | (long) checksumOffset << CHECKSUM_OFFSET;
    }

    public static int flags(long offload) {
        return (int) offload & OCTET;
    }

    public static int kind(long offload) {
        return (int) (offload >>> KIND) & OCTET;
    }

    public static int segmentBytes(long offload) {
        return (int) (offload >>> SEGMENT_BYTES) & SHORT;
    }

    public static int checksumStart(long offload) {
        return (int) (offload >>> CHECKSUM_START) & SHORT;
    }

    public static int checksumOffset(long offload) {
        return (int) (offload >>> CHECKSUM_OFFSET);
    }

    /// Whether the checksum is to be completed.
    public static boolean needsChecksum(long offload) {
        return (offload & NEEDS_CHECKSUM) != 0;
    }

    /// Whether the checksum is SCTP's, a CRC32c: no other protocol has one in its third word. The kernel
    /// leaves that to a device, too, and does not say so in its header: who sent it on as it came would
    /// get another checksum.
    public static boolean needsCrc(long offload) {
        return needsChecksum(offload) && checksumOffset(offload) == SCTP_CHECKSUM;
    }

    /// Whether the frame is to be cut.
    public static boolean isLong(long offload) {
        return kind(offload) != SEGMENTS_NONE;
    }

    /// The same for a frame that has `octets` more (or, below 0, fewer) before its checksum begins: a tag
    /// of Ethernet.
    public static long moved(long offload, int octets) {
        return needsChecksum(offload)
                ? of(
                        flags(offload),
                        kind(offload),
                        segmentBytes(offload),
                        checksumStart(offload) + octets,
                        checksumOffset(offload))
                : offload;
    }

    /// Whether what is to be done to a frame of Ethernet can be done: all lies inside the frame, and what
    /// is to be cut is TCP or UDP right behind its IP header. A tunnel's inner segments are not, for the
    /// headers around them would have to be made for each.
    public static boolean holds(Frame frame) {
        long offload = frame.offload();
        if (offload == NONE) {
            return true;
        }
        int start = checksumStart(offload);
        boolean needs = needsChecksum(offload);
        if ((flags(offload) & ~FLAGS) != 0
                || needs
                        && (start < EthernetFrame.HEADER_BYTES
                                || start > START_MAX
                                || start + checksumOffset(offload) + (needsCrc(offload) ? 4 : 2) > frame.length())) {
            return false;
        }
        return !isLong(offload) || needs && segmentsHold(frame, offload);
    }

    private static boolean segmentsHold(Frame frame, long offload) {
        int text = frame.length() - headerBytes(frame);
        int each = segmentBytes(offload);
        return switch (kind(offload)) {
            case SEGMENTS_TCP_V4, SEGMENTS_TCP_V4 | SEGMENTS_ECN, SEGMENTS_TCP_V6, SEGMENTS_TCP_V6 | SEGMENTS_ECN ->
                checksumOffset(offload) == TCP_CHECKSUM
                        && each >= SEGMENT_BYTES_MIN
                        && text >= 0
                        && headerBytes(frame) >= checksumStart(offload) + TCP_BYTES
                        && transportAt(frame, PROTOCOL_TCP, versionOf(offload)) == checksumStart(offload);
            case SEGMENTS_UDP ->
                checksumOffset(offload) == UDP_CHECKSUM
                        && text >= 0
                        && text <= (long) each * UDP_SEGMENTS_MAX
                        && transportAt(frame, PROTOCOL_UDP, 0) == checksumStart(offload);
            default -> false;
        };
    }

    private static int versionOf(long offload) {
        return (kind(offload) & ~SEGMENTS_ECN) == SEGMENTS_TCP_V4 ? 4 : 6;
    }

    /// Octets of all headers of a frame that is to be cut, the transport's with its options included.
    /// Beyond the frame's length where it does not hold.
    public static int headerBytes(Frame frame) {
        int start = checksumStart(frame.offload());
        if (kind(frame.offload()) == SEGMENTS_UDP) {
            return start + UDP_BYTES;
        }
        if (start + TCP_BYTES > frame.length()) {
            return Integer.MAX_VALUE;
        }
        return start + (Bytes.u8(frame.memory(), frame.offset() + start + 12L) >>> 4) * 4;
    }

    /// Where the transport header begins, from the frame's first octet, or -1: not this protocol, or a
    /// fragment.
    ///
    /// @param version 4 or 6; 0: either
    private static int transportAt(Frame frame, int protocol, int version) {
        var memory = frame.memory();
        int at = EthernetFrame.HEADER_BYTES;
        int end = frame.length();
        long first = frame.offset();
        for (int tags = 0;
                tags < TAGS_MAX && at + 4 <= end && EthernetFrame.isTag(Bytes.u16(memory, first + at - 2));
                tags++) {
            at += EthernetFrame.TAG_BYTES;
        }
        int type = Bytes.u16(memory, first + at - 2);
        if (type == EthernetFrame.TYPE_IPV4 && version != 6 && at + IPV4_BYTES <= end) {
            boolean whole = (Bytes.u16(memory, first + at + 6) & 0x3fff) == 0;
            return whole && Bytes.u8(memory, first + at + 9) == protocol
                    ? at + (Bytes.u8(memory, first + at) & 0xf) * 4
                    : -1;
        }
        return type == EthernetFrame.TYPE_IPV6 && version != 4 && at + IPV6_BYTES <= end
                ? behindExtensions(memory, first, at, end, protocol)
                : -1;
    }

    private static int behindExtensions(MemorySegment memory, long first, int ip, int end, int protocol) {
        int next = Bytes.u8(memory, first + ip + 6);
        int at = ip + IPV6_BYTES;
        for (int i = 0; i < EXTENSIONS_MAX && next != protocol; i++) {
            if (next != HOP_BY_HOP && next != ROUTING && next != DESTINATION || at + 8 > end) {
                return -1;
            }
            next = Bytes.u8(memory, first + at);
            at += (Bytes.u8(memory, first + at + 1) + 1) * 8;
        }
        return next == protocol ? at : -1;
    }

    /// Completes a frame's checksum, if that is left to be done, for a link that leaves nothing to a
    /// device; then nothing is left to be done. A frame that was to be cut becomes one long packet, with
    /// the checksum of a long packet. It must hold ([#holds]).
    public static void complete(Frame frame) {
        long offload = frame.offload();
        int start = checksumStart(offload);
        long at = (long) frame.offset() + start;
        int length = frame.length() - start;
        if (needsCrc(offload)) {
            // Its octets go out from the lowest on (RFC 9260, appendix A).
            int crc = Crc32c.of(frame.memory(), at, length);
            Bytes.put32(frame.memory(), at + SCTP_CHECKSUM, Integer.reverseBytes(crc));
        } else if (needsChecksum(offload)) {
            int checksum = Checksum.finish(Checksum.add(0, frame.memory(), at, length));
            // In UDP, 0 says that there is no checksum (RFC 768).
            boolean none = checksum == 0 && checksumOffset(offload) == UDP_CHECKSUM;
            Bytes.put16(frame.memory(), at + checksumOffset(offload), none ? 0xffff : checksum);
        }
        frame.offload(NONE);
    }
}
