package dev.levee.app;

import dev.levee.link.Link;
import dev.levee.link.LinkException;
import dev.levee.link.Links;
import dev.levee.sim.flood.Flood;
import dev.levee.sim.flood.FloodKind;
import dev.levee.sim.flood.Replay;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The process that [LabFlood] has flood: not for anybody else. It works only inside a namespace of that name, from
/// which no route leads out.
///
/// Prints `ready`. Each line of its standard input is a flood, `ADDRESS RATE SECONDS`, and is answered,
/// when that is over, by a line with how many packets were offered and how many were answered ([Answers]).
/// A rate of 0 is that of the capture, which comes once then.
@Command(name = "flood-source", hidden = true, description = "The flood of 'levee lab flood'.", footer = "")
final class FloodSourceCommand implements Callable<Integer> {
    private static final int BATCH_FRAMES = 64;
    private static final int PORT = 80;
    private static final long PACE_NANOS = 200_000;
    /// Late by more than this, it does not make up for it: a flood, not a burst.
    private static final long ARREARS_NANOS = 20_000_000;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0")
    private String namespace = "";

    @Parameters(index = "1", converter = LabFloodCommand.Kind.class)
    private FloodKind kind = FloodKind.RANDOM;

    @Parameters(index = "2")
    private boolean ipv6;

    /// For [FloodKind#REPLAY].
    @Parameters(index = "3", arity = "0..1")
    private @Nullable Path capture;

    private long offered;

    @Override
    public Integer call() throws Problem {
        checkNamespace();
        var out = spec.commandLine().getOut();
        var sources = LabFlood.sources(ipv6);
        var own = List.of(Cidr.parse(ipv6 ? "2001:db8:f::1/48" : "198.19.0.1/16"));
        try (var cleanup = Cleanup.atExit()) {
            var link = Links.open("tun:flood0", own);
            cleanup.add(link::close);
            say(out, "ready");
            // One for all floods: what comes for the last one again is no answer to the next.
            var answers = new Answers(System.nanoTime());
            var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var words = line.split(" ", -1);
                offered = 0;
                int rate = Integer.parseInt(words[1]);
                var packets = packets(sources, IpAddress.parse(words[0]), rate);
                long before = answers.count();
                say(out, "begun");
                flood(link, packets, Integer.parseInt(words[2]), answers);
                say(out, offered + " " + (answers.count() - before));
            }
        } catch (LinkException e) {
            throw new Problem(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Problem(1, Problem.reason(e));
        }
        return 0;
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    /// Whether this process is where [LabFlood] has put it.
    private void checkNamespace() throws Problem {
        var named = Path.of("/run/netns").resolve(namespace);
        try {
            if (namespace.matches(LabFlood.PREFIX + "[0-9]+")
                    && Files.getAttribute(named, "unix:ino")
                            .equals(Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino"))) {
                return;
            }
        } catch (IOException | UnsupportedOperationException e) {
            // No such namespace, or no namespaces at all.
        }
        throw new Problem("only 'levee lab flood' floods, in a namespace of its own");
    }

    /// Packets, as they become due.
    private interface Packets {
        /// @param elapsedNanos since the flood began
        boolean due(long elapsedNanos);

        void next(Frame out);
    }

    private Packets packets(Cidr sources, IpAddress target, int rate) throws Problem {
        if (capture == null) {
            return new AtRate(rate, new Flood(kind, sources, target, PORT, System.nanoTime())::next);
        }
        var replay = LabFloodCommand.replay(capture, sources, target, PORT, System.nanoTime());
        return rate == 0 ? new AsCaptured(replay) : new AtRate(rate, replay::next);
    }

    /// So many in a second.
    private static final class AtRate implements Packets {
        private final double perNano;
        private final Consumer<Frame> source;
        private long paidNanos;
        private double due;

        AtRate(int perSecond, Consumer<Frame> source) {
            perNano = perSecond / 1e9;
            this.source = source;
        }

        @Override
        public boolean due(long elapsedNanos) {
            due += Math.min(elapsedNanos - paidNanos, ARREARS_NANOS) * perNano;
            paidNanos = elapsedNanos;
            return due >= 1;
        }

        @Override
        public void next(Frame out) {
            source.accept(out);
            due--;
        }
    }

    /// Each when the capture says, once.
    private static final class AsCaptured implements Packets {
        private final Replay replay;
        private boolean over;

        AsCaptured(Replay replay) {
            this.replay = replay;
        }

        @Override
        public boolean due(long elapsedNanos) {
            return !over && replay.nextNanos() <= elapsedNanos;
        }

        @Override
        public void next(Frame out) {
            replay.next(out);
            over = replay.atStart();
        }
    }

    private void flood(Link link, Packets packets, int seconds, Answers answers) throws IOException {
        var slab = new FrameSlab(Arena.ofAuto(), 2 * BATCH_FRAMES, link.frameBytesMax());
        var in = new FrameBatch(slab, BATCH_FRAMES);
        var out = new FrameBatch(slab, BATCH_FRAMES);
        long began = System.nanoTime();
        long elapsed = 0;
        for (long end = seconds * 1_000_000_000L; elapsed < end; elapsed = System.nanoTime() - began) {
            boolean due = packets.due(elapsed);
            while (due && !out.full()) {
                packets.next(out.next());
                out.added();
                offered++;
                due = packets.due(elapsed);
            }
            if (out.count() > 0) {
                link.transmit(out);
            }
            while (link.receive(in) > 0) {
                for (int i = 0; i < in.count(); i++) {
                    answers.add(in.get(i));
                }
                in.clear();
            }
            if (!due) {
                link.await(PACE_NANOS);
            }
        }
    }
}
