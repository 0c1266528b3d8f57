package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.stack.Listener;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpState;
import dev.levee.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// A socket of the system: unconnected, listening, or the user's end of a connection.
///
/// Threads: the run's.
final class SocketFile implements OpenFile {
    private final Platform platform;
    /// The family, as the system numbers it.
    final int domain;
    final OptionValues options;
    boolean nonBlocking;

    /// What `bind` was told; null before.
    @Nullable
    IpAddress boundAddress;

    int boundPort;

    @Nullable
    Listener listener;
    /// How many connections `listen` allowed to wait.
    int backlog;

    /// Where `connect` is to go as soon as there is text to send with the SYN; null: it does not wait.
    @Nullable
    Endpoint deferredTo;
    /// What `TCP_FASTOPEN_KEY` was told; null before.
    byte @Nullable [] fastOpenKey;

    @Nullable
    TcpSocket tcp;
    /// A `connect`, or `accept`, has told the user that the connection is there.
    boolean connectedTold;

    boolean readShut;
    boolean writeShut;
    /// A write found no room, and its end is to be told.
    boolean wantsRoom;

    /// How often something has happened that a reader, or a writer, wakes up for.
    private int readWakes;
    private int writeWakes;
    private long receivedSeen;
    private boolean finSeen;
    private boolean connectedSeen;
    private @Nullable CloseCause causeSeen;
    private String error = Errno.NONE;

    SocketFile(Platform platform, int domain, OptionValues options) {
        this.platform = platform;
        this.domain = domain;
        this.options = options;
    }

    /// Gives it a connection.
    void adopt(TcpSocket socket) {
        tcp = socket;
        socket.attach(this);
        receivedSeen = 0;
        finSeen = false;
        connectedSeen = false;
        causeSeen = null;
        error = Errno.NONE;
        connectedTold = false;
        readShut = false;
        writeShut = false;
        changed();
    }

    /// It has no connection any more and may try another.
    void disconnect() {
        if (tcp != null) {
            tcp.attach(null);
        }
        tcp = null;
        error = Errno.NONE;
    }

    /// Something has happened to the connection.
    void changed() {
        var socket = tcp;
        if (socket == null) {
            return;
        }
        var connection = socket.connection();
        if (connection.bytesReceived() != receivedSeen || connection.receiveFinished() != finSeen) {
            receivedSeen = connection.bytesReceived();
            finSeen = connection.receiveFinished();
            readWakes++;
        }
        if (socket.connected() && !connectedSeen) {
            connectedSeen = true;
            writeWakes++;
        }
        if (wantsRoom && socket.writeStatus() == 1) {
            wantsRoom = false;
            writeWakes++;
        }
        var cause = socket.cause();
        if (cause != null && causeSeen == null) {
            causeSeen = cause;
            error = Errno.of(cause, platform, connection.receiveFinished() && !writeShut);
            readWakes++;
            writeWakes++;
        }
    }

    int readWakes() {
        return listener == null ? readWakes : readWakes + listener.pending();
    }

    int writeWakes() {
        return writeWakes;
    }

    /// The pending error, which is told once.
    String takeError() {
        changed();
        var taken = error.equals(Errno.NONE) ? takeSoftError() : error;
        error = Errno.NONE;
        return taken;
    }

    /// Linux tells of soft errors, once, to whoever asks.
    private String takeSoftError() {
        var socket = tcp;
        if (socket == null || platform != Platform.LINUX) {
            return Errno.NONE;
        }
        var reason = socket.softError();
        if (reason == null) {
            return Errno.NONE;
        }
        socket.connection().forgetSoftError();
        return Errno.of(reason, platform);
    }

    String error() {
        changed();
        return error;
    }

    /// A SYN was sent and nothing came of it yet.
    boolean connecting() {
        return tcp != null && !tcp.connected() && tcp.cause() == null;
    }

    /// The connection is over, or never came to be.
    boolean over() {
        return tcp == null ? listener == null : tcp.connection().state() == TcpState.CLOSED || failed();
    }

    /// The connection has ended otherwise than by both FINs.
    boolean failed() {
        return tcp != null && tcp.cause() != null && !(tcp.cause() instanceof CloseCause.Finished);
    }

    /// Octets that a read would give.
    int available() {
        return tcp == null ? 0 : tcp.readable();
    }

    /// A read would not wait: data, the end, or an error.
    boolean readable() {
        if (listener != null) {
            return listener.pending() > 0;
        }
        return available() >= Math.max(1, options.get(Option.SO_RCVLOWAT)) || readEnded();
    }

    /// No more will ever come.
    boolean readEnded() {
        return readShut || over() || (tcp != null && tcp.connection().receiveFinished());
    }

    @Override
    public int events() {
        changed();
        if (listener != null) {
            return listener.pending() > 0 ? PollEvents.IN | PollEvents.RDNORM : 0;
        }
        if (deferredTo != null) {
            return PollEvents.OUT | PollEvents.WRNORM;
        }
        int events = error.equals(Errno.NONE) ? 0 : PollEvents.ERR;
        if (connecting()) {
            return events;
        }
        boolean noMore = tcp != null && readEnded();
        boolean sendEnded = writeShut || (tcp != null && over());
        if (over() || (noMore && sendEnded)) {
            events |= PollEvents.HUP;
        }
        if (noMore) {
            events |= PollEvents.IN | PollEvents.RDNORM | PollEvents.RDHUP;
        } else if (tcp != null && readable()) {
            events |= PollEvents.IN | PollEvents.RDNORM;
        }
        if (tcp != null && tcp.urgentReady()) {
            events |= PollEvents.PRI;
        }
        if (sendEnded || tcp == null || tcp.writeStatus() == 1) {
            events |= PollEvents.OUT | PollEvents.WRNORM;
        } else {
            wantsRoom = true;
        }
        return events;
    }
}
