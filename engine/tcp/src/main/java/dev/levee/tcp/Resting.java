package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connection's control block, or, while it is at rest, what that is packed in ([PackedTcb]), and what it takes
/// to ask whether the peer is there, to answer when it asks, and to hear its answer (RFC 9293 §3.8.4) without
/// unpacking: for most connections at rest nothing else happens for hours, and packing costs more than all that.
///
/// Whatever else happens wakes the connection, and the control block is told what has happened meanwhile: it is then
/// what it would be had the connection never rested.
///
/// Threads: shard.
abstract sealed class Resting permits TcpConnection {
    /// [#pollAtRest]: the control block is needed.
    static final int WAKES = -1;

    static final int NOTHING = 0;
    static final int WRITTEN = 1;

    final TcpContext context;
    final FourTuple tuple;
    /// Null while the connection is at rest and this is packed.
    @Nullable
    Tcb awake;

    /// What it was packed in last, and what is not packed.
    private byte @Nullable [] packed;

    private TcpConfig config;
    private @Nullable FastOpen fastOpen;

    /// Whether what follows holds: the connection is at rest and open, and nothing is due but keep-alive.
    private boolean alone;
    private boolean timestamps;
    /// An ACK answers the peer's probe.
    private boolean answerDue;
    private byte keepAliveProbes;
    /// The fields that say our window and the peer's.
    private short window;
    private short peerWindow;
    /// Segments in and out since it rests, and how many of these were ACKs.
    private byte segmentsIn;
    private byte segmentsOut;
    private byte acksOut;
    /// An unacceptable segment was ever answered, and when the last period of that began.
    private boolean challenged;
    private int sndNxt;
    private int rcvNxt;
    private int tsRecent;
    private int timestampOffset;
    private long heardNanos;
    private long challengedNanos;
    private long keepAliveAtNanos;

    Resting(Tcb tcb) {
        awake = tcb;
        context = tcb.context;
        tuple = tcb.tuple;
        config = tcb.config;
    }

    /// Packs the control block.
    void pack(Tcb tcb) {
        config = tcb.config;
        fastOpen = tcb.fastOpen;
        int field = ReceiveWindow.fieldAtRest(tcb);
        alone = fastOpen == null && field > 0 && nothingDue(tcb);
        if (alone) {
            timestamps = tcb.rcv.timestamps;
            answerDue = false;
            keepAliveProbes = (byte) tcb.keepAliveProbes;
            window = (short) field;
            peerWindow = (short) (tcb.snd.sndWnd >>> tcb.snd.sndWndShift);
            segmentsIn = 0;
            segmentsOut = 0;
            acksOut = 0;
            sndNxt = tcb.snd.sndMax;
            rcvNxt = tcb.rcv.rcvNxt;
            tsRecent = tcb.rcv.tsRecent;
            timestampOffset = tcb.timestampOffset;
            heardNanos = tcb.heardNanos;
            challenged = tcb.challenges.begun();
            challengedNanos = tcb.challenges.periodNanos();
            keepAliveAtNanos = tcb.timers.get(Timer.KEEP_ALIVE);
        }
        packed = context.controlBlocks().pack(tcb, packed);
        awake = null;
    }

    /// Whether probes and their answers change nothing but what [#tell] says.
    private static boolean nothingDue(Tcb tcb) {
        var snd = tcb.snd;
        var rcv = tcb.rcv;
        boolean sender = snd.sndWnd > 0
                && snd.sndWnd >>> snd.sndWndShift << snd.sndWndShift == snd.sndWnd
                && updatesWindow(snd, rcv.rcvNxt)
                && !snd.urgent()
                && tcb.loss.phase == RecoveryState.OPEN
                && !tcb.loss.tailProbeOut
                && tcb.pathMtu >= tcb.linkMtu;
        boolean receiver = !rcv.hasDuplicate() && rcv.lastAckSent == rcv.rcvNxt && tcb.unackedBytes == 0;
        boolean asked = tcb.userTimeoutDue || tcb.config.keepAliveOctet() || Ecn.owes(tcb);
        return tcb.state == TcpState.ESTABLISHED
                && sender
                && receiver
                && !asked
                && tcb.keepAliveProbes < Byte.MAX_VALUE
                && tcb.timers.noneBut(Timer.KEEP_ALIVE);
    }

    /// Whether the answer to a probe is new enough to say what the window is, see [AckArrives].
    private static boolean updatesWindow(SendSpace snd, int rcvNxt) {
        return Seq.lt(snd.sndWl1, rcvNxt) || (snd.sndWl1 == rcvNxt && Seq.le(snd.sndWl2, snd.sndUna));
    }

    /// What has happened since it was packed.
    private void tell(Tcb tcb) {
        tcb.fastOpen = fastOpen;
        if (!alone) {
            return;
        }
        tcb.tally.segmentsIn += segmentsIn;
        tcb.tally.segmentsOut += segmentsOut;
        tcb.quickAcks = Math.max(0, tcb.quickAcks - acksOut);
        tcb.keepAliveProbes = keepAliveProbes;
        tcb.timers.set(Timer.KEEP_ALIVE, keepAliveAtNanos);
        if (segmentsIn == asked()) {
            return;
        }
        // The peer has answered.
        tcb.heardNanos = heardNanos;
        tcb.snd.sndWl1 = rcvNxt;
        tcb.snd.sndWl2 = sndNxt;
        LossRecovery.begin(tcb);
        if (timestamps) {
            tcb.rcv.tsRecent = tsRecent;
            tcb.rcv.tsRecentNanos = heardNanos;
        }
    }

    /// How often the peer has asked since it rests.
    private int asked() {
        return acksOut + (answerDue ? 1 : 0);
    }

    /// The control block, to change it.
    final Tcb awake() {
        var known = awake;
        if (known == null) {
            known = seen();
            context.controlBlocks().taken();
            if (alone && asked() > 0) {
                known.challenges.tookAt(known, challengedNanos);
            }
            if (alone && answerDue) {
                known.ackNow();
            }
            alone = false;
            awake = known;
        }
        return known;
    }

    /// The control block, to be looked at only.
    final Tcb seen() {
        var known = awake;
        if (known == null) {
            var blocks = context.controlBlocks();
            boolean again = blocks.sees(this);
            known = blocks.look(this, Objects.requireNonNull(packed), config, tuple);
            if (!again) {
                tell(known);
            }
        }
        return known;
    }

    /// Whether it is at rest and open, and SND.UNA and the state need no control block.
    final boolean alone() {
        return awake == null && alone;
    }

    /// SND.NXT, and SND.UNA, of one that is [#alone].
    final int sndNxtAtRest() {
        return sndNxt;
    }

    /// When one that is [#alone] is to ask its peer.
    final long keepAliveAtNanos() {
        return keepAliveAtNanos;
    }

    /// A segment arrives.
    ///
    /// @return whether all was done that it asks for; if not, nothing was
    final boolean onSegmentAtRest(long nowNanos, Segment segment) {
        boolean plain = alone()
                && !answerDue
                && segmentsIn < Byte.MAX_VALUE
                && segment.flags() == TcpFlags.ACK
                && segment.payloadLength() == 0
                && segment.sackCount() == 0
                && segment.userTimeoutSeconds() == 0
                && (!timestamps || (segment.hasTimestamps() && Seq.ge(segment.tsVal(), tsRecent)));
        if (!plain) {
            return false;
        }
        if (segment.seq() == rcvNxt) {
            return answered(nowNanos, segment);
        }
        return segment.seq() == rcvNxt - 1 && asked(nowNanos);
    }

    /// It says nothing new: the peer is there.
    private boolean answered(long nowNanos, Segment segment) {
        if (segment.ack() != sndNxt || segment.window() != (peerWindow & 0xffff)) {
            return false;
        }
        heardNanos = nowNanos;
        if (keepAliveProbes > 0) {
            keepAliveProbes = 0;
            keepAliveAtNanos = KeepAlive.again(config, nowNanos, keepAliveAtNanos);
        }
        tsRecent = timestamps ? segment.tsVal() : 0;
        arrived();
        return true;
    }

    /// The peer asks. See [SegmentArrives]: what is before the window is not acceptable, and is answered.
    private boolean asked(long nowNanos) {
        if (challenged && nowNanos - challengedNanos < Challenges.PERIOD_NANOS) {
            return false;
        }
        challenged = true;
        challengedNanos = nowNanos;
        answerDue = true;
        context.counters().count(TcpCounters.OUT_OF_WINDOW_IN);
        context.counters().count(TcpCounters.CHALLENGE_ACKS);
        arrived();
        return true;
    }

    private void arrived() {
        segmentsIn++;
        context.counters().count(TcpCounters.SEGMENTS_IN);
        context.controlBlocks().forget(this);
    }

    /// Writes what is due, if anything.
    ///
    /// @return [#NOTHING], [#WRITTEN], or [#WAKES] when that needs the control block
    final int pollAtRest(long nowNanos, Frame out) {
        if (!alone() || segmentsOut == Byte.MAX_VALUE) {
            return WAKES;
        }
        boolean due = Deadlines.due(nowNanos, keepAliveAtNanos);
        long silentSince = heardNanos + config.keepAliveIdleNanos();
        boolean silent = keepAliveProbes > 0 || nowNanos - silentSince >= 0;
        if (due && over(nowNanos)) {
            return WAKES;
        }
        if (answerDue) {
            answerDue = false;
            acksOut++;
            return write(nowNanos, out, sndNxt);
        }
        if (!due) {
            return NOTHING;
        }
        if (!silent) {
            // The timer is lazy, see [KeepAlive].
            keepAliveAtNanos = silentSince;
            context.controlBlocks().forget(this);
            return NOTHING;
        }
        keepAliveProbes++;
        context.counters().count(TcpCounters.KEEP_ALIVE_PROBES);
        keepAliveAtNanos = Deadlines.after(nowNanos, config.keepAliveIntervalNanos());
        return write(nowNanos, out, sndNxt - 1);
    }

    private boolean over(long nowNanos) {
        return keepAliveProbes == Byte.MAX_VALUE || KeepAlive.over(config, keepAliveProbes, nowNanos - heardNanos);
    }

    private int write(long nowNanos, Frame out, int seq) {
        segmentsOut++;
        context.controlBlocks().forget(this);
        var writer = Output.header(context, config, tuple)
                .seq(seq)
                .flags(TcpFlags.ACK)
                .ack(rcvNxt)
                .window(window & 0xffff);
        if (timestamps) {
            writer.timestamps(Tcb.timestamp(nowNanos, timestampOffset), tsRecent);
        }
        writer.begin(out);
        writer.finish(out, 0);
        context.counters().count(TcpCounters.SEGMENTS_OUT);
        return WRITTEN;
    }
}
