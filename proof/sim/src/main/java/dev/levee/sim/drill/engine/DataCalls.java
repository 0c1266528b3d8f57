package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.script.Constants;
import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.Deadlines;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls that read and write.
///
/// Threads: the run's.
final class DataCalls {
    private static final int READ_MAX = 1 << 26;
    private static final int CONTROL_HEADER_BYTES = 16;

    private final Platform platform;
    private final Numbers numbers;
    private final Machine machine;

    DataCalls(Platform platform, Machine machine) {
        this.platform = platform;
        this.numbers = Numbers.of(platform);
        this.machine = machine;
    }

    EngineCall receive(SocketFile file, Request.Receive request) {
        int flags = request.flags();
        if ((flags & numbers.messageErrorQueue()) != 0) {
            return EngineCall.of(Result.failure("EAGAIN"));
        }
        long length = 0;
        for (int part : request.lengths()) {
            if (part < 0) {
                return EngineCall.of(Result.failure(platform == Platform.LINUX ? "EFAULT" : "EINVAL"));
            }
            length += part;
        }
        if ((flags & numbers.messageOutOfBand()) != 0) {
            return EngineCall.of(urgent(file, length > 0, (flags & numbers.messagePeek()) != 0));
        }
        int wanted = (int) Math.min(length, READ_MAX);
        boolean waits = !file.nonBlocking && (flags & numbers.messageDontWait()) == 0;
        var reading = new Reading(file, wanted, flags, waits);
        boolean tells = file.options.on(Option.TCP_INQ) && request.call().equals("recvmsg");
        int room = request.controlBytes();
        var call = new EngineCall(tells ? () -> withRest(file, reading.now(), room) : reading::now);
        int timeout = file.options.get(Option.SO_RCVTIMEO);
        return waits && timeout > 0 ? call.until(deadline(timeout), reading::timeout) : call;
    }

    /// `TCP_CM_INQ`: what is left to read now, the peer's end counted as an octet, so that somebody reads it.
    private @Nullable Result withRest(SocketFile file, @Nullable Result result, int room) {
        var socket = file.tcp;
        if (result == null || result.value() < 0 || socket == null) {
            return result;
        }
        if (room < CONTROL_HEADER_BYTES + Integer.BYTES) {
            return result.with(numbers.messageControlCut(), List.of());
        }
        int left = socket.connection().available() + (socket.connection().receiveFinished() ? 1 : 0);
        int inq = (int) Constants.of(platform).value("TCP_CM_INQ").orElseThrow();
        return result.with(0, List.of(new Result.Control(Numbers.PROTOCOL_TCP, inq, left)));
    }

    /// The octet at the mark: never waited for.
    private Result urgent(SocketFile file, boolean wanted, boolean peek) {
        var socket = file.tcp;
        if (socket == null) {
            return Result.failure(platform == Platform.LINUX ? "EINVAL" : "ENOTCONN");
        }
        var octet = new byte[1];
        int count = socket.readUrgent(MemorySegment.ofArray(octet), 0, peek);
        return switch (count) {
            case 1 -> wanted ? Result.of(1, octet) : Result.of(0);
            case TcpSocket.WOULD_BLOCK -> Result.failure(platform == Platform.LINUX ? "EAGAIN" : "EWOULDBLOCK");
            case TcpSocket.NOT_URGENT -> Result.failure("EINVAL");
            case TcpSocket.FAILED -> Result.failure("ENOTCONN");
            default -> Result.of(0);
        };
    }

    private long deadline(int millis) {
        return Deadlines.after(machine.nowNanos(), millis * 1_000_000L);
    }

    /// One read under way: with `MSG_WAITALL` it may take several looks.
    private final class Reading {
        private final SocketFile file;
        private final byte[] octets;
        private final boolean peek;
        private final boolean all;
        private final boolean waits;
        private int count;

        Reading(SocketFile file, int wanted, int flags, boolean waits) {
            this.file = file;
            this.octets = new byte[wanted];
            this.peek = (flags & numbers.messagePeek()) != 0;
            this.all = (flags & numbers.messageWaitAll()) != 0;
            this.waits = waits;
        }

        @Nullable
        Result now() {
            var socket = file.tcp;
            if (socket == null) {
                return unconnected();
            }
            count = peek ? peeked(socket) : count + read(socket);
            if (count > 0 && socket.atMark()) {
                return some();
            }
            int enough = all ? octets.length : Math.min(octets.length, file.options.get(Option.SO_RCVLOWAT));
            if (count >= Math.max(enough, 1) || octets.length == 0) {
                return some();
            }
            if (count > 0 && (!waits || file.readEnded())) {
                return some();
            }
            if (file.readEnded()) {
                return end(socket);
            }
            return waits ? null : Result.failure("EAGAIN");
        }

        private @Nullable Result unconnected() {
            if (file.deferredTo != null) {
                return waits ? null : Result.failure("EAGAIN");
            }
            return file.readShut && platform == Platform.LINUX ? Result.of(0) : Result.failure("ENOTCONN");
        }

        private int peeked(TcpSocket socket) {
            return Math.max(0, socket.peek(MemorySegment.ofArray(octets), 0, octets.length));
        }

        private int read(TcpSocket socket) {
            var target = MemorySegment.ofArray(octets);
            return Math.max(0, socket.read(machine.stackNanos(), target, count, octets.length - count));
        }

        private Result some() {
            return Result.of(count, java.util.Arrays.copyOf(octets, count));
        }

        private Result end(TcpSocket socket) {
            if (socket.connection().receiveFinished() && platform == Platform.LINUX) {
                return Result.of(0);
            }
            var error = file.takeError();
            return error.equals(Errno.NONE) ? Result.of(0) : Result.failure(error);
        }

        Result timeout() {
            return count > 0 ? some() : Result.failure("EAGAIN");
        }
    }

    EngineCall send(SocketFile file, Request.Send request) {
        int flags = request.flags();
        Endpoint to = request.to();
        if (to != null && file.tcp == null && platform == Platform.FREEBSD) {
            return EngineCall.of(Result.unsupported("sendto that connects (TCP Fast Open)"));
        }
        boolean waits = !file.nonBlocking && (flags & numbers.messageDontWait()) == 0;
        boolean urgent = (flags & numbers.messageOutOfBand()) != 0;
        boolean more = (flags & numbers.messageMore()) != 0;
        boolean record = (flags & numbers.messageEndOfRecord()) != 0;
        var writing = new Writing(file, request.buffers(), more, urgent, record, waits);
        var call = new EngineCall(writing::now);
        int timeout = file.options.get(Option.SO_SNDTIMEO);
        return waits && timeout > 0 ? call.until(deadline(timeout), writing::timeout) : call;
    }

    /// The octets of all buffers.
    static byte[] joined(List<byte[]> buffers) {
        int length = 0;
        for (var buffer : buffers) {
            length += buffer.length;
        }
        var octets = new byte[length];
        int at = 0;
        for (var buffer : buffers) {
            System.arraycopy(buffer, 0, octets, at, buffer.length);
            at += buffer.length;
        }
        return octets;
    }

    /// One write under way: it goes on until everything was taken.
    private final class Writing {
        private final SocketFile file;
        private final byte[] octets;
        private final boolean waits;
        private final boolean more;
        private final boolean urgent;
        private final boolean record;
        private int count;

        Writing(SocketFile file, List<byte[]> buffers, boolean more, boolean urgent, boolean record, boolean waits) {
            this.file = file;
            this.waits = waits;
            this.more = more;
            this.urgent = urgent;
            this.record = record;
            octets = joined(buffers);
        }

        @Nullable
        Result now() {
            var socket = file.tcp;
            if (socket == null) {
                return Result.failure(platform == Platform.LINUX ? "EPIPE" : "ENOTCONN");
            }
            if (file.connecting()) {
                return connecting();
            }
            if (file.writeShut || socket.cause() != null || !file.error().isEmpty()) {
                return broken();
            }
            if (octets.length == 0) {
                return Result.of(0);
            }
            write(socket);
            if (count == octets.length) {
                return Result.of(count);
            }
            file.wantsRoom = true;
            return waits ? null : count > 0 ? Result.of(count) : Result.failure("EAGAIN");
        }

        private void write(TcpSocket socket) {
            var source = MemorySegment.ofArray(octets);
            long nowNanos = machine.stackNanos();
            int left = octets.length - count;
            int taken = urgent
                    ? socket.writeUrgent(nowNanos, source, count, left)
                    : socket.write(nowNanos, source, count, left);
            count += Math.max(0, taken);
            if (more) {
                socket.moreComes(machine.stackNanos());
            }
            if (record && count == octets.length) {
                socket.endRecord(machine.stackNanos());
            }
        }

        private @Nullable Result connecting() {
            if (platform == Platform.FREEBSD) {
                return Result.failure("ENOTCONN");
            }
            return waits ? null : Result.failure("EAGAIN");
        }

        private Result broken() {
            if (count > 0) {
                return Result.of(count);
            }
            var error = file.takeError();
            return Result.failure(error.isEmpty() ? "EPIPE" : error);
        }

        Result timeout() {
            return count > 0 ? Result.of(count) : Result.failure("EAGAIN");
        }
    }
}
