package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {
    @ParameterizedTest
    @ValueSource(longs = {0, -1_000, Long.MIN_VALUE, Long.MAX_VALUE - 1_000})
    void aBurstIsTakenAtOnceAndThenTheRateHolds(long startNanos) {
        var limit = new RateLimit(1_000, 5);
        assertThat(takenAt(limit, startNanos, 100)).isEqualTo(5);
        assertThat(takenAt(limit, startNanos + 999_999, 100)).isZero();
        assertThat(takenAt(limit, startNanos + 1_000_000, 100)).isEqualTo(1);
        assertThat(takenAt(limit, startNanos + 3_000_000, 100)).isEqualTo(2);
    }

    @Test
    void aRestGivesBackOneBurstAndNoMore() {
        var limit = new RateLimit(1_000, 5);
        takenAt(limit, 0, 100);
        assertThat(takenAt(limit, 3_600 * Net.SECOND, 100)).isEqualTo(5);
    }

    @Test
    void aRateOfZeroGivesNothing() {
        assertThat(takenAt(new RateLimit(0, 5), 0, 100)).isZero();
    }

    private static int takenAt(RateLimit limit, long nowNanos, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += limit.take(nowNanos) ? 1 : 0;
        }
        return taken;
    }
}
