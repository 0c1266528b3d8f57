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

/// Whether the test of a rule would notice if it were broken: for every MUST of RFC 9293 that a test shows, one line
/// of the product is changed against the rule (`specs/mutants`), and one of the tests tagged with it must fail.
///
/// Which tests those are is read from docs/rfc-compliance.md; the build sees to it that it is true, and that no rule
/// is without a mutant.
class MutantsTest {
    private static final Path PATCHES = Tools.home().resolve("specs/mutants");
    private static final Pattern ROW =
            Pattern.compile("\\| (MUST-\\d+) \\|.*\\| proven(?:, with a limit)? \\| (.*) \\|");
    private static final Pattern TEST = Pattern.compile("`([^`]+)`");
    /// One of each module of the engine, for every day.
    private static final Set<String> SAMPLE = Set.of("MUST-3", "MUST-38", "MUST-57");

    @TempDir
    private Path directory;

    static List<Patch> patches() throws IOException {
        return Patch.all(PATCHES);
    }

    static List<Patch> sample() throws IOException {
        return patches().stream().filter(patch -> SAMPLE.contains(patch.name())).toList();
    }

    /// The tests that show a rule, as `class#method`.
    private static Stream<String> tests(String id) throws IOException {
        var rows = Files.readAllLines(Tools.home().resolve("docs/rfc-compliance.md"));
        return rows.stream()
                .map(ROW::matcher)
                .filter(row -> row.matches() && row.group(1).equals(id))
                .flatMap(row -> TEST.matcher(row.group(2)).results())
                .map(test -> "dev.levee." + test.group(1));
    }

    @Test
    void everyMutantIsOneLineOfThePresentSourceInWords() throws Exception {
        assertThat(patches()).hasSizeGreaterThan(60).allSatisfy(patch -> {
            assertThat(patch.apply(Tools.home())).isNotEmpty();
            assertThat(patch.words()).containsPattern("RFC \\d+");
            assertThat(patch.hunks()).singleElement().satisfies(hunk -> {
                var gone = hunk.before().stream().filter(line -> !hunk.after().contains(line));
                var come = hunk.after().stream().filter(line -> !hunk.before().contains(line));
                assertThat(gone).hasSizeLessThanOrEqualTo(1);
                assertThat(come).hasSizeLessThanOrEqualTo(1);
            });
            assertThat(tests(patch.name())).as(patch.name()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("sample")
    void isNoticedOfASample(Patch patch) throws Exception {
        isNoticed(patch);
    }

    @Test
    void whatIsNotBrokenIsNotFoundToBe() throws Exception {
        assertThat(Mutant.none().isNoticedBy(all(sample()))).isFalse();
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("patches")
    void isNoticed(Patch patch) throws Exception {
        assertThat(Mutant.of(patch, directory).isNoticedBy(tests(patch.name())))
                .as(patch.words())
                .isTrue();
    }

    @Tag("full")
    @Test
    void nothingIsFoundToBeBrokenThatIsNot() throws Exception {
        assertThat(Mutant.none().isNoticedBy(all(patches()))).isFalse();
    }

    private static Stream<String> all(List<Patch> patches) throws IOException {
        var names = Stream.<String>builder();
        for (var patch : patches) {
            tests(patch.name()).forEach(names);
        }
        return names.build();
    }
}
