package dev.levee.sim.drill.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.Corpus;
import dev.levee.sim.drill.Drill;
import dev.levee.sim.drill.DrillSettings;
import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.engine.EngineTarget;
import dev.levee.sim.drill.system.Setup.Profile;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The judge judged: scripts that the engine passes, each with one deliberate error in what it expects. None of
/// them may pass.
class MutationTest {
    /// A script in which every kind of claim occurs, so that a kind of mutation that is never made is noticed.
    private static final int KINDS_MIN = 25;

    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private final Map<String, Integer> failedByKind = new TreeMap<>();
    private final ArrayList<Mutant> survivors = new ArrayList<>();

    @Test
    void noScriptWithAnErrorPasses() {
        for (var profile : Profile.values()) {
            for (var script : Corpus.scripts(profile)) {
                for (var mutant : Mutator.mutants(script)) {
                    judge(mutant, DrillSettings.of(profile));
                }
            }
        }
        assertThat(survivors).as("errors that nobody noticed").isEmpty();
        assertThat(failedByKind).hasSizeGreaterThanOrEqualTo(KINDS_MIN);
        assertThat(outcomes.getOrDefault(Outcome.FAIL, 0))
                .as("mutants that failed: %s", failedByKind)
                .isGreaterThanOrEqualTo(2000);
        // A script that is skipped says nothing, so hardly any may be.
        assertThat(outcomes.getOrDefault(Outcome.SKIP, 0))
                .as("mutants that were skipped")
                .isLessThan(100);
    }

    private void judge(Mutant mutant, DrillSettings settings) {
        var outcome =
                Drill.run(mutant.script(), EngineTarget.factory(), settings).outcome();
        outcomes.merge(outcome, 1, Integer::sum);
        switch (outcome) {
            case PASS -> survivors.add(mutant);
            case FAIL -> failedByKind.merge(mutant.kind(), 1, Integer::sum);
            case SKIP -> {}
        }
    }
}
