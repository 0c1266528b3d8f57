package dev.levee.tcp;

import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.Segment;
import org.jspecify.annotations.Nullable;

/// The transmission control block: everything that one connection remembers (RFC 9293 §3.3.1). The procedures
/// that work on it are stateless classes, one per section of the RFC.
///
/// Threads: shard.
final class Tcb {
    /// A SYN, or in SYN-RECEIVED a SYN-ACK, is due.
    static final int SYN_DUE = 0x01;
    /// An ACK is due now.
    static final int ACK_DUE = 0x02;
    /// The first lost segment is to be sent again, whatever the congestion window.
    static final int RETRANSMIT_DUE = 0x04;
    /// A window probe is due.
    static final int PROBE_DUE = 0x08;
    /// What the window allows is to be sent, however small.
    static final int SMALL_DUE = 0x10;
    /// The connection is over: a RST is due.
    static final int RST_DUE = 0x20;
    /// A RST with sequence number `rstReplySeq` is due; the connection goes on.
    static final int RST_REPLY_DUE = 0x40;
    /// The tail of the flight is to be probed for.
    static final int TAIL_PROBE_DUE = 0x80;
    /// The peer is to be asked whether it is still there.
    static final int KEEP_ALIVE_DUE = 0x100;

    private static final SentSegments NOTHING_SENT = new SentSegments();
    private static final int TIMESTAMPS_BYTES = 12;
    static final long TIMESTAMP_TICK_NANOS = 1_000_000L;

    TcpConfig config;
    FourTuple tuple;
    final TcpContext context;
    boolean active;
    final SendSpace snd = new SendSpace();
    final ReceiveSpace rcv = new ReceiveSpace();
    final RttEstimator rtt;
    final TimerTable timers = new TimerTable();
    CongestionControl congestion;
    final RecoveryState loss = new RecoveryState();
    final DeliveryRate rate = new DeliveryRate();
    final SendTimes sendTimes = new SendTimes();
    final Tally tally = new Tally();
    private @Nullable SentSegments sent;
    /// Null while the receive buffer has no reason to grow.
    @Nullable
    ReceiveGrowth growth;

    TcpState state = TcpState.CLOSED;
    /// Null when the connection has nothing to do with it.
    @Nullable
    FastOpen fastOpen;

    boolean noDelay;
    /// The user will write more: only full segments are worth sending.
    boolean corked;

    int pending;
    int events;
    int rstReplySeq;
    /// What [Ecn] has to remember, and where what was sent before the last reduction ends.
    int ecn;
    int ecnReducedTo;

    @Nullable
    CloseCause cause;

    /// What the network said since the peer acknowledged anything.
    CloseCause.@Nullable IcmpReason softError;

    /// Largest segment that the link carries, TCP options included.
    int mssOffered;
    int timestampOffset;

    int linkMtu;
    /// The largest packet that the path carries, as far as is known, and until when that is believed.
    int pathMtu;
    long pathMtuUntilNanos;
    /// The largest packet that has arrived, and what a router said against that; 0 for nothing.
    int mtuAcked;
    int mtuClaimed;
    int mtuClaimedSeq;

    /// Since when the peer has not acknowledged anything of what is outstanding. With a closed window: since the first
    /// probe that it has not answered, or since its last ACK when there is none.
    long progressNanos;
    long lastSendNanos;
    /// Window probes sent since the window closed last.
    int probes;
    final Refusal refusal = new Refusal();

    /// What the peer says of its user timeout; 0: nothing. And whether it is to hear of ours.
    int peerUserTimeoutSeconds;
    boolean userTimeoutDue;

    /// When an acceptable segment arrived last, and keep-alive probes sent since.
    long heardNanos;
    int keepAliveProbes;

    boolean synRetransmitted;
    /// Both sides have offered to scale their windows.
    boolean windowScaling;
    /// R1 was reached and nothing was acknowledged since.
    boolean inDoubt;
    boolean rttTimed;
    /// Something was retransmitted and nothing acknowledged since that was sent once; and our timestamp then.
    boolean retransmitted;
    int retransmitTsVal;
    int rttSeq;
    long rttStartNanos;
    /// Octets received in order since the last ACK sent.
    int unackedBytes;
    /// The user has said that more follows at once what was written last: it waits for that, or for an
    /// acknowledgement.
    boolean moreComes;
    /// See [Cork#release].
    long releasedEnd;
    /// What was written last was not to be pushed.
    boolean unpushed;
    /// Of the segments that went out last one after another, see [Push]: how many they are in this group,
    /// whether the last of them began it, and where they end.
    int groupSegments;
    boolean groupBegins;
    int groupEndSeq;
    /// ACKs that go out at once before they are delayed.
    int quickAcks;
    /// Text was received, and when last.
    boolean textSeen;
    long lastTextNanos;
    /// This side answers what it receives with data, which can carry the ACKs.
    private boolean interactive;
    /// The largest segment seen: what "full-sized" means for delayed ACKs.
    int rcvMss = 1;

    /// Nothing was sent or received for a while, see [Rest]; and since when.
    boolean resting;
    long disturbedNanos;

    final Challenges challenges = new Challenges();

    Tcb(TcpConfig config, FourTuple tuple, boolean active, int mtu, int iss, int timestampOffset, TcpContext context) {
        this.config = config;
        this.tuple = tuple;
        this.active = active;
        this.context = context;
        this.timestampOffset = timestampOffset;
        this.noDelay = config.noDelay();
        this.rtt = new RttEstimator(config.rtoInitialNanos());
        this.linkMtu = mtu;
        this.pathMtu = mtu;
        this.mssOffered = Offer.mss(config, mtu, v4());
        snd.iss = iss;
        snd.smallEnd = iss;
        snd.sndUna = iss;
        snd.sndMax = iss;
        snd.sndMss = Offer.sendMss(config, mssOffered, 0, v4());
        congestion = config.congestion().create(snd.sndMss, config);
        rcv.limit = Offer.windowLimit(config);
        rcv.offer = Offer.firstPromise(config, rcv.limit);
        rcv.rcvWndShift = Offer.windowShift(config);
        rcv.timestamps = config.timestamps();
        quickAcks = config.quickAcks();
    }

    /// One that is going to be what was packed.
    Tcb(TcpConfig config, FourTuple tuple, TcpContext context) {
        this.config = config;
        this.tuple = tuple;
        this.context = context;
        rtt = new RttEstimator(config.rtoInitialNanos());
        congestion = config.congestion().create(1, config);
    }

    /// It is another connection's from now on.
    void reuse(TcpConfig nextConfig, FourTuple nextTuple) {
        config = nextConfig;
        tuple = nextTuple;
        if (congestion.algorithm() != config.congestion()) {
            congestion = config.congestion().create(1, config);
        }
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        interactive = packing.flag(interactive);
        challenges.pack(packing);
        releasedEnd = packing.number(releasedEnd);
    }

    /// The segments in flight; an empty one, not to be added to, when there are none.
    SentSegments sent() {
        return sent == null ? NOTHING_SENT : sent;
    }

    /// The same, to add to.
    SentSegments sentOrNew() {
        if (sent == null) {
            sent = context.takeScoreboard();
        }
        return sent;
    }

    /// Gives the scoreboard back when nothing is in flight, or nothing matters any more.
    void giveScoreboardBack() {
        if (sent != null && (sent.isEmpty() || state == TcpState.CLOSED)) {
            context.giveScoreboard(sent);
            sent = null;
        }
    }

    boolean hasScoreboard() {
        return sent != null;
    }

    /// Gives back the memory of what was acknowledged, and of what nobody is going to write.
    void trimSendRing() {
        var ring = snd.ring;
        if (ring == null) {
            return;
        }
        if (snd.acked == snd.written && snd.ahead == 0) {
            context.buffers().giveRing(ring);
            snd.ring = null;
        } else {
            ring.discardBefore(context.buffers(), snd.acked);
            ring.discardFrom(context.buffers(), snd.written + snd.ahead);
        }
    }

    /// Gives back the memory of what the user has taken.
    void trimReceiveRing() {
        var ring = rcv.ring;
        if (ring == null) {
            return;
        }
        if (rcv.read == rcv.received && rcv.reassembly == null) {
            context.buffers().giveRing(ring);
            rcv.ring = null;
        } else {
            ring.discardBefore(context.buffers(), rcv.read);
        }
    }

    /// Forgets what has arrived beyond RCV.NXT. RFC 2018 §8 lets a receiver do so, also with what it has reported.
    void dropReassembly() {
        var reassembly = rcv.reassembly;
        if (reassembly != null) {
            context.giveReassembly(reassembly);
            rcv.reassembly = null;
        }
        if (rcv.ring != null) {
            rcv.ring.discardFrom(context.buffers(), rcv.received);
        }
        trimReceiveRing();
    }

    /// Gives back all memory.
    void releaseRings() {
        ReceiveGrowth.giveBack(this);
        if (snd.ring != null) {
            context.buffers().giveRing(snd.ring);
            snd.ring = null;
            snd.ahead = 0;
        }
        if (rcv.reassembly != null) {
            context.giveReassembly(rcv.reassembly);
            rcv.reassembly = null;
        }
        if (rcv.ring != null) {
            context.buffers().giveRing(rcv.ring);
            rcv.ring = null;
        }
    }

    boolean v4() {
        return IpAddress.isV4(tuple.localAddress().high(), tuple.localAddress().low());
    }

    /// The initial receive sequence number, the options and the window of the peer's SYN or SYN-ACK.
    void synchronise(long nowNanos, Segment syn) {
        var heard = context.handshake();
        heard.read(syn);
        synchronise(nowNanos, heard);
        Ecn.synchronise(this, syn);
        UserTimeout.arrives(this, nowNanos, syn);
        // The window of a SYN is never scaled (RFC 7323 §2.2).
        snd.sndWnd = syn.window();
        snd.sndWndMax = syn.window();
        snd.sndWl1 = syn.seq();
        snd.sndWl2 = syn.ack();
    }

    /// What is remembered of the peer's SYN.
    void synchronise(long nowNanos, Handshake heard) {
        rcv.irs = heard.irs();
        rcv.rcvNxt = heard.irs() + 1;
        rcv.rcvAdv = rcv.rcvNxt;
        rcv.lastAckSent = rcv.rcvNxt;
        snd.sndMss = Offer.sendMss(config, mssOffered, heard.mss(), v4());
        // RFC 7323 §2.2: scaling is in use only when both sides sent the option.
        windowScaling = heard.windowScale() >= 0 && config.windowScaling();
        if (windowScaling) {
            snd.sndWndShift = heard.windowScale();
        } else {
            rcv.rcvWndShift = 0;
        }
        rcv.timestamps = config.timestamps() && heard.timestamps();
        rcv.selectiveAcks = config.selectiveAcks() && heard.sackPermitted();
        if (rcv.timestamps) {
            rcv.tsRecent = heard.tsVal();
            rcv.tsRecentNanos = nowNanos;
        }
        congestion = config.congestion().create(payloadMax(), config);
        rcv.limit = Offer.windowLimit(config, snd.sndMss);
        rcv.offer = Offer.firstPromise(config, rcv.limit);
    }

    /// The most text that one segment may carry (RFC 9293 §3.7.1, Eff.snd.MSS).
    int payloadMax() {
        int mss = pathMtu == linkMtu ? snd.sndMss : Math.min(snd.sndMss, segmentOf(pathMtu));
        return Math.max(1, mss - (rcv.timestamps ? TIMESTAMPS_BYTES : 0));
    }

    /// The largest segment that a packet holds, TCP options included: below `mssMin` nobody gets us.
    int segmentOf(int mtu) {
        return Math.max(mtu - (v4() ? Offer.V4_HEADERS_BYTES : Offer.V6_HEADERS_BYTES), config.mssMin());
    }

    /// Octets before the text of a segment that carries any.
    int headerBytes() {
        return (v4() ? Offer.V4_HEADERS_BYTES : Offer.V6_HEADERS_BYTES) + (rcv.timestamps ? TIMESTAMPS_BYTES : 0);
    }

    /// This connection's timestamp clock: milliseconds.
    int timestamp(long nowNanos) {
        return timestamp(nowNanos, timestampOffset);
    }

    static int timestamp(long nowNanos, int offset) {
        return (int) (nowNanos / TIMESTAMP_TICK_NANOS) + offset;
    }

    /// The most octets that the receive buffer is promised to hold. A scaled window is rounded up when it must
    /// not shrink, so one unit is held back. Where memory is short, no more than the buffer began with.
    int receiveCapacity() {
        int unit = rcv.rcvWndShift == 0 ? 0 : 1 << rcv.rcvWndShift;
        int capacity = Math.min(Math.min(rcv.limit, rcv.offer), receiveBufferBytes() - unit);
        int first = config.receiveBufferBytes();
        return capacity <= first ? capacity : Math.clamp(context.buffers().growthMost(false), first, capacity);
    }

    /// Octets that the receive buffer has room for by now: also for what was promised when it could be larger.
    int receiveBufferBytes() {
        return Math.max(Math.max(rcv.limit, config.receiveBufferBytes()), rcv.available() + rcv.rcvWnd());
    }

    /// Whether the receive buffer can become larger than it began.
    boolean mayGrow() {
        return config.receiveBufferBytesMax() > config.receiveBufferBytes();
    }

    /// The most that the window field can say.
    int windowFieldMax() {
        return 0xffff << rcv.rcvWndShift;
    }

    /// Text was received in order.
    void received(long nowNanos, int count) {
        // Quick ACKs begin anew when the peer's congestion window may have.
        if (textSeen && nowNanos - lastTextNanos > rtt.rtoNanos(config)) {
            quickAcks = config.quickAcks();
            interactive = false;
        }
        Rest.disturb(this, nowNanos);
        textSeen = true;
        lastTextNanos = nowNanos;
        if (rcv.offer < rcv.limit) {
            rcv.offer = (int) Math.min(rcv.limit, rcv.offer + 2L * count);
        }
    }

    /// New text was sent.
    void answered(long nowNanos) {
        if (textSeen && nowNanos - lastTextNanos < config.delayedAckNanos()) {
            interactive = true;
        }
    }

    /// Octets that the user can write now; 0 when no more may be written ever.
    int sendRoom() {
        if (snd.finQueued || !state.maySend()) {
            return 0;
        }
        int room = Math.max(0, sendCapacity() - (int) undelivered());
        int unsentMost = config.unsentBytesMax();
        int allowed = unsentMost == 0 ? room : Math.clamp(unsentMost - snd.unsent(), 0, room);
        // What was lent stays lent, also when the capacity falls.
        return Math.max(allowed, snd.ahead);
    }

    /// The most octets that may wait to be acknowledged: twice the congestion window, so that it stays full while
    /// something is sent again, as far as settings and memory allow, and never less than the buffer begins with.
    int sendCapacity() {
        int limit = config.sendLimitBytes();
        int first = limit == 0 ? config.sendBufferBytes() : limit;
        int max = config.sendBufferBytesMax();
        if (max <= config.sendBufferBytes()) {
            return first;
        }
        long wanted =
                Math.min(2L * congestion.cwnd(), Math.min(max, context.buffers().growthMost(true)));
        return (int) Math.max(wanted, first);
    }

    /// The user says how ACKs are best sent from now on.
    void ackQuickly(boolean on) {
        interactive = !on;
        if (on && timers.isSet(Timer.DELAYED_ACK)) {
            ackNow();
        }
    }

    /// Whether an ACK that could be delayed is not.
    boolean acksQuickly() {
        return quickAcks > 0 && !interactive;
    }

    /// Whether ABORT and the like have a RST to send: the peer may think that the connection goes on.
    private boolean peerWaits() {
        return switch (state) {
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> true;
            case CLOSING, LAST_ACK -> !snd.finSent() || snd.acked < snd.written;
            case CLOSED, LISTEN, SYN_SENT, TIME_WAIT -> false;
        };
    }

    void transition(TcpEvent event) {
        var next = Transitions.next(state, event);
        if (next == null) {
            throw new IllegalStateException(tuple + ": " + event + " in state " + state);
        }
        state = next;
    }

    long undelivered() {
        return snd.written - snd.acked;
    }

    void softError(CloseCause.@Nullable IcmpReason reason) {
        if (softError != reason) {
            softError = reason;
            events |= TcpEvents.SOFT_ERROR;
        }
    }

    /// The cause of a connection that is given up after waiting in vain.
    CloseCause timedOut(CloseCause.Timeout which) {
        return new CloseCause.TimedOut(which, undelivered(), softError);
    }

    /// The connection is of no more use to its user.
    void end(CloseCause how) {
        if (cause == null) {
            cause = how;
            events |= TcpEvents.ENDED | TcpEvents.READABLE | TcpEvents.WRITABLE;
        }
    }

    /// To CLOSED: nothing more is sent, but a RST when `reset` and the peer may still wait.
    void close(TcpEvent event, CloseCause how, boolean reset) {
        boolean rst = reset && peerWaits();
        transition(event);
        end(how);
        timers.stopAll();
        giveScoreboardBack();
        pending = rst ? RST_DUE : 0;
        if (!rst) {
            events |= TcpEvents.RELEASED;
        }
        context.counters().count(TcpCounters.CLOSED);
    }

    /// ABORT of RFC 9293 §3.10.5, for any reason of our own.
    void abort(CloseCause.AbortReason reason) {
        if (state != TcpState.CLOSED) {
            close(TcpEvent.USER_ABORTS, new CloseCause.Aborted(reason, undelivered()), true);
        }
    }

    void lingerOver() {
        if (state != TcpState.CLOSED) {
            close(TcpEvent.USER_ABORTS, timedOut(CloseCause.Timeout.LINGER), true);
        }
    }

    void begun(long nowNanos) {
        progressNanos = nowNanos;
        silentSince(nowNanos);
        UserTimeout.begin(this);
    }

    private void silentSince(long nowNanos) {
        heardNanos = nowNanos;
        tally.textInNanos = nowNanos;
        tally.textOutNanos = nowNanos;
    }

    void established(long nowNanos) {
        silentSince(nowNanos);
        KeepAlive.start(this);
        events |= TcpEvents.CONNECTED | TcpEvents.WRITABLE;
        context.counters().count(TcpCounters.ESTABLISHED);
        if (snd.finQueued) {
            transition(TcpEvent.USER_CLOSES);
        }
    }

    /// Both FINs were received and acknowledged: 2 MSL remain (RFC 9293 §3.6.1).
    void startTimeWait(long nowNanos) {
        end(new CloseCause.Finished());
        timers.stopAll();
        timers.set(Timer.LINGERING_STATE, Deadlines.after(nowNanos, 2 * config.mslNanos()));
    }

    void receiveClosed(long nowNanos) {
        limitFinWait2(nowNanos);
        RetransmitTimer.left(this, nowNanos);
    }

    /// Whether the user has closed both ways: whatever happens now, nobody is there who could end it.
    boolean left() {
        return rcv.closed && snd.finQueued;
    }

    /// In FIN-WAIT-2 with nobody left to read, the peer's FIN is waited for only so long.
    void limitFinWait2(long nowNanos) {
        if (state == TcpState.FIN_WAIT_2 && rcv.closed) {
            timers.set(Timer.LINGERING_STATE, Deadlines.after(nowNanos, config.finWait2Nanos()));
        }
    }

    /// Whether this side may send before its SYN-ACK is acknowledged.
    boolean opensFast() {
        return fastOpen != null && fastOpen.passive();
    }

    void ackNow() {
        pending |= ACK_DUE;
    }

    /// An ACK that tells the peer where we are, in answer to a segment that makes no sense (RFC 5961).
    void challenge(long nowNanos) {
        if (challenges.take(this, nowNanos)) {
            context.counters().count(TcpCounters.CHALLENGE_ACKS);
            ackNow();
        }
    }

    /// The RST that ends the connection answers a segment: it has the sequence number that the peer expects.
    void resetAnswers(int seq) {
        if ((pending & RST_DUE) != 0) {
            replyReset(seq);
        }
    }

    /// A RST with the given sequence number, the connection goes on.
    void replyReset(int seq) {
        rstReplySeq = seq;
        pending |= RST_REPLY_DUE;
    }
}
