package dev.levee.sim.drill.script;

import java.util.List;

/// An argument or result of a call, as it was written. What a structure's fields mean is for the call to know:
/// `{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}` is a [Struct] of three
/// [Assign]s, two of them with an [Apply].
public sealed interface Expression {
    /// `...`: anything.
    record Ellipsis() implements Expression {}

    /// A whole number, decimal or hexadecimal, negative allowed.
    record Int(long value) implements Expression {}

    /// A name: `SOL_SOCKET`.
    record Word(String name) implements Expression {}

    /// `"text"`, its escapes resolved to octets as characters 0 to 255. With `more` (`"text"...`) only the
    /// beginning is said.
    record Text(String value, boolean more) implements Expression {}

    /// `left | right`.
    record Or(Expression left, Expression right) implements Expression {}

    /// `name = value`. In message headers the name may have an argument, which is kept in the name as written
    /// without spaces: `msg_iov(1)`.
    record Assign(String name, Expression value) implements Expression {}

    /// `name(arguments)`: `htons(8080)`.
    record Apply(String name, List<Expression> arguments) implements Expression {
        public Apply {
            arguments = List.copyOf(arguments);
        }
    }

    /// `[a, b]`.
    record Array(List<Expression> elements) implements Expression {
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /// `{a, b}`.
    record Struct(List<Expression> fields) implements Expression {
        public Struct {
            fields = List.copyOf(fields);
        }
    }
}
