package dev.levee.tidy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Where the engine differs from what FreeBSD's scripts say, and what in them says so:
/// `specs/suites/freebsd-edits.json`,
/// which `levee drill --edits` runs, and the page that is made of it.
record SuiteEdits(List<Habit> habits, List<Skipped> skipped) {
    static final String FILE = "specs/suites/freebsd-edits.json";
    static final String DOCUMENT = "docs/conformance-freebsd.md";
    static final String COMMAND = "mvn -pl proof/tidy -am test -Dtest=SuiteEditsTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlevee.golden.write=true";
    private static final int EDIT_LENGTH_MAX = 100;
    private static final JsonMapper JSON = new JsonMapper();

    /// One habit of FreeBSD's.
    ///
    /// @param value what in the scripts is changed, in words
    record Habit(String id, String does, String why, String value, List<Change> changes) {
        Set<String> scripts() {
            var all = new LinkedHashSet<String>();
            changes.forEach(change -> all.addAll(change.scripts()));
            return all;
        }
    }

    /// The same edits in several scripts.
    record Change(List<Edit> edits, List<String> scripts) {}

    /// One place in a script.
    record Edit(
            String old,
            @JsonProperty("new") String replacement,
            @Nullable Integer nth,
            @Nullable Integer of) {
        private String shown() {
            var which = of == null ? "" : " (place " + nth + " of " + of + ")";
            return code(old) + " becomes " + (replacement.isEmpty() ? "nothing" : code(replacement)) + which;
        }
    }

    /// Scripts about something that is not offered.
    record Skipped(String why, List<String> scripts) {}

    static SuiteEdits read(Checkout checkout) {
        return JSON.readValue(checkout.root().resolve(FILE).toFile(), SuiteEdits.class);
    }

    /// Everything that is wrong with the list.
    List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        for (var habit : habits) {
            for (var text : List.of(habit.id(), habit.does(), habit.why(), habit.value())) {
                if (text.isBlank() || text.contains("|") || text.contains("\n")) {
                    findings.add(new Finding(FILE, 1, habit.id() + ": this is no cell of a table: " + text));
                }
            }
            for (var change : habit.changes()) {
                for (var edit : change.edits()) {
                    if (edit.old().length() > EDIT_LENGTH_MAX
                            || edit.replacement().length() > EDIT_LENGTH_MAX) {
                        findings.add(new Finding(FILE, 1, habit.id() + ": more than a value: " + edit.old()));
                    }
                }
                if (!change.scripts().equals(change.scripts().stream().sorted().toList())) {
                    findings.add(new Finding(FILE, 1, habit.id() + ": the scripts are not in order"));
                }
            }
        }
        return findings;
    }

    /// All scripts that pass with an edit, each once.
    Set<String> edited() {
        var all = new LinkedHashSet<String>();
        habits.forEach(habit -> all.addAll(habit.scripts()));
        return all;
    }

    /// The page, as it has to stand in the checkout.
    String document() {
        var text = new StringBuilder(head());
        for (var habit : habits) {
            text.append("| [")
                    .append(habit.id())
                    .append("](#")
                    .append(habit.id())
                    .append(") | ");
            text.append(habit.scripts().size()).append(" | ");
            text.append(habit.does()).append(" | ").append(habit.why()).append(" | ");
            text.append(habit.value()).append(" |\n");
        }
        text.append("\n## The scripts\n\nWith what is changed in them.\n");
        for (var habit : habits) {
            text.append("\n### ").append(habit.id()).append("\n");
            for (var change : habit.changes()) {
                text.append('\n');
                text.append(String.join(
                                ",\n", change.edits().stream().map(Edit::shown).toList()))
                        .append(":\n\n");
                change.scripts()
                        .forEach(script -> text.append("- ").append(script).append('\n'));
            }
        }
        text.append("\n## Skipped\n\nIn these directories; none of them is counted above.\n");
        for (var group : skipped) {
            text.append('\n').append(group.why()).append("\n\n");
            group.scripts().forEach(script -> text.append("- ").append(script).append('\n'));
        }
        return text.toString();
    }

    private String head() {
        return """
                # Where Levee and FreeBSD differ

                [freebsd-net/tcp-testsuite](https://github.com/freebsd-net/tcp-testsuite) says what FreeBSD sends for each kind of
                segment in each state. This page lists every script in `state-event-engine`, `rcv-data-segments`, `snd-syn`, `snippets`,
                `rcv-icmp` and `socket-api` that the engine fails with `--profile freebsd`, with the sentence of an RFC, or the habit of
                FreeBSD's, that explains it, and the value in the script that says so. What is not listed passes, or is about fast open
                or TCP in UDP (directories `fast-open` and `tcp-over-udp`).

                With only that value changed, each of them passes, and none passes with one of its changes left out:

                ```
                ./levee drill --profile freebsd --edits FILE tcp-testsuite/state-event-engine tcp-testsuite/snippets
                ```

                where `FILE` is `EDITS`, and `tcp-testsuite` the suite, which has to be fetched. Any of its
                directories and scripts will do. `FreeBsdSuiteTest` runs all six directories where the environment variable
                `LEVEE_TCP_TESTSUITE` says where the suite is. The form of the file: [testing](testing.md#changed-scripts).

                This page is made from that file, and the build fails when it differs. To write it anew:

                ```
                COMMAND
                ```

                What stands in quotation marks is the wording of the RFC. "Twin" is the script of the same name with `secure` for `insecure`,
                or with the setting the other way. A script with two habits is counted twice; together they are NUMBER.

                | habit | scripts | what FreeBSD does | why Levee does not | the value |
                |---|---|---|---|---|
                """.replace("EDITS", FILE)
                .replace("COMMAND", COMMAND)
                .replace("NUMBER", String.valueOf(edited().size()));
    }

    private static String code(String text) {
        return "`" + text.replace("\n", "\\n") + "`";
    }
}
