package dev.levee.app;

import dev.levee.sim.flood.FloodKind;
import dev.levee.wire.Cidr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Two namespaces, joined by a cable: one with servers and a flood in it, one for clients. Removed when closed, or when
/// the process is told to stop, whatever happened.
///
/// Threads: one owner.
final class LabFlood implements AutoCloseable {
    /// Before the id of the process.
    static final String PREFIX = "levee-flood-";

    private static final String DEVICE = "levee0";
    private static final String FILE = "hello.txt";
    private static final int CURLS_MAX = 100_000;
    private static final int AFTERWARDS = 5;
    private static final long END_SECONDS = 5;

    private static final String UP = """
            netns add SERVERS
            netns add CLIENTS
            -n SERVERS link set lo up
            -n CLIENTS link set lo up
            -n SERVERS link add cable type veth peer name cable netns CLIENTS
            -n SERVERS addr add 198.18.1.1/24 dev cable
            -n SERVERS addr add 2001:db8:1::1/64 dev cable nodad
            -n SERVERS link set cable up
            -n CLIENTS addr add 198.18.1.2/24 dev cable
            -n CLIENTS addr add 2001:db8:1::2/64 dev cable nodad
            -n CLIENTS link set cable up
            -n CLIENTS route add default via 198.18.1.1
            -n CLIENTS -6 route add default via 2001:db8:1::1
            netns exec SERVERS sysctl -q -w net.ipv4.ip_forward=1
            netns exec SERVERS sysctl -q -w net.ipv6.conf.all.forwarding=1
            netns exec SERVERS sysctl -q -w net.ipv4.tcp_no_metrics_save=1
            netns exec SERVERS sysctl -q -w net.core.somaxconn=4096
            netns exec CLIENTS sysctl -q -w net.ipv4.tcp_no_metrics_save=1
            """;

    private final Ip ip;
    private final String curl;
    private final boolean ipv6;
    private final FloodKind kind;
    private final @Nullable Path capture;
    private boolean removed;
    private final String servers = PREFIX + ProcessHandle.current().pid();
    private final String clients = servers + "c";
    private final Cleanup cleanup = Cleanup.atExit();

    /// @param capture what [FloodKind#REPLAY] replays
    LabFlood(Ip ip, String curl, boolean ipv6, FloodKind kind, @Nullable Path capture) {
        this.ip = ip;
        this.curl = curl;
        this.ipv6 = ipv6;
        this.kind = kind;
        this.capture = capture;
    }

    /// Where the flood's packets say that they come from.
    static Cidr sources(boolean ipv6) {
        return Cidr.parse(ipv6 ? "2001:db8:f::/48" : "198.19.0.0/16");
    }

    /// What happened to one server, over all rounds.
    static final class Result {
        final String server;
        long offered;
        long answered;
        long dropped;
        final Curls before = new Curls();
        final Curls during = new Curls();
        final Curls after = new Curls();

        Result(String server) {
            this.server = server;
        }
    }

    /// Floods each server in turn for some seconds, and that some rounds long. Everything is as it was afterwards.
    ///
    /// @param rate packets in a second; 0: as many as the capture has
    /// @param warmUpSeconds how long Levee is flooded before anything is counted: what its compiler has learnt by
    ///     then a server that runs for longer has learnt, too
    /// @param options more words for `levee serve`
    /// @param compare whether the kernel's own listener is flooded too, with each setting of `tcp_syncookies`
    List<Result> run(int rate, int warmUpSeconds, int seconds, int rounds, List<String> options, boolean compare)
            throws Problem, IOException, InterruptedException {
        cleanup.add(this::removeNamespaces);
        for (var line : UP.replace("SERVERS", servers)
                .replace("CLIENTS", clients)
                .lines()
                .toList()) {
            up(Arrays.asList(line.split(" ", -1)));
        }
        var directory = Files.createTempDirectory("levee-flood");
        cleanup.add(() -> Files.delete(directory));
        var file = Files.writeString(directory.resolve(FILE), "hello\n");
        cleanup.add(() -> Files.delete(file));
        serve(directory, options);
        var results = new ArrayList<>(List.of(new Result("levee")));
        for (int cookies = 0; compare && cookies <= 2; cookies++) {
            results.add(new Result("kernel, tcp_syncookies=" + cookies));
        }
        var levee = ipv6 ? "2001:db8::2" : "198.18.0.2";
        try (var source = new Source()) {
            if (warmUpSeconds > 0) {
                measure(source, new Result("nobody"), levee, rate, warmUpSeconds);
            }
            for (int round = 0; round < rounds; round++) {
                measure(source, results.getFirst(), levee, rate, seconds);
                for (int cookies = 0; compare && cookies <= 2; cookies++) {
                    kernel(source, results.get(1 + cookies), cookies, rate, seconds);
                }
            }
        }
        return results;
    }

    /// One step of what makes the namespaces. Who stops the command has them removed meanwhile: nothing is made after
    /// that.
    private synchronized void up(List<String> words) throws Problem {
        if (removed) {
            throw new Problem(1, "stopped");
        }
        ip.run(words);
    }

    private synchronized void removeNamespaces() throws Problem {
        removed = true;
        var present = ip.namespaces();
        for (var name : List.of(servers, clients)) {
            if (present.contains(name)) {
                ip.run(List.of("netns", "delete", name));
            }
        }
    }

    private void serve(Path directory, List<String> options) throws Problem, IOException {
        var words = new ArrayList<>(List.of("serve", "--link", "tun:" + DEVICE, "--address", "198.18.0.2/24"));
        words.addAll(List.of("--address", "2001:db8::2/64", "--http", "80", "--root", directory.toString()));
        words.addAll(options);
        start(words).awaitReady("levee serve");
    }

    /// A fresh listener of the kernel's, with nothing left of an earlier flood.
    private void kernel(Source source, Result result, int cookies, int rate, int seconds)
            throws Problem, IOException, InterruptedException {
        ip.run(List.of("netns", "exec", servers, "sysctl", "-q", "-w", "net.ipv4.tcp_syncookies=" + cookies));
        ip.run(List.of("-n", servers, "tcp_metrics", "flush"));
        var server = start(List.of("lab", "kernel-server"));
        try {
            server.awaitReady("the server on the kernel's sockets");
            measure(source, result, ipv6 ? "2001:db8:1::1" : "198.18.1.1", rate, seconds);
        } finally {
            end(server.process);
        }
    }

    /// Starts `levee` among the servers; it ends with this, at the latest.
    private Started start(List<String> words) throws IOException {
        var complaints = Files.createTempFile("levee-flood", ".err");
        cleanup.add(() -> Files.delete(complaints));
        var process = new ProcessBuilder(ip.inside(servers, Self.command(words.toArray(String[]::new))))
                .redirectError(complaints.toFile())
                .start();
        cleanup.add(() -> end(process));
        return new Started(process, complaints);
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /// A process among the servers.
    static final class Started {
        final Process process;
        final BufferedReader lines;
        private final Path complaints;

        Started(Process process, Path complaints) {
            this.process = process;
            this.complaints = complaints;
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        void awaitReady(String who) throws Problem, IOException {
            for (var line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
                if (line == null) {
                    throw failed(who + " did not start inside the namespace");
                }
            }
        }

        /// Why it has ended, in its own words if it has said any.
        Problem failed(String what) throws IOException {
            var said = Files.readString(complaints).strip();
            var last = said.substring(said.lastIndexOf('\n') + 1).replaceFirst("^levee: ", "");
            return new Problem(1, last.isEmpty() ? what : what + ": " + last);
        }
    }

    /// One round of one server: curls before, under, and after its flood.
    private void measure(Source source, Result result, String address, int rate, int seconds)
            throws Problem, IOException, InterruptedException {
        String url = "http://" + (ipv6 ? "[" + address + "]" : address) + "/" + FILE;
        var command = ip.inside(clients, List.of(curl));
        // One that nobody counts: the first of everything takes longer.
        new Curls().run(command, url, in(1_000), 1);
        result.before.run(command, url, in(seconds * 1_000L / 3), CURLS_MAX);
        long dropped = droppedByQueue();
        source.begin(address, rate, seconds);
        result.during.run(command, url, in(seconds * 1_000L), CURLS_MAX);
        var counts = source.end();
        result.offered += counts[0];
        result.answered += counts[1];
        result.dropped += droppedByQueue() - dropped;
        result.after.run(command, url, in(seconds * 1_000L), result.after.begun() + AFTERWARDS);
    }

    private static long in(long millis) {
        return System.nanoTime() + millis * 1_000_000;
    }

    /// Packets that Levee's device had no room for.
    private long droppedByQueue() throws Problem {
        String file = "/sys/class/net/" + DEVICE + "/statistics/tx_dropped";
        return Long.parseLong(
                ip.run(List.of("netns", "exec", servers, "cat", file)).strip());
    }

    /// The process that floods when it is told to.
    private final class Source implements AutoCloseable {
        private final Started started;

        Source() throws Problem, IOException {
            var words = new ArrayList<>(List.of("lab", "flood-source", servers, kind.label(), Boolean.toString(ipv6)));
            if (capture != null) {
                words.add(capture.toAbsolutePath().toString());
            }
            started = start(words);
            started.awaitReady("the flood");
        }

        /// The flood has begun when this returns: what it has to read, as a capture, it has read.
        void begin(String target, int rate, int seconds) throws Problem, IOException {
            var line = target + " " + rate + " " + seconds + "\n";
            var out = started.process.getOutputStream();
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (!"begun".equals(started.lines.readLine())) {
                throw started.failed("the flood did not begin");
            }
        }

        /// @return packets offered, and how many of them were answered
        long[] end() throws Problem, IOException {
            var line = started.lines.readLine();
            if (line == null) {
                throw started.failed("the flood has ended too early");
            }
            var words = line.split(" ", -1);
            return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
        }

        @Override
        public void close() throws IOException {
            started.process.getOutputStream().close();
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
