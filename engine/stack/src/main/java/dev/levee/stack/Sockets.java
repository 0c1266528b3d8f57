package dev.levee.stack;

import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpEvents;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Frame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// All connections of a stack and what each of them waits for: to be written, to be looked at by its user, a
/// deadline, memory, the end of TIME-WAIT.
///
/// The life of a socket: [#add], [#touched] after each input and command, written by [#poll] until it has
/// nothing more, then asleep under its deadline. When its connection is CLOSED and its last segment written,
/// it is `gone`: out of the table and the heap. Its buffers go back to the pool when its user has closed and
/// nothing more can go through them: an orphan in FIN-WAIT-2 or TIME-WAIT costs its place in the table and no
/// buffer.
///
/// Queues are rings of references that grow to the largest number of sockets and then allocate nothing.
///
/// Threads: shard.
final class Sockets {
    /// Segments that one connection may write before it is another's turn: enough for the code and the
    /// connection to stay in the processor's caches, few enough that no one waits long.
    private static final int BURST = 8;

    private final Limits limits;
    private final StackCounters.Row counters;
    private final BufferPool buffers;
    private final Demux demux;
    private final PathMtus paths;
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final SocketList timeWait = new SocketList();
    private final ArrayDeque<TcpSocket> output = new ArrayDeque<>();
    private final ArrayDeque<TcpSocket> ready = new ArrayDeque<>();
    private final ArrayDeque<TcpSocket> starved = new ArrayDeque<>();
    /// Reported because there is memory again, and not asked yet what they make of it.
    private int fed;
    private int burst;
    private @Nullable EthernetPort ethernet;

    Sockets(StackConfig config, StackCounters.Row counters, BufferPool buffers) {
        this.buffers = buffers;
        this.limits = config.limits();
        this.counters = counters;
        this.demux = new Demux(Keys.DEMUX.from(config.secret()));
        this.paths = new PathMtus(config.secret(), config.limits().pathsMax());
    }

    /// What connections that send in vain tell of it.
    void ethernet(EthernetPort port) {
        ethernet = port;
    }

    PathMtus paths() {
        return paths;
    }

    Demux demux() {
        return demux;
    }

    /// Makes sure that one more connection fits into the table, if need be by letting the oldest one in
    /// TIME-WAIT go.
    ///
    /// @return whether it does
    boolean room(long nowNanos) {
        if (demux.size() < limits.connectionsMax()) {
            return true;
        }
        return dropOldestTimeWait(nowNanos);
    }

    /// A connection was born.
    void add(long nowNanos, TcpSocket socket) {
        paths.tell(nowNanos, socket.connection());
        demux.add(socket);
        socket.inTable = true;
        touched(nowNanos, socket);
    }

    /// Something happened to a connection: an input or a command.
    void touched(long nowNanos, TcpSocket socket) {
        if (socket.gone) {
            releaseIfOver(socket);
            return;
        }
        notice(nowNanos, socket);
        enqueue(socket);
    }

    private void enqueue(TcpSocket socket) {
        if (!socket.inOutput) {
            socket.inOutput = true;
            output.addLast(socket);
        }
    }

    /// Takes the events of a connection to those whom they concern.
    private void notice(long nowNanos, TcpSocket socket) {
        var connection = socket.connection();
        int events = connection.takeEvents();
        if ((events & TcpEvents.CONNECTED) != 0) {
            socket.establish();
        }
        if ((events & TcpEvents.PATH_MTU) != 0) {
            var remote = connection.tuple().remoteAddress();
            paths.learn(nowNanos, remote.high(), remote.low(), connection);
        }
        if ((events & TcpEvents.DOUBT) != 0 && ethernet != null && connection.inDoubt()) {
            var tuple = connection.tuple();
            ethernet.doubted(nowNanos, tuple.localAddress(), tuple.remoteAddress());
        }
        if (events != 0 && socket.changed()) {
            report(socket);
        }
        // Its last RST may still wait to be written, but its tuple is free.
        if (connection.state() == TcpState.CLOSED && socket.inTable) {
            socket.inTable = false;
            socket.ended(nowNanos);
            demux.remove(socket);
        }
    }

    /// Ends a TIME-WAIT before its time: nothing is sent, and the tuple is free at once. What its user has not
    /// read yet stays readable.
    void retire(long nowNanos, TcpSocket socket) {
        assert socket.connection().state() == TcpState.TIME_WAIT : socket;
        if (socket.list == timeWait) {
            timeWait.remove(socket);
        }
        socket.connection().abort(nowNanos, AbortReason.SHUTDOWN);
        touched(nowNanos, socket);
    }

    /// Writes the next segment that is due, if any.
    boolean poll(long nowNanos, Frame out) {
        wake(nowNanos);
        feed();
        for (var socket = output.peekFirst(); socket != null; socket = output.peekFirst()) {
            if (socket.linger(nowNanos)) {
                report(socket);
            }
            boolean written = socket.connection().poll(nowNanos, out);
            notice(nowNanos, socket);
            if (written) {
                if (++burst >= BURST) {
                    burst = 0;
                    output.addLast(output.removeFirst());
                }
                return true;
            }
            burst = 0;
            output.removeFirst();
            socket.inOutput = false;
            rest(nowNanos, socket);
        }
        return false;
    }

    private void wake(long nowNanos) {
        for (var due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
            enqueue((TcpSocket) due);
        }
    }

    /// A connection has nothing to write now.
    private void rest(long nowNanos, TcpSocket socket) {
        var state = socket.connection().state();
        if (state == TcpState.CLOSED) {
            depart(socket);
            return;
        }
        long deadlineNanos = socket.dueNanos();
        assert !Deadlines.due(nowNanos, deadlineNanos)
                : socket + " wrote nothing, but is due since " + (nowNanos - deadlineNanos) + " ns";
        deadlines.set(socket, deadlineNanos);
        releaseIfOver(socket);
        // Only now that the last ACK is out: letting the connection go must not swallow it.
        if (state == TcpState.TIME_WAIT && !socket.timeWait) {
            enterTimeWait(nowNanos, socket);
        }
        socket.connection().rest();
    }

    private void enterTimeWait(long nowNanos, TcpSocket socket) {
        socket.timeWait = true;
        if (socket.list != null) {
            return;
        }
        timeWait.addLast(socket);
        if (timeWait.size() > limits.timeWaitMax()) {
            counters.count(StackCounters.TIME_WAIT_DROPPED);
            dropOldestTimeWait(nowNanos);
        }
    }

    private boolean dropOldestTimeWait(long nowNanos) {
        var oldest = timeWait.first();
        if (oldest == null) {
            return false;
        }
        retire(nowNanos, oldest);
        return true;
    }

    private void depart(TcpSocket socket) {
        deadlines.remove(socket);
        if (socket.list == timeWait) {
            timeWait.remove(socket);
        }
        var listener = socket.listener;
        if (listener != null) {
            listener.failed(socket);
        }
        socket.gone = true;
        releaseIfOver(socket);
    }

    /// Nobody will ever hold this socket.
    void disown(TcpSocket socket) {
        socket.disown();
        releaseIfOver(socket);
    }

    /// Gives the buffers of a socket back once nobody can need them.
    void releaseIfOver(TcpSocket socket) {
        if (!socket.released && socket.over()) {
            socket.released = true;
            socket.connection().release();
        }
    }

    /// A socket cannot write because the memory budget is spent: it is reported when memory came back.
    void starve(TcpSocket socket) {
        if (!socket.starved) {
            socket.starved = true;
            starved.addLast(socket);
        }
    }

    /// As many are reported as there are pieces for, who waits for longest first, and the next when those have been
    /// asked for: a thousand who wait are not all woken for each piece that comes back.
    private void feed() {
        if (starved.isEmpty()) {
            return;
        }
        int pieces = buffers.piecesToSend(starved.size() + fed) - fed;
        while (pieces > 0 && !starved.isEmpty()) {
            var socket = starved.removeFirst();
            socket.starved = false;
            if (socket.changed()) {
                report(socket);
                fed += socket.fed ? 0 : 1;
                socket.fed = true;
                pieces--;
            }
        }
    }

    private void report(TcpSocket socket) {
        if (!socket.inReady) {
            socket.inReady = true;
            ready.addLast(socket);
        }
    }

    @Nullable
    TcpSocket pollReady() {
        if (ready.isEmpty()) {
            // Those who were reported before may not have wanted what there was.
            feed();
        }
        var socket = ready.pollFirst();
        if (socket != null) {
            socket.inReady = false;
            fed -= socket.fed ? 1 : 0;
            socket.fed = false;
        }
        return socket;
    }

    /// Whether a connection may have something to write at once.
    boolean outputWaits() {
        return !output.isEmpty();
    }

    /// The earliest deadline of the connections at rest.
    long earliestDeadline() {
        return deadlines.earliest();
    }
}
