package dev.levee.app;

import dev.levee.app.get.Bytes;
import dev.levee.app.get.Failures;
import dev.levee.app.get.Fetch;
import dev.levee.app.get.Output;
import dev.levee.app.get.ProgressBar;
import dev.levee.app.get.Target;
import dev.levee.net.Host;
import dev.levee.net.TcpStream;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.IpAddress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `levee get`.
@Command(
        name = "get",
        sortOptions = false,
        description = "Fetch a file over HTTP, from a server in this machine's kernel or beyond it.",
        footer = {
            "",
            "Exit codes, as curl's: 0 fetched, 2 bad options, 6 name not resolved, 7 refused or unreachable,",
            "18 incomplete, 22 HTTP error (with --fail), 23 output not writable, 28 timed out, 52 no answer, 56 reset.",
            "",
            "Example (as root, with a server on this machine):",
            "  levee get http://198.18.0.1/file --link tun:levee0 --address 198.18.0.2/24 -o file",
        })
final class GetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "URL", description = "http://HOST[:PORT]/PATH; HOST may be a literal address or a name.")
    private String url;

    @Mixin
    private LinkOptions link;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file, which appears when it is complete. Otherwise to standard output.")
    private @Nullable Path output;

    @Option(
            names = {"-f", "--fail"},
            description = "Take HTTP errors (400 and above) for failures.")
    private boolean fail;

    @Option(
            names = "--connect-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long connecting may take.")
    private @Nullable Duration connectTimeout;

    @Option(
            names = "--max-time",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long everything together may take.")
    private @Nullable Duration maxTime;

    @Option(names = "--json", description = "At the end, print the result as one JSON object on one line; needs -o.")
    private boolean json;

    private volatile boolean late;
    private String got = "no connection yet";

    @Override
    public Integer call() throws Problem {
        var target = Target.parse(url);
        if (json && output == null) {
            throw new Problem("--json needs -o FILE: standard output cannot take both the body and the object");
        }
        long startNanos = System.nanoTime();
        var addresses = ours(target.resolve());
        try (var cleanup = Cleanup.atExit();
                var to = output == null ? Output.to(new FileOutputStream(FileDescriptor.out)) : Output.to(output)) {
            cleanup.add(to::close);
            var host = link.open(cleanup);
            watch(host, startNanos);
            LinkOptions.awaitAddresses(host);
            var stream = connect(host, target, addresses);
            cleanup.add(stream::abort);
            return transfer(host, target, stream, to, startNanos);
        } catch (IOException e) {
            throw new Problem(Failures.WRITE_ERROR, "the output cannot be written: " + Problem.reason(e));
        } catch (Problem e) {
            throw late ? new Problem(Failures.TIMED_OUT, "not done within --max-time: " + got) : e;
        }
    }

    /// Only addresses of a family that we have one of ourselves can be reached.
    private List<IpAddress> ours(List<IpAddress> addresses) throws Problem {
        var reachable = addresses.stream()
                .filter(address ->
                        link.addresses().stream().anyMatch(own -> own.address().isV4() == address.isV4()))
                .toList();
        if (reachable.isEmpty()) {
            var family = addresses.getFirst().isV4() ? "IPv4" : "IPv6";
            throw new Problem(url + " has an " + family + " address; add an --address of that family");
        }
        return reachable;
    }

    /// Ends everything when the time is over: who waits gets an exception.
    private void watch(Host host, long startNanos) {
        var limit = maxTime;
        if (limit == null) {
            return;
        }
        Thread.ofVirtual().name("max-time").start(() -> {
            try {
                Thread.sleep(limit.minusNanos(System.nanoTime() - startNanos));
                late = true;
                host.close(Duration.ZERO);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private TcpStream connect(Host host, Target target, List<IpAddress> addresses) throws Problem {
        var options = host.connectOptions();
        var limit = connectTimeout;
        if (limit != null) {
            options = options.withTimeout(limit.dividedBy(addresses.size()));
        }
        Problem last = null;
        for (var address : addresses) {
            try {
                return host.connect(address, target.port(), options);
            } catch (IOException e) {
                last = Failures.connecting(target, e);
            }
        }
        throw last == null ? new Problem(target.host() + " has no address") : last;
    }

    private int transfer(Host host, Target target, TcpStream stream, Output to, long startNanos) throws Problem {
        var meter = new Meter(spec.commandLine().getErr());
        var fetch = new Fetch(target, meter);
        try {
            got = "no answer yet";
            var result = fetch.run(stream, to, fail);
            long nanos = System.nanoTime() - startNanos;
            meter.done(result.bytes());
            if (json) {
                var members = new LinkedHashMap<String, Object>();
                members.put("url", url);
                members.put("status", result.status());
                members.put("bytes", result.bytes());
                members.put("seconds", nanos / 1e9);
                members.put("retransmissions", host.counters().tcp(TcpCounters.RETRANSMITS));
                spec.commandLine().getOut().println(Json.line(members));
            }
            return 0;
        } finally {
            got = Bytes.text(fetch.bytes()) + " received";
            meter.end();
        }
    }

    /// The progress bar, when standard error is a terminal.
    private static final class Meter implements Fetch.Progress {
        private static final long STEP_NANOS = 100_000_000;

        private final java.io.PrintWriter err;
        private final boolean shown = Boolean.getBoolean("levee.terminal.err");
        private final long startNanos = System.nanoTime();
        private long lastNanos = startNanos - STEP_NANOS;
        private boolean begun;

        Meter(java.io.PrintWriter err) {
            this.err = err;
        }

        @Override
        public void at(long done, long total) {
            long nowNanos = System.nanoTime();
            if (shown && (nowNanos - lastNanos >= STEP_NANOS || done == total)) {
                lastNanos = nowNanos;
                begun = true;
                err.print("\r" + ProgressBar.line(done, total, nowNanos - startNanos) + "  ");
                err.flush();
            }
        }

        void done(long bytes) {
            if (!shown) {
                long nanos = System.nanoTime() - startNanos;
                err.println(Bytes.text(bytes) + " in " + String.format(java.util.Locale.ROOT, "%.2f s", nanos / 1e9)
                        + ", " + Bytes.rate(bytes, nanos));
                err.flush();
            }
        }

        void end() {
            if (begun) {
                err.println();
                err.flush();
            }
        }
    }
}
