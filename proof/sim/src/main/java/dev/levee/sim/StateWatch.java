package dev.levee.sim;

import dev.levee.tcp.TcpState;
import dev.levee.wire.IpAddress;
import java.util.function.Predicate;

/// The state of one connection at one host, as the stack there tells it: LISTEN before it begins where somebody
/// listens, and CLOSED when it is over, although the listener goes on.
///
/// Threads: the simulation's.
final class StateWatch {
    private final SimHost host;
    private final Predicate<IpAddress> remote;
    private TcpState found = TcpState.CLOSED;
    private boolean exists;
    private boolean existed;

    /// @param remote which addresses are the other side's
    StateWatch(SimHost host, Predicate<IpAddress> remote) {
        this.host = host;
        this.remote = remote;
    }

    /// The state now of the connection with these ports.
    TcpState state(int localPort, int remotePort) {
        found = TcpState.CLOSED;
        exists = false;
        var stack = host.stack();
        stack.forEachListener(listener -> {
            if (listener.port() == localPort) {
                found = TcpState.LISTEN;
            }
        });
        stack.forEachSocket(socket -> {
            var tuple = socket.connection().tuple();
            if (tuple.localPort() == localPort
                    && tuple.remotePort() == remotePort
                    && remote.test(tuple.remoteAddress())) {
                exists(socket.connection().state());
            }
        });
        stack.forEachHandshake(handshake -> {
            if (handshake.ports() == (localPort << 16 | remotePort)
                    && remote.test(new IpAddress(handshake.remoteHigh(), handshake.remoteLow()))) {
                exists(TcpState.SYN_RECEIVED);
            }
        });
        boolean over = !exists && existed;
        existed |= exists;
        return over ? TcpState.CLOSED : found;
    }

    private void exists(TcpState state) {
        found = state;
        exists = true;
    }
}
