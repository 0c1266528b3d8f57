package dev.levee.sim.swarm;

import dev.levee.sim.swarm.SwarmRun.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Finds a smaller run that the same oracle refuses: fewer hosts, flows and octets, fewer and weaker faults.
///
/// Threads: one owner.
public final class Shrinker {
    /// How many runs are tried.
    public static final int TRIES_MAX = 400;

    private final Function<Knobs, Report> runner;
    private int tries;

    Shrinker(Function<Knobs, Report> runner) {
        this.runner = runner;
    }

    /// The smallest that was found; the report itself when there was nothing smaller.
    public static Report shrink(Report failed) {
        return new Shrinker(SwarmRun::run).smallest(failed);
    }

    Report smallest(Report failed) {
        var best = failed;
        boolean smaller = true;
        while (smaller && tries < TRIES_MAX) {
            smaller = false;
            for (var candidate : candidates(best.knobs())) {
                if (tries++ >= TRIES_MAX) {
                    break;
                }
                var report = runner.apply(candidate);
                if (report.failure() == failed.failure()) {
                    best = report;
                    smaller = true;
                    break;
                }
            }
        }
        return best;
    }

    /// One step smaller each, the largest steps first.
    private static List<Knobs> candidates(Knobs knobs) {
        var all = new ArrayList<Knobs>();
        int hosts = knobs.hosts();
        int flows = knobs.flows();
        int bytes = knobs.bytesMax();
        sizes(all, knobs, 2, flows, bytes);
        sizes(all, knobs, hosts - 1, flows, bytes);
        sizes(all, knobs, hosts, 1, bytes);
        sizes(all, knobs, hosts, flows / 2, bytes);
        sizes(all, knobs, hosts, flows - 1, bytes);
        knobs.strengths().keySet().forEach(knob -> all.add(knobs.without(knob)));
        sizes(all, knobs, hosts, flows, bytes / 8);
        sizes(all, knobs, hosts, flows, bytes / 2);
        knobs.strengths().forEach((knob, strength) -> {
            if (strength > 4) {
                all.add(knobs.with(knob, strength / 2));
            }
        });
        return all;
    }

    private static void sizes(List<Knobs> all, Knobs knobs, int hosts, int flows, int bytes) {
        boolean smaller = hosts < knobs.hosts() || flows < knobs.flows() || bytes < knobs.bytesMax();
        if (smaller && hosts >= 2 && flows >= 1) {
            all.add(knobs.sized(hosts, flows, bytes));
        }
    }
}
