package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `levee demo`: neither root nor a network.
class DemoTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void aSeedRepeatsEverything(Family family) throws Exception {
        var first = demo(family, "--seed", "7", "--size", "1m");
        var second = demo(family, "--seed", "7", "--size", "1m");
        var other = demo(family, "--seed", "8", "--size", "1m");

        assertThat(second.out()).isEqualTo(first.out());
        assertThat(other.out()).isNotEqualTo(first.out());
    }

    @ParameterizedTest
    @EnumSource
    void showsEveryWayOfOpeningAndClosing(Family family) throws Exception {
        var out = demo(family, "--size", "1m").out();

        assertThat(out)
                .contains("SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "LAST-ACK", "TIME-WAIT")
                .contains(" SYN ", " SYN,ACK ", "FIN,", " RST,ACK ")
                .contains("<mss " + (family == Family.V4 ? 1460 : 1440) + ",")
                .contains("1.00 MiB")
                .contains("SHA-256")
                .contains("connection refused")
                .contains("connection reset by the peer")
                .containsPattern("[1-9]\\d* bytes were written but never acknowledged");
    }

    @ParameterizedTest
    @EnumSource
    void jsonIsTheLastLine(Family family) throws Exception {
        var last = demo(family, "--seed", "7", "--size", "1m", "--json")
                .out()
                .lines()
                .reduce("", (_, line) -> line);

        assertThat(last)
                .matches("\\{\"connections\":4,\"bytesDelivered\":[1-9]\\d*,\"bytesUndelivered\":[1-9]\\d*,"
                        + "\"retransmissions\":[1-9]\\d*,\"closes\":\\{[^}]*},\"seed\":7}")
                .contains("\"finished\":1", "\"aborted\":1", "\"refused\":1", "\"timedOut\":1");
    }

    @ParameterizedTest
    @EnumSource
    void runsOnTheRealClockToo(Family family) throws Exception {
        assertThat(demo(family, "--live", "--impair", "none", "--size", "16m").out())
                .contains("16.0 MiB")
                .contains("SHA-256")
                .contains("connection refused");
    }

    @Test
    void whatCannotBeIsOneSentence() throws Exception {
        for (var mistake :
                List.of("--loss=200%", "--impair=los=2%", "--seed=x", "--size=-1", "--capture=no/such/file")) {
            try (var program = start(List.of("demo", mistake))) {
                var result = program.awaitEnd().expect(2);

                assertThat(result.err().lines()).as(result.toString()).hasSize(1);
                assertThat(result.out()).isEmpty();
            }
        }
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private Program.Result demo(Family family, String... options) throws IOException, InterruptedException {
        var words = new ArrayList<>(words(family));
        words.addAll(List.of(options));
        try (var program = start(words)) {
            return program.awaitEnd().expect(0);
        }
    }

    static List<String> words(Family family) {
        return family == Family.V4 ? List.of("demo") : List.of("demo", "--ipv6");
    }

    private Program start(List<String> words) throws IOException {
        var command = new ArrayList<>(List.of(Tools.home().resolve("levee").toString()));
        command.addAll(words);
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        Tools.prepare(builder.environment());
        return new Program(builder);
    }
}
