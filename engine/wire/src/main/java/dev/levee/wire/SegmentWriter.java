package dev.levee.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Builds one IP packet with one TCP segment in a [Frame]. Reused; nothing is allocated.
///
/// Order of use: [#reset], [#addresses], the fields, then [#begin] (which fixes the header's length and says
/// where text goes), the text copied in by the caller, and [#finish] with the text's length.
///
/// Threads: one owner.
public final class SegmentWriter {
    private static final byte END_OF_LIST = 0;
    private static final byte NO_OPERATION = 1;
    private static final long LOW_HALF = 0xffff_ffffL;

    private boolean v4;
    private long srcHigh;
    private long srcLow;
    private long dstHigh;
    private long dstLow;
    private int srcPort;
    private int dstPort;
    private int seq;
    private int ack;
    private int flags;
    private int window;
    private int urgentPointer;
    private int hopLimit;
    private int trafficClass;

    private OptionLayout layout = OptionLayout.TIMESTAMPS_BEFORE_SCALE;
    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int tsVal;
    private int tsEcr;
    private int userTimeoutSeconds;
    /// Octets of the cookie, or -1: no option.
    private int cookieLength = -1;
    private long cookieHigh;
    private long cookieLow;
    private boolean cookieExperimental;
    private int sackCount;
    private final int[] sackLeft = new int[Segment.SACK_BLOCKS_MAX];
    private final int[] sackRight = new int[Segment.SACK_BLOCKS_MAX];

    private MemorySegment memory = MemorySegment.NULL;
    private int ipOffset;
    private int tcpOffset;
    private int textOffset;
    /// Of the options, as numbers.
    private long optionsSum;

    /// Forgets everything: no flags, no options, hop limit 64, the first layout.
    public SegmentWriter reset() {
        layout = OptionLayout.TIMESTAMPS_BEFORE_SCALE;
        flags = 0;
        seq = 0;
        ack = 0;
        window = 0;
        urgentPointer = 0;
        hopLimit = 64;
        trafficClass = 0;
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        userTimeoutSeconds = 0;
        cookieLength = -1;
        sackCount = 0;
        return this;
    }

    /// Source and destination; IPv4 in mapped form, and then for both.
    public SegmentWriter addresses(long srcHigh, long srcLow, long dstHigh, long dstLow) {
        this.v4 = IpAddress.isV4(srcHigh, srcLow);
        this.srcHigh = srcHigh;
        this.srcLow = srcLow;
        this.dstHigh = dstHigh;
        this.dstLow = dstLow;
        return this;
    }

    public SegmentWriter ports(int srcPort, int dstPort) {
        this.srcPort = srcPort;
        this.dstPort = dstPort;
        return this;
    }

    public SegmentWriter seq(int seq) {
        this.seq = seq;
        return this;
    }

    /// SEG.ACK together with the ACK bit.
    public SegmentWriter ack(int ack) {
        this.ack = ack;
        this.flags |= TcpFlags.ACK;
        return this;
    }

    /// Adds control bits.
    public SegmentWriter flags(int flags) {
        this.flags |= flags;
        return this;
    }

    /// The window field as it goes on the wire: 16 bits, already scaled.
    public SegmentWriter window(int window) {
        assert window >= 0 && window <= 0xffff : window;
        this.window = window;
        return this;
    }

    /// SEG.UP together with the URG bit.
    public SegmentWriter urgent(int urgentPointer) {
        assert urgentPointer >= 0 && urgentPointer <= 0xffff : urgentPointer;
        this.urgentPointer = urgentPointer;
        this.flags |= TcpFlags.URG;
        return this;
    }

    public SegmentWriter hopLimit(int hopLimit) {
        this.hopLimit = hopLimit;
        return this;
    }

    public SegmentWriter trafficClass(int trafficClass) {
        this.trafficClass = trafficClass;
        return this;
    }

    /// The order of the options.
    public SegmentWriter layout(OptionLayout layout) {
        this.layout = layout;
        return this;
    }

    public SegmentWriter mss(int mss) {
        assert mss > 0 && mss <= 0xffff : mss;
        this.mss = mss;
        return this;
    }

    public SegmentWriter windowScale(int windowScale) {
        assert windowScale >= 0 && windowScale <= Segment.WINDOW_SCALE_MAX : windowScale;
        this.windowScale = windowScale;
        return this;
    }

    public SegmentWriter sackPermitted() {
        this.sackPermitted = true;
        return this;
    }

    public SegmentWriter timestamps(int tsVal, int tsEcr) {
        this.timestamps = true;
        this.tsVal = tsVal;
        this.tsEcr = tsEcr;
        return this;
    }

    /// The user timeout (RFC 5482 §3.2), from 1 second on; above 32,767 seconds it is said in minutes, rounded up, as
    /// far as those go.
    public SegmentWriter userTimeout(int seconds) {
        assert seconds > 0 : seconds;
        userTimeoutSeconds = seconds;
        return this;
    }

    /// The fast open cookie (RFC 7413 §4.1.1): none to ask for one, or 4 to 16 octets, an even number.
    ///
    /// @param high its first eight octets, the first of them the most significant
    /// @param low the others
    /// @param experimental as the experiment that it once was (RFC 6994, kind 254)
    public SegmentWriter fastOpen(long high, long low, int length, boolean experimental) {
        assert length == 0 || length >= 4 && length <= 16 && length % 2 == 0 : length;
        cookieHigh = high;
        cookieLow = low;
        cookieLength = length;
        cookieExperimental = experimental;
        return this;
    }

    /// Adds a SACK block; at most four, three together with timestamps.
    public SegmentWriter sack(int left, int right) {
        sackLeft[sackCount] = left;
        sackRight[sackCount++] = right;
        return this;
    }

    /// Octets of TCP options that the fields set so far take.
    public int optionBytes() {
        if (layout == OptionLayout.SCALE_BEFORE_TIMESTAMPS) {
            return scaleFirstBytes();
        }
        int bytes = 0;
        bytes += mss > 0 ? 4 : 0;
        bytes += timestamps ? 12 : sackPermitted ? 4 : 0;
        bytes += windowScale >= 0 ? 4 : 0;
        bytes += userTimeoutSeconds > 0 ? 4 : 0;
        bytes += fastOpenBytes() + 3 & ~3;
        bytes += sackCount > 0 ? 4 + 8 * sackCount : 0;
        return bytes;
    }

    private int scaleFirstBytes() {
        int bytes = (mss > 0 ? 4 : 0) + (windowScale >= 0 ? 4 : 0) + (sackPermitted ? 2 : 0);
        bytes += timestamps ? padding(bytes) + 10 : 0;
        bytes += sackCount > 0 ? padding(bytes) + 2 + 8 * sackCount : 0;
        bytes += userTimeoutSeconds > 0 ? 4 : 0;
        return bytes + fastOpenBytes() + 3 & ~3;
    }

    private int fastOpenBytes() {
        return cookieLength < 0 ? 0 : (cookieExperimental ? 4 : 2) + cookieLength;
    }

    /// Octets before an option of kind and length whose values are to begin on a word.
    private static int padding(int bytes) {
        return 2 - bytes & 3;
    }

    /// Lays the options out and says where text begins in `frame.memory()`.
    public int begin(Frame frame) {
        frame.clear();
        memory = frame.memory();
        ipOffset = frame.offset();
        tcpOffset = ipOffset + IpHeader.bytes(v4);
        int optionsOffset = tcpOffset + Segment.HEADER_BYTES;
        optionsSum = 0;
        textOffset = layout == OptionLayout.SCALE_BEFORE_TIMESTAMPS
                ? writeScaleFirst(optionsOffset)
                : writeOptions(optionsOffset);
        assert textOffset - tcpOffset <= 60 : "options take more than 40 octets";
        return textOffset;
    }

    private int writeOptions(int start) {
        int at = start;
        if (mss > 0) {
            at = word(at, 0x0204_0000 | mss);
        }
        if (timestamps) {
            // SACK-permitted takes the place of the two octets of padding, as all large systems do.
            at = word(at, sackPermitted ? 0x0402_080a : 0x0101_080a);
            at = word(at, tsVal);
            at = word(at, tsEcr);
        } else if (sackPermitted) {
            at = word(at, 0x0101_0402);
        }
        if (windowScale >= 0) {
            at = word(at, 0x0103_0300 | windowScale);
        }
        int known = at;
        if (userTimeoutSeconds > 0) {
            at = writeUserTimeout(at);
        }
        if (cookieLength >= 0) {
            at = writeCookie(at);
            at = pad(at, start - at & 3, NO_OPERATION);
        }
        if (sackCount > 0) {
            Bytes.put16(memory, at, 0x0101);
            at = writeSack(at + 2);
        }
        sum(known, at);
        return at;
    }

    private int word(int at, int value) {
        Bytes.put32(memory, at, value);
        optionsSum += value & LOW_HALF;
        return at + 4;
    }

    /// Adds what was written in other pieces than words.
    private void sum(int from, int to) {
        if (to > from) {
            optionsSum += Checksum.numbers(Checksum.add(0, memory, from, to - from));
        }
    }

    private int writeSack(int start) {
        Bytes.put16(memory, start, 0x0500 | 2 + 8 * sackCount);
        int at = start + 2;
        for (int i = 0; i < sackCount; i++) {
            Bytes.put32(memory, at, sackLeft[i]);
            Bytes.put32(memory, at + 4, sackRight[i]);
            at += 8;
        }
        return at;
    }

    private int writeScaleFirst(int start) {
        int at = start;
        if (mss > 0) {
            Bytes.put32(memory, at, 0x0204_0000 | mss);
            at += 4;
        }
        if (windowScale >= 0) {
            Bytes.put32(memory, at, 0x0103_0300 | windowScale);
            at += 4;
        }
        if (sackPermitted) {
            Bytes.put16(memory, at, 0x0402);
            at += 2;
        }
        if (timestamps) {
            at = pad(at, padding(at - start), NO_OPERATION);
            Bytes.put16(memory, at, 0x080a);
            Bytes.put32(memory, at + 2, tsVal);
            Bytes.put32(memory, at + 6, tsEcr);
            at += 10;
        }
        if (sackCount > 0) {
            at = writeSack(pad(at, padding(at - start), NO_OPERATION));
        }
        if (userTimeoutSeconds > 0) {
            at = writeUserTimeout(at);
        }
        if (cookieLength >= 0) {
            at = writeCookie(at);
        }
        at = pad(at, start - at & 3, END_OF_LIST);
        sum(start, at);
        return at;
    }

    private int writeUserTimeout(int at) {
        int most = Segment.USER_TIMEOUT_COUNT_MAX;
        boolean minutes = userTimeoutSeconds > most;
        int field = minutes ? most + 1 | Math.min(most, (userTimeoutSeconds - 1) / 60 + 1) : userTimeoutSeconds;
        Bytes.put32(memory, at, Segment.USER_TIMEOUT << 24 | 4 << 16 | field);
        return at + 4;
    }

    private int pad(int at, int octets, byte with) {
        for (int i = 0; i < octets; i++) {
            memory.set(ValueLayout.JAVA_BYTE, at + i, with);
        }
        return at + octets;
    }

    private int writeCookie(int start) {
        int at = start;
        if (cookieExperimental) {
            Bytes.put16(memory, at, Segment.EXPERIMENT << 8 | 4 + cookieLength);
            Bytes.put16(memory, at + 2, Segment.FAST_OPEN_EXPERIMENT);
            at += 4;
        } else {
            Bytes.put16(memory, at, Segment.FAST_OPEN << 8 | 2 + cookieLength);
            at += 2;
        }
        for (int i = 0; i < cookieLength; i++) {
            long half = i < 8 ? cookieHigh : cookieLow;
            Bytes.put8(memory, at + i, (int) (half >>> 56 - 8 * (i & 7)));
        }
        return at + cookieLength;
    }

    /// Writes both headers and checksums around the text and sets the frame's length.
    public void finish(Frame frame, int textLength) {
        int tcpBytes = textOffset - tcpOffset + textLength;
        IpHeader.write(
                memory,
                ipOffset,
                v4,
                IpPacket.PROTOCOL_TCP,
                trafficClass,
                hopLimit,
                tcpBytes,
                srcHigh,
                srcLow,
                dstHigh,
                dstLow);
        int ports = srcPort << 16 | dstPort;
        int fourth = textOffset - tcpOffset >> 2 << 28 | flags << 16 | window;
        // RFC 9293 §3.1: "The TCP checksum is never optional. The sender MUST generate it".
        long sum = Checksum.pseudoNumbers(v4, srcHigh, srcLow, dstHigh, dstLow, IpPacket.PROTOCOL_TCP, tcpBytes)
                + (ports & LOW_HALF)
                + (seq & LOW_HALF)
                + (ack & LOW_HALF)
                + (fourth & LOW_HALF)
                + urgentPointer
                + optionsSum;
        if (textLength > 0) {
            sum += Checksum.numbers(Checksum.add(0, memory, textOffset, textLength));
        }
        Bytes.put32(memory, tcpOffset, ports);
        Bytes.put32(memory, tcpOffset + 4, seq);
        Bytes.put32(memory, tcpOffset + 8, ack);
        Bytes.put32(memory, tcpOffset + 12, fourth);
        Bytes.put32(memory, tcpOffset + 16, Checksum.ofNumbers(sum) << 16 | urgentPointer);
        frame.set(ipOffset, textOffset - ipOffset + textLength);
    }
}
