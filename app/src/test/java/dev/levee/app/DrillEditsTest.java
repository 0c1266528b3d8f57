package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `levee drill --edits`.
class DrillEditsTest {
    private static final String PASS = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +.1 < S 0:0(0) win 32792 <mss 1000>
            +0 > S. 0:0(0)   ack 1 <mss 1460>
            """;
    private static final String ODD_ACK = PASS.replace("ack 1", "ack 7");
    private static final String TWO_ODDITIES = ODD_ACK.replace("1460", "1400");
    private static final String SKIP = PASS + "+0 `make tea`\n";
    private static final String ACK = "{\"old\": \"0:0(0) ack 7\", \"new\": \"0:0(0) ack 1\"}";
    private static final String MSS = "{\"old\": \"1400\", \"new\": \"1460\"}";

    @TempDir
    private Path directory;

    @BeforeEach
    void scripts() throws IOException {
        write("suite/a/odd.pkt", ODD_ACK);
        write("suite/a/pass.pkt", PASS);
        write("suite/b/skip.pkt", SKIP);
    }

    private void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /// A file of edits with one habit, and perhaps with a script that is skipped.
    private void edits(String edits, String scripts, String skipped) throws IOException {
        var end = skipped.isEmpty() ? "" : ", \"skipped\": [{\"why\": \"tea\", \"scripts\": [\"" + skipped + "\"]}]";
        write("edits.json", """
                {"habits": [{"id": "odd", "why": "It is odd.",
                  "changes": [{"edits": [EDITS], "scripts": ["SCRIPTS"]}]}]END}
                """.replace("EDITS", edits)
                .replace("SCRIPTS", scripts.replace(" ", "\", \""))
                .replace("END", end));
    }

    private Run drill(String... arguments) {
        var all = new ArrayList<>(
                List.of("drill", "--edits", directory.resolve("edits.json").toString()));
        for (var argument : arguments) {
            all.add(argument.replace("DIR", directory.toString()));
        }
        return Run.of(all.toArray(String[]::new));
    }

    private void assertFails(Run run, String line) {
        assertThat(run.out().replace(directory.toString(), "DIR")).contains(line);
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void aScriptThatPassesWithItsEditSaysSo() throws IOException {
        edits(ACK, "a/odd.pkt", "b/skip.pkt");
        var run = drill("-v", "DIR/suite");
        assertThat(run.out().replace(directory.toString(), "DIR").lines().toList())
                .containsExactly(
                        "PASS DIR/suite/a/odd.pkt: with the edit of '0:0(0) ack 7' to '0:0(0) ack 1' (odd)",
                        "PASS DIR/suite/a/pass.pkt",
                        "SKIP DIR/suite/b/skip.pkt: the shell command 'make tea' is not offered",
                        "2 passed (1 with an edit), 0 failed, 1 skipped");
        assertThat(run.code()).isZero();
        assertThat(Files.readString(directory.resolve("suite/a/odd.pkt"))).isEqualTo(ODD_ACK);
    }

    @Test
    void jsonHasTheReasonAndTheCount() throws IOException {
        edits(ACK, "a/odd.pkt", "");
        var run = drill("--json", "DIR/suite/a");
        assertThat(run.out().replace(directory.toString(), "DIR")).isEqualTo("""
                {"passed":2,"edited":1,"failed":0,"skipped":0,"scripts":[\
                {"path":"DIR/suite/a/odd.pkt","verdict":"PASS",\
                "reason":"with the edit of '0:0(0) ack 7' to '0:0(0) ack 1' (odd)"},\
                {"path":"DIR/suite/a/pass.pkt","verdict":"PASS","reason":""}]}
                """);
    }

    @Test
    void anEditThatIsNotNeededFails() throws IOException {
        edits("{\"old\": \"ack 1\", \"new\": \"ack  1\"}", "a/pass.pkt", "");
        assertFails(
                drill("DIR/suite"),
                "FAIL DIR/suite/a/pass.pkt: DIR/edits.json lists it, and it passes without its edit\n");
    }

    @Test
    void oneOfSeveralEditsThatIsNotNeededFails() throws IOException {
        edits(ACK + ", " + "{\"old\": \"32792\", \"new\": \"32000\"}", "a/odd.pkt", "");
        assertFails(
                drill("DIR/suite"),
                "FAIL DIR/suite/a/odd.pkt: DIR/edits.json: it passes without the edit of '32792' to '32000' (odd)\n");
    }

    @Test
    void severalEditsThatAreAllNeededPass() throws IOException {
        write("suite/a/odd.pkt", TWO_ODDITIES);
        edits(ACK + ", " + MSS, "a/odd.pkt", "");
        assertThat(drill("DIR/suite").out()).endsWith("2 passed (1 with an edit), 0 failed, 1 skipped\n");
    }

    @Test
    void anEditThatDoesNotFitFails() throws IOException {
        edits("{\"old\": \"ack 8\", \"new\": \"ack 1\"}", "a/odd.pkt", "");
        assertFails(
                drill("DIR/suite"),
                "FAIL DIR/suite/a/odd.pkt: DIR/edits.json: the edit of 'ack 8' must match once, and matches nowhere\n");
        edits("{\"old\": \"+0\", \"new\": \"+0\"}", "a/odd.pkt", "");
        assertFails(drill("DIR/suite"), "the edit of '+0' must match once, and matches 3 times\n");
    }

    @Test
    void anEditThatDoesNotHelpFailsWithBothReasons() throws IOException {
        write("suite/a/odd.pkt", TWO_ODDITIES);
        edits(MSS, "a/odd.pkt", "");
        var run = drill("DIR/suite");
        assertFails(run, "FAIL DIR/suite/a/odd.pkt:5: ipv4: ack: expected 7, got 1");
        assertFails(run, "  with the edit of '1400' to '1460' (odd)\n");
        assertThat(drill("--json", "DIR/suite").out())
                .contains("\"with the edit of '1400' to '1460' (odd): line 5 (ipv4): ack: expected 7, got 1\"");
    }

    @Test
    void aScriptThatIsSkippedAllTheSameHasNotPassed() throws IOException {
        edits("{\"old\": \"32792\", \"new\": \"32000\"}", "b/skip.pkt", "");
        assertFails(
                drill("DIR/suite"),
                "FAIL DIR/suite/b/skip.pkt: with the edit of '32792' to '32000' (odd): the shell command 'make tea'");
    }

    @Test
    void aScriptThatIsSaidToBeSkippedAndIsNotFails() throws IOException {
        edits(ACK, "a/odd.pkt", "a/pass.pkt");
        assertFails(
                drill("DIR/suite"), "FAIL DIR/suite/a/pass.pkt: DIR/edits.json lists it as skipped, and it is not\n");
    }

    @Test
    void aListedScriptThatIsNotThereFails() throws IOException {
        edits(ACK, "a/odd.pkt a/gone.pkt", "c/gone.pkt");
        var run = drill("DIR/suite");
        assertFails(run, "FAIL DIR/suite/a/gone.pkt: DIR/edits.json lists it, and it is not there\n");
        assertFails(run, "FAIL DIR/suite/c/gone.pkt: DIR/edits.json lists it, and it is not there\n");
        assertFails(run, "2 passed (1 with an edit), 2 failed, 1 skipped\n");
    }

    @Test
    void onlyWhatWasAskedForIsMissed() throws IOException {
        edits(ACK, "a/odd.pkt a/gone.pkt b/gone.pkt", "");
        assertFails(drill("DIR/suite/a"), "2 passed (1 with an edit), 1 failed, 0 skipped\n");
        assertThat(drill("DIR/suite/a/odd.pkt").out()).isEqualTo("1 passed (1 with an edit), 0 failed, 0 skipped\n");
        assertThat(drill("DIR/suite/../suite/a/odd.pkt", "DIR/suite/a/pass.pkt").code())
                .isZero();
    }

    @Test
    void theLongestNameThatFitsIsMeant() throws IOException {
        write("edits.json", """
                {"habits": [{"id": "short", "why": "w", "changes": [{"edits": [MSS], "scripts": ["odd.pkt"]}]},
                 {"id": "long", "why": "w", "changes": [{"edits": [ACK], "scripts": ["a/odd.pkt"]}]}]}
                """.replace("MSS", MSS).replace("ACK", ACK));
        assertThat(drill("-v", "DIR/suite/a/odd.pkt").out()).contains("(long)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "FILE | ~~ | the file must be an object",
                "FILE | { | line 1, column 2: this is no JSON",
                "FILE | {} {} | there is something behind the end of the JSON object",
                "FILE | [] | the file must be an object",
                "FILE | {} | 'habits' must be a list of at least one",
                "FILE | {'habits': []} | 'habits' must be a list of at least one",
                "FILE | {'habits': [], 'habits': []} | this is no JSON",
                "FILE | {'habit': []} | there is no member 'habit'; there are habits, skipped",
                "FILE | {'habits': [3]} | habits[0] must be an object",
                "FILE | {'habits': [{'id': ' '}]} | habits[0]: 'id' must be a text that is not empty",
                "FILE | {'habits': [{'id': 'a'}]} | habits[0]: 'why' must be a text that is not empty",
                "FILE | {'habits': [{'id': 'a', 'why': 'w'}]} | habits[0]: 'changes' must be a list of at least one",
                "FILE | {'habits': [{'id': 'a', 'who': 'w'}]} | habits[0]: there is no member 'who'",
                "CHANGE | {} | habits[0].changes[0]: 'edits' must be a list of at least one",
                "EDIT | {} | edits[0]: 'old' must be a text that is not empty",
                "EDIT | {'old': 'a'} | edits[0]: 'new' must be a text",
                "EDIT | {'old': 'a', 'new': null} | edits[0]: 'new' must be a text",
                "EDIT | {'old': 'a', 'new': '', 'nth': 0} | edits[0]: 'nth' must be a number from 1 to 1000",
                "EDIT | {'old': 'a', 'new': '', 'of': 1.5} | edits[0]: 'of' must be a number from 1 to 1000",
                "EDIT | {'old': 'a', 'new': '', 'of': 1001} | edits[0]: 'of' must be a number from 1 to 1000",
                "EDIT | {'old': 'a', 'new': '', 'nth': 3, 'of': 2} | edits[0]: 'nth' must not be above 'of'",
                "NAMES | '/a.pkt' | each must be the name of a .pkt file from the suite's directory on, not '/a.pkt'",
                "NAMES | 'a/../b.pkt' | not 'a/../b.pkt'",
                "NAMES | 'a.txt' | not 'a.txt'",
                "NAMES | '.pkt' | not '.pkt'",
                "NAMES | 'a//b.pkt' | not 'a//b.pkt'",
                "NAMES | 'LONG+497.pkt' | .scripts: a name must not be longer than 500 characters",
                "NAMES | 'LONG+496.pkt' | none of its scripts is among those given",
                "NAMES | 'a(1),b/é.pkt' | none of its scripts is among those given",
                "EDIT | {'old': 'LONG+1001', 'new': ''} | 'old' must not be longer than 1000 characters",
                "EDIT | {'old': 'LONG+1000', 'new': 7} | edits[0]: 'new' must be a text",
                "NAMES | 7 | not '7'",
                "NAMES | 'a.pkt', 'a.pkt' | 'a.pkt' is listed before",
                "SKIPPED | 'a.pkt', 'a.pkt' | skipped[0]: 'a.pkt' is listed before",
                "SKIPPED | 'a/odd.pkt' | skipped[0]: 'a/odd.pkt' is listed before",
            })
    void aFileOfEditsThatSaysSomethingElseIsRefusedWithOneSentence(String kind, String text, String part)
            throws IOException {
        var change = "{'habits': [{'id': 'a', 'why': 'w', 'changes': [%s]}]%s}";
        var scripts = "{'edits': [{'old': 'a', 'new': 'b'}], 'scripts': [%s]}";
        var json = switch (kind) {
            case "CHANGE" -> change.formatted(text, "");
            case "EDIT" -> change.formatted("{'edits': [" + text + "]}", "");
            case "NAMES" -> change.formatted(scripts.formatted(text), "");
            case "SKIPPED" -> {
                var skipped = ", 'skipped': [{'why': 'w', 'scripts': [" + text + "]}]";
                yield change.formatted(scripts.formatted("'a/odd.pkt'"), skipped);
            }
            default -> text;
        };
        var longs = Pattern.compile("LONG\\+(\\d+)").matcher(json.replace('\'', '"'));
        write("edits.json", longs.replaceAll(found -> "x".repeat(Integer.parseInt(found.group(1)))));
        assertRefused(drill("DIR/suite"), part);
    }

    @Test
    void anEditsFileThatCannotBeReadOrFitsNothingIsRefused() throws IOException {
        assertRefused(drill("DIR/suite"), "edits.json: there is no such file or directory");
        edits(ACK, "other/odd.pkt", "");
        assertRefused(
                drill("DIR/suite"),
                "edits.json: none of its scripts is among those given; it names them from the suite's directory on");
        assertRefused(Run.of("drill", "--edits", directory.toString(), directory.toString()), "this is a directory");
        assertRefused(Run.of("drill", "--edits", "", directory.toString()), "--edits: give a file");
        assertRefused(Run.of("drill", directory.toString(), "--edits"), "--edits");
    }

    private static void assertRefused(Run run, String part) {
        assertThat(run.err()).startsWith("levee drill: ").contains(part).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(2);
    }
}
