package dev.levee.sim.drill.script;

/// Numbers as scripts write them.
final class Numbers {
    static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int FRACTION_DIGITS = 9;
    /// A script that lasts longer than 30 years is a mistake; below it, sums of times do not overflow.
    static final long SECONDS_MAX = 1_000_000_000L;

    private Numbers() {}

    /// Optional sign and decimal digits.
    static boolean isInteger(String text) {
        int from = text.startsWith("-") ? 1 : 0;
        return from < text.length() && text.chars().skip(from).allMatch(c -> c >= '0' && c <= '9');
    }

    /// `0x` and hexadecimal digits.
    static boolean isHex(String text) {
        return text.length() > 2 && text.startsWith("0x") && isHexDigits(text.substring(2));
    }

    static boolean isHexDigits(String text) {
        return text.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
    }

    /// The value of the current token, which is an integer, decimal or hexadecimal.
    static long integer(Lexer lexer) throws ScriptSyntaxException {
        String text = lexer.text();
        try {
            return lexer.kind() == Lexer.Kind.HEX
                    ? Long.parseUnsignedLong(text, 2, text.length(), 16)
                    : Long.parseLong(text);
        } catch (NumberFormatException tooLong) {
            throw lexer.error("expected a number of at most 64 bits");
        }
    }

    /// The current token as seconds.
    ///
    /// @return nanoseconds; digits beyond them are cut off
    static long nanos(Lexer lexer) throws ScriptSyntaxException {
        String text = lexer.text();
        if (text.startsWith("-")) {
            throw lexer.error("expected a time that is not negative");
        }
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String fraction = point < 0 ? "" : text.substring(point + 1);
        long seconds = whole.isEmpty() ? 0 : whole.length() > 18 ? Long.MAX_VALUE : Long.parseLong(whole);
        if (seconds > SECONDS_MAX) {
            throw lexer.error("expected a time of at most " + SECONDS_MAX + " seconds");
        }
        String digits = (fraction + "0".repeat(FRACTION_DIGITS)).substring(0, FRACTION_DIGITS);
        return seconds * NANOS_PER_SECOND + Long.parseLong(digits);
    }
}
