package dev.levee.sim.drill.script;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A place in a script's text, with its line, that moves over what lies between tokens: white space, comments,
/// and what `#ifdef` leaves out.
final class Cursor {
    /// Some editors write it at the head of a text; it says nothing.
    private static final String BYTE_ORDER_MARK = "\ufeff";

    final String text;

    private final Map<String, String> definitions;

    private int next;
    private int line = 1;
    private int lineStart;
    private @Nullable Position openIfdef;

    /// Stands at the beginning.
    Cursor(String text, Map<String, String> definitions) {
        this.text = text;
        this.definitions = new HashMap<>(definitions);
        if (text.startsWith(BYTE_ORDER_MARK)) {
            next = 1;
            lineStart = 1;
        }
    }

    /// Offset of the next character.
    int next() {
        return next;
    }

    boolean atEnd() {
        return next >= text.length();
    }

    Position at() {
        return new Position(line, next - lineStart + 1);
    }

    /// What a word stands for; null for itself.
    @Nullable
    String meaning(String word) {
        return definitions.isEmpty() ? null : definitions.get(word);
    }

    void define(String name, String meaning) {
        definitions.put(name, meaning);
    }

    /// Goes to a place in the same line.
    void moveInLine(int to) {
        next = to;
    }

    /// Goes on to `to`, counting the lines in between.
    void moveTo(int to) {
        for (int i = text.indexOf('\n', next); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) {
            line++;
            lineStart = i + 1;
        }
        next = to;
    }

    /// Goes over white space, comments and directives.
    void skipSpace() throws ScriptSyntaxException {
        while (next < text.length()) {
            char c = text.charAt(next);
            if (c == '\n') {
                moveTo(next + 1);
            } else if (c == ' ' || c == '\t' || c == '\r') {
                next++;
            } else if (c == '/' && text.startsWith("//", next)) {
                skipLine();
            } else if (c == '/' && text.startsWith("/*", next)) {
                skipComment();
            } else if (c == '#') {
                directive();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        int newline = text.indexOf('\n', next);
        next = newline < 0 ? text.length() : newline;
    }

    private void skipComment() throws ScriptSyntaxException {
        int close = text.indexOf("*/", next + 2);
        if (close < 0) {
            throw error("expected a closing */ for this comment");
        }
        moveTo(close + 2);
    }

    private void directive() throws ScriptSyntaxException {
        int i = next + 1;
        while (i < text.length() && Lexer.isWordPart(text.charAt(i))) {
            i++;
        }
        String name = text.substring(next + 1, i);
        switch (name) {
            case "" -> skipLine();
            case "ifdef" -> ifdef(i);
            case "endif" -> {
                if (openIfdef == null) {
                    throw error("expected an #ifdef before this #endif");
                }
                openIfdef = null;
                next = i;
            }
            default -> throw error("expected #ifdef, #endif or a comment but found '#" + name + "'");
        }
    }

    private void ifdef(int afterWord) throws ScriptSyntaxException {
        if (openIfdef != null) {
            throw error("expected an #endif before the next #ifdef");
        }
        int from = afterWord;
        while (from < text.length() && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
            from++;
        }
        int to = from;
        while (to < text.length() && Lexer.isWordPart(text.charAt(to))) {
            to++;
        }
        if (from == to) {
            throw error("expected a name after #ifdef");
        }
        openIfdef = at();
        next = to;
        if (!definitions.containsKey(text.substring(from, to))) {
            int close = text.indexOf("#endif", to);
            if (close < 0) {
                throw error("expected an #endif for this #ifdef before the script ends");
            }
            moveTo(close);
        }
    }

    /// Nothing may be left open at the text's end.
    void end() throws ScriptSyntaxException {
        Position open = openIfdef;
        if (open != null) {
            throw new ScriptSyntaxException(open, "expected an #endif for this #ifdef before the script ends");
        }
    }

    private ScriptSyntaxException error(String message) {
        return new ScriptSyntaxException(at(), message);
    }
}
