package dev.levee.sim.drill;

/// The script needs something that is knowingly not offered here: no verdict about the system.
final class DrillSkip extends Exception {
    private static final long serialVersionUID = 1;

    /// @param reason what is not offered, by name
    DrillSkip(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
