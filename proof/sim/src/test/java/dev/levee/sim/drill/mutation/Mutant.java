package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.DrillScript;

/// A script with one deliberate error in what it expects.
///
/// @param kind of error: `ack`, `option dropped`
/// @param line of the script that has it
/// @param what exactly
record Mutant(String kind, int line, String what, DrillScript script) {
    @Override
    public String toString() {
        return script.name() + ":" + line + ": " + kind + " (" + what + ")";
    }
}
