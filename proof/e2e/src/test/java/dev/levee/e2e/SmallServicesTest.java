package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// nc and ping against echo, discard, chargen, and a port where nobody listens.
@RealNetwork({"nc", "ping", "head"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmallServicesTest {
    private static final String CLOSED_PORT = "81";

    private final Lab lab = new Lab();

    SmallServicesTest() throws IOException, InterruptedException {
        lab.serve("--echo", "7", "--discard", "9", "--chargen", "19");
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    /// Sends all, closes its half, and receives the rest.
    @ParameterizedTest
    @EnumSource
    void theRestComesAfterTheClientClosedItsHalf(Family family) throws Exception {
        var payload = Payload.create(lab.directory().resolve("echoed"), 4 * Payload.MIB);
        var copy = lab.directory().resolve("echo");

        lab.start(List.of(Tools.path("nc"), "-N", family.levee, "7"), payload.file(), copy)
                .awaitEnd()
                .expect(0);

        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyHalfCloseIsAnswered(Family family) throws Exception {
        var result = lab.run(Tools.path("nc"), "-N", family.levee, "7").expect(0);

        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void discardTakesAllAndSaysNothing(Family family) throws Exception {
        var payload = Payload.create(lab.directory().resolve("discarded"), 4 * Payload.MIB);
        var copy = lab.directory().resolve("nothing");

        lab.start(List.of(Tools.path("nc"), "-N", family.levee, "9"), payload.file(), copy)
                .awaitEnd()
                .expect(0);

        assertThat(copy).isEmptyFile();
    }

    /// RFC 864: lines of 72 printable characters, each line begins one further than the one before.
    @ParameterizedTest
    @EnumSource
    void chargenSendsCharactersUntilTheClientGoes(Family family) throws Exception {
        var copy = lab.directory().resolve("characters");
        var script = Tools.path("nc") + " " + family.levee + " 19 | " + Tools.path("head") + " -c 1000000";

        lab.start(List.of("/bin/sh", "-c", script), null, copy).awaitEnd().expect(0);

        assertThat(copy).hasSize(1_000_000);
        var lines = Files.readString(copy).split("\r\n", -1);
        assertThat(lines[0]).matches("[ -~]{72}");
        for (int i = 1; i < 200; i++) {
            assertThat(lines[i]).hasSize(72).startsWith(lines[i - 1].substring(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pingIsAnswered(Family family) throws Exception {
        var ping = lab.run(Tools.path("ping"), "-n", "-c", "3", "-i", "0.2", "-W", "30", family.levee)
                .expect(0);

        assertThat(ping.out()).contains("3 packets transmitted, 3 received, 0% packet loss");
    }

    @ParameterizedTest
    @EnumSource
    void alsoALargePingIsAnswered(Family family) throws Exception {
        var ping = lab.run(Tools.path("ping"), "-n", "-c", "1", "-s", "1400", "-W", "30", family.levee)
                .expect(0);

        assertThat(ping.out()).contains("1408 bytes from " + family.levee);
    }

    @ParameterizedTest
    @EnumSource
    void aClosedPortRefuses(Family family) throws Exception {
        var result = lab.run(Tools.path("nc"), "-v", family.levee, CLOSED_PORT).expect(1);

        assertThat(result.err()).contains("Connection refused");
    }
}
