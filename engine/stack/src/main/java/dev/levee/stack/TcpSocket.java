package dev.levee.stack;

import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a user holds of a connection: readiness, reading and writing, half-close, linger, errors, options. The
/// rules of sockets live here only; a shard gives them to blocked threads, the simulator to scripts.
///
/// Rules:
/// - A read gives data first, then END (the peer's FIN), or FAILED if the connection ended otherwise. Data that
///   arrived in order before a reset is lost with it: FAILED comes first, unless [TcpConfig#dataOutlivesReset].
/// - A write takes what fits and says how much; WOULD_BLOCK when nothing fits; FAILED when the connection has
///   ended; CLOSED after `shutdownOutput` or `close`.
/// - `shutdownInput` with received data unread resets, for that data would be lost without a word to the peer.
/// - `close` with linger off returns at once and goes on in the background; with received data unread, or
///   linger 0, it resets; with linger, [#closeComplete] says when the waiting may end.
/// - After `close` the connection lives on by itself until it is over. It is still reported by
///   [Stack#pollReady] while something is attached or the close lingers: a driver that is through with it
///   attaches null.
/// - The rings stay this connection's until the user has called `close` or `abort`, even when it has failed
///   before: another thread may be copying. While they are lent ([#lendBuffers]) they stay beyond that.
/// - The peer's urgent pointer is about the octet before it, the mark. No read goes across the mark: one ends there,
///   the next begins with it. With [TcpConfig#urgentInLine] the octet is read like any other. Otherwise reading
///   skips it, and [#readUrgent] has it until then.
/// - Commands go through the socket, never around it to the connection: only so does the stack learn that there
///   is something to send.
///
/// Threads: shard.
public final class TcpSocket extends Timed {
    /// [#read]: the peer has closed its side and everything was read.
    public static final int END = -1;
    /// [#read], [#write]: nothing now; readiness will be reported.
    public static final int WOULD_BLOCK = -2;
    /// [#read], [#write]: the connection has ended, see [#cause].
    public static final int FAILED = -3;
    /// [#read], [#write]: this side has shut that direction down.
    public static final int CLOSED = -4;
    /// [#readUrgent]: there is no urgent octet, or it was taken, or it is in line.
    public static final int NOT_URGENT = -5;

    /// The local port in the upper 16 bits, the remote one in the lower.
    final int ports;

    private final TcpConnection connection;
    private final Sockets sockets;
    private TcpConfig config;

    /// Where it waits: half-open, to be accepted, or in TIME-WAIT.
    @Nullable
    SocketList list;

    @Nullable
    TcpSocket previous;

    @Nullable
    TcpSocket next;
    /// The listener that it belongs to until it is accepted.
    @Nullable
    Listener listener;
    /// The listener that counts it among those that were opened fast, until the handshake is complete.
    private @Nullable Listener fastOpenOf;
    /// Whether it stands in the table, the output queue, the ready queue, the queue for memory, was in that one.
    boolean inTable;
    boolean inOutput;
    boolean inReady;
    boolean starved;
    boolean fed;
    /// Whether it was counted as being in TIME-WAIT.
    boolean timeWait;
    /// The connection is over and nothing of it remains in the stack.
    boolean gone;
    boolean released;

    private boolean connected;
    private boolean inputShut;
    private boolean outputShut;
    private boolean userClosed;
    private boolean noDelay;
    private boolean corked;
    private int lent;
    /// The position behind the urgent octet that was taken last.
    private long urgentTaken;
    private long lingerNanos;
    private long lingerDeadlineNanos = Deadlines.NONE;
    private @Nullable Object attachment;

    TcpSocket(TcpConnection connection, int ports, SocketOptions options, Sockets sockets) {
        this.ports = ports;
        this.connection = connection;
        this.sockets = sockets;
        this.config = options.tcp();
        this.noDelay = options.tcp().noDelay();
        this.lingerNanos = options.lingerNanos();
    }

    /// Whether this is the socket of that tuple.
    boolean is(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        var local = connection.tuple().localAddress();
        var remote = connection.tuple().remoteAddress();
        return this.ports == ports
                && remote.low() == remoteLow
                && local.low() == localLow
                && remote.high() == remoteHigh
                && local.high() == localHigh;
    }

    /// Whether the handshake was completed, now or earlier, or is not waited for: opened fast, the socket can be
    /// used at once.
    public boolean connected() {
        return connected;
    }

    /// What [#read] would return: 1 for data, or END, WOULD_BLOCK, FAILED, CLOSED.
    public int readStatus() {
        return readStatus(readable());
    }

    private int readStatus(int available) {
        if (userClosed || inputShut) {
            return CLOSED;
        }
        var cause = connection.cause();
        boolean failed = cause != null && !(cause instanceof CloseCause.Finished);
        if (failed && (available == 0 || !config.dataOutlivesReset())) {
            return FAILED;
        }
        if (available > 0) {
            return 1;
        }
        return connection.receiveFinished() || cause != null ? END : WOULD_BLOCK;
    }

    /// What [#write] would return: 1 for room, or WOULD_BLOCK, FAILED, CLOSED.
    public int writeStatus() {
        int status = roomStatus();
        return status == 1 && starved ? WOULD_BLOCK : status;
    }

    /// The same for who has memory already.
    private int roomStatus() {
        if (userClosed || outputShut) {
            return CLOSED;
        }
        if (connection.cause() != null) {
            return FAILED;
        }
        return connection.sendRoom() > 0 ? 1 : WOULD_BLOCK;
    }

    /// Takes up to `length` octets: the count, or END, WOULD_BLOCK, FAILED, CLOSED.
    public int read(long nowNanos, MemorySegment target, long offset, int length) {
        if (skipped() > 0) {
            consumed(nowNanos, 1);
        }
        int count = peek(target, offset, length);
        if (count > 0) {
            consumed(nowNanos, count);
        }
        return count;
    }

    /// As [#read], but what is taken stays to be read again.
    public int peek(MemorySegment target, long offset, int length) {
        int status = readStatus();
        if (status < 0) {
            return status;
        }
        var ring = Objects.requireNonNull(connection.receiveRing(), "octets are available, but no ring holds them");
        int count = Math.min(length, readable());
        ring.get(connection.bytesRead() + skipped(), target, offset, count);
        return count;
    }

    /// Octets that the next [#read] can take: those before the mark, or from it on.
    public int readable() {
        int available = connection.available();
        long before = connection.urgentEnd() - 1 - connection.bytesRead();
        return before > 0 && before < available ? (int) before : available - skipped();
    }

    /// 1 when the next octet is the urgent one, is here, and is not read in line.
    private int skipped() {
        return !config.urgentInLine() && atMark() && connection.available() > 0 ? 1 : 0;
    }

    /// Whether everything before the mark was read, and nothing behind it (`sockatmark`).
    public boolean atMark() {
        return connection.urgentEnd() > 0 && connection.urgentEnd() - 1 == connection.bytesRead();
    }

    /// How many octets remain to be read of what the peer calls urgent, whether they have arrived or not.
    public long urgentAhead() {
        long end = connection.urgentEnd();
        long most = connection.receiveFinished() ? Math.min(end, connection.bytesReceived()) : end;
        return Math.max(0, most - connection.bytesRead());
    }

    /// Whether the urgent octet has arrived and was neither read nor taken.
    public boolean urgentReady() {
        long end = connection.urgentEnd();
        return end > connection.bytesRead() && end <= connection.bytesReceived() && end != urgentTaken;
    }

    /// Takes the urgent octet out of band: 1, or WOULD_BLOCK while only the pointer has arrived, END when no more
    /// will, FAILED, CLOSED, NOT_URGENT. In line there is none.
    ///
    /// @param keep whether it stays to be taken again
    public int readUrgent(MemorySegment target, long offset, boolean keep) {
        long end = connection.urgentEnd();
        if (config.urgentInLine() || end <= connection.bytesRead() || end == urgentTaken) {
            return NOT_URGENT;
        }
        if (end > connection.bytesReceived()) {
            int status = readStatus(0);
            return status == CLOSED ? END : status;
        }
        int status = readStatus(connection.available());
        if (status < 0) {
            return status;
        }
        var ring = Objects.requireNonNull(connection.receiveRing(), "octets are available, but no ring holds them");
        ring.get(end - 1, target, offset, 1);
        urgentTaken = keep ? urgentTaken : end;
        return 1;
    }

    /// Writes up to `length` octets: the count, or WOULD_BLOCK, FAILED, CLOSED.
    public int write(long nowNanos, MemorySegment source, long offset, int length) {
        int status = writeStatus();
        if (status < 0) {
            return status;
        }
        int count = Math.min(length, connection.reserveSend(nowNanos, length));
        if (count == 0) {
            sockets.starve(this);
            return WOULD_BLOCK;
        }
        var ring = Objects.requireNonNull(connection.sendRing(), "there is memory, but no ring that has it");
        ring.put(connection.bytesWritten(), source, offset, count);
        written(nowNanos, count);
        return count;
    }

    /// As [#write], and the last octet that was taken is urgent: the peer is told so ahead of everything before it.
    public int writeUrgent(long nowNanos, MemorySegment source, long offset, int length) {
        int count = write(nowNanos, source, offset, length);
        if (count > 0) {
            urgentWritten(nowNanos, connection.bytesWritten());
        }
        return count;
    }

    /// What was written up to the position `end` in the stream is urgent: as [TcpConnection#urgent] has it.
    public void urgentWritten(long nowNanos, long end) {
        connection.urgent(nowNanos, end);
        sockets.touched(nowNanos, this);
    }

    /// As [#read], for a driver whose other thread has copied `count` octets out of the connection's receive
    /// ring itself: at most what `connection().available()` says. After a failure or a close: no effect.
    public void consumed(long nowNanos, int count) {
        if (readStatus(connection.available()) == 1) {
            connection.consumed(nowNanos, count);
            sockets.touched(nowNanos, this);
        }
    }

    /// For a driver whose other thread is going to write: sees to it that there is memory for `octets` octets, as
    /// [TcpConnection#reserveSend] has it. When there is none, the socket is reported as soon as there is.
    public int reserveSend(long nowNanos, int octets) {
        boolean first = connection.sendRing() == null;
        int reserved = connection.reserveSend(nowNanos, octets);
        if (first) {
            sockets.touched(nowNanos, this);
        }
        if (reserved == 0 && octets > 0 && writeStatus() == 1) {
            sockets.starve(this);
        }
        return reserved;
    }

    /// For the same driver: nobody is going to write to that memory, which is given back.
    public void retractSend(long nowNanos) {
        connection.retractSend();
        sockets.touched(nowNanos, this);
    }

    /// As [#write], for a driver whose other thread has copied `count` octets into the connection's send ring
    /// itself: at most what [#reserveSend] has said. Without room (failed, shut down): no effect.
    public void written(long nowNanos, int count) {
        if (roomStatus() == 1) {
            connection.written(nowNanos, count);
            sockets.touched(nowNanos, this);
        }
    }

    /// No more reading: data that arrives from now on, or lies unread, resets the connection. Again: no effect.
    public void shutdownInput(long nowNanos) {
        if (userClosed || inputShut) {
            return;
        }
        inputShut = true;
        if (connection.available() > 0) {
            connection.abort(nowNanos, AbortReason.UNREAD_DATA);
        } else {
            connection.closeReceive(nowNanos);
        }
        sockets.touched(nowNanos, this);
    }

    /// No more writing: the FIN follows what was written. Again: no effect.
    public void shutdownOutput(long nowNanos) {
        if (userClosed || outputShut) {
            return;
        }
        outputShut = true;
        connection.closeSend(nowNanos);
        sockets.touched(nowNanos, this);
    }

    /// No more of either. See the class for linger and unread data. Again: no effect.
    public void close(long nowNanos) {
        if (userClosed) {
            return;
        }
        userClosed = true;
        if (lingerNanos == 0) {
            connection.abort(nowNanos, AbortReason.LINGER_ZERO);
        } else if (connection.available() > 0) {
            // RFC 9293 §3.6.1: "If such a host issues a CLOSE call while received data is still pending in the
            // TCP connection, or if new data is received after CLOSE is called, its TCP implementation SHOULD
            // send a RST to show that data was lost."
            connection.abort(nowNanos, AbortReason.UNREAD_DATA);
        } else if (connection.state() == TcpState.SYN_SENT && connection.bytesWritten() == 0) {
            // RFC 9293 §3.10.4, SYN-SENT: "Delete the TCB". Nobody is owed anything.
            connection.abort(nowNanos, AbortReason.USER);
        } else {
            connection.closeSend(nowNanos);
            connection.closeReceive(nowNanos);
            if (lingerNanos > 0 && !settled()) {
                lingerDeadlineNanos = Deadlines.after(nowNanos, lingerNanos);
            }
        }
        sockets.touched(nowNanos, this);
    }

    /// Resets the connection, also one that was closed and goes on in the background.
    public void abort(long nowNanos) {
        abort(nowNanos, AbortReason.USER);
    }

    void abort(long nowNanos, AbortReason reason) {
        userClosed = true;
        connection.abort(nowNanos, reason);
        sockets.touched(nowNanos, this);
    }

    /// Whether its user has closed it and the peer has acknowledged everything, the FIN included.
    boolean delivered() {
        return userClosed && connection.finAcked() && unacknowledgedBytes() == 0;
    }

    /// The host goes down: as an abort, but the user still has to close.
    void shutDown(long nowNanos) {
        connection.abort(nowNanos, AbortReason.SHUTDOWN);
        sockets.touched(nowNanos, this);
    }

    /// Whether the user called close or abort.
    public boolean userClosed() {
        return userClosed;
    }

    /// Whether a lingering close has waited long enough: everything acknowledged, or failed, or the time is
    /// over. Without linger, true as soon as the user has closed.
    public boolean closeComplete() {
        return userClosed && lingerDeadlineNanos == Deadlines.NONE;
    }

    /// How the connection ended; null while it goes on.
    public @Nullable CloseCause cause() {
        return connection.cause();
    }

    /// What the last ICMP error about this connection said, while it goes on all the same; null when there was
    /// none since the peer acknowledged anything. Whoever asks after [Stack#pollReady] has named this socket
    /// misses no change; whoever does not want to know does not ask (RFC 9293 §3.9.1.8).
    public @Nullable IcmpReason softError() {
        return connection.softError();
    }

    /// How long a close waits; see [SocketOptions#lingerNanos].
    public void lingerNanos(long nanos) {
        lingerNanos = nanos;
    }

    public long lingerNanos() {
        return lingerNanos;
    }

    /// Whether small segments are sent at once (Nagle off).
    public void noDelay(long nowNanos, boolean on) {
        noDelay = on;
        connection.noDelay(nowNanos, on);
        sockets.touched(nowNanos, this);
    }

    public boolean noDelay() {
        return noDelay;
    }

    /// Corked (true), only full segments are sent: as [TcpConnection#cork].
    public void cork(long nowNanos, boolean on) {
        corked = on;
        connection.cork(nowNanos, on);
        sockets.touched(nowNanos, this);
    }

    /// As [TcpConnection#release].
    public void release(long nowNanos, long end) {
        connection.release(nowNanos, end);
        sockets.touched(nowNanos, this);
    }

    /// What was written last ends a record, see [TcpConnection#endRecord].
    public void endRecord(long nowNanos) {
        connection.endRecord(nowNanos);
        sockets.touched(nowNanos, this);
    }

    /// More follows at once what was just written: as [TcpConnection#moreComes] has it.
    public void moreComes(long nowNanos) {
        connection.moreComes(nowNanos);
        sockets.touched(nowNanos, this);
    }

    /// ACKs go out at once (true), or with the data that answers (false): see [TcpConnection#ackQuickly].
    public void ackQuickly(long nowNanos, boolean on) {
        connection.ackQuickly(on);
        sockets.touched(nowNanos, this);
    }

    public boolean corked() {
        return corked;
    }

    /// The settings that the connection was born with, or was given last: hop limit, traffic class, buffer
    /// sizes and so on.
    public TcpConfig config() {
        return config;
    }

    /// Changes settings of an open connection, as [TcpConnection#configure] has it.
    public void config(long nowNanos, TcpConfig config) {
        this.config = config;
        connection.configure(nowNanos, config);
        if (noDelay != config.noDelay()) {
            noDelay(nowNanos, config.noDelay());
        }
        sockets.touched(nowNanos, this);
    }

    /// Octets written here that the peer has not acknowledged.
    public long unacknowledgedBytes() {
        return connection.bytesWritten() - connection.bytesAcknowledged();
    }

    /// Another thread begins to copy from or to the connection's rings: they are not given back before
    /// [#returnBuffers], whatever happens. May be nested.
    public void lendBuffers() {
        lent++;
    }

    /// The end of one [#lendBuffers].
    public void returnBuffers() {
        assert lent > 0 : "buffers were returned that nobody lent";
        lent--;
        sockets.releaseIfOver(this);
    }

    /// Everything that can be known about the connection at this moment: a fresh object.
    public TcpInfo tcpInfo(long nowNanos) {
        return connection.info(nowNanos);
    }

    /// The connection below: rings, positions, state. For drivers that let another thread copy,
    /// and for tools.
    public TcpConnection connection() {
        return connection;
    }

    /// Whatever the driver wants to find again.
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    /// It belongs to its user from now on, not to a listener.
    void accepted() {
        listener = null;
    }

    /// Its SYN opened it fast: the user need not wait for the handshake.
    void openFast(Listener by) {
        connected = true;
        fastOpenOf = by;
        by.openedFast(this);
    }

    /// It has ended. A RST before the handshake was complete is not forgotten at once.
    void ended(long nowNanos) {
        if (fastOpenOf != null && connection.cause() instanceof CloseCause.Reset) {
            fastOpenOf.fastOpens().reset(nowNanos);
        } else if (fastOpenOf != null) {
            fastOpenOf.fastOpens().over();
        }
        fastOpenOf = null;
    }

    /// The handshake is complete.
    void establish() {
        connected = true;
        if (fastOpenOf != null) {
            fastOpenOf.fastOpens().over();
            fastOpenOf = null;
        }
        if (listener != null) {
            listener.established(this);
        }
    }

    /// No user will ever come.
    void disown() {
        userClosed = true;
    }

    /// After anything may have changed.
    ///
    /// @return whether its user should look
    boolean changed() {
        boolean lingering = lingerDeadlineNanos != Deadlines.NONE;
        if (lingering && settled()) {
            lingerDeadlineNanos = Deadlines.NONE;
        }
        return listener == null && (!userClosed || lingering || attachment != null);
    }

    private boolean settled() {
        return connection.cause() != null
                || connection.state() == TcpState.CLOSED
                || connection.finAcked() && unacknowledgedBytes() == 0;
    }

    /// When the connection, or the lingering, has something to do.
    long dueNanos() {
        return Deadlines.earlier(connection.nextDeadline(), lingerDeadlineNanos);
    }

    /// Ends the lingering if its time is over.
    ///
    /// @return whether it was, so that its user should look
    boolean linger(long nowNanos) {
        if (!Deadlines.due(nowNanos, lingerDeadlineNanos)) {
            return false;
        }
        lingerDeadlineNanos = Deadlines.NONE;
        if (!settled()) {
            connection.lingerOver(nowNanos);
        }
        return true;
    }

    /// Whether nobody needs the buffers any more: in FIN-WAIT-2 and TIME-WAIT, which may last long, everything
    /// was acknowledged, and what arrives is not kept.
    boolean over() {
        if (!userClosed || lent > 0) {
            return false;
        }
        var state = connection.state();
        return gone || state == TcpState.TIME_WAIT || state == TcpState.FIN_WAIT_2;
    }

    /// The tuple and the state.
    @Override
    public String toString() {
        return connection.tuple() + " " + connection.state();
    }
}
