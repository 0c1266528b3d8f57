package dev.levee.sim.drill;

import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.script.Definitions;
import dev.levee.sim.drill.script.DrillParser;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.script.ScriptSyntaxException;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.TargetFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs scripts of the packetdrill language: a script plays the peer of a system under test and its user, and
/// says what the system must send and what its calls must return, and when.
///
/// A verdict is a word about the system, so it is strict: everything that a line says is compared, and a
/// script that needs something that is not offered here is skipped with the reason, never passed.
///
/// {@snippet :
/// var settings = DrillSettings.of(Setup.Profile.LEVEE);
/// var verdict = Drill.run("three-way.pkt", text, factory, settings);
/// if (verdict.outcome() == DrillVerdict.Outcome.FAIL) {
///     System.out.println(verdict.report());
/// }
/// }
///
/// Threads: any; every call is independent.
public final class Drill {
    private Drill() {}

    /// Reads and runs a script. One that cannot be read fails, with line and column.
    ///
    /// @param name for reports: usually the file's path
    /// @param factory makes a fresh system for each run of the script
    public static DrillVerdict run(String name, String text, TargetFactory factory, DrillSettings settings) {
        try {
            return readAndRun(name, text, factory, settings);
        } catch (StackOverflowError | OutOfMemoryError e) {
            return tooMuch(name, text, e);
        }
    }

    private static DrillVerdict readAndRun(String name, String text, TargetFactory factory, DrillSettings settings) {
        var verdicts = new ArrayList<DrillVerdict>();
        for (var mode : settings.modes()) {
            try {
                var script = DrillParser.parse(name, text, Definitions.of(settings.platform(), mode));
                var said = mode(script);
                if (said != null && said != mode) {
                    script = DrillParser.parse(name, text, Definitions.of(settings.platform(), said));
                }
                verdicts.add(run(script, factory, settings, mode));
                if (said != null) {
                    break;
                }
            } catch (ScriptSyntaxException e) {
                return unreadable(name, text, e);
            }
        }
        return all(name, verdicts);
    }

    /// Runs a script that was read, once over each kind of IP: that which it names, or those of the settings.
    public static DrillVerdict run(DrillScript script, TargetFactory factory, DrillSettings settings) {
        var verdicts = new ArrayList<DrillVerdict>();
        try {
            for (var mode : settings.modes()) {
                verdicts.add(run(script, factory, settings, mode));
                if (mode(script) != null) {
                    break;
                }
            }
        } catch (StackOverflowError | OutOfMemoryError e) {
            return tooMuch(script.name(), script.text(), e);
        }
        return all(script.name(), verdicts);
    }

    /// One script that is more than this machine bears says nothing about the others.
    private static DrillVerdict tooMuch(String name, String text, VirtualMachineError e) {
        var failure = new DrillFailure(
                e instanceof StackOverflowError
                        ? "the script is nested too deeply"
                        : "the script needs more memory than there is");
        var report = new Report(name, text, "").of(new Position(1, 1), failure, null);
        return new DrillVerdict(name, Outcome.FAIL, failure.sentence(), report, List.of());
    }

    private static Setup.@Nullable Mode mode(DrillScript script) {
        try {
            return ScriptOptions.read(script).mode();
        } catch (DrillFailure | DrillSkip _) {
            // The run will say it.
            return null;
        }
    }

    /// The worst of all runs decides.
    private static DrillVerdict all(String name, List<DrillVerdict> verdicts) {
        var notes = new LinkedHashSet<String>();
        verdicts.forEach(verdict -> notes.addAll(verdict.notes()));
        for (var outcome : List.of(Outcome.FAIL, Outcome.SKIP)) {
            for (var verdict : verdicts) {
                if (verdict.outcome() == outcome) {
                    return new DrillVerdict(name, outcome, verdict.reason(), verdict.report(), List.copyOf(notes));
                }
            }
        }
        return new DrillVerdict(name, Outcome.PASS, "", "", List.copyOf(notes));
    }

    private static DrillVerdict run(
            DrillScript script, TargetFactory factory, DrillSettings settings, Setup.Mode mode) {
        var notes = new ArrayList<String>();
        Plan plan;
        try {
            Offered.check(script);
            plan = Plan.of(script, settings, mode);
        } catch (DrillSkip skip) {
            return new DrillVerdict(script.name(), Outcome.SKIP, skip.reason(), "", notes);
        } catch (OptionFailure failure) {
            var report = new Report(script.name(), script.text(), "").unreadable(failure.at(), failure);
            var reason = failure.at() + ": " + failure.sentence();
            return new DrillVerdict(script.name(), Outcome.FAIL, reason, report, notes);
        } catch (DrillFailure failure) {
            var report = new Report(script.name(), script.text(), "").of(new Position(1, 1), failure, null);
            return new DrillVerdict(script.name(), Outcome.FAIL, failure.sentence(), report, notes);
        }
        try (var target = factory.open(plan.setup())) {
            return run(script, plan, new Interpreter(script, plan, target, notes), notes);
        }
    }

    private static DrillVerdict run(DrillScript script, Plan plan, Interpreter interpreter, List<String> notes) {
        try {
            interpreter.run();
            return new DrillVerdict(script.name(), Outcome.PASS, "", "", notes);
        } catch (DrillSkip skip) {
            return new DrillVerdict(
                    script.name(),
                    Outcome.SKIP,
                    skip.reason() + " (line " + interpreter.at().line() + ")",
                    "",
                    notes);
        } catch (DrillFailure failure) {
            return failed(script, plan, interpreter, failure, notes);
        } catch (RuntimeException | AssertionError e) {
            // A system that breaks is what scripts are to find; the other scripts are run all the same.
            var failure = new DrillFailure("the system itself broke: " + e, Report.stack(e));
            return failed(script, plan, interpreter, failure, notes);
        }
    }

    private static DrillVerdict failed(
            DrillScript script, Plan plan, Interpreter interpreter, DrillFailure failure, List<String> notes) {
        var mode = switch (plan.setup().mode()) {
            case IPV4 -> "ipv4";
            case IPV6 -> "ipv6";
            case MAPPED -> "ipv4-mapped-ipv6";
        };
        var report = new Report(script.name(), script.text(), mode).of(interpreter.at(), failure, interpreter.trace());
        var reason = "line " + interpreter.at().line() + " (" + mode + "): " + failure.sentence();
        return new DrillVerdict(script.name(), Outcome.FAIL, reason, report, notes);
    }

    private static DrillVerdict unreadable(String name, String text, ScriptSyntaxException e) {
        var failure = new DrillFailure("cannot be read: " + e.getMessage());
        var report = new Report(name, text, "").unreadable(e.at(), failure);
        return new DrillVerdict(name, Outcome.FAIL, e.at() + ": cannot be read: " + e.getMessage(), report, List.of());
    }
}
