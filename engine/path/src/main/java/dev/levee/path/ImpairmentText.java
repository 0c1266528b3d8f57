package dev.levee.path;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// The text form of an [Impairment], both ways.
///
/// Threads: any.
final class ImpairmentText {
    private static final String WORDS = "loss, delay, jitter, reorder, duplicate, corrupt, rate, queue, ecn, mtu, seed";
    /// No setting needs more; it bounds the work that a text can cause.
    private static final int NUMBER_CHARS_MAX = 24;

    private static final List<Unit> TIMES =
            List.of(new Unit("ns", 1), new Unit("us", 1_000), new Unit("ms", 1_000_000), new Unit("s", 1_000_000_000));
    private static final List<Unit> RATES = List.of(
            new Unit("kbit", 1_000),
            new Unit("mbit", 1_000_000),
            new Unit("gbit", 1_000_000_000),
            new Unit("tbit", 1_000_000_000_000L),
            new Unit("bit", 1));
    private static final List<Unit> SIZES =
            List.of(new Unit("k", 1 << 10), new Unit("m", 1 << 20), new Unit("g", 1 << 30), new Unit("", 1));

    private ImpairmentText() {}

    static Impairment parse(String text) {
        var builder = Impairment.builder();
        if (text.isBlank() || text.strip().equals("none")) {
            return builder.build();
        }
        var seen = new HashSet<String>();
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "'" + part.strip() + "' is not of the form WORD=VALUE; the words are " + WORDS);
            }
            var word = part.substring(0, equals).strip();
            if (!seen.add(word)) {
                throw new IllegalArgumentException(word + " is given twice");
            }
            set(builder, word, part.substring(equals + 1).strip().toLowerCase(Locale.ROOT));
        }
        return builder.build();
    }

    private static void set(Impairment.Builder builder, String word, String value) {
        switch (word) {
            case "loss" -> builder.loss(percentage(word, value));
            case "reorder" -> builder.reorder(percentage(word, value));
            case "duplicate" -> builder.duplicate(percentage(word, value));
            case "corrupt" -> builder.corrupt(percentage(word, value));
            case "delay" -> builder.delayNanos(number(word, value, TIMES, "5ms"));
            case "jitter" -> builder.jitterNanos(number(word, value, TIMES, "1ms"));
            case "rate" -> builder.rateBitsPerSecond(positive(word, number(word, value, RATES, "100mbit")));
            case "queue" -> builder.queueBytes(positive(word, number(word, value, SIZES, "64k")));
            case "ecn" -> builder.ecnBytes(positive(word, number(word, value, SIZES, "16k")));
            case "mtu" -> builder.mtu((int) Math.min(positive(word, whole(word, value, "1400")), Integer.MAX_VALUE));
            case "seed" -> builder.seed(whole(word, value, "7"));
            default ->
                throw new IllegalArgumentException("'" + word + "' is no property of a path; the words are " + WORDS);
        }
    }

    private static double percentage(String word, String value) {
        if (!value.endsWith("%")) {
            throw malformed(word, value, "a percentage such as 2%");
        }
        double percent = decimal(word, value, value.substring(0, value.length() - 1), "a percentage such as 2%")
                .doubleValue();
        return percent / 100;
    }

    private static long number(String word, String value, List<Unit> units, String example) {
        for (var unit : units) {
            // The digit before the unit tells 5s from 5ms.
            if (value.endsWith(unit.name) && endsInDigit(value, unit.name.length())) {
                var digits = value.substring(0, value.length() - unit.name.length());
                var scaled = decimal(word, value, digits, "a value such as " + example)
                        .multiply(BigDecimal.valueOf(unit.factor));
                return scaled.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : scaled.longValue();
            }
        }
        throw malformed(word, value, "a value such as " + example);
    }

    private static boolean endsInDigit(String value, int unitLength) {
        int last = value.length() - unitLength - 1;
        return last >= 0 && Character.isDigit(value.charAt(last));
    }

    private static BigDecimal decimal(String word, String value, String digits, String wanted) {
        // BigDecimal reads exponents too, whose expansion would cost time and memory: only plain numbers here.
        if (digits.length() > NUMBER_CHARS_MAX || !digits.matches("[0-9]+(\\.[0-9]+)?")) {
            throw malformed(word, value, wanted);
        }
        return new BigDecimal(digits);
    }

    private static long whole(String word, String value, String example) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            throw malformed(word, value, "a whole number such as " + example);
        }
    }

    private static long positive(String word, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(word + " must be more than 0; leave it out for no limit");
        }
        return value;
    }

    private static IllegalArgumentException malformed(String word, String value, String wanted) {
        return new IllegalArgumentException(word + " must be " + wanted + ", not '" + value + "'");
    }

    static String format(Impairment impairment) {
        var parts = new ArrayList<String>();
        addPercentage(parts, "loss", impairment.loss());
        addScaled(parts, "delay", impairment.delayNanos(), TIMES);
        addScaled(parts, "jitter", impairment.jitterNanos(), TIMES);
        addPercentage(parts, "reorder", impairment.reorder());
        addPercentage(parts, "duplicate", impairment.duplicate());
        addPercentage(parts, "corrupt", impairment.corrupt());
        addScaled(parts, "rate", impairment.rateBitsPerSecond(), RATES);
        addScaled(parts, "queue", impairment.queueBytes(), SIZES);
        addScaled(parts, "ecn", impairment.ecnBytes(), SIZES);
        if (impairment.mtu() != 0) {
            parts.add("mtu=" + impairment.mtu());
        }
        if (impairment.seed() != Impairment.NONE.seed()) {
            parts.add("seed=" + impairment.seed());
        }
        return parts.isEmpty() ? "none" : String.join(",", parts);
    }

    private static void addPercentage(List<String> parts, String word, double probability) {
        if (probability > 0) {
            var percent = BigDecimal.valueOf(probability).movePointRight(2).stripTrailingZeros();
            parts.add(word + "=" + percent.toPlainString() + "%");
        }
    }

    /// The largest unit that leaves a whole number.
    private static void addScaled(List<String> parts, String word, long value, List<Unit> units) {
        if (value == 0) {
            return;
        }
        var best = new Unit("", 0);
        for (var unit : units) {
            if (value % unit.factor == 0 && unit.factor > best.factor) {
                best = unit;
            }
        }
        parts.add(word + "=" + value / best.factor + best.name);
    }

    private record Unit(String name, long factor) {}
}
