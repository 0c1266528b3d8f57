package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReassemblyTest {
    private static final int BASE = 0xFFFF_FF00;

    @Test
    void rangesThatTouchOrOverlapAreOne() {
        var reassembly = new Reassembly();
        assertThat(reassembly.add(BASE + 10, BASE + 20)).isTrue();
        assertThat(reassembly.add(BASE + 30, BASE + 40)).isTrue();
        assertThat(reassembly.count()).isEqualTo(2);
        assertThat(reassembly.add(BASE + 20, BASE + 30)).isTrue();
        assertThat(reassembly.count()).isEqualTo(1);
        assertThat(reassembly.left(0)).isEqualTo(BASE + 10);
        assertThat(reassembly.right(0)).isEqualTo(BASE + 40);
    }

    @Test
    void fullListRefusesANewRangeButExtendsAnOldOne() {
        var reassembly = new Reassembly();
        for (int i = 0; i < Reassembly.RANGES_MAX; i++) {
            assertThat(reassembly.add(BASE + 20 * i, BASE + 20 * i + 10)).isTrue();
        }
        assertThat(reassembly.add(BASE + 5000, BASE + 5001)).isFalse();
        assertThat(reassembly.add(BASE + 10, BASE + 12)).isTrue();
        assertThat(reassembly.count()).isEqualTo(Reassembly.RANGES_MAX);
    }

    @Test
    void advanceTakesWhatWasReached() {
        var reassembly = new Reassembly();
        reassembly.add(BASE + 10, BASE + 20);
        reassembly.add(BASE + 30, BASE + 40);
        assertThat(reassembly.advance(BASE + 5)).isEqualTo(BASE + 5);
        assertThat(reassembly.advance(BASE + 10)).isEqualTo(BASE + 20);
        assertThat(reassembly.advance(BASE + 35)).isEqualTo(BASE + 40);
        assertThat(reassembly.isEmpty()).isTrue();
    }

    @Test
    void agreesWithABitSetAcrossTheWrap() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var reassembly = new Reassembly();
            var model = new BitSet();
            int next = 0;
            for (int i = 0; i < 200; i++) {
                int from = next + 1 + random.nextInt(400);
                int to = from + 1 + random.nextInt(40);
                if (random.nextInt(4) == 0) {
                    int inOrder = next + random.nextInt(30);
                    model.set(next, inOrder);
                    next = model.nextClearBit(next);
                    assertThat(reassembly.advance(BASE + inOrder))
                            .as("seed " + seed)
                            .isEqualTo(BASE + next);
                } else if (reassembly.add(BASE + from, BASE + to)) {
                    model.set(from, to);
                }
                int at = 0;
                for (int j = 0; j < reassembly.count(); j++) {
                    assertThat(BASE + model.nextSetBit(Math.max(at, next)))
                            .as("seed " + seed)
                            .isEqualTo(reassembly.left(j));
                    at = model.nextClearBit(reassembly.left(j) - BASE);
                    assertThat(BASE + at).as("seed " + seed).isEqualTo(reassembly.right(j));
                }
                assertThat(model.nextSetBit(Math.max(at, next)))
                        .as("seed " + seed)
                        .isEqualTo(-1);
            }
        }
    }
}
