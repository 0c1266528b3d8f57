package dev.levee.tcp;

import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// How large the receive buffer is to become: dynamic right-sizing (M. Fisk and W. Feng, 2001). Counted is what the
/// user *takes* in each round trip. What the peer sends more than that is of no use, so that a slow reader keeps the
/// buffer that it began with; what a fast one takes tells how much the path delivers.
///
/// The window that a path needs is what arrives in one round trip, and twice that while the peer doubles what it sends.
/// It hears of a larger one a round trip after that was counted, and has doubled once more by then. So the buffer gets
/// twice what was taken, and up to four times where that was more than ever before.
///
/// The round-trip time is the least that was seen: a queue in the path is no reason for a larger window. It is known
/// from the handshake, from the peer's echoes of our timestamps, and where there are none, from the time in which one
/// window arrives, which is never shorter. Echoes let it drift up, should the path have become longer.
///
/// Only a connection that receives much has one of these. It goes back to the shard when the connection is at rest.
///
/// Threads: shard.
final class ReceiveGrowth {
    private static final long MILLI_NANOS = 1_000_000L;
    /// A shorter round trip is counted as one of this length: users are not woken more precisely than that.
    private static final long ROUND_NANOS_MIN = MILLI_NANOS;
    /// A user who takes what has gathered during a pause up to this long has taken it in one round trip.
    private static final long PAUSE_NANOS_MAX = 100 * MILLI_NANOS;
    /// By which part of itself the round-trip time grows in one, unless echoes say that it does not.
    private static final int DRIFT_SHIFT = 10;
    /// Keeps a product of octets and nanoseconds within a `long`.
    private static final int COARSE_SHIFT = 10;

    private long rttNanos;
    /// When the round began, and what the user had taken by then.
    private long roundNanos;
    private long roundRead;
    /// The most that was taken in one round.
    private int takenMost;
    /// Octets that have come in this round, in order or not.
    private long arrived;
    /// The window that is waited for, and since when: without timestamps.
    private int edge;
    private long edgeNanos;

    private void begin(Tcb tcb, long nowNanos) {
        long srttNanos = tcb.rtt.srttNanos();
        rttNanos = srttNanos < 0 ? Long.MAX_VALUE : srttNanos;
        roundNanos = nowNanos;
        roundRead = tcb.rcv.read;
        takenMost = tcb.rcv.limit / 4;
        arrived = 0;
        edge = tcb.rcv.rcvAdv;
        edgeNanos = nowNanos;
    }

    /// Text has arrived in order, up to RCV.NXT.
    void inOrder(Tcb tcb, long nowNanos, Segment segment) {
        if (tcb.rcv.timestamps) {
            int ticks = segment.hasTimestamps() ? tcb.timestamp(nowNanos) - segment.tsEcr() : -1;
            // The echo is of a tick that may have been over at once.
            sample(ticks < 0 ? Long.MAX_VALUE : (ticks + 1L) * Tcb.TIMESTAMP_TICK_NANOS);
        } else if (Seq.ge(tcb.rcv.rcvNxt, edge)) {
            sample(nowNanos - edgeNanos);
            edge = tcb.rcv.rcvAdv;
            edgeNanos = nowNanos;
        }
    }

    /// Text has arrived, in order or not.
    void arrived(int count) {
        arrived += count;
    }

    private void sample(long nanos) {
        rttNanos = Math.min(rttNanos, nanos);
    }

    /// The user has taken something.
    static void consumed(Tcb tcb, long nowNanos) {
        var growth = tcb.growth;
        if (growth != null) {
            growth.taken(tcb, nowNanos);
        } else if (tcb.rcv.received >= tcb.rcv.limit / 4 && tcb.mayGrow()) {
            growth = tcb.context.takeGrowth();
            growth.begin(tcb, nowNanos);
            tcb.growth = growth;
        }
    }

    private void taken(Tcb tcb, long nowNanos) {
        long elapsedNanos = nowNanos - roundNanos;
        long lengthNanos = Math.max(ROUND_NANOS_MIN, rttNanos);
        // What comes in one burst a round trip must not be missed by a hair, or two of them would be counted.
        if (elapsedNanos < lengthNanos - lengthNanos / 4) {
            return;
        }
        boolean paused = elapsedNanos / 2 > lengthNanos;
        long countedNanos = paused ? Math.clamp(PAUSE_NANOS_MAX, lengthNanos, elapsedNanos) : lengthNanos;
        // What a gap has kept from the user came in earlier rounds.
        long most = Math.min(tcb.rcv.read - roundRead, arrived);
        long taken = most * (countedNanos >> COARSE_SHIFT) / (elapsedNanos >> COARSE_SHIFT);
        long wanted = 2 * taken + 4 * Math.clamp(taken - takenMost, 0, taken / 2);
        takenMost = (int) Math.max(takenMost, Math.min(taken, Integer.MAX_VALUE));
        grow(tcb, wanted);
        roundNanos = nowNanos;
        roundRead = tcb.rcv.read;
        arrived = 0;
        if (tcb.rcv.timestamps) {
            rttNanos += rttNanos >> DRIFT_SHIFT;
        }
    }

    /// The receive buffer is to hold so many octets, as far as settings and memory allow.
    private static void grow(Tcb tcb, long octets) {
        var rcv = tcb.rcv;
        int most = Math.min(
                tcb.config.receiveBufferBytesMax(), tcb.context.buffers().growthMost(false));
        int grown = (int) Math.min(octets, most);
        if (grown > rcv.limit) {
            rcv.offer = rcv.offer == rcv.limit ? grown : rcv.offer;
            rcv.limit = grown;
        }
    }

    /// It is not needed for the time being.
    static void giveBack(Tcb tcb) {
        if (tcb.growth != null) {
            tcb.context.giveGrowth(tcb.growth);
            tcb.growth = null;
        }
    }
}
