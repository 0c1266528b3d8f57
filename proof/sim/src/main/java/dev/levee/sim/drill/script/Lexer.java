package dev.levee.sim.drill.script;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a script token by token: one token is current, nothing is read ahead, so that the parser can have the
/// rest of the text read by the rules of the place where it stands (values of options, addresses, names with
/// dashes). Longest match wins, as in packetdrill's own scanner.
///
/// `#ifdef NAME` ... `#endif` keeps what is between only when the name is defined (nplab's dialect); a `#` with
/// no letter behind it begins a comment.
final class Lexer {
    /// What a token is.
    enum Kind {
        WORD("a word"),
        INTEGER("a number"),
        HEX("a hexadecimal number"),
        DECIMAL("a decimal fraction"),
        STRING("a string"),
        COMMAND("a shell line"),
        CODE("a %{ }% block"),
        OPTION("an option"),
        ELLIPSIS("'...'"),
        SYMBOL("a character"),
        END("the end of the script");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /// Words of the language that a definition cannot replace.
    private static final Set<String> RESERVED = Set.of(
            "ack",
            "win",
            "urg",
            "mss",
            "wscale",
            "sack",
            "sackOK",
            "TS",
            "val",
            "ecr",
            "nop",
            "eol",
            "md5",
            "FO",
            "FOEXP",
            "ECN",
            "e0b",
            "e1b",
            "ceb",
            "udp",
            "icmp",
            "raw",
            "mtu",
            "id",
            "ipv4",
            "ipv6",
            "gre",
            "mpls",
            "label",
            "tc",
            "psp",
            "spi",
            "encap",
            "tos",
            "ttl",
            "flowlabel",
            "ect0",
            "ect1",
            "ect01",
            "noecn",
            "ce",
            "htons",
            "inet_addr",
            "inet6_addr",
            "sa_family",
            "sin_port",
            "sin_addr",
            "msg_name",
            "msg_iov",
            "msg_flags",
            "msg_control",
            "cmsg_level",
            "cmsg_type",
            "cmsg_data",
            "ee_errno",
            "ee_origin",
            "ee_type",
            "ee_code",
            "ee_info",
            "ee_data",
            "scm_sec",
            "scm_nsec",
            "fd",
            "events",
            "revents",
            "ptr",
            "u32",
            "u64",
            "onoff",
            "linger");

    private final String text;
    private final Cursor cursor;

    private Kind kind = Kind.END;
    private int start;
    private int end;
    private int endBefore;
    private Position at = new Position(1, 1);
    private @Nullable String value;

    /// Stands before the first token.
    Lexer(String text, Map<String, String> definitions) {
        this.text = text;
        this.cursor = new Cursor(text, definitions);
    }

    Kind kind() {
        return kind;
    }

    /// Where the current token begins.
    Position at() {
        return at;
    }

    /// A word, number or name as written (or as defined); the inside of a string, shell line or code block.
    String text() {
        String known = value;
        if (known == null) {
            known = text.substring(start, end);
            value = known;
        }
        return known;
    }

    boolean isSymbol(char wanted) {
        return kind == Kind.SYMBOL && text.charAt(start) == wanted;
    }

    boolean isWord(String wanted) {
        return kind == Kind.WORD
                && (value != null
                        ? value.equals(wanted)
                        : end - start == wanted.length() && text.startsWith(wanted, start));
    }

    /// Whether the current token is a word of the language.
    boolean isReserved() {
        return kind == Kind.WORD && RESERVED.contains(text());
    }

    /// Whether nothing lies between the current token and the one before.
    boolean isAdjacent() {
        return start == endBefore;
    }

    /// The current token, as an error message names it.
    String found() {
        return switch (kind) {
            case WORD, INTEGER, HEX, DECIMAL, SYMBOL ->
                "'" + (text().length() > 40 ? text().substring(0, 40) : text()) + "'";
            case OPTION -> "'--" + text() + "'";
            case STRING, COMMAND, CODE, ELLIPSIS, END -> kind.words;
        };
    }

    ScriptSyntaxException error(String message) {
        return new ScriptSyntaxException(at(), message);
    }

    /// From now on `name` stands for `meaning`: a word, a number, or a quoted string or shell line with its
    /// quotes.
    void define(String name, String meaning) {
        cursor.define(name, meaning);
    }

    /// Makes the next token the current one.
    void advance() throws ScriptSyntaxException {
        cursor.skipSpace();
        begin();
        if (cursor.atEnd()) {
            cursor.end();
            finish(Kind.END, start);
            return;
        }
        char c = text.charAt(start);
        if (isWordPart(c) || c == '-' || c == '.') {
            wordOrNumber(c);
        } else if (c == '"') {
            quoted(Kind.STRING, '"', "string");
        } else if (c == '`') {
            quoted(Kind.COMMAND, '`', "shell line");
        } else if (c == '%' && text.startsWith("%{", start)) {
            code();
        } else {
            finish(Kind.SYMBOL, start + 1);
        }
    }

    /// Makes an option's value the current token: a quoted string, or what the characters of words, numbers and
    /// addresses make, in which a definition may have a quoted part (`NAME="text"`).
    void advanceToValue() throws ScriptSyntaxException {
        int from = cursor.next();
        while (from < text.length() && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
            from++;
        }
        cursor.moveInLine(from);
        begin();
        if (from < text.length() && text.charAt(from) == '"') {
            quoted(Kind.STRING, '"', "string");
            return;
        }
        int i = from;
        while (i < text.length()) {
            char c = text.charAt(i);
            if ((c == '"' || c == '`') && i > from && text.charAt(i - 1) == '=') {
                i = closing(i, c, "definition") + 1;
            } else if (isWordPart(c) || isOneOf(c, ".:=-")) {
                i++;
            } else {
                break;
            }
        }
        if (i == from) {
            throw error("expected a value after '='");
        }
        cursor.moveTo(i);
        finish(Kind.WORD, i);
    }

    /// Lets the current word go on over dashes: `exp` becomes `exp-AccECN0` where the text says so.
    void extendOverDashes() {
        while (end + 1 < text.length() && text.charAt(end) == '-' && isWordPart(text.charAt(end + 1))) {
            int i = end + 1;
            while (i < text.length() && isWordPart(text.charAt(i))) {
                i++;
            }
            finish(Kind.WORD, i);
        }
    }

    /// Reads an IP address where the current token begins: it becomes the current token, as a word.
    void rescanAsAddress() {
        int i = start;
        while (i < text.length() && (Character.digit(text.charAt(i), 16) >= 0 || isOneOf(text.charAt(i), ":."))) {
            i++;
        }
        boolean colonBehind = i > start && text.charAt(i - 1) == ':';
        boolean partOfAddress = i - 2 >= start && text.startsWith("::", i - 2) && !text.startsWith(":::", i - 3);
        finish(Kind.WORD, Math.max(end, colonBehind && !partOfAddress ? i - 1 : i));
    }

    /// Steps over a character that must be here.
    ///
    /// @param what is expected, for the message
    void expect(char symbol, String what) throws ScriptSyntaxException {
        if (!isSymbol(symbol)) {
            throw expected(what);
        }
        advance();
    }

    /// Steps over a word that must be here.
    void expectWord(String word) throws ScriptSyntaxException {
        if (!isWord(word)) {
            throw expected("'" + word + "'");
        }
        advance();
    }

    /// Steps over a decimal number from 0 to `max` that must be here.
    ///
    /// @param what is expected, for the message
    long unsigned(String what, long max) throws ScriptSyntaxException {
        if (kind == Kind.HEX) {
            throw expected(what + ", in decimal digits,");
        }
        return number(what, max);
    }

    /// Steps over a number from 0 to `max` that must be here, decimal or hexadecimal.
    ///
    /// @param what is expected, for the message
    long number(String what, long max) throws ScriptSyntaxException {
        if (kind != Kind.INTEGER && kind != Kind.HEX) {
            throw expected(what);
        }
        long number = Numbers.integer(this);
        if (number < 0 || number > max) {
            throw expected(what);
        }
        advance();
        return number;
    }

    /// An error that says what should be here and what is.
    ScriptSyntaxException expected(String what) {
        return error("expected " + what + " but found " + found());
    }

    private void begin() {
        endBefore = end;
        start = cursor.next();
        at = cursor.at();
        value = null;
    }

    private void finish(Kind kind, int end) {
        this.kind = kind;
        this.end = end;
        this.value = null;
        cursor.moveInLine(end);
    }

    private void wordOrNumber(char first) throws ScriptSyntaxException {
        if (first == '.' && text.startsWith("...", start)) {
            finish(Kind.ELLIPSIS, start + 3);
            return;
        }
        int digits = first == '-' ? start + 1 : start;
        int i = digits;
        while (i < text.length() && isDigit(text.charAt(i))) {
            i++;
        }
        if (i + 1 < text.length() && text.charAt(i) == '.' && isDigit(text.charAt(i + 1))) {
            i++;
            while (i < text.length() && isDigit(text.charAt(i))) {
                i++;
            }
            finish(Kind.DECIMAL, i);
            return;
        }
        if (first == '-') {
            dash(digits, i);
            return;
        }
        if (first == '.') {
            finish(Kind.SYMBOL, start + 1);
            return;
        }
        int numberEnd = i;
        while (i < text.length() && isWordPart(text.charAt(i))) {
            i++;
        }
        if (i < text.length() && text.charAt(i) == '#' && text.startsWith("sequence", start) && i == start + 8) {
            finish(Kind.WORD, i + 1);
        } else if (i == numberEnd) {
            finish(Kind.INTEGER, i);
        } else if (isHex(start, i)) {
            finish(Kind.HEX, i);
        } else {
            finish(Kind.WORD, i);
            replaceDefined();
        }
    }

    /// A negative number, `--option`, or a lone dash.
    private void dash(int digits, int digitsEnd) {
        if (digitsEnd > digits) {
            finish(Kind.INTEGER, digitsEnd);
            return;
        }
        int i = digits + 1;
        while (i < text.length() && isWordPart(text.charAt(i))) {
            i++;
        }
        if (digits < text.length() && text.charAt(digits) == '-' && i > digits + 1) {
            finish(Kind.OPTION, i);
            start = digits + 1;
        } else {
            finish(Kind.SYMBOL, digits);
        }
    }

    private void replaceDefined() {
        String meaning = cursor.meaning(text());
        if (meaning == null || meaning.isEmpty() || RESERVED.contains(text())) {
            return;
        }
        char first = meaning.charAt(0);
        if ((first == '"' || first == '`') && meaning.length() >= 2) {
            kind = first == '"' ? Kind.STRING : Kind.COMMAND;
            value = meaning.substring(1, meaning.length() - 1);
        } else {
            kind = Numbers.isInteger(meaning) ? Kind.INTEGER : Numbers.isHex(meaning) ? Kind.HEX : Kind.WORD;
            value = meaning;
        }
    }

    private void quoted(Kind kind, char quote, String what) throws ScriptSyntaxException {
        int close = closing(start, quote, what);
        spanning(kind, close, close + 1, 1);
    }

    private void code() throws ScriptSyntaxException {
        int close = text.indexOf("}%", start + 2);
        if (close < 0) {
            throw error("expected a closing }% for this block");
        }
        spanning(Kind.CODE, close, close + 2, 2);
    }

    /// Ends a token that may go over several lines and whose text is what its marks enclose.
    private void spanning(Kind kind, int close, int end, int markLength) {
        cursor.moveTo(close);
        finish(kind, end);
        value = text.substring(start + markLength, close);
    }

    /// The place of the quote that ends what the quote at `open` begins; a backslash hides the character
    /// behind it.
    private int closing(int open, char quote, String what) throws ScriptSyntaxException {
        int i = open + 1;
        while (i < text.length() && text.charAt(i) != quote) {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        if (i >= text.length()) {
            throw error("expected a closing " + quote + " for this " + what);
        }
        return i;
    }

    private boolean isHex(int from, int to) {
        if (to - from < 3 || text.charAt(from) != '0' || text.charAt(from + 1) != 'x') {
            return false;
        }
        for (int i = from + 2; i < to; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_';
    }

    private static boolean isOneOf(char c, String set) {
        return set.indexOf(c) >= 0;
    }
}
