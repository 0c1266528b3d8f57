package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;

/// The ACK field of an acceptable segment (RFC 9293 §3.10.7.4, fifth step, ESTABLISHED and later): what was
/// delivered, how much may be sent, and what that says about loss (RFC 5681, 6582, 6298).
///
/// Threads: shard.
final class AckArrives {
    private static final long TIMESTAMP_TICK_NANOS = 1_000_000L;

    private AckArrives() {}

    /// @return whether the segment is to be processed further
    static boolean process(Tcb tcb, long nowNanos, Segment segment) {
        var snd = tcb.snd;
        int ack = segment.ack();
        // RFC 5961 §5.2: "(SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT", else "an ACK is sent back".
        if (Seq.gt(ack, snd.sndMax) || Seq.lt(ack, snd.sndUna - snd.sndWndMax)) {
            tcb.context.counters().count(TcpCounters.UNACCEPTABLE_ACK_IN);
            tcb.challenge(nowNanos);
            return false;
        }
        int windowBefore = snd.sndWnd;
        int flightBefore = snd.flightSize();
        int unaBefore = snd.sndUna;
        long deliveredBefore = tcb.tally.delivered;
        // What a fast open has sent behind its SYN-ACK counts as soon as that is acknowledged.
        boolean counts = snd.synAcked || !tcb.sent().isEmpty();
        int synBefore = snd.synAcked ? 0 : 1;
        updateWindow(snd, segment);
        LossRecovery.begin(tcb);
        LossRecovery.selectiveAcks(tcb, nowNanos, segment);
        boolean nothingNew = ack == unaBefore && segment.length() == 0 && snd.sndWnd == windowBefore;
        if (Seq.gt(ack, snd.sndUna)) {
            acknowledged(tcb, nowNanos, segment);
        } else {
            // RFC 5681 §2: the five signs of a duplicate acknowledgement.
            if (nothingNew && snd.outstanding() && windowBefore > 0) {
                tcb.context.counters().count(TcpCounters.DUPLICATE_ACKS_IN);
                LossRecovery.duplicate(tcb);
            }
        }
        if (Ecn.used(tcb) && segment.has(TcpFlags.ECE)) {
            tcb.tally.deliveredMarked += tcb.tally.delivered - deliveredBefore;
        }
        if (counts) {
            int acked = Seq.distance(unaBefore, snd.sndUna) - synBefore;
            LossRecovery.afterAck(tcb, nowNanos, segment, acked, flightBefore - synBefore);
            Rack.judgeTailProbe(tcb, nowNanos, segment, nothingNew);
        }
        if (tcb.timers.isSet(Timer.PERSIST)) {
            // RFC 9293 §3.8.6.1: as long as probes are answered "the sending TCP endpoint MUST allow the
            // connection to stay open".
            tcb.progressNanos = nowNanos;
            tcb.refusal.answered();
        }
        RetransmitTimer.windowChanged(tcb, nowNanos, windowBefore);
        Rack.scheduleTailProbe(tcb, nowNanos);
        tcb.giveScoreboardBack();
        return true;
    }

    /// RFC 9293 §3.10.7.4: "If SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated", by newer
    /// segments only. What acknowledges more than ever before is newer, also when it repeats old text: to keep
    /// SND.WND while SND.UNA moves would open the window further than the peer did.
    private static void updateWindow(SendSpace snd, Segment segment) {
        boolean newer = Seq.lt(snd.sndUna, segment.ack())
                || Seq.lt(snd.sndWl1, segment.seq())
                || (snd.sndWl1 == segment.seq() && Seq.le(snd.sndWl2, segment.ack()));
        if (Seq.le(snd.sndUna, segment.ack()) && newer) {
            // RFC 7323 §2.2: the window of a segment with SYN is not scaled.
            snd.sndWnd = segment.syn() ? segment.window() : segment.window() << snd.sndWndShift;
            snd.sndWndMax = Math.max(snd.sndWndMax, snd.sndWnd);
            snd.sndWl1 = segment.seq();
            snd.sndWl2 = segment.ack();
        }
    }

    /// SEG.ACK is new: between SND.UNA and SND.NXT.
    static void acknowledged(Tcb tcb, long nowNanos, Segment segment) {
        var snd = tcb.snd;
        int ack = segment.ack();
        boolean synAcked = !snd.synAcked;
        int acked = Seq.distance(snd.sndUna, ack) - (synAcked ? 1 : 0);
        boolean finAcked = snd.finSent() && ack == snd.sndMax;
        int ackedBytes = finAcked && !snd.finAcked ? acked - 1 : acked;
        takeRttSample(tcb, nowNanos, segment);
        LossRecovery.acknowledged(tcb, nowNanos, segment);
        snd.sndUna = ack;
        // Or after two gigabytes of full segments an old end would lie ahead.
        snd.smallEnd = Seq.max(snd.smallEnd, ack);
        tcb.moreComes = false;
        snd.synAcked = true;
        snd.acked += ackedBytes;
        snd.finAcked = finAcked;
        tcb.trimSendRing();
        tcb.progressNanos = nowNanos;
        RetransmitTimer.taken(tcb, nowNanos);
        tcb.events |= TcpEvents.ACKNOWLEDGED | (ackedBytes > 0 ? TcpEvents.WRITABLE : 0);
        if (synAcked) {
            afterHandshake(tcb);
        }
        if (tcb.inDoubt) {
            tcb.inDoubt = false;
            tcb.events |= TcpEvents.DOUBT;
        }
        // The network carries the segments after all.
        tcb.softError(null);
        PathMtu.acknowledged(tcb, ack);
        tcb.rtt.progress();
        RetransmitTimer.restart(tcb, nowNanos);
    }

    private static void afterHandshake(Tcb tcb) {
        if (tcb.synRetransmitted) {
            tcb.rtt.restartAfterSynLoss(tcb.config);
            tcb.congestion.afterSynLoss();
        }
    }

    /// RFC 6298 §3 (Karn): no sample of what was retransmitted, unless timestamps tell which copy was
    /// acknowledged.
    private static void takeRttSample(Tcb tcb, long nowNanos, Segment segment) {
        boolean echoes = tcb.rcv.timestamps && segment.hasTimestamps() && segment.tsEcr() != 0;
        // The echo of an early copy, whose own ACK was lost, measures our patience and not the path.
        boolean early = tcb.retransmitted && echoes && Seq.lt(segment.tsEcr(), tcb.retransmitTsVal);
        tcb.retransmitted &= early || !echoes;
        if (tcb.rttTimed && Seq.ge(segment.ack(), tcb.rttSeq)) {
            tcb.rttTimed = false;
            tcb.rtt.sample(Math.max(1, nowNanos - tcb.rttStartNanos), tcb.config);
            return;
        }
        if (!tcb.rttTimed && echoes && !early) {
            int ticks = tcb.timestamp(nowNanos) - segment.tsEcr();
            if (ticks >= 0 && ticks <= tcb.config.r2Nanos() / TIMESTAMP_TICK_NANOS) {
                tcb.rtt.sample(Math.max(1, ticks) * TIMESTAMP_TICK_NANOS, tcb.config);
            }
        }
    }
}
