package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Levee on a bridge port, a router on the same bridge, and a client in a network behind the router: three
/// namespaces, each with a kernel's own tables.
@RealNetwork({"curl", "nginx", "ping"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayTest {
    private static final String TAP = "tap:" + Lab.DEVICE;
    private static final String CLIENT_V4 = "198.18.1.2";
    private static final String CLIENT_V6 = "2001:db8:1::2";

    private final Lab lab = new Lab();
    private final Namespace router = new Namespace();
    private final Namespace client = new Namespace();
    private final Payload payload;

    GatewayTest() throws IOException, InterruptedException {
        payload = Payload.create(lab.newDirectory("root").resolve("file"), Payload.MIB);
        bridge();
        in(router, "ip link add far type veth peer name near netns " + client.name());
        addresses(router, "near", "198.18.0.254/24", "2001:db8::fe/64");
        addresses(router, "far", "198.18.1.254/24", "2001:db8:1::fe/64");
        in(router, "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        addresses(client, "near", CLIENT_V4 + "/24", CLIENT_V6 + "/64");
        in(client, "ip route add default via 198.18.1.254");
        in(client, "ip -6 route add default via 2001:db8:1::fe");
    }

    /// The lab's kernel only switches frames: it has no address of its own there.
    private void bridge() throws IOException, InterruptedException {
        in(lab.namespace(), "ip tuntap add dev " + Lab.DEVICE + " mode tap");
        in(lab.namespace(), "ip link add bridge type bridge");
        in(lab.namespace(), "ip link add cable type veth peer name near netns " + router.name());
        for (var port : List.of(Lab.DEVICE, "cable")) {
            in(lab.namespace(), "ip link set " + port + " master bridge up");
        }
        in(lab.namespace(), "ip link set bridge up");
    }

    private void addresses(Namespace where, String device, String v4, String v6)
            throws IOException, InterruptedException {
        in(where, "ip addr add " + v4 + " dev " + device);
        in(where, "ip addr add " + v6 + " dev " + device + " nodad");
        in(where, "ip link set " + device + " up");
    }

    private Program.Result in(Namespace where, String command) throws IOException, InterruptedException {
        return lab.start(where, List.of(command.split(" ", -1))).awaitEnd().expect(0);
    }

    @AfterAll
    void end() throws IOException {
        client.close();
        router.close();
        lab.close();
    }

    private String far(Family family) {
        return family == Family.V4 ? CLIENT_V4 : CLIENT_V6;
    }

    private static String gateway(Family family) {
        return family == Family.V4 ? "198.18.0.254" : "2001:db8::fe";
    }

    private static String farGateway(Family family) {
        return family == Family.V4 ? "198.18.1.254" : "2001:db8:1::fe";
    }

    @ParameterizedTest
    @EnumSource
    void aClientBehindTheRouterIsServed(Family family) throws Exception {
        var command = lab.serveCommandOn(
                TAP,
                "--http",
                "80",
                "--root",
                "root",
                "--gateway",
                gateway(Family.V4),
                "--gateway",
                gateway(Family.V6));
        try (var _ = lab.start(command).awaitOut("ready")) {
            in(client, Tools.path("ping") + " -n -c 3 -i 0.2 -W 30 " + family.levee);
            var copy = lab.directory().resolve("copy");
            lab.start(client, Curl.command("-f", "-o", copy.toString(), family.url("/file")))
                    .awaitEnd()
                    .expect(0);
            assertThat(Payload.sha256(copy)).isEqualTo(payload.sha256());
            // The router, too, is a station that can speak to us, from any of its addresses: it asks for us with
            // the one that it speaks from.
            for (var own : List.of(gateway(family), farGateway(family))) {
                in(router, "ip neigh flush dev near");
                in(router, Tools.path("ping") + " -n -c 1 -W 30 -I " + own + " " + family.levee);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerBehindTheRouterIsReached(Family family) throws Exception {
        try (var _ = Servers.nginx(lab, client, lab.directory().resolve("root"))) {
            var copy = lab.directory().resolve("fetched");
            var url = "http://" + family.inUrl(far(family)) + ":" + Servers.NGINX_PORT + "/file";
            lab.start(lab.levee(
                            "get",
                            url,
                            "--link",
                            TAP,
                            "--address",
                            family.leveeCidr(),
                            "--gateway",
                            gateway(family),
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
        var command = lab.serveCommandOn(
                TAP,
                "--http",
                "80",
                "--root",
                "root",
                "--writable",
                "--gateway",
                gateway(Family.V4),
                "--capture",
                capture);
        in(client, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=1");
        in(router, "ip link set near mtu 1280");
        try {
            var server = lab.start(command).awaitOut("ready");
            lab.start(client, Curl.command("-f", "-T", "root/file", Family.V4.url("/up")))
                    .awaitEnd()
                    .expect(0);
            server.signal("TERM");
            server.awaitEnd();
        } finally {
            in(router, "ip link set near mtu 1500");
            in(client, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=0");
        }
        assertThat(Payload.sha256(lab.directory().resolve("root/up"))).isEqualTo(payload.sha256());
        var cut = lab.run(Tools.path("tshark"), "-n", "-r", capture, "-Y", "ip.flags.mf == 1 && ip.src == " + CLIENT_V4)
                .expect(0);
        assertThat(cut.out().lines().count()).isGreaterThan(payload.bytes() / 1_500);
    }

    /// Without a gateway there is no way there, and the user is told so.
    @ParameterizedTest
    @EnumSource
    void withoutAGatewayTheUserIsTold(Family family) throws Exception {
        var url = "http://" + family.inUrl(far(family)) + "/file";
        var refused = lab.start(lab.levee("get", url, "--link", TAP, "--address", family.leveeCidr(), "-o", "never"))
                .awaitEnd()
                .expect(7);
        assertThat(refused.err()).contains("is in no network of this host; give it a gateway");
    }
}
