package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A client, a server, and between them a namespace whose two interfaces carry no address:
/// [PacketProgram] carries frames from one to the other. All offloads of both peers are on, as veth has
/// them.
///
/// Threads: one owner.
final class PacketLab implements AutoCloseable {
    /// The middle's interfaces.
    static final String OUTSIDE = "outside";

    static final String INSIDE = "inside";
    /// The peers' interface, each in its namespace.
    static final String PEER = "peer";

    private final Lab lab = new Lab();
    private final Namespace client = new Namespace();
    private final Namespace server = new Namespace();

    private final Namespace clientPort = new Namespace();
    private final Namespace serverPort = new Namespace();

    PacketLab() throws IOException, InterruptedException {
        peer(client, OUTSIDE);
        peer(server, INSIDE);
        addresses(PEER, 0);
    }

    private void peer(Namespace peer, String near) throws IOException, InterruptedException {
        in(lab.namespace(), "ip link add name " + near + " type veth peer name " + PEER + " netns " + peer.name());
        in(lab.namespace(), "ip link set " + near + " up");
    }

    /// A second cable from each peer, by way of a switch whose port adds and removes a tag: what the
    /// middle sees on its interfaces `trunk-a` and `trunk-b` is tagged. Both programs of the ports,
    /// ready.
    List<Program> tagged(String tag) throws IOException, InterruptedException {
        return List.of(port(client, clientPort, "trunk-a", tag), port(server, serverPort, "trunk-b", tag));
    }

    private Program port(Namespace peer, Namespace port, String near, String tag)
            throws IOException, InterruptedException {
        // Their kernels would speak of their link-local addresses, without a tag.
        for (var silent : List.of(port, middle())) {
            in(silent, "sysctl -q -w net.ipv6.conf.default.disable_ipv6=1");
        }
        in(peer, "ip link add name tagged type veth peer name access netns " + port.name());
        in(port, "ip link set access up");
        in(middle(), "ip link add name " + near + " type veth peer name trunk netns " + port.name());
        in(middle(), "ip link set " + near + " up");
        in(port, "ip link set trunk up");
        return lab.start(port, command("access", "trunk", tag)).awaitOut("ready");
    }

    /// Takes those cables away.
    void removeTagged() throws IOException, InterruptedException {
        for (var peer : List.of(client, server)) {
            in(peer, "ip link del tagged");
        }
        for (var near : List.of("trunk-a", "trunk-b")) {
            in(middle(), "ip link del " + near);
        }
    }

    /// Gives both peers addresses on their interfaces of this name, in networks with this number, and
    /// brings them up.
    void addresses(String device, int network) throws IOException, InterruptedException {
        for (var peer : List.of(client, server)) {
            in(peer, "ip addr add " + address(Family.V4, network, peer) + "/24 dev " + device);
            in(peer, "ip addr add " + address(Family.V6, network, peer) + "/64 dev " + device + " nodad");
            in(peer, "ip link set " + device + " up");
        }
    }

    String address(Family family, int network, Namespace peer) {
        int host = peer == client ? 1 : 2;
        return family == Family.V4 ? "198.18." + network + "." + host : "2001:db8:" + network + "::" + host;
    }

    Lab lab() {
        return lab;
    }

    /// The namespace in the middle.
    Namespace middle() {
        return lab.namespace();
    }

    Namespace client() {
        return client;
    }

    Namespace server() {
        return server;
    }

    Namespace other(Namespace peer) {
        return peer == client ? server : client;
    }

    /// Runs a command, words between single spaces, to its good end.
    Program.Result in(Namespace where, String command) throws IOException, InterruptedException {
        return lab.start(where, List.of(command.split(" ", -1))).awaitEnd().expect(0);
    }

    /// Makes interfaces of the middle leave nothing to their device, or everything again. Then the kernel
    /// does what the peers left to be done when it sends.
    void deviceOffloads(boolean on, String... interfaces) throws IOException, InterruptedException {
        for (var near : interfaces) {
            in(middle(), Tools.path("ethtool") + " -K " + near + " tx " + (on ? "on" : "off"));
        }
    }

    /// The program in the middle, on these interfaces.
    Program start(String... interfaces) throws IOException {
        return start(List.of(), interfaces);
    }

    /// The same behind other words of a command.
    Program start(List<String> prefix, String... interfaces) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(command(interfaces));
        return lab.start(command);
    }

    private static List<String> command(String... words) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PacketProgram.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    /// A running program between the peers.
    Program carry() throws IOException, InterruptedException {
        return start(OUTSIDE, INSIDE).awaitOut("ready");
    }

    /// Ends it, and what it counted.
    Program.Result stop(Program program) throws IOException, InterruptedException {
        program.signal("TERM");
        return program.awaitEnd().expect(143);
    }

    void ping(Family family, int network) throws IOException, InterruptedException {
        in(client, Tools.path("ping") + " -n -c 3 -i 0.2 -W 30 -s 1400 " + address(family, network, server));
    }

    /// Has a peer fetch a file from the other one's nginx.
    ///
    /// @return the SHA-256 of what came
    String fetch(Family family, int network, Namespace from, Path file) throws IOException, InterruptedException {
        var copy = lab.directory().resolve("copy");
        try (var _ = Servers.nginx(lab, from, file.resolveSibling(""))) {
            var url = "http://" + family.inUrl(address(family, network, from)) + ":" + Servers.NGINX_PORT + "/"
                    + file.getFileName();
            lab.start(other(from), Curl.command("-f", "-o", copy.toString(), url))
                    .awaitEnd()
                    .expect(0);
        } finally {
            Lab.remove(lab.directory().resolve("nginx"));
        }
        return Payload.sha256(copy);
    }

    @Override
    public void close() throws IOException {
        serverPort.close();
        clientPort.close();
        server.close();
        client.close();
        lab.close();
    }
}
