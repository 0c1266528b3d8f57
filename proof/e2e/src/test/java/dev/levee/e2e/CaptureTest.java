package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What tshark reads in our captures: nothing malformed, no bad checksum, nothing remarkable, and exactly the
/// handshakes, octets and closes that the clients made.
@RealNetwork({"curl", "nc", "ping", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CaptureTest {
    private static final String SIZES = "%{size_request} %{size_header} %{size_download} %{size_upload}\\n";

    private final Lab lab = new Lab();
    private final Path capture;
    private final Payload payload;

    CaptureTest() throws IOException, InterruptedException {
        capture = lab.directory().resolve("capture.pcapng");
        payload = Payload.create(lab.newDirectory("root").resolve("file"), 8 * Payload.MIB);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void eachTransferIsOneConnection(Family family) throws Exception {
        var expected = new Sizes();
        var server = serve();
        for (int i = 0; i < 3; i++) {
            expected.add(Curl.run(lab, "-f", "-o", "/dev/null", "-w", SIZES, family.url("/file")));
        }
        expected.add(Curl.run(
                lab,
                "-f",
                "-H",
                "Expect:",
                "-o",
                "/dev/null",
                "-w",
                SIZES,
                "-T",
                payload.file().toString(),
                family.url("/up")));
        lab.stop(server);

        var seen = Tshark.read(lab, capture);

        connections(seen, family, 4);
        assertThat(seen.payloadBytes(family.kernel)).isEqualTo(expected.up);
        assertThat(seen.payloadBytes(family.levee)).isEqualTo(expected.down);
    }

    @ParameterizedTest
    @EnumSource
    void severalRequestsShareAConnection(Family family) throws Exception {
        var expected = new Sizes();
        var server = serve();
        var url = family.url("/file");
        var curl = Curl.run(
                lab, "-f", "-v", "-w", SIZES, "-o", "/dev/null", url, "-o", "/dev/null", url, "-o", "/dev/null", url);
        assertThat(curl.err().lines().filter(line -> line.contains("Re-using existing connection")))
                .hasSize(2);
        expected.add(curl);
        lab.stop(server);

        var seen = Tshark.read(lab, capture);

        connections(seen, family, 1);
        assertThat(seen.payloadBytes(family.kernel)).isEqualTo(expected.up);
        assertThat(seen.payloadBytes(family.levee)).isEqualTo(expected.down);
    }

    @ParameterizedTest
    @EnumSource
    void halfCloseIsOneFinEachWay(Family family) throws Exception {
        var small = Payload.create(lab.directory().resolve("small"), 300_000);
        var server = serve();
        lab.start(
                        List.of(Tools.path("nc"), "-N", family.levee, "7"),
                        small.file(),
                        lab.directory().resolve("echo"))
                .awaitEnd()
                .expect(0);
        lab.stop(server);

        var seen = Tshark.read(lab, capture);

        connections(seen, family, 1);
        assertThat(seen.payloadBytes(family.kernel)).isEqualTo(small.bytes());
        assertThat(seen.payloadBytes(family.levee)).isEqualTo(small.bytes());
        var closers = seen.packets().stream().filter(Tshark.Packet::fin).toList();
        assertThat(closers.getFirst().from(family.kernel)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aClosedPortAnswersOneReset(Family family) throws Exception {
        var server = serve();
        var refused = lab.run(Tools.path("nc"), "-v", family.levee, "81").expect(1);
        assertThat(refused.err()).contains("Connection refused");
        lab.stop(server);

        var seen = Tshark.read(lab, capture);

        assertThat(seen.broken()).isEmpty();
        assertThat(seen.count(Tshark.Packet::syn)).isEqualTo(1);
        assertThat(seen.count(packet -> packet.rst() && packet.from(family.levee)))
                .isEqualTo(1);
        assertThat(seen.count(Tshark.Packet::tcp)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void eachEchoRequestIsAnsweredOnce(Family family) throws Exception {
        var server = serve();
        lab.run(Tools.path("ping"), "-n", "-c", "3", "-i", "0.2", "-W", "30", family.levee)
                .expect(0);
        server.signal("TERM");
        server.awaitEnd();

        var seen = Tshark.read(lab, capture);

        assertThat(seen.broken()).isEmpty();
        assertThat(seen.remarks()).isEmpty();
        assertThat(seen.packetCount(packet -> packet.icmp(8, 128) && packet.from(family.kernel)))
                .isEqualTo(3);
        assertThat(seen.packetCount(packet -> packet.icmp(0, 129) && packet.from(family.levee)))
                .isEqualTo(3);
        assertThat(seen.packetCount(packet -> packet.from(family.levee))).isEqualTo(3);
    }

    private Program serve() throws IOException, InterruptedException {
        return lab.serve(
                "--http",
                "80",
                "--root",
                lab.directory().resolve("root").toString(),
                "--writable",
                "--echo",
                "7",
                "--capture",
                capture.toString());
    }

    private static void connections(Tshark seen, Family family, int count) {
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.remarks()).isEmpty();
        assertThat(seen.count(packet -> packet.syn() && packet.from(family.kernel)))
                .as("SYN")
                .isEqualTo(count);
        assertThat(seen.count(packet -> packet.synAck() && packet.from(family.levee)))
                .as("SYN-ACK")
                .isEqualTo(count);
        for (var side : Stream.of(family.kernel, family.levee).toList()) {
            assertThat(seen.count(packet -> packet.fin() && packet.from(side)))
                    .as("FIN of " + side)
                    .isEqualTo(count);
        }
        assertThat(seen.count(Tshark.Packet::rst)).as("RST").isZero();
    }

    /// What curl says that went up and down.
    private static final class Sizes {
        private long up;
        private long down;

        void add(Program.Result curl) {
            for (var line : curl.expect(0).out().lines().toList()) {
                var sizes = Stream.of(line.split(" ", -1)).map(Long::valueOf).toList();
                up += sizes.get(0) + sizes.get(3);
                down += sizes.get(1) + sizes.get(2);
            }
        }
    }
}
