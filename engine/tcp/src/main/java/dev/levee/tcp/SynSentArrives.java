package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// SEGMENT ARRIVES in SYN-SENT (RFC 9293 §3.10.7.3), in the RFC's order.
///
/// Threads: shard.
final class SynSentArrives {
    private SynSentArrives() {}

    static void process(Tcb tcb, long nowNanos, Segment segment) {
        var snd = tcb.snd;
        // First: "check the ACK bit".
        boolean ackAcceptable = segment.hasAck()
                && snd.outstanding()
                && Seq.gt(segment.ack(), snd.sndUna)
                && Seq.le(segment.ack(), snd.sndMax);
        if (segment.hasAck() && !ackAcceptable) {
            // "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set ...)".
            if (!segment.rst()) {
                tcb.replyReset(segment.ack());
            }
            return;
        }
        // Second: "check the RST bit". Without an acceptable ACK it may be anybody's.
        if (segment.rst()) {
            if (ackAcceptable) {
                tcb.context.counters().count(TcpCounters.RESETS_IN);
                tcb.close(TcpEvent.RST_ARRIVES, new CloseCause.Refused(tcb.undelivered()), false);
            }
            return;
        }
        // Fourth: "check the SYN bit". "If neither of the SYN or RST bits is set, then drop the segment".
        if (!segment.syn()) {
            return;
        }
        if (ackAcceptable && tcb.fastOpen != null && tcb.fastOpen.tooOld(tcb, nowNanos, segment)) {
            tcb.replyReset(segment.ack());
            return;
        }
        tcb.synchronise(nowNanos, segment);
        tcb.rcv.rcvAdv = tcb.rcv.rcvNxt + ReceiveWindow.first(tcb);
        if (ackAcceptable) {
            connect(tcb, nowNanos, segment);
        } else {
            // "Otherwise, enter SYN-RECEIVED, form a SYN,ACK segment": both sides opened at once.
            tcb.transition(TcpEvent.SYN_ARRIVES);
            tcb.pending |= Tcb.SYN_DUE;
        }
    }

    private static void connect(Tcb tcb, long nowNanos, Segment segment) {
        var snd = tcb.snd;
        assert Seq.gt(segment.ack(), snd.sndUna);
        var fastOpen = tcb.fastOpen;
        if (fastOpen != null) {
            fastOpen.synAnswered(tcb, segment);
        }
        AckArrives.acknowledged(tcb, nowNanos, segment);
        tcb.transition(TcpEvent.SYN_ACK_ARRIVES);
        tcb.established(nowNanos);
        tcb.ackNow();
        if (fastOpen != null && snd.unsent() > fastOpen.textAgain(snd)) {
            // Text goes out with the ACK: this side talks, and ACKs have company.
            tcb.ackQuickly(false);
        }
        // "If there are other controls or text in the segment, then continue processing": text on a SYN-ACK is
        // expected by those who open fast. Otherwise it is not taken; the peer sends it again.
        if (fastOpen != null && TextArrives.processText(tcb, nowNanos, segment)) {
            TextArrives.checkFin(tcb, nowNanos, segment);
        }
    }
}
