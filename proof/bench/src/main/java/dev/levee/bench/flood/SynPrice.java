package dev.levee.bench.flood;

import com.sun.management.ThreadMXBean;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.LongSupplier;

/// What a SYN costs the thread that runs the server: from the parsed frame to the written answer, without the link.
///
/// @param nanos processor time for one SYN, median of batches that were answered, while there is room
/// @param nanosWhenFull the same when everything is full, whatever becomes of them then
/// @param allocatedBytes on the heap, for one SYN, in all these batches
/// @param collections of the heap meanwhile
record SynPrice(double nanos, double nanosWhenFull, double allocatedBytes, long collections) {
    private static final int BATCH_SYNS = 1_024;
    private static final int MTU = 1500;
    /// Beyond the rows of a quiet moment: more than any budget holds.
    private static final int OVERFLOW = 2;

    /// @param clock for the server, which is its only owner's
    static SynPrice measure(FloodServer server, FloodPlan plan, LongSupplier clock) {
        var source = new FloodSource(plan.seed() + 1);
        var batch = new Batch(server, source, clock);
        var room = new Costs(plan.priceSyns() / BATCH_SYNS);
        for (int syns = 0; syns < plan.liveRows(); syns += BATCH_SYNS) {
            batch.run();
            room.addIf(batch.answeredMost, batch.nanos);
        }
        long collected = collectionsSoFar();
        long allocated = batch.allocated;
        long counted = batch.syns;
        for (int syns = 0; syns < plan.priceSyns(); syns += BATCH_SYNS) {
            batch.run();
            room.addIf(batch.answeredMost, batch.nanos);
        }
        for (long syns = 0; syns < (long) OVERFLOW * plan.liveRows(); syns += BATCH_SYNS) {
            batch.run();
        }
        var full = new Costs(plan.priceSyns() / BATCH_SYNS);
        for (int syns = 0; syns < plan.priceSyns(); syns += BATCH_SYNS) {
            batch.run();
            full.addIf(true, batch.nanos);
        }
        return new SynPrice(
                room.median() / BATCH_SYNS,
                full.median() / BATCH_SYNS,
                (double) (batch.allocated - allocated) / (batch.syns - counted),
                collectionsSoFar() - collected);
    }

    /// Has the code compiled that `measure` measures.
    static void warmUp(FloodServer server, FloodPlan plan, LongSupplier clock) {
        var batch = new Batch(server, new FloodSource(plan.seed() + 2), clock);
        for (long syns = 0; syns < plan.liveRows() + (long) plan.priceSyns(); syns += BATCH_SYNS) {
            batch.run();
        }
    }

    private static long collectionsSoFar() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(bean -> Math.max(0, bean.getCollectionCount()))
                .sum();
    }

    /// SYNs that are written first, and then taken in and answered as a shard does it.
    private static final class Batch {
        private final FloodServer server;
        private final FloodSource source;
        private final LongSupplier clock;
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final Frame[] frames = new Frame[BATCH_SYNS];
        private final Frame[] answers = new Frame[ServerLoop.BATCH_FRAMES];
        long nanos;
        long syns;
        long allocated;
        boolean answeredMost;

        Batch(FloodServer server, FloodSource source, LongSupplier clock) {
            this.server = server;
            this.source = source;
            this.clock = clock;
            var slab = new FrameSlab(Arena.ofAuto(), BATCH_SYNS + answers.length, MTU);
            Arrays.setAll(frames, _ -> slab.take());
            Arrays.setAll(answers, _ -> slab.take());
        }

        void run() {
            for (var frame : frames) {
                source.next(frame);
            }
            long answered = server.answered();
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long begin = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < BATCH_SYNS; i += answers.length) {
                serve(clock.getAsLong(), i);
            }
            nanos = threads.getCurrentThreadCpuTime() - begin;
            allocated += threads.getCurrentThreadAllocatedBytes() - bytes;
            syns += BATCH_SYNS;
            answeredMost = server.answered() - answered > BATCH_SYNS / 2;
        }

        private void serve(long nowNanos, int from) {
            for (int i = from; i < from + answers.length; i++) {
                server.onFrame(nowNanos, frames[i]);
            }
            server.serveSyns(nowNanos, answers.length);
            server.serve(nowNanos);
            int count = 0;
            while (server.poll(nowNanos, answers[count])) {
                count = (count + 1) % answers.length;
            }
        }
    }

    /// The last costs that were added.
    private static final class Costs {
        private final long[] nanos;
        private int added;

        Costs(int kept) {
            nanos = new long[Math.max(1, kept)];
        }

        void addIf(boolean wanted, long cost) {
            if (wanted) {
                nanos[added++ % nanos.length] = cost;
            }
        }

        double median() {
            if (added == 0) {
                return 0;
            }
            var sorted = Arrays.copyOf(nanos, Math.min(added, nanos.length));
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }
}
