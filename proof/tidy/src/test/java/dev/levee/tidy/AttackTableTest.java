package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/threat-model.md lists attacks with a test for each: the tests are there, so are the patches that weaken Levee,
/// and none of the attacks that it has to list is missing.
class AttackTableTest {
    private static final Checkout CHECKOUT = Checkout.here();
    private static final Pattern ROW =
            Pattern.compile("\\| (?<number>\\d+) \\| [^|]+ \\| (?<tests>`.*`) \\| (?<weakened>.+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)#(\\w+)`");
    private static final Pattern PATCH = Pattern.compile("`(\\d\\d-[a-z-]+)`");

    private static List<Matcher> rows() {
        return lines().map(ROW::matcher).filter(Matcher::matches).toList();
    }

    private static Stream<String> lines() {
        return new String(Checkout.bytes(CHECKOUT.root().resolve("docs/threat-model.md")), StandardCharsets.UTF_8)
                .lines();
    }

    @Test
    void everyAttackHasARow() {
        var wanted = IntStream.concat(IntStream.rangeClosed(1, 18), IntStream.rangeClosed(27, 34))
                .boxed()
                .toList();
        assertThat(rows().stream()
                        .map(row -> Integer.valueOf(row.group("number")))
                        .distinct()
                        .toList())
                .isEqualTo(wanted);
    }

    @Test
    void everyTestThatIsNamedIsThere() {
        var sources = CHECKOUT.sources().stream()
                .filter(SourceFile::isTest)
                .map(SourceFile::file)
                .toList();
        for (var row : rows()) {
            assertThat(TEST.matcher(row.group("tests")).results().toList())
                    .as(row.group())
                    .isNotEmpty()
                    .allSatisfy(test -> assertThat(sources)
                            .filteredOn(file -> file.endsWith("/" + test.group(1) + "/" + test.group(2) + ".java"))
                            .anySatisfy(file -> assertThat(
                                            Files.readString(CHECKOUT.root().resolve(file)))
                                    .contains("void " + test.group(3) + "(")));
        }
    }

    @Test
    void everyPatchIsNamedAndEveryNameIsAPatch() {
        var named = rows().stream()
                .flatMap(row -> PATCH.matcher(row.group("weakened")).results())
                .map(patch -> patch.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        var kept = Checkout.files(CHECKOUT.root().resolve("specs/attacks"), ".patch").stream()
                .map(Path::getFileName)
                .map(file -> file.toString().replace(".patch", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).isEqualTo(kept);
        // Others are weakened within their tests, and the table says how.
        assertThat(rows())
                .filteredOn(row -> !row.group("weakened").startsWith("`"))
                .hasSize(1);
    }
}
