package dev.levee.stack;

import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpContext;
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

    /// The initial sequence number that answers a SYN.
    int iss(long nowNanos, Segment syn) {
        var ip = syn.ip();
        return initial.iss(nowNanos, ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports(syn));
    }

    /// A listener takes a SYN.
    void accept(long nowNanos, Listener listener, Segment syn, int iss) {
        var ip = syn.ip();
        int ports = ports(syn);
        int offset = initial.timestampOffset(ip.dstHigh(), ip.dstLow(), ip.srcHigh(), ip.srcLow(), ports);
        var tuple = new FourTuple(ip.destination(), syn.dstPort(), ip.source(), syn.srcPort());
        var options = listener.options().socket();
        var fast = fastOpen.judge(nowNanos, listener, syn);
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

    private static int ports(Segment syn) {
        return syn.dstPort() << 16 | syn.srcPort();
    }
}
