package dev.levee.stack;

import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;

/// Tells connections that a packet of theirs did not even leave: what a router would say by ICMP.
///
/// Threads: shard.
final class NeighbourErrors {
    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;

    private final Sockets sockets;

    NeighbourErrors(Sockets sockets) {
        this.sockets = sockets;
    }

    /// @param packet one of ours, without options or extensions; others are passed over
    void report(long nowNanos, Frame packet, IcmpReason reason) {
        var memory = packet.memory();
        int at = packet.offset();
        boolean v4 = Bytes.u8(memory, at) >>> 4 == 4;
        if (Bytes.u8(memory, at + (v4 ? 9 : 6)) != IpPacket.PROTOCOL_TCP
                || v4 && (Bytes.u16(memory, at + 6) & 0x1fff) != 0) {
            return;
        }
        long srcHigh = v4 ? 0 : Bytes.i64(memory, at + 8);
        long srcLow = v4 ? IpAddress.mapped(Bytes.i32(memory, at + 12)) : Bytes.i64(memory, at + 16);
        long dstHigh = v4 ? 0 : Bytes.i64(memory, at + 24);
        long dstLow = v4 ? IpAddress.mapped(Bytes.i32(memory, at + 16)) : Bytes.i64(memory, at + 32);
        int tcp = at + (v4 ? V4_HEADER_BYTES : V6_HEADER_BYTES);
        var socket = sockets.demux().find(srcHigh, srcLow, dstHigh, dstLow, Bytes.i32(memory, tcp));
        if (socket != null && socket.connection().onUnreachable(nowNanos, reason, Bytes.i32(memory, tcp + 4))) {
            sockets.touched(nowNanos, socket);
        }
    }
}
