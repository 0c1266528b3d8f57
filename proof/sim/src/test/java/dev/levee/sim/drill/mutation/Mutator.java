package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Code;
import dev.levee.sim.drill.script.Command;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.PacketLine;
import java.util.ArrayList;
import java.util.List;

/// Makes scripts with exactly one error each from a script that the system passes: a judge that lets one of
/// them pass is blind in that place.
///
/// Only what a script asserts is changed. What the language leaves open, or what is a name and not a claim, is
/// left out by a rule that stands, with its reason, where the mutation is made; no mutant is left out because
/// it survived.
final class Mutator {
    private final DrillScript script;
    private final Habits habits;
    private final List<Mutant> mutants = new ArrayList<>();

    private Mutator(DrillScript script) {
        this.script = script;
        habits = Habits.of(script);
    }

    static List<Mutant> mutants(DrillScript script) {
        var mutator = new Mutator(script);
        for (int i = 0; i < script.events().size(); i++) {
            mutator.event(i);
        }
        return mutator.mutants;
    }

    private void event(int index) {
        var event = script.events().get(index);
        switch (event.action()) {
            case PacketLine line -> {
                if (line.outbound()) {
                    new PacketMutations(script, index, line, habits, this::replaced).all();
                    new TimeMutations(event, habits, this::replaced).all(index);
                }
                new LineMutations(script, index, line, habits, this::events).all();
            }
            case CallLine call -> new CallMutations(call, habits, this::replaced).all(index, event);
            case Code code -> new CodeMutations(code, this::replaced).all(index, event);
            case Command command -> new ShellMutations(command, this::replaced).all(index, event);
        }
    }

    /// Takes one mutated event.
    interface Replaced {
        void with(String kind, String what, int index, Event event);
    }

    /// Takes mutated events.
    interface Rewritten {
        void with(String kind, String what, int line, List<Event> events);
    }

    private void replaced(String kind, String what, int index, Event event) {
        var events = new ArrayList<>(script.events());
        events.set(index, event);
        events(kind, what, event.at().line(), events);
    }

    private void events(String kind, String what, int line, List<Event> events) {
        var mutated = new DrillScript(
                script.name(), script.text(), script.options(), script.init(), events, script.cleanup());
        mutants.add(new Mutant(kind, line, what, mutated));
    }
}
