package dev.levee.bench.flood;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `bench flood`: every defence under the same flood, with the same budget, in memory. The server has one thread, the
/// flood and its legitimate clients another.
///
/// Threads: main.
public final class FloodBench {
    private static final int SECONDS = 6;
    private static final int SECONDS_MAX = 600;
    private static final long RATE_MAX = 100_000_000;
    private static final double CAPACITY_SECONDS = 2;
    /// The share of what the reference can take, unless a rate is asked for.
    private static final double SHARE = 0.8;

    private final List<String> defences;
    private final long rate;
    private final int seconds;
    private final @Nullable Path svg;
    private final boolean json;

    private FloodBench(List<String> defences, long rate, int seconds, @Nullable Path svg, boolean json) {
        this.defences = defences;
        this.rate = rate;
        this.seconds = seconds;
        this.svg = svg;
        this.json = json;
    }

    /// Reads the words behind `bench flood`.
    ///
    /// @throws IllegalArgumentException for words that mean nothing, in a sentence that says what would
    public static FloodBench parse(List<String> words) {
        var defences = FloodServers.names();
        long rate = 0;
        int seconds = SECONDS;
        Path svg = null;
        boolean json = false;
        var left = words.iterator();
        while (left.hasNext()) {
            String word = left.next();
            if (word.equals("--json")) {
                json = true;
                continue;
            }
            if (!List.of("--defence", "--rate", "--seconds", "--svg").contains(word)) {
                throw new IllegalArgumentException("bench flood does not know '" + word
                        + "'; it takes --defence NAME|all, --rate N|max, --seconds S, --svg OUT and --json");
            }
            if (!left.hasNext()) {
                throw new IllegalArgumentException(word + " needs a value behind it");
            }
            String value = left.next();
            switch (word) {
                case "--defence" -> defences = defences(value);
                case "--rate" -> rate = value.equals("max") ? FloodWorld.MAX : number(word, value, RATE_MAX);
                case "--seconds" -> seconds = (int) number(word, value, SECONDS_MAX);
                default -> svg = writable(value);
            }
        }
        return new FloodBench(defences, rate, seconds, svg, json);
    }

    private static List<String> defences(String name) {
        var all = FloodServers.names();
        if (name.equals("all")) {
            return all;
        }
        if (!all.contains(name)) {
            throw new IllegalArgumentException(
                    "there is no defence '" + name + "'; choose all or one of " + String.join(", ", all));
        }
        return List.of(name);
    }

    private static long number(String option, String text, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= 1 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, together with a number out of range.
        }
        throw new IllegalArgumentException(option + " needs a whole number from 1 to " + max
                + (option.equals("--rate") ? ", or max" : "") + ", not '" + text + "'");
    }

    private static Path writable(String name) {
        var path = Path.of(name);
        var directory = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path) || directory == null || !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    "--svg " + name + " cannot be written: give a file in a directory that exists");
        }
        if (!Files.isWritable(Files.exists(path) ? path : directory)) {
            throw new IllegalArgumentException("--svg " + name + " cannot be written: no permission");
        }
        return path;
    }

    /// Measures, and prints the table or the line.
    public void run(PrintStream out, PrintStream err) throws IOException {
        var plan = FloodPlan.of(seconds, rate);
        var servers = new FloodServers(plan);
        err.println("levee: warming up...");
        for (String name : defences) {
            SynPrice.warmUp(servers.of(name).get(), plan, System::nanoTime);
        }
        var quick = plan.withSeconds(1).withSynsPerSecond(100_000);
        FloodRun.real(defences.getFirst(), servers.of(defences.getFirst()), quick);
        if (rate == 0) {
            String reference = FloodServers.names().getLast();
            long capacity = FloodRun.capacity(servers.of(reference), plan, CAPACITY_SECONDS);
            plan = plan.withSynsPerSecond((long) (SHARE * capacity));
            err.println(String.format(
                    Locale.ROOT,
                    "levee: '%s' answers %,d SYNs per second here; the flood is 80 %% of it",
                    reference,
                    capacity));
        }
        var rows = new ArrayList<FloodRow>();
        for (String name : defences) {
            err.println("levee: " + name + "...");
            rows.add(FloodRun.real(name, servers.of(name), plan));
        }
        String words = rate == FloodWorld.MAX
                ? "as many SYNs as the link takes"
                : String.format(Locale.ROOT, "%,d SYNs per second", plan.synsPerSecond());
        out.println(
                json
                        ? FloodReport.json(rows)
                        : words + " for " + seconds + " s, " + (plan.budgetBytes() >> 20)
                                + " MiB for half-open handshakes\n" + FloodReport.table(rows));
        if (svg != null) {
            Files.writeString(svg, FloodChart.svg(rows, words));
        }
    }
}
