package dev.levee.tidy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What an RFC requires beside what proves it: `docs/rfc-compliance.md`.
///
/// @param tags of all tests, also of those that name other RFCs
record Ledger(Requirements requirements, List<RfcTag> tags) {
    static final String DOCUMENT = "docs/rfc-compliance.md";
    static final String COMMAND = "mvn -pl proof/tidy -am test -Dtest=LedgerTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlevee.golden.write=true";

    static final String OPEN = "specs/requirements/open.toml";
    private static final Pattern SECTION = Pattern.compile("[1-9]\\d{2,4}(:[1-9]\\d*(\\.\\d+)*)?");
    private static final Pattern NUMBERED = Pattern.compile("[1-9]\\d{2,4}:(MUST|SHLD|MAY|REC)-\\d+");
    static final int REASON_LENGTH_MIN = 40;

    /// Everything that is wrong with tags, exceptions and the list of what is open.
    List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        tags.forEach(tag -> check(tag, findings));
        checkExceptions(findings);
        checkLimits(findings);
        checkOpen(findings);
        requirements.rules().forEach((id, rule) -> {
            if (rule.text().isBlank() || rule.section().isBlank()) {
                findings.add(table(id + " lacks its section or its words"));
            }
            if (!isProven(id) && !isExcused(id) && !requirements.open().contains(id)) {
                findings.add(table(id + " has neither a test tagged @Rfc(\"" + requirements.rfc() + ":" + id
                        + "\") nor an exception in specs/exceptions"));
            }
        });
        return findings;
    }

    private void check(RfcTag tag, List<Finding> findings) {
        boolean known = tag.rfc().equals(String.valueOf(requirements.rfc()))
                && requirements.rules().containsKey(tag.id());
        if (!known && !SECTION.matcher(tag.text()).matches()) {
            boolean numbered = NUMBERED.matcher(tag.text()).matches();
            findings.add(new Finding(
                    tag.file(),
                    tag.line(),
                    numbered
                            ? "there is no requirement " + tag.text()
                            : "not the number of an RFC, with an id or a section behind it: " + tag.text()));
        }
        if (!tag.isTest()) {
            findings.add(new Finding(tag.file(), tag.line(), "what carries " + tag.text() + " is no test"));
        }
    }

    private void checkExceptions(List<Finding> findings) {
        var seen = new HashSet<String>();
        for (var exception : requirements.exceptions()) {
            var id = exception.id();
            if (!requirements.rules().containsKey(id)) {
                findings.add(new Finding(exception.file(), 1, "there is no requirement " + id));
            }
            if (!seen.add(id)) {
                findings.add(new Finding(exception.file(), 1, id + " is excused twice"));
            }
            if (isProven(id)) {
                findings.add(new Finding(exception.file(), 1, id + " is excused, but a test proves it"));
            }
            if (exception.reason().length() < REASON_LENGTH_MIN) {
                findings.add(new Finding(exception.file(), 1, id + " is excused without a reason"));
            }
        }
    }

    private void checkLimits(List<Finding> findings) {
        var seen = new HashSet<String>();
        for (var limit : requirements.limits()) {
            var id = limit.id();
            if (!requirements.rules().containsKey(id)) {
                findings.add(new Finding(limit.file(), 1, "there is no requirement " + id));
            } else if (!isProven(id)) {
                findings.add(new Finding(limit.file(), 1, id + " has a limit, but no test"));
            }
            if (!seen.add(id)) {
                findings.add(new Finding(limit.file(), 1, id + " has two limits"));
            }
            if (limit.reason().length() < REASON_LENGTH_MIN) {
                findings.add(new Finding(limit.file(), 1, id + " has a limit without a reason"));
            }
        }
    }

    private void checkOpen(List<Finding> findings) {
        for (var id : requirements.open()) {
            if (id.startsWith("MUST-")) {
                findings.add(new Finding(OPEN, 1, id + " cannot be left open: a MUST has a test or a reason"));
            }
            if (!requirements.rules().containsKey(id)) {
                findings.add(new Finding(OPEN, 1, "there is no requirement " + id));
            } else if (isProven(id) || isExcused(id)) {
                findings.add(new Finding(OPEN, 1, id + " is not open any more: take it off the list"));
            }
        }
    }

    private Finding table(String message) {
        return new Finding("specs/requirements/" + requirements.rfc() + ".toml", 1, message);
    }

    /// The tests that prove a requirement of this RFC.
    List<RfcTag> proofs(String id) {
        var text = requirements.rfc() + ":" + id;
        return tags.stream().filter(tag -> tag.text().equals(text)).toList();
    }

    boolean isProven(String id) {
        return !proofs(id).isEmpty();
    }

    private boolean isExcused(String id) {
        return requirements.exceptions().stream()
                .anyMatch(exception -> exception.id().equals(id));
    }

    /// The document, as it has to stand in the checkout.
    String document() {
        int number = requirements.rfc();
        var text = new StringBuilder();
        text.append("# RFC ").append(number).append(", requirement by requirement\n\n");
        text.append("Made from specs/requirements/").append(number).append(".toml, the `@Rfc` tags of the tests and ");
        text.append("specs/exceptions;\nthe build fails when it differs. To write it anew:\n\n```\n");
        text.append(COMMAND).append("\n```\n\n");
        text.append("| | all | proven by a test | exception | open |\n|---|---|---|---|---|\n");
        for (var kind : List.of("MUST", "SHLD", "MAY", "REC")) {
            text.append(count(kind, id -> id.startsWith(kind + "-")));
        }
        text.append(count("**all**", _ -> true));
        text.append("\n| id | requirement | status | evidence |\n|---|---|---|---|\n");
        requirements
                .rules()
                .forEach((id, rule) -> text.append("| ")
                        .append(id)
                        .append(" | ")
                        .append(cell(rule.text() + " (§" + rule.section() + ")"))
                        .append(" | ")
                        .append(status(id))
                        .append(" | ")
                        .append(cell(evidence(id)))
                        .append(" |\n"));
        return text.toString();
    }

    private String count(String name, Predicate<String> kind) {
        var ids = requirements.rules().keySet().stream().filter(kind).toList();
        long proven = ids.stream().filter(this::isProven).count();
        long excused = ids.stream().filter(this::isExcused).count();
        long open = ids.stream().filter(requirements.open()::contains).count();
        long limited =
                ids.stream().filter(id -> isProven(id) && !limit(id).isEmpty()).count();
        var how = limited == 0 ? "" : " (" + limited + " with a limit)";
        return "| " + name + " | " + ids.size() + " | " + proven + how + " | " + excused + " | " + open + " |\n";
    }

    private String status(String id) {
        return isProven(id)
                ? limit(id).isEmpty() ? "proven" : "proven, with a limit"
                : isExcused(id) ? "exception" : "open";
    }

    private String evidence(String id) {
        if (isProven(id)) {
            return proofs(id).stream()
                    .map(RfcTag::evidence)
                    .distinct()
                    .sorted()
                    .map(test -> "`" + test + "`")
                    .collect(Collectors.joining(", ", "", limit(id)));
        }
        return requirements.exceptions().stream()
                .filter(exception -> exception.id().equals(id))
                .map(Requirements.Excused::reason)
                .findFirst()
                .orElse("no test yet");
    }

    private String limit(String id) {
        return requirements.limits().stream()
                .filter(limit -> limit.id().equals(id))
                .map(limit -> ". Limit: " + limit.reason())
                .findFirst()
                .orElse("");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
