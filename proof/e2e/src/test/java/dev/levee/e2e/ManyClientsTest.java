package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// 200 at once.
@RealNetwork({"curl", "xargs", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyClientsTest {
    private static final int CLIENTS = 200;

    private final Lab lab = new Lab();
    private final Payload payload;
    private int tries;

    ManyClientsTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), 64 * Payload.KIB);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void twoHundredTransfersOfOneCurlSucceed(Family family) throws Exception {
        var copies = newCopies();
        var capture = lab.directory().resolve("parallel.pcapng");
        var server = serve("--capture", capture.toString());
        var address = family.inUrl(family.levee).replace("[", "\\[").replace("]", "\\]");
        lab.start(List.of(
                        Tools.path("curl"),
                        "-q",
                        "-sS",
                        "-f",
                        "--parallel",
                        "--parallel-immediate",
                        "--parallel-max",
                        Integer.toString(CLIENTS),
                        "-o",
                        copies + "/#1",
                        "http://" + address + "/file?[1-" + CLIENTS + "]"))
                .awaitEnd()
                .expect(0);
        lab.stop(server);
        everyCopyIsWhole(copies);
        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::synAck))
                .isEqualTo(seen.count(Tshark.Packet::syn))
                .as("connections of a curl that opens them all at once")
                .isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource
    void twoHundredProcessesSucceed(Family family) throws Exception {
        var copies = newCopies();
        var capture = lab.directory().resolve("processes.pcapng");
        var numbers = lab.directory().resolve("numbers");
        Files.writeString(
                numbers,
                IntStream.rangeClosed(1, CLIENTS).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        var server = serve("--capture", capture.toString());
        var each = Curl.command("-f", "-o", copies + "/{}", family.url("/file"));
        var command = new ArrayList<>(List.of(Tools.path("xargs"), "-P", "" + CLIENTS, "-I", "{}"));
        command.addAll(each);
        lab.start(command, numbers, null).awaitEnd().expect(0);
        lab.stop(server);
        everyCopyIsWhole(copies);
        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(CLIENTS);
        assertThat(seen.count(Tshark.Packet::synAck)).isEqualTo(CLIENTS);
        assertThat(seen.count(packet -> packet.fin() && packet.from(family.kernel)))
                .isEqualTo(CLIENTS);
        assertThat(seen.count(packet -> packet.fin() && packet.from(family.levee)))
                .isEqualTo(CLIENTS);
        assertThat(seen.count(Tshark.Packet::rst)).isZero();
    }

    private Program serve(String... options) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(
                "--http", "80", "--root", lab.directory().resolve("root").toString()));
        all.addAll(List.of(options));
        return lab.serve(all.toArray(String[]::new));
    }

    private Path newCopies() throws IOException {
        return lab.newDirectory("copies" + ++tries);
    }

    private void everyCopyIsWhole(Path copies) throws IOException {
        try (var files = Files.list(copies)) {
            assertThat(files)
                    .hasSize(CLIENTS)
                    .allSatisfy(copy -> assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256()));
        }
    }
}
