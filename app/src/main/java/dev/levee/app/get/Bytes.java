package dev.levee.app.get;

import java.util.Locale;

/// Counts of octets for people.
///
/// Threads: any.
public final class Bytes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Bytes() {}

    /// `1 byte`, `999 bytes`, `1.5 MiB`.
    public static String text(long bytes) {
        if (bytes < 1024) {
            return bytes + (bytes == 1 ? " byte" : " bytes");
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /// `12.3 MB/s`.
    public static String rate(long bytes, long nanos) {
        double perSecond = nanos <= 0 ? 0 : bytes * 1e9 / nanos;
        return String.format(Locale.ROOT, "%.1f MB/s", perSecond / 1e6);
    }
}
