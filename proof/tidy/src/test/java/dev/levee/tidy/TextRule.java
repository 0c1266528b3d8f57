package dev.levee.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What no text under version control may hold: markers of unfinished work, and what is true on one machine
/// only.
final class TextRule {
    /// Written in pieces, so that this file does not break its own rule.
    private static final Map<Pattern, String> FORBIDDEN = Map.of(
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b"), "a left-over marker",
            Pattern.compile("(?<![\\w.$}])/(home|wo" + "rk|ro" + "ot|Us" + "ers)/\\w"), "a path of one machine",
            Pattern.compile("/t" + "mp/wt\\b|[A-Z]:\\\\Us" + "ers"), "a path of one machine",
            Pattern.compile("\\bre" + "po1?\\.maven\\.(apache\\.)?org|\\b(nex" + "us|artif" + "actory|mir"
                            + "ror)\\.\\w+\\.\\w+"),
                    "the host of a package registry",
            Pattern.compile("^(<<<<<<<|>>>>>>>)" + " "), "a merge conflict");

    private TextRule() {}

    static List<Finding> check(String file, String text) {
        var findings = new ArrayList<Finding>();
        int number = 0;
        for (var line : text.lines().toList()) {
            number++;
            for (var rule : FORBIDDEN.entrySet()) {
                var match = rule.getKey().matcher(line);
                if (match.find()) {
                    findings.add(new Finding(file, number, rule.getValue() + ": " + match.group()));
                }
            }
        }
        return findings;
    }

    /// Whether a file is text: no NUL in its first 8,000 octets, as git decides.
    static boolean isText(byte[] content) {
        for (int i = 0; i < Math.min(content.length, 8000); i++) {
            if (content[i] == 0) {
                return false;
            }
        }
        return true;
    }
}
