package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

@Rfc("9293:MUST-18")
class RttEstimatorTest {
    private static final long MILLI = 1_000_000L;
    private static final TcpConfig CONFIG =
            TcpConfig.builder().rtoMinNanos(MILLI).build();

    @Test
    void beforeAnySampleItIsTheInitialValue() {
        assertThat(new RttEstimator(1000 * MILLI).rtoNanos(CONFIG)).isEqualTo(1000 * MILLI);
    }

    @Test
    void firstSampleGivesThreeTimesItself() {
        var rtt = new RttEstimator(1000 * MILLI);
        rtt.sample(100 * MILLI, CONFIG);
        assertThat(rtt.srttNanos()).isEqualTo(100 * MILLI);
        assertThat(rtt.rttVarNanos()).isEqualTo(50 * MILLI);
        assertThat(rtt.rtoNanos(CONFIG)).isEqualTo(300 * MILLI);
    }

    @Test
    void laterSamplesAreSmoothed() {
        var rtt = new RttEstimator(1000 * MILLI);
        rtt.sample(100 * MILLI, CONFIG);
        rtt.sample(180 * MILLI, CONFIG);
        // RTTVAR = 3/4 * 50 + 1/4 * |100 - 180| = 57.5; SRTT = 7/8 * 100 + 1/8 * 180 = 110.
        assertThat(rtt.rttVarNanos()).isEqualTo(57_500_000L);
        assertThat(rtt.srttNanos()).isEqualTo(110 * MILLI);
        assertThat(rtt.rtoNanos(CONFIG)).isEqualTo(340 * MILLI);
    }

    @Test
    void steadySamplesNeverGoBelowTheMinimum() {
        var rtt = new RttEstimator(1000 * MILLI);
        for (int i = 0; i < 1000; i++) {
            rtt.sample(MILLI / 10, TcpConfig.DEFAULT);
        }
        assertThat(rtt.rtoNanos(TcpConfig.DEFAULT)).isEqualTo(200 * MILLI);
    }

    @Test
    void backOffDoublesUpToTheMaximumAndASampleEndsIt() {
        var rtt = new RttEstimator(1000 * MILLI);
        for (int i = 1; i <= 5; i++) {
            rtt.backOff(0);
            assertThat(rtt.rtoNanos(CONFIG)).isEqualTo((1000 << i) * MILLI);
        }
        for (int i = 0; i < 100; i++) {
            rtt.backOff(0);
        }
        assertThat(rtt.rtoNanos(CONFIG)).isEqualTo(60_000 * MILLI);
        rtt.sample(10 * MILLI, CONFIG);
        assertThat(rtt.rtoNanos(CONFIG)).isEqualTo(30 * MILLI);
    }
}
