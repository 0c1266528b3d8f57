package dev.levee.app;

import dev.levee.app.demo.FloodDemo;
import dev.levee.app.demo.LiveDemo;
import dev.levee.app.demo.Settings;
import dev.levee.app.demo.Show;
import dev.levee.app.demo.VirtualDemo;
import dev.levee.path.Impairment;
import dev.levee.sim.Ladder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee demo`.
@Command(
        name = "demo",
        sortOptions = false,
        description = "See TCP connections open, transfer, close and fail. Needs no root and no network.",
        footer = {
            "",
            "Two hosts with whole TCP/IP stacks live in this process, on a path that loses, delays and",
            "reorders packets. Time is virtual, so a seed repeats everything exactly; --live uses real time.",
            "",
            "Examples:",
            "  levee demo",
            "  levee demo --loss 5%% --seed 7 --capture demo.pcapng",
            "  levee demo --live --impair none --size 1g",
            "  levee demo --flood",
        })
final class DemoCommand implements Callable<Integer> {
    private static final String IMPAIRMENT_USUAL = "loss=1%,delay=10ms,reorder=1%,duplicate=1%";
    private static final long SIZE_MAX = 16L << 30;

    @Spec
    private CommandSpec spec;

    @Option(names = "--loss", paramLabel = "PERCENT", description = "Packets lost: 5%%.")
    private @Nullable String loss;

    @Option(names = "--delay", paramLabel = "TIME", description = "Delay of each direction: 20ms.")
    private @Nullable String delay;

    @Option(names = "--jitter", paramLabel = "TIME", description = "How much the delay varies: 5ms.")
    private @Nullable String jitter;

    @Option(names = "--reorder", paramLabel = "PERCENT", description = "Packets that overtake others: 2%%.")
    private @Nullable String reorder;

    @Option(names = "--duplicate", paramLabel = "PERCENT", description = "Packets that arrive twice: 1%%.")
    private @Nullable String duplicate;

    @Option(names = "--corrupt", paramLabel = "PERCENT", description = "Packets with a flipped bit: 0.1%%.")
    private @Nullable String corrupt;

    @Option(names = "--rate", paramLabel = "RATE", description = "Speed of each direction: 100mbit.")
    private @Nullable String rate;

    @Option(
            names = "--impair",
            paramLabel = "WORDS",
            description = "The whole path in one option, as for serve; none for a perfect one. Default: "
                    + "loss=1%%,delay=10ms,reorder=1%%,duplicate=1%%.")
    private String impair = IMPAIRMENT_USUAL;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Where chance begins. Default: 1.")
    private long seed;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "4m",
            converter = Size.class,
            description = "Size of the download: 100000, 64k, 4m, 1g. Default: 4m.")
    private long size;

    @Option(
            names = {"-6", "--ipv6"},
            description = "Over IPv6.")
    private boolean v6;

    @Option(names = "--live", description = "On real threads and the real clock, and say how fast it was.")
    private boolean live;

    @Option(
            names = "--flood",
            description = "Flood the server with SYNs in the middle of downloads, without its defence and with it.")
    private boolean flood;

    @Option(names = "--capture", paramLabel = "FILE", description = "Record the client's packets as pcapng.")
    private @Nullable Path capture;

    @Option(names = "--ascii", description = "Draw with plain ASCII characters.")
    private boolean ascii;

    @Option(names = "--json", description = "At the end, print the sums as one JSON object on one line.")
    private boolean json;

    @Override
    public Integer call() throws Problem {
        var settings = settings();
        var out = spec.commandLine().getOut();
        var show = new Show(out, !json && Boolean.getBoolean("levee.terminal.out"));
        Map<String, Object> sums;
        try (var cleanup = Cleanup.atExit()) {
            sums = play(settings, show, taken -> cleanup.add(taken::close));
        } catch (Problem e) {
            if (json) {
                var members = new LinkedHashMap<>(Show.json(List.of(), settings));
                members.put("failed", e.getMessage());
                out.println(Json.line(members));
                out.flush();
            }
            throw e;
        }
        if (json) {
            out.println(Json.line(sums));
        } else {
            out.println("The same again: levee "
                    + String.join(
                            " ", spec.root().commandLine().getParseResult().originalArgs()));
        }
        out.flush();
        return 0;
    }

    private Map<String, Object> play(Settings settings, Show show, Consumer<AutoCloseable> atStop) throws Problem {
        if (flood) {
            return Show.floodJson(new FloodDemo(settings, show).run(atStop), settings);
        }
        var outcomes = live ? new LiveDemo(settings, show).run(atStop) : new VirtualDemo(settings, show).run(atStop);
        return Show.json(outcomes, settings);
    }

    private Settings settings() throws Problem {
        if (size > SIZE_MAX) {
            throw new Problem("--size can be 16g at most");
        }
        if (flood && live) {
            throw new Problem("--flood runs in virtual time; leave --live away, or see levee lab flood");
        }
        if (flood && capture != null) {
            throw new Problem("--flood is not recorded; leave --capture away, or see levee lab flood");
        }
        var file = capture;
        if (file != null) {
            LinkOptions.checkWritable(file);
        }
        boolean drawable = Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("─▶◀✗⋮");
        var style = ascii || !drawable ? Ladder.Style.ASCII : Ladder.Style.UNICODE;
        return new Settings(impairment(), seed, size, v6, file, style);
    }

    /// Single options win over `--impair`.
    private Impairment impairment() throws Problem {
        var builder = parse("--impair", impair).toBuilder().seed(seed);
        var singles = new LinkedHashMap<String, @Nullable String>();
        singles.put("loss", loss);
        singles.put("delay", delay);
        singles.put("jitter", jitter);
        singles.put("reorder", reorder);
        singles.put("duplicate", duplicate);
        singles.put("corrupt", corrupt);
        singles.put("rate", rate);
        for (var single : singles.entrySet()) {
            var value = single.getValue();
            if (value == null) {
                continue;
            }
            var one = parse("--" + single.getKey(), single.getKey() + "=" + value);
            switch (single.getKey()) {
                case "loss" -> builder.loss(one.loss());
                case "delay" -> builder.delayNanos(one.delayNanos());
                case "jitter" -> builder.jitterNanos(one.jitterNanos());
                case "reorder" -> builder.reorder(one.reorder());
                case "duplicate" -> builder.duplicate(one.duplicate());
                case "corrupt" -> builder.corrupt(one.corrupt());
                default -> builder.rateBitsPerSecond(one.rateBitsPerSecond()).queueBytes(0);
            }
        }
        return builder.build();
    }

    private static Impairment parse(String option, String words) throws Problem {
        try {
            return Impairment.parse(words);
        } catch (IllegalArgumentException e) {
            throw new Problem(option + ": " + e.getMessage());
        }
    }
}
