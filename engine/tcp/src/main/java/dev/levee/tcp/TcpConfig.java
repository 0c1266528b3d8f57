package dev.levee.tcp;

import dev.levee.wire.OptionLayout;
import java.util.Set;

/// Settings of one connection, or of all connections of a listener or a stack. Immutable; made by a
/// [TcpConfigBuilder].
///
/// Threads: any.
public final class TcpConfig {
    /// The settings that a stack uses unless told otherwise.
    public static final TcpConfig DEFAULT = builder().build();

    private final TcpConfigBuilder from;

    TcpConfig(TcpConfigBuilder from) {
        this.from = from;
    }

    /// A builder with the default settings.
    public static TcpConfigBuilder builder() {
        return new TcpConfigBuilder();
    }

    /// A builder with these settings.
    public TcpConfigBuilder toBuilder() {
        return from.copy();
    }

    /// Capacity of the receive buffer at first: a power of two.
    public int receiveBufferBytes() {
        return from.receiveBufferBytes;
    }

    /// What the receive buffer can grow to, for users who take much in each round trip: the window scale is chosen for
    /// it. No more than [#receiveBufferBytes]: the capacity is fixed.
    public int receiveBufferBytesMax() {
        return from.receiveBufferBytesMax;
    }

    /// Capacity of the send buffer at first: a power of two.
    public int sendBufferBytes() {
        return from.sendBufferBytes;
    }

    /// What the send buffer can grow to: it holds up to two congestion windows. No more than [#sendBufferBytes]: the
    /// capacity is fixed.
    public int sendBufferBytesMax() {
        return from.sendBufferBytesMax;
    }

    /// The largest MSS to offer and to use; the link's MTU may make it smaller.
    public int mssMax() {
        return from.mssMax;
    }

    /// Whether the MSS offered is no more than the path to the peer is known to carry: in case the way back is the
    /// same, and the peer does not find out by itself. Otherwise it is what the link can receive (RFC 9293 §3.7.1).
    public boolean mssFollowsPath() {
        return from.mssFollowsPath;
    }

    /// The smallest send MSS to respect, whatever the peer says: below it a peer could make us send a packet
    /// per octet.
    public int mssMin() {
        return from.mssMin;
    }

    /// Whether window scaling is offered and accepted (RFC 7323 §2).
    public boolean windowScaling() {
        return from.windowScaling;
    }

    /// Whether timestamps are offered and accepted (RFC 7323 §3).
    public boolean timestamps() {
        return from.timestamps;
    }

    /// Whether segments are taken that have no timestamp although both sides have agreed to them: for peers, and boxes
    /// on the way, that leave them out. They are not protected against wrapped sequence numbers. Otherwise they are
    /// dropped without a word, as RFC 7323 §3.2 advises.
    public boolean missingTimestampsTaken() {
        return from.missingTimestampsTaken;
    }

    /// Whether selective acknowledgements are offered and, if the peer does, sent (RFC 2018).
    public boolean selectiveAcks() {
        return from.selectiveAcks;
    }

    /// How the congestion window is found.
    public CongestionAlgorithm congestion() {
        return from.congestion;
    }

    /// Whether congestion is to be told by marks on packets, before any are lost (RFC 3168).
    public EcnUse ecn() {
        return from.ecn;
    }

    /// Whether active opens may send their first text with the SYN (RFC 7413). What a listener accepts is said
    /// to the listener.
    public FastOpenUse fastOpen() {
        return from.fastOpen;
    }

    /// Whether slow start ends when delay grows, before anything is lost (HyStart++, RFC 9406).
    public boolean hyStart() {
        return from.hyStart;
    }

    /// Whether time tells what is lost (RACK, RFC 8985), where the peer sends selective acknowledgements.
    /// Otherwise it is the count of octets that arrived beyond it (RFC 6675).
    public boolean lossByTime() {
        return from.lossByTime;
    }

    /// Whether the last segments of a flight are probed for before the retransmission timeout (TLP, RFC 8985
    /// §7).
    public boolean tailLossProbe() {
        return from.tailLossProbe;
    }

    /// Initial window in segments (RFC 6928: 10).
    public int initialWindowSegments() {
        return from.initialWindowSegments;
    }

    /// RTO before the first measurement (RFC 6298 §2.1: 1 s).
    public long rtoInitialNanos() {
        return from.rtoInitialNanos;
    }

    /// Smallest RTO. RFC 6298 §2.4 says 1 s; every large system uses less, we 200 ms.
    public long rtoMinNanos() {
        return from.rtoMinNanos;
    }

    /// Largest RTO (RFC 6298 §2.5: at least 60 s).
    public long rtoMaxNanos() {
        return from.rtoMaxNanos;
    }

    /// How long an ACK may wait for company (RFC 9293 §3.8.6.3: below 0.5 s). 0: every segment is acknowledged
    /// at once.
    public long delayedAckNanos() {
        return from.delayedAckNanos;
    }

    /// Maximum segment lifetime; TIME-WAIT lasts two of them.
    public long mslNanos() {
        return from.mslNanos;
    }

    /// R1: retransmissions of one segment before the network layer and the user hear of trouble (RFC 9293
    /// §3.8.3: 3).
    public int r1Retransmits() {
        return from.r1Retransmits;
    }

    /// R2: how long one segment, or zero-window probes, are retransmitted without answer before the connection
    /// is closed (RFC 9293 §3.8.3: at least 100 s).
    public long r2Nanos() {
        return from.r2Nanos;
    }

    /// R2 for a SYN or SYN-ACK (RFC 9293 §3.8.3: at least 3 minutes for SYNs).
    public long r2SynNanos() {
        return from.r2SynNanos;
    }

    /// R2 for a SYN-ACK of a passive open: how long a half-open connection may last.
    public long r2SynReceivedNanos() {
        return from.r2SynReceivedNanos;
    }

    /// How long FIN-WAIT-2 lasts when the user has closed for good and the peer does not send its FIN.
    public long finWait2Nanos() {
        return from.finWait2Nanos;
    }

    /// How long a peer may keep its window closed and take nothing of what is there for it, added up where it opens
    /// it in between. 0, the default: for ever if it answers window probes, as RFC 9293 §3.8.6.1 has it; RFC 6429
    /// leaves it to users to give such a peer up before it has taken all their memory.
    public long zeroWindowNanosMax() {
        return from.zeroWindowNanosMax;
    }

    /// The same when the user has closed for good: who is gone can give nobody up. What was before he closed does
    /// not count. By default ten minutes; 0: for ever. The shorter of both holds.
    public long zeroWindowClosedNanosMax() {
        return from.zeroWindowClosedNanosMax;
    }

    /// Whether a silent peer is asked if it is still there (RFC 9293 §3.8.4: off unless the user wants it).
    public boolean keepAlive() {
        return from.keepAlive;
    }

    /// How long nothing is heard before the first keep-alive probe (RFC 9293 §3.8.4: by default no less than two
    /// hours).
    public long keepAliveIdleNanos() {
        return from.keepAliveIdleNanos;
    }

    /// How long after one keep-alive probe the next follows.
    public long keepAliveIntervalNanos() {
        return from.keepAliveIntervalNanos;
    }

    /// How many keep-alive probes in a row go unanswered before the connection is given up, an interval after the
    /// last of them: at least two, for one may be lost.
    public int keepAliveProbes() {
        return from.keepAliveProbes;
    }

    /// Whether a keep-alive probe carries one octet of nonsense, for peers that answer nothing less (RFC 9293
    /// §3.8.4).
    public boolean keepAliveOctet() {
        return from.keepAliveOctet;
    }

    /// How long nothing is sent or received before a connection gives back what it does not need while it is idle;
    /// 0: it never does.
    public long restNanos() {
        return from.restNanos;
    }

    /// Whether small segments are sent at once (Nagle off).
    public boolean noDelay() {
        return from.noDelay;
    }

    /// Whether a small segment waits only while another small one is unacknowledged (the rule of
    /// draft-minshall-nagle): the rest of a large write then goes out with its full segments. Without it, it
    /// waits while anything is.
    public boolean nagleAfterSmallOnly() {
        return from.nagleAfterSmallOnly;
    }

    /// TTL or hop limit of packets sent.
    public int hopLimit() {
        return from.hopLimit;
    }

    /// Traffic class of packets sent: the DSCP in the upper six bits. The lower two are not the user's (RFC
    /// 3168 §5).
    public int trafficClass() {
        return from.trafficClass;
    }

    /// The most octets that the peer is promised room for until the buffer grows; 0: what the receive buffer holds.
    /// Less than the buffer, whose size is a power of two.
    public int receiveWindowBytes() {
        return from.receiveWindowBytes;
    }

    /// The most octets that may wait to be acknowledged until the buffer grows; 0: what the send buffer holds.
    public int sendLimitBytes() {
        return from.sendLimitBytes;
    }

    /// The most octets written that may wait to be sent, apart from those under way; 0: what the send buffer
    /// holds. The less waits, the fresher is what goes out next: for users that decide late what to write. They
    /// hear of room when less than half of it waits.
    public int unsentBytesMax() {
        return from.unsentBytesMax;
    }

    /// What the peer is promised room for at first; 0: everything at once. Each octet received in order lets
    /// the promise grow by two, so that only a peer that sends gets a large window.
    public int receiveWindowInitialBytes() {
        return from.receiveWindowInitialBytes;
    }

    /// Whether [#receiveWindowBytes] is rounded up to whole segments when the MSS is known.
    public boolean windowInSegments() {
        return from.windowInSegments;
    }

    /// The shift to offer for window scaling; -1: the smallest with which the window field can say the receive
    /// window.
    public int windowShift() {
        return from.windowShift;
    }

    /// Whether a window that is large already moves in steps of any size, so that the field always says how
    /// much room there is. Against silly windows (RFC 9293 §3.8.6.2.2) steps below a segment are held back
    /// otherwise, and always while less than a quarter of the window is open.
    public boolean windowStepAlways() {
        return from.windowStepAlways;
    }

    /// How many segments that go out one right after another make a group whose last carries PSH, although more is
    /// to come: as systems do that leave it to the network card to cut up what they send. Where the path is faster
    /// than that, a group is what goes out in a millisecond at two congestion windows a round trip, outside of slow
    /// start at 1.2 of them; it is never more than half of the congestion window, and one segment is none. 0: only
    /// the last octet written is pushed (RFC 9293 §3.9.1.2).
    public int pushGroupSegments() {
        return from.pushGroupSegments;
    }

    /// About how many challenge ACKs a connection sends in a second (RFC 5961 §7), at least 1. Each second has a
    /// budget of its own between half as many and one and a half times as many, drawn anew: who counts answers
    /// cannot tell what else has taken from it.
    public int challengeAcksPerSecond() {
        return from.challengeAcksPerSecond;
    }

    /// Whether a RST ends TIME-WAIT at once (RFC 9293 §3.10.7.4). Without it, an old duplicate cannot bring
    /// that about (RFC 1337 §3, fix F1).
    public boolean resetEndsTimeWait() {
        return from.resetEndsTimeWait;
    }

    /// Whether text that had arrived in order before the connection failed can still be read. Otherwise the
    /// failure comes first.
    public boolean dataOutlivesReset() {
        return from.dataOutlivesReset;
    }

    /// Whether the last octet of urgent data is read in line with all others (RFC 6093 §6 advises it).
    /// Otherwise reading skips it, and it can be had out of band only: see the rules of sockets.
    public boolean urgentInLine() {
        return from.urgentInLine;
    }

    /// Whether the congestion window is the slow start threshold when fast recovery ends. Otherwise it is at
    /// most a segment more than what is in flight, so that no burst follows (RFC 6582 §3.2 step 3 has both).
    public boolean recoveryEndsAtThreshold() {
        return from.recoveryEndsAtThreshold;
    }

    /// The order of TCP options.
    public OptionLayout optionLayout() {
        return from.optionLayout;
    }

    /// How a closed window is asked about.
    public WindowProbe windowProbe() {
        return from.windowProbe;
    }

    /// How much received text is acknowledged without delay.
    public AckFrequency ackFrequency() {
        return from.ackFrequency;
    }

    /// How many ACKs go out at once at the beginning, and again when nothing was received for a retransmission
    /// timeout: a peer in slow start needs them. It ends as soon as this side answers with data.
    public int quickAcks() {
        return from.quickAcks;
    }

    /// The least that variation adds to the smoothed round-trip time in the RTO: G of RFC 6298 §2.3.
    public long rtoVarianceMinNanos() {
        return from.rtoVarianceMinNanos;
    }

    /// Added to every computed RTO, for what the peer's delayed ACKs and the clock may cost.
    public long rtoSlopNanos() {
        return from.rtoSlopNanos;
    }

    /// Which ICMP errors end a handshake that is under way, of either side: those that RFC 9293 §3.9.2.2 calls hard, or
    /// more of them, as RFC 5461 §4.1 reports it of many systems. All others are soft.
    public Set<CloseCause.IcmpReason> openEndedBy() {
        return from.openEndedBy;
    }

    /// Whether a peer that did not acknowledge data in time is told so with a RST, in case it still listens.
    public boolean resetWhenGivenUp() {
        return from.resetWhenGivenUp;
    }

    /// Whether routers are believed that say how much a path carries (RFC 1191, RFC 8201). Packets are never
    /// fragmented, here or on the way, whatever this says.
    public boolean pathMtuDiscovery() {
        return from.pathMtuDiscovery;
    }

    /// Whether a router that says less than the peer has acknowledged in one packet is believed only when a segment
    /// was lost as well (RFC 5927 §7.3): who forges such messages gains nothing, who sends true ones waits for a
    /// retransmission timeout.
    public boolean pathMtuNeedsLoss() {
        return from.pathMtuNeedsLoss;
    }

    /// The smallest MTU of an IPv4 path that routers are believed, 68 to 1280; IPv6 has 1280 (RFC 8201 §4).
    /// Nothing may be fragmented on the way: over a path that carries less, full segments do not arrive,
    /// and the connection is given up.
    public int pathMtuMin() {
        return from.pathMtuMin;
    }

    /// After how long it is tried whether a path carries more than a router said (RFC 1191 §6.3: 10 minutes).
    public long pathMtuNanos() {
        return from.pathMtuNanos;
    }

    /// After how many retransmission timeouts in a row smaller segments are tried, because the path may swallow
    /// large ones without a word (RFC 2923 §2.1); 0: never.
    public int blackHoleTimeouts() {
        return from.blackHoleTimeouts;
    }

    /// How long what was sent may stay unacknowledged, a SYN, probes of a closed window and keep-alive probes
    /// included, before the connection is given up: the user timeout of RFC 9293 §3.9.1.1, instead of R2;
    /// 0: R2 alone decides. Two keep-alive probes are sent at least. The peer hears of it, and may have a
    /// say, only where [#userTimeoutOption] is on.
    public long userTimeoutNanos() {
        return from.userTimeoutNanos;
    }

    /// Whether user timeouts are told to the peer, and the peer's heeded (RFC 5482). Off unless the user wants it.
    ///
    /// How long data may stay unacknowledged once the connection is open is then the longer of what both sides say,
    /// between [#userTimeoutNanosMin] and [#userTimeoutNanosMax]; unless [#userTimeoutNanos] says exactly how long,
    /// which no peer can change. It never touches handshakes and keep-alive.
    public boolean userTimeoutOption() {
        return from.userTimeoutOption;
    }

    /// What the peer is told with [#userTimeoutOption], in whole seconds, rounded up; 0: what holds here without it,
    /// [#userTimeoutNanos] or R2.
    public long userTimeoutAdvertisedNanos() {
        return from.userTimeoutAdvertisedNanos;
    }

    /// No peer makes the user timeout shorter than this (RFC 5482 §3.1, L_LIMIT; less than 100 s is less than RFC 9293
    /// §3.8.3 wants).
    public long userTimeoutNanosMin() {
        return from.userTimeoutNanosMin;
    }

    /// No peer makes the user timeout longer than this (RFC 5482 §3.1, U_LIMIT), nor does what is told to it.
    public long userTimeoutNanosMax() {
        return from.userTimeoutNanosMax;
    }

    /// How many timeouts of a SYN pass before the RTO is doubled (RFC 6298 §5.5 doubles from the first).
    public int synLinearTimeouts() {
        return from.synLinearTimeouts;
    }
}
