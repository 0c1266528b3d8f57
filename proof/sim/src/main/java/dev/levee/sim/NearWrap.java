package dev.levee.sim;

import dev.levee.guard.CookieKeys;
import dev.levee.guard.SynCookies;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.SynAck;
import dev.levee.tcp.TcpContext;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;

/// Has a stack give a connection an initial sequence number just below 2^32, so that tests meet the wrap without a
/// door into the engine.
///
/// The number of an active open is a clock of 4 microseconds plus a keyed hash of the tuple (RFC 6528 §3). One
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

    /// For the side that is opened passively: its numbers are SYN cookies, which no clock reaches. Before the first SYN
    /// arrives, keys are chosen with which its answer has a number just below some other one.
    ///
    /// Threads: one owner.
    public static final class Passive {
        private final int goal;
        private final int span;
        private boolean done;

        /// @param goal what the number lies below
        /// @param span how far below it may lie, more than 256 octets: finding keys takes 2^32 / `span` tries
        public Passive(int goal, int span) {
            this.goal = goal;
            this.span = span;
        }

        /// A packet is about to arrive.
        public void arrives(long nowNanos, Stack stack, Frame frame) {
            if (done) {
                return;
            }
            var ip = new IpPacket();
            var segment = new Segment(ip);
            boolean syn = ip.parse(frame) == DropReason.NONE
                    && ip.protocol() == IpPacket.PROTOCOL_TCP
                    && segment.parse() == DropReason.NONE
                    && segment.flags() == TcpFlags.SYN;
            if (syn) {
                stack.forEachListener(listener -> {
                    if (listener.port() == segment.dstPort()) {
                        var tcp = listener.options().socket().tcp();
                        var context = new TcpContext(new BufferPool(0), new SipHash(0, 0));
                        var heard = new Handshake();
                        new SynAck(tcp, stack.config().mtu(), context).read(segment, heard);
                        stack.cookieKeys(keys(heard, stack.cookieEpoch(nowNanos)));
                        done = true;
                    }
                });
            }
        }

        private CookieKeys keys(Handshake syn, long epoch) {
            for (long i = 0; ; i++) {
                var keys = new CookieKeys(new SipHash(i, ~i));
                new SynCookies(keys).issue(syn, epoch);
                int before = goal - syn.iss();
                if (before > 256 && before <= span) {
                    return keys;
                }
            }
        }
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
