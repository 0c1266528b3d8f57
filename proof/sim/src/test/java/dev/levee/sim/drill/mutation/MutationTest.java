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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The judge judged: scripts that the engine passes, each with one deliberate error in what it expects. None of
/// them may pass.
class MutationTest {
    /// So that a kind of mutation that is never made is noticed.
    private static final int KINDS_MIN = 36;

    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private final Map<String, Integer> failedByKind = new TreeMap<>();
    private final List<Mutant> survivors = new ArrayList<>();

    @Test
    void oneErrorOfEachKindInEachScriptIsNoticed() {
        int turn = 0;
        for (var profile : Profile.values()) {
            for (var script : Corpus.scripts(profile)) {
                var kinds = Mutator.mutants(script).stream().collect(Collectors.groupingBy(Mutant::kind));
                for (var kind : kinds.values()) {
                    judge(kind.get(turn % kind.size()), DrillSettings.of(profile));
                }
                turn++;
            }
        }
        noneSurvived(2000);
    }

    @Test
    @Tag("full")
    void everyErrorInEveryScriptIsNoticed() {
        for (var profile : Profile.values()) {
            for (var script : Corpus.scripts(profile)) {
                for (var mutant : Mutator.mutants(script)) {
                    judge(mutant, DrillSettings.of(profile));
                }
            }
        }
        noneSurvived(25_000);
    }

    private void noneSurvived(int failedMin) {
        assertThat(survivors).as("errors that nobody noticed").isEmpty();
        assertThat(failedByKind).hasSizeGreaterThanOrEqualTo(KINDS_MIN);
        assertThat(outcomes.getOrDefault(Outcome.FAIL, 0))
                .as("mutants that failed: %s", failedByKind)
                .isGreaterThanOrEqualTo(failedMin);
        // A script that is skipped says nothing: then the mutation is no good.
        assertThat(outcomes).doesNotContainKey(Outcome.SKIP);
    }

    private void judge(Mutant mutant, DrillSettings settings) {
        var outcome =
                Drill.run(mutant.script(), EngineTarget.factory(), settings).outcome();
        outcomes.merge(outcome, 1, Integer::sum);
        if (outcome == Outcome.PASS) {
            survivors.add(mutant);
        } else if (outcome == Outcome.FAIL) {
            failedByKind.merge(mutant.kind(), 1, Integer::sum);
        }
    }
}
