package dev.levee.tcp;

import dev.levee.wire.Frame;
import dev.levee.wire.Segment;
import org.jspecify.annotations.Nullable;

/// One TCP connection (RFC 9293), without any input or output of its own.
///
/// Four kinds of methods:
/// - **input**: [#onSegment], [#onUnreachable], [#onPacketTooBig]: they change state, mark what is due, write nothing.
/// - **commands** of the user: [#written], [#consumed], [#closeSend], [#abort] and so on.
/// - **output**: [#poll] writes at most one packet; to be called until it says false, after every input, every
///   command and when [#nextDeadline] has come. `nextDeadline` may have changed after any of these calls.
/// - **getters**.
///
/// Time never goes back: each `nowNanos` is at least the one before.
///
/// Invariant: after `poll(now)` has said false, `nextDeadline()` lies after `now`, and nothing would be sent
/// before it.
///
/// Threads: shard.
public final class TcpConnection extends Resting {
    TcpConnection(Tcb tcb) {
        super(tcb);
    }

    /// An active OPEN: state SYN-SENT, the SYN is due.
    ///
    /// @param mtu the link's MTU in octets, IP header included
    /// @param iss the initial send sequence number (RFC 6528, chosen by the stack)
    /// @param timestampOffset added to this connection's timestamp clock
    public static TcpConnection open(
            long nowNanos,
            TcpConfig config,
            FourTuple tuple,
            int mtu,
            int iss,
            int timestampOffset,
            TcpContext context) {
        var tcb = new Tcb(config, tuple, true, mtu, iss, timestampOffset, context);
        tcb.transition(TcpEvent.ACTIVE_OPEN);
        tcb.pending = Tcb.SYN_DUE;
        tcb.begun(nowNanos);
        tcb.fastOpen = FastOpen.opening(tcb, nowNanos);
        context.counters().count(TcpCounters.ACTIVE_OPENS);
        return new TcpConnection(tcb);
    }

    /// A SYN without ACK that a listener accepts: state SYN-RECEIVED, the SYN-ACK is due.
    ///
    /// @param fastOpen what the listener says to the SYN's text and cookie; null: nothing
    public static TcpConnection accept(
            long nowNanos,
            TcpConfig config,
            FourTuple tuple,
            int mtu,
            int iss,
            int timestampOffset,
            Segment syn,
            TcpContext context,
            @Nullable FastOpen fastOpen) {
        var tcb = new Tcb(config, tuple, false, mtu, iss, timestampOffset, context);
        tcb.transition(TcpEvent.PASSIVE_OPEN);
        tcb.transition(TcpEvent.SYN_ARRIVES);
        tcb.synchronise(nowNanos, syn);
        tcb.begun(nowNanos);
        if (fastOpen != null) {
            tcb.fastOpen = fastOpen;
            fastOpen.synArrives(tcb, nowNanos, syn);
        }
        tcb.pending = Tcb.SYN_DUE;
        context.counters().count(TcpCounters.SEGMENTS_IN);
        tcb.tally.segmentsIn++;
        context.counters().count(TcpCounters.PASSIVE_OPENS);
        return new TcpConnection(tcb);
    }

    /// As the other, without fast open.
    public static TcpConnection accept(
            long nowNanos,
            TcpConfig config,
            FourTuple tuple,
            int mtu,
            int iss,
            int timestampOffset,
            Segment syn,
            TcpContext context) {
        return accept(nowNanos, config, tuple, mtu, iss, timestampOffset, syn, context, null);
    }

    /// SEGMENT ARRIVES (RFC 9293 §3.10.7), for a segment whose four-tuple is this connection's.
    public void onSegment(long nowNanos, Segment segment) {
        if (onSegmentAtRest(nowNanos, segment)) {
            return;
        }
        var tcb = awake();
        tcb.context.counters().count(TcpCounters.SEGMENTS_IN);
        tcb.tally.segmentsIn++;
        switch (tcb.state) {
            case CLOSED, LISTEN -> {
                // Over: the stack answers for connections that do not exist.
            }
            case SYN_SENT -> SynSentArrives.process(tcb, nowNanos, segment);
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT ->
                SegmentArrives.process(tcb, nowNanos, segment);
        }
    }

    /// An ICMP error about a segment of ours with sequence number `seq` (RFC 9293 §3.9.2.2). Hard errors end a
    /// handshake of ours, see [TcpConfig#openEndedBy]; on an open connection, and for soft errors, they are only
    /// remembered (RFC 5927 §5.2), and the user is told.
    ///
    /// @return whether it was about something in flight; otherwise it was ignored
    public boolean onUnreachable(long nowNanos, CloseCause.IcmpReason reason, int seq) {
        return awake != null && IcmpArrives.unreachable(awake, nowNanos, reason, seq);
    }

    /// A router says that it could not pass on a packet of ours, with sequence number `seq`, because the next
    /// link carries `mtu` octets only (RFC 1191, RFC 8201). When that is believed, what was too large is sent
    /// again in smaller segments, which is no sign of congestion.
    ///
    /// @return whether it was about something in flight and can be true; otherwise it was ignored
    public boolean onPacketTooBig(long nowNanos, int mtu, int seq) {
        return awake != null && PathMtu.tooBig(awake, nowNanos, mtu, seq);
    }

    /// The path is known to carry `mtu` octets only, until `untilNanos`: other connections have found out.
    public void pathMtuKnown(int mtu, long untilNanos) {
        PathMtu.known(awake(), mtu, untilNanos);
    }

    /// Writes the next segment that is due, if any.
    ///
    /// @return whether one was written
    public boolean poll(long nowNanos, Frame out) {
        int done = pollAtRest(nowNanos, out);
        return done == WAKES ? Output.poll(awake(), nowNanos, out) : done == WRITTEN;
    }

    /// When [#poll] has something to do next if nothing else happens; [Deadlines#NONE] if never.
    public long nextDeadline() {
        return alone() ? keepAliveAtNanos() : seen().timers.next();
    }

    /// The ring that the user's data is put into; null while no memory was asked for. Free are as many octets from
    /// position `bytesWritten()` as [#reserveSend] has said.
    public @Nullable ByteRing sendRing() {
        return seen().snd.ring;
    }

    /// Sees to it that there is memory for what the user writes next: `octets`, at most `sendRoom()`. It stays there
    /// until it is written to, or taken back by [#retractSend].
    ///
    /// @return for how many octets there is, at least for as many as after the last call and not yet written; fewer
    ///     than `octets` when the memory budget is spent
    public int reserveSend(long nowNanos, int octets) {
        var tcb = awake();
        var snd = tcb.snd;
        int wanted = Math.min(octets, sendRoom());
        if (wanted > snd.ahead) {
            var ring = snd.ring;
            if (ring == null) {
                ring = tcb.context.buffers().takeRing(true);
                snd.ring = ring;
            }
            snd.ahead = Math.max(snd.ahead, ring.reserve(tcb.context.buffers(), snd.written, wanted));
            tcb.trimSendRing();
            Rest.disturb(tcb, nowNanos);
        }
        return snd.ahead;
    }

    /// Nobody is going to write to the memory that [#reserveSend] has promised: what it has is given back.
    public void retractSend() {
        if (awake != null) {
            awake.snd.ahead = 0;
            awake.trimSendRing();
        }
    }

    /// Whether nothing was sent or received for a while. Who keeps memory with [#reserveSend] is asked to give it back;
    /// who has not said yet what was read, to say so.
    public boolean resting() {
        return seen().resting;
    }

    /// Octets that can be written now; 0 when no more may be written ever.
    public int sendRoom() {
        return seen().sendRoom();
    }

    /// The user put `count` octets into the send ring, at most `sendRoom()`.
    public void written(long nowNanos, int count) {
        var tcb = awake();
        Invariant.check(count >= 0 && count <= sendRoom(), "more written than there was room");
        tcb.snd.written += count;
        tcb.snd.ahead = Math.max(0, tcb.snd.ahead - count);
        tcb.moreComes = false;
        tcb.unpushed = false;
    }

    /// Everything written up to the stream position `end`, at most `bytesWritten()`, is urgent (RFC 9293 §3.8.5):
    /// to be said before the last of it was sent. It does not overtake what was written before; the pointer does.
    public void urgent(long nowNanos, long end) {
        var tcb = awake();
        Invariant.check(end <= tcb.snd.written, "urgent beyond what was written");
        tcb.snd.urgentEnd = Math.max(tcb.snd.urgentEnd, end);
    }

    /// A record ends behind what was written last: no segment has octets from before and behind it, see [RecordEnds].
    public void endRecord(long nowNanos) {
        awake().snd.endRecord();
    }

    /// The user will write more at once: what was just written is not pushed, and what of it does not fill a
    /// segment waits for the next write, an acknowledgement, or one retransmission timeout.
    public void moreComes(long nowNanos) {
        var tcb = awake();
        tcb.moreComes = true;
        tcb.unpushed = true;
    }

    /// The ring that holds received data; null while there is nothing to read. Readable are `available()` octets
    /// from position `bytesRead()`.
    public @Nullable ByteRing receiveRing() {
        return seen().rcv.ring;
    }

    /// Octets that can be read now, in order.
    public int available() {
        return seen().rcv.available();
    }

    /// The user took `count` octets, at most `available()`: the window may open.
    public void consumed(long nowNanos, int count) {
        var tcb = awake();
        Invariant.check(count >= 0 && count <= available(), "more consumed than there was");
        tcb.rcv.read += count;
        tcb.trimReceiveRing();
        ReceiveGrowth.consumed(tcb, nowNanos);
        ReceiveWindow.consumed(tcb);
    }

    /// CLOSE (RFC 9293 §3.10.4): a FIN follows the data written so far. Receiving goes on. Again: no effect.
    /// Before the handshake is complete it is remembered.
    public void closeSend(long nowNanos) {
        var tcb = awake();
        if (tcb.snd.finQueued || tcb.state == TcpState.CLOSED) {
            return;
        }
        tcb.snd.finQueued = true;
        RetransmitTimer.left(tcb, nowNanos);
        if (tcb.state == TcpState.ESTABLISHED || tcb.state == TcpState.CLOSE_WAIT) {
            tcb.transition(TcpEvent.USER_CLOSES);
        }
        RetransmitTimer.windowChanged(tcb, nowNanos, tcb.snd.sndWnd);
    }

    /// The user will not read any more. Data that arrives from now on, or lies unread, resets the connection
    /// (RFC 9293 §3.6.1); with everything read and both sides closed, FIN-WAIT-2 is given `finWait2Nanos`.
    public void closeReceive(long nowNanos) {
        var tcb = awake();
        if (tcb.rcv.closed || tcb.state == TcpState.CLOSED) {
            return;
        }
        tcb.rcv.closed = true;
        if (available() > 0 && tcb.state != TcpState.TIME_WAIT) {
            tcb.abort(CloseCause.AbortReason.UNREAD_DATA);
        } else {
            tcb.receiveClosed(nowNanos);
        }
    }

    /// ABORT (RFC 9293 §3.10.5): a RST is due where the peer knows of the connection; the state is CLOSED then.
    public void abort(long nowNanos, CloseCause.AbortReason reason) {
        awake().abort(reason);
    }

    /// The user's time to linger is over: as [#abort], with cause [CloseCause.Timeout#LINGER].
    public void lingerOver(long nowNanos) {
        awake().lingerOver();
    }

    /// Nagle off (true) or on. While it is off, what was written before goes at once, even when corked.
    public void noDelay(long nowNanos, boolean on) {
        Cork.noDelay(awake(), on);
    }

    /// Corked (true), text that fills no segment waits for more: for one timeout with nothing outstanding, or the FIN.
    public void cork(long nowNanos, boolean on) {
        Cork.set(awake(), on);
    }

    /// The first `end` octets of all that is written wait for no cork, whatever is said of corks later.
    public void release(long nowNanos, long end) {
        Cork.release(awake(), end);
    }

    /// Acknowledges at once (true), as often as the settings have it, although this side answers; or with data (false).
    public void ackQuickly(boolean on) {
        awake().ackQuickly(on);
    }

    /// Changes settings of an open connection, but for what was agreed at its birth, as MSS and scales.
    public void configure(long nowNanos, TcpConfig config) {
        Settings.change(awake(), nowNanos, config);
    }

    public FourTuple tuple() {
        return tuple;
    }

    public TcpState state() {
        return alone() ? TcpState.ESTABLISHED : seen().state;
    }

    /// SND.UNA: beyond everything that the peer has acknowledged.
    public int sndUna() {
        return alone() ? sndNxtAtRest() : seen().snd.sndUna;
    }

    /// SND.NXT: beyond everything that was ever sent.
    public int sndNxt() {
        return seen().snd.sndMax;
    }

    /// RCV.NXT.
    public int rcvNxt() {
        return seen().rcv.rcvNxt;
    }

    /// The newest timestamp of the peer (TS.Recent), when timestamps are in use.
    public int tsRecent() {
        return seen().rcv.tsRecent;
    }

    /// This connection's timestamp clock.
    public int timestamp(long nowNanos) {
        return seen().timestamp(nowNanos);
    }

    /// Whether both sides agreed on timestamps.
    public boolean timestamps() {
        return seen().rcv.timestamps;
    }

    /// Whether both sides agreed on selective acknowledgements.
    public boolean selectiveAcks() {
        return seen().rcv.selectiveAcks;
    }

    /// Whether both sides agreed on explicit congestion notification.
    public boolean ecn() {
        return Ecn.used(seen());
    }

    /// Whether the peer's SYN opened the connection fast (RFC 7413): it can be used before the handshake is complete.
    public boolean opensFast() {
        return seen().opensFast();
    }

    /// Whether text was accepted with the SYN: all that ours carried, or some of the peer's.
    public boolean synTextTaken() {
        return seen().fastOpen != null && seen().fastOpen.textTaken();
    }

    /// The most text that our SYN takes along, in octets, if it is written before the SYN is.
    public int synTextMost() {
        return seen().fastOpen == null ? 0 : seen().fastOpen.textMost(seen());
    }

    /// Whether this side opened actively.
    public boolean active() {
        return seen().active;
    }

    /// How the connection ended for its user; null while it goes on. Set with the event ENDED, in TIME-WAIT already.
    public @Nullable CloseCause cause() {
        return seen().cause;
    }

    /// Whether the peer's FIN has arrived and all data before it: after `available()` octets there is no more.
    public boolean receiveFinished() {
        return seen().rcv.finReached;
    }

    /// Octets written by the user.
    public long bytesWritten() {
        return seen().snd.written;
    }

    /// Octets of those that the peer has acknowledged.
    public long bytesAcknowledged() {
        return seen().snd.acked;
    }

    /// Octets received in order.
    public long bytesReceived() {
        return seen().rcv.received;
    }

    /// Octets that the user has taken.
    public long bytesRead() {
        return seen().rcv.read;
    }

    /// RCV.UP: where urgent data ends in the received stream, which need not have arrived so far; 0: none ever.
    public long urgentEnd() {
        return seen().rcv.urgentEnd;
    }

    /// Whether our FIN was acknowledged.
    public boolean finAcked() {
        return seen().snd.finAcked;
    }

    /// Whether the oldest segment was retransmitted up to R1 in vain (RFC 9293 §3.8.3): the peer may be gone.
    public boolean inDoubt() {
        return seen().inDoubt;
    }

    /// Smoothed round-trip time in nanoseconds, or -1 before the first measurement.
    public long srttNanos() {
        return seen().rtt.srttNanos();
    }

    /// The retransmission timeout in nanoseconds, back-off included.
    public long rtoNanos() {
        return seen().rtt.rtoNanos(seen().config);
    }

    /// Congestion window in octets.
    public int cwnd() {
        return seen().congestion.cwnd();
    }

    /// Slow start threshold in octets.
    public int ssthresh() {
        return seen().congestion.ssthresh();
    }

    /// Whether a loss is being repaired by fast recovery (RFC 6675, RFC 6582).
    public boolean inRecovery() {
        return seen().loss.fast();
    }

    /// How much the round-trip time varies, in nanoseconds.
    public long rttVarNanos() {
        return seen().rtt.rttVarNanos();
    }

    /// How long data may stay unacknowledged: what the user or the peer has said (RFC 5482), or R2.
    public long userTimeoutNanos() {
        return UserTimeout.nanos(seen());
    }

    /// Retransmission timeouts in a row without an acknowledgement.
    public int timeouts() {
        return seen().rtt.timeouts();
    }

    /// How often the RTO was doubled since the last measurement.
    public int backOff() {
        return seen().rtt.backOffs();
    }

    /// Window probes sent since the peer's window closed.
    public int probes() {
        return seen().timers.isSet(Timer.PERSIST) ? seen().probes : 0;
    }

    /// What the last ICMP error said that did not end the connection; null: none since the peer acknowledged anything.
    public CloseCause.@Nullable IcmpReason softError() {
        return seen().softError;
    }

    /// The user was told of the soft error and wants to hear no more of it, not even when the connection ends.
    public void forgetSoftError() {
        seen().softError(null);
    }

    /// How far the peer's window field is shifted; 0 without scaling.
    public int sndWndShift() {
        return seen().snd.sndWndShift;
    }

    /// How far our window field is shifted; 0 without scaling.
    public int rcvWndShift() {
        return seen().rcv.rcvWndShift;
    }

    /// The MSS that this side offers.
    public int mssOffered() {
        return seen().mssOffered;
    }

    /// The most that the receive buffer is promised to hold at this moment, in octets.
    public int receiveCapacity() {
        return seen().receiveCapacity();
    }

    /// Octets sent and not acknowledged, SYN and FIN counted.
    public int flightSize() {
        return seen().snd.flightSize();
    }

    /// The peer's window in octets.
    public int sndWnd() {
        return seen().snd.sndWnd;
    }

    /// The window that the peer was promised, in octets.
    public int rcvWnd() {
        return seen().rcv.rcvWnd();
    }

    /// The most text that one segment carries.
    public int sndMss() {
        return seen().payloadMax();
    }

    /// Everything that can be known about the connection at this moment: a fresh object.
    public TcpInfo info(long nowNanos) {
        return TcpInfo.of(seen(), nowNanos);
    }

    /// The largest packet that is sent: what the link carries, or the path as far as is known.
    public int pathMtu() {
        return seen().pathMtu;
    }

    /// Until when [#pathMtu] holds where it is less than the link's.
    public long pathMtuUntilNanos() {
        return seen().pathMtuUntilNanos;
    }

    /// The bits of [TcpEvents] since the last call, cleared.
    public int takeEvents() {
        if (awake == null) {
            return 0;
        }
        int events = awake.events;
        awake.events = 0;
        return events;
    }

    /// Nothing is to be written before [#nextDeadline], and [#takeEvents] was heard: a connection that is [#resting]
    /// packs what it knows into few octets, until anything happens to it. What getters say stays the same.
    public void rest() {
        var tcb = awake;
        if (tcb != null && tcb.resting && PackedTcb.packable(tcb)) {
            pack(tcb);
            context.counters().count(TcpCounters.RESTS);
        }
    }

    /// Gives buffers back. To be called when the user has read what there is or has closed for good, in a state
    /// that needs them no more: CLOSED, TIME-WAIT, or FIN-WAIT-2 after [#closeReceive]. Again: no effect.
    public void release() {
        var tcb = seen();
        boolean receivesNothing = tcb.state == TcpState.FIN_WAIT_2 && tcb.rcv.closed;
        Invariant.check(
                tcb.state == TcpState.CLOSED || tcb.state == TcpState.TIME_WAIT || receivesNothing,
                "released while the buffers were in use");
        tcb.releaseRings();
    }
}
