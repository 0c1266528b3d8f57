package dev.levee.tcp;

/// How many ACKs answer segments that make no sense (RFC 5961 §7): limited, so that two confused peers do not
/// answer each other for ever. The limit is the connection's own and cannot be predicted: a limit that connections
/// share, or a known one, would tell a stranger who sends to the connection whether his guesses were answered
/// (CVE-2016-5696).
///
/// Threads: shard.
final class Challenges {
    static final long PERIOD_NANOS = 1_000_000_000L;

    private long periodNanos;
    private boolean begun;
    /// How many this period has left.
    private int left;

    /// @return whether one may go out
    boolean take(Tcb tcb, long nowNanos) {
        if (!begun || nowNanos - periodNanos >= PERIOD_NANOS) {
            begin(tcb, nowNanos);
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }

    private void begin(Tcb tcb, long nowNanos) {
        begun = true;
        periodNanos = nowNanos;
        int average = tcb.config.challengeAcksPerSecond();
        left = Math.max(1, average / 2 + tcb.context.chance(average + 1));
    }

    /// One went out while the connection was at rest, the first of a period.
    void tookAt(Tcb tcb, long nanos) {
        begin(tcb, nanos);
        left--;
    }

    /// Whether any went out.
    boolean begun() {
        return begun;
    }

    /// When the last period began.
    long periodNanos() {
        return periodNanos;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        periodNanos = packing.nanos(periodNanos);
        begun = packing.flag(begun);
        left = packing.number(left);
    }
}
