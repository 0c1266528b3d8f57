package dev.levee.bench.flood;

import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.guard.GuardCounters;
import dev.levee.link.Pages;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.SynLane;
import dev.levee.stack.TcpSocket;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.LinkType;
import dev.levee.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/// The engine's stack, with one listener.
///
/// Threads: one owner.
final class StackServer implements FloodServer {
    private final Stack stack;
    private final SynLane lane;
    private final Listener listener;
    private final FloodService service = new FloodService();
    private int halfOpenPeak;

    /// @param halfOpenMax handshakes under way where the defence does not let them grow
    StackServer(Defence defence, long budgetBytes, int halfOpenMax, int mtu, SipHash secret) {
        var address = new Cidr(FloodSource.SERVER, 24);
        var config = new StackConfig(List.of(address), mtu, secret, Limits.DEFAULT)
                .withGuard(GuardConfig.DEFAULT.withBytesMax(budgetBytes));
        stack = new Stack(config, Pages::allocate);
        lane = new SynLane(stack, LinkType.RAW);
        var options = new ListenOptions(ListenOptions.DEFAULT.backlog(), halfOpenMax, SocketOptions.DEFAULT)
                .withDefence(defence);
        try {
            listener = stack.listen(FloodSource.SERVER, FloodSource.PORT, options);
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Connection extends FloodService.Peer {
        private final TcpSocket socket;

        Connection(TcpSocket socket) {
            this.socket = socket;
        }

        @Override
        int read(long nowNanos, MemorySegment target, int length) {
            int count = socket.read(nowNanos, target, 0, length);
            if (count >= 0) {
                return count;
            }
            return count == TcpSocket.END || count == TcpSocket.FAILED ? FloodService.END : FloodService.NOTHING;
        }

        @Override
        int write(long nowNanos, MemorySegment source, int length) {
            return Math.max(0, socket.write(nowNanos, source, 0, length));
        }

        @Override
        void close(long nowNanos) {
            socket.attach(null);
            socket.close(nowNanos);
        }

        @Override
        void abort(long nowNanos) {
            socket.attach(null);
            socket.abort(nowNanos);
        }
    }

    @Override
    public void onFrame(long nowNanos, Frame frame) {
        lane.onFrame(nowNanos, frame);
    }

    @Override
    public boolean synsWait() {
        return !lane.isEmpty();
    }

    @Override
    public void serveSyns(long nowNanos, int max) {
        lane.serve(nowNanos, max);
        halfOpenPeak = Math.max(halfOpenPeak, stack.halfOpenRows());
    }

    @Override
    public void serve(long nowNanos) {
        while (stack.pollReadyListener() != null) {
            for (var socket = listener.accept(); socket != null; socket = listener.accept()) {
                var connection = new Connection(socket);
                socket.attach(connection);
                service.serve(nowNanos, connection);
            }
        }
        for (var socket = stack.pollReady(); socket != null; socket = stack.pollReady()) {
            if (socket.attachment() instanceof Connection connection) {
                service.serve(nowNanos, connection);
            }
        }
    }

    @Override
    public boolean poll(long nowNanos, Frame out) {
        return stack.poll(nowNanos, out);
    }

    @Override
    public long nextDeadline() {
        return stack.nextDeadline();
    }

    @Override
    public long answered() {
        var decided = Objects.requireNonNull(stack.guardCounters(), "there is a listener");
        return decided.get(GuardCounters.CACHED)
                + decided.get(GuardCounters.COOKIES_SENT)
                + decided.get(GuardCounters.REPEATED)
                + decided.get(GuardCounters.REPLACED);
    }

    @Override
    public int halfOpen() {
        return listener.halfOpen();
    }

    @Override
    public int bytesPerHalfOpen() {
        return halfOpenPeak == 0 ? 0 : (int) (stack.halfOpenBytes() / halfOpenPeak);
    }
}
