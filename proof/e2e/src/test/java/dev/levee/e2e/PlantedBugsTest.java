package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who judges the judges: mistakes planted in the engine (`specs/planted`), which scripts or the simulator must
/// find, and which neither of them may find where there are none.
class PlantedBugsTest {
    private static final Path PATCHES = Tools.home().resolve("specs/planted");
    private static final int FOUND = 1;

    /// What users have to find mistakes with.
    enum Judge {
        SCRIPTS("drill specs/drill"),
        SWARM("sim --seed 1 --runs 500");

        private final String words;

        Judge(String words) {
            this.words = words;
        }
    }

    @TempDir
    private Path directory;

    static List<Patch> patches() throws IOException {
        return Patch.all(PATCHES);
    }

    @Test
    void twentyMistakesAreInWords() throws Exception {
        assertThat(patches()).hasSize(20).allSatisfy(patch -> {
            assertThat(patch.words().lines())
                    .as("what is wrong, and which rule it breaks")
                    .hasSizeGreaterThan(1);
            assertThat(patch.words()).containsPattern("RFC \\d|contract");
        });
    }

    @ParameterizedTest
    @MethodSource("patches")
    void appliesToThePresentSource(Patch patch) throws Exception {
        PlantedBug.plant(patch, directory);

        try (var built = Files.walk(directory.resolve("classes"))) {
            assertThat(built.map(Path::toString)).anyMatch(name -> name.endsWith(".class"));
        }
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void withoutAMistakeNoneIsFound(Judge judge) throws Exception {
        run(PlantedBug.none(), judge).expect(0);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("patches")
    void isFound(Patch patch) throws Exception {
        var bug = PlantedBug.plant(patch, directory);
        var scripts = run(bug, Judge.SCRIPTS);
        if (scripts.code() != FOUND) {
            run(bug, Judge.SWARM).expect(FOUND);
        }
    }

    /// A sample of [#isFound] for every day.
    @ParameterizedTest
    @ValueSource(strings = {"01-send-beyond-window", "05-fin-not-retransmitted", "10-rto-not-backed-off"})
    void isFoundByScripts(String name) throws Exception {
        run(PlantedBug.plant(Patch.read(PATCHES.resolve(name + ".patch")), directory), Judge.SCRIPTS)
                .expect(FOUND);
    }

    private Program.Result run(PlantedBug bug, Judge judge) throws IOException, InterruptedException {
        try (var program = new Program(bug.command(List.of(judge.words.split(" ", -1))))) {
            return program.awaitEnd();
        }
    }
}
