package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.DrillScript.ScriptOption;
import dev.levee.sim.drill.script.Lexer.Kind;
import dev.levee.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Reads scripts of the packetdrill language: that of `google/packetdrill` (its `syntax.md` and the rules its
/// grammar checks), with what nplab's dialect adds for TCP.
///
/// Threads: any; every call is independent.
public final class DrillParser {
    private static final Pattern DEFINITION = Pattern.compile("\\w+=(\\w+|-?[0-9]+|\"[^\"]*\"|`[^`]*`)");

    private final Lexer lexer;
    private final PacketParser packets;
    private final ExpressionParser expressions;
    /// When the event that was read last happens, at the latest.
    private long latestNanos;

    private DrillParser(Lexer lexer) {
        this.lexer = lexer;
        this.expressions = new ExpressionParser(lexer);
        this.packets = new PacketParser(lexer);
    }

    /// Reads a script without definitions but its own.
    ///
    /// @param name for reports: usually the file's path
    /// @throws ScriptSyntaxException with the first place that cannot be understood
    public static DrillScript parse(String name, String text) throws ScriptSyntaxException {
        return parse(name, text, Map.of());
    }

    /// Reads a script.
    ///
    /// @param name for reports: usually the file's path
    /// @param definitions names that `#ifdef` asks for and that stand for a value: a word, a number, a quoted
    ///     string or a quoted shell line with its quotes; a name with an empty value stands for itself
    /// @throws ScriptSyntaxException with the first place that cannot be understood
    public static DrillScript parse(String name, String text, Map<String, String> definitions)
            throws ScriptSyntaxException {
        return new DrillParser(new Lexer(text, definitions)).script(name, text);
    }

    private DrillScript script(String name, String text) throws ScriptSyntaxException {
        lexer.advance();
        List<ScriptOption> options = options();
        Command init = lexer.kind() == Kind.COMMAND ? command() : null;
        var events = new ArrayList<Event>();
        while (lexer.kind() != Kind.COMMAND && (lexer.kind() != Kind.END || events.isEmpty())) {
            events.add(event());
        }
        Command cleanup = null;
        if (lexer.kind() == Kind.COMMAND) {
            if (events.isEmpty()) {
                throw lexer.error("expected an event before another shell line");
            }
            cleanup = command();
            if (lexer.kind() != Kind.END) {
                throw lexer.error(
                        "expected the end of the script after a shell line without a time but found " + lexer.found());
            }
        }
        return new DrillScript(name, text, options, init, events, cleanup);
    }

    private List<ScriptOption> options() throws ScriptSyntaxException {
        var options = new ArrayList<ScriptOption>();
        while (lexer.kind() == Kind.OPTION) {
            Position at = lexer.at();
            String name = lexer.text();
            lexer.advance();
            String value = null;
            if (lexer.isSymbol('=')) {
                lexer.advanceToValue();
                value = optionValue();
                if (name.equals("define")) {
                    define(value);
                }
                lexer.advance();
            }
            options.add(new ScriptOption(at, name, value));
        }
        return options;
    }

    /// A word, a number, an address, a quoted string, or a definition of one.
    private String optionValue() throws ScriptSyntaxException {
        String value = lexer.text();
        boolean plain = lexer.kind() == Kind.STRING || Numbers.isInteger(value);
        if (!plain && value.contains("=") && !DEFINITION.matcher(value).matches()) {
            throw lexer.expected("NAME=VALUE");
        }
        if (!plain && !value.contains("=") && (value.contains(".") || value.contains(":"))) {
            try {
                var _ = IpAddress.parse(value);
            } catch (IllegalArgumentException notOne) {
                throw lexer.expected("an IP address, a word or a whole number");
            }
        }
        return value;
    }

    private void define(String definition) throws ScriptSyntaxException {
        int equals = definition.indexOf('=');
        if (equals <= 0 || equals == definition.length() - 1) {
            throw lexer.error("expected NAME=VALUE");
        }
        lexer.define(definition.substring(0, equals), definition.substring(equals + 1));
    }

    private Event event() throws ScriptSyntaxException {
        Position at = lexer.at();
        EventTime time = time();
        addUp(at, time);
        Action action = action();
        boolean sent = action instanceof PacketLine packet && packet.outbound();
        if (time instanceof EventTime.Any && !sent) {
            throw new ScriptSyntaxException(at, "expected an exact time: '*' is only for packets that are sent ('>')");
        }
        boolean range = time instanceof EventTime.AbsoluteRange || time instanceof EventTime.RelativeRange;
        if (range && !sent) {
            throw new ScriptSyntaxException(
                    at, "expected an exact time: a range is only for packets that are sent ('>')");
        }
        return new Event(at, time, action);
    }

    /// All times together must be a time.
    private void addUp(Position at, EventTime time) throws ScriptSyntaxException {
        latestNanos = switch (time) {
            case EventTime.Absolute(long nanos) -> Math.max(latestNanos, nanos);
            case EventTime.AbsoluteRange(long _, long to) -> Math.max(latestNanos, to);
            case EventTime.Relative(long nanos) -> latestNanos + nanos;
            case EventTime.RelativeRange(long _, long to) -> latestNanos + to;
            case EventTime.Any() -> latestNanos;
        };
        if (latestNanos > Numbers.SECONDS_MAX * Numbers.NANOS_PER_SECOND) {
            throw new ScriptSyntaxException(at, "expected times of at most " + Numbers.SECONDS_MAX + " seconds in all");
        }
    }

    private EventTime time() throws ScriptSyntaxException {
        if (lexer.isSymbol('*')) {
            lexer.advance();
            return new EventTime.Any();
        }
        boolean relative = lexer.isSymbol('+');
        if (relative) {
            lexer.advance();
        }
        long from = seconds(relative ? "a time after '+'" : "an event's time");
        if (!lexer.isSymbol('~')) {
            return relative ? new EventTime.Relative(from) : new EventTime.Absolute(from);
        }
        lexer.advance();
        if (relative) {
            lexer.expect('+', "'+' before the range's end, as before its beginning");
        }
        Position end = lexer.at();
        long to = seconds("the range's end");
        if (to < from) {
            throw new ScriptSyntaxException(end, "expected a range that does not end before it begins");
        }
        return relative ? new EventTime.RelativeRange(from, to) : new EventTime.AbsoluteRange(from, to);
    }

    private long seconds(String what) throws ScriptSyntaxException {
        if (lexer.kind() != Kind.DECIMAL && lexer.kind() != Kind.INTEGER) {
            throw lexer.error("expected " + what + " but found " + lexer.found());
        }
        long nanos = Numbers.nanos(lexer);
        lexer.advance();
        return nanos;
    }

    private Action action() throws ScriptSyntaxException {
        return switch (lexer.kind()) {
            case COMMAND -> command();
            case CODE -> {
                var code = new Code(lexer.at(), lexer.text());
                lexer.advance();
                yield code;
            }
            case WORD, ELLIPSIS -> call();
            case SYMBOL -> {
                if (lexer.isSymbol('<') || lexer.isSymbol('>')) {
                    yield packets.packet();
                }
                throw noAction();
            }
            case INTEGER, HEX, DECIMAL, STRING, OPTION, END -> throw noAction();
        };
    }

    private ScriptSyntaxException noAction() {
        return lexer.error("expected a packet, a system call, a shell line or a %{ }% block after the time but found "
                + lexer.found());
    }

    private Command command() throws ScriptSyntaxException {
        var command = new Command(lexer.at(), lexer.text());
        lexer.advance();
        return command;
    }

    private CallLine call() throws ScriptSyntaxException {
        Position at = lexer.at();
        long endNanos = CallLine.NOT_BLOCKING;
        if (lexer.kind() == Kind.ELLIPSIS) {
            lexer.advance();
            endNanos = seconds("the time at which the call returns");
        }
        if (lexer.kind() != Kind.WORD || lexer.isReserved()) {
            throw lexer.expected("the name of a system call");
        }
        String name = lexer.text();
        lexer.advance();
        lexer.expect('(', "'(' after the call's name");
        List<Expression> arguments = lexer.isSymbol(')') ? List.of() : expressions.list();
        lexer.expect(')', "',' or ')' after an argument");
        lexer.expect('=', "'=' and the call's result");
        Expression result = expressions.expression();
        String error = null;
        if (lexer.kind() == Kind.WORD) {
            error = lexer.text();
            lexer.advance();
            if (!lexer.isSymbol('(')) {
                throw lexer.expected("a note in parentheses after the error's name");
            }
        }
        String note = lexer.isSymbol('(') ? note() : null;
        if (error != null && lexer.isSymbol('(')) {
            note = note();
        }
        return new CallLine(at, endNanos, name, arguments, result, error, note);
    }

    /// Words in parentheses.
    private String note() throws ScriptSyntaxException {
        lexer.advance();
        var words = new StringBuilder();
        while (lexer.kind() == Kind.WORD) {
            words.append(words.isEmpty() ? "" : " ").append(lexer.text());
            lexer.advance();
        }
        if (words.isEmpty()) {
            throw lexer.expected("the note's words");
        }
        lexer.expect(')', "a word or ')' in the note");
        return words.toString();
    }
}
