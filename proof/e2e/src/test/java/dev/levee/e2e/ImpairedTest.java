package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Files to and from curl over a path that loses, reorders, repeats and delays, in both directions.
@RealNetwork("curl")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImpairedTest {
    private static final long BYTES = 8 * Payload.MIB;
    private static final long BYTES_FULL = 64 * Payload.MIB;

    private final Lab lab = new Lab();

    ImpairedTest() throws IOException, InterruptedException {
        var root = lab.newDirectory("root");
        lab.serve(
                "--http",
                "80",
                "--root",
                root.toString(),
                "--writable",
                "--impair",
                "loss=2%,reorder=2%,duplicate=1%,delay=5ms");
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadSurvivesABadPath(Family family) throws Exception {
        download(family, BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadSurvivesABadPath(Family family) throws Exception {
        upload(family, BYTES);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void aLongDownloadSurvivesABadPath(Family family) throws Exception {
        download(family, BYTES_FULL);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void aLongUploadSurvivesABadPath(Family family) throws Exception {
        upload(family, BYTES_FULL);
    }

    private void download(Family family, long bytes) throws IOException, InterruptedException {
        var payload = Payload.create(lab.directory().resolve("root/download"), bytes);
        var copy = lab.directory().resolve("copy");
        Curl.run(lab, "-f", "-o", copy.toString(), family.url("/download")).expect(0);
        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
        Files.delete(copy);
    }

    private void upload(Family family, long bytes) throws IOException, InterruptedException {
        var payload = Payload.create(lab.directory().resolve("upload"), bytes);
        var copy = lab.directory().resolve("root/upload");
        Curl.run(lab, "-f", "-T", payload.file().toString(), family.url("/upload"))
                .expect(0);
        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
        Files.delete(copy);
    }
}
