package dev.levee.app;

import dev.levee.app.sim.Campaign;
import dev.levee.app.sim.Findings;
import dev.levee.sim.swarm.Knobs;
import dev.levee.sim.swarm.Scenario;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee sim`.
@Command(
        name = "sim",
        sortOptions = false,
        description = "Judge the stack on networks that nobody would dare to build, in virtual time.",
        footer = {
            "",
            "Each run is a function of its seed: hosts, connections, and faults that are switched on or off.",
            "Oracles that know nothing of the stack's inside judge packets, sockets and counters. A run that",
            "fails is made smaller, and the command that repeats it is printed. Exit code 1 when any failed.",
            "docs/simulator.md explains knobs, oracles and scenarios.",
            "",
            "Examples:",
            "  levee sim --runs 1000",
            "  levee sim --scenario zero-window --runs 200 --seed 7",
            "  levee sim --seed 17 --trace",
        })
final class SimCommand implements Callable<Integer> {
    private static final int RUNS_USUAL = 100;
    private static final int RUNS_MAX = 10_000_000;
    /// Seeds that are read at a glance.
    private static final long RANDOM_SEED_MAX = 1_000_000_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = SeedConverter.class,
            description =
                    "The first run's seed; the others follow. Default: 1. Alone, one run only. 'random' takes any.")
    private @Nullable Long seed;

    @Option(names = "--runs", paramLabel = "N", description = "How many runs. Default: 100, or 1 with a seed.")
    private @Nullable Integer runs;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "What kind of runs; an unknown name lists them all. Default: a swarm of everything.")
    private @Nullable String scenario;

    @Option(
            names = "--knobs",
            paramLabel = "WORDS",
            description = "Exactly this run, as a failure prints it: hosts=2,flows=1,bytes=8000,loss=12.")
    private @Nullable String knobs;

    @Option(names = "--trace", description = "Draw the packets: of a single run, else of the smallest that fails.")
    private boolean trace;

    @Option(names = "--json", description = "At the end, print one JSON object on one line, and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws Problem {
        if (json && trace) {
            throw new Problem("--json prints one object and nothing else: leave --trace out");
        }
        // Before any class of the engine begins its life: its assertions are oracles, too.
        SimCommand.class.getClassLoader().setPackageAssertionStatus("dev.levee", true);
        long first = seed == null ? 1 : seed;
        int count = count();
        var choice = choice();
        var out = spec.commandLine().getOut();
        if (!json && seed != null && count > 1) {
            out.println("first seed: " + first);
        }
        boolean terminal = !json && Boolean.getBoolean("levee.terminal.out");
        var findings = new Findings(out, name(), trace, json, terminal);
        boolean failed;
        try {
            failed = new Campaign(choice, findings).run(first, count);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "stopped");
        }
        if (json) {
            out.println(Json.line(findings.toJson(first)));
        }
        out.flush();
        return failed ? 1 : 0;
    }

    /// Reads `17` and `random`.
    static final class SeedConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (text.equals("random")) {
                return ThreadLocalRandom.current().nextLong(1, RANDOM_SEED_MAX);
            }
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException _) {
                throw new IllegalArgumentException(
                        "'" + text + "' is neither a whole number of at most 19 digits nor 'random'");
            }
        }
    }

    private String name() {
        return knobs == null ? scenarioOrDefault() : "";
    }

    private String scenarioOrDefault() {
        return scenario == null ? "default" : scenario;
    }

    private int count() throws Problem {
        var wanted = runs;
        if (wanted == null) {
            return seed == null && knobs == null ? RUNS_USUAL : 1;
        }
        if (wanted < 1 || wanted > RUNS_MAX) {
            throw new Problem("--runs must lie between 1 and " + RUNS_MAX);
        }
        return wanted;
    }

    private LongFunction<Knobs> choice() throws Problem {
        var exact = knobs;
        if (exact != null && scenario != null) {
            throw new Problem("--knobs says exactly which run it is: leave --scenario out");
        }
        try {
            var chosen = Scenario.parse(scenarioOrDefault());
            if (exact == null) {
                return chosen::knobs;
            }
            Knobs.parse(1, exact);
            return each -> Knobs.parse(each, exact);
        } catch (IllegalArgumentException e) {
            throw new Problem((exact == null ? "--scenario: " : "--knobs: ") + e.getMessage());
        }
    }
}
