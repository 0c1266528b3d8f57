package dev.levee.stack;

import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.SynAck;
import dev.levee.wire.IpAddress;
import java.util.Objects;
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
    private final Handshakes handshakes;
    private boolean closed;
    private @Nullable Object attachment;

    /// The next listener in the same row of [Listeners].
    @Nullable
    Listener next;
    /// What the gate knows of it, and what answers its SYNs; null until it is among the [Handshakes].
    @Nullable
    Answering answering;
    /// What will answer them from the next epoch of cookies on; null when that is no other.
    @Nullable
    SynAck nextSynAck;
    /// The last epoch in which it has answered a SYN; 0: never.
    long answeredEpoch;
    /// Whether handshakes may be under way that began with other settings.
    boolean changed;
    /// Whether it waits to be handed out by [Stack#pollReadyListener].
    boolean reported;

    Listener(
            IpAddress address,
            int port,
            ListenOptions options,
            Sockets sockets,
            Listeners listeners,
            Handshakes handshakes) {
        this.address = address;
        this.port = port;
        this.options = options;
        this.sockets = sockets;
        this.listeners = listeners;
        this.handshakes = handshakes;
    }

    Answering answering() {
        return Objects.requireNonNull(answering, "not among the handshakes");
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
        return halfOpen.size() + rows();
    }

    /// Those that have no connection yet.
    int rows() {
        return handshakes.rows(this);
    }

    /// How many connections were opened fast and are not complete, with those reset in that state in the last
    /// minute.
    public int openedFast() {
        return fastOpens.pending();
    }

    public boolean closed() {
        return closed;
    }

    /// No more connections. Those that nobody accepted are reset, and so is, when its time comes, a handshake that
    /// waited for room among them; other handshakes under way are forgotten: whoever goes on with one is reset.
    /// Again: no effect.
    public void close(long nowNanos) {
        close(nowNanos, AbortReason.NOT_ACCEPTED);
    }

    void close(long nowNanos, AbortReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        listeners.remove(this);
        handshakes.remove(this);
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

    /// Changes its settings: what waits already stays, and stays as it is. Handshakes under way end with what
    /// their SYN-ACK has promised. Settings of TCP answer SYNs from the next epoch of cookies on, in 16 s at the
    /// latest, or at once when none was answered in this one.
    public void options(ListenOptions options) {
        this.options = options;
        handshakes.configure(this);
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
