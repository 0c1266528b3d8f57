package dev.levee.app.sim;

import dev.levee.sim.swarm.Knobs;
import dev.levee.sim.swarm.Shrinker;
import dev.levee.sim.swarm.SwarmRun;
import dev.levee.sim.swarm.SwarmRun.Report;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/// Many runs of the simulator on all processors. Each run is a world of its own; what is reported comes in the
/// order of the seeds, whatever thread was first.
///
/// Threads: one owner; it has threads of its own.
public final class Campaign {
    private static final int AHEAD = 64;

    private final LongFunction<Knobs> choice;
    private final Findings findings;

    /// A run as it was, and when it failed the smallest that fails, too.
    record Outcome(Report report, Report smallest) {}

    /// @param choice the knobs for a seed
    public Campaign(LongFunction<Knobs> choice, Findings findings) {
        this.choice = choice;
        this.findings = findings;
    }

    /// Runs `count` seeds from `first` on.
    ///
    /// @return whether any run failed
    public boolean run(long first, int count) throws InterruptedException {
        int threads = Math.min(count, Runtime.getRuntime().availableProcessors());
        var style = count == 1 ? findings.style() : null;
        try (var executor = Executors.newFixedThreadPool(threads)) {
            try {
                var under = new ArrayDeque<Future<Outcome>>();
                int begun = 0;
                for (int done = 0; done < count; done++) {
                    while (begun < count && under.size() < AHEAD) {
                        long seed = first + begun++;
                        under.add(executor.submit(() -> one(SwarmRun.run(choice.apply(seed), style))));
                    }
                    findings.add(under.remove().get(), done + 1, count);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } finally {
                executor.shutdownNow();
            }
        }
        findings.end(count);
        return findings.failed();
    }

    private Outcome one(Report report) {
        return new Outcome(report, report.failed() ? Shrinker.shrink(report) : report);
    }
}
