package dev.levee.stack;

import org.jspecify.annotations.Nullable;

/// One host of the segment: its addresses, and how sure we are that it is there (RFC 4861 §5.1, §7.3.2; the
/// same states serve ARP). Reused for ever.
///
/// Threads: shard.
final class Neighbour extends Timed {
    /// What is known of a neighbour.
    enum State {
        /// The entry is free.
        NONE,
        /// Its link-layer address is being asked for.
        INCOMPLETE,
        /// Confirmed a short time ago.
        REACHABLE,
        /// Not confirmed lately; nothing is done until something is sent to it.
        STALE,
        /// Something was sent to it: higher layers have a moment to confirm.
        DELAY,
        /// It is being asked whether it is there.
        PROBE
    }

    State state = State.NONE;
    long high;
    long low;
    /// Its link-layer address; meaningless while INCOMPLETE.
    long mac;
    /// Where our solicitations come from: the source of the packet that began them.
    long srcHigh;

    long srcLow;
    int solicitations;
    /// Whether a solicitation is due.
    boolean asking;
    /// Whether it stands in the queue of those to be asked, and of those whose packets may go.
    boolean inAsking;
    boolean inReleasing;
    /// Whether something was sent to it since it was known.
    boolean used;

    /// Whether a connection of ours has made progress through it, and when it did last.
    boolean proven;

    long provenNanos;
    long usedNanos;
    long confirmedNanos;

    /// Packets that wait for its link-layer address: indexes into [Unresolved].
    int firstPacket = Unresolved.NONE;
    int lastPacket = Unresolved.NONE;
    int packets;

    /// The next entry of the same bucket.
    @Nullable
    Neighbour nextInBucket;

    /// The list that it stands in: entries on probation, oldest first.
    @Nullable
    NeighbourList list;

    @Nullable
    Neighbour previous;

    @Nullable
    Neighbour next;

    boolean is(long high, long low) {
        return this.low == low && this.high == high;
    }
}
