package dev.levee.app.sim;

import dev.levee.sim.Ladder;
import dev.levee.sim.swarm.Oracle;
import dev.levee.sim.swarm.SwarmRun;
import dev.levee.sim.swarm.SwarmRun.Report;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a campaign prints. The same runs print the same octets; only a terminal sees how fast they are.
///
/// Threads: one owner.
public final class Findings {
    private static final int BAR_WIDTH = 30;
    private static final long BAR_NANOS = 200_000_000;

    private final PrintWriter out;
    private final String scenario;
    private final boolean trace;
    private final boolean json;
    private final boolean terminal;
    private final List<Map<String, Object>> failures = new ArrayList<>();
    private final long begunNanos = System.nanoTime();
    private long drawnNanos = begunNanos;
    private boolean drawn;
    private int runs;
    private long virtualNanos;
    private long packets;

    /// @param scenario for the command that repeats a run; empty when knobs were given
    /// @param trace whether packets are drawn
    /// @param json whether nothing is printed before the end
    /// @param terminal whether a line may be drawn over
    public Findings(PrintWriter out, String scenario, boolean trace, boolean json, boolean terminal) {
        this.out = out;
        this.scenario = scenario;
        this.trace = trace;
        this.json = json;
        this.terminal = terminal;
    }

    /// How packets are drawn; null when not at all.
    Ladder.@Nullable Style style() {
        if (!trace) {
            return null;
        }
        boolean drawable = Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("─▶◀✗⋮");
        return drawable ? Ladder.Style.UNICODE : Ladder.Style.ASCII;
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    void add(Campaign.Outcome outcome, int done, int count) {
        var report = outcome.report();
        runs++;
        virtualNanos += report.nanos();
        packets += report.packets();
        var oracle = report.failure();
        if (oracle != null) {
            failure(report, oracle, outcome.smallest());
        }
        if (!json && count == 1) {
            out.print(report.trace());
            out.println("seed " + report.knobs().seed() + ": " + report.knobs());
        }
        if (terminal && System.nanoTime() - drawnNanos > BAR_NANOS) {
            drawnNanos = System.nanoTime();
            bar(done, count);
        }
    }

    private void bar(int done, int count) {
        int filled = (int) ((long) done * BAR_WIDTH / count);
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        out.printf(
                Locale.ROOT,
                "\r[%s%s] %3d%%  %d of %d runs  %.1f a second  %d failed ",
                "#".repeat(filled),
                ".".repeat(BAR_WIDTH - filled),
                (int) (100L * done / count),
                done,
                count,
                done / seconds,
                failures.size());
        out.flush();
        drawn = true;
    }

    private void clearBar() {
        if (drawn) {
            out.print("\r" + " ".repeat(100) + "\r");
            drawn = false;
        }
    }

    private void failure(Report report, Oracle oracle, Report smallest) {
        long seed = report.knobs().seed();
        var again = "levee sim --seed " + seed + " --knobs " + smallest.knobs();
        var members = new LinkedHashMap<String, Object>();
        members.put("seed", seed);
        members.put("knobs", report.knobs().toString());
        members.put("oracle", oracle.label());
        members.put("message", report.message());
        members.put("smallest", smallest.knobs().toString());
        members.put("smallestMessage", smallest.message());
        members.put("again", again);
        failures.add(members);
        if (json) {
            return;
        }
        clearBar();
        var original = scenario.isEmpty() ? "--knobs " + report.knobs() : "--scenario " + scenario;
        out.println("seed " + seed + " FAILED: " + oracle.label() + ": " + oracle.words());
        out.println("  " + report.message());
        out.println("  knobs: " + report.knobs());
        out.println("  run:   levee sim --seed " + seed + " " + original);
        if (!smallest.knobs().equals(report.knobs())) {
            out.println("  smallest that fails: " + smallest.knobs());
            out.println("  " + smallest.message());
        }
        out.println("  again: " + again + " --trace");
        out.println("  the last packets:");
        smallest.recent().lines().forEach(line -> out.println("    " + line));
        if (trace && scenarioRunsMany(report, smallest)) {
            out.print(SwarmRun.run(smallest.knobs(), style()).trace());
        }
        out.flush();
    }

    /// A single run is drawn as it was.
    private static boolean scenarioRunsMany(Report report, Report smallest) {
        return report.trace().isEmpty() || !smallest.knobs().equals(report.knobs());
    }

    void end(int count) {
        clearBar();
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "%d %s, %d failed; %.0f s of virtual time, %d packets%n",
                    count,
                    count == 1 ? "run" : "runs",
                    failures.size(),
                    virtualNanos / 1e9,
                    packets);
            if (terminal) {
                double seconds = (System.nanoTime() - begunNanos) / 1e9;
                out.printf(
                        Locale.ROOT,
                        "%.1f s, %.1f runs a second, %.0f times as fast as real time%n",
                        seconds,
                        count / seconds,
                        virtualNanos / 1e9 / seconds);
            }
        }
    }

    /// The object for `--json`.
    public Map<String, Object> toJson(long seed) {
        var members = new LinkedHashMap<String, Object>();
        members.put("runs", runs);
        members.put("failed", failures.size());
        members.put("seed", seed);
        members.put("scenario", scenario);
        members.put("virtualSeconds", virtualNanos / 1_000_000_000);
        members.put("packets", packets);
        members.put("failures", failures);
        return members;
    }
}
