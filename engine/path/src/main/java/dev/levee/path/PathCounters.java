package dev.levee.path;

/// What became of the packets of one direction of a path.
///
/// Each packet that is offered, and each second copy, ends in exactly one place:
/// `offered + duplicated = delivered + lost + queueDropped + tooBig + overflowed + pending`, where `pending` is
/// [ImpairedPath#pending]. The others say what happened on the way.
///
/// Threads: written by the path's owner; others may see slightly old values.
public final class PathCounters {
    long offered;
    long delivered;
    long lost;
    long duplicated;
    long reordered;
    long corrupted;
    long queueDropped;
    long marked;
    long tooBig;
    long overflowed;

    PathCounters() {}

    /// Packets given to the path.
    public long offered() {
        return offered;
    }

    /// Packets that came out at the other end, second copies included.
    public long delivered() {
        return delivered;
    }

    /// Packets lost by chance.
    public long lost() {
        return lost;
    }

    /// Second copies made.
    public long duplicated() {
        return duplicated;
    }

    /// Packets that were told to overtake, or to wait for others to overtake them. What jitter does to the
    /// order is not counted.
    public long reordered() {
        return reordered;
    }

    /// Packets of which a bit was flipped.
    public long corrupted() {
        return corrupted;
    }

    /// Packets that found the line's queue full.
    public long queueDropped() {
        return queueDropped;
    }

    /// Packets marked because the queue was long.
    public long marked() {
        return marked;
    }

    /// Packets longer than the MTU.
    public long tooBig() {
        return tooBig;
    }

    /// Packets for which the path itself had no frame left: its limit, not the modelled network's.
    public long overflowed() {
        return overflowed;
    }

    /// One line for people.
    @Override
    public String toString() {
        return "offered " + offered + ", delivered " + delivered + ", lost " + lost + ", duplicated " + duplicated
                + ", reordered " + reordered + ", corrupted " + corrupted + ", queue full " + queueDropped
                + ", marked " + marked + ", too big " + tooBig + ", overflowed " + overflowed;
    }
}
