package dev.levee.stack;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpHeader;
import dev.levee.wire.IpPacket;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One packet that arrives in fragments. What has come is kept at its place in a frame, and marked in units of
/// eight octets. Reused for ever.
///
/// Nothing is ever overwritten: "If any of the fragments being reassembled overlap with any other fragments
/// being reassembled for the same packet, reassembly of that packet must be abandoned and all the fragments that
/// have been received for that packet must be discarded" (RFC 8200 §4.5, RFC 5722; the same for IPv4, which would
/// leave the choice to each host, and so a way past whoever looks at packets on the way). An exact duplicate is
/// none.
///
/// Threads: shard.
final class Reassembly {
    enum State {
        /// Belongs to no packet.
        FREE,
        /// Fragments are awaited.
        COLLECTING,
        /// The packet can never be whole; what still comes of it is dropped until its time is over.
        SPOILT
    }

    private static final int PACKET_BYTES_MAX = 65_535;
    private static final int UNITS = (PACKET_BYTES_MAX >>> 3) + 1;
    private static final int UNKNOWN = -1;
    /// Before the payload there is room for either family's header.
    private static final int PAYLOAD = Frame.HEADROOM_BYTES + 40;

    // RFC 3168 §5: the two lowest bits of the traffic class.
    private static final int ECN_MASK = 3;
    private static final int ECN_CE = 3;

    /// What an ICMP error quotes at most.
    private static final int FIRST_BYTES_MAX = 1280 - 48;

    private final Frame frame = FrameSlab.single(PACKET_BYTES_MAX);
    /// How the first fragment began, headers included; empty before it came.
    private final Frame firstPiece = FrameSlab.single(FIRST_BYTES_MAX);
    private final long[] covered = new long[UNITS / 64 + 1];
    /// Units with which fragments begin: who covers the same units and begins and ends with a fragment that came
    /// is its duplicate.
    private final long[] begins = new long[UNITS / 64 + 1];

    private State state = State.FREE;
    private long beganNanos;
    private boolean v4;
    private int identification;
    private int protocolV4;
    private long srcHigh;
    private long srcLow;
    private long dstHigh;
    private long dstLow;

    private int payloadBytes;
    private int receivedBytes;
    private int end;
    private int ecnSeen;
    private int protocol;
    private int trafficClass;
    private int hopLimit;

    State state() {
        return state;
    }

    long ageNanos(long nowNanos) {
        return nowNanos - beganNanos;
    }

    boolean olderThan(@Nullable Reassembly other) {
        return other == null || beganNanos - other.beganNanos < 0;
    }

    boolean isFrom(IpPacket piece) {
        return v4 == piece.v4() && srcLow == piece.srcLow() && srcHigh == piece.srcHigh();
    }

    /// Whether a fragment is one of this packet's: source, destination and identification are the same, and in
    /// IPv4 the protocol.
    boolean takes(IpPacket piece) {
        return identification == piece.identification()
                && isFrom(piece)
                && dstLow == piece.dstLow()
                && dstHigh == piece.dstHigh()
                && (!v4 || protocolV4 == piece.protocol());
    }

    /// Begins with a packet of which this is the first fragment to arrive; it is still to be added.
    void begin(long nowNanos, IpPacket piece) {
        state = State.COLLECTING;
        beganNanos = nowNanos;
        v4 = piece.v4();
        identification = piece.identification();
        protocolV4 = piece.protocol();
        srcHigh = piece.srcHigh();
        srcLow = piece.srcLow();
        dstHigh = piece.dstHigh();
        dstLow = piece.dstLow();
        payloadBytes = UNKNOWN;
        receivedBytes = 0;
        end = 0;
        ecnSeen = 0;
        firstPiece.clear();
        Arrays.fill(covered, 0);
        Arrays.fill(begins, 0);
    }

    void free() {
        state = State.FREE;
    }

    /// Adds a fragment that is good for itself.
    ///
    /// @return false when it contradicts the others: the packet is spoilt
    boolean add(IpPacket piece) {
        int from = piece.fragmentOffset();
        int bytes = piece.payloadLength();
        int to = from + bytes;
        boolean last = !piece.moreFragments();
        boolean consistent =
                payloadBytes == UNKNOWN ? !last || end <= to : last ? payloadBytes == to : to <= payloadBytes;
        int fromUnit = from >>> 3;
        int toUnit = to + 7 >>> 3;
        int already = Bits.count(covered, fromUnit, toUnit);
        if (!consistent || already > 0 && !isDuplicate(piece, fromUnit, toUnit, already)) {
            state = State.SPOILT;
            return false;
        }
        // A mark on any of them is one for the whole.
        ecnSeen |= 1 << (piece.trafficClass() & ECN_MASK);
        if (already > 0) {
            return true;
        }
        MemorySegment.copy(piece.memory(), piece.payloadOffset(), frame.memory(), PAYLOAD + from, bytes);
        Bits.set(covered, fromUnit, toUnit);
        Bits.set(begins, fromUnit, fromUnit + 1);
        receivedBytes += bytes;
        end = Math.max(end, to);
        if (last) {
            payloadBytes = to;
        }
        if (from == 0) {
            // Only the first fragment's headers count.
            protocol = piece.protocol();
            trafficClass = piece.trafficClass();
            hopLimit = piece.hopLimit();
            keepFirst(piece);
        }
        return true;
    }

    private void keepFirst(IpPacket piece) {
        int at = piece.headerOffset();
        int bytes = Math.min(piece.payloadOffset() + piece.payloadLength() - at, FIRST_BYTES_MAX);
        MemorySegment.copy(piece.memory(), at, firstPiece.memory(), firstPiece.offset(), bytes);
        firstPiece.set(firstPiece.offset(), bytes);
    }

    /// How the first fragment began; null when it did not come.
    @Nullable
    Frame firstPiece() {
        return firstPiece.length() == 0 ? null : firstPiece;
    }

    /// Whether a fragment with the same bounds has come, with the same octets.
    private boolean isDuplicate(IpPacket piece, int fromUnit, int toUnit, int already) {
        boolean sameBounds = already == toUnit - fromUnit
                && Bits.count(begins, fromUnit, fromUnit + 1) == 1
                && Bits.count(begins, fromUnit + 1, toUnit) == 0
                && (Bits.count(covered, toUnit, toUnit + 1) == 0 || Bits.count(begins, toUnit, toUnit + 1) == 1);
        boolean lastAgain = payloadBytes != UNKNOWN && toUnit == payloadBytes + 7 >>> 3;
        if (!sameBounds || lastAgain == piece.moreFragments()) {
            return false;
        }
        int at = piece.payloadOffset();
        int kept = PAYLOAD + piece.fragmentOffset();
        int bytes = piece.payloadLength();
        return MemorySegment.mismatch(piece.memory(), at, at + bytes, frame.memory(), kept, kept + bytes) == -1;
    }

    boolean complete() {
        return receivedBytes == payloadBytes;
    }

    /// Writes the header of the whole packet before its payload, and frees this place; the frame is good until the
    /// next packet begins.
    ///
    /// @return null when marks of congestion contradict each other (RFC 3168 §5.3): a mark must not get lost, and
    ///     to mark the whole "MUST NOT occur if any of the other fragments contributing to this reassembly carries
    ///     the Not-ECT codepoint", so it is spoilt
    @Nullable
    Frame finish() {
        boolean marked = (ecnSeen >>> ECN_CE & 1) == 1;
        if (marked && (ecnSeen & 1) == 1) {
            state = State.SPOILT;
            return null;
        }
        state = State.FREE;
        int headerBytes = IpHeader.bytes(v4);
        frame.set(PAYLOAD - headerBytes, headerBytes + payloadBytes);
        IpHeader.write(
                frame.memory(),
                frame.offset(),
                v4,
                protocol,
                marked ? trafficClass | ECN_CE : trafficClass,
                hopLimit,
                payloadBytes,
                srcHigh,
                srcLow,
                dstHigh,
                dstLow);
        return frame;
    }
}
