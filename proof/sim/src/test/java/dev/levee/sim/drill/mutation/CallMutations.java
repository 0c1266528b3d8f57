package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Event;
import dev.levee.sim.drill.script.EventTime;
import dev.levee.sim.drill.script.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Changes what a call must give: its result, its error, what it fills in, when it returns.
final class CallMutations {
    /// Calls whose result is a new descriptor: a name that the script gives to it, not a claim.
    private static final Set<String> NAMING =
            Set.of("socket", "accept", "epoll_create", "epoll_create1", "pipe", "dup", "open");

    private final CallLine call;
    private final Habits habits;
    private final Mutator.Replaced to;

    CallMutations(CallLine call, Habits habits, Mutator.Replaced to) {
        this.call = call;
        this.habits = habits;
        this.to = to;
    }

    void all(int index, Event event) {
        result(index, event);
        error(index, event);
        filledIn(index, event);
        end(index, event);
    }

    private void result(int index, Event event) {
        switch (call.result()) {
            // Anything is right.
            case Expression.Ellipsis _ -> {}
            case Expression.Int(long value)
            when value == -1 -> to.with("result", "0 for -1", index, with(event, new Expression.Int(0), null));
            case Expression.Int(long value) -> {
                to.with("result", "failure for " + value, index, with(event, new Expression.Int(-1), "EIO"));
                if (!NAMING.contains(call.name())) {
                    var more = new Expression.Int(value + 1);
                    to.with("result", "one more than " + value, index, with(event, more, call.error()));
                }
            }
            case Expression.Word _, Expression.Or _ ->
                to.with("result", "failure for a name", index, with(event, new Expression.Int(-1), "EIO"));
            // No call returns these.
            case Expression.Text _,
                    Expression.Assign _,
                    Expression.Apply _,
                    Expression.Array _,
                    Expression.Struct _ -> {}
        }
    }

    private void error(int index, Event event) {
        if (call.error() != null) {
            for (var other : List.of("EIO", "EDOM")) {
                to.with("errno", other + " for " + call.error(), index, with(event, call.result(), other));
            }
        }
    }

    private Event with(Event event, Expression result, @Nullable String error) {
        return new Event(
                event.at(),
                event.time(),
                new CallLine(call.at(), call.endNanos(), call.name(), call.arguments(), result, error, null));
    }

    private void filledIn(int index, Event event) {
        switch (call.name()) {
            // What setsockopt has there is given, not claimed. A call that fails fills in nothing.
            case "getsockopt" -> {
                changed("option's value", index, event, 3, FilledIn::values);
                // A shorter length asks for less, and gets it.
                changed("length of an option", index, event, 4, FilledIn::more);
            }
            case "ioctl" -> changed("ioctl's value", index, event, 2, FilledIn::values);
            case "poll" -> revents(index, event);
            case "epoll_wait" -> {
                epollEvents(index, event);
                changed("epoll data", index, event, 1, FilledIn::epollData);
            }
            case "recvmsg" -> {
                flags(index, event);
                changed("control messages", index, event, 1, FilledIn::controls);
                changed("length of the address", index, event, 1, FilledIn::nameLengths);
            }
            case "accept" -> address(index, event, 1);
            case "recvfrom" -> address(index, event, 4);
            default -> {}
        }
    }

    /// Whom a call names, and in the argument after it how long that is.
    private void address(int index, Event event, int argument) {
        changed("address", index, event, argument, FilledIn::addresses);
        changed("length of the address", index, event, argument + 1, FilledIn::more);
    }

    private void changed(
            String kind, int index, Event event, int argument, Function<Expression, List<Expression>> change) {
        if (call.arguments().size() <= argument || fails()) {
            return;
        }
        for (var changed : change.apply(call.arguments().get(argument))) {
            to.with(kind, changed.toString(), index, with(event, argument, changed));
        }
    }

    private boolean fails() {
        return call.result() instanceof Expression.Int(long value) && value == -1;
    }

    private Event with(Event event, int argument, Expression value) {
        var arguments = new ArrayList<>(call.arguments());
        arguments.set(argument, value);
        return new Event(
                event.at(),
                event.time(),
                new CallLine(
                        call.at(), call.endNanos(), call.name(), arguments, call.result(), call.error(), call.note()));
    }

    private void revents(int index, Event event) {
        if (!(call.arguments().getFirst() instanceof Expression.Array(var elements))) {
            return;
        }
        for (int i = 0; i < elements.size(); i++) {
            for (var flipped :
                    flipped(elements.get(i), "revents", List.of("POLLIN", "POLLOUT", "POLLERR", "POLLHUP"))) {
                var all = new ArrayList<>(elements);
                all.set(i, flipped);
                var changed = new Expression.Array(all);
                to.with("poll events", flipped.toString(), index, with(event, 0, changed));
            }
        }
    }

    private void epollEvents(int index, Event event) {
        var names = List.of("EPOLLIN", "EPOLLOUT", "EPOLLERR", "EPOLLHUP");
        for (var flipped : flipped(call.arguments().get(1), "events", names)) {
            to.with("epoll events", flipped.toString(), index, with(event, 1, flipped));
        }
    }

    private void flags(int index, Event event) {
        for (var flipped : flipped(call.arguments().get(1), "msg_flags", List.of("MSG_TRUNC"))) {
            to.with("flags of a message", flipped.toString(), index, with(event, 1, flipped));
        }
    }

    /// The structure with one of the names added to a field, or taken from it.
    private static List<Expression> flipped(Expression struct, String field, List<String> names) {
        var flipped = new ArrayList<Expression>();
        if (!(struct instanceof Expression.Struct(var fields))) {
            return flipped;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i) instanceof Expression.Assign(var name, var value) && name.equals(field)) {
                for (var bit : names) {
                    var changed = new ArrayList<>(fields);
                    changed.set(i, new Expression.Assign(name, flip(value, bit)));
                    flipped.add(new Expression.Struct(changed));
                }
            }
        }
        return flipped;
    }

    private static Expression flip(Expression value, String bit) {
        var without = without(value, bit);
        if (without == null) {
            return new Expression.Int(0);
        }
        return without.equals(value) ? new Expression.Or(value, new Expression.Word(bit)) : without;
    }

    private static @Nullable Expression without(Expression value, String bit) {
        if (value instanceof Expression.Word(var name) && name.equals(bit)) {
            return null;
        }
        if (value instanceof Expression.Or(var left, var right)) {
            var first = without(left, bit);
            var second = without(right, bit);
            if (first == null || second == null) {
                return first == null ? second : first;
            }
            return new Expression.Or(first, second);
        }
        return value;
    }

    /// When a call that waits returns.
    private void end(int index, Event event) {
        if (call.endNanos() == CallLine.NOT_BLOCKING) {
            return;
        }
        long start = event.time() instanceof EventTime.Absolute(long nanos) ? nanos : 0;
        long by = habits.beyond(call.endNanos());
        end(index, event, call.endNanos() + by, "later");
        // No call returns before it begins.
        if (call.endNanos() - by >= start) {
            end(index, event, call.endNanos() - by, "earlier");
        }
    }

    private void end(int index, Event event, long nanos, String what) {
        var changed =
                new CallLine(call.at(), nanos, call.name(), call.arguments(), call.result(), call.error(), call.note());
        to.with("end of a call", what, index, new Event(event.at(), event.time(), changed));
    }
}
