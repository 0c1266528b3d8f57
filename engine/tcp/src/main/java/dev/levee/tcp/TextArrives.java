package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import org.jspecify.annotations.Nullable;

/// Steps seven and eight of SEGMENT ARRIVES (RFC 9293 §3.10.7.4): "process the segment text" and "check the
/// FIN bit", with reassembly and delayed acknowledgements.
///
/// Threads: shard.
final class TextArrives {
    private TextArrives() {}

    /// Seventh.
    ///
    /// @return whether the FIN bit is to be looked at
    static boolean processText(Tcb tcb, long nowNanos, Segment segment) {
        var rcv = tcb.rcv;
        if (!mayReceive(tcb)) {
            return tcb.state != TcpState.CLOSED;
        }
        int length = segment.payloadLength();
        if (length == 0) {
            return true;
        }
        Ecn.received(tcb, segment);
        tcb.tally.textSegmentsIn++;
        tcb.tally.textInNanos = nowNanos;
        int seq = textSeq(segment);
        int skip = Seq.lt(seq, rcv.rcvNxt) ? Seq.distance(seq, rcv.rcvNxt) : 0;
        int end = Seq.min(seq + length, rcv.rcvAdv);
        if (rcv.finSeen) {
            end = Seq.min(end, rcv.finSeq);
        }
        rcv.noteDuplicate(seq, seq + length);
        int from = seq + skip;
        int count = Seq.distance(from, end);
        tcb.context.counters().add(TcpCounters.DUPLICATE_BYTES_IN, Math.min(skip, length));
        if (count <= 0) {
            tcb.ackNow();
            return true;
        }
        if (rcv.closed) {
            // RFC 9293 §3.6.1: data that nobody will read is lost: "it SHOULD send a RST to show that data was
            // lost".
            tcb.abort(CloseCause.AbortReason.DATA_AFTER_CLOSE);
            tcb.resetAnswers(segment.ack());
            return false;
        }
        return store(tcb, nowNanos, segment, skip, from, count);
    }

    static boolean mayReceive(Tcb tcb) {
        return switch (tcb.state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> true;
            case SYN_RECEIVED -> tcb.opensFast();
            case CLOSED, LISTEN, SYN_SENT, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> false;
        };
    }

    private static int textSeq(Segment segment) {
        return segment.syn() ? segment.seq() + 1 : segment.seq();
    }

    /// @return whether the FIN bit is to be looked at: not when there was no room for the text before it
    private static boolean store(Tcb tcb, long nowNanos, Segment segment, int skip, int from, int count) {
        var rcv = tcb.rcv;
        int ahead = Seq.distance(rcv.rcvNxt, from);
        var reassembly = rcv.reassembly;
        boolean gaps = reassembly != null;
        // Before any memory is taken: else an octet here and there, none of it remembered, would cost a piece each.
        int most = Reassembly.most(tcb.receiveBufferBytes());
        if (reassembly != null && ahead > 0 && !reassembly.hasRoom(from, from + count, most)) {
            tcb.ackNow();
            return false;
        }
        var ring = reserve(tcb, rcv.received + ahead, ahead > 0, count);
        if (ring == null) {
            return false;
        }
        if (ahead > 0) {
            remember(tcb, from, count);
        }
        assert ahead + count <= tcb.receiveBufferBytes() - rcv.available() : "more was taken than was promised";
        ring.put(rcv.received + ahead, segment.ip().memory(), (long) segment.payloadOffset() + skip, count);
        if (tcb.growth != null) {
            tcb.growth.arrived(count);
        }
        if (ahead > 0) {
            // RFC 5681 §3.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order
            // segment arrives."
            tcb.context.counters().count(TcpCounters.OUT_OF_ORDER_IN);
            tcb.tally.outOfOrder++;
            tcb.ackNow();
            return true;
        }
        tcb.received(nowNanos, count);
        advance(tcb, rcv.rcvNxt + count);
        if (tcb.growth != null) {
            tcb.growth.inOrder(tcb, nowNanos, segment);
        }
        if (!segment.syn()) {
            // The peer's full segments may be smaller than its SYN was.
            tcb.rcvMss = Math.max(tcb.rcvMss, Math.min(count, tcb.mssOffered));
        }
        tcb.unackedBytes += count;
        boolean cut = count < segment.payloadLength() - skip;
        if (gaps || skip > 0 || cut) {
            tcb.ackNow();
        } else {
            delayAck(tcb, nowNanos);
        }
        return true;
    }

    /// The ring, with memory for `count` octets from `position`; null when the budget is spent. What closes a gap is
    /// worth more than what lies beyond it: without it, the memory that lies there would never be given back.
    private static @Nullable ByteRing reserve(Tcb tcb, long position, boolean beyondGap, int count) {
        var rcv = tcb.rcv;
        var buffers = tcb.context.buffers();
        if (rcv.ring == null) {
            rcv.ring = buffers.takeRing(false);
        }
        boolean there = rcv.ring.reserve(buffers, position, count) == count;
        if (!there && !beyondGap && rcv.reassembly != null) {
            tcb.dropReassembly();
            if (rcv.ring == null) {
                rcv.ring = buffers.takeRing(false);
            }
            there = rcv.ring.reserve(buffers, position, count) == count;
        }
        if (!there) {
            tcb.trimReceiveRing();
            return null;
        }
        return rcv.ring;
    }

    private static void remember(Tcb tcb, int from, int count) {
        var reassembly = tcb.rcv.reassembly;
        if (reassembly == null) {
            reassembly = tcb.context.takeReassembly();
            tcb.rcv.reassembly = reassembly;
        }
        reassembly.add(from, from + count);
    }

    private static void advance(Tcb tcb, int inOrderEnd) {
        var rcv = tcb.rcv;
        int next = rcv.reassembly == null ? inOrderEnd : rcv.reassembly.advance(inOrderEnd);
        int count = Seq.distance(rcv.rcvNxt, next);
        if (rcv.reassembly != null && rcv.reassembly.isEmpty()) {
            tcb.context.giveReassembly(rcv.reassembly);
            rcv.reassembly = null;
        }
        rcv.received += count;
        rcv.rcvNxt = next;
        rcv.rcvAdv = Seq.max(rcv.rcvAdv, next);
        tcb.context.counters().add(TcpCounters.BYTES_IN, count);
        tcb.events |= TcpEvents.READABLE;
    }

    /// RFC 9293 §3.8.6.3: "there SHOULD be an ACK for at least every second full-sized segment", the delay
    /// "MUST be less than 0.5 seconds".
    private static void delayAck(Tcb tcb, long nowNanos) {
        if (tcb.config.delayedAckNanos() == 0 || tcb.acksQuickly() || enough(tcb)) {
            tcb.ackNow();
        } else if (!tcb.timers.isSet(Timer.DELAYED_ACK)) {
            tcb.timers.set(Timer.DELAYED_ACK, Deadlines.after(nowNanos, tcb.config.delayedAckNanos()));
        }
    }

    private static boolean enough(Tcb tcb) {
        return switch (tcb.config.ackFrequency()) {
            case TWO_FULL_SEGMENTS -> tcb.unackedBytes >= 2 * tcb.rcvMss;
            case MORE_THAN_ONE_SEGMENT -> tcb.unackedBytes > tcb.rcvMss;
            case SECOND_SEGMENT -> tcb.timers.isSet(Timer.DELAYED_ACK) || tcb.unackedBytes > tcb.snd.sndMss;
        };
    }

    /// Eighth.
    static void checkFin(Tcb tcb, long nowNanos, Segment segment) {
        var rcv = tcb.rcv;
        if (tcb.state == TcpState.CLOSED) {
            return;
        }
        if (segment.fin() && !rcv.finSeen) {
            int finSeq = textSeq(segment) + segment.payloadLength();
            if (Seq.lt(finSeq, rcv.rcvNxt) || Seq.gt(finSeq, rcv.rcvAdv)) {
                return;
            }
            rcv.finSeen = true;
            rcv.finSeq = finSeq;
            tcb.ackNow();
        }
        if (rcv.finSeen && !rcv.finReached && rcv.rcvNxt == rcv.finSeq) {
            finReached(tcb, nowNanos);
        }
    }

    /// "If the FIN bit is set, signal the user "connection closing" ..., advance RCV.NXT over the FIN, and
    /// send an acknowledgment for the FIN."
    private static void finReached(Tcb tcb, long nowNanos) {
        var rcv = tcb.rcv;
        rcv.finReached = true;
        rcv.rcvNxt++;
        rcv.rcvAdv = Seq.max(rcv.rcvAdv, rcv.rcvNxt);
        tcb.dropReassembly();
        tcb.events |= TcpEvents.READABLE;
        tcb.ackNow();
        tcb.transition(TcpEvent.FIN_ARRIVES);
        if (tcb.state == TcpState.TIME_WAIT) {
            tcb.startTimeWait(nowNanos);
        }
    }
}
