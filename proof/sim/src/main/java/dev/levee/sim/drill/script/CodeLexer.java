package dev.levee.sim.drill.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Cuts the text of a `%{ }%` block into tokens by Python's rules: a line ends a statement unless a bracket is
/// open or a backslash joins the next one.
final class CodeLexer {
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        OPERATOR,
        NEWLINE,
        END
    }

    /// @param text as written; a string's content with its escapes resolved
    record Token(Kind kind, String text, int start, int end) {
        boolean is(String operator) {
            return kind == Kind.OPERATOR && text.equals(operator);
        }

        boolean isName(String name) {
            return kind == Kind.NAME && text.equals(name);
        }
    }

    private static final Set<String> LONG_OPERATORS =
            Set.of("==", "!=", "<=", ">=", "<<", ">>", "//", "**", "+=", "-=", "*=", "|=", "&=", "^=", "//=", "%=");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int next;
    private int brackets;

    private CodeLexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) throws CodeException {
        var lexer = new CodeLexer(text);
        while (lexer.next < text.length()) {
            lexer.token();
        }
        lexer.add(Kind.END, "", text.length());
        return lexer.tokens;
    }

    private void add(Kind kind, String value, int end) {
        tokens.add(new Token(kind, value, next, end));
        next = end;
    }

    private void token() throws CodeException {
        char c = text.charAt(next);
        if (c == '\n') {
            newline();
        } else if (c == ' ' || c == '\t' || c == '\r') {
            next++;
        } else if (c == '#') {
            while (next < text.length() && text.charAt(next) != '\n') {
                next++;
            }
        } else if (c == '\\') {
            join();
        } else if (c == '"' || c == '\'') {
            string(c);
        } else if (isDigit(c) || c == '.' && isDigit(at(next + 1))) {
            number();
        } else if (isNamePart(c)) {
            int end = next;
            while (isNamePart(at(end))) {
                end++;
            }
            if (at(end) == '"' || at(end) == '\'') {
                throw CodeException.unsupported("a string with a prefix");
            }
            add(Kind.NAME, text.substring(next, end), end);
        } else {
            operator(c);
        }
    }

    private void newline() throws CodeException {
        if (brackets > 0) {
            next++;
            return;
        }
        add(Kind.NEWLINE, "\n", next + 1);
        int end = next;
        while (at(end) == ' ' || at(end) == '\t') {
            end++;
        }
        boolean blank = end >= text.length() || at(end) == '\n' || at(end) == '\r' || at(end) == '#';
        if (end > next && !blank) {
            throw CodeException.unsupported("an indented line");
        }
    }

    /// A backslash at a line's end.
    private void join() throws CodeException {
        int end = next + 1;
        if (at(end) == '\r') {
            end++;
        }
        if (end < text.length() && at(end) != '\n') {
            throw CodeException.unsupported("a backslash inside a line");
        }
        next = Math.min(end + 1, text.length());
    }

    private void string(char quote) throws CodeException {
        if (at(next + 1) == quote && at(next + 2) == quote) {
            throw CodeException.unsupported("a string in triple quotes");
        }
        var value = new StringBuilder();
        int end = next + 1;
        while (at(end) != quote) {
            if (end >= text.length() || at(end) == '\n') {
                throw CodeException.error("a string without its closing quote");
            }
            if (at(end) == '\\') {
                end++;
                value.append(escape(at(end)));
            } else {
                value.append(at(end));
            }
            end++;
        }
        add(Kind.STRING, value.toString(), end + 1);
    }

    private static char escape(char c) throws CodeException {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '\\', '\'', '"' -> c;
            default -> throw CodeException.unsupported("the escape \\" + c);
        };
    }

    private void number() {
        int end = next;
        while (isNamePart(at(end)) || at(end) == '.') {
            boolean exponent = (at(end) == 'e' || at(end) == 'E') && !text.startsWith("0x", next);
            end++;
            if (exponent && (at(end) == '-' || at(end) == '+')) {
                end++;
            }
        }
        add(Kind.NUMBER, text.substring(next, end), end);
    }

    private void operator(char c) throws CodeException {
        for (int length = 3; length >= 2; length--) {
            if (next + length <= text.length() && LONG_OPERATORS.contains(text.substring(next, next + length))) {
                add(Kind.OPERATOR, text.substring(next, next + length), next + length);
                return;
            }
        }
        if ("()[],;:.=<>+-*/%&|^~".indexOf(c) < 0) {
            throw CodeException.unsupported("the character '" + c + "'");
        }
        if (c == '(' || c == '[') {
            brackets++;
        } else if (c == ')' || c == ']') {
            brackets = Math.max(0, brackets - 1);
        }
        add(Kind.OPERATOR, String.valueOf(c), next + 1);
    }

    /// The character at a place, NUL behind the end.
    private char at(int index) {
        return index < text.length() ? text.charAt(index) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNamePart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_';
    }
}
