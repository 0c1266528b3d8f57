package dev.levee.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tidy.Requirements.Excused;
import dev.levee.tidy.Requirements.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ledger finds what is missing, what is said twice and what does not exist.
class LedgerRulesTest {
    private static final String REASON = "It cannot apply here, for a reason that takes a whole sentence.";

    private static Requirements requirements(List<Excused> exceptions, List<String> open) {
        var rules = new LinkedHashMap<String, Rule>();
        rules.put("MUST-1", new Rule("3.1", "The first."));
        rules.put("MAY-1", new Rule("3.2", "The second | with a bar."));
        return new Requirements(9293, rules, exceptions, List.of(), open);
    }

    private static Excused excused(String id, String reason) {
        return new Excused("specs/exceptions/some.toml", id, reason);
    }

    private static List<RfcTag> tags(String body) {
        var text = "package dev.levee.tcp;\nclass SomeTest {\n" + body + "\n}\n";
        return RfcTag.of(SourceFile.parse("engine/tcp/src/test/java/dev/levee/tcp/SomeTest.java", text));
    }

    private static List<RfcTag> test(String tag) {
        return tags("@Test @Rfc(" + tag + ") void holds() {}");
    }

    private static List<String> findings(Requirements requirements, List<RfcTag> tags) {
        return new Ledger(requirements, tags)
                .findings().stream().map(Finding::toString).toList();
    }

    @Test
    void whatIsProvenExcusedOrOpenIsInOrder() {
        var requirements = requirements(List.of(excused("MAY-1", REASON)), List.of());
        assertThat(findings(requirements, test("\"9293:MUST-1\""))).isEmpty();
        assertThat(findings(requirements(List.of(excused("MUST-1", REASON)), List.of("MAY-1")), List.of()))
                .isEmpty();
    }

    @Test
    void whatHasNoTestAndNoReasonIsFound() {
        assertThat(findings(requirements(List.of(), List.of()), test("\"9293:MUST-1\"")))
                .singleElement()
                .asString()
                .contains("MAY-1 has neither");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"9293:MUST-2\"",
                "\"9293:MUST-01\"",
                "\"9293:must-1\"",
                "\"MUST-1\"",
                "\"1122:MUST-1\"",
                "\"9293:\"",
                "\"9293:3.\"",
                "ID",
                "{\"9293:MUST-1\", \"9293:SHLD-1\"}",
                "value = \"9293:MAY-2\""
            })
    void aTagThatNamesNothingIsFound(String tag) {
        var found = findings(requirements(List.of(excused("MUST-1", REASON)), List.of("MAY-1")), test(tag));
        assertThat(found).anyMatch(finding -> finding.contains("SomeTest.java:3: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"9293:3.10.7.4\"", "\"5961:4\"", "\"826\"", "{\"793:3.9\", \"9293:3\"}"})
    void aTagMayNameASectionOrARfcWithoutSections(String tag) {
        assertThat(findings(requirements(List.of(excused("MUST-1", REASON)), List.of("MAY-1")), test(tag)))
                .isEmpty();
    }

    @Test
    void whatIsTaggedButNoTestProvesNothing() {
        var tags = tags("@Rfc(\"9293:MUST-1\") void helper() {}");
        assertThat(findings(requirements(List.of(), List.of("MAY-1")), tags))
                .singleElement()
                .asString()
                .contains("is no test");
    }

    @Test
    void aClassWithoutTestsProvesNothing() {
        var tags = tags("@Rfc(\"9293:MUST-1\") static class Helper { void holds() {} }");
        assertThat(findings(requirements(List.of(), List.of("MAY-1")), tags))
                .singleElement()
                .asString()
                .contains("is no test");
        var inner = tags("@Rfc(\"9293:MUST-1\") class Outer { class Inner { @Test void holds() {} } }");
        assertThat(findings(requirements(List.of(), List.of("MAY-1")), inner)).isEmpty();
    }

    @Test
    void anExceptionMustExistBeSaidOnceWithAReasonAndNotBeProven() {
        var exceptions = List.of(
                excused("MUST-1", REASON),
                excused("MUST-1", REASON),
                excused("MUST-9", REASON),
                excused("MAY-1", "no"));
        assertThat(findings(requirements(exceptions, List.of()), test("\"9293:MUST-1\"")))
                .containsExactlyInAnyOrder(
                        "specs/exceptions/some.toml:1: MUST-1 is excused, but a test proves it",
                        "specs/exceptions/some.toml:1: MUST-1 is excused, but a test proves it",
                        "specs/exceptions/some.toml:1: MUST-1 is excused twice",
                        "specs/exceptions/some.toml:1: there is no requirement MUST-9",
                        "specs/exceptions/some.toml:1: MAY-1 is excused without a reason");
    }

    @Test
    void whatIsOpenMustExistAndNotBeSettled() {
        var requirements = requirements(List.of(excused("MAY-1", REASON)), List.of("MUST-1", "MAY-1", "MUST-9"));
        assertThat(findings(requirements, test("\"9293:MUST-1\"")))
                .contains(
                        "specs/requirements/open.toml:1: MUST-1 is not open any more: take it off the list",
                        "specs/requirements/open.toml:1: MAY-1 is not open any more: take it off the list",
                        "specs/requirements/open.toml:1: there is no requirement MUST-9")
                .allMatch(finding -> finding.startsWith("specs/requirements/open.toml:1: "));
    }

    @Test
    void aMustIsNeverOpen() {
        assertThat(findings(requirements(List.of(), List.of("MUST-1", "MAY-1")), List.of()))
                .containsExactly("specs/requirements/open.toml:1: MUST-1 cannot be left open: a MUST has a test or a"
                        + " reason");
    }

    private static Requirements limited(Excused... limits) {
        var rules = requirements(List.of(), List.of()).rules();
        return new Requirements(9293, rules, List.of(), List.of(limits), List.of("MAY-1"));
    }

    @Test
    void aLimitIsSaidBesideTheTests() {
        var ledger = new Ledger(limited(excused("MUST-1", REASON)), test("\"9293:MUST-1\""));
        assertThat(ledger.findings()).isEmpty();
        assertThat(ledger.document())
                .contains("| MUST-1 | The first. (§3.1) | proven, with a limit | `tcp.SomeTest#holds`. Limit: " + REASON
                        + " |\n");
    }

    @Test
    void aLimitMustExistBeOfSomethingProvenAndHaveAReasonOnce() {
        var limits = limited(
                excused("MUST-1", REASON), excused("MUST-1", REASON), excused("MAY-1", REASON), excused("MAY-2", "no"));
        assertThat(findings(limits, test("\"9293:MUST-1\"")))
                .containsExactlyInAnyOrder(
                        "specs/exceptions/some.toml:1: MUST-1 has two limits",
                        "specs/exceptions/some.toml:1: MAY-1 has a limit, but no test",
                        "specs/exceptions/some.toml:1: there is no requirement MAY-2",
                        "specs/exceptions/some.toml:1: MAY-2 has a limit without a reason");
    }

    @Test
    void aMustWithATestNeedsAMutantOrAReason() {
        var ledger = new Ledger(requirements(List.of(), List.of("MAY-1")), test("\"9293:MUST-1\""));
        assertThat(new Mutants(Set.of("MUST-1"), List.of()).findings(ledger)).isEmpty();
        assertThat(new Mutants(Set.of(), List.of(excused("MUST-1", REASON))).findings(ledger))
                .isEmpty();
        assertThat(new Mutants(Set.of(), List.of()).findings(ledger))
                .singleElement()
                .asString()
                .contains("MUST-1 has a test, but no mutant");
        assertThat(new Mutants(Set.of("MUST-1", "MAY-1"), List.of(excused("MUST-1", "no"))).findings(ledger))
                .extracting(Finding::toString)
                .containsExactlyInAnyOrder(
                        "specs/mutants/MAY-1.patch:1: no test is tagged with MAY-1",
                        "specs/exceptions/some.toml:1: MUST-1 is excused, but has a mutant",
                        "specs/exceptions/some.toml:1: MUST-1 is excused without a reason");
    }

    @Test
    void tagsAreReadFromClassesMethodsAndNestedClasses() {
        var tags = tags("""
                @Rfc("9293:MUST-1")
                static class Inner {
                    @ParameterizedTest
                    @Rfc({"9293:MAY-1", "5961:3"})
                    void holds(int value) {}
                }
                """);
        assertThat(tags).extracting(RfcTag::text).containsExactly("9293:MUST-1", "9293:MAY-1", "5961:3");
        assertThat(tags)
                .extracting(RfcTag::evidence)
                .containsExactly("tcp.SomeTest$Inner", "tcp.SomeTest$Inner#holds", "tcp.SomeTest$Inner#holds");
        assertThat(tags.getFirst().className()).isEqualTo("dev.levee.tcp.SomeTest$Inner");
    }

    @Test
    void theDocumentNamesTestsReasonsAndWhatIsOpen() {
        var proven = new Ledger(requirements(List.of(excused("MAY-1", REASON)), List.of()), test("\"9293:MUST-1\""));
        assertThat(proven.document())
                .contains("| MUST-1 | The first. (§3.1) | proven | `tcp.SomeTest#holds` |\n")
                .contains("| MAY-1 | The second \\| with a bar. (§3.2) | exception | " + REASON + " |\n")
                .contains("| **all** | 2 | 1 | 1 | 0 |\n");
        var open = new Ledger(requirements(List.of(), List.of("MAY-1")), test("\"9293:MUST-1\""));
        assertThat(open.document()).contains("| MAY-1 | The second \\| with a bar. (§3.2) | open | no test yet |\n");
    }
}
