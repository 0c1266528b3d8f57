package dev.levee.stack;

import dev.levee.wire.SipHash;

/// What a connection's numbers begin with: sequence numbers (RFC 6528) and timestamps (RFC 7323 §5.4).
///
/// Each tuple has its own space, displaced by a keyed hash, so that nobody learns from his own connections what
/// those of others begin with; within the space of a tuple time moves on, so that incarnations do not overlap.
///
/// Threads: any; immutable.
final class InitialSequence {
    private static final long TICK_NANOS = 4_000;

    private final SipHash sequenceKey;
    private final SipHash timestampKey;

    InitialSequence(SipHash secret) {
        sequenceKey = Keys.INITIAL_SEQUENCE.from(secret);
        timestampKey = Keys.TIMESTAMP_OFFSET.from(secret);
    }

    /// RFC 6528 §3:
    /// > ISN = M + F(localip, localport, remoteip, remoteport, secretkey)
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    int iss(long nowNanos, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        // RFC 9293 §3.4.1: the clock's "low-order bit is incremented roughly every 4 microseconds".
        int clock = (int) Math.floorDiv(nowNanos, TICK_NANOS);
        return clock + (int) sequenceKey.hash(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /// What is added to the timestamp clock of a connection. The same for every incarnation of a tuple, so that
    /// the peer's check for old duplicates holds across them.
    int timestampOffset(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return (int) timestampKey.hash(localHigh, localLow, remoteHigh, remoteLow, ports);
    }
}
