package dev.levee.stack;

import dev.levee.wire.DropReason;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import org.jspecify.annotations.Nullable;

/// TCP segments for this host: to their connection, or to a listener (RFC 9293 §3.10.7.2), or to nobody
/// (§3.10.7.1).
///
/// Threads: shard.
final class TcpInput {
    /// How far a new incarnation begins beyond the old one's last sequence number, at least: further than what
    /// the old one may have in flight without window scaling.
    private static final int REOPEN_GAP = 1 << 16;

    private final IpPacket ip;
    private final Segment segment;
    private final Sockets sockets;
    private final Listeners listeners;
    private final Replies replies;
    private final Births births;
    private final HandshakeArrives handshakes;
    private final StackCounters.Row counters;
    private final @Nullable EthernetPort ethernet;
    /// Of the segment's tuple, for connections and handshakes alike.
    private long hash;

    TcpInput(
            IpPacket ip,
            @Nullable EthernetPort ethernet,
            Sockets sockets,
            Listeners listeners,
            Replies replies,
            Births births,
            Handshakes handshakes,
            StackCounters.Row counters) {
        this.ip = ip;
        this.ethernet = ethernet;
        this.segment = new Segment(ip);
        this.sockets = sockets;
        this.listeners = listeners;
        this.replies = replies;
        this.births = births;
        this.handshakes = new HandshakeArrives(segment, handshakes, sockets, births, replies, counters);
        this.counters = counters;
    }

    HandshakeArrives handshakes() {
        return handshakes;
    }

    /// The segment in the packet that was just parsed.
    ///
    /// @return what became of it
    DropReason arrives(long nowNanos) {
        var reason = segment.parse();
        if (reason != DropReason.NONE) {
            return reason;
        }
        int ports = segment.dstPort() << 16 | segment.srcPort();
        var demux = sockets.demux();
        hash = demux.hash(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports);
        var socket = demux.find(hash, ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports);
        if (socket == null) {
            return noConnection(nowNanos);
        }
        return switch (socket.connection().state()) {
            case SYN_RECEIVED -> synReceived(nowNanos, socket);
            case TIME_WAIT -> timeWait(nowNanos, socket);
            case CLOSED, LISTEN, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK ->
                deliver(nowNanos, socket);
        };
    }

    private DropReason deliver(long nowNanos, TcpSocket socket) {
        var connection = socket.connection();
        int before = connection.sndUna();
        connection.onSegment(nowNanos, segment);
        if (ethernet != null && connection.sndUna() != before) {
            ethernet.progress(nowNanos, ip.srcHigh(), ip.srcLow());
        }
        sockets.touched(nowNanos, socket);
        return DropReason.NONE;
    }

    /// What would complete a handshake is dropped while the accept queue is full; it will be repeated.
    private DropReason synReceived(long nowNanos, TcpSocket socket) {
        var listener = socket.listener;
        boolean completes =
                segment.hasAck() && !segment.rst() && !socket.connection().opensFast();
        if (listener != null && completes && listener.acceptQueueFull()) {
            counters.count(StackCounters.ACCEPT_QUEUE_FULL);
            return DropReason.BACKLOG_FULL;
        }
        return deliver(nowNanos, socket);
    }

    /// RFC 9293 §3.6.1:
    /// > When a connection is closed actively, it MUST linger in the TIME-WAIT state [...]. However, it MAY
    /// > accept a new SYN from the remote TCP endpoint to reopen the connection directly from
    /// > TIME-WAIT state (MAY-2)
    private DropReason timeWait(long nowNanos, TcpSocket socket) {
        boolean pureSyn = segment.syn() && !segment.has(TcpFlags.ACK) && !segment.rst() && !segment.fin();
        if (!pureSyn) {
            return deliver(nowNanos, socket);
        }
        var listener = listeners.find(ip.dstHigh(), ip.dstLow(), segment.dstPort());
        if (listener == null || !isNewer(socket, listener)) {
            return deliver(nowNanos, socket);
        }
        if (listener.acceptQueueFull()) {
            counters.count(StackCounters.ACCEPT_QUEUE_FULL);
            return DropReason.BACKLOG_FULL;
        }
        // "it assigns its initial sequence number for the new connection to be larger than the largest sequence
        // number it used on the previous connection incarnation".
        int lowest = socket.connection().sndNxt() + REOPEN_GAP;
        int iss = Seq.max(births.iss(nowNanos, segment), lowest);
        int clock = socket.connection().timestamp(nowNanos);
        if (!handshakes.reopen(nowNanos, hash, listener, iss, clock)) {
            counters.count(StackCounters.HALF_OPEN_FULL);
            return DropReason.BACKLOG_FULL;
        }
        sockets.retire(nowNanos, socket);
        counters.count(StackCounters.TIME_WAIT_REOPENED);
        return DropReason.NONE;
    }

    /// Whether a SYN cannot be an old duplicate of the connection in TIME-WAIT (RFC 6191 §2): by timestamps where
    /// both have them, otherwise by sequence numbers. The first that comes with a timestamp is none, for the old
    /// connection had none; and what is left of that one will lack it, too.
    private boolean isNewer(TcpSocket socket, Listener listener) {
        var old = socket.connection();
        boolean stamped = segment.hasTimestamps();
        if (old.timestamps() && stamped && segment.tsVal() != old.tsRecent()) {
            return Seq.gt(segment.tsVal(), old.tsRecent());
        }
        boolean first = !old.timestamps()
                && stamped
                && listener.options().socket().tcp().timestamps();
        return first || Seq.gt(segment.seq(), old.rcvNxt());
    }

    private DropReason noConnection(long nowNanos) {
        var reason = handshakes.toRow(nowNanos, hash);
        if (reason == null) {
            reason = noHandshake(nowNanos);
        }
        var born = handshakes.takeBorn();
        return born == null ? reason : deliver(nowNanos, born);
    }

    private DropReason noHandshake(long nowNanos) {
        // "If the state is CLOSED [...]. An incoming segment containing a RST is discarded." LISTEN: "An
        // incoming RST segment could not be valid since it could not have been sent in response to anything
        // sent by this incarnation of the connection. An incoming RST should be ignored."
        if (segment.rst()) {
            return DropReason.NO_CONNECTION;
        }
        var listener = listeners.find(ip.dstHigh(), ip.dstLow(), segment.dstPort());
        if (listener == null) {
            return replies.reset(nowNanos, segment);
        }
        if (segment.hasAck()) {
            return handshakes.toListener(nowNanos, hash, listener);
        }
        if (!segment.syn() || segment.fin()) {
            return DropReason.BAD_FLAGS;
        }
        return handshakes.syn(nowNanos, hash, listener);
    }
}
