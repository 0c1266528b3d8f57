package dev.levee.sim.drill;

import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.system.Setup;
import dev.levee.wire.IpAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `--name=value` lines at a script's head. A later one wins.
final class ScriptOptions {
    /// Of no consequence here: no wire, no Python, no debugging of the runner, no copies kept for zero copy.
    private static final Set<String> HARMLESS = Set.of(
            "code_command", "code_format", "code_sockopt", "speed", "debug", "verbose", "dry_run", "send_omit_free");

    /// Options that ask for what nobody here offers, and its name.
    private static final Map<String, String> NOT_OFFERED = Map.of(
            "psp_udp_port", "PSP",
            "udp_encapsulation", "TCP in UDP",
            "tcp_md5", "TCP MD5",
            "is_anyip", "addresses that nobody has (is_anyip)",
            "mss", "packets that were merged on reception (mss)",
            "wire_client", "a run over two machines",
            "wire_server", "a run over two machines",
            "so_filename", "a system in a shared object");

    private static final Set<String> KNOWN = Set.of(
            "ip_version",
            "bind_port",
            "connect_port",
            "remote_ip",
            "local_ip",
            "gateway_ip",
            "netmask_ip",
            "mtu",
            "init_scripts",
            "tolerance_usecs",
            "tolerance_percent",
            "tcp_ts_ecr_scaled",
            "tcp_ts_tick_usecs",
            "strict_segments",
            "non_fatal",
            "define");

    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, Position> places = new HashMap<>();

    private ScriptOptions() {}

    static ScriptOptions read(DrillScript script) throws DrillFailure, DrillSkip {
        var options = new ScriptOptions();
        for (var option : script.options()) {
            options.places.put(option.name(), option.at());
            options.add(option.name(), option.value());
        }
        return options;
    }

    private void add(String name, @Nullable String value) throws DrillFailure, DrillSkip {
        var missing = NOT_OFFERED.get(name);
        if (missing != null) {
            throw new DrillSkip(missing + " is not offered (--" + name + ")");
        }
        if (name.equals("init_scripts") && value != null && !SuiteDefaults.isDefaults(value)) {
            throw new DrillSkip("init script " + value + " is not known");
        }
        if (!KNOWN.contains(name) && !HARMLESS.contains(name)) {
            throw wrong(name, "there is no option --" + name);
        }
        values.put(name, value == null ? "" : value);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    boolean notFatal(String kind) {
        return List.of(values.getOrDefault("non_fatal", "").split("[, ]+")).contains(kind);
    }

    Setup.@Nullable Mode mode() throws DrillFailure {
        var name = values.get("ip_version");
        if (name == null) {
            return null;
        }
        return switch (name) {
            case "ipv4" -> Setup.Mode.IPV4;
            case "ipv6" -> Setup.Mode.IPV6;
            case "ipv4-mapped-ipv6" -> Setup.Mode.MAPPED;
            default -> throw bad("ip_version", name);
        };
    }

    /// An address; a prefix length behind it says nothing here.
    IpAddress address(String name, IpAddress otherwise, boolean v6) throws DrillFailure {
        var text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        int slash = text.indexOf('/');
        try {
            var address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
            if (address.isV4() == v6) {
                throw bad(name, text);
            }
            return address;
        } catch (IllegalArgumentException _) {
            throw bad(name, text);
        }
    }

    /// Of the IPv4 netmask.
    int prefixBits() throws DrillFailure {
        var text = values.get("netmask_ip");
        if (text == null) {
            return 16;
        }
        try {
            var mask = IpAddress.parse(text);
            int bits = mask.isV4() ? Integer.bitCount(mask.v4()) : -1;
            if (bits < 1 || bits > 30 || mask.v4() != -1 << 32 - bits) {
                throw bad("netmask_ip", text);
            }
            return bits;
        } catch (IllegalArgumentException _) {
            throw bad("netmask_ip", text);
        }
    }

    long number(String name, long otherwise, long min, long max) throws DrillFailure {
        var text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number < min || number > max) {
                throw bad(name, text);
            }
            return number;
        } catch (NumberFormatException _) {
            throw bad(name, text);
        }
    }

    double percent(String name, double otherwise) throws DrillFailure {
        var text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(text);
            if (!(number >= 0 && number <= 100)) {
                throw bad(name, text);
            }
            return number;
        } catch (NumberFormatException _) {
            throw bad(name, text);
        }
    }

    private DrillFailure bad(String name, String text) {
        return wrong(name, "--" + name + " cannot be '" + text + "'");
    }

    private DrillFailure wrong(String name, String sentence) {
        return new OptionFailure(places.getOrDefault(name, new Position(1, 1)), sentence);
    }
}
