package dev.levee.app;

import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// picocli's complaints as one plain clause each.
///
/// Threads: any.
final class Sentences {
    private Sentences() {}

    static String fromPicocli(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing -> lowerFirst(oneLine(missing));
            default -> causeOr(e);
        };
    }

    private static String unmatched(UnmatchedArgumentException e) {
        var words = e.getUnmatched();
        var word = words.isEmpty() ? "" : words.get(0);
        var suggestions = e.getSuggestions();
        var hint = suggestions.isEmpty() ? "" : " (did you mean " + String.join(" or ", suggestions) + "?)";
        var kind = word.startsWith("-") ? "there is no option '" : "there is nothing called '";
        return kind + word + "'" + hint;
    }

    /// Our own converters throw sentences: picocli wraps them in its own words, which add nothing.
    private static String causeOr(ParameterException e) {
        var cause = e.getCause();
        if (cause instanceof IllegalArgumentException && cause.getMessage() != null && e.getArgSpec() != null) {
            var label = e.getArgSpec().isOption()
                    ? ((picocli.CommandLine.Model.OptionSpec) e.getArgSpec()).longestName()
                    : e.getArgSpec().paramLabel();
            return label + ": " + cause.getMessage();
        }
        return withoutJava(lowerFirst(oneLine(e)));
    }

    /// What Java calls its numbers says nothing to those who type them.
    private static String withoutJava(String sentence) {
        return sentence.replaceFirst("is not an? (int|long)$", "is no whole number, or one that is too large");
    }

    private static String oneLine(ParameterException e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String lowerFirst(String text) {
        if (text.length() < 2 || Character.isUpperCase(text.charAt(1))) {
            return text;
        }
        return Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
