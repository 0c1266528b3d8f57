package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.Lexer.Kind;
import dev.levee.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads the arguments and results of calls. What a structure's fields must be, the call says; only addresses
/// are checked here, as the original does.
final class ExpressionParser {
    /// How deep brackets may be nested: far above what a script says, far below what a stack holds.
    private static final int DEPTH_MAX = 32;
    /// How many values may be joined: one for each bit.
    private static final int JOINED_MAX = 64;

    private static final Set<String> FUNCTIONS = Set.of("htons", "htonl", "inet_addr", "inet6_addr");
    private static final Set<String> COUNTED_FIELDS =
            Set.of("msg_name", "msg_iov", "msg_control", "headers", "trailers");

    private final Lexer lexer;
    private int depth;

    ExpressionParser(Lexer lexer) {
        this.lexer = lexer;
    }

    /// One or more, separated by commas.
    List<Expression> list() throws ScriptSyntaxException {
        var elements = new ArrayList<Expression>();
        elements.add(expression());
        while (lexer.isSymbol(',')) {
            lexer.advance();
            elements.add(expression());
        }
        return elements;
    }

    Expression expression() throws ScriptSyntaxException {
        if (++depth > DEPTH_MAX) {
            throw lexer.error("expected at most " + DEPTH_MAX + " brackets inside each other");
        }
        Expression left = primary();
        for (int joined = 2; lexer.isSymbol('|'); joined++) {
            if (joined > JOINED_MAX) {
                throw lexer.error("expected at most " + JOINED_MAX + " values with '|' between them");
            }
            lexer.advance();
            left = new Expression.Or(left, primary());
        }
        depth--;
        return left;
    }

    private Expression primary() throws ScriptSyntaxException {
        return switch (lexer.kind()) {
            case ELLIPSIS -> {
                lexer.advance();
                yield new Expression.Ellipsis();
            }
            case INTEGER, HEX -> number();
            case STRING -> string();
            case WORD -> word();
            case SYMBOL -> {
                if (lexer.isSymbol('[')) {
                    yield array();
                }
                if (lexer.isSymbol('{')) {
                    yield struct();
                }
                throw unexpected();
            }
            case DECIMAL, COMMAND, CODE, OPTION, END -> throw unexpected();
        };
    }

    private ScriptSyntaxException unexpected() {
        return lexer.expected("a value");
    }

    private Expression.Int number() throws ScriptSyntaxException {
        var number = new Expression.Int(Numbers.integer(lexer));
        lexer.advance();
        return number;
    }

    private Expression string() throws ScriptSyntaxException {
        var octets = new StringBuilder(unescaped());
        lexer.advance();
        if (lexer.kind() == Kind.ELLIPSIS) {
            lexer.advance();
            return new Expression.Text(octets.toString(), true);
        }
        while (lexer.kind() == Kind.STRING) {
            octets.append(unescaped());
            lexer.advance();
        }
        return new Expression.Text(octets.toString(), false);
    }

    /// The current string's octets, one a character. What is not ASCII stands for its UTF-8 octets.
    private String unescaped() throws ScriptSyntaxException {
        String written = lexer.text();
        if (written.chars().anyMatch(c -> c > 127)) {
            written = new String(written.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        var octets = new StringBuilder(written.length());
        int i = 0;
        while (i < written.length()) {
            char c = written.charAt(i++);
            if (c != '\\') {
                octets.append(c);
                continue;
            }
            char escape = i < written.length() ? written.charAt(i++) : ' ';
            switch (escape) {
                case '\\', '"', '\'' -> octets.append(escape);
                case 'f' -> octets.append('\f');
                case 'n' -> octets.append('\n');
                case 'r' -> octets.append('\r');
                case 't' -> octets.append('\t');
                case 'v' -> octets.append('\u000b');
                case 'x' -> {
                    octets.append(hexEscape(written, i));
                    i += 2;
                }
                default ->
                    throw lexer.error("expected one of \\\\ \\\" \\f \\n \\r \\t \\v \\xHH in the string but found '\\"
                            + escape + "'");
            }
        }
        return octets.toString();
    }

    private char hexEscape(String written, int from) throws ScriptSyntaxException {
        if (from + 2 <= written.length() && Numbers.isHexDigits(written.substring(from, from + 2))) {
            return (char) Integer.parseInt(written.substring(from, from + 2), 16);
        }
        throw lexer.error("expected two hexadecimal digits after \\x in the string");
    }

    /// A name alone, `name = value`, `name(count) = value` in a message header, or `function(value)`.
    private Expression word() throws ScriptSyntaxException {
        String name = lexer.text();
        boolean reserved = lexer.isReserved();
        ScriptSyntaxException noValue = unexpected();
        lexer.advance();
        if (lexer.isSymbol('=')) {
            lexer.advance();
            return new Expression.Assign(name, expression());
        }
        if (lexer.isSymbol('(') && COUNTED_FIELDS.contains(name)) {
            lexer.advance();
            if (lexer.kind() != Kind.ELLIPSIS && lexer.kind() != Kind.INTEGER) {
                throw lexer.expected("a count or '...'");
            }
            String count = lexer.text();
            lexer.advance();
            lexer.expect(')', "')' after the count");
            lexer.expect('=', "'=' and the field's value");
            return new Expression.Assign(name + "(" + count + ")", expression());
        }
        if (lexer.isSymbol('(') && FUNCTIONS.contains(name)) {
            return function(name);
        }
        if (reserved) {
            throw noValue;
        }
        return new Expression.Word(name);
    }

    private Expression.Apply function(String name) throws ScriptSyntaxException {
        lexer.advance();
        Position at = lexer.at();
        Expression argument = expression();
        switch (name) {
            case "htons" -> requireUnsigned(at, argument, 0xffffL, "a number of 16 bits");
            case "htonl" -> requireUnsigned(at, argument, 0xffff_ffffL, "a number of 32 bits");
            default -> {
                if (!(argument instanceof Expression.Text(String address, boolean more)) || more) {
                    throw new ScriptSyntaxException(at, "expected an address in quotes");
                }
                requireAddress(at, address);
            }
        }
        lexer.expect(')', "')' after the argument of " + name);
        return new Expression.Apply(name, List.of(argument));
    }

    private static void requireUnsigned(Position at, Expression argument, long max, String what)
            throws ScriptSyntaxException {
        if (!(argument instanceof Expression.Int(long value)) || value < 0 || value > max) {
            throw new ScriptSyntaxException(at, "expected " + what);
        }
    }

    private static void requireAddress(Position at, String address) throws ScriptSyntaxException {
        try {
            var _ = IpAddress.parse(address);
        } catch (IllegalArgumentException notOne) {
            throw new ScriptSyntaxException(at, "expected an IP address in quotes");
        }
    }

    private Expression.Array array() throws ScriptSyntaxException {
        lexer.advance();
        List<Expression> elements = lexer.isSymbol(']') ? List.of() : list();
        lexer.expect(']', "',' or ']' after an element");
        return new Expression.Array(elements);
    }

    private Expression.Struct struct() throws ScriptSyntaxException {
        Position at = lexer.at();
        lexer.advance();
        List<Expression> fields = lexer.isSymbol('}') ? List.of() : list();
        lexer.expect('}', "',' or '}' after a field");
        String mistake = StructFields.mistake(fields);
        if (mistake != null) {
            throw new ScriptSyntaxException(at, mistake);
        }
        if (!fields.isEmpty()
                && fields.getFirst() instanceof Expression.Assign(String name, Expression family)
                && name.equals("sa_family")) {
            requireFamily(at, family, fields);
        }
        return new Expression.Struct(fields);
    }

    private static void requireFamily(Position at, Expression family, List<Expression> fields)
            throws ScriptSyntaxException {
        boolean v4 = family.equals(new Expression.Word("AF_INET"));
        if (!v4 && !family.equals(new Expression.Word("AF_INET6"))) {
            throw new ScriptSyntaxException(at, "expected AF_INET or AF_INET6 as the address's family");
        }
        for (Expression field : fields) {
            if (field
                            instanceof
                            Expression.Assign(String _, Expression.Apply(String function, List<Expression> arguments))
                    && function.equals("inet_addr")
                    && arguments.getFirst() instanceof Expression.Text(String address, boolean _)
                    && address.contains(":") == v4) {
                throw new ScriptSyntaxException(at, "expected an address of the family that sa_family says");
            }
        }
    }
}
