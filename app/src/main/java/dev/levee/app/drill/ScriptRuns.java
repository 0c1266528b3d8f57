package dev.levee.app.drill;

import dev.levee.app.Problem;
import dev.levee.kernel.KernelException;
import dev.levee.sim.drill.Drill;
import dev.levee.sim.drill.DrillSettings;
import dev.levee.sim.drill.DrillVerdict;
import dev.levee.sim.drill.system.TargetFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;

/// Runs many scripts, several at once: each run is independent of all others.
///
/// Threads: its own, one for each processor at most.
public final class ScriptRuns {
    private final TargetFactory factory;
    private final Function<Path, DrillSettings> settings;
    private final int threads;
    private final ScriptEdits edits;

    /// @param settings of each script
    /// @param threads how many runs the target bears at once
    /// @param edits made in the scripts before they run
    public ScriptRuns(TargetFactory factory, Function<Path, DrillSettings> settings, int threads, ScriptEdits edits) {
        this.factory = factory;
        this.settings = settings;
        this.threads = threads;
        this.edits = edits;
    }

    /// Runs all scripts.
    ///
    /// @param each told every verdict with the number of scripts before it, in the order of the files
    public void run(List<Path> files, ObjIntConsumer<DrillVerdict> each) throws Problem {
        var waiting = new ArrayList<Future<DrillVerdict>>();
        var pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("drill-", 0).daemon().factory());
        try {
            for (var file : files) {
                waiting.add(pool.submit(() -> run(file)));
            }
            for (int i = 0; i < files.size(); i++) {
                each.accept(waiting.get(i).get(), i);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KernelException cause) {
                throw new Problem(Objects.requireNonNullElse(cause.getMessage(), "the kernel cannot be used"));
            }
            throw new IllegalStateException("a run of a script broke", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "interrupted");
        } finally {
            pool.shutdownNow();
        }
    }

    private DrillVerdict run(Path file) {
        var name = file.toString();
        try {
            var how = settings.apply(file);
            return edits.verdict(file, ScriptFiles.read(file), text -> Drill.run(name, text, factory, how));
        } catch (IOException e) {
            var reason = "cannot be read: " + Problem.reason(e);
            return new DrillVerdict(name, DrillVerdict.Outcome.FAIL, reason, name + ": " + reason + "\n", List.of());
        }
    }
}
