package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Peers behind a router.
@RealNetwork({"curl", "nginx", "ping"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayTest {
    private final RoutedLab routed = new RoutedLab();
    private final Lab lab = routed.lab();
    private final Namespace router = routed.router();
    private final Namespace client = routed.host();
    private final Payload payload;

    GatewayTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), Payload.MIB);
    }

    @AfterAll
    void end() throws IOException {
        routed.close();
    }

    @ParameterizedTest
    @EnumSource
    void aClientBehindTheRouterIsServed(Family family) throws Exception {
        var command = routed.serveCommand("--http", "80", "--root", "root");
        try (var _ = lab.start(command).awaitOut("ready")) {
            routed.in(client, Tools.path("ping") + " -n -c 3 -i 0.2 -W 30 " + family.levee);
            var copy = lab.directory().resolve("copy");
            lab.start(client, Curl.command("-f", "-o", copy.toString(), family.url("/file")))
                    .awaitEnd()
                    .expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            // The router, too, is a station that can speak to us, from any of its addresses: it asks for us with
            // the one that it speaks from.
            for (var own : List.of(RoutedLab.gateway(family), RoutedLab.farGateway(family))) {
                routed.in(router, "ip neigh flush dev near");
                routed.in(router, Tools.path("ping") + " -n -c 1 -W 30 -I " + own + " " + family.levee);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerBehindTheRouterIsReached(Family family) throws Exception {
        try (var _ = Servers.nginx(lab, client, lab.directory().resolve("root"))) {
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

    /// A sender that does not ask for its path's MTU, and a router that cuts what it sends (1,280: IPv6 needs it to
    /// stay).
    @Test
    void segmentsThatARouterHasCutArePutTogether() throws Exception {
        var capture = lab.directory().resolve("cut.pcapng").toString();
        var command = routed.serveCommand("--http", "80", "--root", "root", "--writable", "--capture", capture);
        routed.in(client, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=1");
        routed.in(router, "ip link set near mtu 1280");
        try {
            var server = lab.start(command).awaitOut("ready");
            lab.start(client, Curl.command("-f", "-T", "root/file", Family.V4.url("/up")))
                    .awaitEnd()
                    .expect(0);
            server.signal("TERM");
            server.awaitEnd();
        } finally {
            routed.in(router, "ip link set near mtu 1500");
            routed.in(client, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=0");
        }
        assertThat(Payload.sha256(lab.directory().resolve("root/up"))).isEqualTo(payload.sha256());
        var cut = lab.run(
                        Tools.path("tshark"),
                        "-n",
                        "-r",
                        capture,
                        "-Y",
                        "ip.flags.mf == 1 && ip.src == " + RoutedLab.far(Family.V4))
                .expect(0);
        assertThat(cut.out().lines().count()).isGreaterThan(payload.bytes() / 1_500);
    }

    /// Without a gateway there is no way there, and the user is told so.
    @ParameterizedTest
    @EnumSource
    void withoutAGatewayTheUserIsTold(Family family) throws Exception {
        var url = "http://" + family.inUrl(RoutedLab.far(family)) + "/file";
        var refused = lab.start(
                        lab.levee("get", url, "--link", RoutedLab.TAP, "--address", family.leveeCidr(), "-o", "never"))
                .awaitEnd()
                .expect(7);
        assertThat(refused.err()).contains("is in no network of this host; give it a gateway");
    }
}
