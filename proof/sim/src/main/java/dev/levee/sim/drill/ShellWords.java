package dev.levee.sim.drill;

import java.util.ArrayList;
import java.util.List;

/// Splits a shell line into pipelines, commands and words: quotes, comments, continued lines, `$((...))` and
/// redirections into nothing. Nothing is expanded but numbers.
final class ShellWords {
    private static final int SHOWN_MAX = 120;

    private final String text;
    private final List<List<List<String>>> pipelines = new ArrayList<>();
    private List<List<String>> pipeline = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private ShellWords(String text) {
        this.text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    }

    /// The pipelines of a text, each a list of commands, each a list of words. A redirection to `/dev/null` or
    /// to another stream is left out; one to a file stays as the words `>` and the file.
    static List<List<List<String>>> pipelines(String text) throws DrillSkip {
        var splitter = new ShellWords(text);
        splitter.split();
        return splitter.pipelines;
    }

    private void split() throws DrillSkip {
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case ' ', '\t' -> {
                    endWord();
                    at++;
                }
                case '\n', '\r', ';' -> {
                    endPipeline();
                    at++;
                }
                case '#' -> comment();
                case '"', '\'' -> quoted(c);
                case '&', '|', '>' -> operator(c);
                case '$' -> dollar();
                default -> {
                    add(c);
                    at++;
                }
            }
        }
        endPipeline();
    }

    private void add(char c) {
        word.append(c);
        inWord = true;
    }

    private void comment() {
        if (inWord) {
            add('#');
            at++;
            return;
        }
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private void quoted(char quote) throws DrillSkip {
        inWord = true;
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            if (quote == '"' && text.charAt(at) == '$') {
                dollar();
            } else {
                add(text.charAt(at));
                at++;
            }
        }
        at++;
    }

    private void dollar() throws DrillSkip {
        if (!text.startsWith("$((", at)) {
            add('$');
            at++;
            return;
        }
        int end = text.indexOf("))", at);
        if (end < 0) {
            throw notOffered();
        }
        try {
            word.append(new Arithmetic(text.substring(at + 3, end)).value());
        } catch (ArithmeticException _) {
            throw notOffered();
        }
        inWord = true;
        at = end + 2;
    }

    private DrillSkip notOffered() {
        return new DrillSkip("the shell line '" + shortened(text.strip()) + "' is not offered");
    }

    /// As much of a text as a sentence can hold.
    static String shortened(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }

    private void operator(char c) throws DrillSkip {
        if (c == '>' || text.startsWith("&>", at)) {
            redirection();
        } else if (text.startsWith("&&", at) || text.startsWith("||", at)) {
            endPipeline();
            at += 2;
        } else if (c == '|') {
            endCommand();
            at++;
        } else {
            throw notOffered();
        }
    }

    private void redirection() {
        // The number of a stream before the arrow is no word.
        if (inWord && word.toString().matches("[12]")) {
            word.setLength(0);
            inWord = false;
        }
        endWord();
        at += text.charAt(at) == '&' ? 2 : 1;
        while (at < text.length() && (text.charAt(at) == '>' || text.charAt(at) == ' ')) {
            at++;
        }
        int from = at;
        while (at < text.length() && " \t\n\r;|".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        var where = text.substring(from, at);
        if (!where.equals("/dev/null") && !where.startsWith("&")) {
            words.add(">");
            words.add(where);
        }
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private void endCommand() {
        endWord();
        if (!words.isEmpty()) {
            pipeline.add(words);
            words = new ArrayList<>();
        }
    }

    private void endPipeline() {
        endCommand();
        if (!pipeline.isEmpty()) {
            pipelines.add(pipeline);
            pipeline = new ArrayList<>();
        }
    }

    /// Whole numbers with `+ - * /` and parentheses.
    private static final class Arithmetic {
        /// How deep parentheses may be nested: far above what a script says, far below what a stack holds.
        private static final int DEPTH_MAX = 32;

        private final String text;
        private int at;
        private int depth;

        Arithmetic(String text) {
            this.text = text.replaceAll("\\s+", "");
        }

        long value() {
            long value = sum();
            if (at != text.length()) {
                throw new ArithmeticException(text);
            }
            return value;
        }

        private long sum() {
            long value = product();
            while (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                value = text.charAt(at++) == '+' ? value + product() : value - product();
            }
            return value;
        }

        private long product() {
            long value = atom();
            while (at < text.length() && (text.charAt(at) == '*' || text.charAt(at) == '/')) {
                value = text.charAt(at++) == '*' ? value * atom() : value / atom();
            }
            return value;
        }

        private long atom() {
            if (at < text.length() && text.charAt(at) == '(') {
                at++;
                if (++depth > DEPTH_MAX) {
                    throw new ArithmeticException("parentheses inside each other");
                }
                long value = sum();
                depth--;
                if (at >= text.length() || text.charAt(at++) != ')') {
                    throw new ArithmeticException(text);
                }
                return value;
            }
            int from = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (from == at || at - from > 18) {
                throw new ArithmeticException(text);
            }
            return Long.parseLong(text.substring(from, at));
        }
    }
}
