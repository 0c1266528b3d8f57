package dev.levee.app;

import dev.levee.app.get.Bytes;
import dev.levee.app.http.Site;
import dev.levee.app.service.Chargen;
import dev.levee.app.service.Discard;
import dev.levee.app.service.Echo;
import dev.levee.app.service.Http;
import dev.levee.app.service.Server;
import dev.levee.app.service.Service;
import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.net.Host;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.tcp.TcpCounters;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `levee serve`.
@Command(
        name = "serve",
        sortOptions = false,
        description = "Serve files and test services to the clients of this machine's kernel, or beyond it.",
        footer = {
            "",
            "Prints 'ready' on a line of its own when it answers. Ctrl-C or SIGTERM ends it.",
            "",
            "Example (as root):",
            "  levee serve --link tun:levee0 --address 198.18.0.2/24 --address 2001:db8::2/64 \\",
            "      --http 80 --root . --echo 7",
            "  curl http://198.18.0.2/        # in another terminal",
        })
final class ServeCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;
    private static final int FAST_OPEN_MAX = 65_536;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LinkOptions link;

    @Option(names = "--http", paramLabel = "PORT", description = "Serve the files of --root over HTTP.")
    private @Nullable Integer http;

    @Option(names = "--root", paramLabel = "DIR", description = "The directory that --http serves, and nothing else.")
    private @Nullable Path root;

    @Option(names = "--writable", description = "Take uploads with PUT, into --root.")
    private boolean writable;

    @Option(names = "--echo", paramLabel = "PORT", description = "Send back what comes (RFC 862).")
    private @Nullable Integer echo;

    @Option(names = "--discard", paramLabel = "PORT", description = "Take all that comes (RFC 863).")
    private @Nullable Integer discard;

    @Option(names = "--chargen", paramLabel = "PORT", description = "Send characters without end (RFC 864).")
    private @Nullable Integer chargen;

    @Option(
            names = "--fast-open",
            paramLabel = "N",
            description = {
                "Accept requests with the SYN (RFC 7413), from at most N clients at once per port whose handshake is not",
                "complete. A request may then be carried out twice: not together with --writable."
            })
    private @Nullable Integer fastOpen;

    @Option(
            names = "--defence",
            paramLabel = "NAME",
            description = {
                "What stands up to a flood of SYNs: backlog, monitor, delayed, cache, cookies, or auto (default), which is",
                "all of them together."
            })
    private String defence = Defence.AUTO.label();

    @Option(
            names = "--defer-accept",
            description = "Make a connection only when its client has said something; not for --chargen.")
    private boolean deferAccept;

    @Option(names = "--json", description = "At the end, print the counters as one JSON object on one line.")
    private boolean json;

    @Override
    public Integer call() throws Problem {
        var services = services();
        var opensFast = fastOpen();
        var chosen = defence(defence);
        var out = spec.commandLine().getOut();
        var err = spec.commandLine().getErr();
        try (var cleanup = Cleanup.atExit()) {
            var report = new Report(out, json);
            // Added first, so done last: the counters are whole when the host has ended.
            cleanup.add(report::print);
            var host = link.open(cleanup, opensFast, chosen);
            var server = new Server(host, deferAccept);
            report.host = host;
            report.server = server;
            cleanup.add(server::close);
            for (var entry : services.entrySet()) {
                start(server, entry.getValue(), entry.getKey());
            }
            LinkOptions.awaitAddresses(host);
            err.println(link.describe(host));
            services.forEach((port, service) -> err.println(service.name() + " on port " + port));
            err.println(limits(host));
            err.flush();
            out.println("ready");
            out.flush();
            var reason = server.ended().get();
            if (!reason.isEmpty()) {
                throw new Problem(1, "the server has ended: " + reason);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static String limits(Host host) {
        var limits = Limits.DEFAULT;
        var perPort = host.listenOptions();
        return String.format(
                Locale.ROOT,
                "limits: %,d connections, %,d of them in TIME-WAIT, %s of buffers, %s of half-open handshakes; per port %,d"
                        + " waiting; defence: %s",
                limits.connectionsMax(),
                limits.timeWaitMax(),
                Bytes.text(limits.bufferBytesMax()),
                Bytes.text(GuardConfig.DEFAULT.bytesMax()),
                perPort.backlog(),
                perPort.defence().label());
    }

    private static void start(Server server, Service service, int port) throws Problem {
        try {
            server.start(service, port);
        } catch (IOException e) {
            throw new Problem("--" + service.name() + " " + port + ": " + Problem.reason(e));
        }
    }

    /// By port; everything about them that can be wrong is found here, before anything is opened.
    private Map<Integer, Service> services() throws Problem {
        var services = new LinkedHashMap<Integer, Service>();
        if (http != null) {
            put(services, http, new Http(site(), writable));
        } else if (root != null || writable) {
            throw new Problem((root != null ? "--root" : "--writable") + " needs --http PORT");
        }
        if (echo != null) {
            put(services, echo, new Echo());
        }
        if (discard != null) {
            put(services, discard, new Discard());
        }
        if (chargen != null) {
            put(services, chargen, new Chargen());
        }
        if (services.isEmpty()) {
            throw new Problem("there is nothing to serve; add --http PORT --root DIR, --echo, --discard or --chargen");
        }
        return services;
    }

    /// The defence of a name.
    static Defence defence(String name) throws Problem {
        try {
            return Defence.of(name);
        } catch (IllegalArgumentException e) {
            throw new Problem("--defence: " + e.getMessage());
        }
    }

    private FastOpenOptions fastOpen() throws Problem {
        var most = fastOpen;
        if (most == null) {
            return FastOpenOptions.OFF;
        }
        if (writable) {
            throw new Problem("--fast-open lets a request arrive twice; leave it or --writable out");
        }
        if (most < 1 || most > FAST_OPEN_MAX) {
            throw new Problem("--fast-open: between 1 and " + FAST_OPEN_MAX + " clients, not " + most);
        }
        return FastOpenOptions.pending(most);
    }

    private static void put(Map<Integer, Service> services, int port, Service service) throws Problem {
        if (port < 1 || port > PORT_MAX) {
            throw new Problem("--" + service.name() + ": a port lies between 1 and 65535, not " + port);
        }
        var other = services.putIfAbsent(port, service);
        if (other != null) {
            throw new Problem(
                    "port " + port + " is taken: --" + other.name() + " and --" + service.name() + " cannot share it");
        }
    }

    private Site site() throws Problem {
        var directory = root;
        if (directory == null) {
            throw new Problem("--http needs --root DIR, the directory to serve");
        }
        try {
            var site = Site.of(directory);
            if (!Files.isReadable(directory)) {
                throw new Problem("--root " + directory + ": permission denied");
            }
            if (writable && !Files.isWritable(directory)) {
                throw new Problem("--root " + directory + " is not writable; leave --writable out");
            }
            var linkOut = site.linkOut();
            if (linkOut.isPresent()) {
                throw new Problem("--root " + directory + ": the link " + linkOut.get()
                        + " leads out of it; remove the link or serve another directory");
            }
            return site;
        } catch (IOException e) {
            throw new Problem("--root " + directory + ": " + Problem.reason(e));
        }
    }

    /// What was done, told at the end.
    private static final class Report {
        private final PrintWriter out;
        private final boolean json;
        private volatile @Nullable Host host;
        private volatile @Nullable Server server;

        Report(PrintWriter out, boolean json) {
            this.out = out;
            this.json = json;
        }

        void print() {
            var from = host;
            var connections = server;
            if (!json || from == null || connections == null) {
                return;
            }
            var stats = from.counters();
            var members = new LinkedHashMap<String, Object>();
            members.put("connections", connections.accepted());
            members.put("bytesUndelivered", stats.undeliveredBytes());
            for (var counter : TcpCounters.values()) {
                members.put(counter.label(), stats.tcp(counter));
            }
            stats.guard().forEach((counter, count) -> members.put(counter.label(), count));
            out.println(Json.line(members));
            out.flush();
        }
    }
}
