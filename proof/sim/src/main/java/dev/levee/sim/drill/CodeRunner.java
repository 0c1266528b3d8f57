package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Code;
import dev.levee.sim.drill.script.CodeEvaluator;
import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Target;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Evaluates the `%{ }%` blocks of a run. Names stand for what the system says about the connection under test
/// at that moment, or for constants.
final class CodeRunner {
    private final CodeEvaluator evaluator = new CodeEvaluator();
    private final Target target;
    private final Constants constants;
    private final List<String> notes;

    /// @param notes what blocks print goes here
    CodeRunner(Target target, Platform platform, List<String> notes) {
        this.target = target;
        this.constants = Constants.of(platform);
        this.notes = notes;
    }

    /// @param descriptor the target's
    /// @param moveTo told which line of the block failed
    void run(Code code, int descriptor, Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        var outcome = evaluator.run(code, name -> value(descriptor, name));
        notes.addAll(outcome.printed());
        switch (outcome.verdict()) {
            case OK -> {
                // Nothing to say.
            }
            case FAILED -> {
                moveTo.accept(outcome.at());
                throw new DrillFailure(outcome.reason());
            }
            case UNSUPPORTED -> throw new DrillSkip(outcome.reason());
        }
    }

    private @Nullable Long value(int descriptor, String name) {
        var said = target.info(descriptor, name);
        if (said != null) {
            return said;
        }
        var constant = constants.value(name);
        return constant.isPresent() ? (Long) constant.getAsLong() : null;
    }
}
