package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a user gets wrong: one sentence, exit code 2, nothing left behind.
@RealNetwork({"setpriv"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final String TUN = "tun:" + Lab.DEVICE;
    private static final String OWN = "198.18.0.2/24";

    private final Lab lab = new Lab();

    BadInputTest() throws IOException, InterruptedException {
        lab.newDirectory("root");
        var open = lab.newDirectory("open");
        Files.createDirectories(open.resolve("below"));
        Files.createSymbolicLink(open.resolve("below/out"), Path.of("/etc"));
        Files.writeString(lab.directory().resolve("plain"), "a file\n");
        lab.run("ip", "tuntap", "add", "dev", "other", "mode", "tap").expect(0);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    /// A command line, and what its sentence says at least.
    record Mistake(String words, String says) {
        @Override
        public String toString() {
            return words;
        }
    }

    static Stream<Mistake> mistakes() {
        var echo = " --echo 7 --link " + TUN;
        var http = "serve --link " + TUN + " --address " + OWN + " --http 80 ";
        return Stream.of(
                new Mistake("serve --echo 7 --link carrier:pigeon --address " + OWN, "carrier:pigeon"),
                new Mistake("serve --echo 7 --link tun: --address " + OWN, "name"),
                new Mistake("serve --echo 7 --link tun:a-name-far-too-long --address " + OWN, "a-name-far-too-long"),
                new Mistake("serve --echo 7 --link tun:other --address " + OWN, "not a TUN device"),
                new Mistake("serve" + echo + " --address 198.18.0.2/33", "0..32"),
                new Mistake("serve" + echo + " --address 198.18.0.256/24", "198.18.0.256"),
                new Mistake("serve" + echo + " --address 198.18.0.2", "198.18.0.2"),
                new Mistake("serve" + echo + " --address 198.18.0.0/24", "198.18.0.0/24"),
                new Mistake("serve" + echo + " --address 198.18.0.255/24", "198.18.0.255/24"),
                new Mistake("serve" + echo + " --address 2001:db8::2/129", "2001:db8::2/129"),
                new Mistake("serve" + echo + " --address 2001:db8::g/64", "2001:db8::g"),
                new Mistake("serve" + echo + " --address 2001:db8::1::2/64", "2001:db8::1::2"),
                new Mistake("serve" + echo + " --address [2001:db8::2]/64", "[2001:db8::2]"),
                new Mistake("serve" + echo + " --address " + OWN + " --address " + OWN, "twice"),
                new Mistake("serve" + echo, "--address"),
                new Mistake("serve --link " + TUN + " --address " + OWN, "nothing to serve"),
                new Mistake("serve" + echo + " --address " + OWN + " --discard 7", "port 7 is taken"),
                new Mistake("serve --link " + TUN + " --address " + OWN + " --echo 65536", "65535"),
                new Mistake("serve --link " + TUN + " --address " + OWN + " --echo seven", "seven"),
                new Mistake("serve" + echo + " --address " + OWN + " --capture no/such/file", "no/such/file"),
                new Mistake("serve" + echo + " --address " + OWN + " --capture root", "directory"),
                new Mistake("serve" + echo + " --address " + OWN + " --impair los=2%", "los"),
                new Mistake("serve" + echo + " --address " + OWN + " --impair loss=200%", "100%"),
                new Mistake("serve" + echo + " --address " + OWN + " --impair delay=soon", "soon"),
                new Mistake("serve" + echo + " --address " + OWN + " --colour blue", "--colour"),
                new Mistake(http, "--root"),
                new Mistake(http + "--root missing", "missing"),
                new Mistake(http + "--root plain", "plain"),
                new Mistake(http + "--root open", "below/out"),
                new Mistake("get http://[2001:db8::1/ --link " + TUN + " --address " + OWN, "2001:db8::1"),
                new Mistake("get http://[2001:db8::g]/ --link " + TUN + " --address " + OWN, "2001:db8::g"),
                new Mistake("get http://[2001:db8::1]/ --link " + TUN + " --address " + OWN, "--address"),
                new Mistake("get ftp://198.18.0.1/ --link " + TUN + " --address " + OWN, "ftp"),
                new Mistake("get http://198.18.0.1:99999/ --link " + TUN + " --address " + OWN, "99999"),
                new Mistake(
                        "get http://198.18.0.1/ --connect-timeout -1 --link " + TUN + " --address " + OWN,
                        "--connect-timeout"),
                new Mistake("sevre", "serve"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsOneSentenceAndChangesNothing(Mistake mistake) throws Exception {
        refused(lab.levee(mistake.words().strip().split(" ", -1)), mistake.says());
    }

    @Test
    void withoutTheRightToMakeADeviceNothingIsMade() throws Exception {
        var command =
                new ArrayList<>(List.of(Tools.path("setpriv"), "--bounding-set=-net_admin", "--inh-caps=-net_admin"));
        command.addAll(lab.serveCommand("--echo", "7", "--capture", "never.pcapng"));

        refused(command, "permission");
    }

    @Test
    void aDeviceOfARunningServerIsInUse() throws Exception {
        try (var server = lab.serve("--echo", "7")) {
            var second = lab.start(lab.serveCommand("--echo", "7")).awaitEnd().expect(2);

            assertThat(second.err().lines()).hasSize(1);
            assertThat(second.err()).contains("in use");
            assertThat(server.alive()).isTrue();
            assertThat(lab.devices()).containsExactlyInAnyOrder("other", Lab.DEVICE);
        }
    }

    private void refused(List<String> command, String says) throws IOException, InterruptedException {
        var before = files();

        var result = lab.start(command).awaitEnd().expect(2);

        assertThat(result.err().lines()).as(result.toString()).hasSize(1);
        assertThat(result.err()).contains(says).doesNotContain("Exception");
        assertThat(result.out()).isEmpty();
        assertThat(lab.devices()).containsExactly("other");
        assertThat(files()).isEqualTo(before);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(lab.directory())) {
            return files.sorted().toList();
        }
    }
}
