package dev.levee.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CommandQueueTest {

    /// Counts on its own thread what others announce: `announced` is written before the request, as a port's
    /// positions are.
    private static final class Counter extends Command {
        volatile long announced;
        long seen;
        long lastSeen;
        boolean wentBack;

        @Override
        void run(long nowNanos, int bits) {
            assertThat(bits).isNotZero();
            long now = announced;
            wentBack |= now < lastSeen;
            lastSeen = now;
            seen |= bits;
        }

        @Override
        void runAfterEnd(int bits, @Nullable Throwable reason) {}
    }

    @Test
    void commandsComeInTheOrderInWhichTheyWerePushed() {
        var queue = new CommandQueue();
        var first = new Counter();
        var second = new Counter();
        var third = new Counter();
        for (var command : new Counter[] {first, second, third}) {
            assertThat(command.request(1)).isTrue();
            queue.push(command);
        }
        var all = queue.takeAll();
        assertThat(all).isSameAs(first);
        assertThat(first.next).isSameAs(second);
        assertThat(second.next).isSameAs(third);
        assertThat(third.next).isNull();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.takeAll()).isNull();
    }

    @Test
    void commandIsQueuedOnceHoweverOftenItIsAsked() {
        var command = new Counter();
        assertThat(command.request(1)).isTrue();
        assertThat(command.request(2)).isFalse();
        assertThat(command.request(1)).isFalse();
        assertThat(command.take()).isEqualTo(3);
        assertThat(command.request(2)).isTrue();
    }

    @Test
    void noRequestIsLostUnderManyThreads() throws Exception {
        int producers = 3;
        int rounds = 300_000;
        var queue = new CommandQueue();
        var counters = new Counter[4];
        for (int i = 0; i < counters.length; i++) {
            counters[i] = new Counter();
        }
        var start = new CyclicBarrier(producers + 1);
        var tasks = new ArrayList<FutureTask<Boolean>>();
        for (int p = 0; p < producers; p++) {
            int bit = 1 << p;
            boolean announces = p == 0;
            var task = new FutureTask<>(() -> {
                start.await();
                for (int i = 0; i < rounds; i++) {
                    var counter = counters[i % counters.length];
                    if (announces) {
                        counter.announced = i + 1L;
                    }
                    if (counter.request(bit)) {
                        queue.push(counter);
                    }
                }
                return true;
            });
            tasks.add(task);
            Thread.ofPlatform().start(task);
        }
        start.await();
        while (!tasks.stream().allMatch(FutureTask::isDone)) {
            drain(queue);
        }
        drain(queue);
        for (var task : tasks) {
            assertThat(task.get()).isTrue();
        }
        for (int i = 0; i < counters.length; i++) {
            long last = (long) rounds - counters.length + 1 + i;
            assertThat(counters[i].wentBack).isFalse();
            assertThat(counters[i].lastSeen).isEqualTo(last);
            assertThat(counters[i].seen).isEqualTo((1L << producers) - 1);
            assertThat(counters[i].take()).isZero();
        }
    }

    private static void drain(CommandQueue queue) {
        for (var command = queue.takeAll(); command != null; ) {
            var next = command.next;
            command.run(0, command.take());
            command = next;
        }
    }
}
