package dev.levee.stack;

import dev.levee.wire.SipHash;

/// Delays that differ from host to host, so that not all of a segment speak at once; from the stack's secret.
///
/// Threads: shard.
final class Spread {
    private final SipHash key;
    private int drawn;

    Spread(SipHash secret) {
        key = Keys.SPREAD.from(secret);
    }

    /// Anything from 0 to below `limitNanos`, which is positive.
    long below(long limitNanos) {
        return Math.floorMod(key.hash(0, 0, 0, 0, drawn++), limitNanos);
    }
}
