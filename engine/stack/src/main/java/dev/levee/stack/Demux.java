package dev.levee.stack;

import dev.levee.wire.SipHash;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The sockets of a stack by four-tuple: open addressing with linear probing over flat arrays, at most half
/// full.
///
/// The hash is keyed, so that nobody can choose tuples that collide; it is kept beside each entry, so that
/// probing, shifting and growing never compute it again. Deleting shifts the entries behind the hole back: no
/// tombstones, and the cost of a lookup does not depend on history.
///
/// Growing is incremental: a table of twice the size is allocated, and each insertion moves the entries of
/// [#MOVED_SLOTS] slots over. The longest pause is that allocation: at 2^20
/// connections 25 MB in 1 to 10 ms. The table never shrinks.
///
/// A lookup allocates nothing. Among 1,000 connections it costs about 31 ns, 22 of them the hash; among 100,000
/// and 1,000,000, where the caches no longer hold the tables, 210 and 470 ns (one core of a small cloud
/// machine, shared with others).
///
/// Threads: shard.
final class Demux {
    /// Each table is half full when it is replaced, so the next one takes as many insertions as this one has
    /// slots divided by two; two slots per insertion would be enough.
    private static final int MOVED_SLOTS = 8;

    private static final int SLOTS_MIN = 64;

    private final SipHash key;
    private Table current = new Table(SLOTS_MIN);
    private @Nullable Table old;
    private int moved;

    /// @param key of the places of tuples
    Demux(SipHash key) {
        this.key = key;
    }

    int size() {
        var growing = old;
        return current.count + (growing == null ? 0 : growing.count);
    }

    /// The hash of a tuple.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    long hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return key.place(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /// The socket of a tuple, or null.
    @Nullable
    TcpSocket find(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        long hash = hash(localHigh, localLow, remoteHigh, remoteLow, ports);
        return find(hash, localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /// The same by its [#hash].
    @Nullable
    TcpSocket find(long hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        var socket = current.find(hash, localHigh, localLow, remoteHigh, remoteLow, ports);
        var growing = old;
        if (socket == null && growing != null) {
            socket = growing.find(hash, localHigh, localLow, remoteHigh, remoteLow, ports);
        }
        return socket;
    }

    /// Adds a socket whose tuple is not there yet.
    void add(TcpSocket socket) {
        long hash = hash(socket);
        if (old != null) {
            move(old);
        }
        if (2 * (current.count + 1) > current.sockets.length) {
            assert old == null : "the last growth is complete long before the next";
            old = current;
            moved = 0;
            current = new Table(2 * current.sockets.length);
        }
        current.add(hash, socket);
    }

    /// Removes a socket that is there.
    void remove(TcpSocket socket) {
        long hash = hash(socket);
        var growing = old;
        if (!current.remove(hash, socket)) {
            boolean removed = growing != null && growing.remove(hash, socket);
            assert removed : "removed a socket that is not in the table";
        }
    }

    /// Hands every socket over, in no order. The table must not change meanwhile.
    void forEach(Consumer<? super TcpSocket> action) {
        current.forEach(action);
        var growing = old;
        if (growing != null) {
            growing.forEach(action);
        }
    }

    private long hash(TcpSocket socket) {
        var local = socket.connection().tuple().localAddress();
        var remote = socket.connection().tuple().remoteAddress();
        return hash(local.high(), local.low(), remote.high(), remote.low(), socket.ports);
    }

    private void move(Table from) {
        int end = Math.min(moved + MOVED_SLOTS, from.sockets.length);
        while (moved < end) {
            // Deleting may shift the next entry into this slot. When the slot stays empty, no entry behind it
            // has its home at or before it: lookups in what is left stay right.
            for (var socket = from.sockets[moved]; socket != null; socket = from.sockets[moved]) {
                long hash = from.hashes[moved];
                from.removeAt(moved);
                current.add(hash, socket);
            }
            moved++;
        }
        if (moved == from.sockets.length) {
            assert from.count == 0;
            old = null;
        }
    }

    /// One table of a power of two slots.
    private static final class Table {
        final long[] hashes;
        final @Nullable TcpSocket[] sockets;
        final int mask;
        int count;

        Table(int slots) {
            hashes = new long[slots];
            sockets = new @Nullable TcpSocket[slots];
            mask = slots - 1;
        }

        @Nullable
        TcpSocket find(long hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
            int at = (int) hash & mask;
            for (var socket = sockets[at]; socket != null; socket = sockets[at]) {
                if (hashes[at] == hash && socket.is(localHigh, localLow, remoteHigh, remoteLow, ports)) {
                    return socket;
                }
                at = at + 1 & mask;
            }
            return null;
        }

        void add(long hash, TcpSocket socket) {
            int at = (int) hash & mask;
            while (sockets[at] != null) {
                at = at + 1 & mask;
            }
            hashes[at] = hash;
            sockets[at] = socket;
            count++;
        }

        boolean remove(long hash, TcpSocket socket) {
            int at = (int) hash & mask;
            while (sockets[at] != socket) {
                if (sockets[at] == null) {
                    return false;
                }
                at = at + 1 & mask;
            }
            removeAt(at);
            return true;
        }

        /// Empties a slot and closes the hole: an entry further on moves back if its home does not lie behind
        /// the hole.
        void removeAt(int index) {
            int hole = index;
            int at = index;
            while (true) {
                at = at + 1 & mask;
                if (sockets[at] == null) {
                    break;
                }
                int home = (int) hashes[at] & mask;
                if ((at - home & mask) >= (at - hole & mask)) {
                    hashes[hole] = hashes[at];
                    sockets[hole] = sockets[at];
                    hole = at;
                }
            }
            sockets[hole] = null;
            count--;
        }

        void forEach(Consumer<? super TcpSocket> action) {
            for (var socket : sockets) {
                if (socket != null) {
                    action.accept(socket);
                }
            }
        }
    }
}
