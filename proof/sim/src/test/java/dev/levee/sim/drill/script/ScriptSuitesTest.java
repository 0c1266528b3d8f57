package dev.levee.sim.drill.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Scripts that others wrote, read where the environment variable LEVEE_DRILL_SUITES says.
@Tag("full")
class ScriptSuitesTest {
    private static final String VARIABLE = "LEVEE_DRILL_SUITES";
    private static final double READ_MIN = 0.95;

    private static List<Path> scripts = List.of();

    @BeforeAll
    static void suitesAreThere() throws IOException {
        String root = System.getenv(VARIABLE);
        Assumptions.assumeTrue(
                root != null && Files.isDirectory(Path.of(root)),
                "ScriptSuitesTest: let " + VARIABLE + " name the directory that holds suites of scripts");
        try (var files = Files.walk(Path.of(root))) {
            scripts = files.filter(file -> file.toString().endsWith(".pkt"))
                    .sorted()
                    .toList();
        }
        assertThat(scripts).isNotEmpty();
    }

    private static Map<String, String> definitions(String text) {
        return Definitions.of(text.contains("net.inet.") ? Platform.FREEBSD : Platform.LINUX, Mode.IPV4);
    }

    @Test
    void nearlyAllScriptsAreRead() throws IOException {
        var errors = new ArrayList<String>();
        for (Path script : scripts) {
            String text = Files.readString(script);
            try {
                assertThat(DrillParser.parse(script.toString(), text, definitions(text))
                                .events())
                        .isNotEmpty();
            } catch (ScriptSyntaxException e) {
                errors.add(script + ", " + e.at() + ": " + e.getMessage());
            }
        }
        assertThat(scripts.size() - errors.size())
                .as("%s", String.join("\n", errors))
                .isGreaterThanOrEqualTo((int) (scripts.size() * READ_MIN));
    }

    @Test
    void everyAssertionIsOfTheSubset() throws IOException {
        for (Path script : scripts) {
            String text = Files.readString(script);
            try {
                var read = DrillParser.parse(script.toString(), text, definitions(text));
                var evaluator = new CodeEvaluator();
                for (Event event : read.events()) {
                    if (event.action() instanceof Code code) {
                        var outcome = evaluator.run(code, _ -> 1L);
                        assertThat(outcome.verdict())
                                .as("%s, %s: %s", script, outcome.at(), outcome.reason())
                                .isNotEqualTo(CodeEvaluator.Verdict.UNSUPPORTED);
                    }
                }
            } catch (ScriptSyntaxException e) {
                assertThat(e.at().line()).isPositive();
            }
        }
    }

    @Test
    void mutatedScriptsAreReadOrAreOneError() throws IOException {
        for (int i = 0; i < scripts.size(); i++) {
            String text = Files.readString(scripts.get(i));
            for (int run = 0; run < 20; run++) {
                var random = new SplittableRandom(i * 1000L + run);
                var mutated = new StringBuilder(text);
                int at = random.nextInt(mutated.length());
                mutated.replace(
                        at, Math.min(mutated.length(), at + random.nextInt(5)), "" + (char) random.nextInt(1, 128));
                try {
                    assertThat(DrillParser.parse("mutated", mutated.toString(), definitions(text))
                                    .events())
                            .isNotEmpty();
                } catch (ScriptSyntaxException e) {
                    assertThat(e.at().line()).as("seed %d", i * 1000L + run).isPositive();
                }
            }
        }
    }
}
