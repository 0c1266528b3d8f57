package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTest {
    @ParameterizedTest
    @CsvSource({"1500,1984", "1984,1984", "1985,65600", "65535,65600"})
    void slabHasRoomForItsMtu(int mtu, int capacity) {
        assertThat(FrameSlab.single(mtu).capacity()).isEqualTo(capacity);
    }

    @Test
    void slabGivesEachFrameOnceAndTakesItBack() {
        try (var arena = Arena.ofConfined()) {
            var slab = new FrameSlab(arena, 3, 1500);
            var frames = new HashSet<Frame>();
            for (int i = 0; i < 3; i++) {
                frames.add(slab.take());
            }
            assertThat(frames).hasSize(3);
            assertThat(slab.available()).isZero();
            assertThatThrownBy(slab::take).isInstanceOf(IllegalStateException.class);
            var frame = frames.iterator().next();
            frame.fill(Packets.text(9));
            slab.give(frame);
            assertThat(slab.take()).isSameAs(frame);
            assertThat(frame.length()).isZero();
        }
    }

    @Test
    void framesOfASlabDoNotOverlap() {
        try (var arena = Arena.ofConfined()) {
            var slab = new FrameSlab(arena, 2, 1500);
            var first = slab.take();
            var second = slab.take();
            first.fill(Packets.text(first.capacity()));
            second.fill(new byte[second.capacity()]);
            assertThat(first.toArray()).isEqualTo(Packets.text(first.capacity()));
        }
    }

    @Test
    void copyFitsOrLeavesTheFrameEmpty() {
        var large = FrameSlab.single(9000);
        var small = FrameSlab.single(1500);
        large.fill(Packets.text(small.capacity()));
        assertThat(small.copyFrom(large)).isTrue();
        assertThat(small.toArray()).isEqualTo(large.toArray());
        large.fill(Packets.text(small.capacity() + 1));
        assertThat(small.copyFrom(large)).isFalse();
        assertThat(small.length()).isZero();
    }

    @Test
    void batchKeepsWhatWasNotSentInOrder() {
        try (var arena = Arena.ofConfined()) {
            var batch = new FrameBatch(new FrameSlab(arena, 8, 1500), 5);
            for (int i = 0; i < 5; i++) {
                assertThat(batch.full()).isFalse();
                batch.next().fill(new byte[] {(byte) i});
                batch.added();
            }
            assertThat(batch.full()).isTrue();
            batch.removeFirst(2);
            assertThat(batch.count()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                assertThat(batch.get(i).toArray()).containsExactly(i + 2);
            }
            batch.removeFirst(0);
            assertThat(batch.get(0).toArray()).containsExactly(2);
            var frames = new HashSet<Frame>();
            for (int i = 0; i < batch.capacity(); i++) {
                frames.add(batch.get(i));
            }
            assertThat(frames).hasSize(5);
            batch.removeFirst(3);
            assertThat(batch.count()).isZero();
        }
    }
}
