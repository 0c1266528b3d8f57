package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What curl finds when it looks closely at `levee serve --http`.
@RealNetwork({"curl", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpTest {
    private static final String SECRET = "nobody may read this";

    private final Lab lab = new Lab();
    private final Path root;
    private final Payload payload;

    HttpTest() throws IOException, InterruptedException {
        root = lab.newDirectory("root");
        payload = Payload.create(root.resolve("file.bin"), 100_000);
        Files.createDirectory(root.resolve("directory"));
        Files.writeString(root.resolve("directory/inside & out.txt"), "inside\n");
        Files.writeString(lab.directory().resolve("secret"), SECRET);
        lab.serve("--http", "80", "--root", root.toString(), "--writable", "--echo", "7");
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void headTellsTheLengthAndSendsNoBody(Family family) throws Exception {
        var answer = Curl.run(lab, "-I", family.url("/file.bin")).expect(0).out();

        assertThat(answer).startsWith("HTTP/1.1 200").containsIgnoringCase("content-length: 100000\n");
        assertThat(answer.split("\n\n", -1)[1]).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRangeIsThatPartOfTheFile(Family family) throws Exception {
        var copy = lab.directory().resolve("range");
        var head = Curl.run(lab, "-r", "1000-1999", "-o", copy.toString(), "-D", "-", family.url("/file.bin"))
                .expect(0)
                .out();

        assertThat(head).startsWith("HTTP/1.1 206").containsIgnoringCase("content-range: bytes 1000-1999/100000");
        assertThat(Files.readAllBytes(copy))
                .isEqualTo(Arrays.copyOfRange(Files.readAllBytes(payload.file()), 1000, 2000));
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadIsContinuedWhereItStopped(Family family) throws Exception {
        var copy = lab.directory().resolve("part");
        Files.write(copy, Arrays.copyOf(Files.readAllBytes(payload.file()), 12_345));

        Curl.run(lab, "-C", "-", "-o", copy.toString(), family.url("/file.bin")).expect(0);

        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
    }

    @ParameterizedTest
    @EnumSource
    void aRangeBeyondTheEndIsRefused(Family family) throws Exception {
        assertThat(status(family, "/file.bin", "-r", "100000-")).isEqualTo("416");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThereIs404(Family family) throws Exception {
        assertThat(status(family, "/nothing")).isEqualTo("404");
        assertThat(status(family, "/directory/nothing")).isEqualTo("404");
    }

    @ParameterizedTest
    @EnumSource
    void otherMethodsAre405AndTheConnectionGoesOn(Family family) throws Exception {
        assertThat(status(family, "/file.bin", "-X", "DELETE")).isEqualTo("405");
        assertThat(status(family, "/file.bin", "-d", "words")).isEqualTo("405");
        var twice = Curl.run(
                        lab,
                        "-v",
                        "-X",
                        "DELETE",
                        "-o",
                        "/dev/null",
                        "-o",
                        "/dev/null",
                        family.url("/file.bin"),
                        family.url("/file.bin"))
                .expect(0);
        assertThat(twice.err()).contains("Re-using existing connection");
    }

    @ParameterizedTest
    @EnumSource
    void aDirectoryIsListed(Family family) throws Exception {
        var top = Curl.run(lab, "-f", family.url("/")).expect(0).out();
        assertThat(top).contains("file.bin").contains("directory/");

        var below =
                Curl.run(lab, "-f", "-L", family.url("/directory")).expect(0).out();
        assertThat(below).contains("inside &amp; out.txt");

        assertThat(Curl.run(lab, "-f", family.url("/directory/inside%20%26%20out.txt"))
                        .expect(0)
                        .out())
                .isEqualTo("inside\n");
    }

    @ParameterizedTest
    @EnumSource
    void noPathLeadsOutOfTheRoot(Family family) throws Exception {
        for (var path : new String[] {
            "/../secret",
            "/directory/../../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/%2e%2e%2fsecret",
            "/directory/..%2f..%2fsecret",
            "//../secret",
            "/./../secret",
            "/..%5csecret",
            "/..%00/secret"
        }) {
            var answer = Curl.run(lab, "--path-as-is", "-w", "%{http_code}", family.url(path));
            assertThat(answer.out()).as(path).doesNotContain(SECRET);
            assertThat(answer.out().strip()).as(path).matches("(?s).*(400|404)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBodyIsAskedForWithContinue(Family family) throws Exception {
        var name = "/continued-" + family;
        var upload = Curl.run(
                        lab,
                        "-v",
                        "-H",
                        "Expect: 100-continue",
                        "--expect100-timeout",
                        "60",
                        "-T",
                        payload.file().toString(),
                        family.url(name))
                .expect(0);

        assertThat(upload.err()).contains("< HTTP/1.1 100 Continue").contains("< HTTP/1.1 201 Created");
        assertThat(Payload.sha256(root.resolve(name.substring(1)))).isEqualTo(payload.sha256());
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatWouldBeRefusedIsNeverSent(Family family) throws Exception {
        var upload = Curl.run(
                        lab,
                        "-v",
                        "-w",
                        "%{http_code} %{size_upload}",
                        "-H",
                        "Expect: 100-continue",
                        "--expect100-timeout",
                        "60",
                        "-o",
                        "/dev/null",
                        "-T",
                        payload.file().toString(),
                        family.url("/no/such/directory/file"))
                .expect(0);

        assertThat(upload.err()).doesNotContain("100 Continue");
        assertThat(upload.out().strip()).isEqualTo("409 0");
    }

    private String status(Family family, String path, String... options) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        words.addAll(List.of(options));
        words.add(family.url(path));
        return Curl.run(lab, words.toArray(String[]::new)).expect(0).out().strip();
    }
}
