package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `serve --defer-accept` against the kernel's TCP: who completes the handshake and says nothing has no connection.
@RealNetwork({"curl", "nc"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeferredAcceptTest {
    private static final int TERMINATED = 143;

    private final Lab lab = new Lab();

    DeferredAcceptTest() throws IOException, InterruptedException {
        Payload.create(lab.newDirectory("root").resolve("file"), 100_000);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhoSpeaksIsConnected(Family family) throws Exception {
        var root = lab.directory().resolve("root").toString();
        var server = lab.serve("--http", "80", "--root", root, "--defer-accept", "--json");
        for (int i = 0; i < 3; i++) {
            lab.start(List.of(Tools.path("nc"), "-v", family.levee, "80")).awaitErr("succeeded");
        }
        Curl.run(lab, "-f", "-o", "/dev/null", family.url("/file")).expect(0);

        server.signal("TERM");
        var said = server.awaitEnd().expect(TERMINATED).out();
        // Each of the four has acknowledged once or, asked again, more often.
        assertThat(said).contains("\"passiveOpens\":1,").containsPattern("\"deferred\":([4-9]|\\d\\d)");
    }
}
