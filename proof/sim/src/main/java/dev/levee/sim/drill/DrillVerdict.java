package dev.levee.sim.drill;

import java.util.List;

/// What came of a script.
///
/// Threads: any; immutable.
///
/// @param script its name
/// @param reason one clause; empty for a script that passed as it is
/// @param report several lines that show where and how the system differed; empty unless the script failed
/// @param notes what could not change the verdict but may be of interest: settings that nobody here knows,
///     warnings that the script itself declared not fatal
public record DrillVerdict(String script, Outcome outcome, String reason, String report, List<String> notes) {
    /// The three verdicts.
    public enum Outcome {
        PASS,
        FAIL,
        /// The script needs something that is knowingly not offered: not a word about the system.
        SKIP
    }

    public DrillVerdict {
        notes = List.copyOf(notes);
    }
}
