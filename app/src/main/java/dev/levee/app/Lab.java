package dev.levee.app;

import java.util.Arrays;
import java.util.List;

/// What the lab is made of: arguments of `ip`, one command after the other.
///
/// Threads: any.
final class Lab {
    /// Where levee runs, and a machine next to it.
    static final List<String> NAMESPACES = List.of("levee-lab", "levee-lab-client");

    private static final String UP = """
            netns add levee-lab
            netns add levee-lab-client
            -n levee-lab link set lo up
            -n levee-lab-client link set lo up
            -n levee-lab link add cable type veth peer name cable netns levee-lab-client
            -n levee-lab addr add 198.18.1.1/24 dev cable
            -n levee-lab addr add 2001:db8:1::1/64 dev cable nodad
            -n levee-lab link set cable up
            -n levee-lab-client addr add 198.18.1.2/24 dev cable
            -n levee-lab-client addr add 2001:db8:1::2/64 dev cable nodad
            -n levee-lab-client link set cable up
            -n levee-lab-client route add default via 198.18.1.1
            -n levee-lab-client -6 route add default via 2001:db8:1::1
            netns exec levee-lab sysctl -q -w net.ipv4.ip_forward=1
            netns exec levee-lab sysctl -q -w net.ipv6.conf.all.forwarding=1
            """;

    private Lab() {}

    static List<List<String>> up() {
        return UP.lines().map(line -> Arrays.asList(line.split(" ", -1))).toList();
    }
}
