package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.Times;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Which round-trip times one end can have measured: between the sending of something and the acknowledgement
/// that covers it, by the host's clock. Not of what was sent twice (RFC 6298 §3, Karn), unless a timestamp tells
/// which copy was acknowledged (RFC 7323 §4). All averages lie between the least and the greatest of these.
///
/// Threads: the simulation's.
final class RoundTrip {
    private static final int STAMPS_MAX = 4_096;
    private static final long UNKNOWN = Long.MIN_VALUE;
    /// Two timestamps may be apart by almost a tick more or less than their segments.
    private static final long TICK_NANOS = Times.millis(1);

    /// Something that is not acknowledged yet.
    private static final class Sent {
        private final long from;
        private final long to;
        private final long nanos;
        private boolean again;

        Sent(long from, long to, long nanos) {
            this.from = from;
            this.to = to;
            this.nanos = nanos;
        }
    }

    private record Stamp(int value, long nanos) {}

    private final End end;
    private final List<Sent> sent = new ArrayList<>();
    private final ArrayDeque<Stamp> stamps = new ArrayDeque<>();
    private static final long SYN_ACK_NANOS = 3_907;

    private long least = Long.MAX_VALUE;
    private long most = -1;
    private boolean measurable;
    /// Whether the host must have measured something: the first segment of a flight was acknowledged, of which nothing
    /// was sent twice (RFC 6298 §3).
    private boolean must;
    /// Nothing of this flight was sent twice, and the window was open all the time.
    private boolean clean;
    /// An echo of a timestamp too old to be remembered, or of none of ours: nothing is certain any more.
    private boolean unsure;
    private long before = UNKNOWN;

    RoundTrip(End end) {
        this.end = end;
    }

    /// The shortest that can have been measured; 0 when that is not known. A host that says that it has measured
    /// none (of many segments under way it may time a single one, and that may have been sent twice: RFC 6298 §3)
    /// has to wait for its first timeout (§2.1).
    long least() {
        if (unsure || end.receiver.isVague()) {
            return 0;
        }
        if (before != UNKNOWN && before < 0) {
            return end.config.rtoInitialNanos();
        }
        return most < 0 ? 0 : least;
    }

    /// Perhaps another connection, which knows nothing of what was sent before.
    void anew() {
        unsure = true;
    }

    /// The peer's window is closed: what is sent now are probes.
    void windowClosed() {
        clean = false;
    }

    /// A segment with this timestamp leaves.
    void stamped(int value) {
        var last = stamps.peekLast();
        if (last == null || last.value != value) {
            stamps.addLast(new Stamp(value, end.host.nowNanos()));
            if (stamps.size() > STAMPS_MAX) {
                stamps.removeFirst();
            }
        }
    }

    /// Positions leave, perhaps not for the first time.
    void leaves(long from, long to) {
        var now = new Sent(from, to, end.host.nowNanos());
        clean = sent.isEmpty() ? from > 0 && end.sender.window > 0 : clean;
        for (var other : sent) {
            if (other.from < to && from < other.to) {
                other.again = true;
                now.again = true;
                clean = false;
            }
        }
        sent.add(now);
    }

    /// An acknowledgement of more than before.
    void acknowledged(Packet packet, long upTo) {
        long now = end.host.nowNanos();
        for (var one : sent) {
            if (one.to <= upTo && !one.again) {
                // When a SYN-ACK was sent is remembered in 256ths of a millisecond.
                measured(now - one.nanos, one.from == 0 ? SYN_ACK_NANOS : 0);
            }
        }
        must |= clean && !sent.isEmpty() && sent.getFirst().to <= upTo;
        sent.removeIf(one -> one.to <= upTo);
        if (end.timestamps && packet.timestamps && packet.tsEcr != 0) {
            echoed(now, packet.tsEcr);
        }
    }

    private void echoed(long nowNanos, int value) {
        for (var stamp : stamps) {
            if (stamp.value == value) {
                measured(nowNanos - stamp.nanos, TICK_NANOS);
                return;
            }
        }
        unsure = true;
    }

    private void measured(long nanos, long slackNanos) {
        least = Math.min(least, Math.max(0, nanos - slackNanos));
        most = Math.max(most, Math.max(1, nanos + slackNanos));
        measurable = true;
    }

    /// The host has come to rest: what does it think?
    void settled() {
        var user = end.party;
        if (user == null || unsure || end.receiver.isVague()) {
            return;
        }
        var connection = user.socket().tcp().connection();
        judge(connection.srttNanos(), connection.rtoNanos());
    }

    /// @param smoothed the round-trip time that the host goes by, negative without a measurement
    /// @param timeout of its retransmission timer
    void judge(long smoothed, long timeout) {
        check(
                smoothed < 0 || (smoothed >= least && smoothed <= most),
                Oracle.ROUND_TRIP,
                "%s takes the round-trip time for %s s; it can have measured %s to %s s",
                end.name,
                Times.format(smoothed),
                Times.format(Math.min(least, most)),
                Times.format(most));
        check(
                measurable || before == UNKNOWN || smoothed == before,
                Oracle.ROUND_TRIP,
                "%s takes the round-trip time for %s s, before for %s s: of nothing that was acknowledged since can it"
                        + " be told which copy was",
                end.name,
                Times.format(smoothed),
                Times.format(before));
        check(
                smoothed >= 0 || (!must && before < 0),
                Oracle.ROUND_TRIP,
                "%s knows of no round-trip time, though something was acknowledged that it must have measured",
                end.name);
        before = smoothed;
        measurable = false;
        var config = end.config;
        long shortest = Math.max(config.rtoMinNanos(), smoothed < 0 ? config.rtoInitialNanos() : smoothed);
        check(
                timeout >= Math.min(shortest, config.rtoMaxNanos()) && timeout <= config.rtoMaxNanos(),
                Oracle.ROUND_TRIP,
                "%s has a timeout of %s s; it should have %s to %s s",
                end.name,
                Times.format(timeout),
                Times.format(Math.min(shortest, config.rtoMaxNanos())),
                Times.format(config.rtoMaxNanos()));
    }
}
