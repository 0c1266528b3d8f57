package dev.levee.bench.flood;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What the server says on its one port. The first octet of a connection chooses: [#ECHO] sends everything back,
/// [#DISCARD] takes everything. Whoever closes is closed.
///
/// Threads: one owner.
final class FloodService {
    static final byte ECHO = 'e';
    static final byte DISCARD = 'd';

    /// [Peer#read]: the peer has ended the stream.
    static final int END = -1;
    /// [Peer#read]: nothing to be had, now or ever.
    static final int NOTHING = -2;

    private static final int CHUNK_BYTES = 1 << 16;

    private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK_BYTES);

    /// A connection as its service sees it.
    abstract static class Peer {
        private byte wish;

        /// Takes up to `length` octets: the count, or END, or NOTHING.
        abstract int read(long nowNanos, MemorySegment target, int length);

        /// Writes up to `length` octets.
        ///
        /// @return how many were taken
        abstract int write(long nowNanos, MemorySegment source, int length);

        abstract void close(long nowNanos);

        abstract void abort(long nowNanos);
    }

    /// Does what can be done for a connection now.
    void serve(long nowNanos, Peer peer) {
        int count = peer.read(nowNanos, chunk, CHUNK_BYTES);
        while (count > 0) {
            if (peer.wish == 0) {
                peer.wish = chunk.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
            }
            // What is echoed is short: a client for whom there is no room is one that does not read.
            if (peer.wish == ECHO && peer.write(nowNanos, chunk, count) < count) {
                peer.abort(nowNanos);
                return;
            }
            count = peer.read(nowNanos, chunk, CHUNK_BYTES);
        }
        if (count == END) {
            peer.close(nowNanos);
        }
    }
}
