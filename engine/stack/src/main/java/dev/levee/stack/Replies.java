package dev.levee.stack;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Icmp;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpHeader;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.Arena;

/// Packets that answer others without a connection: RSTs from closed ports, ICMP echo replies and errors. A bounded
/// queue of frames made once; when it is full the answer is left out. Answers that do not fit such a frame or the
/// link go another way ([LongReplies]).
///
/// Threads: shard.
final class Replies {
    /// What fits a small frame.
    private static final int PACKET_BYTES_MAX = FrameSlab.SMALL_BYTES - Frame.HEADROOM_BYTES;

    private static final int UDP = 17;

    private final Frame[] ring;
    private final DrawnLimit resets;
    private final DrawnLimit errors;
    private final StackCounters.Row counters;
    private final SegmentWriter writer;
    private final LongReplies longOnes;
    private final int mtu;
    private final int shortBytesMax;
    private int head;
    private int count;

    Replies(StackConfig config, StackCounters.Row counters, SegmentWriter writer) {
        var limits = config.limits();
        longOnes = new LongReplies(config.mtu(), config.secret(), counters);
        mtu = config.mtu();
        shortBytesMax = Math.min(PACKET_BYTES_MAX, config.mtu());
        this.counters = counters;
        this.writer = writer;
        var chance = Keys.REPLIES.from(config.secret());
        resets = new DrawnLimit(chance, 0, limits.resetsPerSecond());
        errors = new DrawnLimit(chance, 1, limits.resetsPerSecond());
        var slab = new FrameSlab(Arena.ofAuto(), limits.repliesMax(), PACKET_BYTES_MAX);
        ring = new Frame[limits.repliesMax()];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = slab.take();
        }
    }

    boolean isEmpty() {
        return count == 0 && longOnes.isEmpty();
    }

    /// Moves the oldest reply to `out`.
    ///
    /// @return whether there was one
    boolean poll(Frame out) {
        while (count > 0) {
            var reply = ring[head];
            head = head + 1 == ring.length ? 0 : head + 1;
            count--;
            if (out.copyFrom(reply)) {
                return true;
            }
        }
        return longOnes.poll(out);
    }

    /// The answer to a segment that no connection takes (RFC 9293 §3.10.7.1), which is not a RST itself. As
    /// many as `Limits.resetsPerSecond` allows.
    DropReason reset(long nowNanos, Segment segment) {
        assert !segment.rst() : "a RST is never answered with a RST";
        if (count == ring.length) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        if (!resets.take(nowNanos)) {
            counters.count(StackCounters.CLOSED_PORT_RESETS_LIMITED);
            return DropReason.NO_CONNECTION;
        }
        turnAround(segment);
        if (segment.hasAck()) {
            // "If the ACK bit is on, <SEQ=SEG.ACK><CTL=RST>".
            writer.seq(segment.ack()).flags(TcpFlags.RST);
        } else {
            // "If the ACK bit is off, sequence number zero is used, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>".
            writer.ack(segment.seq() + segment.length()).flags(TcpFlags.RST);
        }
        var frame = next();
        writer.begin(frame);
        writer.finish(frame, 0);
        count++;
        counters.count(StackCounters.CLOSED_PORT_RESETS);
        return DropReason.NO_CONNECTION;
    }

    @SuppressWarnings("ArgumentSelectionDefectChecker") // swapped on purpose: what came from there goes there
    private void turnAround(Segment segment) {
        var ip = segment.ip();
        writer.reset()
                .addresses(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow())
                .ports(segment.dstPort(), segment.srcPort());
    }

    /// Says that nobody here takes the packet: its protocol is not spoken, or it is UDP, for which nobody listens
    /// at any port (RFC 1122 §3.2.2.1, §4.1.3.1; RFC 4443 §3.1, §3.4). As many as `Limits.resetsPerSecond`
    /// (RFC 4443 §2.4 (f)), in a count of their own.
    DropReason nobody(long nowNanos, IpPacket offending) {
        if (count == ring.length) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        if (mayReport(nowNanos, offending)) {
            var frame = next();
            reported(
                    offending.protocol() == UDP
                            ? IcmpWriter.portUnreachable(offending, mtu, frame)
                            : IcmpWriter.protocolUnreachable(offending, mtu, frame));
        }
        return DropReason.UNKNOWN_PROTOCOL;
    }

    /// Says what is wrong with the headers of a packet that was dropped, from the same budget as [#nobody].
    void problem(long nowNanos, IpPacket offending) {
        if (mayReport(nowNanos, offending)) {
            reported(IcmpWriter.parameterProblem(offending, mtu, next()));
        }
    }

    /// Says what is wrong with a fragment, from the same budget.
    void fragmentProblem(long nowNanos, IpPacket fragment, int code, int pointer) {
        if (mayReport(nowNanos, fragment)) {
            reported(IcmpWriter.fragmentProblem(fragment, code, pointer, mtu, next()));
        }
    }

    /// Says that a packet whose first fragment this is was never whole, from the same budget.
    void reassemblyTimeExceeded(long nowNanos, IpPacket first) {
        if (mayReport(nowNanos, first)) {
            reported(IcmpWriter.reassemblyTimeExceeded(first, mtu, next()));
        }
    }

    private boolean mayReport(long nowNanos, IpPacket offending) {
        if (count == ring.length || !IcmpWriter.mayReport(offending)) {
            return false;
        }
        boolean may = errors.take(nowNanos);
        if (!may) {
            counters.count(StackCounters.ICMP_ERRORS_LIMITED);
        }
        return may;
    }

    private void reported(boolean written) {
        if (written) {
            count++;
            counters.count(StackCounters.ICMP_ERRORS_OUT);
        }
    }

    /// The answer to an echo request.
    DropReason echo(Icmp request) {
        boolean isLong = packetBytes(request.ip()) > shortBytesMax;
        if (isLong ? longOnes.full() : count == ring.length) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        if (!IcmpWriter.echoReply(request, isLong ? longOnes.next() : next())) {
            return DropReason.BAD_SOURCE;
        }
        if (isLong) {
            longOnes.added();
        } else {
            count++;
        }
        counters.count(StackCounters.ECHO_REPLIES);
        return DropReason.NONE;
    }

    private static int packetBytes(IpPacket ip) {
        return IpHeader.bytes(ip.v4()) + ip.payloadLength();
    }

    private Frame next() {
        int tail = head + count;
        return ring[tail < ring.length ? tail : tail - ring.length];
    }
}
