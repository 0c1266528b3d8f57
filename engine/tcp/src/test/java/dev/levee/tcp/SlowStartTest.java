package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Exponential growth and HyStart++ (RFC 9406), sample by sample.
class SlowStartTest {
    private static final int MSS = 1000;
    private static final long MILLI = Wire.MILLI;
    private static final int NO_THRESHOLD = Integer.MAX_VALUE;

    private final SlowStart slow = new SlowStart(MSS, TcpConfig.builder().build());
    private int una = 1;

    /// Round trips are told apart by SND.UNA: `samples` ACKs with that time, all within one.
    private void round(SlowStart slow, int samples, long rttNanos) {
        int end = una + 1_000;
        for (int i = 0; i < samples; i++) {
            una++;
            slow.onAck(rttNanos, 100 * MSS, una, end);
        }
        una = end;
    }

    private int growth(SlowStart slow, int acked) {
        return slow.growth(100 * MSS, NO_THRESHOLD, acked);
    }

    @ParameterizedTest
    @CsvSource({"10,1460,14600", "10,1000,10000", "10,2000,14600", "10,9000,18000", "2,9000,18000", "4,1460,5840"})
    @Rfc("6928:2")
    void initialWindowIsSoManySegmentsButFewerOfLargeOnes(int segments, int mss, int octets) {
        var config = TcpConfig.builder().initialWindowSegments(segments).build();
        assertThat(new SlowStart(mss, config).initialWindow()).isEqualTo(octets);
    }

    @ParameterizedTest
    @CsvSource({
        "10000,1000,500,5000",
        "100,1000,500,500",
        "10000,1000,1000,10000",
        "40000,1000,2000,40000",
        "1000,1000,2000,2000",
        "1073741824,1460,536,394195628"
    })
    void windowKeepsItsSegmentsWhenTheyShrinkAndItsOctetsWhenTheyGrow(int cwnd, int before, int mss, int octets) {
        assertThat(SlowStart.resized(cwnd, before, mss)).isEqualTo(octets);
    }

    @Test
    @Rfc("5681:3.1")
    void windowGrowsByWhatIsAcknowledgedUpToTheThreshold() {
        slow.onAck(-1, 10 * MSS, una, una + 1);
        assertThat(slow.growth(10 * MSS, NO_THRESHOLD, 1234)).isEqualTo(1234);
        assertThat(slow.growth(10 * MSS, 10 * MSS + 1233, 1234)).isEqualTo(1233);
    }

    @Test
    void windowStaysBelowTheLargestThereIs() {
        slow.onAck(-1, SlowStart.WINDOW_MAX, una, una + 1);
        assertThat(slow.growth(SlowStart.WINDOW_MAX - 5, NO_THRESHOLD, 1234)).isEqualTo(5);
    }

    @Test
    void windowOfWhichHalfIsUsedDoesNotGrow() {
        slow.onAck(-1, 5 * MSS, una, una + 1_000);
        assertThat(slow.growth(10 * MSS, NO_THRESHOLD, MSS)).isZero();
        assertThat(slow.growth(10 * MSS - 1, NO_THRESHOLD, MSS)).isEqualTo(MSS);
    }

    @Test
    void mostInFlightCountsForItsRoundTripOnly() {
        slow.onAck(-1, 9 * MSS, una, una + 1_000);
        slow.onAck(-1, 2 * MSS, una + 1_000, una + 2_000);
        assertThat(slow.growth(10 * MSS, NO_THRESHOLD, MSS)).isEqualTo(MSS);
        slow.onAck(-1, 2 * MSS, una + 1_001, una + 2_000);
        assertThat(slow.growth(10 * MSS, NO_THRESHOLD, MSS)).isZero();
        slow.onAck(-1, 2 * MSS + 1, una + 1_500, una + 2_500);
        assertThat(slow.growth(4 * MSS, NO_THRESHOLD, MSS)).isEqualTo(MSS);
    }

    @ParameterizedTest
    @CsvSource({"100,12.5", "16,4", "33,4.125", "8,4", "400,16", "126,15.75"})
    @Rfc("9406:4.2")
    void delayThatGrewByAnEighthSlowsGrowthToAQuarter(double before, double step) {
        round(slow, 8, (long) (before * MILLI));
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
        round(slow, 8, (long) ((before + step) * MILLI) - 1);
        assertThat(growth(slow, MSS)).as("a nanosecond less").isEqualTo(MSS);
        var again = new SlowStart(MSS, TcpConfig.builder().build());
        round(again, 8, (long) (before * MILLI));
        round(again, 7, (long) ((before + step) * MILLI));
        assertThat(growth(again, MSS)).as("seven samples").isEqualTo(MSS);
        una -= 500;
        again.onAck((long) ((before + step) * MILLI), 100 * MSS, una, una + 1_000);
        assertThat(growth(again, MSS)).isEqualTo(MSS / 4);
        assertThat(growth(again, 3)).as("never nothing").isEqualTo(1);
    }

    @Test
    @Rfc("9406:4.2")
    void fewSamplesAndAcksWithoutOneProveNothing() {
        round(slow, 8, 100 * MILLI);
        int end = una + 1_000;
        for (int i = 0; i < 20; i++) {
            slow.onAck(i < 7 ? 200 * MILLI : i % 2 == 0 ? -1 : 0, 100 * MSS, ++una, end);
        }
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
    }

    @Test
    @Rfc("9406:4.2")
    void firstRoundTripHasNothingToBeComparedWith() {
        round(slow, 20, 500 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
    }

    @Test
    @Rfc("9406:4.2")
    void delayThatFallsBelowThatOfTheAlarmResumesGrowth() {
        round(slow, 8, 100 * MILLI);
        round(slow, 8, 120 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS / 4);
        round(slow, 8, 120 * MILLI);
        assertThat(growth(slow, MSS)).as("as long as then").isEqualTo(MSS / 4);
        round(slow, 8, 120 * MILLI - 1);
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
        assertThat(slow.over()).isFalse();
        // And a new alarm compares with the round before.
        round(slow, 8, 120 * MILLI - 1 + 15 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS / 4);
    }

    @Test
    @Rfc("9406:4.2")
    void fiveRoundTripsAfterTheAlarmSlowStartIsOver() {
        round(slow, 8, 100 * MILLI);
        round(slow, 8, 120 * MILLI);
        growth(slow, MSS);
        for (int i = 0; i < 4; i++) {
            round(slow, 8, 120 * MILLI);
            assertThat(growth(slow, MSS)).isEqualTo(MSS / 4);
            assertThat(slow.over()).as("after %d", i + 1).isFalse();
        }
        round(slow, 8, 120 * MILLI);
        assertThat(slow.over()).isTrue();
    }

    /// Initial sequence numbers may be anything.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x3fff_ffff, 0x7fff_ff00, 0x8000_0001, 0xa000_0000, 0xc000_0000, -300})
    @Rfc("9406:4.2")
    void delayIsSeenFromTheFirstRoundOnWhereverNumbersBegin(int iss) {
        una = iss;
        round(slow, 8, 100 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
        round(slow, 8, 120 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS / 4);
    }

    @Test
    @Rfc("9406:4.3")
    void onlyTheFirstSlowStartWatchesTheDelay() {
        slow.end();
        round(slow, 8, 100 * MILLI);
        round(slow, 8, 200 * MILLI);
        assertThat(growth(slow, MSS)).isEqualTo(MSS);
    }

    @Test
    void withoutHyStartTheDelayIsNotWatched() {
        var plain = new SlowStart(MSS, TcpConfig.builder().hyStart(false).build());
        round(plain, 8, 100 * MILLI);
        round(plain, 8, 200 * MILLI);
        assertThat(growth(plain, MSS)).isEqualTo(MSS);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("9406:4.3")
    void slowStartAfterTheFirstGoesToTheThresholdWhateverTheDelay(CongestionAlgorithm algorithm) {
        var control = algorithm.create(MSS, TcpConfig.builder().build());
        control.cwnd(40 * MSS);
        control.onTimeout(0, 40 * MSS, true);
        int threshold = control.ssthresh();
        control.cwnd(10 * MSS);
        for (int trip = 0; trip < 2; trip++) {
            int end = una + 1_000;
            for (int i = 0; i < 8; i++) {
                int before = control.cwnd();
                control.onAck(0, 100, (100 + 50 * trip) * MILLI, 100 * MILLI, before, ++una, end);
                assertThat(control.cwnd() - before).isEqualTo(100);
            }
            una = end;
        }
        assertThat(control.ssthresh()).isEqualTo(threshold);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("9406:4.2")
    void slowStartThatEndedByDelayIsFollowedByOneUpToItsWindow(CongestionAlgorithm algorithm) {
        var control = algorithm.create(MSS, TcpConfig.builder().build());
        control.cwnd(40 * MSS);
        for (int trip = 0; control.ssthresh() == NO_THRESHOLD; trip++) {
            assertThat(trip).as("round trips").isLessThan(8);
            int end = una + 1_000;
            for (int i = 0; i < 8; i++) {
                long rtt = (trip == 0 ? 100 : 150) * MILLI;
                control.onAck(0, 100, rtt, 100 * MILLI, control.cwnd(), ++una, end);
            }
            una = end;
        }
        int threshold = control.ssthresh();
        control.restartAfterIdle();
        assertThat(control.cwnd()).isEqualTo(10 * MSS);
        for (int i = 0; i < 3; i++) {
            int before = control.cwnd();
            control.onAck(0, MSS, 150 * MILLI, 100 * MILLI, before, ++una, una + 1_000);
            assertThat(control.cwnd() - before).isEqualTo(MSS);
        }
        assertThat(control.ssthresh()).isEqualTo(threshold);
    }

    @ParameterizedTest
    @EnumSource
    void windowOnceReachedIsNotLoweredByAnUndoneMistakeNorRaisedByIdling(CongestionAlgorithm algorithm) {
        var control = algorithm.create(MSS, TcpConfig.builder().build());
        control.cwnd(5 * MSS);
        control.restartAfterIdle();
        assertThat(control.cwnd()).isEqualTo(5 * MSS);
        control.onTimeout(0, 5 * MSS, true);
        control.cwnd(8 * MSS);
        control.undo();
        assertThat(control.cwnd()).isEqualTo(8 * MSS);
        control.cwnd(Integer.MAX_VALUE);
        assertThat(control.cwnd()).isEqualTo(SlowStart.WINDOW_MAX);
        assertThat(control.algorithm()).isEqualTo(algorithm);
        control.afterSynLoss();
        assertThat(control.cwnd()).isEqualTo(MSS);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("5681:3.1")
    void thresholdIsNeverBelowTwoSegments(CongestionAlgorithm algorithm) {
        var control = algorithm.create(MSS, TcpConfig.builder().build());
        control.onCongestion(0, 2 * MSS);
        assertThat(control.ssthresh()).isEqualTo(2 * MSS);
        control.segmentSize(500);
        control.onCongestion(0, 100);
        assertThat(control.ssthresh()).isEqualTo(1_000);
    }

    @ParameterizedTest
    @EnumSource
    void windowThatAMistakeMadeSmallerIsRestoredInSegmentsOfTheirNewSize(CongestionAlgorithm algorithm) {
        var control = algorithm.create(MSS, TcpConfig.builder().build());
        control.cwnd(40 * MSS);
        control.onTimeout(0, 40 * MSS, true);
        control.segmentSize(500);
        control.undo();
        assertThat(control.cwnd()).isEqualTo(40 * 500);
    }
}
