package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Seq;

/// Which segment is sent again next, and how: the first one that is lost, as the windows allow, or the last
/// one of a flight as a probe (RFC 6675 §4, NextSeg; RFC 8985 §7.3).
///
/// Threads: shard.
final class Retransmission {
    private Retransmission() {}

    /// @return whether a segment was written
    static boolean poll(Tcb tcb, long nowNanos, Frame out) {
        boolean at = (tcb.pending & Tcb.RETRANSMIT_DUE) != 0;
        var sent = tcb.sent();
        if (sent.lostCount() > 0) {
            int index = sent.firstLost();
            if (mayGo(tcb, sent, index, at)) {
                tcb.pending &= ~Tcb.RETRANSMIT_DUE;
                again(tcb, nowNanos, out, index);
                return true;
            }
        } else {
            tcb.pending &= ~Tcb.RETRANSMIT_DUE;
        }
        if ((tcb.pending & Tcb.TAIL_PROBE_DUE) != 0) {
            tcb.pending &= ~Tcb.TAIL_PROBE_DUE;
            return probeTail(tcb, nowNanos, out);
        }
        return false;
    }

    private static boolean mayGo(Tcb tcb, SentSegments sent, int index, boolean at) {
        var snd = tcb.snd;
        if (snd.sndWnd == 0) {
            return false;
        }
        // RFC 9293 §3.8.6: what lies beyond a window that shrank waits; of the first segment, what is inside
        // goes.
        boolean inWindow = index == sent.first() || Seq.le(sent.endSeq(index), snd.sndUna + snd.sndWnd);
        int length = Math.min(sent.length(index), tcb.payloadMax());
        return inWindow && (at || Output.congestionWindowLeft(tcb) >= length);
    }

    /// The most text that goes out in a segment from there.
    private static int most(Tcb tcb, SentSegments sent, int index) {
        var snd = tcb.snd;
        return Math.min(tcb.payloadMax(), Seq.distance(sent.startSeq(index), snd.sndUna + snd.sndWnd));
    }

    private static void again(Tcb tcb, long nowNanos, Frame out, int index) {
        var sent = tcb.sent();
        int first = index;
        int most = most(tcb, sent, first);
        if (textOf(tcb, sent, first) > most) {
            sent.split(first, most);
        }
        while (first == sent.first()
                && !sent.endsRecord(first)
                && first + 1 != sent.end()
                && sent.lost(first + 1)
                && Seq.distance(sent.startSeq(first), textEnd(tcb, sent, first + 1)) <= most) {
            sent.mergeFirst();
            first = sent.first();
        }
        extend(tcb, sent, first);
        write(tcb, nowNanos, out, first);
    }

    private static int textEnd(Tcb tcb, SentSegments sent, int index) {
        return tcb.snd.finQueued ? Seq.min(sent.endSeq(index), tcb.snd.dataEndSeq()) : sent.endSeq(index);
    }

    /// Octets of text in an entry.
    static int textOf(Tcb tcb, SentSegments sent, int index) {
        return Seq.distance(sent.startSeq(index), textEnd(tcb, sent, index));
    }

    /// RFC 9293 §3.9.1.2: "send a maximum-sized segment whenever possible": the last segment takes along what
    /// was written since.
    private static void extend(Tcb tcb, SentSegments sent, int index) {
        var snd = tcb.snd;
        if (index + 1 != sent.end()) {
            return;
        }
        int length = textOf(tcb, sent, index);
        int window = Math.min(snd.usableWindow(), Output.congestionWindowLeft(tcb) - length);
        int room = sent.endsRecord(index) ? 0 : Math.min(tcb.payloadMax() - length, window);
        int record = snd.recordLeft();
        int more = Math.clamp(room, 0, Math.min(snd.unsent(), record));
        int end = snd.sndMax + more;
        if (more == record) {
            sent.endRecord();
        }
        if (Output.finFits(snd, end) && !snd.finSent()) {
            end++;
        }
        if (end != snd.sndMax) {
            sent.extendLast(end);
            snd.sndMax = end;
        }
    }

    private static void write(Tcb tcb, long nowNanos, Frame out, int index) {
        var sent = tcb.sent();
        int start = sent.startSeq(index);
        int text = textOf(tcb, sent, index);
        tcb.context.counters().count(TcpCounters.RETRANSMITS);
        tcb.rttTimed = false;
        tcb.retransmitted = true;
        tcb.retransmitTsVal = tcb.timestamp(nowNanos);
        boolean push = Push.again(tcb, index);
        Output.writeText(tcb, nowNanos, out, start, text, push, sent.length(index) > text);
        tcb.tally.retransmits++;
        tcb.tally.retransmittedBytes += text;
        sent.sentAgain(nowNanos, index, tcb.rate);
        tcb.lastSendNanos = nowNanos;
        LossRecovery.sentAgain(tcb, nowNanos, start, sent.length(index));
        if (index == sent.first() && tcb.loss.fast()) {
            RetransmitTimer.oldestSentAgain(tcb, nowNanos);
        } else {
            RetransmitTimer.sent(tcb, nowNanos);
        }
    }

    /// RFC 8985 §7.3: new text if there is any and the peer's window allows it, otherwise the last segment once
    /// more.
    private static boolean probeTail(Tcb tcb, long nowNanos, Frame out) {
        var snd = tcb.snd;
        var loss = tcb.loss;
        var sent = tcb.sent();
        if (sent.isEmpty() || !loss.open()) {
            return false;
        }
        tcb.context.counters().count(TcpCounters.TAIL_PROBES);
        loss.tailProbeOut = true;
        loss.tailProbed = true;
        loss.tailProbeFlight = Math.max(loss.flightMost, loss.flightMostBefore);
        int length = Math.min(Math.min(snd.unsent(), tcb.payloadMax()), Math.min(snd.usableWindow(), snd.recordLeft()));
        loss.tailProbeAgain = length <= 0 || sent.isFull();
        if (loss.tailProbeAgain) {
            int last = sent.end() - 1;
            if (textOf(tcb, sent, last) > tcb.payloadMax()) {
                sent.split(last, tcb.payloadMax());
                last = sent.end() - 1;
            }
            write(tcb, nowNanos, out, last);
        } else {
            Output.send(tcb, nowNanos, out, length);
        }
        loss.tailProbeEndSeq = snd.sndMax;
        return true;
    }
}
