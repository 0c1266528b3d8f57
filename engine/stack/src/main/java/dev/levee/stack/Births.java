package dev.levee.stack;

import dev.levee.tcp.FastOpen;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.SynAck;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpContext;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.Segment;

/// Makes connections: gives them their initial numbers and enters them where they belong.
///
/// Threads: shard.
final class Births {
    private final Sockets sockets;
    private final TcpContext context;
    private final InitialSequence initial;
    private final StackCounters.Row counters;
    private final FastOpenServer fastOpen;
    private final int mtu;

    Births(StackConfig config, Sockets sockets, TcpContext context, StackCounters.Row counters) {
        this.sockets = sockets;
        this.context = context;
        this.initial = new InitialSequence(config.secret());
        this.fastOpen = new FastOpenServer(config.secret(), counters);
        this.counters = counters;
        this.mtu = config.mtu();
    }

    /// An active OPEN.
    TcpSocket open(long nowNanos, FourTuple tuple, SocketOptions options) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        int ports = tuple.localPort() << 16 | tuple.remotePort();
        int iss = initial.iss(nowNanos, local.high(), local.low(), remote.high(), remote.low(), ports);
        int offset = initial.timestampOffset(local.high(), local.low(), remote.high(), remote.low(), ports);
        var connection = TcpConnection.open(nowNanos, options.tcp(), tuple, mtu, iss, offset, context);
        var socket = new TcpSocket(connection, ports, options, sockets);
        sockets.add(nowNanos, socket);
        return socket;
    }

    /// What a listener says to fast opens.
    FastOpenServer fastOpen() {
        return fastOpen;
    }

    /// An initial sequence number for a tuple that had a connection before.
    int iss(long nowNanos, Segment syn) {
        var ip = syn.ip();
        return initial.iss(nowNanos, ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports(syn));
    }

    /// A listener takes a SYN together with its text (RFC 7413).
    void acceptFast(long nowNanos, Listener listener, Segment syn, FastOpen fast) {
        var ip = syn.ip();
        int ports = ports(syn);
        int offset = initial.timestampOffset(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports);
        var tuple = new FourTuple(ip.destination(), syn.dstPort(), ip.source(), syn.srcPort());
        var options = listener.options().socket();
        int iss = iss(nowNanos, syn);
        var connection = TcpConnection.accept(nowNanos, options.tcp(), tuple, mtu, iss, offset, syn, context, fast);
        var socket = new TcpSocket(connection, ports, options, sockets);
        socket.listener = listener;
        if (connection.opensFast()) {
            counters.count(StackCounters.FAST_OPENS);
            socket.openFast(listener);
        } else {
            listener.begun(socket);
        }
        sockets.add(nowNanos, socket);
    }

    /// A handshake without a connection is about to be complete: it gets one.
    ///
    /// @param synAck with the settings that it began with
    /// @param sentNanos when its SYN-ACK was sent; [dev.levee.tcp.Deadlines#NONE] when that is not known
    /// @param again whether that was sent more than once
    /// @param timeouts how often because its time had come
    TcpSocket resume(
            long nowNanos,
            Listener listener,
            SynAck synAck,
            Handshake handshake,
            long sentNanos,
            boolean again,
            int timeouts) {
        int ports = handshake.ports();
        var tuple = new FourTuple(
                new IpAddress(handshake.localHigh(), handshake.localLow()),
                ports >>> 16,
                new IpAddress(handshake.remoteHigh(), handshake.remoteLow()),
                ports & 0xffff);
        var connection = synAck.resume(nowNanos, handshake, tuple, sentNanos, again, timeouts);
        var options = listener.options().socket();
        if (options.tcp() != synAck.config()) {
            options = new SocketOptions(synAck.config(), options.lingerNanos());
        }
        var socket = new TcpSocket(connection, ports, options, sockets);
        socket.listener = listener;
        listener.begun(socket);
        sockets.add(nowNanos, socket);
        return socket;
    }

    private static int ports(Segment syn) {
        return syn.dstPort() << 16 | syn.srcPort();
    }
}
