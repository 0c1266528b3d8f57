package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

    @Test
    void sizesAreRoundedUpToPowersOfTwoAndCounted() {
        var pool = new BufferPool(1 << 20);
        var ring = pool.take(5000);
        assertThat(ring).isNotNull().extracting(ByteRing::capacity).isEqualTo(8192);
        assertThat(pool.bytesTaken()).isEqualTo(8192);
    }

    @Test
    void budgetIsNeverExceededAndWhatIsGivenBackIsTakenAgain() {
        var pool = new BufferPool(3 << 20);
        var rings = new ArrayList<ByteRing>();
        for (var ring = pool.take(1 << 20); ring != null; ring = pool.take(1 << 20)) {
            rings.add(ring);
        }
        assertThat(rings).hasSize(3);
        assertThat(pool.bytesReserved()).isEqualTo(3 << 20);
        pool.give(rings.getFirst());
        assertThat(pool.take(1 << 20)).isSameAs(rings.getFirst());
        assertThat(pool.take(64)).isNull();
    }

    @Test
    void memoryThatLiesIdleInOneSizeServesAnother() {
        var pool = new BufferPool(1 << 20);
        var small = new ArrayList<ByteRing>();
        for (var ring = pool.take(1 << 14); ring != null; ring = pool.take(1 << 14)) {
            small.add(ring);
        }
        assertThat(pool.take(1 << 18)).as("nothing idle").isNull();
        small.forEach(pool::give);
        var large = pool.take(1 << 18);
        assertThat(large).isNotNull();
        assertThat(pool.bytesReserved()).isLessThanOrEqualTo(1 << 20);
        pool.give(Objects.requireNonNull(large));
        assertThat(pool.take(1 << 20)).as("all of it").isNotNull();
        assertThat(pool.take(64)).isNull();
    }

    @Test
    void atLeastHalfOfALargeBudgetCanChangeItsSize() {
        var pool = new BufferPool(64L << 20);
        var small = new ArrayList<ByteRing>();
        for (var ring = pool.take(1 << 16); ring != null; ring = pool.take(1 << 16)) {
            small.add(ring);
        }
        assertThat(small).hasSize(1024);
        small.forEach(pool::give);
        int large = 0;
        while (pool.take(4 << 20) != null) {
            large++;
        }
        assertThat(large).isEqualTo(8);
    }

    /// The tests of this module run with -XX:MaxDirectMemorySize=512m.
    @Test
    void machineWithLessMemoryThanTheBudgetIsNoError() {
        var pool = new BufferPool(1L << 40);
        var rings = new ArrayList<ByteRing>();
        for (var ring = pool.take(64 << 20); ring != null; ring = pool.take(64 << 20)) {
            rings.add(ring);
            assertThat(rings).as("rings of 64 MiB in 512 MiB").hasSizeLessThanOrEqualTo(8);
        }
        assertThat(rings).isNotEmpty();
        assertThat(pool.take(64 << 20)).isNull();
        pool.give(rings.getLast());
        assertThat(pool.take(64 << 20)).isNotNull();
    }
}
