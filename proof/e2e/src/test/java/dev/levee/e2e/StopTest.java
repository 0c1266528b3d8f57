package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SIGTERM and Ctrl-C end a command within the time that is promised, and nothing of it stays.
@RealNetwork({"curl", "nc", "tshark", "kill"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StopTest {
    private static final Duration PROMISE = Duration.ofSeconds(2);

    private final Lab lab = new Lab();
    private final Path capture;

    StopTest() throws IOException, InterruptedException {
        capture = lab.directory().resolve("capture.pcapng");
        Payload.create(lab.newDirectory("root").resolve("file"), Payload.MIB);
    }

    /// A server that a failed test leaves behind would fail those after it.
    @AfterEach
    void endPrograms() {
        lab.endPrograms();
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @CsvSource({"TERM, V4", "TERM, V6", "INT, V4", "INT, V6"})
    void aStoppedServerLeavesNothingButItsCapture(String signal, Family family) throws Exception {
        var server = serve();
        assertThat(lab.devices()).containsExactly(Lab.DEVICE);
        Curl.run(lab, "-f", "-o", "/dev/null", family.url("/file")).expect(0);

        stop(server, signal);

        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(1);
        assertThat(seen.payloadBytes(family.levee)).isGreaterThan(Payload.MIB);
    }

    /// The clients are told at once, by a FIN or a reset, and not by silence.
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aServerStopsInTheMiddleOfTransfers(String signal) throws Exception {
        var server = serve();
        var clients = new ArrayList<Program>();
        for (var family : Family.values()) {
            clients.add(lab.start(List.of(Tools.path("nc"), family.levee, "7")));
            // Tells when much has come, and takes the rest, which has no end; and why, when nothing comes.
            var script =
                    Tools.path("nc") + " -v " + family.levee + " 19 | { head -c 1000000 | wc -c; cat >/dev/null; }";
            clients.add(lab.start(List.of("/bin/sh", "-c", script)).awaitOut("1000000"));
        }

        stop(server, signal);

        for (var client : clients) {
            client.awaitEnd();
        }
        assertThat(Tshark.read(lab, capture).broken()).isEmpty();
    }

    @Test
    void aStoppedDownloadLeavesNothing() throws Exception {
        var copy = lab.directory().resolve("copy");
        try (var origin = Servers.failing(lab, "stall")) {
            var get = lab.start(GetTest.command(
                    lab, Family.V6.kernelUrl(ResetServer.PORT, "/"), "-o", copy.toString(), "--capture", "" + capture));
            origin.awaitOut("stalled");

            stop(get, "INT");
        }
        assertThat(Tshark.read(lab, capture).broken()).isEmpty();
        try (var files = Files.list(lab.directory())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("root", "capture.pcapng");
        }
    }

    private void stop(Program levee, String signal) throws Exception {
        levee.signal(signal);

        assertThat(levee.endsWithin(PROMISE)).as(levee.toString()).isTrue();
        assertThat(levee.awaitEnd().code()).isEqualTo(signal.equals("TERM") ? 143 : 130);
        assertThat(ProcessHandle.of(levee.pid())).isEmpty();
        assertThat(lab.devices()).isEmpty();
    }

    private Program serve() throws IOException, InterruptedException {
        return lab.serve(
                "--http",
                "80",
                "--root",
                lab.directory().resolve("root").toString(),
                "--echo",
                "7",
                "--chargen",
                "19",
                "--capture",
                capture.toString());
    }
}
