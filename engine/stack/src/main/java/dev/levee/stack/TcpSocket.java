package dev.levee.stack;

import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConnection;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a user holds of a connection: readiness, reading and writing, half-close, linger, errors, options. The
/// rules of sockets live here and nowhere else; a shard gives them to blocked threads, the simulator to
/// scripts.
///
/// Rules:
/// - A read gives data first, then END (the peer's FIN), or FAILED if the connection ended otherwise. Data that
///   arrived in order before a reset is lost with it, as everywhere: FAILED comes first.
/// - A write takes what fits and says how much; WOULD_BLOCK when nothing fits; FAILED when the connection has
///   ended; CLOSED after `shutdownOutput` or `close`.
/// - `close` with linger off returns at once and goes on in the background; with received data unread, or
///   linger 0, it resets; with linger, [#closeComplete] says when the waiting may end.
/// - The rings stay this connection's until the user has called `close` or `abort`, even when the connection
///   has failed before: another thread may be copying.
/// - Commands go through the socket, never around it to the connection: only so does the stack learn that there
///   is something to send.
///
/// Threads: shard.
public final class TcpSocket {
    /// [#read]: the peer has closed its side and everything was read.
    public static final int END = -1;
    /// [#read], [#write]: nothing now; readiness will be reported.
    public static final int WOULD_BLOCK = -2;
    /// [#read], [#write]: the connection has ended, see [#cause].
    public static final int FAILED = -3;
    /// [#read], [#write]: this side has shut that direction down.
    public static final int CLOSED = -4;

    private @Nullable Object attachment;

    TcpSocket() {}

    /// Whether the handshake was completed, now or earlier.
    public boolean connected() {
        return false;
    }

    /// What [#read] would return: 1 for data, or END, WOULD_BLOCK, FAILED, CLOSED.
    public int readStatus() {
        return WOULD_BLOCK;
    }

    /// What [#write] would return: 1 for room, or WOULD_BLOCK, FAILED, CLOSED.
    public int writeStatus() {
        return WOULD_BLOCK;
    }

    /// Takes up to `length` octets: the count, or END, WOULD_BLOCK, FAILED, CLOSED.
    public int read(long nowNanos, MemorySegment target, long offset, int length) {
        return WOULD_BLOCK;
    }

    /// Writes up to `length` octets: the count, or WOULD_BLOCK, FAILED, CLOSED.
    public int write(long nowNanos, MemorySegment source, long offset, int length) {
        return WOULD_BLOCK;
    }

    /// As [#read], for a driver whose other thread has copied `count` octets out of the connection's receive
    /// ring itself: at most what `connection().available()` says. After a failure: no effect.
    public void consumed(long nowNanos, int count) {}

    /// As [#write], for a driver whose other thread has copied `count` octets into the connection's send ring
    /// itself: at most what `connection().sendRoom()` says. Without room (failed, shut down): no effect.
    public void written(long nowNanos, int count) {}

    /// No more reading: data that arrives from now on resets the connection.
    public void shutdownInput(long nowNanos) {}

    /// No more writing: the FIN follows what was written.
    public void shutdownOutput(long nowNanos) {}

    /// No more of either. See the class for linger and unread data.
    public void close(long nowNanos) {}

    /// Resets the connection.
    public void abort(long nowNanos) {}

    /// Whether the user called close or abort.
    public boolean userClosed() {
        return false;
    }

    /// Whether a lingering close has waited long enough: everything acknowledged, or failed, or the time is
    /// over.
    public boolean closeComplete() {
        return false;
    }

    /// How the connection ended; null while it goes on.
    public @Nullable CloseCause cause() {
        return null;
    }

    public void lingerNanos(long nanos) {}

    public long lingerNanos() {
        return 0;
    }

    public void noDelay(long nowNanos, boolean on) {}

    public boolean noDelay() {
        return false;
    }

    /// The connection below: rings, positions, state. For drivers that let another thread copy, and for tools.
    public TcpConnection connection() {
        throw new AssertionError();
    }

    /// Whatever the driver wants to find again.
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }
}
