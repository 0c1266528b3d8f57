package dev.levee.app.drill;

import dev.levee.app.Problem;
import dev.levee.sim.drill.DrillVerdict;
import dev.levee.sim.drill.DrillVerdict.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Small changes of scripts that pin habits of another system, made before they run, and the demand that each is
/// needed: what a page says about a suite ("passes once only this value is edited") can be run.
///
/// Threads: any; immutable.
public final class ScriptEdits {
    private final String source;
    private final Map<String, List<Edit>> edits;
    private final Map<String, String> skipped;

    private ScriptEdits(String source, Map<String, List<Edit>> edits, Map<String, String> skipped) {
        this.source = source;
        this.edits = edits;
        this.skipped = skipped;
    }

    /// No changes at all.
    public static ScriptEdits none() {
        return new ScriptEdits("", Map.of(), Map.of());
    }

    /// @throws Problem when the file cannot be read, or is no file of edits
    public static ScriptEdits read(Path file) throws Problem {
        var contents = EditsFile.read(file);
        return new ScriptEdits(file.toString(), contents.edits(), contents.skipped());
    }

    /// Scripts that should be there and are not, each as a script that fails: those whose name is listed, and that
    /// would lie in one of the given directories.
    ///
    /// @param given the paths of the command line
    /// @param files the scripts that they mean
    /// @throws Problem when none of the listed scripts is among them: a wrong file, or a wrong directory
    public List<DrillVerdict> missing(List<Path> given, List<Path> files) throws Problem {
        var found = new HashSet<Path>();
        var roots = new LinkedHashSet<Path>();
        for (var file : files) {
            var path = absolute(file);
            var name = name(path);
            if (name != null) {
                found.add(path);
                roots.add(above(path, Path.of(name).getNameCount()));
            }
        }
        if (found.isEmpty() && !source.isEmpty()) {
            throw new Problem(source + ": none of its scripts is among those given; it names them from the suite's"
                    + " directory on");
        }
        var directories = given.stream()
                .filter(Files::isDirectory)
                .map(ScriptEdits::absolute)
                .toList();
        var missing = new ArrayList<DrillVerdict>();
        for (var root : roots) {
            for (var names : List.of(edits.keySet(), skipped.keySet())) {
                for (var name : names) {
                    var path = root.resolve(name);
                    if (!found.contains(path) && directories.stream().anyMatch(path::startsWith)) {
                        missing.add(failed(path.toString(), source + " lists it, and it is not there", List.of()));
                    }
                }
            }
        }
        return missing;
    }

    private static Path above(Path path, int names) {
        var above = path;
        for (int i = 0; i < names && above.getParent() != null; i++) {
            above = above.getParent();
        }
        return above;
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /// The longest listed name that a path ends with.
    private @Nullable String name(Path path) {
        for (int i = 0; i < path.getNameCount(); i++) {
            var name = path.subpath(i, path.getNameCount()).toString().replace('\\', '/');
            if (edits.containsKey(name) || skipped.containsKey(name)) {
                return name;
            }
        }
        return null;
    }

    /// The verdict about a script: that of its text, if it is not listed. A listed one must pass with all of its
    /// changes, and neither as it is nor with one of them left out; or be skipped if that is what is said of it.
    ///
    /// @param run runs a text
    DrillVerdict verdict(Path file, String text, Function<String, DrillVerdict> run) {
        var listed = name(absolute(file));
        if (listed == null) {
            return run.apply(text);
        }
        var changes = edits.get(listed);
        var verdict = run.apply(text);
        if (changes == null) {
            return verdict.outcome() == Outcome.SKIP
                    ? verdict
                    : failed(verdict.script(), source + " lists it as skipped, and it is not", verdict.notes());
        }
        if (verdict.outcome() == Outcome.PASS) {
            return failed(verdict.script(), source + " lists it, and it passes without its edit", verdict.notes());
        }
        try {
            for (int i = 0; changes.size() > 1 && i < changes.size(); i++) {
                var others = new ArrayList<>(changes);
                var spared = others.remove(i);
                if (run.apply(Edit.apply(text, others)).outcome() == Outcome.PASS) {
                    var sentence = source + ": it passes without the edit of " + spared.described();
                    return failed(verdict.script(), sentence, verdict.notes());
                }
            }
            return edited(run.apply(Edit.apply(text, changes)), changes);
        } catch (Edit.Misfit e) {
            return failed(verdict.script(), source + ": " + e.sentence(), List.of());
        }
    }

    private static DrillVerdict edited(DrillVerdict verdict, List<Edit> changes) {
        var with = "with the edit of " + changes.stream().map(Edit::described).collect(Collectors.joining(", of "));
        if (verdict.outcome() == Outcome.PASS) {
            return new DrillVerdict(verdict.script(), Outcome.PASS, with, "", verdict.notes());
        }
        var reason = with + ": " + verdict.reason();
        var report = verdict.report().isEmpty()
                ? verdict.script() + ": " + reason + "\n"
                : verdict.report() + "  " + with + "\n";
        return new DrillVerdict(verdict.script(), Outcome.FAIL, reason, report, verdict.notes());
    }

    private static DrillVerdict failed(String script, String sentence, List<String> notes) {
        return new DrillVerdict(script, Outcome.FAIL, sentence, script + ": " + sentence + "\n", notes);
    }
}
