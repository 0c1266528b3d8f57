package dev.levee.sim.drill.script;

import dev.levee.sim.drill.script.CodeValues.Row;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python's texts of values, and its `%` on a string.
final class CodeFormat {
    private static final Pattern DIRECTIVE = Pattern.compile("%([-0+ #]*)([0-9]{0,3})(?:\\.([0-9]{1,3}))?([a-zA-Z%])");

    private CodeFormat() {}

    /// What `print` and `%s` write.
    static String text(Object value) {
        return value instanceof String text ? text : literal(value);
    }

    /// A value as it would be written in a program.
    private static String literal(Object value) {
        return switch (value) {
            case String text -> "'" + text + "'";
            case Boolean b -> b ? "True" : "False";
            case Row row -> {
                String inside = String.join(
                        ", ", row.elements().stream().map(CodeFormat::literal).toList());
                String comma = row.tuple() && row.elements().size() == 1 ? "," : "";
                yield row.tuple() ? "(" + inside + comma + ")" : "[" + inside + "]";
            }
            default -> value.toString();
        };
    }

    /// `template % values`.
    static String format(String template, Object values) throws CodeException {
        List<Object> arguments = values instanceof Row row && row.tuple() ? row.elements() : List.of(values);
        var text = new StringBuilder();
        int used = 0;
        int from = 0;
        Matcher directive = DIRECTIVE.matcher(template);
        for (int percent = template.indexOf('%'); percent >= 0; percent = template.indexOf('%', from)) {
            text.append(template, from, percent);
            if (!directive.find(percent) || directive.start() != percent) {
                throw CodeException.unsupported("this format: " + template.substring(percent));
            }
            from = directive.end();
            if (directive.group(4).equals("%")) {
                text.append('%');
                continue;
            }
            if (used == arguments.size()) {
                throw CodeException.error("fewer values than the format wants");
            }
            text.append(padded(directive, one(directive, arguments.get(used++))));
        }
        text.append(template.substring(from));
        if (used < arguments.size()) {
            throw CodeException.error("more values than the format wants");
        }
        return text.toString();
    }

    private static String one(Matcher directive, Object value) throws CodeException {
        return switch (directive.group(4)) {
            case "d", "i", "u" -> signed(directive, truncated(value).toString());
            case "x" -> truncated(value).toString(16);
            case "X" -> truncated(value).toString(16).toUpperCase(Locale.ROOT);
            case "o" -> truncated(value).toString(8);
            case "f", "F" -> signed(directive, fixed(directive, CodeValues.decimal(value)));
            case "s" -> text(value);
            case "r" -> literal(value);
            default -> throw CodeException.unsupported("the format %" + directive.group(4));
        };
    }

    private static String signed(Matcher directive, String number) {
        return directive.group(1).contains("+") && !number.startsWith("-") ? "+" + number : number;
    }

    private static String fixed(Matcher directive, double value) throws CodeException {
        if (!Double.isFinite(value)) {
            throw CodeException.unsupported("a number that is not finite");
        }
        int digits = directive.group(3) == null ? 6 : Integer.parseInt(directive.group(3));
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static BigInteger truncated(Object value) throws CodeException {
        if (value instanceof Double d) {
            if (!Double.isFinite(d)) {
                throw CodeException.unsupported("a number that is not finite");
            }
            return new BigDecimal(d).toBigInteger();
        }
        return CodeValues.whole("%", value);
    }

    private static String padded(Matcher directive, String value) {
        int width = directive.group(2).isEmpty() ? 0 : Integer.parseInt(directive.group(2));
        int missing = width - value.length();
        if (missing <= 0) {
            return value;
        }
        if (directive.group(1).contains("-")) {
            return value + " ".repeat(missing);
        }
        boolean zeros = directive.group(1).contains("0") && !directive.group(4).matches("[sr]");
        int sign = zeros && (value.startsWith("-") || value.startsWith("+")) ? 1 : 0;
        return value.substring(0, sign) + (zeros ? "0" : " ").repeat(missing) + value.substring(sign);
    }
}
