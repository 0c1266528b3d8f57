package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.Code;
import dev.levee.sim.drill.script.Event;
import java.util.regex.Pattern;

/// Turns assertions about the connection's state around, and changes the numbers that it must equal.
final class CodeMutations {
    /// One assertion in a line, with or without what to say when it fails.
    private static final Pattern ASSERT = Pattern.compile("assert\\s+([^,\\n;]+)");

    private static final Pattern EQUAL = Pattern.compile("==\\s*(\\d+)");

    private final Code code;
    private final Mutator.Replaced to;

    CodeMutations(Code code, Mutator.Replaced to) {
        this.code = code;
        this.to = to;
    }

    void all(int index, Event event) {
        var asserts = ASSERT.matcher(code.text());
        while (asserts.find()) {
            var condition = asserts.group(1).strip();
            var text = code.text().substring(0, asserts.start(1)) + "not (" + condition + ") "
                    + code.text().substring(asserts.end(1));
            to.with("assertion negated", condition, index, with(event, text));
        }
        var equals = EQUAL.matcher(code.text());
        while (equals.find()) {
            long number = Long.parseLong(equals.group(1)) + 1;
            var text = code.text().substring(0, equals.start(1))
                    + number
                    + code.text().substring(equals.end(1));
            to.with("assertion's number", equals.group(1), index, with(event, text));
        }
    }

    private Event with(Event event, String text) {
        return new Event(event.at(), event.time(), new Code(code.at(), text));
    }
}
