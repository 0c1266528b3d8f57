package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Handshake;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;

/// Passive opens without a control block: what answers a SYN follows from the SYN, the settings and the link, so that
/// nothing but a [Handshake] has to be remembered until the third segment has come. A connection is made of it then,
/// as it would be had it sent the SYN-ACK itself.
///
/// The SYN-ACK carries only options that the SYN carried, the MSS included: it is never longer than what it answers,
/// apart from the eight octets of a cookie for fast opens that the SYN has asked for (RFC 7413 §4.1.2).
/// The user timeout is told with the first segment after it (RFC 5482 §3).
///
/// Threads: shard.
public final class SynAck {
    private final TcpConfig config;
    private final int mtu;
    private final TcpContext context;
    private final int shift;

    /// @param mtu the link's, in octets
    public SynAck(TcpConfig config, int mtu, TcpContext context) {
        this.config = config;
        this.mtu = mtu;
        this.context = context;
        shift = Offer.windowShift(config);
    }

    /// The settings that it follows from.
    public TcpConfig config() {
        return config;
    }

    /// Takes over what a SYN says, as far as this side agrees to it. ISS and TSval of the answer are not set.
    public void read(Segment syn, Handshake out) {
        out.read(syn);
        out.options(
                syn.mss(),
                config.windowScaling() ? syn.windowScale() : -1,
                config.selectiveAcks() && syn.sackPermitted(),
                Ecn.agreed(config, syn),
                config.timestamps() && syn.hasTimestamps());
    }

    /// A SYN was taken, or a segment came for a handshake under way.
    public void heard() {
        context.counters().count(TcpCounters.SEGMENTS_IN);
    }

    /// A RST has ended a handshake under way.
    public void wasReset() {
        context.counters().count(TcpCounters.RESETS_IN);
    }

    /// Whether an ICMP error about the SYN-ACK ends the handshake, see [TcpConfig#openEndedBy].
    public boolean endedBy(CloseCause.IcmpReason reason) {
        return config.openEndedBy().contains(reason);
    }

    /// Whether a segment is older than the handshake (RFC 7323 §5.3, R1).
    public boolean isOld(Handshake handshake, Segment segment) {
        boolean old = handshake.timestamps()
                && !segment.rst()
                && segment.hasTimestamps()
                && Seq.lt(segment.tsVal(), handshake.tsVal());
        if (old) {
            context.counters().count(TcpCounters.OLD_TIMESTAMP_IN);
        }
        return old;
    }

    /// Whether a segment is to be dropped without a word because it has no timestamp (RFC 7323 §3.2).
    public boolean lacksTimestamp(Handshake handshake, Segment segment) {
        return handshake.timestamps() && !segment.rst() && !segment.hasTimestamps() && !config.missingTimestampsTaken();
    }

    /// Whether a segment lies in the window that the SYN-ACK has opened (RFC 9293 §3.10.7.4, first step),
    /// or acknowledges from its edge: the answer to a SYN-ACK sent again, by who has filled the window
    /// meanwhile.
    public boolean accepts(Handshake handshake, Segment segment) {
        int rcvNxt = handshake.irs() + 1;
        int window = window(handshake);
        int last = segment.seq() + Math.max(0, segment.length() - 1);
        boolean acceptable = segment.seq() == rcvNxt
                || Seq.inWindow(segment.seq(), rcvNxt, window)
                || Seq.inWindow(last, rcvNxt, window)
                || (segment.seq() == rcvNxt + window && SegmentArrives.isBareAck(segment));
        if (!acceptable) {
            context.counters().count(TcpCounters.OUT_OF_WINDOW_IN);
        }
        return acceptable;
    }

    /// The window field of the SYN-ACK: octets that the peer may send with what completes the handshake.
    public int window(Handshake handshake) {
        int sendMss = Offer.sendMss(config, mss(handshake), handshake.mss(), handshake.v4());
        return Offer.firstWindow(config, shift(handshake), Offer.windowLimit(config, sendMss));
    }

    private int mss(Handshake handshake) {
        return Offer.mss(config, mtu, handshake.v4());
    }

    private int shift(Handshake handshake) {
        return handshake.windowScale() >= 0 ? shift : 0;
    }

    /// Writes the SYN-ACK.
    ///
    /// @param pathMtu the largest packet that the path is known to carry, if the settings want it to be heeded
    /// @param again whether its timer has sent it
    public void write(Handshake handshake, int pathMtu, boolean again, Frame out) {
        options(handshake, pathMtu);
        finish(again, out);
    }

    /// The same with the cookie of a fast open (RFC 7413 §4.2.2), eight octets.
    ///
    /// @param experimental as the experiment that the option once was
    public void write(Handshake handshake, int pathMtu, long cookie, boolean experimental, Frame out) {
        options(handshake, pathMtu);
        context.writer().fastOpen(cookie, 0, Long.BYTES, experimental);
        finish(false, out);
    }

    private void options(Handshake handshake, int pathMtu) {
        var writer = header(handshake)
                .seq(handshake.iss())
                .flags(TcpFlags.SYN | (handshake.ecn() ? TcpFlags.ECE : 0))
                .window(window(handshake))
                .ack(handshake.irs() + 1);
        if (handshake.mss() > 0) {
            boolean less = config.mssFollowsPath() && pathMtu < mtu;
            writer.mss(less ? Math.min(mss(handshake), Offer.mss(config, pathMtu, handshake.v4())) : mss(handshake));
        }
        // RFC 7323 §2.2 and §3.2: an answer carries only those options that the SYN carried.
        if (handshake.windowScale() > 0 || (handshake.windowScale() == 0 && shift > 0)) {
            writer.windowScale(shift);
        }
        if (handshake.sackPermitted()) {
            writer.sackPermitted();
        }
        if (handshake.timestamps()) {
            writer.timestamps(handshake.tsOffered(), handshake.tsVal());
        }
    }

    private SegmentWriter header(Handshake handshake) {
        int ports = handshake.ports();
        return context.writer()
                .reset()
                .layout(config.optionLayout())
                .addresses(handshake.localHigh(), handshake.localLow(), handshake.remoteHigh(), handshake.remoteLow())
                .ports(ports >>> 16, ports & 0xffff)
                .hopLimit(config.hopLimit())
                .trafficClass(config.trafficClass() & ~Ecn.FIELD);
    }

    private void finish(boolean again, Frame out) {
        var writer = context.writer();
        writer.begin(out);
        writer.finish(out, 0);
        context.counters().count(TcpCounters.SEGMENTS_OUT);
        if (again) {
            context.counters().count(TcpCounters.SYN_RETRANSMITS);
        }
    }

    /// Writes what answers a segment that does not complete the handshake: an ACK that says where this side is (RFC
    /// 5961 §4).
    public void challenge(Handshake handshake, Frame out) {
        var writer = header(handshake)
                .seq(handshake.iss() + 1)
                .ack(handshake.irs() + 1)
                .window(window(handshake) >>> shift(handshake));
        if (handshake.timestamps()) {
            writer.timestamps(handshake.tsOffered(), handshake.tsVal());
        }
        context.counters().count(TcpCounters.CHALLENGE_ACKS);
        finish(false, out);
    }

    /// Writes the RST that tells a peer that nobody will take its connection.
    public void reset(Handshake handshake, Frame out) {
        header(handshake).seq(handshake.iss() + 1).ack(handshake.irs() + 1).flags(TcpFlags.RST);
        context.counters().count(TcpCounters.RESETS_OUT);
        finish(false, out);
    }

    /// The connection of a handshake whose SYN-ACK was sent: state SYN-RECEIVED. The segment that completes it is yet
    /// to be given to it. The timestamp clock goes on from what the SYN-ACK said.
    ///
    /// @param sentNanos when the SYN-ACK was sent first; [Deadlines#NONE] when nobody knows: the round trip is not
    ///     measured then, and without timestamps it is not known either whether marks of congestion were agreed on
    /// @param sentAgain whether it was sent more than once, so that nobody knows which of them is answered (Karn)
    /// @param timeouts how often its timer has sent it again
    public TcpConnection resume(
            long nowNanos, Handshake handshake, FourTuple tuple, long sentNanos, boolean sentAgain, int timeouts) {
        long since = sentNanos == Deadlines.NONE ? nowNanos : sentNanos;
        boolean timed = sentNanos != Deadlines.NONE && !sentAgain;
        // What is sent from now on cannot be taken for a SYN-ACK of which nobody knows when it was sent.
        int clock = handshake.tsOffered() + (timed ? 0 : 1);
        int offset = clock - (int) (since / Tcb.TIMESTAMP_TICK_NANOS);
        var tcb = new Tcb(config, tuple, false, mtu, handshake.iss(), offset, context);
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        tcb.transition(TcpEvent.SYN_ARRIVES);
        tcb.synchronise(since, handshake);
        if (handshake.ecn()) {
            Ecn.agreed(tcb);
        } else if (sentNanos == Deadlines.NONE && !handshake.timestamps() && config.ecn() != EcnUse.OFF) {
            Ecn.perhaps(tcb);
        }
        tcb.begun(since);
        tcb.snd.sndMax = handshake.iss() + 1;
        tcb.rcv.rcvAdv = tcb.rcv.rcvNxt + window(handshake);
        tcb.rttTimed = timed;
        tcb.rttSeq = handshake.iss() + 1;
        tcb.rttStartNanos = since;
        if (!timed) {
            // The echo of that timestamp says nothing of the path.
            tcb.retransmitted = true;
            tcb.retransmitTsVal = handshake.tsOffered() + 1;
        }
        for (int i = 0; i < timeouts; i++) {
            tcb.rtt.backOff(0);
        }
        tcb.synRetransmitted = timeouts > 0;
        tcb.tally.timeouts += timeouts;
        tcb.tally.retransmits += timeouts;
        tcb.tally.segmentsIn++;
        tcb.tally.segmentsOut += 1 + timeouts;
        RetransmitTimer.sent(tcb, nowNanos);
        Output.drained(tcb, since);
        context.counters().count(TcpCounters.PASSIVE_OPENS);
        return new TcpConnection(tcb);
    }
}
