package dev.levee.bench.flood;

import dev.levee.stack.Limits;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A host of legitimate clients on the engine's stack. Each connects, says something, hears it, and closes; one
/// connection may send all the time.
///
/// Threads: one owner.
final class LegitHost {
    private static final int MESSAGE_BYTES = 32;
    private static final int TIME_WAIT_MAX = 256;
    private static final int MTU = 1500;
    private static final int CHUNK_BYTES = 1 << 16;
    /// What the steady connection may be late with and still make good: what it could not send then is lost time.
    private static final long ARREARS_NANOS = 20_000_000;

    private final Stack stack;
    private final MemorySegment message = Arena.ofAuto().allocate(MESSAGE_BYTES);
    private final MemorySegment heard = Arena.ofAuto().allocate(MESSAGE_BYTES);
    private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK_BYTES);
    private final ArrayDeque<Attempt> attempts = new ArrayDeque<>();
    private @Nullable TcpSocket steady;
    private double octetsPerNano;
    private double allowance;
    private long allowedNanos;

    /// @param number the host's address is 198.18.0.10 and so many more
    LegitHost(int number, long seed) {
        var addresses = List.of(new Cidr(IpAddress.ofV4(address(number)), 24));
        var base = Limits.DEFAULT;
        var limits = new Limits(
                base.connectionsMax(), TIME_WAIT_MAX, base.bufferBytesMax(), base.repliesMax(), base.resetsPerSecond());
        stack = new Stack(new StackConfig(addresses, MTU, new SipHash(seed, number), limits));
        message.fill((byte) 'x');
        message.set(ValueLayout.JAVA_BYTE, 0, FloodService.ECHO);
        chunk.fill(FloodService.DISCARD);
    }

    /// The address of a host as one number.
    static int address(int number) {
        return 198 << 24 | 18 << 16 | 10 + number;
    }

    private static final class Attempt {
        final TcpSocket socket;
        final Handshakes handshakes;
        final long beganNanos;
        long openNanos;
        boolean open;
        boolean over;
        int heard;

        Attempt(TcpSocket socket, Handshakes handshakes, long beganNanos) {
            this.socket = socket;
            this.handshakes = handshakes;
            this.beganNanos = beganNanos;
        }
    }

    /// A client begins.
    void begin(long nowNanos, Handshakes handshakes) {
        handshakes.attempted();
        var socket = connect(nowNanos);
        if (socket == null) {
            handshakes.failed(false);
            return;
        }
        var attempt = new Attempt(socket, handshakes, nowNanos);
        socket.attach(attempt);
        attempts.addLast(attempt);
    }

    private @Nullable TcpSocket connect(long nowNanos) {
        try {
            return stack.connect(nowNanos, null, 0, FloodSource.SERVER, FloodSource.PORT, SocketOptions.DEFAULT);
        } catch (SocketException e) {
            return null;
        }
    }

    /// Opens the connection that sends all the time.
    void steady(long nowNanos, long bitsPerSecond) {
        octetsPerNano = bitsPerSecond / 8.0 / 1e9;
        steady = connect(nowNanos);
        allowedNanos = nowNanos;
    }

    /// Octets of it that the server has acknowledged.
    long steadyOctets() {
        return steady == null ? 0 : steady.connection().bytesAcknowledged();
    }

    boolean steadyOpen() {
        return steady != null && steady.connected();
    }

    void onFrame(long nowNanos, Frame frame) {
        stack.onFrame(nowNanos, frame);
    }

    boolean poll(long nowNanos, Frame out) {
        return stack.poll(nowNanos, out);
    }

    long nextDeadline() {
        return stack.nextDeadline();
    }

    void serve(long nowNanos) {
        for (var socket = stack.pollReady(); socket != null; socket = stack.pollReady()) {
            if (socket.attachment() instanceof Attempt attempt && !attempt.over) {
                progress(nowNanos, attempt);
            }
        }
        for (var first = attempts.peekFirst(); first != null; first = attempts.peekFirst()) {
            if (!first.over) {
                if (nowNanos - first.beganNanos < Handshakes.PATIENCE_NANOS) {
                    break;
                }
                fail(nowNanos, first);
            }
            attempts.removeFirst();
        }
        send(nowNanos);
    }

    private void progress(long nowNanos, Attempt attempt) {
        var socket = attempt.socket;
        if (socket.connected() && !attempt.open) {
            attempt.open = true;
            attempt.openNanos = nowNanos;
            socket.write(nowNanos, message, 0, MESSAGE_BYTES);
        }
        int count = socket.read(nowNanos, heard, attempt.heard, MESSAGE_BYTES - attempt.heard);
        if (count > 0) {
            attempt.heard += count;
            if (attempt.heard == MESSAGE_BYTES && heard.mismatch(message) < 0) {
                attempt.over = true;
                socket.attach(null);
                socket.close(nowNanos);
                attempt.handshakes.succeeded(attempt.openNanos - attempt.beganNanos);
            } else if (attempt.heard == MESSAGE_BYTES) {
                throw new IllegalStateException("an echo is wrong");
            }
        } else if (count == TcpSocket.FAILED || count == TcpSocket.END) {
            fail(nowNanos, attempt);
        }
    }

    private static void fail(long nowNanos, Attempt attempt) {
        attempt.over = true;
        attempt.socket.attach(null);
        attempt.socket.abort(nowNanos);
        attempt.handshakes.failed(attempt.open);
    }

    private void send(long nowNanos) {
        var socket = steady;
        if (socket == null || !socket.connected()) {
            allowedNanos = nowNanos;
            return;
        }
        double most = octetsPerNano * ARREARS_NANOS;
        allowance = Math.min(most, allowance + (nowNanos - allowedNanos) * octetsPerNano);
        allowedNanos = nowNanos;
        int length = (int) Math.min(allowance, CHUNK_BYTES);
        // Whole segments, mostly.
        if (length >= MTU) {
            allowance -= Math.max(0, socket.write(nowNanos, chunk, 0, length));
        }
    }

    /// When [#serve] has something to do although nothing has happened.
    long nextServing(long nowNanos) {
        var first = attempts.peekFirst();
        long patience = first == null ? Deadlines.NONE : first.beganNanos + Handshakes.PATIENCE_NANOS;
        if (!steadyOpen()) {
            return patience;
        }
        long segment = nowNanos + (long) ((2 * MTU - Math.min(allowance, MTU)) / octetsPerNano);
        return Deadlines.earlier(patience, segment);
    }
}
