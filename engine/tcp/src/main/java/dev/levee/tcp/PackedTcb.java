package dev.levee.tcp;

/// All that a [Tcb] knows, in few octets: nothing is forgotten, so that a connection which was packed goes on as if it
/// had not been. Packed is only what is at rest: without text, without anything under way.
///
/// Threads: shard.
final class PackedTcb {
    private static final TcpState[] STATES = TcpState.values();
    private static final CloseCause.IcmpReason[] REASONS = CloseCause.IcmpReason.values();
    private static final int NONE = -1;

    private PackedTcb() {}

    /// Whether everything that the connection knows is packed by [#fields]. What is not would be lost.
    static boolean packable(Tcb tcb) {
        tcb.giveScoreboardBack();
        return tcb.state.synchronised()
                && tcb.cause == null
                && tcb.pending == 0
                && tcb.events == 0
                && !tcb.snd.outstanding()
                && !tcb.snd.unacknowledged()
                && tcb.snd.ring == null
                && tcb.snd.recordEnds == null
                && tcb.rcv.ring == null
                && tcb.rcv.reassembly == null
                && !tcb.hasScoreboard();
    }

    /// Packs a control block, or makes it what was packed: all but its settings, its tuple, and what it has to do with
    /// fast open, which are objects that others have, too.
    static void fields(Tcb tcb, Packing packing) {
        tcb.disturbedNanos = packing.baseNanos(tcb.disturbedNanos);
        agreed(tcb, packing);
        tcb.snd.pack(packing);
        sending(tcb, packing);
        tcb.loss.pack(packing);
        tcb.congestion.pack(packing);
        tcb.rate.pack(packing);
        tcb.sendTimes.pack(packing);
        tcb.rcv.pack(packing);
        receiving(tcb, packing);
        tcb.pack(packing);
        tcb.rtt.pack(packing);
        tcb.tally.pack(packing);
        tcb.timers.pack(packing);
    }

    private static void agreed(Tcb tcb, Packing packing) {
        tcb.active = packing.flag(tcb.active);
        tcb.state = STATES[packing.number(tcb.state.ordinal())];
        tcb.mssOffered = packing.number(tcb.mssOffered);
        tcb.timestampOffset = packing.number(tcb.timestampOffset);
        tcb.linkMtu = packing.number(tcb.linkMtu);
        tcb.pathMtu = packing.number(tcb.pathMtu);
        tcb.pathMtuUntilNanos = packing.nanos(tcb.pathMtuUntilNanos);
        tcb.synRetransmitted = packing.flag(tcb.synRetransmitted);
        tcb.windowScaling = packing.flag(tcb.windowScaling);
        tcb.noDelay = packing.flag(tcb.noDelay);
        tcb.corked = packing.flag(tcb.corked);
        tcb.resting = packing.flag(tcb.resting);
        tcb.pending = packing.number(tcb.pending);
        tcb.events = packing.number(tcb.events);
        tcb.ecn = packing.number(tcb.ecn);
        tcb.peerUserTimeoutSeconds = packing.number(tcb.peerUserTimeoutSeconds);
        tcb.userTimeoutDue = packing.flag(tcb.userTimeoutDue);
        var soft = tcb.softError;
        int reason = packing.number(soft == null ? NONE : soft.ordinal(), NONE);
        tcb.softError = reason == NONE ? null : REASONS[reason];
    }

    private static void sending(Tcb tcb, Packing packing) {
        tcb.mtuAcked = packing.number(tcb.mtuAcked);
        tcb.mtuClaimed = packing.number(tcb.mtuClaimed);
        tcb.mtuClaimedSeq = packing.seq(tcb.mtuClaimedSeq);
        tcb.ecnReducedTo = packing.seq(tcb.ecnReducedTo);
        tcb.progressNanos = packing.nanos(tcb.progressNanos);
        tcb.lastSendNanos = packing.nanos(tcb.lastSendNanos);
        tcb.probes = packing.number(tcb.probes);
        tcb.refusal.pack(packing);
        tcb.inDoubt = packing.flag(tcb.inDoubt);
        tcb.rttTimed = packing.flag(tcb.rttTimed);
        tcb.retransmitted = packing.flag(tcb.retransmitted);
        tcb.retransmitTsVal = packing.number(tcb.retransmitTsVal);
        tcb.rttSeq = packing.seq(tcb.rttSeq);
        tcb.rttStartNanos = packing.nanos(tcb.rttStartNanos);
        tcb.moreComes = packing.flag(tcb.moreComes);
        tcb.unpushed = packing.flag(tcb.unpushed);
        tcb.groupSegments = packing.number(tcb.groupSegments);
        tcb.groupBegins = packing.flag(tcb.groupBegins);
        tcb.groupEndSeq = packing.seq(tcb.groupEndSeq);
        tcb.rstReplySeq = packing.seq(tcb.rstReplySeq);
    }

    private static void receiving(Tcb tcb, Packing packing) {
        tcb.snd.sndWl1 = packing.seq(tcb.snd.sndWl1);
        tcb.heardNanos = packing.nanos(tcb.heardNanos);
        tcb.keepAliveProbes = packing.number(tcb.keepAliveProbes);
        tcb.unackedBytes = packing.number(tcb.unackedBytes);
        tcb.quickAcks = packing.number(tcb.quickAcks);
        tcb.textSeen = packing.flag(tcb.textSeen);
        tcb.lastTextNanos = packing.nanos(tcb.lastTextNanos);
        tcb.rcvMss = packing.number(tcb.rcvMss);
    }
}
