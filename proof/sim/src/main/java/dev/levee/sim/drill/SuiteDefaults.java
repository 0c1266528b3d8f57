package dev.levee.sim.drill;

import java.util.ArrayList;
import java.util.List;

/// The settings that scripts of the Linux suite assume: nearly all of them begin with a script of this name
/// that makes them.
final class SuiteDefaults {
    private static final String[][] SETTINGS = {
        {"net.ipv4.tcp_rmem", "4096 540000 15728640"},
        {"net.ipv4.tcp_wmem", "4096 262144 4194304"},
        {"net.ipv4.tcp_timestamps", "1"},
        {"net.ipv4.tcp_syn_retries", "5"},
        {"net.ipv4.tcp_synack_retries", "5"},
        {"net.ipv4.tcp_frto", "2"},
        {"net.ipv4.tcp_sack", "1"},
        {"net.ipv4.tcp_dsack", "1"},
        {"net.ipv4.tcp_fack", "0"},
        {"net.ipv4.tcp_reordering", "3"},
        {"net.ipv4.tcp_congestion_control", "cubic"},
        {"net.ipv4.tcp_slow_start_after_idle", "0"},
        {"net.ipv4.tcp_early_retrans", "4"},
        {"net.ipv4.tcp_recovery", "1"},
        {"net.ipv4.tcp_tso_win_divisor", "3"},
        {"net.ipv4.tcp_ecn", "0"},
        {"net.ipv4.tcp_ecn_option", "2"},
        {"net.ipv4.tcp_pacing_ss_ratio", "200"},
        {"net.ipv4.tcp_pacing_ca_ratio", "120"},
        {"net.ipv4.tcp_notsent_lowat", "4294967295"},
        {"net.ipv4.tcp_fastopen", "0x70403"},
        {"net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"},
        {"net.ipv4.tcp_syncookies", "1"},
    };

    private SuiteDefaults() {}

    static boolean isDefaults(String command) {
        return command.equals("common/defaults.sh") || command.endsWith("/common/defaults.sh");
    }

    static List<Shell.Step> steps() {
        var steps = new ArrayList<Shell.Step>();
        steps.add(new Shell.Step.Configure(List.of("ip", "tcp_metrics", "flush", "all"), List.of()));
        for (var setting : SETTINGS) {
            steps.add(new Shell.Step.Assign(setting[0], setting[1]));
        }
        var queue = List.of("tc", "qdisc", "replace", "dev", "tun0", "root", "pfifo");
        var otherwise = new Shell.Step.Assign("net.core.default_qdisc", "pfifo");
        steps.add(new Shell.Step.Configure(queue, List.of(otherwise)));
        return steps;
    }
}
