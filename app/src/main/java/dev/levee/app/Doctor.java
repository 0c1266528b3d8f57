package dev.levee.app;

import java.util.ArrayList;
import java.util.List;

/// Judges a machine. Pure: the machine is an argument.
///
/// Threads: any.
final class Doctor {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int JAVA_LEAST = 25;

    /// What the tests and the walk-through use, and the Debian package that brings it.
    private static final String[][] TOOLS = {
        {"curl", "curl"},
        {"nginx", "nginx-light"},
        {"tshark", "tshark"},
        {"nc", "netcat-openbsd"},
        {"iperf3", "iperf3"},
        {"ping", "iputils-ping"},
        {"ethtool", "ethtool"},
        {"setpriv", "util-linux"},
        {"ps", "procps"},
        {"mvn", "maven"},
    };

    private Doctor() {}

    /// One finding.
    ///
    /// @param name what was looked at
    /// @param ok whether it is as it should be
    /// @param needed whether `serve` and `get` need it
    /// @param detail what was found
    /// @param advice what to do when it is not ok
    record Check(String name, boolean ok, boolean needed, String detail, String advice) {}

    static List<Check> examine(Machine machine) {
        var checks = new ArrayList<Check>();
        checks.add(java(machine));
        checks.add(tun(machine));
        checks.add(netAdmin(machine));
        checks.add(namespaces(machine));
        checks.add(tool(machine, "ip", "iproute2"));
        for (var tool : TOOLS) {
            checks.add(tool(machine, tool[0], tool[1]));
        }
        return checks;
    }

    private static Check java(Machine machine) {
        return new Check(
                "Java",
                machine.javaRelease() >= JAVA_LEAST,
                true,
                machine.javaName(),
                "Levee needs Java " + JAVA_LEAST + " or newer: get a JDK from https://adoptium.net");
    }

    private static Check tun(Machine machine) {
        if (!machine.linux()) {
            return new Check(
                    "TUN and TAP devices",
                    false,
                    true,
                    "this is not Linux",
                    "serve and get need Linux; a virtual machine or a container with /dev/net/tun will do");
        }
        return switch (machine.tunDevice()) {
            case OPENS -> new Check("TUN and TAP devices", true, true, "/dev/net/tun opens", "");
            case DENIED ->
                new Check(
                        "TUN and TAP devices",
                        false,
                        true,
                        "/dev/net/tun: permission denied",
                        "run as root, with sudo");
            case ABSENT ->
                new Check(
                        "TUN and TAP devices",
                        false,
                        true,
                        "/dev/net/tun is not usable",
                        "load it with 'modprobe tun'; in a container, start it with --device /dev/net/tun");
        };
    }

    private static Check netAdmin(Machine machine) {
        return capability(
                machine,
                "CAP_NET_ADMIN",
                CAP_NET_ADMIN,
                true,
                "creates network devices",
                "run as root, with sudo; in a container, start it with --cap-add NET_ADMIN");
    }

    private static Check namespaces(Machine machine) {
        return capability(
                machine,
                "network namespaces",
                CAP_SYS_ADMIN,
                false,
                "CAP_SYS_ADMIN makes them, for the tests and 'levee lab'",
                "run the tests and 'levee lab' as root; in a container, start it with --privileged");
    }

    private static Check capability(
            Machine machine, String name, int bit, boolean needed, String effect, String advice) {
        boolean held = (effectiveCapabilities(machine.procStatus()) >>> bit & 1) == 1;
        return new Check(name, held, needed, held ? effect : "this process may not", advice);
    }

    private static Check tool(Machine machine, String tool, String debianPackage) {
        var path = machine.find(tool);
        return new Check(
                tool,
                path.isPresent(),
                false,
                path.orElse("not on the PATH"),
                "only for the tests and the walk-through: apt-get install " + debianPackage);
    }

    /// The bits of the line `CapEff:` of Linux's /proc/self/status; none when there is no such line.
    static long effectiveCapabilities(String procStatus) {
        for (var line : procStatus.split("\n", -1)) {
            if (line.startsWith("CapEff:")) {
                try {
                    return Long.parseUnsignedLong(
                            line.substring("CapEff:".length()).strip(), 16);
                } catch (NumberFormatException _) {
                    return 0;
                }
            }
        }
        return 0;
    }
}
