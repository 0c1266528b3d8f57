package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `levee get` from nginx, and from servers that fail it.
@RealNetwork({"nginx", "tshark", "unshare", "mount"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GetTest {
    private static final int CLOSED_PORT = 81;

    private final Lab lab = new Lab();
    private final Payload payload;

    GetTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), 64 * Payload.MIB);
        Servers.nginx(lab, lab.directory().resolve("root"));
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void aFileFromNginxIsWhole(Family family) throws Exception {
        var copy = lab.directory().resolve("copy");

        var result = get(family.kernelUrl(80, "/file"), "-o", copy.toString()).expect(0);

        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
        assertThat(lab.devices()).isEmpty();
        System.out.print("levee get " + family + ": " + result.err());
        Files.delete(copy);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource
    void aGibibyteFromNginxIsWhole(Family family) throws Exception {
        var large = Payload.create(lab.directory().resolve("root/large"), Payload.GIB);
        var copy = lab.directory().resolve("copy");

        get(family.kernelUrl(80, "/large"), "-o", copy.toString()).expect(0);

        assertThat(Payload.sha256(copy)).isEqualTo(large.sha256());
        Files.delete(copy);
        Files.delete(large.file());
    }

    @ParameterizedTest
    @EnumSource
    void aFileSurvivesABadPath(Family family) throws Exception {
        var small = Payload.create(lab.directory().resolve("root/small"), 8 * Payload.MIB);
        var copy = lab.directory().resolve("copy");

        get(
                        family.kernelUrl(80, "/small"),
                        "-o",
                        copy.toString(),
                        "--impair",
                        "loss=2%,reorder=2%,duplicate=1%,delay=5ms")
                .expect(0);

        assertThat(Payload.sha256(copy)).isEqualTo(small.sha256());
        Files.delete(copy);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyGoesToStandardOutput(Family family) throws Exception {
        Files.writeString(lab.directory().resolve("root/words"), "a few words\n");

        assertThat(get(family.kernelUrl(80, "/words")).expect(0).out()).isEqualTo("a few words\n");
    }

    /// Only for this one process, /etc/hosts is another file.
    @ParameterizedTest
    @EnumSource
    void aNameIsLookedUpWhereTheHostLooks(Family family) throws Exception {
        Files.writeString(lab.directory().resolve("root/words"), "a few words\n");
        var hosts = lab.directory().resolve("hosts");
        Files.writeString(hosts, family.kernel + " files.levee.test\n");
        var command = new ArrayList<>(List.of(
                Tools.path("unshare"),
                "--mount",
                "/bin/sh",
                "-c",
                "mount --bind \"$0\" /etc/hosts && exec \"$@\"",
                hosts.toString()));
        command.addAll(command(lab, "http://files.levee.test/words"));

        var result = lab.start(command).awaitEnd().expect(0);

        assertThat(result.out()).isEqualTo("a few words\n");
    }

    @ParameterizedTest
    @EnumSource
    void anHttpErrorFailsWhenAskedTo(Family family) throws Exception {
        var result = get(family.kernelUrl(80, "/nothing"), "--fail").expect(22);

        assertThat(sentence(result)).contains("404");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedPortIs7(Family family) throws Exception {
        var capture = lab.directory().resolve("refused.pcapng");

        var result = get(family.kernelUrl(CLOSED_PORT, "/file"), "--capture", capture.toString())
                .expect(7);

        assertThat(sentence(result)).contains("refused").contains(family.kernel).contains("" + CLOSED_PORT);
        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(1);
        assertThat(seen.count(Tshark.Packet::rst)).isEqualTo(1);
        assertThat(seen.count(Tshark.Packet::synAck)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aBlackHoleIs28(Family family) throws Exception {
        var capture = lab.directory().resolve("blackhole.pcapng");

        var result = get(
                        "http://" + family.inUrl(family.nobody) + "/",
                        "--connect-timeout",
                        "3",
                        "--capture",
                        capture.toString())
                .expect(28);

        assertThat(sentence(result)).contains(family.nobody);
        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(1);
        // RFC 6298 (2.1): one second passes before the first retransmission.
        assertThat(seen.packetCount(Tshark.Packet::syn)).isGreaterThan(1);
        assertThat(seen.packetCount(packet -> packet.tcp() && !packet.syn())).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aResetIs56(Family family) throws Exception {
        try (var _ = Servers.failing(lab, "reset")) {
            var result = get(family.kernelUrl(ResetServer.PORT, "/")).expect(56);

            assertThat(sentence(result)).contains("reset");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEarlyEndIs18AndLeavesNoFile(Family family) throws Exception {
        var copy = lab.directory().resolve("partial");
        try (var _ = Servers.failing(lab, "close")) {
            var result = get(family.kernelUrl(ResetServer.PORT, "/"), "-o", copy.toString())
                    .expect(18);

            sentence(result);
            assertThat(copy).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStallIs28WhenTheTimeIsOver(Family family) throws Exception {
        try (var _ = Servers.failing(lab, "stall")) {
            var result = get(family.kernelUrl(ResetServer.PORT, "/"), "--max-time", "3")
                    .expect(28);

            sentence(result);
        }
    }

    private Program.Result get(String url, String... options) throws IOException, InterruptedException {
        return lab.start(command(lab, url, options)).awaitEnd();
    }

    static List<String> command(Lab lab, String url, String... options) {
        var command = new ArrayList<>(lab.levee("get", url, "--link", "tun:" + Lab.DEVICE));
        for (var family : Family.values()) {
            command.addAll(List.of("--address", family.leveeCidr()));
        }
        command.addAll(List.of(options));
        return command;
    }

    /// The one line on standard error.
    private static String sentence(Program.Result result) {
        assertThat(result.err().lines()).as(result.toString()).hasSize(1);
        return result.err();
    }
}
