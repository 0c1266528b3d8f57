package dev.levee.sim.drill;

import dev.levee.sim.drill.script.Code;
import dev.levee.sim.drill.script.CodeEvaluator;
import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.script.Position;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Target;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Evaluates the `%{ }%` blocks of a run. Names stand for what the system says about the connection under test
/// at that moment, or for constants.
final class CodeRunner {
    /// What `tcp_info` has on Linux or FreeBSD: a target need not know all of it, but a name that is not here
    /// is a mistake in the script.
    private static final Set<String> FIELDS = Stream.of("""
                    state ca_state retransmits probes backoff options snd_wscale rcv_wscale
                    delivery_rate_app_limited fastopen_client_fail rto ato snd_mss rcv_mss unacked sacked lost
                    retrans fackets last_data_sent last_ack_sent last_data_recv last_ack_recv pmtu rcv_ssthresh rtt
                    rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans pacing_rate
                    max_pacing_rate bytes_acked bytes_received segs_out segs_in notsent_bytes min_rtt data_segs_in
                    data_segs_out delivery_rate busy_time rwnd_limited sndbuf_limited delivered delivered_ce
                    bytes_sent bytes_retrans dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash total_rto
                    total_rto_recoveries total_rto_time received_ce delivered_e1_bytes delivered_e0_bytes
                    delivered_ce_bytes received_e1_bytes received_e0_bytes received_ce_bytes accecn_fail_mode
                    accecn_opt_seen snd_nxt rcv_nxt toe_tid snd_rexmitpack snd_zerowin rttmin max_seg delivered_ect
                    """.strip().split("\\s+", -1))
            .map(field -> "tcpi_" + field)
            .collect(Collectors.toUnmodifiableSet());

    private final CodeEvaluator evaluator = new CodeEvaluator();
    private final Target target;
    private final Constants constants;
    private final List<String> notes;
    private String unknown = "";

    /// @param notes what blocks print goes here
    CodeRunner(Target target, Platform platform, List<String> notes) {
        this.target = target;
        this.constants = Constants.of(platform);
        this.notes = notes;
    }

    /// @param descriptor the target's
    /// @param moveTo told which line of the block failed
    void run(Code code, int descriptor, Consumer<Position> moveTo) throws DrillFailure, DrillSkip {
        unknown = "";
        var outcome = evaluator.run(code, name -> value(descriptor, name));
        notes.addAll(outcome.printed());
        switch (outcome.verdict()) {
            case OK -> {
                // Nothing to say.
            }
            case FAILED -> {
                moveTo.accept(outcome.at());
                throw new DrillFailure(outcome.reason());
            }
            case UNSUPPORTED -> {
                if (!unknown.isEmpty()) {
                    moveTo.accept(outcome.at());
                    throw new DrillFailure("there is no name " + unknown);
                }
                throw new DrillSkip(outcome.reason());
            }
        }
    }

    private @Nullable Long value(int descriptor, String name) {
        var said = target.info(descriptor, name);
        if (said != null) {
            return said;
        }
        var constant = constants.value(name);
        if (constant.isEmpty() && !FIELDS.contains(name)) {
            unknown = name;
        }
        return constant.isPresent() ? (Long) constant.getAsLong() : null;
    }
}
