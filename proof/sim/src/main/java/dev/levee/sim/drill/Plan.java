package dev.levee.sim.drill;

import dev.levee.sim.drill.script.DrillScript;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Setup;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;

/// One run of one script: the options at the script's head, what the caller wants, and defaults for the rest.
///
/// @param bindPort where `...` in `bind` means
/// @param connectPort where `...` in `connect` means
/// @param tolerancePercent of the time since the event before; the larger of both tolerances counts
/// @param tsTickNanos length of one tick of the system's timestamps; 0: their values are not checked
/// @param tsEchoScaled an injected echo may lie between values that the system sent
/// @param strictSegments a packet line stands for one packet, not for several in a row with its text
/// @param packetsNotFatal a packet that differs is only noted
/// @param callsNotFatal a call that differs is only noted
/// @param anyTimeNanosMax how long a packet at any time is waited for
/// @param unreadNoted packets that no line was about at the end are only noted
record Plan(
        Setup setup,
        int bindPort,
        int connectPort,
        long toleranceNanos,
        double tolerancePercent,
        long tsTickNanos,
        boolean tsEchoScaled,
        boolean strictSegments,
        boolean packetsNotFatal,
        boolean callsNotFatal,
        long anyTimeNanosMax,
        boolean unreadNoted) {
    private static final long MICRO_NANOS = 1_000;
    private static final long TOLERANCE_NANOS = 4_000_000;
    private static final double TOLERANCE_PERCENT = 12.5;
    private static final int PORT = 8080;
    private static final int MTU = 1500;
    /// An IPv6 header is 20 octets longer: so that scripts with segments of 1460 octets hold for both.
    private static final int MTU_V6 = 1520;

    boolean v6() {
        return setup.mode() == Setup.Mode.IPV6;
    }

    /// The family of sockets' addresses, as the platform numbers it.
    int family() {
        if (setup.mode() == Setup.Mode.IPV4) {
            return 2;
        }
        return setup.platform() == Platform.FREEBSD ? 28 : 10;
    }

    IpAddress local() {
        return setup.local().address();
    }

    IpAddress remote() {
        return setup.remote();
    }

    /// @param mode over which IP, if the script does not say it
    static Plan of(DrillScript script, DrillSettings settings, Setup.Mode mode) throws DrillFailure, DrillSkip {
        var options = ScriptOptions.read(script);
        boolean said = options.mode() != null;
        var runMode = options.mode() == null ? mode : options.mode();
        boolean v6 = runMode == Setup.Mode.IPV6;
        // What the Linux suite's own runner gives to scripts that leave the choice.
        var defaults = Addresses.of(v6, !said && settings.platform() == Platform.LINUX);
        var local = options.address("local_ip", defaults.local(), v6);
        var remote = options.address("remote_ip", defaults.remote(), v6);
        var cidr = new Cidr(local, v6 ? 48 : options.prefixBits());
        var gateway = options.address("gateway_ip", defaults.gateway(), v6);
        if (gateway.equals(local) || !cidr.contains(gateway)) {
            gateway = cidr.firstOtherHost();
        }
        int mtu = (int) options.number("mtu", v6 && !said ? MTU_V6 : MTU, 68, 65_535);
        var setup = new Setup(settings.platform(), settings.profile(), runMode, cidr, gateway, remote, mtu);
        var wanted = settings.toleranceNanos();
        long tolerance = wanted == null
                ? MICRO_NANOS * options.number("tolerance_usecs", TOLERANCE_NANOS / MICRO_NANOS, 1, Integer.MAX_VALUE)
                : wanted;
        return new Plan(
                setup,
                (int) options.number("bind_port", PORT, 1, 65_535),
                (int) options.number("connect_port", PORT, 1, 65_535),
                tolerance,
                options.percent("tolerance_percent", TOLERANCE_PERCENT),
                MICRO_NANOS * options.number("tcp_ts_tick_usecs", 0, 0, 1_000_000),
                options.has("tcp_ts_ecr_scaled"),
                options.has("strict_segments"),
                options.notFatal("packet"),
                options.notFatal("syscall"),
                settings.anyTimeNanosMax(),
                settings.unreadNoted());
    }

    /// Who is who when a script does not say it. All of them are reserved for documentation or private use.
    private record Addresses(IpAddress local, IpAddress gateway, IpAddress remote) {
        static Addresses of(boolean v6, boolean suite) {
            if (!v6) {
                return parse("192.168.0.1", "192.168.0.2", "192.0.2.1");
            }
            return suite
                    ? parse("fd3d:a0b:17d6::1", "fd3d:a0b:17d6:8888::1", "fd3d:fa7b:d17d::1")
                    : parse("fd3d:fa7b:d17d::1", "fd3d:fa7b:d17d:8888::1", "2001:db8::1");
        }

        private static Addresses parse(String local, String gateway, String remote) {
            return new Addresses(IpAddress.parse(local), IpAddress.parse(gateway), IpAddress.parse(remote));
        }
    }
}
