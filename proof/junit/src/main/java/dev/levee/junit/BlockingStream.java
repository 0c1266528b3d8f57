package dev.levee.junit;

import dev.levee.sim.SimSocket;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.Deadlines;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One connection on a simulated network, read and written by blocking calls, for [Programs]. It behaves as a
/// `java.net.Socket` does: a read gives what has arrived, at least one octet, not what was asked for; a write
/// returns when everything is in the send buffer.
///
/// Threads: the test's and those of its programs.
public final class BlockingStream implements Closeable {
    private final Programs programs;
    private final SimSocket socket;
    private final String name;
    private final Signal signal;
    private final Input input = new Input();
    private final Output output = new Output();
    private @Nullable Duration readTimeout;
    private boolean closed;

    BlockingStream(Programs programs, SimSocket socket) {
        this.programs = programs;
        this.socket = socket;
        name = socket.host().name() + " " + socket.tcp().connection().tuple();
        signal = new Signal(programs);
        socket.onConnected(_ -> signal.give())
                .onReadable(_ -> signal.give())
                .onWritable(_ -> signal.give())
                .onClosed(_ -> signal.give());
    }

    /// The octets that arrive. Closing it closes the connection.
    public InputStream input() {
        return input;
    }

    /// The octets to send. Closing it closes the connection.
    public OutputStream output() {
        return output;
    }

    /// The simulated connection below, for its state and counters.
    public SimSocket socket() {
        return socket;
    }

    /// How long a read waits before it throws a [SocketTimeoutException]; the default, null, is for ever.
    public BlockingStream readTimeout(@Nullable Duration timeout) {
        readTimeout = timeout;
        return this;
    }

    /// Says that nothing more will be written: the peer reads the end of the stream after the rest.
    public void shutdownOutput() throws IOException {
        checkOpen();
        socket.finish();
    }

    /// Closes the connection in both directions. What was written is still delivered; if received octets are
    /// unread, or come later, the peer gets a reset.
    @Override
    public void close() {
        programs.checkTurn();
        if (!closed) {
            closed = true;
            socket.close();
            signal.give();
        }
    }

    /// Resets the connection.
    public void abort() {
        programs.checkTurn();
        closed = true;
        socket.abort();
        signal.give();
    }

    void awaitConnected() throws IOException {
        while (!socket.connected() && socket.cause() == null) {
            programs.waitFor(
                    "the connection " + name,
                    signal,
                    Deadlines.NONE,
                    () -> socket.connected() || socket.cause() != null);
        }
        if (!socket.connected()) {
            throw failure();
        }
    }

    private void checkOpen() throws SocketException {
        programs.checkTurn();
        if (closed) {
            throw new SocketException("the stream is closed: " + name);
        }
    }

    private SocketException failure() {
        var cause = socket.cause();
        if (cause == null) {
            return new SocketException("the stream is closed: " + name);
        }
        long undelivered = cause.undeliveredBytes();
        var text = cause.describe() + ": " + name
                + (undelivered > 0 ? "; octets that the peer may not have: " + undelivered : "");
        return cause instanceof CloseCause.Refused ? new ConnectException(text) : new SocketException(text);
    }

    /// Waits until a read would not block.
    private void awaitReadable() throws IOException {
        var timeout = readTimeout;
        long deadlineNanos = timeout == null ? Deadlines.NONE : programs.nowNanos() + timeout.toNanos();
        while (!closed && socket.tcp().readStatus() == TcpSocket.WOULD_BLOCK) {
            if (Deadlines.due(programs.nowNanos(), deadlineNanos)) {
                throw new SocketTimeoutException("nothing came within " + timeout + ": " + name);
            }
            programs.waitFor("data on " + name, signal, deadlineNanos, this::readable);
        }
        checkOpen();
    }

    private boolean readable() {
        return closed || socket.tcp().readStatus() != TcpSocket.WOULD_BLOCK;
    }

    private boolean writable() {
        return closed || socket.tcp().writeStatus() != TcpSocket.WOULD_BLOCK;
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        checkOpen();
        if (length == 0) {
            return 0;
        }
        awaitReadable();
        int count = socket.read(target, offset, length);
        if (count == TcpSocket.END) {
            return -1;
        } else if (count < 0) {
            throw failure();
        }
        return count;
    }

    private void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        int done = 0;
        while (done < length) {
            checkOpen();
            int count = socket.write(source, offset + done, length - done);
            if (count >= 0) {
                done += count;
            } else if (count == TcpSocket.WOULD_BLOCK) {
                programs.waitFor("room to write on " + name, signal, Deadlines.NONE, this::writable);
            } else {
                throw failure();
            }
        }
    }

    private final class Input extends InputStream {
        private final byte[] one = new byte[1];

        @Override
        public int read() throws IOException {
            return BlockingStream.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return BlockingStream.this.read(target, offset, length);
        }

        @Override
        public int available() throws IOException {
            checkOpen();
            return socket.tcp().connection().available();
        }

        @Override
        public void close() {
            BlockingStream.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            BlockingStream.this.write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            BlockingStream.this.write(source, offset, length);
        }

        @Override
        public void close() {
            BlockingStream.this.close();
        }
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
