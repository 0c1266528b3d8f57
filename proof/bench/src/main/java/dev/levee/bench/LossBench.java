package dev.levee.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Goodput over lossy paths, Levee as sender beside the kernel's CUBIC: same paths, same losses by number of
/// packet, at the same time, to the same receivers. The table has the ratio of what arrived.
///
/// Threads: main.
final class LossBench {
    private final int seconds;
    private final long seed;
    private final List<LossCell> cells;

    LossBench(int seconds, long seed, List<LossCell> cells) {
        this.seconds = seconds;
        this.seed = seed;
        this.cells = cells;
    }

    private record Result(LossCell cell, double ours, double theirs) {
        double ratio() {
            return ours / theirs;
        }
    }

    void run() throws Exception {
        System.out.println("100 Mbit/s, a queue of one bandwidth-delay product, " + seconds
                + " s a transfer, both senders at once, seed " + seed + "\n");
        System.out.println("| loss | RTT | transfers | Levee Mbit/s | kernel's CUBIC Mbit/s | ratio |");
        System.out.println("|---|---|---|---|---|---|");
        double sum = 0;
        double least = Double.MAX_VALUE;
        for (var cell : cells) {
            var result = measure(cell);
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %d ms | %d | %.2f | %.2f | %.2f |",
                    cell.loss(),
                    cell.rttMillis(),
                    cell.flows(),
                    result.ours,
                    result.theirs,
                    result.ratio()));
            sum += result.ratio();
            least = Math.min(least, result.ratio());
        }
        System.out.println(
                String.format(Locale.ROOT, "%nmean of the ratios %.2f, least %.2f", sum / cells.size(), least));
    }

    private Result measure(LossCell cell) throws Exception {
        try (var lab = new Lab(false)) {
            Lab.command(Lab.inside(lab.client, "sysctl", "-q", "-w", "net.ipv4.tcp_no_metrics_save=1"));
            var paths =
                    Lab.java(lab.server, "loss-paths", cell.toString(), "" + seconds, Long.toString(seed), lab.client);
            try (var lines =
                    new BufferedReader(new InputStreamReader(paths.getInputStream(), StandardCharsets.UTF_8))) {
                if (!"ready".equals(lines.readLine())) {
                    throw new IOException("the paths were not built");
                }
                var senders = Lab.java(lab.client, "loss-senders", "" + cell.flows());
                try {
                    // Levee's begin when the kernel's do.
                    paths.getOutputStream().write('\n');
                    paths.getOutputStream().flush();
                    return read(cell, lines);
                } finally {
                    senders.destroy();
                    senders.waitFor();
                }
            } finally {
                paths.destroy();
                paths.waitFor();
            }
        }
    }

    private static Result read(LossCell cell, BufferedReader lines) throws IOException {
        var ours = new ArrayList<Double>();
        var theirs = new ArrayList<Double>();
        for (int i = 0; i < 2 * cell.flows(); i++) {
            var line = lines.readLine();
            var words = line == null ? new String[0] : line.split(" ", -1);
            if (words.length != 3 || words[2].equals("0")) {
                throw new IOException("a transfer of the cell " + cell + " broke off");
            }
            double megabits = 8_000.0 * Long.parseLong(words[1]) / Long.parseLong(words[2]);
            (words[0].equals("levee") ? ours : theirs).add(megabits);
        }
        return new Result(cell, mean(ours), mean(theirs));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
