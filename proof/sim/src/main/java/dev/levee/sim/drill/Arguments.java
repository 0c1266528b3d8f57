package dev.levee.sim.drill;

import dev.levee.sim.drill.script.CallLine;
import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.script.Expression;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The arguments of a call as numbers, octets and addresses.
final class Arguments {
    private static final long OCTETS_MAX = 64 * 1024 * 1024;

    private final CallLine line;
    private final Function<String, OptionalLong> constants;

    /// @param constants what names stand for on the script's platform
    Arguments(CallLine line, Function<String, OptionalLong> constants) {
        this.line = line;
        this.constants = constants;
    }

    int count() {
        return line.arguments().size();
    }

    /// The call must have this many arguments.
    void expect(int min, int max) throws DrillFailure {
        if (count() < min || count() > max) {
            var wanted = min == max ? "" + min : min + " to " + max;
            throw new DrillFailure(line.name() + " has " + wanted + " arguments, not " + count());
        }
    }

    Expression at(int index) {
        return line.arguments().get(index);
    }

    boolean any(int index) {
        return at(index) instanceof Expression.Ellipsis;
    }

    long number(int index) throws DrillFailure, DrillSkip {
        return number(at(index));
    }

    int integer(int index) throws DrillFailure, DrillSkip {
        return integer(number(index));
    }

    int integer(long number) throws DrillFailure {
        if (number > 0xffffffffL || number < Integer.MIN_VALUE) {
            throw new DrillFailure(number + " is no number of 32 bits");
        }
        return (int) number;
    }

    /// A length of a buffer.
    int length(int index) throws DrillFailure, DrillSkip {
        return length(at(index));
    }

    int length(Expression expression) throws DrillFailure, DrillSkip {
        long length = number(expression);
        if (length < 0 || length > OCTETS_MAX) {
            throw new DrillSkip("buffers of " + length + " octets are not offered");
        }
        return (int) length;
    }

    long number(Expression expression) throws DrillFailure, DrillSkip {
        return switch (expression) {
            case Expression.Int(long value) -> value;
            case Expression.Word(var name) -> named(name);
            case Expression.Or(var left, var right) -> number(left) | number(right);
            case Expression.Apply(var name, var inner)
            when name.equals("htons") -> {
                int value = (int) number(inner.getFirst());
                yield Short.reverseBytes((short) value) & 0xffff;
            }
            case Expression.Apply(var name, var inner)
            when name.equals("htonl") -> Integer.reverseBytes((int) number(inner.getFirst())) & 0xffffffffL;
            case Expression.Ellipsis _,
                    Expression.Text _,
                    Expression.Assign _,
                    Expression.Apply _,
                    Expression.Array _,
                    Expression.Struct _ ->
                throw new DrillSkip("this argument of " + line.name() + " is not offered: " + CallText.of(expression));
        };
    }

    private long named(String name) throws DrillFailure, DrillSkip {
        if (name.equals("NULL")) {
            return 0;
        }
        var value = constants.apply(name);
        if (value.isEmpty()) {
            boolean elsewhere = Stream.of(Platform.values())
                    .anyMatch(platform -> Constants.of(platform).value(name).isPresent());
            if (elsewhere) {
                throw new DrillSkip("the name " + name + " is another system's");
            }
            throw new DrillFailure("there is no name " + name);
        }
        return value.getAsLong();
    }

    /// The only element between `[` and `]`.
    Expression bracketed(int index) throws DrillFailure {
        if (at(index) instanceof Expression.Array(var elements) && elements.size() == 1) {
            return elements.getFirst();
        }
        throw new DrillFailure(line.name() + " has [one value] as its argument " + (index + 1));
    }

    /// An argument that is `...` or NULL; true for `...`.
    boolean buffer(int index) throws DrillFailure, DrillSkip {
        if (any(index)) {
            return true;
        }
        if (number(index) != 0) {
            throw new DrillFailure(line.name() + " has ... or NULL as its argument " + (index + 1));
        }
        return false;
    }

    static byte[] octets(Expression.Text text) {
        return text.value().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The fields of a structure by name.
    Map<String, Expression> fields(Expression expression) throws DrillSkip {
        var fields = new java.util.LinkedHashMap<String, Expression>();
        if (expression instanceof Expression.Struct(var elements)) {
            for (var element : elements) {
                if (!(element instanceof Expression.Assign(var name, var value))) {
                    throw new DrillSkip("this structure is not offered: " + CallText.of(expression));
                }
                int parenthesis = name.indexOf('(');
                fields.put(parenthesis < 0 ? name : name.substring(0, parenthesis), value);
            }
            return fields;
        }
        throw new DrillSkip("this argument of " + line.name() + " is not offered: " + CallText.of(expression));
    }

    /// The number of a field such as `msg_iov(2)`, as it is written; null when there is no such field.
    @Nullable
    String fieldCount(Expression structure, String field) {
        if (structure instanceof Expression.Struct(var elements)) {
            for (var element : elements) {
                if (element instanceof Expression.Assign(var name, var _) && name.startsWith(field + "(")) {
                    return name.substring(field.length() + 1, name.length() - 1);
                }
            }
        }
        return null;
    }

    /// The lengths of the buffers in `[{..., 100}, {..., 200}]`.
    List<Integer> vector(Expression expression) throws DrillFailure, DrillSkip {
        if (!(expression instanceof Expression.Array(var elements))) {
            throw new DrillFailure(line.name() + " has [{..., length}, ...] for its buffers");
        }
        var lengths = new ArrayList<Integer>();
        for (var element : elements) {
            if (!(element instanceof Expression.Struct(var parts)) || parts.size() != 2) {
                throw new DrillFailure(line.name() + " has {..., length} for a buffer");
            }
            var length = parts.getLast() instanceof Expression.Assign(var _, var value) ? value : parts.getLast();
            lengths.add(length(length));
        }
        long total = lengths.stream().mapToLong(Integer::longValue).sum();
        if (total > OCTETS_MAX) {
            throw new DrillSkip("buffers of " + total + " octets in all are not offered");
        }
        return lengths;
    }

    /// A socket address: `...` is `otherwise`; a number is a family without an address.
    Endpoint address(int index, Endpoint otherwise) throws DrillFailure, DrillSkip {
        return switch (at(index)) {
            case Expression.Ellipsis _ -> otherwise;
            case Expression.Struct struct -> address(struct);
            case Expression.Int _,
                    Expression.Word _,
                    Expression.Text _,
                    Expression.Or _,
                    Expression.Assign _,
                    Expression.Apply _,
                    Expression.Array _ -> {
                int family = integer(index);
                yield new Endpoint(family, otherwise.family() == 2 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0);
            }
        };
    }

    /// A socket address that is said in full.
    Endpoint address(Expression structure) throws DrillFailure, DrillSkip {
        if (structure instanceof Expression.Struct struct) {
            return address(struct);
        }
        throw new DrillSkip("this address is not offered: " + CallText.of(structure));
    }

    private Endpoint address(Expression.Struct struct) throws DrillFailure, DrillSkip {
        int family = 0;
        int port = 0;
        var address = IpAddress.ANY_V4;
        for (var field : fields(struct).entrySet()) {
            var value = field.getValue();
            switch (field.getKey()) {
                case "sa_family" -> family = integer(number(value));
                case "sin_port", "sin6_port" ->
                    port = value instanceof Expression.Apply(var _, var inner)
                            ? integer(number(inner.getFirst()))
                            : Short.reverseBytes((short) number(value)) & 0xffff;
                case "sin_addr", "sin6_addr" -> address = literal(value);
                default -> {
                    // Flow information and scope: zero in every script.
                }
            }
        }
        return new Endpoint(family, address, port);
    }

    private IpAddress literal(Expression value) throws DrillSkip {
        if (value instanceof Expression.Apply(var _, var inner)
                && inner.getFirst() instanceof Expression.Text(var text, boolean _)) {
            return IpAddress.parse(text);
        }
        if (value instanceof Expression.Word(var name) && name.equals("INADDR_ANY")) {
            return IpAddress.ANY_V4;
        }
        throw new DrillSkip("this address is not offered: " + CallText.of(value));
    }
}
