package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// What is sent, and when: one segment a call (RFC 9293 §3.7.4, §3.8; RFC 5681).
///
/// Threads: shard.
final class Output {
    private static final int NOTHING = -1;
    /// What 40 octets of options have room for.
    private static final int SACK_BLOCKS_BESIDE_TIMESTAMPS = 3;

    private Output() {}

    /// @return whether a segment was written
    static boolean poll(Tcb tcb, long nowNanos, Frame out) {
        runTimers(tcb, nowNanos);
        boolean written = next(tcb, nowNanos, out);
        if (!written) {
            drained(tcb, nowNanos);
        }
        return written;
    }

    private static boolean next(Tcb tcb, long nowNanos, Frame out) {
        if ((tcb.pending & (Tcb.RST_DUE | Tcb.RST_REPLY_DUE)) != 0) {
            return reset(tcb, nowNanos, out);
        }
        return switch (tcb.state) {
            case CLOSED, LISTEN -> false;
            case SYN_SENT -> syn(tcb, nowNanos, out) || acknowledge(tcb, nowNanos, out);
            case SYN_RECEIVED ->
                syn(tcb, nowNanos, out)
                        || (tcb.opensFast() && data(tcb, nowNanos, out))
                        || acknowledge(tcb, nowNanos, out);
            case ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK ->
                report(tcb, nowNanos, out) || data(tcb, nowNanos, out) || acknowledge(tcb, nowNanos, out);
            case FIN_WAIT_2, TIME_WAIT -> acknowledge(tcb, nowNanos, out);
        };
    }

    /// Nothing more can be sent now.
    static void drained(Tcb tcb, long nowNanos) {
        tcb.sendTimes.drained(tcb, nowNanos);
        Push.drained(tcb);
        boolean noMore =
                tcb.snd.unsent() < tcb.payloadMax() && tcb.sent().lostCount() == 0 && congestionWindowLeft(tcb) > 0;
        if (noMore) {
            tcb.rate.applicationHasNoMore(LossRecovery.inFlight(tcb));
        }
    }

    private static void runTimers(Tcb tcb, long nowNanos) {
        PathMtu.age(tcb, nowNanos);
        RetransmitTimer.run(tcb, nowNanos);
        KeepAlive.run(tcb, nowNanos);
        Rest.run(tcb, nowNanos);
        if (tcb.timers.takeDue(Timer.DELAYED_ACK, nowNanos)) {
            tcb.context.counters().count(TcpCounters.DELAYED_ACKS);
            tcb.ackNow();
        }
        if (tcb.timers.takeDue(Timer.LINGERING_STATE, nowNanos)) {
            if (tcb.state == TcpState.TIME_WAIT) {
                tcb.close(TcpEvent.TIME_WAIT_ENDS, new CloseCause.Finished(), false);
            } else {
                tcb.context.counters().count(TcpCounters.FIN_WAIT_2_TIMEOUTS);
                var cause = new CloseCause.TimedOut(CloseCause.Timeout.FIN_WAIT_2, tcb.undelivered());
                tcb.close(TcpEvent.GIVE_UP, cause, true);
            }
        }
    }

    private static boolean reset(Tcb tcb, long nowNanos, Frame out) {
        tcb.context.counters().count(TcpCounters.RESETS_OUT);
        boolean answers = (tcb.pending & Tcb.RST_REPLY_DUE) != 0;
        boolean ends = (tcb.pending & Tcb.RST_DUE) != 0;
        tcb.pending = ends ? 0 : tcb.pending & ~Tcb.RST_REPLY_DUE;
        tcb.events |= ends ? TcpEvents.RELEASED : 0;
        if (answers) {
            // RFC 9293 §3.5.2: "If the incoming segment has an ACK field, the reset takes its sequence number
            // from the ACK field of the segment".
            write(tcb, nowNanos, out, TcpFlags.RST, tcb.rstReplySeq, 0);
        } else {
            write(tcb, nowNanos, out, TcpFlags.RST | TcpFlags.ACK, acceptableSeq(tcb.snd), 0);
        }
        return true;
    }

    private static boolean syn(Tcb tcb, long nowNanos, Frame out) {
        var snd = tcb.snd;
        var rcv = tcb.rcv;
        if ((tcb.pending & Tcb.SYN_DUE) == 0) {
            return false;
        }
        tcb.pending &= ~(Tcb.SYN_DUE | Tcb.ACK_DUE);
        if (!snd.outstanding()) {
            tcb.progressNanos = nowNanos;
            tcb.rttTimed = true;
            tcb.rttSeq = snd.iss + 1;
            tcb.rttStartNanos = nowNanos;
        } else {
            // Also because the peer's SYN came again: which of ours will be acknowledged cannot be told (Karn).
            tcb.rttTimed = false;
        }
        boolean reply = tcb.state == TcpState.SYN_RECEIVED;
        var writer = tcb.context.writer();
        int window = reply && snd.outstanding() && !tcb.active ? ReceiveWindow.again(tcb) : ReceiveWindow.first(tcb);
        header(tcb)
                .seq(snd.iss)
                .flags(TcpFlags.SYN | Ecn.synFlags(tcb, reply))
                .window(window)
                .mss(PathMtu.mssOffered(tcb));
        // RFC 7323 §2.2 and §3.2: an answer carries only those options that the SYN carried.
        if (tcb.config.windowScaling() && (!reply || rcv.rcvWndShift > 0 || tcb.snd.sndWndShift > 0)) {
            writer.windowScale(rcv.rcvWndShift);
        }
        if (reply ? rcv.selectiveAcks : tcb.config.selectiveAcks()) {
            writer.sackPermitted();
        }
        if (rcv.timestamps) {
            writer.timestamps(tcb.timestamp(nowNanos), reply ? rcv.tsRecent : 0);
        }
        if (reply) {
            writer.ack(rcv.rcvNxt);
            // A challenge ACK may have promised more already.
            rcv.rcvAdv = Seq.max(rcv.rcvAdv, rcv.rcvNxt + window);
            rcv.lastAckSent = rcv.rcvNxt;
            tcb.unackedBytes = 0;
            tcb.timers.stop(Timer.DELAYED_ACK);
        }
        int length = tcb.fastOpen == null ? 0 : tcb.fastOpen.onSyn(tcb, nowNanos, writer, reply);
        UserTimeout.onSyn(tcb, writer);
        int textOffset = writer.begin(out);
        if (length > 0) {
            var ring = Objects.requireNonNull(snd.ring, "text without a ring");
            ring.get(0, out.memory(), textOffset, length);
            tcb.context.counters().add(TcpCounters.BYTES_OUT, length);
            tcb.tally.textSegmentsOut++;
            tcb.tally.textBytesOut += length;
            tcb.tally.textOutNanos = nowNanos;
        }
        writer.finish(out, length);
        snd.sndMax = Seq.max(snd.sndMax, snd.iss + 1 + length);
        count(tcb);
        RetransmitTimer.sent(tcb, nowNanos);
        return true;
    }

    /// RFC 2018 §4: SACK options "SHOULD be included in all ACKs which do not ACK the highest sequence number in
    /// the data receiver's queue". Segments with text have no room set aside for them, so that what is to be
    /// reported goes ahead of the text, which would otherwise take the acknowledgement along.
    private static boolean report(Tcb tcb, long nowNanos, Frame out) {
        var rcv = tcb.rcv;
        boolean gaps = rcv.reassembly != null && !rcv.reassembly.isEmpty();
        boolean due = rcv.selectiveAcks && (tcb.pending & Tcb.ACK_DUE) != 0 && (gaps || rcv.hasDuplicate());
        return due && acknowledge(tcb, nowNanos, out);
    }

    /// Data, a FIN, a retransmission or a probe, if one is due and allowed.
    private static boolean data(Tcb tcb, long nowNanos, Frame out) {
        if (Retransmission.poll(tcb, nowNanos, out)) {
            return true;
        }
        if ((tcb.pending & Tcb.PROBE_DUE) != 0) {
            boolean acknowledges = tcb.config.windowProbe() != WindowProbe.OLD_SEQUENCE;
            if (!acknowledges && (tcb.pending & Tcb.ACK_DUE) != 0) {
                // The peer does not accept that probe, and would not hear what it acknowledges.
                return acknowledge(tcb, nowNanos, out);
            }
            tcb.pending &= ~Tcb.PROBE_DUE;
            if (probe(tcb, nowNanos, out)) {
                return true;
            }
        }
        int length = sendable(tcb, nowNanos);
        tcb.pending &= ~Tcb.SMALL_DUE;
        if (length == NOTHING) {
            return false;
        }
        send(tcb, nowNanos, out, length);
        return true;
    }

    /// How much text to send from SND.NXT now: 0 for a bare FIN, or NOTHING.
    private static int sendable(Tcb tcb, long nowNanos) {
        var snd = tcb.snd;
        int unsent = snd.unsent();
        boolean finDue = snd.finQueued && snd.synAcked && snd.sndMax != snd.dataEndSeq() + 1;
        int window = snd.usableWindow();
        if (unsent == 0 && finDue && window > 0) {
            return 0;
        }
        // RFC 6675 §4, NextSeg: what is lost goes before what was never sent.
        if ((unsent == 0 && !finDue) || tcb.sent().isFull() || tcb.sent().lostCount() > 0) {
            return NOTHING;
        }
        restartAfterIdle(tcb, nowNanos);
        int mss = tcb.payloadMax();
        int wanted = Math.min(Math.min(unsent, mss), Math.min(window, snd.recordLeft()));
        int allowed = congestionWindowLeft(tcb);
        if (allowed < wanted) {
            LossRecovery.windowUsedUp(tcb);
        }
        int length = Math.min(wanted, allowed);
        int again = tcb.fastOpen == null ? 0 : tcb.fastOpen.textAgain(snd);
        if (length > 0 && again > 0) {
            return Math.min(length, again);
        }
        if (length > 0 && worthSending(tcb, length, unsent)) {
            return length;
        }
        if (!snd.outstanding()) {
            RetransmitTimer.persist(tcb, nowNanos);
        }
        return NOTHING;
    }

    private static void restartAfterIdle(Tcb tcb, long nowNanos) {
        if (!tcb.snd.outstanding() && nowNanos - tcb.lastSendNanos > tcb.rtt.rtoNanos(tcb.config)) {
            tcb.congestion.restartAfterIdle();
        }
    }

    static int congestionWindowLeft(Tcb tcb) {
        return tcb.congestion.cwnd() - LossRecovery.inFlight(tcb);
    }

    /// Nagle's algorithm (RFC 9293 §3.7.4) and the sender's part against silly windows (§3.8.6.2.1).
    private static boolean worthSending(Tcb tcb, int length, int unsent) {
        var snd = tcb.snd;
        if (length == tcb.payloadMax() || (tcb.pending & Tcb.SMALL_DUE) != 0) {
            return true;
        }
        if (length == snd.recordLeft() && length < unsent) {
            // A record that others wait behind does not get any longer.
            return true;
        }
        // Whoever writes urgent data does not want it to wait.
        boolean hurries = snd.finQueued || snd.urgent();
        if (Cork.holds(tcb) && !hurries) {
            return false;
        }
        // "the maximum send window ... Fs * Max(SND.WND)" with the recommended fraction of one half.
        if (2L * length >= snd.sndWndMax) {
            return true;
        }
        // A SYN-ACK under way is no text that could be waited for.
        boolean any = snd.synAcked ? snd.outstanding() : !tcb.sent().isEmpty();
        boolean waits = tcb.config.nagleAfterSmallOnly() ? snd.smallOutstanding() : any;
        return length == unsent && (tcb.noDelay || hurries || !waits);
    }

    /// Sends text that was never sent, and the FIN behind it if that fits.
    static void send(Tcb tcb, long nowNanos, Frame out, int length) {
        var snd = tcb.snd;
        int seq = snd.sndMax;
        if (!snd.outstanding()) {
            tcb.progressNanos = nowNanos;
        }
        boolean again = tcb.fastOpen != null && tcb.fastOpen.textAgain(snd) > 0;
        boolean asked = Push.asked(tcb, length);
        boolean push = Push.due(tcb, length, asked);
        int sent = writeText(tcb, nowNanos, out, seq, length, push, finFits(snd, seq + length));
        if (!tcb.rttTimed) {
            tcb.rttTimed = true;
            tcb.rttSeq = seq + sent;
            tcb.rttStartNanos = nowNanos;
        }
        if (length < tcb.payloadMax() && !again) {
            snd.smallEnd = seq + sent;
        }
        inFlight(tcb, nowNanos, sent);
        tcb.sent().markLast(asked, tcb.groupBegins);
        if (again) {
            tcb.context.counters().count(TcpCounters.RETRANSMITS);
            tcb.tally.retransmits++;
            tcb.tally.retransmittedBytes += length;
        }
        if (2L * snd.unsent() < tcb.config.unsentBytesMax()) {
            tcb.events |= TcpEvents.WRITABLE;
        }
        tcb.lastSendNanos = nowNanos;
        Rest.disturb(tcb, nowNanos);
        tcb.answered(nowNanos);
        LossRecovery.sent(tcb, sent);
        RetransmitTimer.sent(tcb, nowNanos);
        Rack.scheduleTailProbe(tcb, nowNanos);
    }

    /// The next `count` sequence numbers are on their way.
    private static void inFlight(Tcb tcb, long nowNanos, int count) {
        var sent = tcb.sentOrNew();
        if (sent.isEmpty()) {
            tcb.rate.restart(nowNanos);
        }
        int seq = tcb.snd.sndMax;
        int record = tcb.snd.recordLeft();
        sent.append(nowNanos, seq, seq + count, tcb.rate);
        if (count >= record) {
            sent.endRecord();
        }
        tcb.snd.sndMax = seq + count;
        LossRecovery.flightGrew(tcb);
    }

    /// RFC 9293 §3.8.6.1: "at least one octet of new data (if available)", although the window is closed. A
    /// FIN counts as one.
    private static boolean probe(Tcb tcb, long nowNanos, Frame out) {
        var snd = tcb.snd;
        if (snd.sndWnd > 0 || !snd.unacknowledged()) {
            return false;
        }
        tcb.context.counters().count(TcpCounters.ZERO_WINDOW_PROBES);
        if (tcb.config.windowProbe() == WindowProbe.OLD_SEQUENCE) {
            write(tcb, nowNanos, out, TcpFlags.ACK, snd.sndUna - 1, 0);
            return true;
        }
        tcb.rttTimed = false;
        boolean text = snd.acked < snd.written;
        boolean push = text && Push.isEnd(tcb, snd.sndUna + 1);
        writeText(tcb, nowNanos, out, snd.sndUna, text ? 1 : 0, push, !text);
        if (!snd.outstanding()) {
            // Should the peer have no room for it, it goes out again when the window opens.
            inFlight(tcb, nowNanos, 1);
            LossRecovery.windowClosed(tcb);
            RetransmitTimer.grant(tcb);
        }
        return true;
    }

    /// Whether the FIN comes right at `end`, and is in the window or was sent before. Beyond the window it
    /// would spoil the segment that carries it.
    static boolean finFits(SendSpace snd, int end) {
        return snd.finQueued
                && snd.synAcked
                && end == snd.dataEndSeq()
                && (Seq.lt(end, snd.sndMax) || Seq.lt(end, snd.sndUna + snd.sndWnd));
    }

    /// Writes `length` octets of text from `seq`, and the FIN behind them if asked to.
    ///
    /// @return sequence numbers used
    static int writeText(Tcb tcb, long nowNanos, Frame out, int seq, int length, boolean push, boolean fin) {
        int flags = TcpFlags.ACK | (push ? TcpFlags.PSH : 0) | (fin ? TcpFlags.FIN : 0);
        write(tcb, nowNanos, out, flags, seq, length);
        tcb.context.counters().add(TcpCounters.BYTES_OUT, length);
        if (length > 0) {
            tcb.tally.textSegmentsOut++;
            tcb.tally.textBytesOut += length;
            tcb.tally.textOutNanos = nowNanos;
        }
        return length + (fin ? 1 : 0);
    }

    private static boolean acknowledge(Tcb tcb, long nowNanos, Frame out) {
        if ((tcb.pending & Tcb.ACK_DUE) == 0) {
            if ((tcb.pending & Tcb.KEEP_ALIVE_DUE) == 0) {
                return false;
            }
            // Only now: the peer does not accept it, and would take it for no answer to a probe of its own.
            keepAlive(tcb, nowNanos, out);
            return true;
        }
        tcb.quickAcks = Math.max(0, tcb.quickAcks - 1);
        write(tcb, nowNanos, out, TcpFlags.ACK, acceptableSeq(tcb.snd), 0);
        return true;
    }

    /// SND.NXT, but not behind the window's edge, where a probe may have brought it: the peer would take
    /// an ACK for an old one, and a RST for a stranger's. A SYN lies before the window.
    private static int acceptableSeq(SendSpace snd) {
        return Seq.min(snd.sndMax, snd.sndUna + (snd.synAcked ? 0 : 1) + snd.sndWnd);
    }

    /// RFC 9293 §3.8.4: a segment "SEG.SEQ = SND.NXT-1", which the peer has to answer because it is old.
    private static void keepAlive(Tcb tcb, long nowNanos, Frame out) {
        tcb.pending &= ~Tcb.KEEP_ALIVE_DUE;
        int seq = tcb.snd.sndMax - 1;
        int length = tcb.config.keepAliveOctet() ? 1 : 0;
        int textOffset = begin(tcb, nowNanos, out, TcpFlags.ACK, seq, length);
        if (length > 0) {
            out.memory().set(ValueLayout.JAVA_BYTE, textOffset, (byte) 0);
        }
        finish(tcb, out, length);
    }

    /// RFC 2883 §4: what arrived twice is "in the first SACK block", what it is part of in the second.
    private static void selectiveAcks(ReceiveSpace rcv, SegmentWriter writer) {
        int most = rcv.timestamps ? SACK_BLOCKS_BESIDE_TIMESTAMPS : Segment.SACK_BLOCKS_MAX;
        if (rcv.hasDuplicate()) {
            writer.sack(rcv.duplicateLeft, rcv.duplicateRight);
            most--;
        }
        if (rcv.reassembly != null) {
            if (rcv.hasDuplicate()) {
                rcv.reassembly.touch(rcv.duplicateLeft);
            }
            rcv.reassembly.report(writer, most, rcv.finSeen, rcv.finSeq);
        }
    }

    private static SegmentWriter header(Tcb tcb) {
        return header(tcb.context, tcb.config, tcb.tuple);
    }

    /// A segment of that connection, without text.
    static SegmentWriter header(TcpContext context, TcpConfig config, FourTuple tuple) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        return context.writer()
                .reset()
                .layout(config.optionLayout())
                .addresses(local.high(), local.low(), remote.high(), remote.low())
                .ports(tuple.localPort(), tuple.remotePort())
                .hopLimit(config.hopLimit())
                .trafficClass(config.trafficClass() & ~Ecn.FIELD);
    }

    /// Every segment but SYNs: what it acknowledges is no longer due.
    private static void write(Tcb tcb, long nowNanos, Frame out, int flags, int seq, int length) {
        int textOffset = begin(tcb, nowNanos, out, flags, seq, length);
        if (length > 0) {
            var ring = Objects.requireNonNull(tcb.snd.ring, "text without a ring");
            ring.get(tcb.snd.positionOf(seq), out.memory(), textOffset, length);
        }
        finish(tcb, out, length);
    }

    /// The headers.
    ///
    /// @return where the text goes
    private static int begin(Tcb tcb, long nowNanos, Frame out, int flags, int seq, int length) {
        var rcv = tcb.rcv;
        var writer = header(tcb).seq(seq).flags(flags);
        if ((flags & TcpFlags.RST) == 0) {
            boolean newText = length > 0 && seq == tcb.snd.sndMax && tcb.snd.usableWindow() > 0;
            writer.flags(Ecn.flags(tcb, newText)).trafficClass(Ecn.trafficClass(tcb, newText));
            Urgent.point(tcb.snd, writer, seq);
        }
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(rcv.rcvNxt).window(ReceiveWindow.advertise(tcb));
            rcv.lastAckSent = rcv.rcvNxt;
            tcb.pending &= ~Tcb.ACK_DUE;
            tcb.unackedBytes = 0;
            tcb.timers.stop(Timer.DELAYED_ACK);
        }
        // RFC 7323 §3.2: once they "have been successfully negotiated"; a RST may go out before.
        if (rcv.timestamps && tcb.state != TcpState.SYN_SENT) {
            writer.timestamps(tcb.timestamp(nowNanos), rcv.tsRecent);
        }
        if (rcv.selectiveAcks && length == 0 && (flags & TcpFlags.RST) == 0) {
            selectiveAcks(rcv, writer);
        }
        if ((flags & TcpFlags.RST) == 0) {
            UserTimeout.onSegment(tcb, writer, length);
        }
        rcv.duplicateLeft = rcv.duplicateRight;
        return writer.begin(out);
    }

    private static void finish(Tcb tcb, Frame out, int length) {
        tcb.context.writer().finish(out, length);
        count(tcb);
    }

    private static void count(Tcb tcb) {
        tcb.context.counters().count(TcpCounters.SEGMENTS_OUT);
        tcb.tally.segmentsOut++;
    }
}
