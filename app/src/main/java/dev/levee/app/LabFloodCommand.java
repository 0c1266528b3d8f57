package dev.levee.app;

import dev.levee.sim.flood.FloodKind;
import dev.levee.sim.flood.Replay;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee lab flood`.
@Command(
        name = "flood",
        sortOptions = false,
        description = "A flood of SYNs at a levee serve, while real curls go on: how many of them get through.",
        footer = {
            "",
            "Everything happens in two network namespaces, made for it and removed in the end; no route leads out.",
            "The flood comes through a TUN device of its own, and the kernel passes it on to Levee's. Its sources are",
            "198.19.0.0/16, or 2001:db8:f::/48. curl fetches a small file again and again: a third of the time before",
            "the flood, then during it. With --compare the kernel's own listener gets the same, with tcp_syncookies",
            "0, 1 and 2, in rounds. A packet of the flood is answered once, whatever comes for it again.",
            "A Java program that has just begun is slow: --warm-up shows one that has run for a while.",
            "",
            "The flood 'replay' is a capture: the TCP segments that go to whoever gets SYNs in it, at the times at which",
            "they came, with addresses of Levee's own in place of theirs.",
            "",
            "Examples (as root):",
            "  levee lab flood",
            "  levee lab flood --kind acks --rate 100000 --seconds 10",
            "  levee lab flood --kind replay --file synflood.pcap --seconds 15",
        })
final class LabFloodCommand implements Callable<Integer> {
    private static final int SECONDS_MAX = 60;
    private static final int ROUNDS = 3;
    private static final int RATE_MAX = 1_000_000;
    private static final int RATE = 50_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "6",
            description = "How long the flood lasts. Default: 6.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "0",
            description = "How long Levee is flooded before anything is counted. Default: 0.")
    private int warmUp;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Packets of it in a second. Default: 50000; of 'replay' as many as there were.")
    private @Nullable Integer rate;

    @Option(
            names = "--kind",
            paramLabel = "NAME",
            defaultValue = "random",
            converter = Kind.class,
            description = "What they are; an unknown name lists them all. Default: random, SYNs from anywhere.")
    private FloodKind kind = FloodKind.RANDOM;

    @Option(
            names = "--file",
            paramLabel = "CAPTURE",
            description = "What 'replay' replays: pcap or pcapng, also packed with gzip.")
    private @Nullable Path file;

    @Option(
            names = "--defence",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "What levee serve stands up to it with; an unknown name lists them all. Default: auto.")
    private String defence = "";

    @Option(names = "--ipv6", description = "Over IPv6.")
    private boolean ipv6;

    @Option(names = "--compare", description = "The kernel's own listener beside Levee, in three rounds.")
    private boolean compare;

    @Option(names = "--json", description = "Print one JSON object on one line, and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws Problem {
        range("--seconds", seconds, 1, SECONDS_MAX);
        range("--warm-up", warmUp, 0, SECONDS_MAX);
        if (rate != null) {
            range("--rate", rate, 1, RATE_MAX);
        }
        checkCapture();
        var options = List.of("--defence", ServeCommand.defence(defence).label());
        var ip = Ip.here();
        String curl = Machine.here()
                .find("curl")
                .orElseThrow(
                        () -> new Problem("there is no 'curl' command; install it (Debian: apt-get install curl)"));
        List<LabFlood.Result> results;
        int perSecond = rate != null ? rate : file != null ? 0 : RATE;
        try (var lab = new LabFlood(ip, curl, ipv6, kind, file)) {
            results = lab.run(perSecond, warmUp, seconds, compare ? ROUNDS : 1, options, compare);
        } catch (IOException e) {
            throw new Problem(1, Problem.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "interrupted");
        }
        var out = spec.commandLine().getOut();
        if (json) {
            var rows = results.stream().map(this::members).toList();
            out.println(Json.line(compare ? Map.of("rows", rows) : rows.getFirst()));
        } else {
            results.forEach(result -> print(out, result));
        }
        out.flush();
        return 0;
    }

    private void checkCapture() throws Problem {
        if (file == null) {
            if (kind == FloodKind.REPLAY) {
                throw new Problem("--kind replay needs --file CAPTURE");
            }
            return;
        }
        if (kind != FloodKind.REPLAY) {
            throw new Problem("--file is for --kind replay");
        }
        var sources = LabFlood.sources(ipv6);
        var replay = replay(file, sources, sources.network(), 1, 0);
        if (!json) {
            var out = spec.commandLine().getOut();
            out.println(String.format(
                    Locale.ROOT,
                    "%s: %,d packets from %,d sources in %.1f s",
                    file.getFileName(),
                    replay.packets(),
                    replay.sources(),
                    replay.nanos() / 1e9));
            out.flush();
        }
    }

    /// What a capture holds, for a listener.
    static Replay replay(Path file, Cidr sources, IpAddress target, int port, long seed) throws Problem {
        try (var in = Files.newInputStream(file)) {
            return Replay.read(in, sources, target, port, seed);
        } catch (IOException | IllegalArgumentException e) {
            throw new Problem("cannot replay " + file + ": " + Problem.reason(e));
        }
    }

    private static void range(String option, int value, int min, int max) throws Problem {
        if (value < min || value > max) {
            throw new Problem(option + " must lie between " + min + " and " + max);
        }
    }

    private void print(PrintWriter out, LabFlood.Result result) {
        out.println(String.format(
                Locale.ROOT,
                "%s: %,d packets of the flood '%s' in %d s; %,d answered; %,d dropped by the queue before Levee",
                result.server,
                result.offered,
                kind.label(),
                compare ? ROUNDS * seconds : seconds,
                result.answered,
                result.dropped));
        out.println(String.format(
                Locale.ROOT, "%-14s %8s %10s %12s %12s", "curl", "begun", "succeeded", "p50 connect", "p99 connect"));
        line(out, "before", result.before);
        line(out, "under flood", result.during);
        line(out, "afterwards", result.after);
    }

    private static void line(PrintWriter out, String when, Curls curls) {
        out.println(String.format(
                Locale.ROOT,
                "%-14s %8d %10d %9d us %9d us",
                when,
                curls.begun(),
                curls.succeeded(),
                curls.micros(500),
                curls.micros(990)));
    }

    private Map<String, Object> members(LabFlood.Result result) {
        var members = new LinkedHashMap<String, Object>();
        members.put("server", result.server);
        members.put("kind", kind.label());
        members.put("offered", result.offered);
        members.put("answered", result.answered);
        members.put("droppedByQueue", result.dropped);
        members.put("before", members(result.before));
        members.put("during", members(result.during));
        members.put("after", members(result.after));
        return members;
    }

    private static Map<String, Object> members(Curls curls) {
        var members = new LinkedHashMap<String, Object>();
        members.put("begun", curls.begun());
        members.put("succeeded", curls.succeeded());
        members.put("p50Micros", curls.micros(500));
        members.put("p99Micros", curls.micros(990));
        return members;
    }

    /// Reads `random`.
    static final class Kind implements ITypeConverter<FloodKind> {
        @Override
        public FloodKind convert(String text) {
            return FloodKind.of(text);
        }
    }
}
