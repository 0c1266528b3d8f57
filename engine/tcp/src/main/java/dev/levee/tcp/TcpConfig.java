package dev.levee.tcp;

import dev.levee.wire.OptionLayout;
import dev.levee.wire.Segment;

/// Settings of one connection, or of all connections of a listener or a stack. Immutable; made by a [Builder].
///
/// Threads: any.
public final class TcpConfig {
    /// The settings that a stack uses unless told otherwise.
    public static final TcpConfig DEFAULT = builder().build();

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private final Builder from;

    private TcpConfig(Builder from) {
        this.from = from;
    }

    /// A builder with the default settings.
    public static Builder builder() {
        return new Builder();
    }

    /// A builder with these settings.
    public Builder toBuilder() {
        return from.copy();
    }

    /// Capacity of the receive buffer: a power of two, what the window can grow to.
    public int receiveBufferBytes() {
        return from.receiveBufferBytes;
    }

    /// Capacity of the send buffer: a power of two.
    public int sendBufferBytes() {
        return from.sendBufferBytes;
    }

    /// The largest MSS to offer and to use; the link's MTU may make it smaller.
    public int mssMax() {
        return from.mssMax;
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

    /// Whether selective acknowledgements are offered and, if the peer does, sent (RFC 2018).
    public boolean selectiveAcks() {
        return from.selectiveAcks;
    }

    /// How the congestion window is found.
    public CongestionAlgorithm congestion() {
        return from.congestion;
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

    /// Traffic class of packets sent: the DSCP in the upper six bits.
    public int trafficClass() {
        return from.trafficClass;
    }

    /// The most octets that the peer is ever promised room for; 0: what the receive buffer holds. Less than the
    /// buffer, whose size is a power of two.
    public int receiveWindowBytes() {
        return from.receiveWindowBytes;
    }

    /// The most octets that may wait to be acknowledged; 0: what the send buffer holds.
    public int sendLimitBytes() {
        return from.sendLimitBytes;
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

    /// Whether the last of several segments that go out together carries PSH, although more is to come when the
    /// window opens. Otherwise only the last octet written is pushed (RFC 9293 §3.9.1.2).
    public boolean pushBursts() {
        return from.pushBursts;
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

    /// Whether any unreachable, not only a hard one, ends an open that waits for the peer's SYN (RFC 5461 §4.1
    /// reports it, against RFC 9293 §3.9.2.2).
    public boolean softErrorEndsOpen() {
        return from.softErrorEndsOpen;
    }

    /// How many timeouts of a SYN pass before the RTO is doubled (RFC 6298 §5.5 doubles from the first).
    public int synLinearTimeouts() {
        return from.synLinearTimeouts;
    }

    /// Collects settings; [#build] checks them.
    public static final class Builder implements Cloneable {
        private int receiveBufferBytes = 1 << 19;
        private int sendBufferBytes = 1 << 19;
        private int mssMax = 65_495;
        private int mssMin = 88;
        private boolean windowScaling = true;
        private boolean timestamps = true;
        private boolean selectiveAcks = true;
        private CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;
        private boolean hyStart = true;
        private boolean lossByTime = true;
        private boolean tailLossProbe = true;
        private int initialWindowSegments = 10;
        private long rtoInitialNanos = SECOND;
        private long rtoMinNanos = 200 * MILLI;
        private long rtoMaxNanos = 60 * SECOND;
        private long delayedAckNanos = 40 * MILLI;
        private long mslNanos = 30 * SECOND;
        private int r1Retransmits = 3;
        private long r2Nanos = 100 * SECOND;
        private long r2SynNanos = 180 * SECOND;
        private long r2SynReceivedNanos = 63 * SECOND;
        private long finWait2Nanos = 60 * SECOND;
        private boolean noDelay;
        private boolean nagleAfterSmallOnly;
        private int hopLimit = 64;
        private int trafficClass;
        private int receiveWindowBytes;
        private int sendLimitBytes;
        private int receiveWindowInitialBytes;
        private boolean pushBursts;
        private boolean resetEndsTimeWait = true;
        private boolean dataOutlivesReset;
        private boolean recoveryEndsAtThreshold;
        private boolean windowInSegments;
        private int windowShift = -1;
        private boolean windowStepAlways;
        private OptionLayout optionLayout = OptionLayout.TIMESTAMPS_BEFORE_SCALE;
        private WindowProbe windowProbe = WindowProbe.NEXT_OCTET;
        private AckFrequency ackFrequency = AckFrequency.TWO_FULL_SEGMENTS;
        private int quickAcks;
        private long rtoVarianceMinNanos = MILLI;
        private long rtoSlopNanos;
        private int synLinearTimeouts;
        private boolean softErrorEndsOpen;

        private Builder() {}

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        /// Rounded up to a power of two, 4 KiB to 1 GiB.
        public Builder receiveBufferBytes(int bytes) {
            receiveBufferBytes = bufferSize(bytes);
            return this;
        }

        /// Rounded up to a power of two, 4 KiB to 1 GiB.
        public Builder sendBufferBytes(int bytes) {
            sendBufferBytes = bufferSize(bytes);
            return this;
        }

        private static int bufferSize(int bytes) {
            int clamped = Math.clamp(bytes, 1 << 12, 1 << 30);
            return Integer.highestOneBit(clamped - 1) << 1;
        }

        public Builder mssMax(int bytes) {
            mssMax = bytes;
            return this;
        }

        public Builder mssMin(int bytes) {
            mssMin = bytes;
            return this;
        }

        public Builder windowScaling(boolean on) {
            windowScaling = on;
            return this;
        }

        public Builder selectiveAcks(boolean on) {
            selectiveAcks = on;
            return this;
        }

        public Builder timestamps(boolean on) {
            timestamps = on;
            return this;
        }

        public Builder congestion(CongestionAlgorithm value) {
            congestion = value;
            return this;
        }

        public Builder hyStart(boolean on) {
            hyStart = on;
            return this;
        }

        public Builder lossByTime(boolean on) {
            lossByTime = on;
            return this;
        }

        public Builder tailLossProbe(boolean on) {
            tailLossProbe = on;
            return this;
        }

        public Builder initialWindowSegments(int segments) {
            initialWindowSegments = segments;
            return this;
        }

        public Builder rtoInitialNanos(long nanos) {
            rtoInitialNanos = nanos;
            return this;
        }

        public Builder rtoMinNanos(long nanos) {
            rtoMinNanos = nanos;
            return this;
        }

        public Builder rtoMaxNanos(long nanos) {
            rtoMaxNanos = nanos;
            return this;
        }

        public Builder delayedAckNanos(long nanos) {
            delayedAckNanos = nanos;
            return this;
        }

        public Builder mslNanos(long nanos) {
            mslNanos = nanos;
            return this;
        }

        public Builder r1Retransmits(int count) {
            r1Retransmits = count;
            return this;
        }

        public Builder r2Nanos(long nanos) {
            r2Nanos = nanos;
            return this;
        }

        public Builder r2SynNanos(long nanos) {
            r2SynNanos = nanos;
            return this;
        }

        public Builder r2SynReceivedNanos(long nanos) {
            r2SynReceivedNanos = nanos;
            return this;
        }

        public Builder finWait2Nanos(long nanos) {
            finWait2Nanos = nanos;
            return this;
        }

        public Builder noDelay(boolean on) {
            noDelay = on;
            return this;
        }

        public Builder nagleAfterSmallOnly(boolean on) {
            nagleAfterSmallOnly = on;
            return this;
        }

        public Builder hopLimit(int hops) {
            hopLimit = hops;
            return this;
        }

        public Builder trafficClass(int octet) {
            trafficClass = octet;
            return this;
        }

        public Builder receiveWindowBytes(int value) {
            receiveWindowBytes = value;
            return this;
        }

        public Builder sendLimitBytes(int bytes) {
            sendLimitBytes = bytes;
            return this;
        }

        public Builder receiveWindowInitialBytes(int value) {
            receiveWindowInitialBytes = value;
            return this;
        }

        public Builder pushBursts(boolean on) {
            pushBursts = on;
            return this;
        }

        public Builder resetEndsTimeWait(boolean on) {
            resetEndsTimeWait = on;
            return this;
        }

        public Builder dataOutlivesReset(boolean on) {
            dataOutlivesReset = on;
            return this;
        }

        public Builder recoveryEndsAtThreshold(boolean on) {
            recoveryEndsAtThreshold = on;
            return this;
        }

        public Builder windowInSegments(boolean on) {
            windowInSegments = on;
            return this;
        }

        public Builder windowShift(int value) {
            windowShift = value;
            return this;
        }

        public Builder windowStepAlways(boolean on) {
            windowStepAlways = on;
            return this;
        }

        public Builder optionLayout(OptionLayout value) {
            optionLayout = value;
            return this;
        }

        public Builder windowProbe(WindowProbe value) {
            windowProbe = value;
            return this;
        }

        public Builder ackFrequency(AckFrequency value) {
            ackFrequency = value;
            return this;
        }

        public Builder quickAcks(int value) {
            quickAcks = value;
            return this;
        }

        public Builder rtoVarianceMinNanos(long nanos) {
            rtoVarianceMinNanos = nanos;
            return this;
        }

        public Builder rtoSlopNanos(long nanos) {
            rtoSlopNanos = nanos;
            return this;
        }

        public Builder softErrorEndsOpen(boolean on) {
            softErrorEndsOpen = on;
            return this;
        }

        public Builder synLinearTimeouts(int value) {
            synLinearTimeouts = value;
            return this;
        }

        /// The settings.
        ///
        /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
        public TcpConfig build() {
            range("mssMin", mssMin, 8, 1220);
            range("mssMax", mssMax, mssMin, 65_515);
            range("initialWindowSegments", initialWindowSegments, 1, 1000);
            range("rtoMinNanos", rtoMinNanos, MILLI, 60 * SECOND);
            range("rtoInitialNanos", rtoInitialNanos, rtoMinNanos, 60 * SECOND);
            range("rtoMaxNanos", rtoMaxNanos, rtoInitialNanos, 3600 * SECOND);
            range("delayedAckNanos", delayedAckNanos, 0, 500 * MILLI - 1);
            range("mslNanos", mslNanos, MILLI, 240 * SECOND);
            range("r1Retransmits", r1Retransmits, 1, 100);
            range("r2Nanos", r2Nanos, rtoMinNanos, 86_400 * SECOND);
            range("r2SynNanos", r2SynNanos, rtoMinNanos, 86_400 * SECOND);
            range("r2SynReceivedNanos", r2SynReceivedNanos, rtoMinNanos, 86_400 * SECOND);
            range("finWait2Nanos", finWait2Nanos, MILLI, 86_400 * SECOND);
            range("hopLimit", hopLimit, 1, 255);
            range("trafficClass", trafficClass, 0, 255);
            range("receiveWindowBytes", receiveWindowBytes, 0, receiveBufferBytes);
            range("sendLimitBytes", sendLimitBytes, 0, sendBufferBytes);
            range("receiveWindowInitialBytes", receiveWindowInitialBytes, 0, receiveBufferBytes);
            range("windowShift", windowShift, -1, Segment.WINDOW_SCALE_MAX);
            range("quickAcks", quickAcks, 0, 1000);
            range("rtoVarianceMinNanos", rtoVarianceMinNanos, MILLI, 60 * SECOND);
            range("rtoSlopNanos", rtoSlopNanos, 0, 60 * SECOND);
            range("synLinearTimeouts", synLinearTimeouts, 0, 100);
            return new TcpConfig(copy());
        }

        private static void range(String name, long value, long min, long max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(name + " must lie in " + min + ".." + max + ", but is " + value);
            }
        }
    }
}
