package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Setup.Profile;
import dev.levee.tcp.AckFrequency;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConfigBuilder;
import dev.levee.tcp.WindowProbe;
import dev.levee.wire.OptionLayout;
import java.util.Set;

/// What two systems do where the RFCs leave a choice, said in the engine's own settings.
final class Profiles {
    /// What `net.inet.tcp.icmp_may_rst` lets end an open.
    static final Set<IcmpReason> FREEBSD_HARD =
            Set.of(IcmpReason.PORT, IcmpReason.PROTOCOL, IcmpReason.PROHIBITED, IcmpReason.HOPS);

    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    private Profiles() {}

    static TcpConfigBuilder of(Profile profile) {
        return switch (profile) {
            case LINUX -> linux();
            case FREEBSD -> freebsd();
            case LEVEE -> TcpConfig.builder();
        };
    }

    /// Linux 6: ten segments, an RTO of 200 ms above the round-trip time, ACKs at once while the peer is in
    /// slow start, a window that begins with what an unscaled field can say, probes that carry nothing.
    private static TcpConfigBuilder linux() {
        return TcpConfig.builder()
                .optionLayout(OptionLayout.TIMESTAMPS_BEFORE_SCALE)
                .mssMin(48)
                .nagleAfterSmallOnly(true)
                .initialWindowSegments(10)
                .rtoInitialNanos(SECOND)
                .rtoMinNanos(200 * MILLI)
                .rtoVarianceMinNanos(200 * MILLI)
                .rtoMaxNanos(120 * SECOND)
                .synLinearTimeouts(4)
                .openEndedBy(Set.of(IcmpReason.values()))
                .resetWhenGivenUp(false)
                .blackHoleTimeouts(0)
                .pathMtuNeedsLoss(false)
                .delayedAckNanos(40 * MILLI)
                .ackFrequency(AckFrequency.MORE_THAN_ONE_SEGMENT)
                .quickAcks(16)
                .windowProbe(WindowProbe.OLD_SEQUENCE)
                .pushGroupSegments(2)
                .missingTimestampsTaken(true)
                .mssFollowsPath(true)
                .dataOutlivesReset(true)
                .recoveryEndsAtThreshold(true)
                .congestion(CongestionAlgorithm.CUBIC)
                .mslNanos(30 * SECOND)
                .finWait2Nanos(60 * SECOND);
    }

    /// FreeBSD 14: ten segments, an RTO of at least 30 ms with 200 ms added, an ACK for every second segment, a
    /// window that always says how much room there is, in whole segments.
    private static TcpConfigBuilder freebsd() {
        return TcpConfig.builder()
                .optionLayout(OptionLayout.SCALE_BEFORE_TIMESTAMPS)
                .mssMin(8)
                .openEndedBy(FREEBSD_HARD)
                .blackHoleTimeouts(0)
                .pathMtuNeedsLoss(false)
                .nagleAfterSmallOnly(true)
                .initialWindowSegments(10)
                .rtoInitialNanos(SECOND)
                .rtoMinNanos(30 * MILLI)
                .rtoSlopNanos(200 * MILLI)
                .rtoMaxNanos(64 * SECOND)
                .delayedAckNanos(40 * MILLI)
                .ackFrequency(AckFrequency.SECOND_SEGMENT)
                .windowInSegments(true)
                .resetEndsTimeWait(false)
                .dataOutlivesReset(true)
                .congestion(CongestionAlgorithm.CUBIC)
                .lossByTime(false)
                .tailLossProbe(false)
                .windowStepAlways(true)
                .windowProbe(WindowProbe.NEXT_OCTET)
                .mslNanos(30 * SECOND)
                .finWait2Nanos(60 * SECOND);
    }
}
