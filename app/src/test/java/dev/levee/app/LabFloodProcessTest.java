package dev.levee.app;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of a process that `lab flood` starts, here a shell in its place.
class LabFloodProcessTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private LabFlood.Started started(String script) throws IOException {
        var complaints = directory.resolve("complaints");
        var process = new ProcessBuilder("sh", "-c", script)
                .redirectError(new File(complaints.toString()))
                .start();
        return new LabFlood.Started(process, complaints);
    }

    @Test
    void whoSaysReadyIsReady() throws Exception {
        var started = started("echo listens; echo ready");
        assertThatCode(() -> started.awaitReady("the server")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "exit 1, ''",
        "echo levee: no room >&2; exit 2, ': no room'",
        "echo WARNING >&2; echo levee: no room >&2; exit 2, ': no room'",
        "echo other words >&2; exit 2, ': other words'",
    })
    void whoEndsBeforeIsQuoted(String script, String quoted) throws Exception {
        var started = started("echo listens; " + script);
        assertThatThrownBy(() -> started.awaitReady("the server"))
                .isInstanceOf(Problem.class)
                .hasMessage("the server did not start inside the namespace" + quoted);
    }
}
