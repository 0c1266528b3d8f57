package dev.levee.sim.drill;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Result;
import java.util.List;
import java.util.stream.Collectors;

/// Calls in the notation of scripts.
final class CallText {
    private CallText() {}

    /// A call without its result.
    static String of(CallLine line) {
        return line.name() + "(" + list(line.arguments()) + ")";
    }

    /// What a line expects.
    static String expected(CallLine line) {
        var error = line.error();
        return of(line.result()) + (error == null ? "" : " " + error);
    }

    static String of(Result result) {
        return result.value() + (result.error().isEmpty() ? "" : " " + result.error());
    }

    static String of(Expression expression) {
        return switch (expression) {
            case Expression.Ellipsis() -> "...";
            case Expression.Int(long value) -> String.valueOf(value);
            case Expression.Word(var name) -> name;
            case Expression.Text(var value, boolean more) -> '"' + printable(value) + '"' + (more ? "..." : "");
            case Expression.Or(var left, var right) -> of(left) + "|" + of(right);
            case Expression.Assign(var name, var value) -> name + "=" + of(value);
            case Expression.Apply(var name, var arguments) -> name + "(" + list(arguments) + ")";
            case Expression.Array(var elements) -> "[" + list(elements) + "]";
            case Expression.Struct(var fields) -> "{" + list(fields) + "}";
        };
    }

    private static String list(List<Expression> expressions) {
        return expressions.stream().map(CallText::of).collect(Collectors.joining(", "));
    }

    static String printable(String octets) {
        var text = new StringBuilder();
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                text.append(c);
            } else {
                text.append(String.format("\\x%02x", (int) c & 0xff));
            }
        }
        return text.toString();
    }
}
