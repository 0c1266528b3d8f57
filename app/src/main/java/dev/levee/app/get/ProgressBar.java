package dev.levee.app.get;

import java.util.Locale;

/// One line that shows how far a transfer has come. Pure: the line is a text.
///
/// Threads: any.
public final class ProgressBar {
    private static final int WIDTH = 30;

    private ProgressBar() {}

    /// @param total -1 when it is not known
    /// @param nanos since the beginning
    public static String line(long done, long total, long nanos) {
        var speed = Bytes.rate(done, nanos);
        if (total < 0) {
            return Bytes.text(done) + "  " + speed;
        }
        double part = total == 0 ? 1 : Math.min(1, (double) done / total);
        int filled = (int) (part * WIDTH);
        return String.format(
                Locale.ROOT,
                "[%s%s] %3d%%  %s of %s  %s",
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                (int) (part * 100),
                Bytes.text(done),
                Bytes.text(total),
                speed);
    }
}
