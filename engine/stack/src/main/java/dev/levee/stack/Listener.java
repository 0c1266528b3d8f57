package dev.levee.stack;

import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.FourTuple;
import dev.levee.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// State LISTEN: a local address and port, handshakes under way, and complete connections that wait to be
/// accepted. The two are limited separately ([ListenOptions]).
///
/// A connection that its SYN opened fast ([FastOpenOptions]) is never half-open here: it can be accepted at once.
///
/// While the accept queue is full, SYNs are dropped, and so is what would complete a handshake: the peer
/// repeats it, and is reset if nobody accepts in time.
///
/// Threads: shard.
public final class Listener {
    private final IpAddress address;
    private final int port;
    private ListenOptions options;
    private final Sockets sockets;
    private final Listeners listeners;
    private final SocketList halfOpen = new SocketList();
    private final SocketList pending = new SocketList();
    private final FastOpenQueue fastOpens = new FastOpenQueue();
    private boolean closed;
    private @Nullable Object attachment;

    /// The next listener in the same row of [Listeners].
    @Nullable
    Listener next;
    /// Whether it waits to be handed out by [Stack#pollReadyListener].
    boolean reported;

    Listener(IpAddress address, int port, ListenOptions options, Sockets sockets, Listeners listeners) {
        this.address = address;
        this.port = port;
        this.options = options;
        this.sockets = sockets;
        this.listeners = listeners;
    }

    /// The oldest connection that waits, or null.
    public @Nullable TcpSocket accept() {
        var socket = pending.pollFirst();
        if (socket != null) {
            socket.accepted();
        }
        return socket;
    }

    /// How many wait.
    public int pending() {
        return pending.size();
    }

    /// How many handshakes are under way.
    public int halfOpen() {
        return halfOpen.size();
    }

    /// How many connections were opened fast and are not complete, with those reset in that state in the last
    /// minute.
    public int openedFast() {
        return fastOpens.pending();
    }

    public boolean closed() {
        return closed;
    }

    /// No more connections. Handshakes under way and connections that nobody accepted are reset. Again: no
    /// effect.
    public void close(long nowNanos) {
        close(nowNanos, AbortReason.NOT_ACCEPTED);
    }

    void close(long nowNanos, AbortReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        listeners.remove(this);
        abandon(nowNanos, halfOpen, reason);
        abandon(nowNanos, pending, reason);
        listeners.report(this);
    }

    private void abandon(long nowNanos, SocketList list, AbortReason reason) {
        for (var socket = list.pollFirst(); socket != null; socket = list.pollFirst()) {
            socket.accepted();
            socket.abort(nowNanos, reason);
        }
    }

    public IpAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    public ListenOptions options() {
        return options;
    }

    /// Changes its settings: what waits already stays, and stays as it is.
    public void options(ListenOptions options) {
        this.options = options;
    }

    /// Whatever the driver wants to find again.
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    boolean acceptQueueFull() {
        return pending.size() >= options.backlog();
    }

    boolean halfOpenFull() {
        return halfOpen.size() >= options.halfOpenMax();
    }

    /// A handshake begins.
    void begun(TcpSocket socket) {
        halfOpen.addLast(socket);
    }

    /// A handshake is complete.
    void established(TcpSocket socket) {
        if (socket.list == halfOpen) {
            halfOpen.remove(socket);
            pending.addLast(socket);
            listeners.report(this);
        }
    }

    /// A connection can be accepted although its handshake is not complete.
    void openedFast(TcpSocket socket) {
        fastOpens.opened();
        pending.addLast(socket);
        listeners.report(this);
    }

    FastOpenQueue fastOpens() {
        return fastOpens;
    }

    /// A handshake will never be complete.
    void failed(TcpSocket socket) {
        if (socket.list == halfOpen) {
            halfOpen.remove(socket);
            socket.accepted();
            sockets.disown(socket);
        }
    }

    /// `198.18.0.2:80`.
    @Override
    public String toString() {
        return FourTuple.endpoint(address, port);
    }
}
