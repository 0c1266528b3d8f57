package dev.levee.bench.flood;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The comparison as a table for people, a column for each defence, and as one line of JSON.
///
/// Threads: any.
final class FloodReport {
    private static final List<Line> LINES = List.of(
            new Line("SYNs offered", row -> count(row.offered())),
            new Line("  dropped before the stack", row -> count(row.dropped())),
            new Line("  answered per second", row -> count(row.synsPerSecond())),
            new Line("ns per SYN answered", row -> decimal(row.price().nanos())),
            new Line("ns per SYN when full", row -> decimal(row.price().nanosWhenFull())),
            new Line("heap allocated per SYN, B", row -> decimal(row.price().allocatedBytes())),
            new Line("  collections meanwhile", row -> count(row.price().collections())),
            new Line("legit handshakes attempted", row -> count(row.flooded().attempts())),
            new Line("  succeeded", row -> count(row.flooded().successes())),
            new Line("  reaped by mistake", row -> count(row.flooded().reapedByMistake())),
            new Line("  p50 idle, us", row -> count(row.idle().micros(500))),
            new Line("  p50 under flood, us", row -> count(row.flooded().micros(500))),
            new Line("  p99 idle, us", row -> count(row.idle().micros(990))),
            new Line("  p99 under flood, us", row -> count(row.flooded().micros(990))),
            new Line("goodput idle, Mbit/s", row -> decimal(row.idleGoodput() / 1e6)),
            new Line("goodput under flood, Mbit/s", row -> decimal(row.floodedGoodput() / 1e6)),
            new Line("half-open, peak", row -> count(row.halfOpenPeak())),
            new Line("bytes per half-open", row -> count(row.bytesPerHalfOpen())),
            new Line("heap growth, KiB", row -> count(row.heapGrowthBytes() >> 10)));

    private FloodReport() {}

    private record Line(String label, Function<FloodRow, String> value) {}

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    static String table(List<FloodRow> rows) {
        var text = new StringBuilder(String.format(Locale.ROOT, "%-28s", "defence"));
        rows.forEach(row -> text.append(String.format(Locale.ROOT, " %12s", row.defence())));
        for (var line : LINES) {
            text.append('\n').append(String.format(Locale.ROOT, "%-28s", line.label));
            rows.forEach(row -> text.append(String.format(Locale.ROOT, " %12s", line.value.apply(row))));
        }
        return text.toString();
    }

    static String json(List<FloodRow> rows) {
        return rows.stream().map(FloodReport::json).collect(Collectors.joining(",", "{\"rows\":[", "]}"));
    }

    private static String json(FloodRow row) {
        return String.format(
                Locale.ROOT,
                "{\"defence\":\"%s\",\"synsPerSecond\":%d,\"nsPerSyn\":%.1f,"
                        + "\"legitAttempted\":%d,\"legitSucceeded\":%d,\"legitReaped\":%d,"
                        + "\"p50Micros\":%d,\"p99Micros\":%d,\"idleP99Micros\":%d,"
                        + "\"halfOpenPeak\":%d,\"bytesPerHalfOpen\":%d,\"heapGrowthBytes\":%d}",
                row.defence(),
                row.synsPerSecond(),
                row.price().nanos(),
                row.flooded().attempts(),
                row.flooded().successes(),
                row.flooded().reapedByMistake(),
                row.flooded().micros(500),
                row.flooded().micros(990),
                row.idle().micros(990),
                row.halfOpenPeak(),
                row.bytesPerHalfOpen(),
                row.heapGrowthBytes());
    }
}
