package dev.levee.sim;

import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;

/// Finds the moment at which a stack gives a connection an initial sequence number just below 2^32, so that
/// tests meet the wrap without a door into the engine.
///
/// An initial sequence number is a clock of 4 microseconds plus a keyed hash of the tuple (RFC 6528 §3). One
/// number taken at time 0 from a stack of the same configuration is that hash; the rest is subtraction.
///
/// Threads: any.
public final class NearWrap {
    /// The initial sequence number that is reached: 256 before the wrap.
    public static final int ISS = 0xffff_ff00;

    private static final long TICK_NANOS = 4_000;

    private NearWrap() {}

    /// The stack's time at which it opens this connection with [#ISS].
    public static long activeStart(
            StackConfig config, IpAddress local, int localPort, IpAddress remote, int remotePort) {
        var stack = new Stack(config);
        try {
            stack.connect(0, local, localPort, remote, remotePort, SocketOptions.DEFAULT);
        } catch (SocketException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return moment(stack);
    }

    /// The stack's time at which it answers a SYN on this connection with [#ISS].
    public static long passiveStart(
            StackConfig config, IpAddress local, int localPort, IpAddress remote, int remotePort) {
        var stack = new Stack(config);
        try {
            stack.listen(local, localPort, ListenOptions.DEFAULT);
        } catch (SocketException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        stack.onFrame(0, syn(local, localPort, remote, remotePort));
        return moment(stack);
    }

    private static Frame syn(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        var frame = FrameSlab.single(1500);
        var writer = new SegmentWriter()
                .reset()
                .addresses(remote.high(), remote.low(), local.high(), local.low())
                .ports(remotePort, localPort)
                .flags(TcpFlags.SYN);
        writer.begin(frame);
        writer.finish(frame, 0);
        return frame;
    }

    private static long moment(Stack stack) {
        var frame = FrameSlab.single(stack.config().mtu());
        var ip = new IpPacket();
        var segment = new Segment(ip);
        if (!stack.poll(0, frame) || ip.parse(frame) != DropReason.NONE || segment.parse() != DropReason.NONE) {
            throw new IllegalStateException("the stack did not send a SYN");
        }
        return Integer.toUnsignedLong(ISS - segment.seq()) * TICK_NANOS;
    }
}
