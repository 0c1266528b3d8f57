package dev.levee.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Setup;
import dev.levee.wire.TcpFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// That a target's namespace is really gone cannot be asked for. So one end of a cable is put inside: when the
/// namespace dies, the cable does, and the other end vanishes from where the test can see it.
@Timeout(120)
class NamespaceEndTest {
    private static final long DEATH_NANOS_MAX = 60_000_000_000L;

    private static int run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }

    private static String threadInside(String outside) throws IOException {
        var inside = new ArrayList<String>();
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (var task : tasks.toList()) {
                if (!Files.readSymbolicLink(task.resolve("ns/net")).toString().equals(outside)) {
                    inside.add(task.getFileName().toString());
                }
            }
        }
        assertThat(inside).isNotEmpty();
        return inside.getFirst();
    }

    @Test
    void theNamespaceDiesWithTheTargetWhateverItsConnectionsWouldStillDo() throws Exception {
        try (var script = Scripted.open(Setup.Mode.IPV4)) {
            // Whether the test can run at all is known now.
            script.target.start();
        }
        var name = "lvk" + ProcessHandle.current().pid();
        var outside = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        assertThat(run("ip", "netns", "add", name)).isZero();
        try {
            try (var script = Scripted.open(Setup.Mode.IPV4)) {
                script.target.start();
                assertThat(run("ip", "-n", name, "link", "add", "here", "type", "veth", "peer", "name", "there"))
                        .isZero();
                assertThat(run("ip", "-n", name, "link", "set", "there", "netns", threadInside(outside)))
                        .isZero();
                int connection = script.accept(script.listen(Scripted.SOCK_STREAM));
                var text = List.of(new byte[100]);
                assertThat(script.call(new Request.Send("write", connection, text, 0, null))
                                .value())
                        .isEqualTo(100);
                // The peer never answers: without a reset the kernel would go on for minutes.
                assertThat(script.call(new Request.Close(connection)).error()).isEmpty();
                script.expect();
                assertThat(script.segment.has(TcpFlags.PSH)).isTrue();
                assertThat(script.target.count("FIN-WAIT-1", Scripted.PORT)).isEqualTo(1);
            }
            long deadline = System.nanoTime() + DEATH_NANOS_MAX;
            while (run("ip", "-n", name, "link", "show", "here") == 0) {
                assertThat(System.nanoTime()).as("the namespace still lives").isLessThan(deadline);
            }
        } finally {
            assertThat(run("ip", "netns", "del", name)).isZero();
        }
    }
}
