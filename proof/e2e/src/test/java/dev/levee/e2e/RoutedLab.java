package dev.levee.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Levee on a bridge port, a router on the same bridge, and a host in a network behind the router: three
/// namespaces, each with a kernel's own tables.
///
/// Threads: one owner.
final class RoutedLab implements AutoCloseable {
    static final String TAP = "tap:" + Lab.DEVICE;

    private static final String FAR_V4 = "198.18.1.2";
    private static final String FAR_V6 = "2001:db8:1::2";

    private final Lab lab = new Lab();
    private final Namespace router = new Namespace();
    private final Namespace host = new Namespace();

    RoutedLab() throws IOException, InterruptedException {
        bridge();
        in(router, "ip link add far type veth peer name near netns " + host.name());
        addresses(router, "near", "198.18.0.254/24", "2001:db8::fe/64");
        addresses(router, "far", "198.18.1.254/24", "2001:db8:1::fe/64");
        in(router, "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        addresses(host, "near", FAR_V4 + "/24", FAR_V6 + "/64");
        in(host, "ip route add default via 198.18.1.254");
        in(host, "ip -6 route add default via 2001:db8:1::fe");
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

    /// Where Levee runs, and files are.
    Lab lab() {
        return lab;
    }

    Namespace router() {
        return router;
    }

    /// Behind the router.
    Namespace host() {
        return host;
    }

    /// Runs a command, words between single spaces, to its good end.
    Program.Result in(Namespace where, String command) throws IOException, InterruptedException {
        return lab.start(where, List.of(command.split(" ", -1))).awaitEnd().expect(0);
    }

    /// `levee serve` with both gateways.
    List<String> serveCommand(String... options) {
        var words = new ArrayList<>(List.of(options));
        for (var family : Family.values()) {
            words.addAll(List.of("--gateway", gateway(family)));
        }
        return lab.serveCommandOn(TAP, words.toArray(new String[0]));
    }

    static String far(Family family) {
        return family == Family.V4 ? FAR_V4 : FAR_V6;
    }

    /// The router's address on Levee's side.
    static String gateway(Family family) {
        return family == Family.V4 ? "198.18.0.254" : "2001:db8::fe";
    }

    /// The router's address on the other side.
    static String farGateway(Family family) {
        return family == Family.V4 ? "198.18.1.254" : "2001:db8:1::fe";
    }

    @Override
    public void close() throws IOException {
        host.close();
        router.close();
        lab.close();
    }
}
