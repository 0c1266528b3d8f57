package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;

/// The user timeout option (RFC 5482): each side tells how long it bears with what is not acknowledged, and may go by
/// what the other says. It is advice, not an agreement: nothing is repeated or acknowledged.
///
/// Threads: shard.
final class UserTimeout {
    private static final int OPTION_BYTES = 4;
    private static final int OPTIONS_BYTES_MAX = 40;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private UserTimeout() {}

    /// The option is told with the SYN and, because a SYN may be forgotten by who answers with a cookie, once more
    /// with what comes next (RFC 5482 §3).
    static void begin(Tcb tcb) {
        tcb.userTimeoutDue = tcb.config.userTimeoutOption();
    }

    /// The settings have changed: the peer hears of a new value with the next segment that has room (RFC 5482 §3).
    static void configured(Tcb tcb, TcpConfig before) {
        var config = tcb.config;
        if (config.userTimeoutOption()
                && (!before.userTimeoutOption() || advertisedNanos(config) != advertisedNanos(before))) {
            tcb.userTimeoutDue = true;
        }
    }

    /// An acceptable segment arrived. A connection that does not take part ignores what it says.
    static void arrives(Tcb tcb, long nowNanos, Segment segment) {
        int seconds = segment.userTimeoutSeconds();
        if (seconds != 0 && seconds != tcb.peerUserTimeoutSeconds && tcb.config.userTimeoutOption()) {
            long before = RetransmitTimer.r2Nanos(tcb);
            tcb.peerUserTimeoutSeconds = seconds;
            RetransmitTimer.limitChanged(tcb, nowNanos, before);
        }
    }

    /// How long data may stay unacknowledged: "USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT))" (RFC
    /// 5482 §3.1) where the peer has said something and the user has not.
    static long nanos(Tcb tcb) {
        var config = tcb.config;
        if (config.userTimeoutNanos() > 0) {
            return config.userTimeoutNanos();
        }
        if (!adopted(tcb)) {
            return config.r2Nanos();
        }
        long both = Math.max(advertisedNanos(config), tcb.peerUserTimeoutSeconds * SECOND_NANOS);
        return Math.min(config.userTimeoutNanosMax(), Math.max(both, config.userTimeoutNanosMin()));
    }

    /// Whether the peer has a say.
    static boolean adopted(Tcb tcb) {
        var config = tcb.config;
        return config.userTimeoutOption() && config.userTimeoutNanos() == 0 && tcb.peerUserTimeoutSeconds != 0;
    }

    private static long advertisedNanos(TcpConfig config) {
        if (config.userTimeoutAdvertisedNanos() > 0) {
            return config.userTimeoutAdvertisedNanos();
        }
        return config.userTimeoutNanos() > 0 ? config.userTimeoutNanos() : config.r2Nanos();
    }

    /// Adds the option to a SYN if there is room beside its other options.
    static void onSyn(Tcb tcb, SegmentWriter writer) {
        if (tcb.config.userTimeoutOption()) {
            write(tcb, writer);
        }
    }

    /// Adds the option to a segment without text if it is due: segments with text have no room set aside for it.
    static void onSegment(Tcb tcb, SegmentWriter writer, int length) {
        if (tcb.userTimeoutDue && length == 0 && tcb.state.synchronised() && write(tcb, writer)) {
            tcb.userTimeoutDue = false;
        }
    }

    private static boolean write(Tcb tcb, SegmentWriter writer) {
        boolean room = writer.optionBytes() + OPTION_BYTES <= OPTIONS_BYTES_MAX;
        if (room) {
            writer.userTimeout((int) ((advertisedNanos(tcb.config) - 1) / SECOND_NANOS + 1));
        }
        return room;
    }
}
