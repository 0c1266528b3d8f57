package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EcnTest {
    private static final int SETUP = TcpFlags.ECE | TcpFlags.CWR;
    private static final int BITS = SETUP;
    private static final int CE = 3;

    private static Wire passive(EcnUse use, Consumer<SegmentWriter> syn) {
        var wire = Wire.passive(Wire.plain().ecn(use).build(), w -> syn.accept(w.mss(1000)));
        wire.drain();
        return wire;
    }

    private static Wire agreed() {
        var wire = passive(EcnUse.WHEN_ASKED, w -> w.flags(SETUP));
        assertThat(wire.lastFlags() & BITS).isEqualTo(TcpFlags.ECE);
        wire.receive("A", 1, 1).nothing();
        assertThat(wire.connection.ecn()).isTrue();
        return wire;
    }

    private static Wire echo(Wire wire, int ack) {
        return wire.receive("A", 1, ack, w -> w.flags(TcpFlags.ECE));
    }

    @Test
    @Rfc("3168:6.1.1")
    void agreedToWhenAskedButNotWhenOff() {
        assertThat(passive(EcnUse.WHEN_ASKED, w -> w.flags(SETUP)).connection.ecn())
                .isTrue();
        assertThat(passive(EcnUse.ON, w -> w.flags(SETUP)).connection.ecn()).isTrue();
        assertThat(passive(EcnUse.OFF, w -> w.flags(SETUP)).connection.ecn()).isFalse();
        assertThat(passive(EcnUse.ON, w -> {}).connection.ecn()).isFalse();
        assertThat(passive(EcnUse.ON, w -> w.flags(TcpFlags.ECE)).connection.ecn())
                .isFalse();
        assertThat(passive(EcnUse.ON, w -> w.flags(TcpFlags.CWR)).connection.ecn())
                .isFalse();
        assertThat(passive(EcnUse.ON, w -> w.flags(SETUP).trafficClass(Ecn.ECT_0))
                        .connection
                        .ecn())
                .isFalse();
    }

    @Test
    @Rfc("3168:6.1.1")
    void askedForOnlyWhereItIsOn() {
        var asks = Wire.active(Wire.plain().ecn(EcnUse.ON).build());
        asks.drain();
        assertThat(asks.lastFlags() & BITS).isEqualTo(SETUP);
        assertThat(asks.lastTrafficClass()).isZero();
        var silent = Wire.active(Wire.plain().build());
        silent.drain();
        assertThat(silent.lastFlags() & BITS).isZero();
        silent.receive("SA", 0, 1, w -> w.flags(TcpFlags.ECE)).drain();
        assertThat(silent.connection.ecn()).isFalse();
    }

    @Test
    @Rfc("3168:6.1.1")
    void peerThatMirrorsBothBitsHasNotAgreed() {
        var wire = Wire.active(Wire.plain().ecn(EcnUse.ON).build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.flags(SETUP)).drain();
        assertThat(wire.connection.ecn()).isFalse();
    }

    @Test
    @Rfc("3168:6.1.1.1")
    void synSentAgainDoesNotAskAndWhoeverAgreesToItLaterIsNotBelieved() {
        var wire = Wire.active(Wire.plain().ecn(EcnUse.ON).build());
        wire.drain();
        wire.toDeadline().drain();
        assertThat(wire.lastFlags() & BITS).isZero();
        wire.receive("SA", 0, 1, w -> w.flags(TcpFlags.ECE)).drain();
        assertThat(wire.connection.ecn()).isFalse();
    }

    @Test
    @Rfc("3168:6.1.1")
    void peerThatAsksNoMoreIsAnsweredWithoutIt() {
        var wire = passive(EcnUse.ON, w -> w.flags(SETUP));
        wire.receive("S", 0, 0, w -> w.mss(1000)).drain();
        assertThat(wire.lastFlags() & BITS).isZero();
        assertThat(wire.connection.ecn()).isFalse();
    }

    @Test
    @Rfc({"3168:6.1.4", "3168:6.1.5", "9293:SHLD-8"})
    void onlyNewTextMayBeMarked() {
        var wire = agreed().write("abc");
        wire.drain();
        assertThat(wire.lastTrafficClass()).isEqualTo(Ecn.ECT_0);
        wire.toDeadline().drain();
        assertThat(wire.lastTrafficClass()).isZero();
        wire.receive("PA", 1, 4, 65_535, "x").toDeadline().drain();
        assertThat(wire.lastTrafficClass()).isZero();
    }

    @Test
    @Rfc("3168:6.1.6")
    void windowProbeMayNotBeMarked() {
        var wire = agreed().receive("A", 1, 1, 0, "").write("abc");
        wire.nothing();
        wire.toDeadline().expect("A", 1, 1, 1);
        assertThat(wire.lastTrafficClass()).isZero();
    }

    @Test
    @Rfc({"3168:6.1.3", "9293:SHLD-8"})
    void markIsEchoedAtOnceAndUntilThePeerSaysThatItSlowedDown() {
        var wire = agreed();
        wire.receive("PA", 1, 1, 65_535, "a", w -> w.trafficClass(CE)).expect("A", 1, 0, 2);
        assertThat(wire.lastFlags() & BITS).isEqualTo(TcpFlags.ECE);
        wire.receive("PA", 2, 1, 65_535, "b").expect("A", 1, 0, 3);
        assertThat(wire.lastFlags() & BITS).isEqualTo(TcpFlags.ECE);
        wire.receive("PA", 3, 1, 65_535, "c", w -> w.flags(TcpFlags.CWR)).expect("A", 1, 0, 4);
        assertThat(wire.lastFlags() & BITS).isZero();
        assertThat(wire.count(TcpCounters.CONGESTION_MARKS_IN)).isEqualTo(1);
    }

    @Test
    @Rfc("3168:6.1.5")
    void markOutsideOfTheWindowIsNotEchoed() {
        var wire = agreed();
        wire.receive("PA", 70_000, 1, 65_535, "a", w -> w.trafficClass(CE)).expect("A", 1, 0, 1);
        assertThat(wire.lastFlags() & BITS).isZero();
    }

    @Test
    @Rfc("3168:6.1.2")
    void echoReducesTheWindowOnceForEachWindowOfData() {
        var wire = agreed().write(Wire.text(30_000));
        assertThat(wire.drain()).hasSize(10);
        echo(wire, 1001).drain();
        assertThat(wire.connection.ssthresh()).isEqualTo(7000);
        assertThat(wire.count(TcpCounters.CONGESTION_ECHOES_IN)).isEqualTo(1);
        for (int upTo = 2001; upTo <= 10_001; upTo += 1000) {
            echo(wire, upTo).drain();
        }
        assertThat(wire.count(TcpCounters.CONGESTION_ECHOES_IN)).isEqualTo(1);
        assertThat(wire.connection.cwnd()).isEqualTo(7000);
        echo(wire, 11_001).drain();
        assertThat(wire.count(TcpCounters.CONGESTION_ECHOES_IN)).isEqualTo(2);
        assertThat(wire.connection.ssthresh()).isLessThan(7000);
        assertThat(wire.count(TcpCounters.RETRANSMITS)).isZero();
    }

    @Test
    @Rfc("3168:6.1.2")
    void firstNewTextAfterAReductionSaysSo() {
        var wire = agreed().write(Wire.text(30_000));
        wire.drain();
        echo(wire, 4001).one();
        assertThat(wire.lastFlags() & BITS).isEqualTo(TcpFlags.CWR);
        echo(wire, 6001).drain();
        assertThat(wire.lastFlags() & BITS).isZero();
    }

    @Test
    @Rfc("3168:6.1.2")
    void lossInAWindowThatWasMarkedDoesNotReduceItAgain() {
        var wire = agreed().write(Wire.text(30_000));
        wire.drain();
        echo(wire, 1001).drain();
        int ssthresh = wire.connection.ssthresh();
        for (int i = 0; i < 3; i++) {
            echo(wire, 1001).drain();
        }
        assertThat(wire.count(TcpCounters.FAST_RETRANSMITS)).isEqualTo(1);
        assertThat(wire.connection.ssthresh()).isEqualTo(ssthresh);
    }

    @Test
    void windowNeverFallsBelowTwoSegmentsHoweverOftenThePeerEchoes() {
        var wire = agreed().write(Wire.text(60_000));
        wire.drain();
        for (int upTo = 1001; upTo <= 40_001; upTo += 1000) {
            echo(wire, upTo).drain();
        }
        assertThat(wire.connection.cwnd()).isGreaterThanOrEqualTo(2000);
        assertThat(wire.connection.bytesAcknowledged()).isEqualTo(40_000);
    }

    @Test
    void echoMeansNothingWithoutAgreementNorWhenNothingIsInFlight() {
        var wire = Wire.established().write(Wire.text(20_000));
        wire.drain();
        echo(wire, 1001).drain();
        assertThat(wire.connection.ssthresh()).isEqualTo(Integer.MAX_VALUE);
        var idle = agreed();
        echo(idle, 1).nothing();
        assertThat(idle.connection.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void lowerBitsOfTheTrafficClassAreNotTheUsers() {
        var wire = Wire.established(Wire.plain().trafficClass(0xbb).build()).write("abc");
        wire.drain();
        assertThat(wire.lastTrafficClass()).isEqualTo(0xb8);
    }

    /// One ACK says that packets were marked, and that a probe has mended a loss that nothing else showed.
    @Test
    @Rfc({"3168:6.1.2", "8985:7.4.2"})
    void markAndLossOfOneWindowAreOneCongestion() {
        var config = Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).build();
        var wire = Wire.passive(config, w -> w.mss(1000).sackPermitted().flags(SETUP));
        wire.drain();
        wire.at(40 * Wire.MILLI).receive("A", 1, 1).nothing();
        wire.write(Wire.text(5_000)).drain();
        wire.toDeadline().expect("PA", 4001, 1000, 1);
        assertThat(wire.count(TcpCounters.TAIL_PROBES)).isEqualTo(1);
        wire.write(Wire.text(1_000)).drain();
        echo(wire.at(40 * Wire.MILLI), 6001).drain();
        assertThat(wire.count(TcpCounters.CONGESTION_ECHOES_IN)).isEqualTo(1);
        assertThat(wire.connection.ssthresh()).isEqualTo(3_000);
    }
}
