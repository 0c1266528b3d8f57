package dev.levee.sim.drill.mutation;

import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.script.Expression.Apply;
import dev.levee.sim.drill.script.Expression.Array;
import dev.levee.sim.drill.script.Expression.Assign;
import dev.levee.sim.drill.script.Expression.Int;
import dev.levee.sim.drill.script.Expression.Struct;
import dev.levee.sim.drill.script.Expression.Text;
import dev.levee.sim.drill.script.Expression.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// What a call fills in, wrong: each method takes one argument of a script's call and gives it back with one error
/// each time. What says nothing (`...`) gives none.
final class FilledIn {
    /// A value that no option and no name has.
    private static final long STRANGE = 30_001;

    private static final String STRANGE_ADDRESS = "198.51.100.77";
    private static final Set<String> EPOLL_DATA = Set.of("fd", "ptr", "u32", "u64");

    private FilledIn() {}

    /// The number in `[5]`, the fields of a structure, a text.
    static List<Expression> values(Expression value) {
        return switch (value) {
            case Array _ -> more(value);
            case Struct struct -> fields(struct, (_, field) -> List.of(another(field)));
            case Text(var text, boolean more) -> List.of(new Text(text.isEmpty() ? "x" : text.substring(1), more));
            case Expression.Ellipsis _, Int _, Word _, Expression.Or _, Assign _, Apply _ -> List.of();
        };
    }

    /// `[5]` as `[6]`.
    static List<Expression> more(Expression bracketed) {
        return bracketed instanceof Array(var elements) && elements.size() == 1
                ? List.of(new Array(List.of(another(elements.getFirst()))))
                : List.of();
    }

    private static Expression another(Expression value) {
        return new Int(value instanceof Int(long number) ? number + 1 : STRANGE);
    }

    /// What the program has put beside the events that epoll watches for it.
    static List<Expression> epollData(Expression event) {
        return fields(event, (name, value) -> EPOLL_DATA.contains(name) ? List.of(another(value)) : List.of());
    }

    /// `{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}`.
    static List<Expression> addresses(Expression address) {
        return fields(address, (name, value) -> switch (name) {
            case "sa_family" -> List.of(another(value));
            case "sin_port", "sin6_port" -> inside(value, FilledIn::another);
            case "sin_addr", "sin6_addr" -> inside(value, _ -> new Text(STRANGE_ADDRESS, false));
            default -> List.of();
        });
    }

    private static List<Expression> inside(Expression value, Function<Expression, Expression> change) {
        return value instanceof Apply(var name, var inner) && inner.size() == 1
                ? List.of(new Apply(name, List.of(change.apply(inner.getFirst()))))
                : List.of(another(value));
    }

    /// `msg_name(0)` of a message as `msg_name(1)`.
    static List<Expression> nameLengths(Expression message) {
        var changed = new ArrayList<Expression>();
        if (message instanceof Struct(var fields)) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i) instanceof Assign(var name, var value) && name.matches("msg_name\\([0-9]+\\)")) {
                    long length = Long.parseLong(name.substring(name.indexOf('(') + 1, name.length() - 1));
                    changed.add(replaced(fields, i, new Assign("msg_name(" + (length + 1) + ")", value)));
                }
            }
        }
        return changed;
    }

    /// The control messages of a message: each left out, said twice, of another level, with another value. Of other
    /// types none is offered.
    static List<Expression> controls(Expression message) {
        return fields(message, (name, value) -> {
            var changed = new ArrayList<Expression>();
            if (name.equals("msg_control") && value instanceof Array(var elements)) {
                for (int i = 0; i < elements.size(); i++) {
                    var fewer = new ArrayList<>(elements);
                    var element = fewer.remove(i);
                    changed.add(new Array(fewer));
                    var more = new ArrayList<>(elements);
                    more.add(i, element);
                    changed.add(new Array(more));
                    for (var other : fields(element, FilledIn::control)) {
                        var all = new ArrayList<>(elements);
                        all.set(i, other);
                        changed.add(new Array(all));
                    }
                }
            }
            return changed;
        });
    }

    private static List<Expression> control(String name, Expression value) {
        return name.equals("cmsg_level") || name.equals("cmsg_data") ? List.of(another(value)) : List.of();
    }

    /// The other values of a field.
    private interface Others {
        List<Expression> of(String name, Expression value);
    }

    /// A structure with one of its fields changed each time.
    private static List<Expression> fields(Expression structure, Others others) {
        var changed = new ArrayList<Expression>();
        if (structure instanceof Struct(var fields)) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i) instanceof Assign(var name, var value)) {
                    for (var other : others.of(name, value)) {
                        changed.add(replaced(fields, i, new Assign(name, other)));
                    }
                }
            }
        }
        return changed;
    }

    private static Expression replaced(List<Expression> fields, int index, Expression field) {
        var all = new ArrayList<>(fields);
        all.set(index, field);
        return new Struct(all);
    }
}
