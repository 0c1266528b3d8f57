package dev.levee.sim.drill.script;

import org.jspecify.annotations.Nullable;

/// What the names in a script's assertions stand for: fields of the connection's state, and constants.
public interface NameLookup {
    /// The number behind a name; null when nobody knows it.
    @Nullable
    Long value(String name);
}
