package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.CodeValues.Row;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs the `%{ }%` blocks of one script: assertions on the connection's state in the part of Python that
/// scripts use. Assertions with messages, `print`, assignments; arithmetic, bits, comparisons in chains,
/// `and`, `or`, `not`, `in`, `x if c else y`, strings with `%`, tuples, lists, `abs`, `min`, `max`, `int`.
/// Whatever else a block says is [Verdict#UNSUPPORTED], never a guess.
///
/// Variables live from block to block, and stand before what the lookup knows; names that begin with `tcpi_`
/// are forgotten at each block's end, for they are said anew.
///
/// Threads: one at a time.
public final class CodeEvaluator {
    /// What became of a block.
    public enum Verdict {
        OK,
        FAILED,
        UNSUPPORTED
    }

    /// @param at the statement that failed or cannot be run; the block for [Verdict#OK]
    /// @param reason why not [Verdict#OK], with the values of the names that the statement uses; else empty
    /// @param printed what `print` said, line by line
    public record Outcome(Verdict verdict, Position at, String reason, List<String> printed) {
        public Outcome {
            printed = List.copyOf(printed);
        }
    }

    private final Map<String, Object> variables = new HashMap<>();
    private final List<String> printed = new ArrayList<>();

    private NameLookup names = _ -> null;
    private Map<String, Object> used = new LinkedHashMap<>();

    /// Runs a block.
    ///
    /// @param lookup the numbers behind names that the script has not assigned, at this moment
    public Outcome run(Code code, NameLookup lookup) {
        names = lookup;
        printed.clear();
        List<CodeTree.Statement> statements;
        try {
            statements = CodeParser.parse(code.text().strip());
        } catch (CodeException e) {
            return outcome(e, code.at(), "");
        }
        try {
            for (CodeTree.Statement statement : statements) {
                used = new LinkedHashMap<>();
                try {
                    String failure = run(statement.kind());
                    if (failure != null) {
                        String reason = statement.text() + failure + usedValues();
                        return new Outcome(Verdict.FAILED, place(code, statement.offset()), reason, printed);
                    }
                } catch (CodeException e) {
                    return outcome(e, place(code, statement.offset()), statement.text());
                }
            }
            return new Outcome(Verdict.OK, code.at(), "", printed);
        } finally {
            variables.keySet().removeIf(name -> name.startsWith("tcpi_"));
        }
    }

    private Outcome outcome(CodeException e, Position at, String statement) {
        String what = e.isError() ? "stopped by " : "not offered here: ";
        String where = statement.isEmpty() ? "" : " in: " + statement;
        return new Outcome(
                e.isError() ? Verdict.FAILED : Verdict.UNSUPPORTED, at, what + e.getMessage() + where, printed);
    }

    /// @return null, or what is to be said after the failed statement
    private @Nullable String run(CodeTree.Kind statement) throws CodeException {
        switch (statement) {
            case CodeTree.Assert(CodeTree condition, CodeTree message) -> {
                if (!CodeValues.truth(value(condition))) {
                    return message == null ? "" : said(message);
                }
            }
            case CodeTree.Print(List<CodeTree> values) -> {
                var line = new ArrayList<String>();
                for (CodeTree value : values) {
                    line.add(CodeFormat.text(value(value)));
                }
                printed.add(String.join(" ", line));
            }
            case CodeTree.Assignment(String name, String operator, CodeTree tree) -> {
                Object value = value(tree);
                variables.put(
                        name,
                        operator == null ? value : CodeValues.binary(operator, value(new CodeTree.Name(name)), value));
            }
            case CodeTree.Bare(CodeTree value) -> {
                if (value != null) {
                    var _ = value(value);
                }
            }
        }
        return null;
    }

    /// The message of a failed assertion; the failure stands, whatever becomes of the message.
    private String said(CodeTree message) {
        try {
            return message instanceof CodeTree.Name ? valueOnly(message) : ": " + CodeFormat.text(value(message));
        } catch (CodeException unreadable) {
            return "";
        }
    }

    /// A name alone as the message: its value is among those that are reported anyway.
    private String valueOnly(CodeTree message) throws CodeException {
        var _ = value(message);
        return "";
    }

    private String usedValues() {
        if (used.isEmpty()) {
            return "";
        }
        var text = new StringBuilder(" [");
        used.forEach((name, value) -> text.append(text.length() == 2 ? "" : ", ")
                .append(name)
                .append(" = ")
                .append(CodeFormat.text(value)));
        return text.append(']').toString();
    }

    private static Position place(Code code, int offset) {
        String all = code.text();
        int leading = all.indexOf(all.strip());
        int line = code.at().line();
        int column = code.at().column() + "%{".length();
        for (int i = 0; i < Math.min(leading + offset, all.length()); i++) {
            column++;
            if (all.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return new Position(line, column);
    }

    private Object value(CodeTree tree) throws CodeException {
        return switch (tree) {
            case CodeTree.IntLiteral(BigInteger number) -> number;
            case CodeTree.FloatLiteral(double number) -> number;
            case CodeTree.TextLiteral(String text) -> text;
            case CodeTree.Name(String name) -> named(name);
            case CodeTree.Sequence(boolean tuple, List<CodeTree> elements) -> new Row(tuple, values(elements));
            case CodeTree.Call(String name, List<CodeTree> arguments) -> call(name, values(arguments));
            case CodeTree.Unary(String operator, CodeTree operand) -> CodeValues.unary(operator, value(operand));
            case CodeTree.Binary(String operator, CodeTree left, CodeTree right) ->
                CodeValues.binary(operator, value(left), value(right));
            case CodeTree.Logic(boolean and, CodeTree left, CodeTree right) -> {
                Object first = value(left);
                yield CodeValues.truth(first) == and ? value(right) : first;
            }
            case CodeTree.Comparison(List<CodeTree> operands, List<String> operators) -> compare(operands, operators);
            case CodeTree.Choice(CodeTree condition, CodeTree yes, CodeTree no) ->
                CodeValues.truth(value(condition)) ? value(yes) : value(no);
        };
    }

    private List<Object> values(List<CodeTree> trees) throws CodeException {
        var values = new ArrayList<Object>();
        for (CodeTree tree : trees) {
            values.add(value(tree));
        }
        return values;
    }

    private Object named(String name) throws CodeException {
        if (name.equals("True") || name.equals("False")) {
            return name.equals("True");
        }
        Object value = variables.get(name);
        if (value == null) {
            Long known = names.value(name);
            if (known == null) {
                throw CodeException.unsupported("the name " + name);
            }
            value = BigInteger.valueOf(known);
        }
        used.put(name, value);
        return value;
    }

    private boolean compare(List<CodeTree> operands, List<String> operators) throws CodeException {
        Object left = value(operands.getFirst());
        for (int i = 0; i < operators.size(); i++) {
            Object right = value(operands.get(i + 1));
            if (!CodeValues.compare(operators.get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private static Object call(String name, List<Object> arguments) throws CodeException {
        return switch (name) {
            case "abs" -> {
                Object value = onlyNumber(name, arguments);
                boolean negative = CodeValues.compare("<", value, BigInteger.ZERO);
                yield CodeValues.unary(negative ? "-" : "+", value);
            }
            case "int" -> new BigInteger(CodeFormat.format("%d", onlyNumber(name, arguments)));
            case "min" -> extreme(name, "<", arguments);
            case "max" -> extreme(name, ">", arguments);
            default -> throw CodeException.unsupported("the function " + name);
        };
    }

    private static Object onlyNumber(String name, List<Object> arguments) throws CodeException {
        if (arguments.size() != 1 || !CodeValues.isNumber(arguments.getFirst())) {
            throw CodeException.unsupported("these arguments of " + name);
        }
        return arguments.getFirst();
    }

    private static Object extreme(String name, String operator, List<Object> arguments) throws CodeException {
        if (arguments.size() < 2 || !arguments.stream().allMatch(CodeValues::isNumber)) {
            throw CodeException.unsupported("these arguments of " + name);
        }
        Object best = arguments.getFirst();
        for (Object value : arguments) {
            best = CodeValues.compare(operator, value, best) ? value : best;
        }
        return best;
    }
}
