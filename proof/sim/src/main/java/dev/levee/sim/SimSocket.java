package dev.levee.sim;

import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user's end of a connection in virtual time: [TcpSocket] with arrays, a queue for what does not fit yet,
/// and callbacks. The rules are those of [TcpSocket], which [#tcp] gives out.
///
/// Callbacks are called by the simulation when something may have changed, again and again; in vain is allowed.
/// They may use any method here and of the host.
///
/// Threads: the simulation's.
public final class SimSocket {
    static final int COPY_BYTES = 1 << 16;

    private final SimHost host;
    private final TcpSocket tcp;
    private final MemorySegment copy;
    private final ByteLog unsent = new ByteLog();
    private final ByteLog received = new ByteLog();
    private boolean reading;
    private boolean finishing;
    private boolean told;
    private boolean connectedTold;
    private Consumer<SimSocket> onConnected = SimSocket::ignore;
    private Consumer<SimSocket> onReadable = SimSocket::ignore;
    private Consumer<SimSocket> onWritable = SimSocket::ignore;
    private Consumer<SimSocket> onClosed = SimSocket::ignore;
    private @Nullable Object attachment;

    SimSocket(SimHost host, TcpSocket tcp) {
        this.host = host;
        this.tcp = tcp;
        this.copy = host.copy();
        tcp.attach(this);
    }

    private static void ignore(SimSocket socket) {}

    /// Called once, when the handshake is complete.
    public SimSocket onConnected(Consumer<SimSocket> action) {
        onConnected = action;
        return this;
    }

    /// Called when [#read] may have something: data, the end, a failure.
    public SimSocket onReadable(Consumer<SimSocket> action) {
        onReadable = action;
        return this;
    }

    /// Called when [#write] may have room.
    public SimSocket onWritable(Consumer<SimSocket> action) {
        onWritable = action;
        return this;
    }

    /// Called once, when the connection has ended and [#cause] says how.
    public SimSocket onClosed(Consumer<SimSocket> action) {
        onClosed = action;
        return this;
    }

    /// From now on all data is read as it arrives; [#received] has it.
    public SimSocket readEverything() {
        reading = true;
        host.wake(this);
        return this;
    }

    /// Takes up to `length` octets into `target`: the count, or END, WOULD_BLOCK, FAILED, CLOSED of
    /// [TcpSocket].
    public int read(byte[] target, int offset, int length) {
        int count = tcp.read(host.nowNanos(), copy, 0, Math.min(length, COPY_BYTES));
        if (count > 0) {
            MemorySegment.copy(copy, ValueLayout.JAVA_BYTE, 0, target, offset, count);
            host.used();
        }
        return count;
    }

    /// Everything that can be read now, and everything that [#readEverything] has read since the last call.
    public byte[] received() {
        drain();
        return received.takeAll();
    }

    /// How many octets [#received] would give, beside those that were not read yet.
    public int receivedCount() {
        return received.size();
    }

    private void drain() {
        for (int count = readSome(); count > 0; count = readSome()) {
            received.append(copy, count);
        }
    }

    private int readSome() {
        int count = tcp.read(host.nowNanos(), copy, 0, COPY_BYTES);
        if (count > 0) {
            host.used();
        }
        return count;
    }

    /// Writes what fits: the count, or WOULD_BLOCK, FAILED, CLOSED of [TcpSocket].
    public int write(byte[] source, int offset, int length) {
        int count = Math.min(length, COPY_BYTES);
        MemorySegment.copy(source, offset, copy, ValueLayout.JAVA_BYTE, 0, count);
        int written = tcp.write(host.nowNanos(), copy, 0, count);
        host.used();
        return written;
    }

    /// Writes all: at once what fits, the rest as room is made.
    public SimSocket send(byte[] octets) {
        unsent.append(octets, 0, octets.length);
        flush();
        return this;
    }

    /// Octets given to [#send] for which there was no room yet.
    public int unsentCount() {
        return unsent.size();
    }

    private void flush() {
        while (unsent.size() > 0) {
            int count = unsent.peek(copy, COPY_BYTES);
            int written = tcp.write(host.nowNanos(), copy, 0, count);
            if (written <= 0) {
                return;
            }
            host.used();
            unsent.drop(written);
        }
        if (finishing) {
            finishing = false;
            tcp.shutdownOutput(host.nowNanos());
            host.used();
        }
    }

    /// Half-close: a FIN follows everything given to [#send] and [#write].
    public SimSocket finish() {
        finishing = true;
        flush();
        return this;
    }

    public void shutdownInput() {
        tcp.shutdownInput(host.nowNanos());
        host.used();
    }

    /// As [TcpSocket#close]. What [#send] still holds is lost: [#finish] first, where that matters.
    public void close() {
        tcp.close(host.nowNanos());
        host.used();
    }

    public void abort() {
        tcp.abort(host.nowNanos());
        host.used();
    }

    public void noDelay(boolean on) {
        tcp.noDelay(host.nowNanos(), on);
        host.used();
    }

    /// Whether the peer has closed its side and everything was read.
    public boolean ended() {
        return tcp.readStatus() == TcpSocket.END;
    }

    public boolean connected() {
        return tcp.connected();
    }

    public TcpState state() {
        return tcp.connection().state();
    }

    /// How the connection ended; null while it goes on.
    public @Nullable CloseCause cause() {
        return tcp.cause();
    }

    public TcpSocket tcp() {
        return tcp;
    }

    public SimHost host() {
        return host;
    }

    /// Whatever the user wants to find again.
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(@Nullable Object object) {
        attachment = object;
    }

    /// Something may have changed.
    void ready() {
        if (tcp.connected() && !connectedTold) {
            connectedTold = true;
            onConnected.accept(this);
        }
        flush();
        if (reading) {
            drain();
        }
        if (tcp.readStatus() != TcpSocket.WOULD_BLOCK && tcp.readStatus() != TcpSocket.CLOSED) {
            onReadable.accept(this);
        }
        if (tcp.connected() && tcp.writeStatus() == 1 && unsent.size() == 0) {
            onWritable.accept(this);
        }
        if (tcp.cause() != null && !told) {
            told = true;
            onClosed.accept(this);
        }
    }

    /// Tuple, state and what is still to be done.
    @Override
    public String toString() {
        return host.name() + " " + new Status(tcp);
    }
}
