package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `--link tap:`: a station on an Ethernet segment, with the kernel as its neighbour.
@RealNetwork({"curl", "ping", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EthernetTest {
    private static final String TAP = "tap:" + Lab.DEVICE;
    private static final String STATION = "02:00:5e:10:00:01";

    private final Lab lab = new Lab();
    private final Path capture;
    private final Payload payload;

    EthernetTest() throws IOException, InterruptedException {
        capture = lab.directory().resolve("capture.pcapng");
        payload = Payload.create(lab.newDirectory("root").resolve("file"), 4 * Payload.MIB);
    }

    @AfterAll
    void end() throws IOException {
        lab.close();
    }

    private Program serve(String... options) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("--http", "80", "--root", "root", "--writable", "--mac", STATION));
        all.addAll(List.of(options));
        return lab.start(lab.serveCommandOn(TAP, all.toArray(String[]::new))).awaitOut("ready");
    }

    @ParameterizedTest
    @EnumSource
    void theKernelFindsUsAndFilesComeAndGo(Family family) throws Exception {
        try (var _ = serve()) {
            var copy = lab.directory().resolve("copy");
            Curl.run(lab, "-f", "-o", copy.toString(), family.url("/file")).expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            Curl.run(lab, "-f", "-T", copy.toString(), family.url("/up")).expect(0);
            assertThat(Payload.sha256(lab.directory().resolve("root/up"))).isEqualTo(payload.sha256());
            assertThat(neighbours()).anyMatch(line -> line.startsWith(family.levee + " ") && line.contains(STATION));
        }
        assertThat(lab.devices()).isEmpty();
    }

    /// The longest packets that fit, and more than a neighbour entry's queue holds.
    @ParameterizedTest
    @EnumSource
    void pingsOfTheWholeMtuAreAnswered(Family family) throws Exception {
        try (var _ = serve()) {
            var bytes = family == Family.V4 ? "1472" : "1452";
            lab.run(Tools.path("ping"), "-n", "-c", "5", "-i", "0.05", "-W", "30", "-s", bytes, family.levee)
                    .expect(0);
        }
    }

    /// We are on the segment as a station: tshark reads Ethernet, ARP and neighbour discovery, both ways.
    @Test
    void aCaptureIsOneOfEthernetWithNothingMalformed() throws Exception {
        var server = serve("--capture", capture.toString());
        // Forgets what our announcements said, so that the kernel has to ask.
        lab.run("ip", "neigh", "flush", "all").expect(0);
        for (var family : Family.values()) {
            Curl.run(lab, "-f", "-o", "/dev/null", family.url("/file")).expect(0);
        }
        lab.stop(server);

        var seen = Tshark.read(lab, capture);
        assertThat(seen.broken()).isEmpty();
        assertThat(seen.remarks()).isEmpty();
        var kernel = lab.run(
                        Tools.path("tshark"),
                        "-n",
                        "-r",
                        capture.toString(),
                        "-Y",
                        "arp.opcode == 1",
                        "-T",
                        "fields",
                        "-e",
                        "arp.src.proto_ipv4",
                        "-e",
                        "arp.dst.proto_ipv4")
                .expect(0)
                .out();
        assertThat(kernel).contains(Family.V4.kernel + "\t" + Family.V4.levee);
        // We announce ourselves without being asked, and answer.
        assertThat(kernel).contains(Family.V4.levee + "\t" + Family.V4.levee);
        assertThat(count("arp.opcode == 2 && eth.src == " + STATION + " && arp.src.hw_mac == " + STATION))
                .isPositive();
        assertThat(count("icmpv6.type == 135 && ipv6.src == " + Family.V6.kernel))
                .isPositive();
        assertThat(count("icmpv6.type == 136 && icmpv6.nd.na.flag.s == 1 && icmpv6.opt.linkaddr == " + STATION))
                .isPositive();
        assertThat(count("icmpv6.type == 143 && eth.src == " + STATION)).isPositive();
        assertThat(count("tcp")).isPositive();
        assertThat(count("!eth")).isZero();
        assertThat(count("arp.duplicate-address-detected")).isZero();
    }

    /// The kernel has the address already and says so when we ask.
    @Test
    void anAddressThatAnotherStationHasIsNotTaken() throws Exception {
        lab.run("ip", "tuntap", "add", "dev", Lab.DEVICE, "mode", "tap").expect(0);
        try {
            lab.run("ip", "addr", "add", Family.V6.leveeCidr(), "dev", Lab.DEVICE, "nodad")
                    .expect(0);
            lab.run("ip", "link", "set", Lab.DEVICE, "address", "02:00:5e:10:00:99", "up")
                    .expect(0);
            var refused =
                    lab.start(lab.serveCommandOn(TAP, "--echo", "7")).awaitEnd().expect(2);
            assertThat(refused.err().lines()).hasSize(1);
            assertThat(refused.err()).contains(Family.V6.levee + " is used by another station, 02:00:5e:10:00:99");
            assertThat(refused.out()).isEmpty();
        } finally {
            lab.run("ip", "link", "del", Lab.DEVICE).expect(0);
        }
    }

    private List<String> neighbours() throws IOException, InterruptedException {
        return lab.run("ip", "neigh", "show", "dev", Lab.DEVICE)
                .expect(0)
                .out()
                .lines()
                .toList();
    }

    private long count(String filter) throws IOException, InterruptedException {
        return lab.run(Tools.path("tshark"), "-n", "-r", capture.toString(), "-Y", filter)
                .expect(0)
                .out()
                .lines()
                .count();
    }
}
