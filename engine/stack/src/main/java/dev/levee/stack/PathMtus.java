package dev.levee.stack;

import dev.levee.tcp.TcpConnection;
import dev.levee.wire.SipHash;

/// What connections have found out about the paths to hosts (RFC 8201 §5.2), for those that come after them: a
/// bounded table in which nobody can choose a place, and in which nothing lasts.
///
/// Rows of [#WAYS] places; in a full row the entry goes that would have been forgotten first. Only what a
/// connection has believed comes in here ([TcpConnection#onPacketTooBig]): a stranger would have to guess a
/// segment in flight.
///
/// Threads: shard.
final class PathMtus {
    private static final int WAYS = 4;

    private final SipHash key;
    private final int mask;
    private final long[] high;
    private final long[] low;
    private final int[] mtu;
    private final long[] untilNanos;

    /// @param entriesMax how many hosts are remembered, at least 4; rounded down to a power of two
    PathMtus(SipHash secret, int entriesMax) {
        key = Keys.PATH_MTU.from(secret);
        int places = Integer.highestOneBit(entriesMax);
        mask = places / WAYS - 1;
        high = new long[places];
        low = new long[places];
        mtu = new int[places];
        untilNanos = new long[places];
    }

    /// A connection has believed a router.
    void learn(long nowNanos, long remoteHigh, long remoteLow, TcpConnection connection) {
        int row = row(remoteHigh, remoteLow);
        int place = row;
        for (int at = row; at < row + WAYS; at++) {
            if (is(at, remoteHigh, remoteLow)) {
                place = at;
                break;
            }
            boolean free = !lives(at, nowNanos);
            if (lives(place, nowNanos) && (free || untilNanos[at] - untilNanos[place] < 0)) {
                place = at;
            }
        }
        high[place] = remoteHigh;
        low[place] = remoteLow;
        mtu[place] = connection.pathMtu();
        untilNanos[place] = connection.pathMtuUntilNanos();
    }

    /// A connection is born: it is told what is known.
    void tell(long nowNanos, TcpConnection connection) {
        var remote = connection.tuple().remoteAddress();
        int row = row(remote.high(), remote.low());
        for (int at = row; at < row + WAYS; at++) {
            if (is(at, remote.high(), remote.low()) && lives(at, nowNanos)) {
                connection.pathMtuKnown(mtu[at], untilNanos[at]);
            }
        }
    }

    /// The largest packet that the path to a host is known to carry.
    ///
    /// @param unknown what holds where nothing is known
    int mtu(long nowNanos, long remoteHigh, long remoteLow, int unknown) {
        int row = row(remoteHigh, remoteLow);
        for (int at = row; at < row + WAYS; at++) {
            if (is(at, remoteHigh, remoteLow) && lives(at, nowNanos)) {
                return Math.min(mtu[at], unknown);
            }
        }
        return unknown;
    }

    /// How many hosts are remembered.
    int count(long nowNanos) {
        int count = 0;
        for (int at = 0; at < mtu.length; at++) {
            count += lives(at, nowNanos) ? 1 : 0;
        }
        return count;
    }

    private int row(long remoteHigh, long remoteLow) {
        return ((int) key.hash(remoteHigh, remoteLow, 0, 0) & mask) * WAYS;
    }

    private boolean is(int at, long remoteHigh, long remoteLow) {
        return mtu[at] > 0 && low[at] == remoteLow && high[at] == remoteHigh;
    }

    private boolean lives(int at, long nowNanos) {
        return mtu[at] > 0 && untilNanos[at] - nowNanos > 0;
    }
}
