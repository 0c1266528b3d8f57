package dev.levee.sim.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.DrillVerdict.Outcome;
import dev.levee.sim.drill.engine.EngineTarget;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.system.Setup.Profile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The repository's own scripts: for each profile, the engine with that profile's settings passes them all.
class CorpusTest {
    @TestFactory
    Stream<DynamicTest> theEngineWithTheSettingsOfLinuxPasses() {
        return tests(Profile.LINUX);
    }

    @TestFactory
    Stream<DynamicTest> theEngineWithTheSettingsOfFreeBsdPasses() {
        return tests(Profile.FREEBSD);
    }

    @TestFactory
    Stream<DynamicTest> theEngineWithItsOwnSettingsPasses() {
        return tests(Profile.LEVEE);
    }

    @Test
    void everyProfileHasEnoughScripts() {
        assertThat(Corpus.scripts(Profile.LINUX)).hasSizeGreaterThanOrEqualTo(80);
        assertThat(Corpus.scripts(Profile.LEVEE)).hasSizeGreaterThanOrEqualTo(15);
        assertThat(Corpus.scripts(Profile.FREEBSD)).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void everyScriptBeginsWithTheRuleThatItIsAbout() {
        for (var profile : Profile.values()) {
            for (var script : Corpus.scripts(profile)) {
                assertThat(script.text().lines().findFirst().orElse(""))
                        .as(script.name())
                        .matches("// (RFC \\d+, [^:]+|Levee|Linux|FreeBSD): .+");
            }
        }
    }

    private static Stream<DynamicTest> tests(Profile profile) {
        return Corpus.scripts(profile).stream()
                .map(script -> DynamicTest.dynamicTest(script.name(), () -> passes(script, profile)));
    }

    private static void passes(DrillScript script, Profile profile) {
        var verdict = Drill.run(script, EngineTarget.factory(), DrillSettings.of(profile));
        assertThat(verdict.outcome())
                .as("%s: %s%n%s", script.name(), verdict.reason(), verdict.report())
                .isEqualTo(Outcome.PASS);
    }
}
