package dev.levee.net;

import static dev.levee.net.SocketPort.ABORT;
import static dev.levee.net.SocketPort.CLOSE;
import static dev.levee.net.SocketPort.CLOSE_COMPLETE;
import static dev.levee.net.SocketPort.CONNECT;
import static dev.levee.net.SocketPort.CONNECTED;
import static dev.levee.net.SocketPort.CONSUMED;
import static dev.levee.net.SocketPort.INPUT_SHUT;
import static dev.levee.net.SocketPort.NO_MEMORY;
import static dev.levee.net.SocketPort.OPTIONS;
import static dev.levee.net.SocketPort.OUTPUT_SHUT;
import static dev.levee.net.SocketPort.OVER;
import static dev.levee.net.SocketPort.READ_ENDED;
import static dev.levee.net.SocketPort.READ_FAILED;
import static dev.levee.net.SocketPort.RECEIPT;
import static dev.levee.net.SocketPort.RING;
import static dev.levee.net.SocketPort.WRITE_FAILED;
import static dev.levee.net.SocketPort.WRITTEN;

import dev.levee.stack.SocketException;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The shard's side of a [SocketPort]: does what applications ask of the socket, and publishes what became of
/// it.
///
/// The socket is closed only when nobody is inside a ring any more: until then its memory must not go to
/// another connection.
///
/// Threads: shard, except [#request].
final class ShardSide {
    private final SocketPort port;
    private final Shard shard;

    private @Nullable ConnectRequest request;
    private @Nullable TcpSocket socket;
    private @Nullable CloseCause cause;
    private TcpConfig configured;
    /// Somebody may write, or wants to.
    private boolean lends;
    private boolean outOfMemory;
    private boolean closeAsked;
    private boolean abortAsked;
    private boolean outputOut;
    private boolean inputOut;
    private boolean closeDone;
    private boolean finishing;

    /// The shard's list of all that it has.
    @Nullable
    ShardSide previous;

    @Nullable
    ShardSide following;

    /// @param settings what the connection begins with
    ShardSide(SocketPort port, Shard shard, TcpConfig settings) {
        this.port = port;
        this.shard = shard;
        this.configured = settings;
    }

    /// What to connect to when the shard is asked to.
    ///
    /// Threads: application, before it asks.
    void request(ConnectRequest what) {
        request = what;
    }

    void adopt(TcpSocket adopted) {
        adopted.attach(this);
        socket = adopted;
        port.publishTuple(adopted.connection().tuple());
        shard.add(this);
    }

    /// Does what the bits say, in this order.
    void run(long nowNanos, int bits) {
        if ((bits & CONNECT) != 0) {
            connect(nowNanos);
        }
        var to = socket;
        if (to == null) {
            return;
        }
        if ((bits & OPTIONS) != 0) {
            to.lingerNanos(port.lingerNanos());
            configure(nowNanos, to, bits);
        }
        if ((bits & WRITTEN) != 0) {
            takeWritten(nowNanos, to);
            if (publishRoom(nowNanos, to)) {
                port.output.wake();
            }
        }
        if ((bits & CONSUMED) != 0) {
            takeConsumed(nowNanos, to);
        }
        if ((bits & RING) != 0) {
            lends = true;
            // It is no longer at rest, or the memory would be taken back before it is written to.
            to.reserveSend(nowNanos, BufferPool.PIECE_BYTES);
        }
        closeAsked |= (bits & CLOSE) != 0;
        abortAsked |= (bits & ABORT) != 0;
        if ((bits & (CLOSE | ABORT | OUTPUT_SHUT | INPUT_SHUT)) != 0) {
            shutSocket(nowNanos, to, bits);
        }
        if ((bits & RECEIPT) != 0) {
            port.collectReceipts();
        }
        if ((bits & ~(WRITTEN | CONSUMED)) != 0) {
            update(nowNanos);
        }
    }

    private void configure(long nowNanos, TcpSocket to, int bits) {
        var asked = port.tcp();
        boolean noDelay = port.noDelay();
        if (asked != configured) {
            configured = asked;
            to.config(nowNanos, asked.toBuilder().noDelay(to.noDelay()).build());
        }
        // Saying it again would let go what a cork holds.
        if (to.noDelay() != noDelay) {
            to.noDelay(nowNanos, noDelay);
        }
        if ((bits & SocketPort.RELEASE) != 0) {
            to.release(nowNanos, port.releasedEnd());
        }
        if (to.corked() != port.corked()) {
            to.cork(nowNanos, port.corked());
        }
    }

    private void connect(long nowNanos) {
        var what = request;
        if (what == null) {
            return;
        }
        request = null;
        try {
            adopt(shard.stack()
                    .connect(
                            nowNanos,
                            what.localAddress(),
                            what.localPort(),
                            what.remoteAddress(),
                            what.remotePort(),
                            what.options()));
            writeFirst(nowNanos, what.first());
        } catch (SocketException e) {
            port.publishRejection(e, null);
        }
    }

    /// The SYN is not sent before this: it may take some of it along.
    private void writeFirst(long nowNanos, byte[] first) {
        var to = socket;
        if (to != null && first.length > 0) {
            port.output.begun(Math.max(0, to.write(nowNanos, MemorySegment.ofArray(first), 0, first.length)));
        }
    }

    private void takeWritten(long nowNanos, TcpSocket to) {
        var connection = to.connection();
        long count = Math.min(port.output.writtenEnd() - connection.bytesWritten(), connection.sendRoom());
        if (count > 0) {
            to.written(nowNanos, (int) count);
        }
        long urgentEnd = port.output.urgentEnd();
        if (urgentEnd > 0 && urgentEnd <= connection.bytesWritten()) {
            to.urgentWritten(nowNanos, urgentEnd);
        }
    }

    private void takeConsumed(long nowNanos, TcpSocket to) {
        var connection = to.connection();
        long count = Math.min(port.input.readEnd() - connection.bytesRead(), connection.available());
        if (count > 0) {
            to.consumed(nowNanos, (int) count);
        }
    }

    private void shutSocket(long nowNanos, TcpSocket to, int bits) {
        takeWritten(nowNanos, to);
        takeConsumed(nowNanos, to);
        boolean ending = closeAsked || abortAsked;
        if ((bits & OUTPUT_SHUT) != 0) {
            outputOut = true;
            if (!ending) {
                to.shutdownOutput(nowNanos);
            }
        }
        if ((bits & INPUT_SHUT) != 0) {
            inputOut = true;
            if (!ending) {
                to.shutdownInput(nowNanos);
            }
        }
        if (!ending || !outputOut || !inputOut) {
            return;
        }
        // Nobody has seen a connection that is not open yet: there is nothing to deliver.
        if (abortAsked || !to.connected()) {
            to.abort(nowNanos);
        } else if (!closeDone) {
            to.close(nowNanos);
        }
        closeDone = true;
    }

    TcpInfo tcpInfo(long nowNanos) {
        return Objects.requireNonNull(socket, "a stream without a connection").tcpInfo(nowNanos);
    }

    /// Publishes what the socket says now and wakes who waits for it.
    void update(long nowNanos) {
        var from = socket;
        if (from == null) {
            return;
        }
        var connection = from.connection();
        port.input.publishUrgent(connection.urgentEnd());
        takeConsumed(nowNanos, from);
        if (connection.resting() && connection.available() > 0) {
            port.input.tellEnd();
            takeConsumed(nowNanos, from);
        }
        boolean more = port.input.publish(
                connection.receiveRing(),
                connection.bytesRead() + connection.available(),
                connection.receiveCapacity());
        boolean room = publishRoom(nowNanos, from);
        port.publishProgress(connection.bytesAcknowledged(), connection.state());
        port.publishTrouble(from.softError(), connection.inDoubt());
        var ended = from.cause();
        if (ended != null && cause == null) {
            cause = ended;
            port.publishEnd(ended, null);
            shard.countUndelivered(port.undelivered());
        }
        if (!port.publishFlags(flagsOf(from))) {
            if (more) {
                port.input.wake();
            }
            if (room) {
                port.output.wake();
            }
        }
        port.settleReceipts(cause != null);
        countFinishing(closeDone && cause == null && !connection.finAcked());
        if (closeDone && cause != null && from.closeComplete()) {
            from.attach(null);
            shard.remove(this);
        }
    }

    /// Lends memory to whoever writes: as much again as is under way already, so that a connection that has little to
    /// say costs little. One that is idle takes it back.
    ///
    /// @return whether there is so much room that a waiting writer shall be woken
    private boolean publishRoom(long nowNanos, TcpSocket from) {
        var connection = from.connection();
        int room = connection.sendRoom();
        if (!lends || outputOut || room == 0) {
            outOfMemory = false;
            return false;
        }
        if (connection.resting() && port.output.retract(connection.bytesWritten())) {
            lends = false;
            from.retractSend(nowNanos);
            return false;
        }
        int wanted = (int) Math.max(BufferPool.PIECE_BYTES, from.unacknowledgedBytes());
        int lent = from.reserveSend(nowNanos, wanted);
        // Others give theirs back, and this one is reported then: only what never comes is not worth waiting for.
        outOfMemory = lent == 0 && !shard.stack().buffers().everSends();
        var ring = connection.sendRing();
        if (ring == null || !port.output.publish(ring, connection.bytesWritten() + lent)) {
            return false;
        }
        boolean scarce = lent < Math.min(wanted, room);
        return scarce || lent >= Math.min(wanted, (room + from.unacknowledgedBytes()) / 4);
    }

    private int flagsOf(TcpSocket from) {
        int now = 0;
        if (from.connected()) {
            now |= CONNECTED;
        }
        if (from.connection().receiveFinished() || cause instanceof CloseCause.Finished) {
            now |= READ_ENDED;
        }
        if (from.readStatus() == TcpSocket.FAILED) {
            now |= READ_FAILED;
        }
        if (from.writeStatus() == TcpSocket.FAILED) {
            now |= WRITE_FAILED;
        }
        if (closeDone && from.closeComplete()) {
            now |= CLOSE_COMPLETE;
        }
        if (outOfMemory) {
            now |= NO_MEMORY;
        }
        return now;
    }

    /// Connections that the user has closed and that still deliver: the shard gives them time when it ends.
    private void countFinishing(boolean now) {
        if (now != finishing) {
            finishing = now;
            shard.countFinishing(now ? 1 : -1);
        }
    }

    /// The host has ended. Called again for everything that is asked afterwards.
    ///
    /// @param why the reason, unless the host was closed
    void end(@Nullable Throwable why) {
        port.collectReceipts();
        if (socket == null) {
            port.publishRejection(null, why);
            return;
        }
        port.publishProgress(port.acknowledged(), TcpState.CLOSED);
        if (cause == null) {
            cause = new CloseCause.Aborted(CloseCause.AbortReason.SHUTDOWN, 0);
            port.publishEnd(cause, why);
            port.publishFlags(port.flags() | OVER);
        } else {
            // What had arrived before can still be read.
            port.publishFlags(port.flags() | CLOSE_COMPLETE);
        }
        port.settleReceipts(true);
    }
}
