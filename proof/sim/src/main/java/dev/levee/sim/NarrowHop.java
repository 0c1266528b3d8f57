package dev.levee.sim;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IcmpWriter;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;

/// A router between two hosts whose next link carries less than theirs, and who says so (RFC 1191 §4, RFC 4443
/// §3.2).
///
/// Threads: the simulation's.
final class NarrowHop {
    private static final IpAddress V4 = IpAddress.parse("198.19.0.1");
    private static final IpAddress V6 = IpAddress.parse("2001:db8:ffff::1");
    /// The router stands near.
    private static final long DELAY_NANOS = Times.millis(1);
    private static final int MESSAGE_BYTES_MAX = 1280;

    private final SimNetwork network;
    private final SimHost from;
    private final SimHost to;
    private final int mtu;

    NarrowHop(SimNetwork network, SimHost from, SimHost to, int mtu) {
        this.network = network;
        this.from = from;
        this.to = to;
        this.mtu = mtu;
    }

    boolean joins(SimHost from, SimHost to) {
        return this.from == from && this.to == to;
    }

    /// Whether the packet goes on. If not, its sender will hear of it.
    boolean passes(IpPacket ip, Frame packet) {
        if (packet.length() <= mtu) {
            return true;
        }
        var message = FrameSlab.single(MESSAGE_BYTES_MAX);
        var router = ip.v4() ? V4 : V6;
        if (IcmpWriter.packetTooBig(ip, mtu, router.high(), router.low(), message)) {
            network.after(DELAY_NANOS, () -> deliver(message));
        }
        return false;
    }

    private void deliver(Frame message) {
        if (from.plugged() && !from.paused()) {
            network.inject(from, message);
        }
    }
}
