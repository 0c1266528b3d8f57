package dev.levee.app;

import dev.levee.app.drill.ScriptEdits;
import dev.levee.app.drill.ScriptFiles;
import dev.levee.app.drill.ScriptRuns;
import dev.levee.kernel.KernelTargetFactory;
import dev.levee.sim.drill.DrillSettings;
import dev.levee.sim.drill.DrillVerdict;
import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.engine.EngineTarget;
import dev.levee.sim.drill.system.Setup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `levee drill`.
@Command(
        name = "drill",
        sortOptions = false,
        description = {
            "Run scripts of the packetdrill language against Levee's engine, in virtual time, or against this",
            "machine's kernel."
        },
        footer = {
            "",
            "A script plays the peer and the user of a TCP stack, and says what the stack must send and what its",
            "calls must return, and when. Everything it says is compared. What is not offered here is skipped.",
            "The exit code is 1 when a script fails.",
            "",
            "Examples:",
            "  levee drill --profile linux packetdrill/gtests/net/tcp",
            "  levee drill --profile freebsd --edits specs/suites/freebsd-edits.json tcp-testsuite/snippets",
            "  sudo levee drill --target kernel packetdrill/gtests/net/tcp",
        })
final class DrillCommand implements Callable<Integer> {
    private static final long MICRO_NANOS = 1_000;
    private static final long TOLERANCE_MICROS_MAX = 3_600_000_000L;
    /// In real time nobody waits an hour for a packet.
    private static final long REAL_ANY_TIME_NANOS_MAX = 60_000_000_000L;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = {
                "Whose habits the system has: linux, freebsd or levee.",
                "Default: linux for the kernel; for the engine what the last directory of one of these names says in",
                "the path of a script as it is given, and levee where there is none."
            })
    private @Nullable String profile;

    @Option(
            names = "--ip-version",
            paramLabel = "WHICH",
            defaultValue = "ipv4",
            description = "For scripts that do not say it: ipv4, ipv6, ipv4-mapped-ipv6 or all. Default: ipv4.")
    private String ipVersion = "ipv4";

    @Option(
            names = "--tolerance-us",
            paramLabel = "N",
            description = "How far an event may be from its time, in microseconds. Default: what the script says.")
    private @Nullable Long toleranceMicros;

    @Option(
            names = "--target",
            paramLabel = "WHICH",
            defaultValue = "engine",
            description = {
                "What the scripts are run against: engine, or kernel: the Linux kernel in real time, in a network",
                "namespace of its own for each script, which needs root. Default: engine."
            })
    private String target = "engine";

    @Option(
            names = "--ignore-unread",
            description = {
                "Packets that no line was about when a script ended are no failure, only a note: as in the original,",
                "whose suites leave some out."
            })
    private boolean ignoreUnread;

    @Option(
            names = "--edits",
            paramLabel = "FILE",
            description = {
                "Change scripts that pin another system's habits before they run, as FILE says. Each must fail",
                "without its edit and pass with it, and those that it lists as skipped must be skipped. The form",
                "of FILE: docs/testing.md."
            })
    private @Nullable Path edits;

    @Option(names = "--json", description = "Print the verdicts as one JSON object on one line, and nothing else.")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Name the scripts that pass, too, and print notes.")
    private boolean verbose;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Scripts, and directories that are searched for .pkt files.")
    private List<Path> paths = new ArrayList<>();

    @Override
    public Integer call() throws Problem {
        var changes = changes();
        var runs = runs(settings(), changes);
        var files = ScriptFiles.find(paths);
        var missing = changes.missing(paths, files);
        var verdicts = new ArrayList<DrillVerdict>();
        var progress = new Progress(files.size());
        runs.run(files, (verdict, _) -> {
            verdicts.add(verdict);
            if (!json) {
                progress.clear();
                print(verdict);
            }
            progress.show(verdicts.size());
        });
        progress.clear();
        verdicts.addAll(missing);
        if (!json) {
            missing.forEach(this::print);
        }
        return sum(verdicts);
    }

    /// Prints what came of it all.
    ///
    /// @return the exit code
    private int sum(List<DrillVerdict> verdicts) {
        var counts = new EnumMap<Outcome, Integer>(Outcome.class);
        verdicts.forEach(verdict -> counts.merge(verdict.outcome(), 1, Integer::sum));
        int failed = counts.getOrDefault(Outcome.FAIL, 0);
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.line(members(verdicts, counts)));
        } else {
            var how = edits == null ? "" : " (" + edited(verdicts) + " with an edit)";
            out.println(counts.getOrDefault(Outcome.PASS, 0) + " passed" + how + ", " + failed + " failed, "
                    + counts.getOrDefault(Outcome.SKIP, 0) + " skipped");
        }
        out.flush();
        return failed > 0 ? 1 : 0;
    }

    /// How many pass only because of a change: a script that passes as it is needs no reason.
    private static long edited(List<DrillVerdict> verdicts) {
        return verdicts.stream()
                .filter(verdict ->
                        verdict.outcome() == Outcome.PASS && !verdict.reason().isEmpty())
                .count();
    }

    private ScriptEdits changes() throws Problem {
        if (edits == null) {
            return ScriptEdits.none();
        }
        if (edits.toString().isEmpty()) {
            throw new Problem("--edits: give a file");
        }
        return ScriptEdits.read(edits);
    }

    /// How each script is run.
    private Function<Path, DrillSettings> settings() throws Problem {
        var of = new EnumMap<Setup.Profile, DrillSettings>(Setup.Profile.class);
        for (var each : Setup.Profile.values()) {
            of.put(each, settings(each));
        }
        var given = kernel() && profile == null ? Setup.Profile.LINUX : named(profile);
        return file -> Objects.requireNonNull(of.get(given == null ? profile(file) : given));
    }

    private DrillSettings settings(Setup.Profile which) throws Problem {
        var settings = DrillSettings.of(which).withModes(modes());
        if (ignoreUnread) {
            settings = settings.withUnreadNoted();
        }
        if (kernel()) {
            settings = settings.withAnyTimeNanosMax(REAL_ANY_TIME_NANOS_MAX);
        }
        var micros = toleranceMicros;
        if (micros == null) {
            return settings;
        }
        if (micros < 1 || micros > TOLERANCE_MICROS_MAX) {
            throw new Problem("--tolerance-us: give a number of microseconds from 1 to " + TOLERANCE_MICROS_MAX);
        }
        return settings.withToleranceNanos(micros * MICRO_NANOS);
    }

    private static Setup.@Nullable Profile named(@Nullable String name) throws Problem {
        if (name == null) {
            return null;
        }
        return profile(name)
                .orElseThrow(() -> new Problem("--profile: there is no '" + name + "'; use linux, freebsd or levee"));
    }

    private static Optional<Setup.Profile> profile(String name) {
        return switch (name) {
            case "linux" -> Optional.of(Setup.Profile.LINUX);
            case "freebsd" -> Optional.of(Setup.Profile.FREEBSD);
            case "levee" -> Optional.of(Setup.Profile.LEVEE);
            default -> Optional.empty();
        };
    }

    /// What the path of a script says. Where all that is on this machine is nothing to go by.
    private static Setup.Profile profile(Path file) {
        for (var directory = file.getParent(); directory != null; directory = directory.getParent()) {
            var name = directory.getFileName();
            var said = name == null ? Optional.<Setup.Profile>empty() : profile(name.toString());
            if (said.isPresent()) {
                return said.get();
            }
        }
        return Setup.Profile.LEVEE;
    }

    private List<Setup.Mode> modes() throws Problem {
        return switch (ipVersion) {
            case "ipv4" -> List.of(Setup.Mode.IPV4);
            case "ipv6" -> List.of(Setup.Mode.IPV6);
            case "ipv4-mapped-ipv6" -> List.of(Setup.Mode.MAPPED);
            case "all" -> List.of(Setup.Mode.values());
            default ->
                throw new Problem(
                        "--ip-version: there is no '" + ipVersion + "'; use ipv4, ipv6, ipv4-mapped-ipv6 or all");
        };
    }

    /// The system that scripts are run against, and how many of them at once.
    private ScriptRuns runs(Function<Path, DrillSettings> settings, ScriptEdits changes) throws Problem {
        if (target.equals("engine")) {
            int processors = Runtime.getRuntime().availableProcessors();
            return new ScriptRuns(EngineTarget.factory(), settings, processors, changes);
        }
        if (!kernel()) {
            throw new Problem("--target: there is no '" + target + "'; use engine or kernel");
        }
        var lack = KernelTargetFactory.lack();
        if (lack.isPresent()) {
            throw new Problem(lack.get());
        }
        // One after another: time is real, and two runs would disturb each other.
        return new ScriptRuns(new KernelTargetFactory(), settings, 1, changes);
    }

    private boolean kernel() {
        return target.equals("kernel");
    }

    private void print(DrillVerdict verdict) {
        var out = spec.commandLine().getOut();
        switch (verdict.outcome()) {
            case FAIL -> out.print("FAIL " + verdict.report());
            case SKIP -> out.println("SKIP " + verdict.script() + ": " + verdict.reason());
            case PASS -> {
                if (verbose) {
                    var reason = verdict.reason().isEmpty() ? "" : ": " + verdict.reason();
                    out.println("PASS " + verdict.script() + reason);
                }
            }
        }
        if (verbose) {
            verdict.notes().forEach(note -> out.println("  note: " + note));
        }
    }

    private Map<String, Object> members(List<DrillVerdict> verdicts, Map<Outcome, Integer> counts) {
        var members = new LinkedHashMap<String, Object>();
        members.put("passed", counts.getOrDefault(Outcome.PASS, 0));
        if (edits != null) {
            members.put("edited", edited(verdicts));
        }
        members.put("failed", counts.getOrDefault(Outcome.FAIL, 0));
        members.put("skipped", counts.getOrDefault(Outcome.SKIP, 0));
        var scripts = new ArrayList<Map<String, Object>>();
        for (var verdict : verdicts) {
            var script = new LinkedHashMap<String, Object>();
            script.put("path", verdict.script());
            script.put("verdict", verdict.outcome().name());
            script.put("reason", verdict.reason());
            scripts.add(script);
        }
        members.put("scripts", scripts);
        return members;
    }

    /// How many scripts have been run, when standard error is a terminal.
    private final class Progress {
        private static final int EVERY = 10;

        private final boolean shown = Boolean.getBoolean("levee.terminal.err");
        private final int total;

        Progress(int total) {
            this.total = total;
        }

        void show(int done) {
            if (shown && done % EVERY == 0) {
                say("\r" + String.format(Locale.ROOT, "%d of %d scripts", done, total));
            }
        }

        void clear() {
            if (shown) {
                spec.commandLine().getOut().flush();
                say("\r" + " ".repeat(40) + "\r");
            }
        }

        private void say(String text) {
            PrintWriter err = spec.commandLine().getErr();
            err.print(text);
            err.flush();
        }
    }
}
