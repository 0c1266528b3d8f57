package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Position;

/// An option at the head of a script says what cannot be.
final class OptionFailure extends DrillFailure {
    private static final long serialVersionUID = 1;

    private final transient Position at;

    OptionFailure(Position at, String sentence) {
        super(sentence);
        this.at = at;
    }

    /// Where the option begins.
    Position at() {
        return at;
    }
}
