package dev.levee.wire;

/// What one TCP segment says (RFC 9293 §3.1): parsed once, together with its options, into this reused holder.
///
/// Options are understood in any segment and in any order; unknown ones are skipped by their length. An option
/// with an impossible length ends the list: what came before it counts, the rest is ignored.
///
/// Threads: one owner. Valid while the frame is.
public final class Segment {
    public static final int HEADER_BYTES = 20;
    /// How many SACK blocks fit into a header.
    public static final int SACK_BLOCKS_MAX = 4;
    /// The largest shift that RFC 7323 §2.3 allows.
    public static final int WINDOW_SCALE_MAX = 14;

    static final int END = 0;
    static final int NO_OPERATION = 1;
    static final int MSS = 2;
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int SACK = 5;
    static final int TIMESTAMPS = 8;
    static final int USER_TIMEOUT = 28;
    /// What 15 bits hold.
    static final int USER_TIMEOUT_COUNT_MAX = 0x7fff;

    static final int FAST_OPEN = 34;
    /// RFC 6994: an experiment's option begins with a number that says whose it is.
    static final int EXPERIMENT = 254;

    static final int FAST_OPEN_EXPERIMENT = 0xf989;

    /// Two of padding, and timestamps: RFC 7323, appendix A.
    private static final int STAMPED = 0x0101_080a;
    private static final int STAMPED_BYTES = 12;
    /// MSS, SACK-permitted, timestamps, padding, window scale.
    private static final int USUAL_SYN_BYTES = 20;
    private static final int USUAL_MSS = 0x0204;
    private static final int USUAL_STAMPED = 0x0402_080a;
    private static final int USUAL_SCALE = 0x01_0303;

    private final IpPacket ip;

    private int srcPort;
    private int dstPort;
    private int seq;
    private int ack;
    private int flags;
    private int window;
    private int urgentPointer;
    private int optionsOffset;
    private int payloadOffset;
    private int payloadLength;

    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int tsVal;
    private int tsEcr;
    private int sackCount;
    private final int[] sackLeft = new int[SACK_BLOCKS_MAX];
    private final int[] sackRight = new int[SACK_BLOCKS_MAX];
    private int userTimeoutSeconds;
    private int fastOpenOffset;
    private int fastOpenLength;
    private boolean fastOpenExperimental;

    /// A holder for the segments inside the packets that `ip` parses.
    public Segment(IpPacket ip) {
        this.ip = ip;
    }

    /// Reads the segment inside the packet that was just parsed, and verifies its checksum.
    ///
    /// @return [DropReason#NONE], or why the segment must be dropped; then the other methods mean nothing
    public DropReason parse() {
        return parse(true);
    }

    /// As [#parse], for packets from a capture, without verifying the checksum: a host that leaves checksums to
    /// its network card captures its own packets without one, and a packet cut off cannot be verified. Of
    /// options cut off, those that are whole count.
    public DropReason parseCaptured() {
        return parse(false);
    }

    private DropReason parse(boolean verify) {
        var memory = ip.memory();
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        if (length < HEADER_BYTES) {
            return DropReason.TRUNCATED;
        }
        int word = Bytes.i32(memory, at + 12);
        int headerBytes = word >>> 28 << 2;
        if (ip.cutOff()) {
            headerBytes = Math.min(headerBytes, length);
        }
        if (headerBytes < HEADER_BYTES || headerBytes > length) {
            return DropReason.BAD_TCP_HEADER;
        }
        // RFC 9293 §3.1: "the receiver MUST check it".
        if (verify && !checksumHolds(length)) {
            return DropReason.BAD_CHECKSUM;
        }
        long first = Bytes.i64(memory, at);
        srcPort = (int) (first >>> 48);
        dstPort = (int) (first >>> 32) & 0xffff;
        if (srcPort == 0 || dstPort == 0) {
            return DropReason.PORT_ZERO;
        }
        seq = (int) first;
        ack = Bytes.i32(memory, at + 8);
        flags = word >>> 16 & 0xff;
        window = word & 0xffff;
        urgentPointer = Bytes.u16(memory, at + 18);
        optionsOffset = at + HEADER_BYTES;
        payloadOffset = at + headerBytes;
        payloadLength = length - headerBytes;
        parseOptions();
        return DropReason.NONE;
    }

    private boolean checksumHolds(int length) {
        long pseudo = Checksum.pseudoHeader(
                ip.v4(), ip.srcHigh(), ip.srcLow(), ip.dstHigh(), ip.dstLow(), IpPacket.PROTOCOL_TCP, length);
        return Checksum.finish(Checksum.add(pseudo, ip.memory(), ip.payloadOffset(), length)) == 0;
    }

    private void parseOptions() {
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        sackCount = 0;
        fastOpenLength = -1;
        userTimeoutSeconds = 0;
        if (parseUsualOptions()) {
            return;
        }
        var memory = ip.memory();
        int at = optionsOffset;
        while (at < payloadOffset) {
            int kind = Bytes.u8(memory, at);
            if (kind == END) {
                return;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            // RFC 9293 §3.1: "TCP implementations MUST be prepared to handle an illegal option length (e.g.,
            // zero)".
            int length = at + 1 < payloadOffset ? Bytes.u8(memory, at + 1) : 0;
            if (length < 2 || at + length > payloadOffset) {
                return;
            }
            parseOption(kind, at, length);
            at += length;
        }
    }

    /// Options as nearly all segments of most hosts have them: none, two of padding and timestamps, or in a SYN all
    /// that are in common use.
    private boolean parseUsualOptions() {
        var memory = ip.memory();
        int at = optionsOffset;
        int bytes = payloadOffset - at;
        if (bytes == STAMPED_BYTES && Bytes.i32(memory, at) == STAMPED) {
            stamp(at + 4);
            return true;
        }
        if (bytes == USUAL_SYN_BYTES) {
            int first = Bytes.i32(memory, at);
            int last = Bytes.i32(memory, at + 16);
            boolean usual = first >>> 16 == USUAL_MSS
                    && Bytes.i32(memory, at + 4) == USUAL_STAMPED
                    && last >>> 8 == USUAL_SCALE;
            if (usual) {
                mss = first & 0xffff;
                windowScale = Math.min(last & 0xff, WINDOW_SCALE_MAX);
                sackPermitted = true;
                stamp(at + 8);
                return true;
            }
        }
        return bytes == 0;
    }

    private void stamp(int at) {
        timestamps = true;
        tsVal = Bytes.i32(ip.memory(), at);
        tsEcr = Bytes.i32(ip.memory(), at + 4);
    }

    private void parseOption(int kind, int at, int length) {
        var memory = ip.memory();
        switch (kind) {
            case MSS -> mss = length == 4 ? Bytes.u16(memory, at + 2) : mss;
            case WINDOW_SCALE ->
                windowScale = length == 3 ? Math.min(Bytes.u8(memory, at + 2), WINDOW_SCALE_MAX) : windowScale;
            case SACK_PERMITTED -> sackPermitted |= length == 2;
            case SACK -> parseSack(at, length);
            case TIMESTAMPS -> {
                if (length == 10) {
                    stamp(at + 2);
                }
            }
            case USER_TIMEOUT ->
                userTimeoutSeconds = length == 4 ? userTimeoutSeconds(Bytes.u16(memory, at + 2)) : userTimeoutSeconds;
            case FAST_OPEN -> fastOpen(at + 2, length - 2, false);
            case EXPERIMENT -> {
                if (length >= 4 && Bytes.u16(memory, at + 2) == FAST_OPEN_EXPERIMENT) {
                    fastOpen(at + 4, length - 4, true);
                }
            }
            default -> {
                // RFC 9293 §3.1: "A TCP implementation MUST (without error) ignore any TCP Option it does not
                // implement".
            }
        }
    }

    /// The highest bit says whether the others count minutes or seconds.
    static int userTimeoutSeconds(int field) {
        int count = field & USER_TIMEOUT_COUNT_MAX;
        return field == count ? count : count * 60;
    }

    private void fastOpen(int offset, int length, boolean experimental) {
        fastOpenOffset = offset;
        fastOpenLength = length;
        fastOpenExperimental = experimental;
    }

    private void parseSack(int at, int length) {
        if ((length - 2) % 8 != 0) {
            return;
        }
        sackCount = Math.min((length - 2) / 8, SACK_BLOCKS_MAX);
        for (int i = 0; i < sackCount; i++) {
            sackLeft[i] = Bytes.i32(ip.memory(), at + 2 + 8 * i);
            sackRight[i] = Bytes.i32(ip.memory(), at + 6 + 8 * i);
        }
    }

    /// The packet around this segment.
    public IpPacket ip() {
        return ip;
    }

    public int srcPort() {
        return srcPort;
    }

    public int dstPort() {
        return dstPort;
    }

    /// SEG.SEQ.
    public int seq() {
        return seq;
    }

    /// SEG.ACK; meaningless without the ACK bit.
    public int ack() {
        return ack;
    }

    /// The control bits, see [TcpFlags].
    public int flags() {
        return flags;
    }

    /// Whether all bits of `mask` are set.
    public boolean has(int mask) {
        return (flags & mask) == mask;
    }

    public boolean syn() {
        return (flags & TcpFlags.SYN) != 0;
    }

    public boolean fin() {
        return (flags & TcpFlags.FIN) != 0;
    }

    public boolean rst() {
        return (flags & TcpFlags.RST) != 0;
    }

    public boolean hasAck() {
        return (flags & TcpFlags.ACK) != 0;
    }

    /// The window field, 16 bits unsigned, not yet scaled.
    public int window() {
        return window;
    }

    /// SEG.UP, relative to SEG.SEQ; meaningless without the URG bit.
    public int urgentPointer() {
        return urgentPointer;
    }

    /// Where the text begins in `ip().memory()`.
    public int payloadOffset() {
        return payloadOffset;
    }

    /// Octets of text.
    public int payloadLength() {
        return payloadLength;
    }

    /// Where the options begin in `ip().memory()`; they end where the text begins.
    public int optionsOffset() {
        return optionsOffset;
    }

    /// SEG.LEN: octets of text, SYN and FIN counted.
    public int length() {
        return payloadLength + (flags & TcpFlags.FIN) + ((flags & TcpFlags.SYN) >>> 1);
    }

    /// The MSS option, or 0 when absent.
    public int mss() {
        return mss;
    }

    /// The window scale option (at most 14), or -1 when absent.
    public int windowScale() {
        return windowScale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean hasTimestamps() {
        return timestamps;
    }

    /// TSval; meaningless without [#hasTimestamps].
    public int tsVal() {
        return tsVal;
    }

    /// TSecr; meaningless without [#hasTimestamps].
    public int tsEcr() {
        return tsEcr;
    }

    public int sackCount() {
        return sackCount;
    }

    public int sackLeft(int index) {
        return sackLeft[index];
    }

    public int sackRight(int index) {
        return sackRight[index];
    }

    /// The user timeout option (RFC 5482 §3.2) in seconds; 0 when it is absent, or says 0, which means nothing.
    public int userTimeoutSeconds() {
        return userTimeoutSeconds;
    }

    /// Octets of the fast open cookie (0: a request), or -1 when the option is absent. No more than that is
    /// judged: RFC 7413 §4.1.1 has cookies of 4 to 16 octets, an even number, in segments with SYN.
    public int fastOpenLength() {
        return fastOpenLength;
    }

    /// Where the fast open cookie begins in `ip().memory()`.
    public int fastOpenOffset() {
        return fastOpenOffset;
    }

    /// Whether the fast open option came as the experiment that it once was (RFC 6994, kind 254), which old
    /// clients and servers still send.
    public boolean fastOpenExperimental() {
        return fastOpenExperimental;
    }

    /// The first eight octets of the fast open cookie, the first of them the most significant; zeros where it
    /// has none.
    public long fastOpenHigh() {
        return cookieOctets(0);
    }

    /// Octets nine to sixteen of the fast open cookie, as [#fastOpenHigh] has it.
    public long fastOpenLow() {
        return cookieOctets(8);
    }

    private long cookieOctets(int from) {
        long octets = 0;
        for (int i = 0; i < 8; i++) {
            int octet = from + i < fastOpenLength ? Bytes.u8(ip.memory(), fastOpenOffset + from + i) : 0;
            octets = octets << 8 | octet;
        }
        return octets;
    }
}
