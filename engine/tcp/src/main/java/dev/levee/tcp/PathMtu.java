package dev.levee.tcp;

import dev.levee.wire.Seq;

/// The largest packet that the path to the peer carries, as far as is known (RFC 1191, RFC 8201). It begins with
/// the link's MTU, or what the stack remembers of other connections; routers say when it is less; after a while
/// it is tried whether it is more.
///
/// What a router says may be forged, so that it must name a segment in flight, and a size that would contradict
/// what the peer has acknowledged is believed only when a segment was lost as well (RFC 5927 §7.3).
///
/// Where routers say nothing and large segments vanish, timeouts tell (RFC 4821 §7.7's black holes, by the
/// simplest means).
///
/// Threads: shard.
final class PathMtu {
    /// RFC 791: every link carries so much.
    private static final int V4_LOWEST = 68;
    /// RFC 8200 §5: the same of IPv6; RFC 8201 §4: a message that says less is discarded.
    private static final int V6_LOWEST = 1280;
    /// What a path that swallows large packets is tried with, in this order.
    private static final int FIRST_GUESS = 1280;
    private static final int SECOND_GUESS = 576;

    private PathMtu() {}

    /// A router says that a packet was too large.
    ///
    /// @param mtu what the next link carries, in octets
    /// @param seq of the segment in that packet
    /// @return whether it named a segment in flight and can be true; what follows from it may have to wait
    static boolean tooBig(Tcb tcb, long nowNanos, int mtu, int seq) {
        var snd = tcb.snd;
        boolean possible = Seq.inWindow(seq, snd.sndUna, snd.flightSize()) && mtu >= (tcb.v4() ? V4_LOWEST : V6_LOWEST);
        int claimed = Math.max(mtu, floor(tcb));
        // RFC 8201 §4: "A node must not increase its estimate of the Path MTU in response to the contents of a
        // Packet Too Big message."
        if (!possible || !tcb.config.pathMtuDiscovery() || claimed >= tcb.pathMtu) {
            return false;
        }
        if (claimed < tcb.mtuAcked && tcb.config.pathMtuNeedsLoss()) {
            tcb.mtuClaimed = claimed;
            tcb.mtuClaimedSeq = seq;
            return true;
        }
        believe(tcb, nowNanos, claimed);
        return true;
    }

    private static int floor(Tcb tcb) {
        return tcb.v4() ? tcb.config.pathMtuMin() : V6_LOWEST;
    }

    /// Other connections have found out.
    static void known(Tcb tcb, int mtu, long untilNanos) {
        if (tcb.config.pathMtuDiscovery() && mtu < tcb.pathMtu) {
            set(tcb, Math.max(mtu, floor(tcb)), untilNanos);
        }
    }

    /// The MSS of our SYN.
    static int mssOffered(Tcb tcb) {
        boolean less = tcb.config.mssFollowsPath() && tcb.pathMtu < tcb.linkMtu;
        return less ? Math.min(tcb.mssOffered, tcb.segmentOf(tcb.pathMtu)) : tcb.mssOffered;
    }

    private static void believe(Tcb tcb, long nowNanos, int mtu) {
        adopt(tcb, nowNanos, mtu);
        tcb.events |= TcpEvents.PATH_MTU;
        tcb.context.counters().count(TcpCounters.PATH_MTU_REDUCTIONS);
    }

    private static void adopt(Tcb tcb, long nowNanos, int mtu) {
        tcb.mtuClaimed = 0;
        tcb.mtuAcked = Math.min(tcb.mtuAcked, mtu);
        set(tcb, mtu, nowNanos + tcb.config.pathMtuNanos());
        LossRecovery.tooLarge(tcb);
        if (tcb.fastOpen != null) {
            tcb.fastOpen.tooLarge(tcb);
        }
    }

    private static void set(Tcb tcb, int mtu, long untilNanos) {
        int before = tcb.payloadMax();
        tcb.pathMtu = mtu;
        tcb.pathMtuUntilNanos = untilNanos;
        if (tcb.payloadMax() != before) {
            tcb.congestion.segmentSize(tcb.payloadMax());
        }
    }

    /// A segment that was sent once has arrived.
    static void delivered(Tcb tcb, int octets) {
        int packet = octets + tcb.headerBytes();
        if (packet > tcb.mtuAcked) {
            tcb.mtuAcked = packet;
        }
    }

    /// Everything before `ack` has arrived. RFC 5927 §7.3: if the segment that a router named is among it, what it
    /// said does not hold.
    static void acknowledged(Tcb tcb, int ack) {
        if (tcb.mtuClaimed != 0 && Seq.gt(ack, tcb.mtuClaimedSeq)) {
            tcb.mtuClaimed = 0;
        }
    }

    /// Nothing was acknowledged for a retransmission timeout.
    static void timeout(Tcb tcb, long nowNanos) {
        if (tcb.mtuClaimed != 0) {
            believe(tcb, nowNanos, tcb.mtuClaimed);
            return;
        }
        var sent = tcb.sent();
        int patience = tcb.config.blackHoleTimeouts();
        if (patience == 0 || tcb.rtt.timeouts() + 1 < patience || sent.isEmpty()) {
            return;
        }
        int packet = Math.min(sent.length(sent.first()), tcb.payloadMax()) + tcb.headerBytes();
        int guess = Math.max(packet > FIRST_GUESS ? FIRST_GUESS : SECOND_GUESS, floor(tcb));
        if (packet > guess) {
            tcb.context.counters().count(TcpCounters.BLACK_HOLES_GUESSED);
            adopt(tcb, nowNanos, guess);
        }
    }

    /// RFC 1191 §6.3, RFC 8201 §4: after a while it is tried whether the path carries more again.
    static void age(Tcb tcb, long nowNanos) {
        if (tcb.pathMtu < tcb.linkMtu && nowNanos - tcb.pathMtuUntilNanos >= 0) {
            set(tcb, tcb.linkMtu, nowNanos);
        }
    }
}
