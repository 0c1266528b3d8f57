package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.SipHash;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class InitialSequenceTest {
    private final InitialSequence initial = new InitialSequence(new SipHash(3, 4));

    @Test
    @Rfc("9293:MUST-8")
    void oneTicksEveryFourMicroseconds() {
        int before = iss(1_000_000, 1);
        assertThat(iss(1_003_999, 1)).isEqualTo(before);
        assertThat(iss(1_004_000, 1)).isEqualTo(before + 1);
        assertThat(iss(1_000_000 + 4_000_000_000L, 1)).isEqualTo(before + 1_000_000);
    }

    @Test
    void theClockGoesOnAcrossZero() {
        assertThat(iss(-1, 1) + 1).isEqualTo(iss(0, 1));
        assertThat(iss(-4_000, 1)).isEqualTo(iss(-1, 1));
        assertThat(iss(-4_001, 1) + 1).isEqualTo(iss(-4_000, 1));
    }

    @Test
    @Rfc("9293:SHLD-1")
    void everyTupleAndEverySecretHasItsOwnSpace() {
        var seen = new HashSet<Integer>();
        for (int ports = 0; ports < 1_000; ports++) {
            seen.add(iss(0, ports));
        }
        assertThat(seen).hasSizeGreaterThan(998);
        assertThat(new InitialSequence(new SipHash(3, 5)).iss(0, 1, 2, 3, 4, 5))
                .isNotEqualTo(initial.iss(0, 1, 2, 3, 4, 5));
        assertThat(initial.iss(0, 1, 2, 3, 4, 5)).isNotEqualTo(initial.iss(0, 3, 4, 1, 2, 5));
    }

    @Test
    @Rfc("9293:MUST-9")
    void withoutEveryBitOfTheSecretNoneCanBeComputed() {
        for (int bit = 0; bit < 128; bit++) {
            long low = bit < 64 ? 3 ^ 1L << bit : 3;
            long high = bit < 64 ? 4 : 4 ^ 1L << bit - 64;
            var other = new InitialSequence(new SipHash(low, high));
            int same = 0;
            var between = new HashSet<Integer>();
            for (int ports = 0; ports < 100; ports++) {
                int mine = iss(0, ports);
                int guessed = other.iss(0, 0, 1, 0, 2, ports);
                same += mine == guessed ? 1 : 0;
                // Who has seen one must not know the next: not even how far the guess is off may repeat.
                between.add(mine - guessed);
            }
            assertThat(same).as("bit %d", bit).isZero();
            assertThat(between).as("bit %d", bit).hasSizeGreaterThan(97);
        }
    }

    @Test
    void timestampsBeginElsewhereThanSequenceNumbers() {
        assertThat(initial.timestampOffset(1, 2, 3, 4, 5)).isNotEqualTo(initial.iss(0, 1, 2, 3, 4, 5));
        assertThat(initial.timestampOffset(1, 2, 3, 4, 5)).isNotEqualTo(initial.timestampOffset(1, 2, 3, 4, 6));
    }

    private int iss(long nowNanos, int ports) {
        return initial.iss(nowNanos, 0, 1, 0, 2, ports);
    }
}
