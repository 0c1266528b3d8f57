package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Large files to and from curl, over TUN.
@RealNetwork("curl")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BulkTest {
    private static final long BYTES = 64 * Payload.MIB;

    private final Lab lab = new Lab();

    BulkTest() throws IOException, InterruptedException {
        var root = lab.newDirectory("root");
        lab.serve("--http", "80", "--root", root.toString(), "--writable");
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void curlDownloadsAFile(Family family) throws Exception {
        download(family, BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void curlUploadsAFile(Family family) throws Exception {
        upload(family, BYTES);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void curlDownloadsAGibibyte(Family family) throws Exception {
        download(family, Payload.GIB);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void curlUploadsAGibibyte(Family family) throws Exception {
        upload(family, Payload.GIB);
    }

    private void download(Family family, long bytes) throws IOException, InterruptedException {
        var payload = Payload.create(lab.directory().resolve("root/download"), bytes);
        var copy = lab.directory().resolve("copy");
        try {
            var speed = Curl.run(lab, "-f", "-o", copy.toString(), "-w", "%{speed_download}", family.url("/download"))
                    .expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            tell("download", family, speed);
        } finally {
            Files.deleteIfExists(copy);
            Files.delete(payload.file());
        }
    }

    private void upload(Family family, long bytes) throws IOException, InterruptedException {
        var payload = Payload.create(lab.directory().resolve("upload"), bytes);
        var copy = lab.directory().resolve("root/upload");
        try {
            var speed = Curl.run(
                            lab, "-f", "-T", payload.file().toString(), "-w", "%{speed_upload}", family.url("/upload"))
                    .expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            tell("upload", family, speed);
        } finally {
            Files.deleteIfExists(copy);
            Files.delete(payload.file());
        }
    }

    /// For people; nothing is judged by it.
    private static void tell(String what, Family family, Program.Result speed) {
        var number = speed.out().lines().reduce("0", (_, last) -> last);
        System.out.printf(Locale.ROOT, "curl %s %s: %.1f MB/s%n", what, family, Double.parseDouble(number) / 1e6);
    }
}
