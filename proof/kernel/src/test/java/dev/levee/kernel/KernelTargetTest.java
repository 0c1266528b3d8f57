package dev.levee.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.DrillVerdict;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target.Setting;
import dev.levee.wire.TcpFlags;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The real kernel, by hand: what a script would do, step by step. Needs root.
@Timeout(60)
class KernelTargetTest {
    private static final long MILLI = 1_000_000;
    private static final long TURN_NANOS_MAX = 500 * MILLI;

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(Setup.Mode.class)
    void aHandshakeAndDataBothWays(Setup.Mode mode) {
        try (var script = Scripted.open(mode)) {
            script.target.start();
            int listener = script.listen(Scripted.SOCK_STREAM);
            assertThat(listener).isEqualTo(3);
            int connection = script.accept(listener);
            assertThat(connection).isEqualTo(4);

            script.inject(1, w -> w.ack(script.iss + 1).flags(TcpFlags.PSH), "hello");
            script.expect();
            assertThat(script.segment.ack()).isEqualTo(6);
            var read = script.call(new Request.Receive("read", connection, List.of(100), 0));
            assertThat(read.value()).isEqualTo(5);
            assertThat(read.octets()).isEqualTo(text("hello"));

            // Before there is anything whose loss would change it.
            assertThat(script.target.info(connection, "tcpi_snd_cwnd")).isEqualTo(10);
            var written = script.call(new Request.Send("write", connection, List.of(text("good day")), 0, null));
            assertThat(written.value()).isEqualTo(8);
            script.expect();
            assertThat(script.segment.seq()).isEqualTo(script.iss + 1);
            assertThat(script.segment.payloadLength()).isEqualTo(8);
            assertThat(script.target.count("ESTABLISHED", Scripted.PORT)).isEqualTo(1);
            assertThat(script.target.count("LISTEN", Scripted.PORT)).isEqualTo(1);
            assertThat(script.target.count("LISTEN", Scripted.PORT + 1)).isZero();
            assertThat(script.target.info(connection, "tcpi_unacked")).isEqualTo(1);
            assertThat(script.target.info(connection, "tcpi_state")).isEqualTo(1);
            assertThat(script.target.info(connection, "tcpi_bytes_received")).isEqualTo(5);
            assertThat(script.target.info(connection, "tcpi_no_such_field")).isNull();
            assertThat(script.target.info(99, "tcpi_state")).isNull();
        }
    }

    @Test
    void theScriptThatWarmsUpRunsToItsEnd() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            // Whether the test can run at all is known now.
            script.target.start();
        }
        var verdict = WarmUp.run();
        assertThat(verdict.outcome()).as(verdict.report()).isEqualTo(DrillVerdict.Outcome.PASS);
    }

    @Test
    void aReadBlocksUntilDataComes() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            int connection = script.accept(script.listen(Scripted.SOCK_STREAM));
            var read = script.target.begin(new Request.Receive("read", connection, List.of(10), 0));
            assertThat(read.result()).isNull();
            assertThat(script.target.next(script.target.nowNanos() + 20 * MILLI))
                    .isNull();
            assertThat(read.result()).isNull();
            long injected = script.target.nowNanos();
            script.inject(1, w -> w.ack(script.iss + 1), "data");
            assertThat(script.finish(read).octets()).isEqualTo(text("data"));
            assertThat(read.endNanos()).isBetween(injected, script.target.nowNanos());
        }
    }

    @Test
    void errorsHaveTheirNames() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            int listener = script.listen(Scripted.SOCK_STREAM_NONBLOCK);
            assertThat(script.call(new Request.Accept(listener)).error()).isEqualTo("EAGAIN");
            assertThat(script.call(new Request.Bind(listener, script.local())).error())
                    .isEqualTo("EINVAL");
            assertThat(script.call(new Request.Bind(script.socket(Scripted.SOCK_STREAM), script.local()))
                            .error())
                    .isEqualTo("EADDRINUSE");
            assertThat(script.call(new Request.Close(77)).error()).isEqualTo("EBADF");
            int connecting = script.socket(Scripted.SOCK_STREAM_NONBLOCK);
            assertThat(script.call(new Request.Connect(connecting, script.remote()))
                            .error())
                    .isEqualTo("EINPROGRESS");
            assertThat(script.call(new Request.Send("write", connecting, List.of(text("x")), 0, null))
                            .error())
                    .isEqualTo("EAGAIN");
        }
    }

    @Test
    void theLowestFreeDescriptorIsGiven() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            assertThat(script.socket(Scripted.SOCK_STREAM)).isEqualTo(3);
            assertThat(script.socket(Scripted.SOCK_STREAM)).isEqualTo(4);
            assertThat(script.call(new Request.Close(3)).error()).isEmpty();
            assertThat(script.socket(Scripted.SOCK_STREAM)).isEqualTo(3);
            assertThat(script.call(new Request.Other("pipe", List.of())).descriptors())
                    .containsExactly(5, 6);
        }
    }

    @Test
    void settingsAreTheNamespacesOwn() throws Exception {
        var before = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_timestamps"));
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            assertThat(script.target.set(
                            "net.ipv4.tcp_timestamps", before.strip().equals("0") ? "1" : "0"))
                    .isEqualTo(Setting.APPLIED);
            assertThat(script.target.set("net.ipv4.tcp_rmem", "4096 540000 15728640"))
                    .isEqualTo(Setting.APPLIED);
            assertThat(script.target.set("net.inet.tcp.sack.enable", "1")).isEqualTo(Setting.UNKNOWN);
            assertThat(script.target.set("net.ipv4.tcp_timestamps", "no number"))
                    .isEqualTo(Setting.UNKNOWN);
            assertThat(script.target.set("kernel.hostname", "x")).isEqualTo(Setting.UNKNOWN);
            assertThat(script.target.set("net/../../kernel/hostname", "x")).isEqualTo(Setting.UNKNOWN);
            assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/tcp_timestamps")))
                    .isEqualTo(before);
        }
    }

    @Test
    void commandsConfigureTheNamespaceAndNothingElse() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            var target = script.target;
            assertThat(target.command(List.of("ip", "link", "show", "dev", "tun0")))
                    .isEqualTo(Setting.APPLIED);
            assertThat(target.command(List.of("tc", "qdisc", "add", "dev", "tun0", "root", "pfifo", "limit", "7")))
                    .isEqualTo(Setting.APPLIED);
            assertThat(target.command(List.of("ip", "route", "change", "198.51.100.1", "via", "198.18.0.2")))
                    .isEqualTo(Setting.APPLIED);
            assertThat(target.command(List.of("ip", "link", "show", "dev", "tun7")))
                    .isEqualTo(Setting.UNKNOWN);
            assertThat(target.command(List.of("ip", "netns", "list"))).isEqualTo(Setting.UNKNOWN);
            assertThat(target.command(List.of("true"))).isEqualTo(Setting.UNKNOWN);
        }
    }

    /// The first retransmission of a SYN-ACK comes after a second, and the kernel itself says when: however
    /// late this process was woken.
    @Test
    void packetsCarryTheTimeAtWhichTheKernelSentThem() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            script.listen(Scripted.SOCK_STREAM);
            script.inject(0, w -> w.flags(TcpFlags.SYN).mss(1000));
            long first = script.expect();
            assertThat(script.target.next(first + 900 * MILLI)).isNull();
            assertThat(script.target.nowNanos()).isGreaterThanOrEqualTo(first + 900 * MILLI);
            long second = script.expect();
            assertThat(second - first).isBetween(990 * MILLI, 1_000 * MILLI + TURN_NANOS_MAX);
        }
    }

    @Test
    void pollAndEpollSayWhatIsReady() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            int listener = script.listen(Scripted.SOCK_STREAM);
            int connection = script.accept(listener);
            int in = 1;
            int out = 4;
            var wanted = List.of(new Request.Wanted(listener, in), new Request.Wanted(connection, in | out));
            var polled = script.call(new Request.Poll(wanted, 0));
            assertThat(polled.value()).isEqualTo(1);
            assertThat(polled.events())
                    .containsExactly(new Result.Ready(listener, 0, 0), new Result.Ready(connection, out, 0));
            int epoll = (int) script.call(new Request.EpollCreate(0)).value();
            int add = 1;
            assertThat(script.call(new Request.EpollControl(epoll, add, connection, in, connection))
                            .error())
                    .isEmpty();
            var waiting = script.target.begin(new Request.EpollWait(epoll, 4, -1));
            assertThat(waiting.result()).isNull();
            script.inject(1, w -> w.ack(script.iss + 1), "data");
            var ready = script.finish(waiting);
            assertThat(ready.events()).singleElement().satisfies(event -> {
                assertThat(event.descriptor()).isEqualTo(connection);
                assertThat(event.events()).isEqualTo(in);
            });
        }
    }

    @Test
    void optionsAreSetAndRead() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            int socket = script.socket(Scripted.SOCK_STREAM);
            int tcp = 6;
            int noDelay = 1;
            assertThat(script.call(new Request.SetOption(socket, tcp, noDelay, new byte[] {1, 0, 0, 0}))
                            .error())
                    .isEmpty();
            var read = script.call(new Request.GetOption(socket, tcp, noDelay, 4));
            assertThat(read.octets()).containsExactly(1, 0, 0, 0);
        }
    }

    private static Set<String> open(String directory) throws Exception {
        try (var files = Files.list(Path.of(directory))) {
            var open = new TreeSet<String>();
            for (var file : files.toList()) {
                try {
                    open.add(
                            Files.isSymbolicLink(file)
                                    ? Files.readSymbolicLink(file).toString()
                                    : file.getFileName().toString());
                } catch (java.nio.file.NoSuchFileException e) {
                    // The descriptor with which the directory was read.
                }
            }
            return open;
        }
    }

    private static Set<String> namespaces() throws Exception {
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.map(task -> {
                        try {
                            return Files.readSymbolicLink(task.resolve("ns/net"))
                                    .toString();
                        } catch (java.io.IOException e) {
                            return "ended";
                        }
                    })
                    .filter(name -> !name.equals("ended"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void nothingIsLeftBehindNotEvenByAStuckCall() throws Exception {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            // What Java loads and opens once is there now.
            script.target.start();
        }
        var descriptors = open("/proc/self/fd");
        // The threads of that run, and of the tests before, may still be ending.
        var namespace = namespaces();
        long settled = System.nanoTime() + TURN_NANOS_MAX;
        while (namespace.size() > 1 && System.nanoTime() < settled) {
            Thread.onSpinWait();
            namespace = namespaces();
        }
        for (int run = 0; run < 3; run++) {
            try (var script = Scripted.open(Setup.Mode.IPV4)) {
                script.target.start();
                assertThat(namespaces()).hasSize(namespace.size() + 1);
                int listener = script.listen(Scripted.SOCK_STREAM);
                int connection = script.accept(listener);
                script.call(new Request.Send("write", connection, List.of(text("never read")), 0, null));
                script.call(new Request.Other("pipe", List.of()));
                script.call(new Request.EpollCreate(0));
                var stuck = script.target.begin(new Request.Accept(listener));
                assertThat(stuck.result()).isNull();
            }
            assertThat(open("/proc/self/fd")).isEqualTo(descriptors);
            long deadline = System.nanoTime() + TURN_NANOS_MAX;
            while (!namespaces().equals(namespace) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(namespaces()).isEqualTo(namespace);
        }
    }

    @Test
    void aCloseThatLingersIsEnded() {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            script.target.start();
            int connection = script.accept(script.listen(Scripted.SOCK_STREAM));
            int solSocket = 1;
            int soLinger = 13;
            var lingerForAMinute = new byte[] {1, 0, 0, 0, 60, 0, 0, 0};
            script.call(new Request.SetOption(connection, solSocket, soLinger, lingerForAMinute));
            script.call(new Request.Send("write", connection, List.of(text("never acknowledged")), 0, null));
            var closing = script.target.begin(new Request.Close(connection));
            assertThat(closing.result()).isNull();
        }
    }
}
