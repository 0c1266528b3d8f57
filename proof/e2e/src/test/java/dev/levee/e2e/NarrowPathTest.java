package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A router whose one side carries less than the others, and peers that do not know (RFC 1191, RFC 8201): either it
/// says so, or what it says is lost on the way.
///
/// A virtual cable takes nothing that is longer than its own MTU, so the narrow side is always the one that large
/// packets leave the router by.
@RealNetwork({"curl", "nginx", "tshark"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NarrowPathTest {
    /// RFC 6928: what goes out before anybody can have said anything.
    private static final int FIRST_FLIGHT = 10;
    /// Bounds that nobody comes near who finds out at all.
    private static final String SECONDS_MAX = "120";

    private final RoutedLab routed = new RoutedLab();
    private final Lab lab = routed.lab();
    private final Path capture = lab.directory().resolve("narrow.pcapng");
    private final Payload payload;

    NarrowPathTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), Payload.MIB);
    }

    @BeforeEach
    void wide() throws IOException, InterruptedException {
        for (var device : new String[] {"near", "far"}) {
            routed.in(routed.router(), "ip link set " + device + " mtu 1500");
        }
        // What the kernel has learnt of the path before.
        routed.in(routed.host(), "ip route flush cache");
        routed.in(routed.host(), "ip -6 route flush cache");
    }

    @AfterAll
    void end() throws IOException {
        routed.close();
    }

    private void narrow(String side, int mtu) throws IOException, InterruptedException {
        routed.in(routed.router(), "ip link set " + side + " mtu " + mtu);
    }

    private Program serve(String... more) throws IOException, InterruptedException {
        var command = routed.serveCommand("--http", "80", "--root", "root", "--writable");
        command.addAll(List.of(more));
        return lab.start(command).awaitOut("ready");
    }

    private void stop(Program server) throws IOException, InterruptedException {
        server.signal("TERM");
        server.awaitEnd();
    }

    private void download(Family family) throws IOException, InterruptedException {
        var copy = lab.directory().resolve("copy");
        lab.start(routed.host(), Curl.command("-f", "-m", SECONDS_MAX, "-o", copy.toString(), family.url("/file")))
                .awaitEnd()
                .expect(0);
        assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
    }

    /// Packets in the capture, all of them or those that match.
    private long count(String filter) throws IOException, InterruptedException {
        return lab.run(Tools.path("tshark"), "-n", "-r", capture.toString(), "-Y", filter)
                .expect(0)
                .out()
                .lines()
                .count();
    }

    private static String tooLarge(Family family, int mtu) {
        return family == Family.V4
                ? "ip.src == " + family.levee + " && ip.len > " + mtu
                : "ipv6.src == " + family.levee + " && ipv6.plen > " + (mtu - 40);
    }

    private static String report(Family family) {
        return family == Family.V4 ? "icmp.type == 3 && icmp.code == 4" : "icmpv6.type == 2";
    }

    @ParameterizedTest
    @CsvSource({"V4, 1400", "V4, 1280", "V6, 1400", "V6, 1280"})
    void afterTheFirstFlightEverythingFits(Family family, int mtu) throws Exception {
        narrow("far", mtu);
        var server = serve("--capture", capture.toString());
        download(family);
        // The next connection knows from the beginning.
        download(family);
        stop(server);

        assertThat(count(report(family))).isPositive();
        assertThat(count(tooLarge(family, mtu))).isBetween(1L, (long) FIRST_FLIGHT);
    }

    @ParameterizedTest
    @CsvSource({"V4, 1400", "V4, 1280", "V6, 1400", "V6, 1280"})
    void theKernelFindsOutAboutItsWayToUs(Family family, int mtu) throws Exception {
        narrow("near", mtu);
        var server = serve();
        lab.start(routed.host(), Curl.command("-f", "-m", SECONDS_MAX, "-T", "root/file", family.url("/up")))
                .awaitEnd()
                .expect(0);
        stop(server);

        assertThat(Payload.sha256(lab.directory().resolve("root/up"))).isEqualTo(payload.sha256());
    }

    @ParameterizedTest
    @CsvSource({"V4, 1400", "V6, 1280"})
    void aFileIsFetchedOverANarrowPath(Family family, int mtu) throws Exception {
        narrow("near", mtu);
        try (var _ = Servers.nginx(lab, routed.host(), lab.directory().resolve("root"))) {
            var copy = lab.directory().resolve("fetched");
            var url = "http://" + family.inUrl(RoutedLab.far(family)) + ":" + Servers.NGINX_PORT + "/file";
            lab.start(lab.levee(
                            "get",
                            url,
                            "--link",
                            RoutedLab.TAP,
                            "--address",
                            family.leveeCidr(),
                            "--gateway",
                            RoutedLab.gateway(family),
                            "-o",
                            copy.toString()))
                    .awaitEnd()
                    .expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            Lab.remove(lab.directory().resolve("nginx"));
        }
    }

    /// Three timeouts of the first segment tell of a path that swallows large ones (RFC 2923 §2.1).
    @ParameterizedTest
    @CsvSource({"V4, 1400", "V4, 1280", "V6, 1400", "V6, 1280"})
    void whereNobodySaysSoItIsGuessed(Family family, int mtu) throws Exception {
        narrow("far", mtu);
        var rule = family == Family.V4 ? "ip rule" : "ip -6 rule";
        var silence = " ipproto " + (family == Family.V4 ? "icmp" : "ipv6-icmp") + " to " + family.levee + " blackhole";
        routed.in(routed.router(), rule + " add pref 5" + silence);
        try {
            var server = serve("--capture", capture.toString());
            download(family);
            stop(server);
        } finally {
            routed.in(routed.router(), rule + " delete pref 5");
        }

        assertThat(count(report(family))).isZero();
        assertThat(count(tooLarge(family, mtu))).isPositive();
    }
}
