package dev.levee.stack;

import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One host's TCP/IP on one link, without any input or output of its own: frames in, frames out, sockets for
/// users.
///
/// Order of use by whoever drives it (a shard with the real clock, the simulator with a virtual one):
/// 1. [#onFrame] for each packet received, then user commands on sockets and listeners;
/// 2. [#poll] until it says false, each time transmitting the packet;
/// 3. [#pollReady] and [#pollReadyListener] until null: who became ready;
/// 4. again when a packet arrives, a user asks for something, or [#nextDeadline] has come.
///
/// Time never goes back: each `nowNanos` is at least the one before.
///
/// Invariant: after `poll(now)` has said false, `nextDeadline()` lies after `now`, and nothing would be sent
/// before it.
///
/// Threads: shard.
public final class Stack {

    public Stack(StackConfig config) {}

    /// One IP packet from the link. Valid during the call only. Never throws, whatever the packet.
    public void onFrame(long nowNanos, Frame frame) {}

    /// Writes the next packet that is due, if any.
    ///
    /// @return whether one was written
    public boolean poll(long nowNanos, Frame out) {
        return false;
    }

    /// When [#poll] has something to do next if nothing else happens; `Deadlines.NONE` if never.
    public long nextDeadline() {
        throw new AssertionError();
    }

    /// Passive OPEN. `address` may be any of this host's, or `0.0.0.0` or `::` for all of that family (`::`
    /// takes both). Port 0 chooses a free one.
    ///
    /// @throws SocketException when the port is taken or the address is not this host's
    public Listener listen(IpAddress address, int port, ListenOptions options) throws SocketException {
        throw new AssertionError();
    }

    /// Active OPEN: the SYN is due. Without a local address, the host's address in the remote's network is
    /// used, or else its first of that family. Port 0 chooses one (RFC 6056).
    ///
    /// @throws SocketException when no such connection can be made: no address of that family, a destination
    ///     that is broadcast or multicast, tuple in use, no port free, limits reached
    public TcpSocket connect(
            long nowNanos,
            @Nullable IpAddress localAddress,
            int localPort,
            IpAddress remoteAddress,
            int remotePort,
            SocketOptions options)
            throws SocketException {
        throw new AssertionError();
    }

    /// A socket whose readiness, acknowledged octets, state or cause may have changed since it was last
    /// returned; null when there is none. The last time is in state CLOSED.
    public @Nullable TcpSocket pollReady() {
        return null;
    }

    /// A listener that has a connection to accept, or was closed; null when there is none.
    public @Nullable Listener pollReadyListener() {
        return null;
    }

    /// Calls `action` for each socket in any state: half-open, to be accepted, open, in TIME-WAIT. For tools;
    /// `action` must not change anything.
    public void forEachSocket(Consumer<TcpSocket> action) {}

    /// Calls `action` for each listener. As [#forEachSocket].
    public void forEachListener(Consumer<Listener> action) {}

    /// Ends everything: listeners close, connections are aborted (RSTs are due).
    public void shutdown(long nowNanos) {}
}
