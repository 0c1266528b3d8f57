package dev.levee.sim.drill.script;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup.Mode;
import java.util.Map;

/// Words that scripts expect whoever runs them to define, because their meaning depends on the run.
///
/// Threads: any.
public final class Definitions {
    private Definitions() {}

    /// The definitions of a run, as [DrillParser#parse] wants them.
    ///
    /// On Linux: the words that the test runner of Google's suite defines, for each mode. A cookie is the one
    /// that a server with the suite's key gives to the suite's remote address; a system with another key gives
    /// another. On FreeBSD: the name that `#ifdef` asks for.
    public static Map<String, String> of(Platform platform, Mode mode) {
        return switch (platform) {
            case FREEBSD -> Map.of("FreeBSD", "");
            case LINUX ->
                switch (mode) {
                    case IPV4 -> linux("3021b9d889017eeb", "host_unreachable", "SOL_IP", "IP_RECVERR", "1460");
                    case IPV6 -> linux("c1d1e9742a47a9bc", "address_unreachable", "SOL_IPV6", "IPV6_RECVERR", "1440");
                    case MAPPED -> linux("3021b9d889017eeb", "host_unreachable", "SOL_IPV6", "IPV6_RECVERR", "1460");
                };
        };
    }

    private static Map<String, String> linux(String cookie, String code, String level, String type, String mss) {
        return Map.of(
                "TFO_COOKIE", cookie, "CODE", code, "CMSG_LEVEL_IP", level, "CMSG_TYPE_RECVERR", type, "MSS", mss);
    }
}
