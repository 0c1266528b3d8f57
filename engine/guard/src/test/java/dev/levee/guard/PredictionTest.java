package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Handshake;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The attack: who sees the numbers that he is given himself computes what others are given (NUMBER:JACK and its like).
class PredictionTest {
    private static final long EPOCH = 112_500_000;
    private static final int NUMBERS = 1 << 20;
    /// How far off a guess may be: an attacker sends so many packets.
    private static final int NEAR = 1 << 12;

    private final SynCookies cookies = new SynCookies(new CookieKeys(new SipHash(3, 4)));
    private final Handshake syn = new Random(1).handshake();

    private int number(boolean timestamps, int i) {
        syn.options(1460, 7, true, false, timestamps);
        syn.tuple(0, 0xffff_c612_0002L, 0, 0xffff_c633_6401L + (i >>> 16), 80 << 16 | i & 0xffff);
        syn.irs(i);
        cookies.issue(syn, EPOCH);
        return syn.iss();
    }

    /// The next number lies where the last one, the last step, or the last change of a step says, as often
    /// as chance has it: twice 2^12 of 2^32 for each of a million, twice in all. (Zalewski's attractor: who
    /// knows three points knows no fourth.)
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc("9293:MUST-9")
    void threeNumbersTellNothingOfTheFourth(boolean timestamps) {
        int[] hits = new int[3];
        int before3 = number(timestamps, 0);
        int before2 = number(timestamps, 1);
        int before1 = number(timestamps, 2);
        for (int i = 3; i < NUMBERS; i++) {
            int next = number(timestamps, i);
            int step = before1 - before2;
            int change = step - (before2 - before3);
            hits[0] += near(before1, next);
            hits[1] += near(before1 + step, next);
            hits[2] += near(before1 + step + change, next);
            before3 = before2;
            before2 = before1;
            before1 = next;
        }
        for (int hit : hits) {
            assertThat(hit).isLessThan(12);
        }
    }

    private static int near(int guess, int is) {
        return Math.abs((long) (guess - is)) <= NEAR ? 1 : 0;
    }

    /// All values come equally often in each octet: NIST's frequency test of blocks.
    @Test
    void everyOctetIsEven() {
        var counts = new int[4][256];
        for (int i = 0; i < NUMBERS; i++) {
            int number = number(true, i);
            for (int octet = 0; octet < 4; octet++) {
                counts[octet][number >>> 8 * octet & 0xff]++;
            }
        }
        double expected = NUMBERS / 256.0;
        for (var octet : counts) {
            double chiSquared = 0;
            for (int count : octet) {
                chiSquared += (count - expected) * (count - expected) / expected;
            }
            // 255 degrees of freedom: above 347 once in ten thousand times.
            assertThat(chiSquared).isLessThan(347);
        }
    }
}
