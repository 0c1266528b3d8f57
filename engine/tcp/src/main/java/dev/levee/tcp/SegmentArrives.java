package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// SEGMENT ARRIVES in every state but CLOSED, LISTEN and SYN-SENT (RFC 9293 §3.10.7.4): one method per step,
/// in the RFC's order. Each says whether the segment goes on to the next.
///
/// Threads: shard.
final class SegmentArrives {
    /// RFC 7323 §5.5: a TS.Recent older than 24 days says nothing.
    private static final long TS_RECENT_LIFE_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

    private SegmentArrives() {}

    static void process(Tcb tcb, long nowNanos, Segment segment) {
        if (synRepeated(tcb, nowNanos, segment)) {
            return;
        }
        if (checkTimestamps(tcb, nowNanos, segment)
                && checkSequenceNumber(tcb, nowNanos, segment)
                && checkReset(tcb, nowNanos, segment)
                && checkSecurity()
                && checkSyn(tcb, nowNanos, segment)
                && checkAck(tcb, nowNanos, segment)) {
            rememberTimestamp(tcb.rcv, nowNanos, segment);
            UserTimeout.arrives(tcb, nowNanos, segment);
            Urgent.arrives(tcb, segment);
            if (TextArrives.processText(tcb, nowNanos, segment)) {
                TextArrives.checkFin(tcb, nowNanos, segment);
            }
        }
    }

    /// In SYN-RECEIVED the peer's SYN may come again: with an ACK of ours it completes a simultaneous open
    /// (RFC 9293 §3.5, figure 8), without one our SYN-ACK was lost.
    private static boolean synRepeated(Tcb tcb, long nowNanos, Segment segment) {
        if (tcb.state != TcpState.SYN_RECEIVED || !segment.syn() || segment.rst() || segment.seq() != tcb.rcv.irs) {
            return false;
        }
        if (!segment.hasAck()) {
            Ecn.synAgain(tcb, segment);
            if (tcb.rcv.timestamps && segment.hasTimestamps() && Seq.gt(segment.tsVal(), tcb.rcv.tsRecent)) {
                // Each SYN-ACK echoes the SYN that it answers: the peer measures the round trip by it.
                tcb.rcv.tsRecent = segment.tsVal();
                tcb.rcv.tsRecentNanos = nowNanos;
            }
            tcb.pending |= Tcb.SYN_DUE;
        } else if (checkAck(tcb, nowNanos, segment)) {
            tcb.ackNow();
        }
        return true;
    }

    /// Protection against wrapped sequence numbers (RFC 7323 §5.3), rules R1 to R3.
    private static boolean checkTimestamps(Tcb tcb, long nowNanos, Segment segment) {
        var rcv = tcb.rcv;
        if (!rcv.timestamps || segment.rst()) {
            return true;
        }
        // RFC 7323 §3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the
        // segment."
        if (!segment.hasTimestamps()) {
            // In a synchronized state a SYN is challenged, "irrespective of the sequence number" (RFC 5961 §4.2): it
            // may be of a peer that has begun anew.
            boolean challenged = segment.syn() && tcb.state != TcpState.SYN_RECEIVED;
            return tcb.config.missingTimestampsTaken() || challenged;
        }
        boolean older = Seq.lt(segment.tsVal(), rcv.tsRecent);
        if (older && nowNanos - rcv.tsRecentNanos < TS_RECENT_LIFE_NANOS) {
            tcb.context.counters().count(TcpCounters.OLD_TIMESTAMP_IN);
            answerUnacceptable(tcb, nowNanos, segment);
            return false;
        }
        return true;
    }

    /// First: "check sequence number".
    private static boolean checkSequenceNumber(Tcb tcb, long nowNanos, Segment segment) {
        var rcv = tcb.rcv;
        boolean acceptable = rcv.accepts(segment.seq(), segment.length());
        // With a window of zero, ACKs and RSTs that come with a probe's octet are still to be processed.
        boolean probe = segment.seq() == rcv.rcvNxt && rcv.rcvWnd() == 0;
        if (acceptable || probe || (rcv.endsAt(segment.seq()) && isBareAck(segment))) {
            KeepAlive.heard(tcb, nowNanos);
            return true;
        }
        tcb.context.counters().count(TcpCounters.OUT_OF_WINDOW_IN);
        boolean finOnly = segment.fin() && !segment.syn() && !segment.rst();
        boolean again = finOnly && segment.seq() + segment.length() == rcv.rcvNxt;
        if (tcb.state == TcpState.TIME_WAIT && again) {
            // The peer did not hear our last ACK: the wait begins anew.
            tcb.startTimeWait(nowNanos);
        }
        // "If an incoming segment is not acceptable, an acknowledgment should be sent in reply (unless the RST
        // bit is set ...)".
        answerUnacceptable(tcb, nowNanos, segment);
        return false;
    }

    /// Whether a segment is an acknowledgement and nothing else: it may come from the first number behind
    /// the window. A peer that has filled the window has no other to put on its ACKs (Linux, the BSDs and
    /// Levee do) until what is under way has arrived, which may be lost. Who takes RFC 9293 §3.4 at its
    /// word drops them, and what they acknowledge is sent again, or told as undelivered. Nothing else may
    /// begin there: no text fits, and a RST or a SYN could be anybody's.
    static boolean isBareAck(Segment segment) {
        return segment.length() == 0 && segment.hasAck() && !segment.rst();
    }

    private static void answerUnacceptable(Tcb tcb, long nowNanos, Segment segment) {
        if (segment.rst()) {
            return;
        }
        if (segment.length() > 0 && !segment.syn()) {
            tcb.context.counters().add(TcpCounters.DUPLICATE_BYTES_IN, segment.payloadLength());
            tcb.rcv.noteDuplicate(segment.seq(), segment.seq() + segment.payloadLength());
            tcb.ackNow();
        } else {
            tcb.challenge(nowNanos);
        }
    }

    /// RFC 7323 §4.3: TS.Recent follows the segment that the last ACK sent was waiting for; only once its ACK field
    /// was found good. Else a stranger who knows no more than a number in the window could set TS.Recent so high
    /// that nothing of the peer's is taken any more.
    private static void rememberTimestamp(ReceiveSpace rcv, long nowNanos, Segment segment) {
        boolean newer = Seq.ge(segment.tsVal(), rcv.tsRecent) || nowNanos - rcv.tsRecentNanos >= TS_RECENT_LIFE_NANOS;
        if (rcv.timestamps && segment.hasTimestamps() && newer && Seq.le(segment.seq(), rcv.lastAckSent)) {
            rcv.tsRecent = segment.tsVal();
            rcv.tsRecentNanos = nowNanos;
        }
    }

    /// Second: "check the RST bit". Only the exact sequence number resets; anything else in the window is
    /// challenged.
    private static boolean checkReset(Tcb tcb, long nowNanos, Segment segment) {
        if (!segment.rst()) {
            return true;
        }
        if (segment.seq() != tcb.rcv.rcvNxt) {
            tcb.challenge(nowNanos);
            return false;
        }
        if (tcb.state == TcpState.TIME_WAIT && !tcb.config.resetEndsTimeWait()) {
            return false;
        }
        tcb.context.counters().count(TcpCounters.RESETS_IN);
        boolean refused = tcb.state == TcpState.SYN_RECEIVED && tcb.active;
        long undelivered = tcb.undelivered();
        tcb.close(
                TcpEvent.RST_ARRIVES,
                refused ? new CloseCause.Refused(undelivered) : new CloseCause.Reset(undelivered),
                false);
        return false;
    }

    /// Third: "check security". IP security options are not used on the Internet; nothing is compared.
    private static boolean checkSecurity() {
        return true;
    }

    /// Fourth: "check the SYN bit".
    private static boolean checkSyn(Tcb tcb, long nowNanos, Segment segment) {
        if (!segment.syn()) {
            return true;
        }
        if (tcb.state == TcpState.SYN_RECEIVED && !tcb.active && !tcb.opensFast()) {
            // "If the connection was initiated with a passive OPEN, then return this connection to the LISTEN
            // state".
            tcb.close(TcpEvent.RST_ARRIVES, new CloseCause.Reset(0), false);
        } else {
            // "... in these synchronized states ... TCP endpoints ... send a "challenge ACK"".
            tcb.challenge(nowNanos);
        }
        return false;
    }

    /// Fifth: "check the ACK field".
    private static boolean checkAck(Tcb tcb, long nowNanos, Segment segment) {
        if (!segment.hasAck()) {
            return false;
        }
        if (tcb.state == TcpState.SYN_RECEIVED && !completeHandshake(tcb, nowNanos, segment)) {
            return false;
        }
        if (!AckArrives.process(tcb, nowNanos, segment)) {
            return false;
        }
        if (tcb.state == TcpState.TIME_WAIT && (segment.seq() != tcb.rcv.rcvNxt || segment.length() > 0)) {
            // "The only thing that can arrive in this state is a retransmission of the remote FIN": whatever
            // else comes is from someone who has to hear where we are.
            tcb.challenge(nowNanos);
        }
        if (tcb.snd.finAcked) {
            finAcked(tcb, nowNanos);
        }
        return tcb.state != TcpState.CLOSED;
    }

    private static boolean completeHandshake(Tcb tcb, long nowNanos, Segment segment) {
        var snd = tcb.snd;
        // "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state".
        if (Seq.le(segment.ack(), snd.sndUna) || Seq.gt(segment.ack(), snd.sndMax)) {
            // "If the segment acknowledgment is not acceptable, form a reset segment <SEQ=SEG.ACK><CTL=RST>".
            tcb.replyReset(segment.ack());
            return false;
        }
        if (tcb.active && tcb.fastOpen != null) {
            tcb.fastOpen.synAnswered(tcb, segment);
        }
        tcb.transition(TcpEvent.SYN_ACKED);
        snd.sndWl1 = segment.seq() - 1;
        snd.sndWl2 = segment.ack();
        tcb.established(nowNanos);
        return true;
    }

    private static void finAcked(Tcb tcb, long nowNanos) {
        switch (tcb.state) {
            case FIN_WAIT_1 -> {
                tcb.transition(TcpEvent.FIN_ACKED);
                tcb.limitFinWait2(nowNanos);
            }
            case CLOSING -> {
                tcb.transition(TcpEvent.FIN_ACKED);
                tcb.startTimeWait(nowNanos);
            }
            case LAST_ACK -> tcb.close(TcpEvent.FIN_ACKED, new CloseCause.Finished(), false);
            case TIME_WAIT, FIN_WAIT_2, CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT -> {
                // Known already, or no FIN of ours yet.
            }
        }
    }
}
