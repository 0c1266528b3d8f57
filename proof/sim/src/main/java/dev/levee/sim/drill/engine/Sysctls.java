package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Setup.Profile;
import dev.levee.sim.drill.system.Target.Setting;
import dev.levee.stack.FastOpenKeys;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.EcnUse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The settings of both systems by name: what the engine has is carried out, what it does not have is noted
/// (and shows in the packets of a script that needs it), what a script cannot see is harmless.
final class Sysctls {
    private static final String KEY = "[0-9a-fA-F]{1,8}(-[0-9a-fA-F]{1,8}){3}";
    private static final Pattern FAST_OPEN_KEY = Pattern.compile(KEY + "(," + KEY + ")?");
    private static final Pattern SPACE = Pattern.compile("[\\s\"]+");

    /// Carries one out.
    @FunctionalInterface
    private interface Action {
        void apply(Settings settings, long[] values);
    }

    private static final Map<String, Action> CARRIED_OUT = Map.ofEntries(
            Map.entry("net.ipv4.tcp_rmem", (to, values) -> {
                to.receiveBuffer = bytes(values[Math.min(1, values.length - 1)]);
                to.receiveBufferMax = bytes(values[values.length - 1]);
            }),
            Map.entry("net.ipv4.tcp_wmem", (to, values) -> {
                to.sendBuffer = bytes(values[Math.min(1, values.length - 1)]);
                to.sendBufferMax = bytes(values[values.length - 1]);
            }),
            Map.entry("net.ipv4.tcp_moderate_rcvbuf", (to, values) -> to.receiveGrows = values[0] != 0),
            Map.entry("net.inet.tcp.recvbuf_auto", (to, values) -> to.receiveGrows = values[0] != 0),
            Map.entry("net.inet.tcp.sendbuf_auto", (to, values) -> to.sendGrows = values[0] != 0),
            Map.entry("net.ipv4.tcp_timestamps", (to, values) -> to.tcp.timestamps(values[0] != 0)),
            Map.entry("net.ipv4.tcp_sack", (to, values) -> to.tcp.selectiveAcks(values[0] != 0)),
            Map.entry("net.ipv4.tcp_fastopen", (to, values) -> to.fastOpen = (int) values[0]),
            Map.entry(
                    "net.ipv4.tcp_fastopen_blackhole_timeout_sec",
                    (to, values) -> to.fastOpenPauseNanos = values[0] == 0 ? 0 : nanos(values[0], Profiles.SECOND)),
            Map.entry("net.ipv4.tcp_ecn", (to, values) -> to.tcp.ecn(ecn(values[0]))),
            Map.entry("net.inet.tcp.ecn.enable", (to, values) -> to.tcp.ecn(ecn(values[0]))),
            Map.entry(
                    "net.inet.tcp.icmp_may_rst",
                    (to, values) -> to.tcp.openEndedBy(values[0] == 0 ? Set.of() : Profiles.FREEBSD_HARD)),
            Map.entry("net.inet.tcp.sack.enable", (to, values) -> to.tcp.selectiveAcks(values[0] != 0)),
            Map.entry("net.ipv4.tcp_recovery", (to, values) -> to.tcp.lossByTime((values[0] & 1) != 0)),
            Map.entry("net.ipv4.tcp_early_retrans", (to, values) -> to.tcp.tailLossProbe(values[0] >= 3)),
            Map.entry("net.ipv4.tcp_window_scaling", (to, values) -> to.tcp.windowScaling(values[0] != 0)),
            Map.entry("net.ipv4.tcp_syn_retries", (to, values) -> to.synRetries = count(values[0])),
            Map.entry("net.ipv4.tcp_syn_linear_timeouts", (to, values) -> to.tcp.synLinearTimeouts(count(values[0]))),
            // What leaves the host in one piece is pushed.
            Map.entry("net.ipv4.tcp_min_tso_segs", (to, values) -> to.tcp.pushGroupSegments(count(values[0]))),
            Map.entry("net.ipv4.tcp_synack_retries", (to, values) -> to.synAckRetries = count(values[0])),
            Map.entry("net.ipv4.tcp_retries2", (to, values) -> to.dataRetries = count(values[0])),
            Map.entry("net.ipv4.tcp_retries1", (to, values) -> to.tcp.r1Retransmits(Math.max(1, count(values[0])))),
            Map.entry("net.ipv4.tcp_rfc1337", (to, values) -> to.tcp.resetEndsTimeWait(values[0] == 0)),
            Map.entry(
                    "net.ipv4.tcp_fin_timeout",
                    (to, values) -> to.tcp.finWait2Nanos(nanos(values[0], Profiles.SECOND))),
            Map.entry(
                    "net.ipv4.tcp_rto_min_us",
                    (to, values) ->
                            to.tcp.rtoMinNanos(nanos(values[0], 1000)).rtoVarianceMinNanos(nanos(values[0], 1000))),
            Map.entry("net.ipv4.tcp_rto_max_ms", (to, values) -> to.tcp.rtoMaxNanos(nanos(values[0], Profiles.MILLI))),
            Map.entry("net.ipv4.tcp_keepalive_time", option(Option.TCP_KEEPIDLE, 1)),
            Map.entry("net.ipv4.tcp_keepalive_intvl", option(Option.TCP_KEEPINTVL, 1)),
            Map.entry("net.ipv4.tcp_keepalive_probes", option(Option.TCP_KEEPCNT, 1)),
            Map.entry(
                    "net.ipv4.tcp_notsent_lowat",
                    // The largest value stands for no limit, which the option calls 0.
                    (to, values) -> to.tcp.unsentBytesMax(values[0] > Integer.MAX_VALUE ? 0 : (int) values[0])),
            Map.entry("net.ipv4.ip_default_ttl", option(Option.IP_TTL, 1)),
            Map.entry("net.inet.tcp.recvspace", (to, values) -> to.receiveBuffer = bytes(values[0])),
            Map.entry("net.inet.tcp.sendspace", (to, values) -> to.sendBuffer = bytes(values[0])),
            Map.entry(
                    "kern.ipc.maxsockbuf",
                    (to, values) -> to.receiveBufferMax = (int) Math.min(values[0], 0xffff_ffffL)),
            Map.entry(
                    "net.inet.tcp.rfc1323",
                    (to, values) -> to.tcp
                            .timestamps((values[0] & (values[0] == 1 ? 1 : 2)) != 0)
                            .windowScaling((values[0] & (values[0] == 1 ? 1 : 4)) != 0)),
            Map.entry(
                    "net.inet.tcp.rexmit_initial",
                    (to, values) -> to.tcp.rtoInitialNanos(nanos(values[0], Profiles.MILLI))),
            Map.entry("net.inet.tcp.rexmit_min", (to, values) -> to.tcp.rtoMinNanos(nanos(values[0], Profiles.MILLI))),
            Map.entry("net.inet.tcp.rexmit_slop", (to, values) -> to.tcp.rtoSlopNanos(values[0] * Profiles.MILLI)),
            Map.entry(
                    "net.inet.tcp.delacktime",
                    (to, values) -> to.tcp.delayedAckNanos(Math.clamp(values[0], 0, 499) * Profiles.MILLI)),
            Map.entry(
                    "net.inet.tcp.delayed_ack",
                    (to, values) -> to.tcp.delayedAckNanos(values[0] == 0 ? 0 : 40 * Profiles.MILLI)),
            Map.entry("net.inet.tcp.msl", (to, values) -> to.tcp.mslNanos(nanos(values[0], Profiles.MILLI))),
            Map.entry(
                    "net.inet.tcp.finwait2_timeout",
                    (to, values) -> to.tcp.finWait2Nanos(nanos(values[0], Profiles.MILLI))),
            Map.entry(
                    "net.inet.tcp.initcwnd_segments",
                    (to, values) -> to.tcp.initialWindowSegments(Math.max(1, count(values[0])))),
            Map.entry("net.inet.tcp.mssdflt", (to, values) -> to.defaultSegment = count(values[0])),
            Map.entry("net.inet.tcp.keepinit", (to, values) -> {
                to.keepInitNanos = nanos(values[0], Profiles.MILLI);
                to.optionDefaults().put(Option.TCP_KEEPINIT, (int) (values[0] / 1000));
            }),
            Map.entry("net.inet.tcp.keepidle", option(Option.TCP_KEEPIDLE, 1000)),
            Map.entry("net.inet.tcp.keepintvl", option(Option.TCP_KEEPINTVL, 1000)),
            Map.entry("net.inet.tcp.keepcnt", option(Option.TCP_KEEPCNT, 1)),
            Map.entry(
                    "net.inet.tcp.tolerate_missing_ts", (to, values) -> to.tcp.missingTimestampsTaken(values[0] != 0)),
            Map.entry("net.inet.ip.ttl", option(Option.IP_TTL, 1)));

    /// What asks for something that the engine does not do, or does not do otherwise. A script whose packets
    /// depend on it fails by them.
    private static final Set<String> NOTED = Set.of(
            // Reports of duplicates, and what loss detection does otherwise.
            "net.ipv4.tcp_dsack",
            "net.ipv4.tcp_fack",
            "net.ipv4.tcp_frto",
            "net.ipv4.tcp_reordering",
            "net.ipv4.tcp_max_reordering",
            "net.ipv4.tcp_thin_linear_timeouts",
            // What restarts after idleness, and other stacks.
            "net.ipv4.tcp_slow_start_after_idle",
            "net.inet.tcp.functions_default",
            // Explicit congestion notification.
            "net.ipv4.tcp_ecn_fallback",
            "net.ipv4.tcp_ecn_option",
            "net.inet.tcp.ecn.maxretries",
            // TCP Fast Open.
            "net.ipv4.tcp_fastopen_cookies",
            "net.inet.tcp.fastopen.client_enable",
            "net.inet.tcp.fastopen.server_enable",
            "net.inet.tcp.fastopen.setkey",
            // Path MTU discovery.
            "net.ipv4.ip_no_pmtu_disc",
            "net.ipv4.tcp_mtu_probing",
            "net.ipv4.tcp_base_mss",
            "net.ipv4.tcp_mtu_probe_floor",
            "net.ipv4.tcp_probe_interval",
            "net.ipv4.tcp_probe_threshold",
            "net.inet.tcp.path_mtu_discovery",
            "net.inet.tcp.pmtud_blackhole_detection",
            "net.inet.tcp.pmtud_blackhole_mss",
            "net.inet.tcp.v6pmtud_blackhole_mss",
            "net.inet.tcp.v6mssdflt",
            // What is answered, and what is taken, where the engine follows RFC 9293 and 5961.
            "net.ipv4.tcp_tw_reuse",
            "net.ipv4.tcp_abort_on_overflow",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_challenge_ack_limit",
            "net.ipv4.tcp_invalid_ratelimit",
            "net.ipv4.tcp_stdurg",
            "net.inet.tcp.insecure_rst",
            "net.inet.tcp.insecure_syn",
            "net.inet.tcp.insecure_ack",
            "net.inet.tcp.blackhole",
            "net.inet.tcp.drop_synfin",
            "net.inet.tcp.rexmit_drop_options",
            "net.inet.tcp.syncookies",
            "net.inet.tcp.syncookies_only",
            "net.inet.tcp.nolocaltimewait",
            "net.inet.tcp.fast_finwait2_recycle",
            "net.inet.tcp.udp_tunneling_port",
            "net.inet.tcp.udp_tunneling_overhead",
            "net.ipv4.tcp_min_snd_mss",
            "net.ipv4.tcp_adv_win_scale",
            "net.ipv4.tcp_shrink_window",
            "net.ipv4.tcp_comp_sack_delay_ns",
            "net.ipv4.tcp_comp_sack_nr");

    /// What no packet of a script and no outcome of a call depends on here.
    private static final Set<String> HARMLESS = Set.of(
            // Nothing is remembered from one run to the next.
            "net.ipv4.tcp_no_metrics_save",
            "net.inet.tcp.hostcache.purgenow",
            "net.inet.tcp.hostcache.enable",
            "net.inet.tcp.hostcache.purge",
            // Segments are made one at a time, and nothing is paced.
            "net.ipv4.tcp_tso_win_divisor",
            "net.ipv4.tcp_tso_rtt_log",
            "net.ipv4.tcp_limit_output_bytes",
            "net.ipv4.tcp_autocorking",
            "net.ipv4.tcp_pacing_ss_ratio",
            "net.ipv4.tcp_pacing_ca_ratio",
            "net.inet.tcp.tso",
            // Limits that no script comes near.
            "net.ipv4.tcp_mem",
            "net.ipv4.tcp_max_syn_backlog",
            "net.ipv4.tcp_max_tw_buckets",
            "net.ipv4.tcp_max_orphans",
            "net.ipv4.tcp_orphan_retries",
            "net.ipv4.tcp_child_ehash_entries",
            "net.ipv4.ip_local_port_range",
            "net.core.somaxconn",
            "net.core.rmem_max",
            "net.core.wmem_max",
            "net.core.rmem_default",
            "net.core.wmem_default",
            "net.core.netdev_max_backlog",
            "net.core.default_qdisc",
            "net.core.optmem_max",
            "kern.ipc.soacceptqueue",
            "kern.ipc.somaxconn",
            // Addresses, routes and what other programs see.
            "net.ipv4.tcp_low_latency",
            "net.ipv4.tcp_workaround_signed_windows",
            "net.ipv4.tcp_pingpong_thresh",
            "net.ipv4.tcp_reflect_tos",
            "net.ipv4.tcp_plb_enabled",
            "net.inet.tcp.log_debug",
            "net.inet.tcp.log_in_vain",
            "net.inet.icmp.icmplim",
            "net.inet6.icmp6.errppslimit");

    private static final Set<String> CONGESTION =
            Set.of("net.ipv4.tcp_congestion_control", "net.inet.tcp.cc.algorithm");

    private Sysctls() {}

    /// Four words of eight digits, and after a comma the backup.
    private static Setting fastOpenKey(Settings to, String value) {
        if (!FAST_OPEN_KEY.matcher(value).matches()) {
            return Setting.UNKNOWN;
        }
        var words = value.split("[-,]", -1);
        var octets = ByteBuffer.allocate(Integer.BYTES * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (var word : words) {
            octets.putInt(Integer.parseUnsignedInt(word, 16));
        }
        to.fastOpenKeys = FastOpenKeys.of(octets.array());
        return Setting.APPLIED;
    }

    /// Other algorithms than these two are noted: a script that tells them apart fails by its packets.
    private static Setting congestion(Settings to, String name) {
        var algorithm = algorithm(name);
        if (algorithm != null) {
            to.tcp.congestion(algorithm);
        }
        return Setting.APPLIED;
    }

    /// The algorithm of that name; null when the engine has none.
    static @Nullable CongestionAlgorithm algorithm(String name) {
        return switch (name) {
            case "reno", "newreno" -> CongestionAlgorithm.NEW_RENO;
            case "cubic" -> CongestionAlgorithm.CUBIC;
            default -> null;
        };
    }

    /// Both systems count alike: off, on, when asked. Beyond that is accurate ECN.
    private static EcnUse ecn(long value) {
        return value == 0 ? EcnUse.OFF : value == 1 ? EcnUse.ON : EcnUse.WHEN_ASKED;
    }

    private static Action option(Option option, int divisor) {
        return (to, values) -> to.optionDefaults().put(option, (int) (values[0] / divisor));
    }

    private static int bytes(long value) {
        return (int) Math.clamp(value, 1, 1L << 30);
    }

    private static int count(long value) {
        return Math.clamp(value, 0, 100);
    }

    private static long nanos(long value, long unitNanos) {
        return Math.clamp(value, 1, 1_000_000_000L) * unitNanos;
    }

    /// What becomes of a setting. A value that is no number where one is due leaves it unknown.
    static Setting apply(Settings to, String name, String value) {
        if (HARMLESS.contains(name)) {
            return Setting.HARMLESS;
        }
        if (NOTED.contains(name)) {
            return Setting.APPLIED;
        }
        if (CONGESTION.contains(name)) {
            return congestion(to, value.strip());
        }
        if (name.equals("net.ipv4.tcp_fastopen_key")) {
            return fastOpenKey(to, value.strip());
        }
        var action = CARRIED_OUT.get(name);
        var values = values(value);
        if (action == null || values.length == 0) {
            return Setting.UNKNOWN;
        }
        if (to.profile() == Profile.LEVEE && name.contains("mem")) {
            // Buffers of this profile are its own.
            return Setting.HARMLESS;
        }
        var before = to.tcp.build().toBuilder();
        try {
            action.apply(to, values);
            to.tcp.build();
            return Setting.APPLIED;
        } catch (IllegalArgumentException e) {
            // A value that the engine does not take.
            to.tcp = before;
            return Setting.UNKNOWN;
        }
    }

    private static long[] values(String text) {
        var parts = SPACE.split(text.strip(), -1);
        var values = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            try {
                values[i] = Long.decode(parts[i]);
            } catch (NumberFormatException e) {
                return new long[0];
            }
        }
        return values;
    }
}
