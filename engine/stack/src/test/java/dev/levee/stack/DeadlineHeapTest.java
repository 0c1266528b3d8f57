package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.Deadlines;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineHeapTest {
    private static final class Item extends Timed {}

    @Test
    void anEmptyHeapHasNoDeadline() {
        var heap = new DeadlineHeap();
        assertThat(heap.earliest()).isEqualTo(Deadlines.NONE);
        assertThat(heap.pollDue(Long.MAX_VALUE - 1)).isNull();
    }

    @Test
    void aDeadlineIsDueWhenItHasComeAndNotBefore() {
        var heap = new DeadlineHeap();
        var item = new Item();
        heap.set(item, 100);
        assertThat(heap.pollDue(99)).isNull();
        assertThat(heap.pollDue(100)).isSameAs(item);
        assertThat(heap.pollDue(100)).isNull();
    }

    @Test
    void aDeadlineThatMovedLaterIsNotDueAtItsOldTime() {
        var heap = new DeadlineHeap();
        var item = new Item();
        heap.set(item, 100);
        heap.set(item, 200);
        assertThat(heap.pollDue(150)).isNull();
        assertThat(heap.earliest()).isEqualTo(200);
    }

    @Test
    void aDeadlineTakenBackIsForgotten() {
        var heap = new DeadlineHeap();
        var item = new Item();
        heap.set(item, 100);
        heap.set(item, Deadlines.NONE);
        assertThat(heap.earliest()).isEqualTo(Deadlines.NONE);
        assertThat(heap.size()).isZero();
        heap.set(item, 300);
        assertThat(heap.earliest()).isEqualTo(300);
    }

    /// Clocks that wrap, cross zero, or stand at the ends of a `long`.
    @ParameterizedTest
    @ValueSource(longs = {0, -5_000, Long.MIN_VALUE, Long.MAX_VALUE - 5_000, Long.MAX_VALUE - 1, 1L << 62})
    void itGivesWhatAPlainListWouldGive(long startNanos) {
        for (long seed = 1; seed <= 20; seed++) {
            model(startNanos, seed);
        }
    }

    private static void model(long startNanos, long seed) {
        var random = new SplittableRandom(seed);
        var heap = new DeadlineHeap();
        var items = new ArrayList<Item>();
        for (int i = 0; i < 50; i++) {
            items.add(new Item());
        }
        var model = new long[items.size()];
        java.util.Arrays.fill(model, Deadlines.NONE);
        long now = startNanos;
        for (int round = 0; round < 2_000; round++) {
            int index = random.nextInt(items.size());
            switch (random.nextInt(10)) {
                case 0 -> {
                    heap.remove(items.get(index));
                    model[index] = Deadlines.NONE;
                }
                case 1 -> {
                    heap.set(items.get(index), Deadlines.NONE);
                    model[index] = Deadlines.NONE;
                }
                case 2, 3 -> {
                    now += random.nextInt(400);
                    drain(heap, items, model, now, seed);
                }
                default -> {
                    long deadline = Deadlines.after(now, 1 + random.nextInt(1_000));
                    heap.set(items.get(index), deadline);
                    model[index] = deadline;
                }
            }
            assertThat(heap.earliest()).as("seed %d round %d", seed, round).isEqualTo(earliest(model));
        }
    }

    private static void drain(DeadlineHeap heap, List<Item> items, long[] model, long now, long seed) {
        long last = earliest(model);
        for (var due = heap.pollDue(now); due != null; due = heap.pollDue(now)) {
            int index = items.indexOf(due);
            assertThat(Deadlines.due(now, model[index])).as("seed %d", seed).isTrue();
            assertThat(model[index] - last).as("seed %d: in order", seed).isGreaterThanOrEqualTo(0);
            last = model[index];
            model[index] = Deadlines.NONE;
        }
        for (long deadline : model) {
            assertThat(Deadlines.due(now, deadline)).as("seed %d", seed).isFalse();
        }
    }

    private static long earliest(long[] model) {
        long earliest = Deadlines.NONE;
        for (long deadline : model) {
            earliest = Deadlines.earlier(earliest, deadline);
        }
        return earliest;
    }
}
