package dev.levee.app;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/// Reads seconds: `3`, `0.5`.
final class Seconds implements ITypeConverter<Duration> {
    private static final long SECONDS_MAX = 1_000_000;

    @Override
    public Duration convert(String text) {
        if (!text.matches("[0-9]{1,7}(\\.[0-9]{1,9})?")) {
            throw new IllegalArgumentException("'" + text + "' is no number of seconds; write one like 3 or 0.5");
        }
        var nanos = new BigDecimal(text).movePointRight(9).longValueExact();
        if (nanos == 0 || nanos > SECONDS_MAX * 1_000_000_000L) {
            throw new IllegalArgumentException("the time must be more than 0 and at most " + SECONDS_MAX + " seconds");
        }
        return Duration.ofNanos(nanos);
    }
}
