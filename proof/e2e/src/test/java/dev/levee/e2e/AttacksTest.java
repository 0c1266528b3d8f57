package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whether the tests of attacks are attacks: each patch in `specs/attacks` takes one defence away, and the test that
/// docs/threat-model.md names beside it must fail then, because the attack succeeds. That it passes with nothing taken
/// away is seen in its own module.
class AttacksTest {
    private static final Path PATCHES = Tools.home().resolve("specs/attacks");
    private static final Pattern ROW = Pattern.compile("\\| \\d+ \\| .* \\| (`.*`) \\| `(\\d\\d-[a-z-]+)` \\|");
    private static final Pattern TEST = Pattern.compile("`([^`]+)`");
    /// One of each module of the engine, for every day.
    private static final Set<String> SAMPLE = Set.of(
            "11-cookies-good-twice",
            "17-answer-longer-than-the-question",
            "18-one-watermark",
            "33-fragments-on-the-way");

    @TempDir
    private Path directory;

    static List<Patch> patches() throws IOException {
        return Patch.all(PATCHES);
    }

    static List<Patch> sample() throws IOException {
        return patches().stream().filter(patch -> SAMPLE.contains(patch.name())).toList();
    }

    /// The tests of an attack, as `class#method`.
    private static Stream<String> tests(Patch patch) throws IOException {
        return Files.readAllLines(Tools.home().resolve("docs/threat-model.md")).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches() && row.group(2).equals(patch.name()))
                .flatMap(row -> TEST.matcher(row.group(1)).results())
                .map(test -> "dev.levee." + test.group(1));
    }

    @Test
    void everyPatchSaysWhatTheAttackerHasAndHasATest() throws Exception {
        assertThat(sample()).hasSize(SAMPLE.size());
        assertThat(patches()).hasSizeGreaterThan(25).allSatisfy(patch -> {
            assertThat(patch.apply(Tools.home())).isNotEmpty();
            assertThat(patch.words().lines())
                    .as("what is weakened, and what the attacker has")
                    .hasSizeGreaterThan(1);
            assertThat(tests(patch)).as(patch.name()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("sample")
    void succeedsOfASample(Patch patch) throws Exception {
        succeeds(patch);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("patches")
    void succeeds(Patch patch) throws Exception {
        assertThat(Mutant.of(patch, directory).isNoticedBy(tests(patch)))
                .as(patch.words())
                .isTrue();
    }

    @Tag("full")
    @Test
    void noneSucceedsAgainstLeveeAsItIs() throws Exception {
        var names = Stream.<String>builder();
        for (var patch : patches()) {
            tests(patch).forEach(names);
        }
        assertThat(Mutant.none().isNoticedBy(names.build())).isFalse();
    }
}
