package dev.levee.bench.flood;

import dev.levee.wire.Frame;

/// What stands at the far end of the link: one listener of a kind, and its service ([FloodService]). Driven as a shard
/// drives a stack: packets in, [#serve], packets out until there are none.
///
/// Threads: one owner.
interface FloodServer {
    void onFrame(long nowNanos, Frame frame);

    /// Whether SYNs wait in a lane of their own until [#serveSyns].
    default boolean synsWait() {
        return false;
    }

    /// Serves those who have waited longest, at most so many.
    default void serveSyns(long nowNanos, int max) {}

    /// Writes the next packet that is due, if any.
    ///
    /// @return whether one was written
    boolean poll(long nowNanos, Frame out);

    /// When [#poll] has something to do next if nothing else happens; `Deadlines.NONE` if never.
    long nextDeadline();

    /// Does for the connections what their service has to do.
    void serve(long nowNanos);

    /// SYNs that were answered so far.
    long answered();

    /// Handshakes under way that are remembered.
    int halfOpen();

    /// Octets that one of them takes, or 0 when none was ever remembered.
    int bytesPerHalfOpen();
}
