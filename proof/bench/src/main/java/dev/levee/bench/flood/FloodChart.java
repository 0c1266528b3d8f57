package dev.levee.bench.flood;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The comparison as a picture: how many legitimate handshakes succeed, and what a SYN costs, by defence.
///
/// Threads: any.
final class FloodChart {
    private static final int LABEL_WIDTH = 110;
    private static final int BAR_WIDTH = 360;
    private static final int VALUE_WIDTH = 90;
    private static final int BAR_HEIGHT = 22;
    private static final int GAP = 10;
    private static final int TITLE_HEIGHT = 40;

    private FloodChart() {}

    /// A whole SVG document.
    ///
    /// @param rate what was sent, in words
    static String svg(List<FloodRow> rows, String rate) {
        int panel = TITLE_HEIGHT + rows.size() * (BAR_HEIGHT + GAP);
        int width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
        int height = 2 * panel + GAP;
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        + "font-family=\"sans-serif\" font-size=\"13\">\n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                width,
                height,
                width,
                height));
        panel(
                text,
                0,
                "legitimate handshakes that succeed under " + rate + ", in percent",
                "#0072b2",
                rows,
                FloodChart::percent,
                100);
        double most =
                Math.max(1, rows.stream().mapToDouble(FloodChart::nanos).max().orElse(1));
        panel(
                text,
                panel,
                "processor time for a SYN that is answered, in ns",
                "#d55e00",
                rows,
                FloodChart::nanos,
                most);
        return text.append("</svg>\n").toString();
    }

    private static double percent(FloodRow row) {
        var clients = row.flooded();
        return clients.attempts() == 0 ? 0 : 100.0 * clients.successes() / clients.attempts();
    }

    private static double nanos(FloodRow row) {
        return row.price().nanos();
    }

    private static void panel(
            StringBuilder text,
            int top,
            String title,
            String colour,
            List<FloodRow> rows,
            ToDoubleFunction<FloodRow> value,
            double most) {
        text.append(String.format(
                Locale.ROOT, "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", top + 25, title));
        int y = top + TITLE_HEIGHT;
        for (var row : rows) {
            double is = value.applyAsDouble(row);
            double length = BAR_WIDTH * Math.min(1, is / most);
            text.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%.1f</text>\n",
                    LABEL_WIDTH - 10,
                    y + 16,
                    row.defence(),
                    LABEL_WIDTH,
                    y,
                    length,
                    BAR_HEIGHT,
                    colour,
                    LABEL_WIDTH + length + 6,
                    y + 16,
                    is));
            y += BAR_HEIGHT + GAP;
        }
    }
}
