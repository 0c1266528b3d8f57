package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Who judges the judges: mistakes planted in the engine (`specs/planted`), which scripts or the simulator must
/// find, and which neither of them may find where there are none.
class PlantedBugsTest {
    private static final Path PATCHES = Tools.home().resolve("specs/planted");
    private static final Pattern VERDICT_FOUND = Pattern.compile("\\b[1-9]\\d* failed");

    /// What users have to find mistakes with.
    enum Judge {
        LINUX_SCRIPTS("drill --profile linux specs/drill/linux"),
        FREEBSD_SCRIPTS("drill --profile freebsd specs/drill/freebsd"),
        LEVEE_SCRIPTS("drill --profile levee specs/drill/levee"),
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
        assertThat(finds(PlantedBug.none(), judge.words)).isFalse();
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("patches")
    void isFound(Patch patch) throws Exception {
        var bug = PlantedBug.plant(patch, directory);
        for (var judge : Judge.values()) {
            if (finds(bug, judge.words)) {
                return;
            }
        }
        throw new AssertionError("nobody finds it:\n" + patch.words());
    }

    /// A sample of [#isFound] for every day.
    @ParameterizedTest
    @CsvSource({
        "05-fin-not-retransmitted, close",
        "08-hole-of-one-octet-closed, receive",
        "14-rst-anywhere-in-window, reset"
    })
    void isFoundByScripts(String name, String topic) throws Exception {
        var words = Judge.LINUX_SCRIPTS.words + "/" + topic;

        assertThat(finds(PlantedBug.plant(Patch.read(PATCHES.resolve(name + ".patch")), directory), words))
                .isTrue();
        assertThat(finds(PlantedBug.none(), words)).isFalse();
    }

    /// Whether a mistake is found. Any other end than a verdict is an error.
    private static boolean finds(PlantedBug bug, String words) throws IOException, InterruptedException {
        try (var program = new Program(bug.command(List.of(words.split(" ", -1))))) {
            var result = program.awaitEnd();
            boolean found = VERDICT_FOUND.matcher(result.out()).find();
            result.expect(found ? 1 : 0);
            return found;
        }
    }
}
