package dev.levee.tcp;

import dev.levee.wire.OptionLayout;
import dev.levee.wire.Segment;
import java.util.Set;

/// Collects the settings of a [TcpConfig], which says what each means; [#build] checks them.
///
/// Threads: one owner.
public final class TcpConfigBuilder implements Cloneable {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final int BUFFER_BYTES_MAX = 1 << 30;

    int receiveBufferBytes = 1 << 17;
    int receiveBufferBytesMax = 1 << 26;
    int sendBufferBytes = 1 << 17;
    int sendBufferBytesMax = 1 << 26;
    int mssMax = 65_495;
    int mssMin = 88;
    boolean windowScaling = true;
    boolean mssFollowsPath;
    boolean missingTimestampsTaken;
    boolean timestamps = true;
    boolean selectiveAcks = true;
    CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;
    boolean hyStart = true;
    EcnUse ecn = EcnUse.WHEN_ASKED;
    FastOpenUse fastOpen = FastOpenUse.OFF;
    boolean lossByTime = true;
    boolean tailLossProbe = true;
    int initialWindowSegments = 10;
    long rtoInitialNanos = SECOND;
    long rtoMinNanos = 200 * MILLI;
    long rtoMaxNanos = 60 * SECOND;
    long delayedAckNanos = 40 * MILLI;
    long mslNanos = 30 * SECOND;
    int r1Retransmits = 3;
    long r2Nanos = 100 * SECOND;
    long r2SynNanos = 180 * SECOND;
    long r2SynReceivedNanos = 63 * SECOND;
    long finWait2Nanos = 60 * SECOND;
    long zeroWindowNanosMax;
    long zeroWindowClosedNanosMax = 600 * SECOND;
    boolean keepAlive;
    long keepAliveIdleNanos = 7200 * SECOND;
    long keepAliveIntervalNanos = 75 * SECOND;
    int keepAliveProbes = 9;
    boolean keepAliveOctet;
    long restNanos = 5 * SECOND;
    boolean noDelay;
    boolean nagleAfterSmallOnly;
    int hopLimit = 64;
    int trafficClass;
    int receiveWindowBytes;
    int sendLimitBytes;
    int unsentBytesMax;
    int receiveWindowInitialBytes;
    int pushGroupSegments;
    int challengeAcksPerSecond = 10;
    boolean resetEndsTimeWait = true;
    boolean dataOutlivesReset;
    boolean urgentInLine = true;
    boolean recoveryEndsAtThreshold;
    boolean windowInSegments;
    int windowShift = -1;
    boolean windowStepAlways;
    OptionLayout optionLayout = OptionLayout.TIMESTAMPS_BEFORE_SCALE;
    WindowProbe windowProbe = WindowProbe.NEXT_OCTET;
    AckFrequency ackFrequency = AckFrequency.TWO_FULL_SEGMENTS;
    int quickAcks;
    long rtoVarianceMinNanos = MILLI;
    long rtoSlopNanos;
    int synLinearTimeouts;
    boolean resetWhenGivenUp = true;
    long userTimeoutNanos;
    boolean userTimeoutOption;
    long userTimeoutAdvertisedNanos;
    long userTimeoutNanosMin = 100 * SECOND;
    long userTimeoutNanosMax = 600 * SECOND;
    boolean pathMtuDiscovery = true;
    boolean pathMtuNeedsLoss = true;
    int pathMtuMin = 552;
    long pathMtuNanos = 600 * SECOND;
    int blackHoleTimeouts = 3;
    Set<CloseCause.IcmpReason> openEndedBy = Set.of(CloseCause.IcmpReason.PORT, CloseCause.IcmpReason.PROTOCOL);

    TcpConfigBuilder() {}

    TcpConfigBuilder copy() {
        try {
            return (TcpConfigBuilder) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /// Rounded up to a power of two, 4 KiB to 1 GiB. Who says a size wants that one: the buffer does not grow, unless
    /// [#receiveBufferBytesMax] is said afterwards.
    public TcpConfigBuilder receiveBufferBytes(int bytes) {
        receiveBufferBytes = bufferSize(bytes);
        receiveBufferBytesMax = receiveBufferBytes;
        return this;
    }

    /// Up to 1 GiB.
    public TcpConfigBuilder receiveBufferBytesMax(int bytes) {
        receiveBufferBytesMax = bytes;
        return this;
    }

    /// Rounded up to a power of two, 4 KiB to 1 GiB. Who says a size wants that one: the buffer does not grow, unless
    /// [#sendBufferBytesMax] is said afterwards.
    public TcpConfigBuilder sendBufferBytes(int bytes) {
        sendBufferBytes = bufferSize(bytes);
        sendBufferBytesMax = sendBufferBytes;
        return this;
    }

    /// Up to 1 GiB.
    public TcpConfigBuilder sendBufferBytesMax(int bytes) {
        sendBufferBytesMax = bytes;
        return this;
    }

    private static int bufferSize(int bytes) {
        int clamped = Math.clamp(bytes, 1 << 12, BUFFER_BYTES_MAX);
        return Integer.highestOneBit(clamped - 1) << 1;
    }

    public TcpConfigBuilder mssMax(int bytes) {
        mssMax = bytes;
        return this;
    }

    public TcpConfigBuilder mssMin(int bytes) {
        mssMin = bytes;
        return this;
    }

    public TcpConfigBuilder windowScaling(boolean on) {
        windowScaling = on;
        return this;
    }

    public TcpConfigBuilder selectiveAcks(boolean on) {
        selectiveAcks = on;
        return this;
    }

    public TcpConfigBuilder mssFollowsPath(boolean on) {
        mssFollowsPath = on;
        return this;
    }

    public TcpConfigBuilder missingTimestampsTaken(boolean on) {
        missingTimestampsTaken = on;
        return this;
    }

    public TcpConfigBuilder timestamps(boolean on) {
        timestamps = on;
        return this;
    }

    public TcpConfigBuilder congestion(CongestionAlgorithm value) {
        congestion = value;
        return this;
    }

    public TcpConfigBuilder fastOpen(FastOpenUse value) {
        fastOpen = value;
        return this;
    }

    public TcpConfigBuilder ecn(EcnUse value) {
        ecn = value;
        return this;
    }

    public TcpConfigBuilder hyStart(boolean on) {
        hyStart = on;
        return this;
    }

    public TcpConfigBuilder lossByTime(boolean on) {
        lossByTime = on;
        return this;
    }

    public TcpConfigBuilder tailLossProbe(boolean on) {
        tailLossProbe = on;
        return this;
    }

    public TcpConfigBuilder initialWindowSegments(int segments) {
        initialWindowSegments = segments;
        return this;
    }

    public TcpConfigBuilder rtoInitialNanos(long nanos) {
        rtoInitialNanos = nanos;
        return this;
    }

    public TcpConfigBuilder rtoMinNanos(long nanos) {
        rtoMinNanos = nanos;
        return this;
    }

    public TcpConfigBuilder rtoMaxNanos(long nanos) {
        rtoMaxNanos = nanos;
        return this;
    }

    public TcpConfigBuilder delayedAckNanos(long nanos) {
        delayedAckNanos = nanos;
        return this;
    }

    public TcpConfigBuilder mslNanos(long nanos) {
        mslNanos = nanos;
        return this;
    }

    public TcpConfigBuilder r1Retransmits(int count) {
        r1Retransmits = count;
        return this;
    }

    public TcpConfigBuilder r2Nanos(long nanos) {
        r2Nanos = nanos;
        return this;
    }

    public TcpConfigBuilder r2SynNanos(long nanos) {
        r2SynNanos = nanos;
        return this;
    }

    public TcpConfigBuilder r2SynReceivedNanos(long nanos) {
        r2SynReceivedNanos = nanos;
        return this;
    }

    public TcpConfigBuilder finWait2Nanos(long nanos) {
        finWait2Nanos = nanos;
        return this;
    }

    public TcpConfigBuilder zeroWindowNanosMax(long nanos) {
        zeroWindowNanosMax = nanos;
        return this;
    }

    public TcpConfigBuilder zeroWindowClosedNanosMax(long nanos) {
        zeroWindowClosedNanosMax = nanos;
        return this;
    }

    public TcpConfigBuilder keepAlive(boolean on) {
        keepAlive = on;
        return this;
    }

    public TcpConfigBuilder keepAliveIdleNanos(long nanos) {
        keepAliveIdleNanos = nanos;
        return this;
    }

    public TcpConfigBuilder keepAliveIntervalNanos(long nanos) {
        keepAliveIntervalNanos = nanos;
        return this;
    }

    public TcpConfigBuilder keepAliveProbes(int count) {
        keepAliveProbes = count;
        return this;
    }

    public TcpConfigBuilder keepAliveOctet(boolean on) {
        keepAliveOctet = on;
        return this;
    }

    public TcpConfigBuilder restNanos(long nanos) {
        restNanos = nanos;
        return this;
    }

    public TcpConfigBuilder noDelay(boolean on) {
        noDelay = on;
        return this;
    }

    public TcpConfigBuilder nagleAfterSmallOnly(boolean on) {
        nagleAfterSmallOnly = on;
        return this;
    }

    public TcpConfigBuilder hopLimit(int hops) {
        hopLimit = hops;
        return this;
    }

    public TcpConfigBuilder trafficClass(int octet) {
        trafficClass = octet;
        return this;
    }

    /// As with [#receiveBufferBytes], the buffer does not grow then.
    public TcpConfigBuilder receiveWindowBytes(int value) {
        receiveWindowBytes = value;
        receiveBufferBytesMax = value == 0 ? receiveBufferBytesMax : receiveBufferBytes;
        return this;
    }

    /// As with [#sendBufferBytes], the buffer does not grow then.
    public TcpConfigBuilder sendLimitBytes(int bytes) {
        sendLimitBytes = bytes;
        sendBufferBytesMax = bytes == 0 ? sendBufferBytesMax : sendBufferBytes;
        return this;
    }

    public TcpConfigBuilder unsentBytesMax(int bytes) {
        unsentBytesMax = bytes;
        return this;
    }

    public TcpConfigBuilder receiveWindowInitialBytes(int value) {
        receiveWindowInitialBytes = value;
        return this;
    }

    public TcpConfigBuilder pushGroupSegments(int count) {
        pushGroupSegments = count;
        return this;
    }

    public TcpConfigBuilder challengeAcksPerSecond(int count) {
        range("challengeAcksPerSecond", count, 1, 1_000_000);
        challengeAcksPerSecond = count;
        return this;
    }

    public TcpConfigBuilder resetEndsTimeWait(boolean on) {
        resetEndsTimeWait = on;
        return this;
    }

    public TcpConfigBuilder dataOutlivesReset(boolean on) {
        dataOutlivesReset = on;
        return this;
    }

    public TcpConfigBuilder urgentInLine(boolean on) {
        urgentInLine = on;
        return this;
    }

    public TcpConfigBuilder recoveryEndsAtThreshold(boolean on) {
        recoveryEndsAtThreshold = on;
        return this;
    }

    public TcpConfigBuilder windowInSegments(boolean on) {
        windowInSegments = on;
        return this;
    }

    public TcpConfigBuilder windowShift(int value) {
        windowShift = value;
        return this;
    }

    public TcpConfigBuilder windowStepAlways(boolean on) {
        windowStepAlways = on;
        return this;
    }

    public TcpConfigBuilder optionLayout(OptionLayout value) {
        optionLayout = value;
        return this;
    }

    public TcpConfigBuilder windowProbe(WindowProbe value) {
        windowProbe = value;
        return this;
    }

    public TcpConfigBuilder ackFrequency(AckFrequency value) {
        ackFrequency = value;
        return this;
    }

    public TcpConfigBuilder quickAcks(int value) {
        quickAcks = value;
        return this;
    }

    public TcpConfigBuilder rtoVarianceMinNanos(long nanos) {
        rtoVarianceMinNanos = nanos;
        return this;
    }

    public TcpConfigBuilder rtoSlopNanos(long nanos) {
        rtoSlopNanos = nanos;
        return this;
    }

    public TcpConfigBuilder resetWhenGivenUp(boolean on) {
        resetWhenGivenUp = on;
        return this;
    }

    public TcpConfigBuilder userTimeoutNanos(long nanos) {
        userTimeoutNanos = nanos;
        return this;
    }

    public TcpConfigBuilder userTimeoutOption(boolean on) {
        userTimeoutOption = on;
        return this;
    }

    public TcpConfigBuilder userTimeoutAdvertisedNanos(long nanos) {
        userTimeoutAdvertisedNanos = nanos;
        return this;
    }

    public TcpConfigBuilder userTimeoutNanosMin(long nanos) {
        userTimeoutNanosMin = nanos;
        return this;
    }

    public TcpConfigBuilder userTimeoutNanosMax(long nanos) {
        userTimeoutNanosMax = nanos;
        return this;
    }

    public TcpConfigBuilder pathMtuDiscovery(boolean on) {
        pathMtuDiscovery = on;
        return this;
    }

    public TcpConfigBuilder pathMtuNeedsLoss(boolean on) {
        pathMtuNeedsLoss = on;
        return this;
    }

    public TcpConfigBuilder pathMtuMin(int bytes) {
        pathMtuMin = bytes;
        return this;
    }

    public TcpConfigBuilder pathMtuNanos(long nanos) {
        pathMtuNanos = nanos;
        return this;
    }

    public TcpConfigBuilder blackHoleTimeouts(int value) {
        blackHoleTimeouts = value;
        return this;
    }

    public TcpConfigBuilder openEndedBy(Set<CloseCause.IcmpReason> reasons) {
        openEndedBy = Set.copyOf(reasons);
        return this;
    }

    public TcpConfigBuilder synLinearTimeouts(int value) {
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
        range("zeroWindowNanosMax", zeroWindowNanosMax, 0, 10 * 86_400 * SECOND);
        range("zeroWindowClosedNanosMax", zeroWindowClosedNanosMax, 0, 10 * 86_400 * SECOND);
        range("keepAliveIdleNanos", keepAliveIdleNanos, MILLI, 10 * 86_400 * SECOND);
        range("restNanos", restNanos, 0, 86_400 * SECOND);
        range("keepAliveIntervalNanos", keepAliveIntervalNanos, MILLI, 10 * 86_400 * SECOND);
        range("keepAliveProbes", keepAliveProbes, 2, 127);
        range("hopLimit", hopLimit, 1, 255);
        range("trafficClass", trafficClass, 0, 255);
        range("receiveBufferBytesMax", receiveBufferBytesMax, 0, BUFFER_BYTES_MAX);
        range("sendBufferBytesMax", sendBufferBytesMax, 0, BUFFER_BYTES_MAX);
        range("receiveWindowBytes", receiveWindowBytes, 0, receiveBufferBytes);
        range("sendLimitBytes", sendLimitBytes, 0, sendBufferBytes);
        range("unsentBytesMax", unsentBytesMax, 0, Integer.MAX_VALUE);
        range("receiveWindowInitialBytes", receiveWindowInitialBytes, 0, receiveBufferBytes);
        range("windowShift", windowShift, -1, Segment.WINDOW_SCALE_MAX);
        range("pushGroupSegments", pushGroupSegments, 0, 1000);
        range("quickAcks", quickAcks, 0, 1000);
        range("rtoVarianceMinNanos", rtoVarianceMinNanos, MILLI, 60 * SECOND);
        range("rtoSlopNanos", rtoSlopNanos, 0, 60 * SECOND);
        range("userTimeoutNanos", userTimeoutNanos, 0, 30 * 86_400 * SECOND);
        range("userTimeoutAdvertisedNanos", userTimeoutAdvertisedNanos, 0, 30 * 86_400 * SECOND);
        range("userTimeoutNanosMin", userTimeoutNanosMin, rtoMinNanos, 30 * 86_400 * SECOND);
        range("userTimeoutNanosMax", userTimeoutNanosMax, userTimeoutNanosMin, 30 * 86_400 * SECOND);
        range("pathMtuMin", pathMtuMin, 68, 1280);
        range("pathMtuNanos", pathMtuNanos, SECOND, 86_400 * SECOND);
        range("blackHoleTimeouts", blackHoleTimeouts, 0, 100);
        range("synLinearTimeouts", synLinearTimeouts, 0, 100);
        return new TcpConfig(copy());
    }

    private static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must lie in " + min + ".." + max + ", but is " + value);
        }
    }
}
