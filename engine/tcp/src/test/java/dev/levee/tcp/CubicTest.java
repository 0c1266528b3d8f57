package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// The window of CUBIC against the formulas of RFC 9438, ACK by ACK.
class CubicTest {
    private static final int MSS = 1000;
    private static final long SECOND = Wire.SECOND;

    private final CongestionControl cubic = CongestionAlgorithm.CUBIC.create(
            MSS, TcpConfig.builder().hyStart(false).build());
    private long now = 7 * SECOND;

    /// C, beta and alpha of the RFC.
    private static double curve(double seconds, double k, double wMax) {
        return 0.4 * (seconds - k) * (seconds - k) * (seconds - k) + wMax;
    }

    /// The window was used to the full when an ACK for `bytes` comes.
    private int ack(int bytes, long srttNanos) {
        return ackWith(bytes, srttNanos, cubic.cwnd());
    }

    private int ackWith(int bytes, long srttNanos, int flight) {
        int before = cubic.cwnd();
        cubic.onAck(now, bytes, srttNanos, srttNanos, flight, 0, 0);
        return cubic.cwnd() - before;
    }

    /// Congestion at a window of so many segments, and recovery that ends at the threshold.
    private void congestionAt(int segments) {
        cubic.cwnd(segments * MSS);
        cubic.onCongestion(now, segments * MSS);
        cubic.cwnd(cubic.ssthresh());
    }

    @Test
    @Rfc("9438:4.4")
    void belowTheOldWindowItGoesToWhereTheCurveIsARoundTripLater() {
        congestionAt(100);
        double k = Math.cbrt(30 / 0.4);
        ack(1, SECOND / 2);
        now += SECOND;
        double segments = cubic.cwnd() / (double) MSS;
        double target = curve(1.5, k, 100);
        assertThat(ack(2 * MSS, SECOND / 2)).isCloseTo((int) ((target - segments) / segments * 2 * MSS), within(2));
    }

    @Test
    @Rfc("9438:4.2")
    void noFasterThanByHalfTheWindowInARoundTrip() {
        congestionAt(100);
        ack(MSS, SECOND);
        now += 20 * SECOND;
        assertThat(ack(2 * MSS, SECOND)).isEqualTo(MSS);
    }

    @Test
    @Rfc("9438:4.3")
    void whereRenoWouldBeFasterItGrowsAtItsRate() {
        congestionAt(10);
        int grown = 0;
        for (int i = 0; i < 7; i++) {
            now += Wire.MILLI;
            grown += ack(MSS, Wire.MILLI);
        }
        double alpha = 3 * 0.3 / 1.7;
        assertThat(grown / (double) MSS).as("a round trip").isCloseTo(alpha, within(0.03));
        while (cubic.cwnd() < 10 * MSS) {
            ack(cubic.cwnd(), Wire.MILLI);
        }
        assertThat(ack(cubic.cwnd(), Wire.MILLI)).as("beyond cwnd_prior").isCloseTo(MSS, within(2));
    }

    @Test
    @Rfc("9438:4.3")
    void atTheWindowOfTheLastCongestionARoundTripAddsASegment() {
        congestionAt(100);
        cubic.cwnd(100 * MSS);
        assertThat(ack(100 * MSS, Wire.MILLI)).isEqualTo(MSS);
    }

    @Test
    @Rfc("9438:4.7")
    void fastConvergenceAimsAtTheMiddleBetweenTheTwoWindows() {
        congestionAt(100);
        congestionAt(80);
        assertThat(cubic.cwnd()).isEqualTo(56 * MSS);
        ack(1, SECOND / 10);
        double k = Math.cbrt((0.85 * 80 - 56) / 0.4);
        now += SECOND;
        double segments = cubic.cwnd() / (double) MSS;
        double target = curve(1.1, k, 0.85 * 80);
        assertThat(ack(MSS, SECOND / 10)).isCloseTo((int) ((target - segments) / segments * MSS), within(2));
    }

    @Test
    @Rfc("9438:4.7")
    void flowThatWasBackAtItsWindowGivesUpNoMore() {
        congestionAt(100);
        congestionAt(100);
        ack(1, SECOND / 10);
        now += SECOND;
        double segments = cubic.cwnd() / (double) MSS;
        double target = curve(1.1, Math.cbrt(30 / 0.4), 100);
        assertThat(ack(MSS, SECOND / 10)).isCloseTo((int) ((target - segments) / segments * MSS), within(2));
    }

    /// "K is set to 0, and W_max is set to the congestion window size at the beginning of the current
    /// congestion avoidance stage."
    @Test
    @Rfc("9438:4.8")
    void afterATimeoutTheCurveBeginsWhereCongestionAvoidanceDoes() {
        cubic.cwnd(100 * MSS);
        cubic.onTimeout(now, 100 * MSS, true);
        assertThat(cubic.cwnd()).isEqualTo(MSS);
        assertThat(cubic.ssthresh()).isEqualTo(70 * MSS);
        cubic.cwnd(70 * MSS);
        ack(1, SECOND / 10);
        now += SECOND;
        double target = curve(1.1, 0, 70);
        assertThat(ack(MSS, SECOND / 10)).isCloseTo((int) ((target - 70) / 70 * MSS), within(2));
    }

    @Test
    @Rfc("9438:4.9")
    void afterATimeoutByMistakeTheCurveIsTheOldOne() {
        congestionAt(100);
        cubic.onTimeout(now, 70 * MSS, true);
        cubic.undo();
        assertThat(cubic.cwnd()).isEqualTo(70 * MSS);
        ack(1, SECOND / 10);
        now += SECOND;
        double target = curve(1.1, Math.cbrt(30 / 0.4), 100);
        assertThat(ack(MSS, SECOND / 10)).isCloseTo((int) ((target - 70) / 70 * MSS), within(2));
    }

    @Test
    @Rfc("9438:5.8")
    void windowThatIsNotUsedDoesNotGrowHoweverLongItWas() {
        congestionAt(100);
        ack(MSS, SECOND / 10);
        now += 3 * SECOND;
        assertThat(ackWith(2 * MSS, SECOND / 10, cubic.cwnd() - MSS - 1)).isZero();
        // The epoch begins anew with the first use: as slow as right after the congestion.
        assertThat(ackWith(2 * MSS, SECOND / 10, cubic.cwnd() - MSS)).isLessThan(MSS / 10);
    }

    @Test
    void largerSegmentsKeepTheOctetsOfTheCurve() {
        congestionAt(100);
        cubic.segmentSize(2 * MSS);
        assertThat(cubic.cwnd()).isEqualTo(70 * MSS);
        ack(1, SECOND / 10);
        double k = Math.cbrt(15 / 0.4);
        now += SECOND;
        double segments = cubic.cwnd() / (2.0 * MSS);
        double target = curve(1.1, k, 50);
        assertThat(ack(2 * MSS, SECOND / 10)).isCloseTo((int) ((target - segments) / segments * 2 * MSS), within(2));
    }

    @Test
    void largerSegmentsKeepTheOctetsBelowWhichGrowthIsRenos() {
        congestionAt(100);
        cubic.segmentSize(2 * MSS);
        cubic.cwnd(100 * MSS);
        assertThat(ack(100 * MSS, Wire.MILLI))
                .as("cwnd_prior is 50 segments now: one a round trip")
                .isEqualTo(2 * MSS);
    }

    @Test
    void smallerSegmentsKeepTheSegmentsAndTheEpoch() {
        congestionAt(100);
        ack(1, SECOND / 10);
        now += SECOND;
        cubic.segmentSize(MSS / 2);
        assertThat(cubic.cwnd()).isEqualTo(35 * MSS);
        cubic.adopt(35 * MSS, 35 * MSS);
        double target = curve(1.1, Math.cbrt(30 / 0.4), 100);
        assertThat(ack(MSS, SECOND / 10))
                .as("the clock of the curve goes on")
                .isCloseTo((int) ((target - 70) / 70 * MSS), within(2));
    }

    @Test
    void segmentsOfTheSameSizeChangeNothing() {
        congestionAt(100);
        ack(1, SECOND / 10);
        now += SECOND;
        cubic.segmentSize(MSS);
        assertThat(cubic.cwnd()).isEqualTo(70 * MSS);
        double target = curve(1.1, Math.cbrt(30 / 0.4), 100);
        assertThat(ack(MSS, SECOND / 10)).isCloseTo((int) ((target - 70) / 70 * MSS), within(2));
    }

    @Test
    void windowToStartFromIsOneOfTheNewSegments() {
        cubic.segmentSize(500);
        cubic.cwnd(40_000);
        cubic.restartAfterIdle();
        assertThat(cubic.cwnd()).isEqualTo(10 * 500);
    }

    @Test
    @Rfc("4015:3")
    void mistakeThatIsUndoneAfterSegmentsGrewLeavesTheOldCurve() {
        congestionAt(100);
        cubic.cwnd(90 * MSS);
        cubic.onCongestion(now, 90 * MSS);
        cubic.segmentSize(2 * MSS);
        cubic.undo();
        assertThat(cubic.cwnd()).isEqualTo(90 * MSS);
        // Back at 45 segments below a plateau of 50, as after the first congestion.
        ack(1, SECOND / 10);
        now += SECOND;
        double segments = cubic.cwnd() / (2.0 * MSS);
        double target = curve(1.1, Math.cbrt(5 / 0.4), 50);
        assertThat(ack(2 * MSS, SECOND / 10)).isCloseTo((int) ((target - segments) / segments * 2 * MSS), within(2));
    }
}
