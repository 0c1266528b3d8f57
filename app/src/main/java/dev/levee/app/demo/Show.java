package dev.levee.app.demo;

import dev.levee.app.get.Bytes;
import dev.levee.app.get.ProgressBar;
import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the demo prints.
///
/// Threads: one owner.
public final class Show {
    private static final int BAR_STEPS_TERMINAL = 100;
    private static final int BAR_STEPS = 4;

    /// Of a server that only waits for data.
    static final String STILL_OPEN = "   server: still open; it only waits, and cannot know";

    private final PrintWriter out;
    private final boolean terminal;
    private int barStep = -1;
    private int scene;

    /// @param terminal whether a line may be drawn over
    public Show(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void say(String sentence) {
        out.println(sentence);
        out.flush();
    }

    void scene(String title) {
        out.println();
        out.println(++scene + ". " + title);
        out.println();
        out.flush();
    }

    void ladder(String rows) {
        out.print(rows);
        out.flush();
    }

    void beginBar() {
        barStep = -1;
        out.println();
    }

    /// Draws when there is something new to see.
    void bar(long done, long total, long nanos) {
        int steps = terminal ? BAR_STEPS_TERMINAL : BAR_STEPS;
        int step = total == 0 ? steps : (int) (done * steps / total);
        if (step != barStep) {
            barStep = step;
            out.print((terminal ? "\r" : "") + "   " + ProgressBar.line(done, total, nanos));
            out.print(terminal ? "  " : "\n");
            out.flush();
        }
    }

    void endBar() {
        out.print(terminal ? "\n\n" : "\n");
        out.flush();
    }

    /// The table at the end.
    void table(List<Outcome> outcomes) {
        out.println();
        out.printf(
                Locale.ROOT,
                "%-10s %12s %12s %7s %9s  %s%n",
                "",
                "delivered",
                "undelivered",
                "again",
                "seconds",
                "ended");
        for (var outcome : outcomes) {
            out.printf(
                    Locale.ROOT,
                    "%-10s %12s %12s %7d %9s  %s%n",
                    outcome.name(),
                    Bytes.text(outcome.deliveredBytes()),
                    Bytes.text(outcome.undeliveredBytes()),
                    outcome.retransmissions(),
                    String.format(Locale.ROOT, "%.3f", outcome.nanos() / 1e9),
                    ends(outcome));
        }
        out.println();
        out.flush();
    }

    /// The table of a demo with a flood.
    void floodTable(List<FloodDemo.Row> rows) {
        out.println();
        out.printf(
                Locale.ROOT,
                "%-10s %9s %10s %12s %15s %13s %13s%n",
                "defence",
                "SYNs",
                "half-open",
                "turned away",
                "a new client",
                "file before",
                "file during");
        for (var row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-10s %,9d %,10d %,12d %15s %13s %13s%n",
                    row.defence(),
                    row.syns(),
                    row.rowsMax(),
                    row.turnedAway(),
                    row.handshakeNanos() < 0 ? "gave up" : "in " + seconds(row.handshakeNanos()),
                    row.early() ? "arrived" : "lost",
                    row.late() ? "arrived" : "lost");
        }
        out.println();
        out.flush();
    }

    /// The object for `--json` of a demo with a flood.
    public static Map<String, Object> floodJson(List<FloodDemo.Row> rows, Settings settings) {
        var flood = new ArrayList<Object>();
        for (var row : rows) {
            var members = new LinkedHashMap<String, Object>();
            members.put("defence", row.defence());
            members.put("syns", row.syns());
            members.put("halfOpenPeak", row.rowsMax());
            members.put("turnedAway", row.turnedAway());
            members.put("handshakeMicros", row.handshakeNanos() < 0 ? -1 : row.handshakeNanos() / Times.MICRO);
            members.put("arrivedBefore", row.early());
            members.put("arrivedDuring", row.late());
            flood.add(members);
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("flood", flood);
        members.put("seed", settings.seed());
        return members;
    }

    private static String ends(Outcome outcome) {
        var client = describe(outcome.clientEnd());
        var server = outcome.serverEnd() == null ? "" : describe(outcome.serverEnd());
        return server.isEmpty() || server.equals(client) ? client : client + "; server: " + server;
    }

    private static String describe(@Nullable CloseCause cause) {
        return cause == null ? "still open" : cause.describe();
    }

    /// The object for `--json`.
    public static Map<String, Object> json(List<Outcome> outcomes, Settings settings) {
        var closes = new LinkedHashMap<String, Object>();
        long delivered = 0;
        long undelivered = 0;
        long again = 0;
        for (var outcome : outcomes) {
            closes.merge(Outcome.key(outcome.clientEnd()), 1, (a, b) -> (Integer) a + (Integer) b);
            delivered += outcome.deliveredBytes();
            undelivered += outcome.undeliveredBytes();
            again += outcome.retransmissions();
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("connections", outcomes.size());
        members.put("bytesDelivered", delivered);
        members.put("bytesUndelivered", undelivered);
        members.put("retransmissions", again);
        members.put("closes", closes);
        members.put("seed", settings.seed());
        return members;
    }

    static String seconds(long nanos) {
        return Times.format(nanos / Times.MILLI * Times.MILLI) + " s";
    }
}
