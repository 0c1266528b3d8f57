package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.CodeLexer.Kind;
import dev.levee.sim.drill.script.CodeLexer.Token;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads a `%{ }%` block: the simple statements and the operators of Python, in Python's order of precedence.
final class CodeParser {
    /// How deep parentheses may be nested: far above what an assertion says, far below what a stack holds.
    private static final int DEPTH_MAX = 32;
    /// A long chain of operators makes a tree as deep as it is long.
    private static final int TOKENS_MAX = 2000;
    private static final int DIGITS_MAX = 100;

    private static final Set<String> KEYWORDS = Set.of(
            "and",
            "as",
            "assert",
            "async",
            "await",
            "break",
            "class",
            "continue",
            "def",
            "del",
            "elif",
            "else",
            "except",
            "finally",
            "for",
            "from",
            "global",
            "if",
            "import",
            "in",
            "is",
            "lambda",
            "nonlocal",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
            "yield");
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    /// Binary operators, loosest first.
    private static final List<Set<String>> LEVELS = List.of(
            Set.of("|"), Set.of("^"), Set.of("&"), Set.of("<<", ">>"), Set.of("+", "-"), Set.of("*", "/", "//", "%"));

    private final String text;
    private final List<Token> tokens;
    private int next;
    private int depth;

    private CodeParser(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    static List<CodeTree.Statement> parse(String text) throws CodeException {
        List<Token> tokens = CodeLexer.tokens(text);
        if (tokens.size() > TOKENS_MAX) {
            throw CodeException.unsupported("a block of more than " + TOKENS_MAX + " words");
        }
        return new CodeParser(text, tokens).block();
    }

    private Token token() {
        return tokens.get(next);
    }

    private boolean take(String operator) {
        if (token().is(operator)) {
            next++;
            return true;
        }
        return false;
    }

    private boolean takeName(String name) {
        if (token().isName(name)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String operator) throws CodeException {
        if (!take(operator)) {
            throw unexpected();
        }
    }

    private CodeException unexpected() {
        return token().kind() == Kind.END || token().kind() == Kind.NEWLINE
                ? CodeException.error("a line that ends too early")
                : CodeException.unsupported("'" + token().text() + "' in this place");
    }

    private List<CodeTree.Statement> block() throws CodeException {
        var statements = new ArrayList<CodeTree.Statement>();
        while (token().kind() != Kind.END) {
            if (token().kind() == Kind.NEWLINE) {
                next++;
                continue;
            }
            int from = token().start();
            CodeTree.Kind kind = statement();
            int to = tokens.get(next - 1).end();
            statements.add(new CodeTree.Statement(from, text.substring(from, to), kind));
            if (!take(";") && token().kind() != Kind.NEWLINE && token().kind() != Kind.END) {
                throw unexpected();
            }
        }
        return statements;
    }

    private CodeTree.Kind statement() throws CodeException {
        Token first = token();
        if (takeName("assert")) {
            CodeTree condition = expression();
            return new CodeTree.Assert(condition, take(",") ? expression() : null);
        }
        if (takeName("pass")) {
            return new CodeTree.Bare(null);
        }
        if (first.isName("print") && tokens.get(next + 1).is("(")) {
            next += 2;
            return new CodeTree.Print(list(")"));
        }
        if (first.kind() == Kind.NAME
                && KEYWORDS.contains(first.text())
                && !first.text().equals("not")) {
            throw CodeException.unsupported("the statement '" + first.text() + "'");
        }
        Token second = tokens.get(Math.min(next + 1, tokens.size() - 1));
        if (first.kind() == Kind.NAME
                && second.kind() == Kind.OPERATOR
                && second.text().endsWith("=")
                && !COMPARISONS.contains(second.text())) {
            next += 2;
            String operator = second.text().substring(0, second.text().length() - 1);
            return new CodeTree.Assignment(first.text(), operator.isEmpty() ? null : operator, tupleOrExpression());
        }
        return new CodeTree.Bare(tupleOrExpression());
    }

    /// Expressions up to a closing bracket, which is stepped over; a comma may follow the last one.
    private List<CodeTree> list(String close) throws CodeException {
        var elements = new ArrayList<CodeTree>();
        while (!take(close)) {
            elements.add(expression());
            if (!take(",")) {
                expect(close);
                break;
            }
        }
        return elements;
    }

    private CodeTree tupleOrExpression() throws CodeException {
        CodeTree first = expression();
        if (!token().is(",")) {
            return first;
        }
        var elements = new ArrayList<CodeTree>(List.of(first));
        while (take(",")) {
            elements.add(expression());
        }
        return new CodeTree.Sequence(true, elements);
    }

    private CodeTree expression() throws CodeException {
        if (++depth > DEPTH_MAX) {
            throw CodeException.unsupported("more than " + DEPTH_MAX + " brackets inside each other");
        }
        CodeTree value = or();
        if (takeName("if")) {
            CodeTree condition = or();
            if (!takeName("else")) {
                throw unexpected();
            }
            value = new CodeTree.Choice(condition, value, expression());
        }
        depth--;
        return value;
    }

    private CodeTree or() throws CodeException {
        CodeTree left = and();
        while (takeName("or")) {
            left = new CodeTree.Logic(false, left, and());
        }
        return left;
    }

    private CodeTree and() throws CodeException {
        CodeTree left = not();
        while (takeName("and")) {
            left = new CodeTree.Logic(true, left, not());
        }
        return left;
    }

    private CodeTree not() throws CodeException {
        int count = 0;
        while (takeName("not")) {
            count++;
        }
        CodeTree value = comparison();
        for (int i = 0; i < Math.min(count, 2 - count % 2); i++) {
            value = new CodeTree.Unary("not", value);
        }
        return value;
    }

    private CodeTree comparison() throws CodeException {
        var operands = new ArrayList<CodeTree>(List.of(level(0)));
        var operators = new ArrayList<String>();
        while (true) {
            if (token().kind() == Kind.OPERATOR && COMPARISONS.contains(token().text())) {
                operators.add(token().text());
                next++;
            } else if (takeName("in")) {
                operators.add("in");
            } else if (token().isName("not") && tokens.get(next + 1).isName("in")) {
                next += 2;
                operators.add("not in");
            } else {
                break;
            }
            operands.add(level(0));
        }
        return operators.isEmpty() ? operands.getFirst() : new CodeTree.Comparison(operands, operators);
    }

    private CodeTree level(int level) throws CodeException {
        if (level == LEVELS.size()) {
            return unary();
        }
        CodeTree left = level(level + 1);
        while (token().kind() == Kind.OPERATOR && LEVELS.get(level).contains(token().text())) {
            String operator = token().text();
            next++;
            left = new CodeTree.Binary(operator, left, level(level + 1));
        }
        return left;
    }

    private CodeTree unary() throws CodeException {
        if (token().is("-") || token().is("+") || token().is("~")) {
            if (++depth > DEPTH_MAX) {
                throw CodeException.unsupported("more than " + DEPTH_MAX + " signs before each other");
            }
            String operator = token().text();
            next++;
            var value = new CodeTree.Unary(operator, unary());
            depth--;
            return value;
        }
        return primary();
    }

    private CodeTree primary() throws CodeException {
        Token token = token();
        return switch (token.kind()) {
            case NUMBER -> {
                next++;
                yield number(token.text());
            }
            case STRING -> {
                var value = new StringBuilder();
                while (token().kind() == Kind.STRING) {
                    value.append(token().text());
                    next++;
                }
                yield new CodeTree.TextLiteral(value.toString());
            }
            case NAME -> name();
            case OPERATOR -> bracket();
            case NEWLINE, END -> throw unexpected();
        };
    }

    private CodeTree name() throws CodeException {
        Token token = token();
        if (KEYWORDS.contains(token.text())) {
            throw unexpected();
        }
        next++;
        if (take("(")) {
            return new CodeTree.Call(token.text(), list(")"));
        }
        if (token().is("[")) {
            throw CodeException.unsupported("an index");
        }
        return new CodeTree.Name(token.text());
    }

    private CodeTree bracket() throws CodeException {
        if (take("[")) {
            return new CodeTree.Sequence(false, list("]"));
        }
        expect("(");
        if (take(")")) {
            return new CodeTree.Sequence(true, List.of());
        }
        CodeTree first = expression();
        if (take(")")) {
            return first;
        }
        expect(",");
        var elements = new ArrayList<CodeTree>(List.of(first));
        elements.addAll(list(")"));
        return new CodeTree.Sequence(true, elements);
    }

    private static CodeTree number(String written) throws CodeException {
        String text = written.toLowerCase(Locale.ROOT);
        if (text.length() > DIGITS_MAX) {
            throw CodeException.unsupported("a number of more than " + DIGITS_MAX + " digits");
        }
        try {
            if (text.startsWith("0x")) {
                return new CodeTree.IntLiteral(new BigInteger(text.substring(2), 16));
            }
            boolean leadingZero = text.length() > 1 && text.startsWith("0") && !text.startsWith("0.");
            if (!leadingZero && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return new CodeTree.IntLiteral(new BigInteger(text));
            }
            if (!leadingZero && text.matches("[0-9]*\\.?[0-9]*(e[-+]?[0-9]+)?")) {
                return new CodeTree.FloatLiteral(Double.parseDouble(text));
            }
        } catch (NumberFormatException notOne) {
            throw CodeException.unsupported("the number '" + written + "'");
        }
        throw CodeException.unsupported("the number '" + written + "'");
    }
}
