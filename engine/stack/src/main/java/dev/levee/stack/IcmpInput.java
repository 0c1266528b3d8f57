package dev.levee.stack;

import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.TcpConnection;
import dev.levee.wire.DropReason;
import dev.levee.wire.Handshake;
import dev.levee.wire.Icmp;
import dev.levee.wire.IcmpKind;
import dev.levee.wire.IpPacket;
import org.jspecify.annotations.Nullable;

/// ICMP and ICMPv6 messages for this host: echo requests are answered; errors go to the connection whose
/// segment they quote (RFC 9293 §3.9.2.2), which judges whether that segment is in flight (RFC 5927 §4.1).
///
/// Threads: shard.
final class IcmpInput {
    /// RFC 1191 §7: where the MTUs of links cluster.
    private static final int[] PLATEAUS = {32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68};

    private final Icmp icmp;
    private final Sockets sockets;
    private final HandshakeArrives handshakes;
    private final Handshake embedded = new Handshake();
    private final Addresses addresses;
    private final Replies replies;
    private final StackCounters.Row counters;

    IcmpInput(
            IpPacket ip,
            Sockets sockets,
            HandshakeArrives handshakes,
            Addresses addresses,
            Replies replies,
            StackCounters.Row counters) {
        this.handshakes = handshakes;
        this.icmp = new Icmp(ip);
        this.sockets = sockets;
        this.addresses = addresses;
        this.replies = replies;
        this.counters = counters;
    }

    /// The message in the packet that was just parsed.
    ///
    /// @return what became of it
    DropReason arrives(long nowNanos) {
        var reason = icmp.parse();
        if (reason != DropReason.NONE) {
            return reason;
        }
        if (icmp.kind() == IcmpKind.ECHO_REQUEST) {
            return replies.echo(icmp);
        }
        return icmp.embedsTcp() ? error(nowNanos) : DropReason.ICMP_UNRELATED;
    }

    private DropReason error(long nowNanos) {
        if (!addresses.ours(icmp.embeddedSrcHigh(), icmp.embeddedSrcLow())) {
            return DropReason.ICMP_UNRELATED;
        }
        var socket = sockets.demux()
                .find(
                        icmp.embeddedSrcHigh(),
                        icmp.embeddedSrcLow(),
                        icmp.embeddedDstHigh(),
                        icmp.embeddedDstLow(),
                        icmp.embeddedSrcPort() << 16 | icmp.embeddedDstPort());
        if (socket == null) {
            return toHandshake();
        }
        if (!tell(nowNanos, socket.connection())) {
            return DropReason.ICMP_UNRELATED;
        }
        counters.count(StackCounters.ICMP_ERRORS);
        sockets.touched(nowNanos, socket);
        return DropReason.NONE;
    }

    private DropReason toHandshake() {
        var reason = reason(icmp.kind());
        embedded.tuple(
                icmp.embeddedSrcHigh(),
                icmp.embeddedSrcLow(),
                icmp.embeddedDstHigh(),
                icmp.embeddedDstLow(),
                icmp.embeddedSrcPort() << 16 | icmp.embeddedDstPort());
        if (reason == null || !handshakes.unreachable(embedded, reason, icmp.embeddedSeq())) {
            return DropReason.ICMP_UNRELATED;
        }
        counters.count(StackCounters.ICMP_ERRORS);
        return DropReason.NONE;
    }

    private boolean tell(long nowNanos, TcpConnection connection) {
        if (icmp.kind() == IcmpKind.PACKET_TOO_BIG) {
            return connection.onPacketTooBig(nowNanos, mtu(), icmp.embeddedSeq());
        }
        var reason = reason(icmp.kind());
        return reason != null && connection.onUnreachable(nowNanos, reason, icmp.embeddedSeq());
    }

    /// What the next link carries; where an old router does not say, the next lower MTU that is common (RFC 1191
    /// §5 and §7.1).
    private int mtu() {
        if (icmp.mtu() != 0 || !icmp.ip().v4()) {
            return icmp.mtu();
        }
        for (int plateau : PLATEAUS) {
            if (plateau < icmp.embeddedPacketBytes()) {
                return plateau;
            }
        }
        return 0;
    }

    /// What a connection is told; null for what it need not know. Source quench is not even an error: "TCP
    /// implementations MUST silently discard any received ICMP Source Quench messages" (RFC 9293 §3.9.2.2).
    private static @Nullable IcmpReason reason(IcmpKind kind) {
        return switch (kind) {
            case NETWORK_UNREACHABLE -> IcmpReason.NETWORK;
            case HOST_UNREACHABLE -> IcmpReason.HOST;
            case PROTOCOL_UNREACHABLE -> IcmpReason.PROTOCOL;
            case PORT_UNREACHABLE -> IcmpReason.PORT;
            case PROHIBITED -> IcmpReason.PROHIBITED;
            case HOPS_EXCEEDED -> IcmpReason.HOPS;
            case REASSEMBLY_EXCEEDED -> IcmpReason.REASSEMBLY;
            case PARAMETER_PROBLEM -> IcmpReason.HEADER;
            case PACKET_TOO_BIG, ECHO_REQUEST, ECHO_REPLY, OTHER -> null;
        };
    }
}
