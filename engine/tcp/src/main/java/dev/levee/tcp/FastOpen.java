package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import org.jspecify.annotations.Nullable;

/// What one connection has to do with fast open (RFC 7413): what goes with its SYN or SYN-ACK, and what became
/// of the text there. A connection that has nothing to do with it has none, and pays a test for null.
///
/// Threads: shard.
public final class FastOpen {
    private static final int NO_COOKIE = -1;
    private static final int COOKIE_OCTETS_MIN = 4;
    private static final int COOKIE_OCTETS_MAX = 16;
    /// RFC 7413 §4.2.1 has the text limited to the "MSS minus any TCP options": here all that there may be, so
    /// that those who add options on the way find room.
    private static final int OPTION_OCTETS_MAX = 40;
    /// Timeouts in a row after which something on the way is taken to swallow what it does not know.
    private static final int BLACK_HOLE_TIMEOUTS = 3;

    /// The cookie that goes with the next SYN or SYN-ACK.
    private long cookieHigh;
    private long cookieLow;
    private int cookieLength = NO_COOKIE;
    private boolean experimental;

    /// The SYN's text was accepted: this side may send before the handshake is complete.
    private boolean passive;
    /// Our SYN had the option, so that a cookie in the answer is for us.
    private boolean asked;
    /// The most text that our SYN may carry, and what it carried.
    private int textMost;
    private int textSent;
    private boolean textTaken;
    /// Our timestamp in the first SYN.
    private int synTsVal;

    private FastOpen() {}

    /// Whether a cookie may have so many octets (RFC 7413 §4.1.1).
    public static boolean isCookie(int octets) {
        return octets >= COOKIE_OCTETS_MIN && octets <= COOKIE_OCTETS_MAX && octets % 2 == 0;
    }

    /// A passive open that accepts what its SYN brings.
    public static FastOpen accepting() {
        var fast = new FastOpen();
        fast.passive = true;
        return fast;
    }

    /// An ordinary passive open.
    public static FastOpen declining() {
        return new FastOpen();
    }

    /// The SYN-ACK brings a cookie of eight octets, the first of them the most significant.
    public FastOpen withCookie(long cookie, boolean asExperiment) {
        cookieHigh = cookie;
        cookieLength = Long.BYTES;
        experimental = asExperiment;
        return this;
    }

    /// What an active open does; null when it has nothing to do with fast open.
    static @Nullable FastOpen opening(Tcb tcb, long nowNanos) {
        var cookies = tcb.context.fastOpenCookies();
        var use = tcb.config.fastOpen();
        if (use == FastOpenUse.OFF || cookies.paused(nowNanos)) {
            return null;
        }
        var fast = new FastOpen();
        int entry = cookies.find(tcb.tuple.localAddress(), tcb.tuple.remoteAddress());
        int mss = cookies.mss(entry) == 0 ? tcb.mssOffered : Math.min(cookies.mss(entry), tcb.mssOffered);
        int room = Math.max(0, mss - OPTION_OCTETS_MAX);
        if (use == FastOpenUse.WITHOUT_COOKIE) {
            fast.textMost = room;
            return fast;
        }
        fast.cookieLength = cookies.cookieLength(entry);
        fast.cookieHigh = cookies.cookieHigh(entry);
        fast.cookieLow = cookies.cookieLow(entry);
        fast.experimental = cookies.experimental(entry);
        fast.textMost = fast.cookieLength > 0 ? room : 0;
        return fast;
    }

    /// Takes the text of the SYN that begins a passive open, if it is to.
    void synArrives(Tcb tcb, long nowNanos, Segment syn) {
        if (!passive) {
            return;
        }
        var rcv = tcb.rcv;
        rcv.rcvAdv = rcv.rcvNxt + ReceiveWindow.first(tcb);
        if (syn.payloadLength() > 0) {
            TextArrives.processText(tcb, nowNanos, syn);
            textTaken = rcv.received > 0;
            // Without memory for the text it comes again, after an ordinary handshake.
            passive = textTaken;
        }
    }

    /// Whether this side may send, and be used, before its SYN-ACK is acknowledged.
    boolean passive() {
        return passive;
    }

    /// The option of our SYN or SYN-ACK, and the text of a SYN. RFC 7413 §4.2.1: a SYN sent again is an ordinary
    /// one, in case something on the way does not let the other kind through.
    ///
    /// @return octets of text that the SYN takes along
    int onSyn(Tcb tcb, long nowNanos, SegmentWriter writer, boolean reply) {
        if (tcb.active && (reply || tcb.snd.outstanding())) {
            return 0;
        }
        if (cookieLength != NO_COOKIE) {
            writer.fastOpen(cookieHigh, cookieLow, cookieLength, experimental);
            asked = !reply;
        }
        if (reply) {
            return 0;
        }
        synTsVal = tcb.timestamp(nowNanos);
        textSent = Math.min(textMost(tcb), tcb.snd.unsent());
        return textSent;
    }

    /// A SYN-ACK that echoes a timestamp which no SYN of this connection had is an old one.
    boolean tooOld(Tcb tcb, long nowNanos, Segment answer) {
        return tcb.rcv.timestamps
                && answer.hasTimestamps()
                && answer.tsEcr() != 0
                && !(Seq.le(synTsVal, answer.tsEcr()) && Seq.le(answer.tsEcr(), tcb.timestamp(nowNanos)));
    }

    /// An acceptable ACK answers our SYN: text of it that was not taken was never sent, so that it goes out at
    /// once (RFC 7413 §4.2.2). What the peer said is remembered for the next connection.
    void synAnswered(Tcb tcb, Segment answer) {
        var snd = tcb.snd;
        boolean all = answer.ack() == snd.iss + 1 + textSent;
        textTaken = textSent > 0 && all;
        snd.sndMax = answer.ack();
        if (textTaken) {
            tcb.context.fastOpenCookies().succeeded();
        }
        remember(tcb, answer);
    }

    private void remember(Tcb tcb, Segment answer) {
        int length = answer.fastOpenLength();
        boolean wanted = asked && answer.syn();
        boolean cookie = wanted && isCookie(length);
        boolean refused = wanted && length < 0 && textSent == 0 && !tcb.synRetransmitted;
        var cookies = tcb.context.fastOpenCookies();
        int entry = cookies.findOrAdd(tcb.tuple.localAddress(), tcb.tuple.remoteAddress());
        cookies.mss(entry, answer.mss());
        if (cookie) {
            cookies.cookie(entry, answer.fastOpenHigh(), answer.fastOpenLow(), length, answer.fastOpenExperimental());
        } else if (refused) {
            cookies.refused(entry, experimental);
        }
    }

    /// A timeout, the last one before giving up or not. Boxes on the way may swallow what they do not know,
    /// also after the handshake: then all fast opens of this host pause.
    void timeout(Tcb tcb, long nowNanos, boolean last) {
        int timeouts = tcb.rtt.timeouts();
        boolean used = (asked || textSent > 0) && tcb.snd.acked <= textSent;
        if (used && (timeouts == BLACK_HOLE_TIMEOUTS || (last && timeouts < BLACK_HOLE_TIMEOUTS))) {
            tcb.context.fastOpenCookies().failed(nowNanos);
        }
    }

    /// Octets of the SYN's text that are to be sent again now: in one piece, as they were.
    int textAgain(SendSpace snd) {
        return snd.acked >= textSent ? 0 : Math.max(0, Seq.distance(snd.sndMax, snd.iss + 1 + textSent));
    }

    /// Segments under way whose text was in the SYN first. Those that were lost once more, and sent a third time, are
    /// not among them: the scoreboard counts those.
    int underWayAgain(Tcb tcb) {
        if (tcb.snd.acked >= textSent) {
            // Sequence numbers come again.
            return 0;
        }
        var sent = tcb.sent();
        int end = tcb.snd.iss + 1 + textSent;
        int count = 0;
        for (int i = sent.first(); i != sent.end() && Seq.lt(sent.startSeq(i), end); i++) {
            count += sent.sacked(i) || sent.lost(i) || sent.retransmitted(i) ? 0 : 1;
        }
        return count;
    }

    /// The most text that the SYN takes along, as far as the path is known.
    int textMost(Tcb tcb) {
        return Math.clamp(tcb.segmentOf(tcb.pathMtu) - OPTION_OCTETS_MAX, 0, textMost);
    }

    /// A router says that the SYN was too large: it goes again at once, without its text.
    void tooLarge(Tcb tcb) {
        if (tcb.state == TcpState.SYN_SENT && textSent > 0) {
            tcb.rttTimed = false;
            tcb.pending |= Tcb.SYN_DUE;
        }
    }

    /// Whether all text of our SYN, or text of the peer's, was accepted with it.
    boolean textTaken() {
        return textTaken;
    }
}
