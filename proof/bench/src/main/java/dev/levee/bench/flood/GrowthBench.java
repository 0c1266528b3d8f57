package dev.levee.bench.flood;

import com.sun.management.ThreadMXBean;
import dev.levee.guard.Defence;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// `bench growth`: whether a batch of packets has to wait while the table of handshakes grows. A flood fills an empty
/// table with so many rows; when all of them have expired it does so once more, in the table that is there now. The
/// second time everything is the same but that nothing grows.
///
/// Each batch is measured by the clock and by the processor's time of the thread, page faults included: on a machine
/// that others use as well, only the second one says what the batch itself has cost. What it does not have is
/// time in which the thread waits, as for memory that another one is clearing: how often it did is counted (Linux).
/// Batches during which the heap was collected are counted apart.
///
/// Threads: main.
public final class GrowthBench {
    private static final int ROWS_MIN = 1_000;
    private static final int ROWS_MAX = 1_000_000;
    private static final int ROUNDS_MAX = 100;
    private static final int MTU = 1500;
    private static final long BUDGET_BYTES = FloodPlan.BUDGET_BYTES;
    private static final long NANOS_PER_SYN = 500;
    /// SYNs for each row that is wanted, before the table counts as one that is never that full.
    private static final int TRIES = 2;

    private final int rows;
    private final int rounds;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final Frame[] frames = new Frame[ServerLoop.BATCH_FRAMES];
    private final Frame[] answers = new Frame[ServerLoop.BATCH_FRAMES];
    private long now;

    /// @throws IllegalArgumentException with a sentence for numbers out of range
    public GrowthBench(int rows, int rounds) {
        if (rows < ROWS_MIN || rows > ROWS_MAX) {
            throw new IllegalArgumentException("--rows must lie between " + ROWS_MIN + " and " + ROWS_MAX);
        }
        if (rounds > ROUNDS_MAX) {
            throw new IllegalArgumentException("--rounds must lie between 1 and " + ROUNDS_MAX);
        }
        this.rows = rows;
        this.rounds = rounds;
        var slab = new FrameSlab(Arena.ofAuto(), frames.length + answers.length, MTU);
        Arrays.setAll(frames, _ -> slab.take());
        Arrays.setAll(answers, _ -> slab.take());
    }

    /// Measures, and prints a table.
    public void run(PrintStream out) {
        out.println(String.format(
                Locale.ROOT,
                "%,d rows in at most %d MiB, batches of %d SYNs; microseconds, by the clock / of the processor",
                rows,
                BUDGET_BYTES >> 20,
                frames.length));
        out.println(String.format(
                Locale.ROOT,
                "%-6s %-14s %8s %15s %15s %15s %6s %11s",
                "round",
                "table",
                "batches",
                "p50",
                "p99.99",
                "longest",
                "waits",
                "collections"));
        // Code is compiled in the first one, which counts for nothing.
        for (int round = 0; round <= rounds; round++) {
            var server = new StackServer(Defence.AUTO, BUDGET_BYTES, rows, MTU, new SipHash(round, ~round));
            var source = new FloodSource(round);
            var grown = fill(server, source);
            expire(server);
            var again = fill(server, source);
            expire(server);
            if (round > 0) {
                out.println(line(round, "grows", grown));
                out.println(line(round, "has its size", again));
            }
        }
    }

    private static String line(int round, String table, Times times) {
        return String.format(
                Locale.ROOT,
                "%-6d %-14s %,8d %15s %15s %15s %6s %11d",
                round,
                table,
                times.count,
                times.pair(0.5),
                times.pair(0.9999),
                times.pair(1),
                times.waits < 0 ? "-" : times.waits,
                times.collected);
    }

    /// Lets SYNs come until there are so many rows.
    ///
    /// @throws IllegalStateException when there never are
    Times fill(FloodServer server, FloodSource source) {
        var times = new Times((int) ((long) TRIES * rows / frames.length) + 1);
        long waits = waits();
        while (server.halfOpen() < rows) {
            if (times.full()) {
                throw new IllegalStateException("the table never has " + rows + " rows");
            }
            for (var frame : frames) {
                source.next(frame);
            }
            now += frames.length * NANOS_PER_SYN;
            long collections = collections();
            long processor = threads.getCurrentThreadCpuTime();
            long begin = System.nanoTime();
            serve(server);
            long end = System.nanoTime();
            times.add(end - begin, threads.getCurrentThreadCpuTime() - processor, collections() != collections);
        }
        times.waits = waits < 0 ? waits : waits() - waits;
        return times;
    }

    /// How often this thread has slept so far, or -1 where nobody counts that.
    private static long waits() {
        try (var lines = Files.lines(Path.of("/proc/thread-self/status"))) {
            return lines.filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException e) {
            return -1;
        }
    }

    private void serve(FloodServer server) {
        for (var frame : frames) {
            server.onFrame(now, frame);
        }
        server.serveSyns(now, frames.length);
        server.serve(now);
        poll(server);
    }

    private void poll(FloodServer server) {
        int count = 0;
        while (server.poll(now, answers[count])) {
            count = (count + 1) % answers.length;
        }
    }

    /// Lets time pass until no row is left.
    void expire(FloodServer server) {
        while (server.halfOpen() > 0) {
            long next = server.nextDeadline();
            if (next == Deadlines.NONE) {
                throw new IllegalStateException("rows are left, and no time is set for them");
            }
            now = Math.max(now, next);
            poll(server);
        }
    }

    private long collections() {
        long count = 0;
        for (int i = 0; i < collectors.size(); i++) {
            count += collectors.get(i).getCollectionCount();
        }
        return count;
    }

    /// How long batches took.
    static final class Times {
        private final long[] clock;
        private final long[] processor;
        int count;
        /// Batches that are left out, because the heap was collected meanwhile.
        int collected;
        long waits;

        Times(int max) {
            clock = new long[max];
            processor = new long[max];
        }

        boolean full() {
            return count + collected == clock.length;
        }

        void add(long clockNanos, long processorNanos, boolean inCollection) {
            if (inCollection) {
                collected++;
                return;
            }
            clock[count] = clockNanos;
            processor[count] = processorNanos;
            count++;
        }

        private static double micros(long[] nanos, int count, double quantile) {
            var sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            int at = (int) Math.ceil(quantile * count) - 1;
            return count == 0 ? 0 : sorted[Math.max(0, at)] / 1e3;
        }

        String pair(double quantile) {
            return String.format(
                    Locale.ROOT, "%.0f / %.0f", micros(clock, count, quantile), micros(processor, count, quantile));
        }
    }
}
