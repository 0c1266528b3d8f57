package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Command;
import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.sim.drill.script.PacketLine.OptionSpec;

/// Looks through a script for what is not offered here, before anything runs: so that such a script is always
/// skipped, whatever the system does before it comes to that line.
final class Offered {
    private Offered() {}

    static void check(DrillScript script) throws DrillSkip {
        check(script.init());
        check(script.cleanup());
        for (var event : script.events()) {
            switch (event.action()) {
                case PacketLine line -> {
                    var missing = missing(line);
                    if (!missing.isEmpty()) {
                        throw new DrillSkip(missing);
                    }
                }
                case Command command -> check(command);
                case dev.levee.sim.drill.script.CallLine _, dev.levee.sim.drill.script.Code _ -> {
                    // The target knows which calls it has.
                }
            }
        }
    }

    private static void check(@org.jspecify.annotations.Nullable Command command) throws DrillSkip {
        if (command != null) {
            Shell.parse(command.text());
        }
    }

    /// What a packet line needs that is not offered; empty when there is nothing.
    static String missing(PacketLine line) {
        if (!line.encapsulations().isEmpty()) {
            return "packets inside " + String.join(" and ", line.encapsulations()) + " are not offered";
        }
        return switch (line.body()) {
            case PacketLine.Tcp tcp -> missing(tcp);
            case PacketLine.Udp _ -> "UDP packets are not offered";
            case PacketLine.Icmp icmp -> missing(line, icmp);
            case PacketLine.Other(var name) -> "packets of " + name + " are not offered";
        };
    }

    private static String missing(PacketLine.Tcp tcp) {
        if (tcp.udp() != null) {
            return "TCP in UDP is not offered";
        }
        if (tcp.options() != null) {
            for (var option : tcp.options()) {
                if (option instanceof OptionSpec.Named named) {
                    return "the TCP option " + named.name() + " is not offered";
                }
            }
        }
        return "";
    }

    private static String missing(PacketLine line, PacketLine.Icmp icmp) {
        if (line.outbound()) {
            return "ICMP packets of the system are not offered";
        }
        if (icmp.udp() != null) {
            return "TCP in UDP is not offered";
        }
        boolean tcp = icmp.quotedProtocol().isEmpty() || icmp.quotedProtocol().equals("tcp");
        return tcp ? "" : "ICMP messages about " + icmp.quotedProtocol() + " packets are not offered";
    }
}
