package dev.levee.junit;

import java.util.ArrayList;
import java.util.List;

/// Programs that wait for the same thing.
///
/// Threads: who has the turn.
final class Signal {
    private final Programs programs;
    private final List<Programs.Program> waiting = new ArrayList<>();

    Signal(Programs programs) {
        this.programs = programs;
    }

    void add(Programs.Program program) {
        waiting.add(program);
    }

    /// Something may have changed: all look again.
    void give() {
        waiting.forEach(programs::schedule);
        waiting.clear();
    }
}
