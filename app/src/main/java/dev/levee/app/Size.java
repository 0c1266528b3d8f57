package dev.levee.app;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;

/// Reads a count of octets: `100000`, `64k`, `4m`, `1g` (powers of 1024).
final class Size implements ITypeConverter<Long> {
    private static final String UNITS = "kmg";

    @Override
    public Long convert(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
        var digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
        if (!digits.matches("[0-9]{1,12}")) {
            throw new IllegalArgumentException("'" + text + "' is no size; write one like 100000, 64k, 4m or 1g");
        }
        return Long.parseLong(digits) << 10 * (unit + 1);
    }
}
