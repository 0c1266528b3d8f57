package dev.levee.sim.drill;

import java.util.List;

/// The script and what happened differ.
class DrillFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> details;

    /// @param sentence what is wrong, one clause
    /// @param details lines for the report: what was expected, what came
    DrillFailure(String sentence, List<String> details) {
        super(sentence, null, false, false);
        this.details = List.copyOf(details);
    }

    DrillFailure(String sentence) {
        this(sentence, List.of());
    }

    /// Of a value of which the script says one thing and the system another.
    static DrillFailure differs(String what, Object expected, Object got) {
        return new DrillFailure(what + ": expected " + expected + ", got " + got);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    List<String> details() {
        return details;
    }
}
