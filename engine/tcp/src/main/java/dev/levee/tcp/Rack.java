package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// RACK-TLP (RFC 8985): a segment is lost when one that was sent sufficiently later was delivered; the last
/// segments of a flight, which nothing follows, are probed for.
///
/// Threads: shard.
final class Rack {
    private static final int DUPLICATES = 3;
    /// How long the smallest round-trip time is believed.
    private static final long RTT_MIN_LIFE_NANOS = 300_000_000_000L;
    /// RFC 8985 §7.2: what the peer may wait with the ACK of a single segment.
    private static final long DELAYED_ACK_NANOS = 200_000_000L;
    private static final long PROBE_WITHOUT_RTT_NANOS = 1_000_000_000L;
    private static final int REORDER_QUARTERS_MAX = 250;
    /// RFC 8985 §6.2: how many episodes a wider reordering window lasts.
    private static final int REORDER_EPISODES = 16;
    private static final int THRESHOLD_STEPS_MAX = 4096;

    private Rack() {}

    /// A segment was delivered: acknowledged, or selectively so (RFC 8985 §6.2, steps 1 to 3).
    static void delivered(Tcb tcb, long nowNanos, Segment segment, int index) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        long sentNanos = sent.sentNanos(index);
        long rtt = nowNanos - sentNanos;
        int endSeq = sent.endSeq(index);
        loss.ackDelivered += sent.length(index);
        tcb.tally.delivered++;
        tcb.rate.segmentDelivered(sent, index);
        if (!sent.retransmitted(index)) {
            PathMtu.delivered(tcb, sent.length(index));
            loss.ackRttNanos = loss.ackRttNanos < 0 ? rtt : Math.min(loss.ackRttNanos, rtt);
            measured(loss, nowNanos, rtt);
            if (loss.rackBefore && Seq.lt(endSeq, loss.deliveredToBefore)) {
                loss.reorderingSeen = true;
                reordered(tcb, sent.startSeq(index));
            }
        } else if (ofFirstCopy(tcb, segment, sentNanos, rtt)) {
            return;
        }
        if (!loss.rackValid || Seq.gt(endSeq, loss.deliveredTo)) {
            loss.deliveredTo = endSeq;
        }
        // RFC 8985 §6.2, step 2: the last segment sent of those that this ACK is about, which need not be the last sent
        // of all: when segments were overtaken, "RACK.rtt > (RACK.ack_ts - RACK.xmit_ts)", and others get more time.
        if (!loss.ackTimed || sentNanos - loss.ackSentNanos >= 0) {
            loss.ackTimed = true;
            loss.ackSentNanos = sentNanos;
            loss.rackRttNanos = rtt;
        }
        boolean later = sentNanos - loss.rackSentNanos > 0
                || (sentNanos == loss.rackSentNanos && Seq.gt(endSeq, loss.rackEndSeq));
        if (!loss.rackValid || later) {
            loss.rackValid = true;
            loss.rackSentNanos = sentNanos;
            loss.rackEndSeq = endSeq;
        }
    }

    private static void reordered(Tcb tcb, int seq) {
        int mss = tcb.payloadMax();
        int behind = (Seq.distance(seq, tcb.loss.deliveredToBefore) + mss - 1) / mss;
        tcb.loss.ackReordered = true;
        tcb.tally.reorderingDistance = Math.max(tcb.tally.reorderingDistance, behind);
    }

    /// Whether the ACK is more likely for an earlier copy of a retransmitted segment.
    private static boolean ofFirstCopy(Tcb tcb, Segment segment, long sentNanos, long rtt) {
        // RFC 8985 §6.2, step 2, both conditions: two copies may have been sent in one tick of the timestamps.
        boolean echoed = tcb.rcv.timestamps && segment.hasTimestamps();
        return (echoed && Seq.lt(segment.tsEcr(), tcb.timestamp(sentNanos))) || rtt < tcb.loss.rttMinNanos;
    }

    private static void measured(RecoveryState loss, long nowNanos, long rtt) {
        boolean old = nowNanos - loss.rttMinSinceNanos > RTT_MIN_LIFE_NANOS;
        if (loss.rttMinNanos < 0 || rtt <= loss.rttMinNanos || old) {
            loss.rttMinNanos = rtt;
            loss.rttMinSinceNanos = nowNanos;
        }
    }

    /// The peer has received something twice (RFC 8985 §6.2, step 4): the reordering window was too small. It grows
    /// once a round trip, which is over when all that was sent by then is acknowledged ("SND.UNA >=
    /// RACK.dsack_round").
    ///
    /// @param una SND.UNA after the ACK that says so
    static void duplicateReported(Tcb tcb, int una) {
        var loss = tcb.loss;
        if (!loss.dsackRound || Seq.ge(una, loss.dsackRoundEnd)) {
            loss.dsackRound = true;
            loss.dsackRoundEnd = tcb.snd.sndMax;
            loss.reorderQuarters = Math.min(loss.reorderQuarters + 1, REORDER_QUARTERS_MAX);
            loss.reorderEpisodes = REORDER_EPISODES;
        }
    }

    /// An episode of recovery is over.
    static void recovered(RecoveryState loss) {
        if (loss.reorderEpisodes > 0 && --loss.reorderEpisodes == 0) {
            loss.reorderQuarters = 1;
        }
    }

    static long reorderWindowNanos(Tcb tcb) {
        var loss = tcb.loss;
        boolean certain = !loss.open() || tcb.sent().sackedCount() >= DUPLICATES;
        if (!loss.reorderingSeen && certain) {
            return 0;
        }
        long window = loss.reorderQuarters * (loss.rttMinNanos / 4);
        return Math.max(0, Math.min(window, tcb.rtt.srttNanos()));
    }

    /// Marks what is lost, and sets the timer for what may be (RFC 8985 §6.2, step 5).
    static void detect(Tcb tcb, long nowNanos) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        tcb.timers.stop(Timer.REORDER);
        if (!tcb.config.lossByTime()) {
            detectByCount(tcb, sent);
            return;
        }
        if (!loss.rackValid) {
            return;
        }
        long patience = loss.rackRttNanos + reorderWindowNanos(tcb);
        int index = sent.oldest();
        while (index != SentSegments.NONE && sentBefore(loss, sent, index)) {
            int next = sent.sentAfter(index);
            long deadline = sent.sentNanos(index) + patience;
            if (deadline - nowNanos > 0) {
                tcb.timers.set(Timer.REORDER, deadline);
                return;
            }
            LossRecovery.lost(tcb, index);
            index = next;
        }
    }

    private static boolean sentBefore(RecoveryState loss, SentSegments sent, int index) {
        long later = loss.rackSentNanos - sent.sentNanos(index);
        return later > 0 || (later == 0 && Seq.gt(loss.rackEndSeq, sent.endSeq(index)));
    }

    /// RFC 6675 §4, IsLost: more than two segments' worth of octets above it have arrived.
    private static void detectByCount(Tcb tcb, SentSegments sent) {
        int above = sent.sackedBytes();
        int threshold = (DUPLICATES - 1) * tcb.payloadMax();
        int steps = 0;
        for (int index = sent.first(); above > threshold && steps < THRESHOLD_STEPS_MAX; index++, steps++) {
            if (sent.sacked(index)) {
                above -= sent.length(index);
            } else if (!sent.retransmitted(index)) {
                LossRecovery.lost(tcb, index);
            }
        }
    }

    /// RFC 8985 §6.3: at a retransmission timeout the first segment is lost, and what was sent so long ago that
    /// its ACK is overdue.
    static void markAtTimeout(Tcb tcb, long nowNanos) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        if (!tcb.rcv.selectiveAcks || !loss.rackValid || !tcb.config.lossByTime()) {
            loss.lost += sent.inFlightBytes();
            tcb.tally.lost += sent.count() - sent.sackedCount() - sent.lostCount();
            sent.markAllLost();
            return;
        }
        if (!sent.isEmpty()) {
            LossRecovery.lost(tcb, sent.first());
        }
        long patience = loss.rackRttNanos + reorderWindowNanos(tcb);
        int index = sent.oldest();
        while (index != SentSegments.NONE && sent.sentNanos(index) + patience - nowNanos <= 0) {
            int next = sent.sentAfter(index);
            LossRecovery.lost(tcb, index);
            index = next;
        }
    }

    /// RFC 8985 §7.2: when to probe for the tail of the flight, if at all.
    static void scheduleTailProbe(Tcb tcb, long nowNanos) {
        var loss = tcb.loss;
        var sent = tcb.sent();
        boolean may = tcb.config.tailLossProbe()
                && tcb.state.synchronised()
                && tcb.rcv.selectiveAcks
                && loss.open()
                && !loss.tailProbeOut
                && !loss.tailProbed
                && !sent.isEmpty()
                && sent.sackedCount() == 0
                && tcb.timers.isSet(Timer.RETRANSMIT);
        if (!may) {
            tcb.timers.stop(Timer.TAIL_PROBE);
            return;
        }
        long srtt = tcb.rtt.srttNanos();
        long patience = PROBE_WITHOUT_RTT_NANOS;
        if (srtt >= 0) {
            patience = 2 * srtt + (sent.count() == 1 ? DELAYED_ACK_NANOS : 2 * Tcb.TIMESTAMP_TICK_NANOS);
        }
        long timeout = tcb.timers.get(Timer.RETRANSMIT);
        tcb.timers.set(Timer.TAIL_PROBE, Deadlines.earlier(timeout, Deadlines.after(nowNanos, patience)));
    }

    /// RFC 8985 §7.4.2: what an ACK says about a probe that was sent.
    ///
    /// @param nothingNew it acknowledges what was acknowledged before, has no text and the same window
    static void judgeTailProbe(Tcb tcb, long nowNanos, Segment segment, boolean nothingNew) {
        var loss = tcb.loss;
        if (!loss.tailProbeOut || Seq.lt(segment.ack(), loss.tailProbeEndSeq)) {
            return;
        }
        if (!loss.tailProbeAgain || loss.ackDsack) {
            loss.tailProbeOut = false;
        } else if (Seq.gt(segment.ack(), loss.tailProbeEndSeq)) {
            // "The original segment was lost and the probe repaired it": congestion, though nothing else shows
            // it.
            loss.tailProbeOut = false;
            LossRecovery.mendedByProbe(tcb, nowNanos);
        } else if (nothingNew && segment.sackCount() == 0) {
            loss.tailProbeOut = false;
        }
    }
}
