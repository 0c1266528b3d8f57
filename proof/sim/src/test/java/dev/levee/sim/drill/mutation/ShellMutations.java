package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.Command;
import dev.levee.sim.drill.script.Event;
import java.util.Locale;
import java.util.regex.Pattern;

/// Asks for another number of connections, or for those in a state in which there are none.
final class ShellMutations {
    private static final Pattern NUMBER = Pattern.compile("grep (\\d+)");

    private static final Pattern STATE = Pattern.compile("\\b(?i:ESTAB(LISHED)?|SYN[-_](SENT|RECV|RCVD)"
            + "|FIN[-_]WAIT[-_]?[12]|TIME[-_]WAIT|CLOSE[-_]WAIT|LAST[-_]ACK|LISTEN)\\b");

    private final Command command;
    private final Mutator.Replaced to;

    ShellMutations(Command command, Mutator.Replaced to) {
        this.command = command;
        this.to = to;
    }

    void all(int index, Event event) {
        int begin = 0;
        for (var question : command.text().split(";", -1)) {
            if (question.contains("|")) {
                question(question, begin, index, event);
            }
            begin += question.length() + 1;
        }
    }

    private void question(String question, int begin, int index, Event event) {
        var number = NUMBER.matcher(question);
        long count = -1;
        if (number.find()) {
            count = Long.parseLong(number.group(1));
            var other = String.valueOf(count + 1);
            to.with("count of a state", question, index, with(event, begin + number.start(1), number.group(1), other));
        }
        var state = STATE.matcher(question);
        // That there are none of a state is true of most states.
        if (count != 0 && state.find()) {
            var word = state.group();
            boolean small = word.equals(word.toLowerCase(Locale.ROOT));
            to.with("state", question, index, with(event, begin + state.start(), word, small ? "closing" : "CLOSING"));
        }
    }

    private Event with(Event event, int at, String was, String other) {
        var text = command.text().substring(0, at) + other + command.text().substring(at + was.length());
        return new Event(event.at(), event.time(), new Command(command.at(), text));
    }
}
