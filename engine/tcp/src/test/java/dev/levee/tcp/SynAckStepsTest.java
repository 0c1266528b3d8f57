package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a handshake without a control block takes, and what it says, one step at a time. Both sides' numbers pass the
/// wrap.
class SynAckStepsTest {
    private static final int MTU = 1500;
    private static final int WINDOW = 4_096;
    private static final int ISS = -1;
    private static final int IRS = -200;
    private static final int TS_VAL = -5;
    private static final int TS_OFFERED = 77;
    private static final IpAddress LOCAL = IpAddress.parse("198.18.0.2");
    private static final IpAddress REMOTE = IpAddress.parse("198.18.0.1");

    private final TcpContext context = new TcpContext(new BufferPool(1 << 20), new SipHash(1, 2));
    private final Frame frame = FrameSlab.single(MTU);
    private final SegmentWriter writer = new SegmentWriter();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Handshake handshake = new Handshake();
    private final TcpConfig config =
            TcpConfig.builder().receiveBufferBytes(WINDOW).build();
    private final SynAck synAck = new SynAck(config, MTU, context);

    @BeforeEach
    void shakeHands() {
        arrives(
                TcpFlags.SYN,
                0,
                0,
                options -> options.mss(1_460).sackPermitted().windowScale(7).timestamps(TS_VAL, 0));
        synAck.read(segment, handshake);
        handshake.iss(ISS);
        handshake.tsOffered(TS_OFFERED);
        assertThat(synAck.window(handshake)).isEqualTo(WINDOW);
    }

    private void arrives(int flags, int seq, int textBytes, Consumer<SegmentWriter> options) {
        writer.reset()
                .addresses(REMOTE.high(), REMOTE.low(), LOCAL.high(), LOCAL.low())
                .ports(40_000, 80)
                .seq(IRS + seq)
                .flags(flags);
        options.accept(writer);
        writer.begin(frame);
        writer.finish(frame, textBytes);
        parse();
    }

    private void parse() {
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    private long counted(TcpCounters counter) {
        return context.counters().get(counter);
    }

    /// RFC 9293 §3.10.7.4: the window is 4,096 octets from sequence number 1 on.
    @ParameterizedTest
    @CsvSource({
        "1, 0, true",
        "1, 10, true",
        "4096, 0, true",
        "4097, 0, true",
        "4098, 0, false",
        "4096, 10, true",
        "4097, 10, false",
        "0, 0, false",
        "0, 1, false",
        "0, 2, true",
        "-9, 10, false",
        "-8, 10, true"
    })
    void aSegmentIsTakenIfAnyOfItLiesInTheWindow(int seq, int textBytes, boolean taken) {
        arrives(TcpFlags.ACK, seq, textBytes, options -> {});
        assertThat(synAck.accepts(handshake, segment)).isEqualTo(taken);
        assertThat(counted(TcpCounters.OUT_OF_WINDOW_IN)).isEqualTo(taken ? 0 : 1);
    }

    /// Whoever has filled the window has no other number for his ACKs; nothing else begins there.
    @ParameterizedTest
    @CsvSource({"16, true", "24, true", "0, false", "4, false", "20, false", "17, false", "18, false"})
    void onlyAcknowledgementsComeFromTheEdge(int flags, boolean taken) {
        arrives(flags, 4097, 0, options -> {});
        assertThat(synAck.accepts(handshake, segment)).isEqualTo(taken);
    }

    /// RFC 7323 §5.3; the SYN had -5.
    @ParameterizedTest
    @CsvSource({"-6, true", "-5, false", "3, false", "2147483642, false", "2147483643, true"})
    void anOlderTimestampIsOld(int tsVal, boolean old) {
        arrives(TcpFlags.ACK, 1, 0, options -> options.timestamps(tsVal, TS_OFFERED));
        assertThat(synAck.isOld(handshake, segment)).isEqualTo(old);
        assertThat(counted(TcpCounters.OLD_TIMESTAMP_IN)).isEqualTo(old ? 1 : 0);
    }

    @Test
    void aResetIsNeverOld() {
        arrives(TcpFlags.RST, 1, 0, options -> options.timestamps(TS_VAL - 1, 0));
        assertThat(synAck.isOld(handshake, segment)).isFalse();
    }

    @Test
    void withoutTimestampsNothingIsOldAndNothingLacksOne() {
        handshake.options(1_460, 7, true, false, false);
        arrives(TcpFlags.ACK, 1, 0, options -> options.timestamps(TS_VAL - 1, 0));
        assertThat(synAck.isOld(handshake, segment)).isFalse();
        arrives(TcpFlags.ACK, 1, 0, options -> {});
        assertThat(synAck.isOld(handshake, segment)).isFalse();
        assertThat(synAck.lacksTimestamp(handshake, segment)).isFalse();
    }

    @Test
    void aSegmentWithoutTheAgreedTimestampIsDroppedUnlessItResetsOrTheSettingsTakeIt() {
        arrives(TcpFlags.ACK, 1, 0, options -> {});
        assertThat(synAck.lacksTimestamp(handshake, segment)).isTrue();
        var lenient = TcpConfig.builder().missingTimestampsTaken(true).build();
        assertThat(new SynAck(lenient, MTU, context).lacksTimestamp(handshake, segment))
                .isFalse();
        arrives(TcpFlags.RST, 1, 0, options -> {});
        assertThat(synAck.lacksTimestamp(handshake, segment)).isFalse();
        arrives(TcpFlags.ACK, 1, 0, options -> options.timestamps(TS_VAL, TS_OFFERED));
        assertThat(synAck.lacksTimestamp(handshake, segment)).isFalse();
    }

    @Test
    void aChallengeSaysWhereThisSideIs() {
        synAck.challenge(handshake, frame);
        parse();
        assertThat(segment.flags()).isEqualTo(TcpFlags.ACK);
        assertThat(segment.seq()).isEqualTo(ISS + 1);
        assertThat(segment.ack()).isEqualTo(IRS + 1);
        assertThat(segment.window()).isEqualTo(WINDOW >>> Offer.windowShift(config));
        assertThat(segment.tsVal()).isEqualTo(TS_OFFERED);
        assertThat(segment.tsEcr()).isEqualTo(TS_VAL);
        assertThat(counted(TcpCounters.CHALLENGE_ACKS)).isEqualTo(1);
        assertThat(counted(TcpCounters.SEGMENTS_OUT)).isEqualTo(1);

        handshake.options(1_460, -1, true, false, false);
        synAck.challenge(handshake, frame);
        parse();
        assertThat(segment.hasTimestamps()).isFalse();
        assertThat(segment.window()).isEqualTo(WINDOW);
    }

    @Test
    void aResetIsOneThatThePeerTakes() {
        synAck.reset(handshake, frame);
        parse();
        assertThat(segment.flags()).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
        assertThat(segment.seq()).isEqualTo(ISS + 1);
        assertThat(segment.ack()).isEqualTo(IRS + 1);
        assertThat(segment.srcPort()).isEqualTo(80);
        assertThat(counted(TcpCounters.RESETS_OUT)).isEqualTo(1);
        synAck.wasReset();
        assertThat(counted(TcpCounters.RESETS_IN)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCookieForFastOpensIsGiven(boolean experimental) {
        synAck.write(handshake, MTU, 0x1122_3344_5566_7788L, experimental, frame);
        parse();
        assertThat(segment.flags()).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
        assertThat(segment.fastOpenLength()).isEqualTo(8);
        assertThat(segment.fastOpenHigh()).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(segment.fastOpenExperimental()).isEqualTo(experimental);
        assertThat(counted(TcpCounters.SYN_RETRANSMITS)).isZero();
    }

    @Test
    void onlyWhatItsTimerSendsIsSentAgain() {
        synAck.write(handshake, MTU, false, frame);
        assertThat(counted(TcpCounters.SYN_RETRANSMITS)).isZero();
        synAck.write(handshake, MTU, true, frame);
        assertThat(counted(TcpCounters.SYN_RETRANSMITS)).isEqualTo(1);
        assertThat(counted(TcpCounters.SEGMENTS_OUT)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"1500, 1460", "1400, 1360", "9000, 1460"})
    void theSegmentSizeFollowsThePathDownwards(int pathMtu, int mss) {
        var following = TcpConfig.builder().mssFollowsPath(true).build();
        new SynAck(following, MTU, context).write(handshake, pathMtu, false, frame);
        parse();
        assertThat(segment.mss()).isEqualTo(mss);
    }

    @Test
    void onlyAnIcmpErrorThatTheSettingsNameEndsIt() {
        assertThat(IcmpReason.values()).anyMatch(synAck::endedBy).anyMatch(reason -> !synAck.endedBy(reason));
        for (var reason : IcmpReason.values()) {
            assertThat(synAck.endedBy(reason)).isEqualTo(config.openEndedBy().contains(reason));
        }
    }
}
