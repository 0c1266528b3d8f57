package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./levee` itself.
class LauncherTest {
    private static final Path LEVEE = Tools.home().resolve("levee");

    @TempDir
    private Path directory;

    @Test
    void isFoundThroughLinksFromAnyDirectory() throws Exception {
        var link = Files.createSymbolicLink(directory.resolve("lv"), LEVEE);
        var linkToLink = Files.createSymbolicLink(directory.resolve("lv2"), link.getFileName());

        try {
            assertThat(run(linkToLink, "--version").expect(0).out()).matches("levee \\d\\S* \\(Java \\d\\S*\\)\n");
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void printsTheTransitionTable() throws Exception {
        assertThat(run(LEVEE, "states").expect(0).out())
                .contains("LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2")
                .contains("CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT", "CLOSED");
    }

    @Test
    void everyCommandExplainsItself() throws Exception {
        for (var command : List.of("demo", "serve", "get", "states", "lab", "doctor", "completion")) {
            assertThat(run(LEVEE, command, "--help").expect(0).out()).contains("Usage: levee " + command);
        }
    }

    @Test
    void modulesThatAreNotThereAreOneSentence() throws Exception {
        var builder = builder(LEVEE, "--version");
        builder.environment().put("LEVEE_MODULES", directory.resolve("none").toString());
        try (var program = new Program(builder)) {
            var result = program.awaitEnd().expect(2);

            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains("LEVEE_MODULES");
        }
    }

    private Program.Result run(Path levee, String... words) throws IOException, InterruptedException {
        try (var program = new Program(builder(levee, words))) {
            return program.awaitEnd();
        }
    }

    private ProcessBuilder builder(Path levee, String... words) {
        var command = new ArrayList<>(List.of(levee.toString()));
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        Tools.prepare(builder.environment());
        return builder;
    }
}
