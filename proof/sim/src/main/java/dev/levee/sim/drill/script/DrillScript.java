package dev.levee.sim.drill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A script of the packetdrill language, parsed. Immutable, as everything in it.
///
/// @param name for reports: usually the file's path
/// @param text the whole text, for reports that show a line
/// @param init the shell line before the first event, run before the clock starts
/// @param cleanup the shell line after the last event, run whatever the verdict
public record DrillScript(
        String name,
        String text,
        List<ScriptOption> options,
        @Nullable Command init,
        List<Event> events,
        @Nullable Command cleanup) {
    public DrillScript {
        options = List.copyOf(options);
        events = List.copyOf(events);
    }

    /// `--name=value` or `--name` at the head of a script.
    public record ScriptOption(
            Position at, String name, @Nullable String value) {}
}
