package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What docs/conformance-freebsd.md says, run: every script of these directories passes, or passes with the edit that
/// is listed for it and not without, or is listed as skipped. The suite is no part of this repository; the
/// environment variable LEVEE_TCP_TESTSUITE says where it is.
class FreeBsdSuiteTest {
    private static final String VARIABLE = "LEVEE_TCP_TESTSUITE";
    private static final Path EDITS =
            Path.of(System.getProperty("basedir", "app"), "../specs/suites/freebsd-edits.json");
    private static final List<String> DIRECTORIES =
            List.of("state-event-engine", "rcv-data-segments", "snd-syn", "snippets", "rcv-icmp", "socket-api");
    private static final Pattern SKIPPED = Pattern.compile("\"path\":\"([^\"]+)\",\"verdict\":\"SKIP\"");

    @Test
    void everyScriptPassesAsItIsOrWithItsEditOrIsListedAsSkipped() throws Exception {
        var suite = suite();
        var directories = DIRECTORIES.stream().map(name -> suite.resolve(name).toString());
        var words = Stream.concat(
                Stream.of("drill", "--json", "--profile", "freebsd", "--edits", EDITS.toString()), directories);
        var run = Run.of(words.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("\"failed\":0,").doesNotContain("\"FAIL\"");
        assertThat(run.code()).isZero();
        var listed = Files.readString(EDITS);
        listed = listed.substring(listed.indexOf("\"skipped\""));
        var skipped = SKIPPED.matcher(run.out()).results().toList();
        for (var script : skipped) {
            assertThat(listed).contains("\"" + suite.relativize(Path.of(script.group(1))) + "\"");
        }
    }

    private static Path suite() {
        var named = System.getenv(VARIABLE);
        var why = "FreeBsdSuiteTest: let " + VARIABLE + " name the directory of freebsd-net/tcp-testsuite";
        if (named == null) {
            System.out.println("skipped: " + why);
        }
        assumeTrue(named != null, why);
        var suite = Path.of(String.valueOf(named));
        assertThat(suite.resolve(DIRECTORIES.getFirst())).as(why).isDirectory();
        return suite;
    }

    @Test
    void theListCanBeRead() {
        var run = Run.of("drill", "--edits", EDITS.toString(), EDITS.getParent() + "/../drill/freebsd");
        assertThat(run.err()).contains("none of its scripts is among those given");
    }
}
