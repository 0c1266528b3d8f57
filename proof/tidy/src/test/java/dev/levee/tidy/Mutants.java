package dev.levee.tidy;

import dev.levee.tidy.Requirements.Excused;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Which rules have a change of one line against them that their tests must notice, and which cannot have one.
///
/// @param ids of the patches in `specs/mutants`
/// @param exceptions what is excused in `specs/mutants/without.toml`
record Mutants(Set<String> ids, List<Excused> exceptions) {
    private static final String HOME = "specs/mutants";
    private static final String ENDING = ".patch";

    static Mutants read(Checkout checkout, int rfc) {
        var home = checkout.root().resolve(HOME);
        var ids = Checkout.files(home, ENDING).stream()
                .map(file -> file.getFileName().toString().replace(ENDING, ""))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Mutants(ids, Requirements.exceptions(checkout, home, rfc));
    }

    /// Every MUST that a test shows has a mutant or a reason, and nothing else has either.
    List<Finding> findings(Ledger ledger) {
        var findings = new ArrayList<Finding>();
        var excused = exceptions.stream().map(Excused::id).collect(Collectors.toSet());
        for (var id : ledger.requirements().rules().keySet()) {
            boolean wanted = id.startsWith("MUST-") && ledger.isProven(id);
            if (wanted && !ids.contains(id) && !excused.contains(id)) {
                findings.add(new Finding(
                        HOME,
                        1,
                        id + " has a test, but no mutant that the test notices: write " + HOME + "/" + id + ENDING
                                + ", or a reason into without.toml"));
            }
        }
        for (var id : ids) {
            if (!id.startsWith("MUST-") || !ledger.isProven(id)) {
                findings.add(new Finding(HOME + "/" + id + ENDING, 1, "no test is tagged with " + id));
            }
        }
        for (var exception : exceptions) {
            if (ids.contains(exception.id())) {
                findings.add(new Finding(exception.file(), 1, exception.id() + " is excused, but has a mutant"));
            }
            if (exception.reason().length() < Ledger.REASON_LENGTH_MIN) {
                findings.add(new Finding(exception.file(), 1, exception.id() + " is excused without a reason"));
            }
        }
        return findings;
    }
}
