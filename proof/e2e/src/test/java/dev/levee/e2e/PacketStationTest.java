package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `--link packet:`: a station on the segment of an interface that exists, with a kernel as its neighbour
/// that leaves checksums and segments to a device.
@RealNetwork({"curl", "ping"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PacketStationTest {
    private static final String STATION = "02:00:5e:10:00:01";

    private final Lab lab = new Lab();
    private final Payload payload;

    PacketStationTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), 4 * Payload.MIB);
        lab.run("ip", "link", "add", "name", "near", "type", "veth", "peer", "name", "far")
                .expect(0);
        for (var family : Family.values()) {
            var address = List.of("ip", "addr", "add", family.kernelCidr(), "dev", "far");
            lab.start(
                            family == Family.V4
                                    ? address
                                    : List.of("ip", "addr", "add", family.kernelCidr(), "dev", "far", "nodad"))
                    .awaitEnd()
                    .expect(0);
        }
        lab.run("ip", "link", "set", "near", "up").expect(0);
        lab.run("ip", "link", "set", "far", "up").expect(0);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    private Program serve() throws IOException, InterruptedException {
        return lab.start(lab.serveCommandOn(
                        "packet:near", "--http", "80", "--root", "root", "--writable", "--mac", STATION))
                .awaitOut("ready");
    }

    @ParameterizedTest
    @EnumSource
    void filesComeAndGoAndPingsAreAnswered(Family family) throws Exception {
        try (var _ = serve()) {
            lab.run(Tools.path("ping"), "-n", "-c", "2", "-i", "0.05", "-W", "30", family.levee)
                    .expect(0);
            var copy = lab.directory().resolve("copy");
            Curl.run(lab, "-f", "-o", copy.toString(), family.url("/file")).expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            Curl.run(lab, "-f", "-T", copy.toString(), family.url("/up")).expect(0);
            assertThat(Payload.sha256(lab.directory().resolve("root/up"))).isEqualTo(payload.sha256());
        }
    }

    @Test
    void anInterfaceThatCarriesAnAddressIsRefused() throws Exception {
        var refused = lab.start(lab.serveCommandOn("packet:far", "--echo", "7"))
                .awaitEnd()
                .expect(2);
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(refused.err()).contains("the interface far carries the address ");
        assertThat(refused.out()).isEmpty();
    }
}
