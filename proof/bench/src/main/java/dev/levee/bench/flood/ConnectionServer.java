package dev.levee.bench.flood;

import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpContext;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// A server with connections of the engine and a table of its own, without a stack. What becomes of a segment that no
/// connection takes is for those to say that extend it.
///
/// Threads: one owner.
abstract class ConnectionServer implements FloodServer {
    /// As much as any row has for the buffers of its connections.
    private static final long BUFFER_BYTES = 256L << 20;

    final TcpContext context;
    final IpPacket ip = new IpPacket();
    final Segment segment = new Segment(ip);
    private final FloodService service = new FloodService();

    private final Key probe = new Key();
    private final Map<Key, Entry> connections = new HashMap<>();
    private final PriorityQueue<Due> deadlines =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(due -> due.entry.number));
    private final ArrayDeque<Entry> output = new ArrayDeque<>();
    private final ArrayDeque<Entry> ready = new ArrayDeque<>();

    private long numbers;
    private int handshakes;

    ConnectionServer(SipHash secret) {
        context = new TcpContext(new BufferPool(BUFFER_BYTES), secret);
    }

    /// A tuple, as far as it is not the same for all. Another one is looked for with [#probe], which is changed for
    /// each segment, so that a segment without a connection costs no memory.
    static final class Key {
        private long remoteHigh;
        private long remoteLow;
        private int ports;

        private Key set(long high, long low, int both) {
            remoteHigh = high;
            remoteLow = low;
            ports = both;
            return this;
        }

        long remoteHigh() {
            return remoteHigh;
        }

        long remoteLow() {
            return remoteLow;
        }

        int ports() {
            return ports;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && key.remoteHigh == remoteHigh
                    && key.remoteLow == remoteLow
                    && key.ports == ports;
        }

        @Override
        public int hashCode() {
            return Long.hashCode((remoteLow ^ Long.rotateLeft(remoteHigh, 32)) * 0x9e37_79b9_7f4a_7c15L + ports);
        }
    }

    private record Due(long nanos, Entry entry) {}

    final class Entry extends FloodService.Peer {
        final Key key;
        final TcpConnection connection;
        final long number = numbers++;
        /// The deadline that stands in the queue.
        long queuedNanos = Deadlines.NONE;
        boolean halfOpen = true;
        boolean inOutput;
        boolean inReady;

        Entry(Key key, TcpConnection connection) {
            this.key = key;
            this.connection = connection;
        }

        @Override
        int read(long nowNanos, MemorySegment target, int length) {
            int count = Math.min(length, connection.available());
            if (count > 0) {
                Objects.requireNonNull(connection.receiveRing()).get(connection.bytesRead(), target, 0, count);
                connection.consumed(nowNanos, count);
                changed(this);
                return count;
            }
            return connection.receiveFinished() ? FloodService.END : FloodService.NOTHING;
        }

        @Override
        int write(long nowNanos, MemorySegment source, int length) {
            int count = Math.min(length, connection.reserveSend(nowNanos, length));
            if (count > 0) {
                Objects.requireNonNull(connection.sendRing()).put(connection.bytesWritten(), source, 0, count);
                connection.written(nowNanos, count);
                changed(this);
            }
            return count;
        }

        @Override
        void close(long nowNanos) {
            connection.closeSend(nowNanos);
            connection.closeReceive(nowNanos);
            changed(this);
        }

        @Override
        void abort(long nowNanos) {
            connection.abort(nowNanos, AbortReason.USER);
            changed(this);
        }
    }

    @Override
    public void onFrame(long nowNanos, Frame frame) {
        if (ip.parse(frame) != DropReason.NONE
                || ip.protocol() != IpPacket.PROTOCOL_TCP
                || segment.parse() != DropReason.NONE) {
            return;
        }
        int ports = segment.dstPort() << 16 | segment.srcPort();
        var key = probe.set(ip.srcHigh(), ip.srcLow(), ports);
        var entry = connections.get(key);
        if (entry == null) {
            stranger(nowNanos, key);
        } else {
            entry.connection.onSegment(nowNanos, segment);
            changed(entry);
        }
    }

    /// A segment came that no connection takes.
    abstract void stranger(long nowNanos, Key key);

    /// A connection begins.
    final void add(Key key, TcpConnection connection) {
        var entry = new Entry(new Key().set(key.remoteHigh, key.remoteLow, key.ports), connection);
        connections.put(entry.key, entry);
        handshakes++;
        changed(entry);
    }

    final FourTuple tuple() {
        return new FourTuple(ip.destination(), segment.dstPort(), ip.source(), segment.srcPort());
    }

    /// Something happened to a connection.
    private void changed(Entry entry) {
        entry.connection.takeEvents();
        if (entry.halfOpen && entry.connection.state() != TcpState.SYN_RECEIVED) {
            entry.halfOpen = false;
            handshakes--;
        }
        if (!entry.inOutput) {
            entry.inOutput = true;
            output.addLast(entry);
        }
        if (!entry.halfOpen && !entry.inReady) {
            entry.inReady = true;
            ready.addLast(entry);
        }
    }

    @Override
    public void serve(long nowNanos) {
        for (int left = ready.size(); left > 0; left--) {
            var entry = ready.removeFirst();
            entry.inReady = false;
            if (entry.connection.state() != TcpState.CLOSED) {
                service.serve(nowNanos, entry);
            }
        }
    }

    @Override
    public boolean poll(long nowNanos, Frame out) {
        for (var due = deadlines.peek(); due != null && Deadlines.due(nowNanos, due.nanos); due = deadlines.peek()) {
            deadlines.remove();
            if (due.entry.queuedNanos == due.nanos) {
                due.entry.queuedNanos = Deadlines.NONE;
                changed(due.entry);
            }
        }
        for (var entry = output.peekFirst(); entry != null; entry = output.peekFirst()) {
            if (entry.connection.poll(nowNanos, out)) {
                return true;
            }
            output.removeFirst();
            entry.inOutput = false;
            settle(entry);
        }
        return false;
    }

    /// A connection has said all that it has to say now.
    private void settle(Entry entry) {
        entry.connection.takeEvents();
        if (entry.connection.state() == TcpState.CLOSED) {
            if (entry.halfOpen) {
                entry.halfOpen = false;
                handshakes--;
            }
            connections.remove(entry.key, entry);
            entry.connection.release();
            entry.queuedNanos = Deadlines.NONE;
            return;
        }
        long next = entry.connection.nextDeadline();
        if (next != Deadlines.NONE && next != entry.queuedNanos) {
            entry.queuedNanos = next;
            deadlines.add(new Due(next, entry));
        }
    }

    @Override
    public long nextDeadline() {
        var due = deadlines.peek();
        return due == null ? Deadlines.NONE : due.nanos;
    }

    /// Connections whose handshake is not complete.
    final int handshakes() {
        return handshakes;
    }

    /// Connections in any state.
    final int connectionCount() {
        return connections.size();
    }
}
