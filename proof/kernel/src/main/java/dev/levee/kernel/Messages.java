package dev.levee.kernel;

import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The calls that move data: read, recv and write, send in all their forms.
///
/// Threads: the namespace's caller.
final class Messages {
    private static final int VECTOR_BYTES = 16;
    private static final int GAP_BYTES = 16;

    // struct msghdr.
    private static final int HEADER_BYTES = 56;
    private static final long NAME_LENGTH = 8;
    private static final long VECTORS = 16;
    private static final long VECTOR_COUNT = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long FLAGS = 48;

    // struct cmsghdr: length, level, type, each message at a multiple of eight octets.
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int CONTROL_DATA = 16;

    private final Arena arena;
    private final Native calls;

    Messages(Arena arena, Native calls) {
        this.arena = arena;
        this.calls = calls;
    }

    /// Memory of the lengths asked for, with its list of struct iovec. Buffers never touch: the kernel would
    /// take two that do for one (MSG_ZEROCOPY).
    private record Buffers(List<MemorySegment> parts, MemorySegment vectors) {
        static Buffers allocate(Arena arena, List<Integer> lengths) {
            var parts = new ArrayList<MemorySegment>();
            var vectors = arena.allocate((long) VECTOR_BYTES * Math.max(lengths.size(), 1), 8);
            for (int i = 0; i < lengths.size(); i++) {
                int length = lengths.get(i);
                var part = arena.allocate(length + 1L, GAP_BYTES).asSlice(0, length);
                vectors.set(ValueLayout.JAVA_LONG, (long) VECTOR_BYTES * i, part.address());
                vectors.set(ValueLayout.JAVA_LONG, (long) VECTOR_BYTES * i + 8, length);
                parts.add(part);
            }
            return new Buffers(parts, vectors);
        }

        /// The first buffer's.
        long address() {
            return parts.isEmpty() ? 0 : parts.getFirst().address();
        }

        long length() {
            return parts.isEmpty() ? 0 : parts.getFirst().byteSize();
        }

        int count() {
            return parts.size();
        }

        /// The first octets of all.
        byte[] octets(long count) {
            var octets = new ByteArrayOutputStream();
            for (var part : parts) {
                int length = (int) Math.min(part.byteSize(), count - octets.size());
                octets.writeBytes(part.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
            return octets.toByteArray();
        }
    }

    Result receive(Request.Receive request, int descriptor) {
        var buffers = Buffers.allocate(arena, request.lengths());
        long address = buffers.address();
        return switch (request.call()) {
            case "read" -> filled(calls.call(Function.READ, descriptor, address, buffers.length()), buffers);
            case "readv" ->
                filled(calls.call(Function.READV, descriptor, buffers.vectors.address(), buffers.count()), buffers);
            case "recv" ->
                filled(calls.call(Function.RECV, descriptor, address, buffers.length(), request.flags()), buffers);
            case "recvfrom" -> receiveFrom(request, descriptor, buffers);
            case "recvmsg" -> receiveMessage(request, descriptor, buffers);
            default -> Result.unsupported("the call " + request.call());
        };
    }

    private Result filled(long value, Buffers buffers) {
        // With MSG_TRUNC a call says more than it filled in.
        return value < 0 ? failure() : Result.of(value, buffers.octets(value));
    }

    private Result failure() {
        return Result.failure(ErrnoNames.of(calls.errno()));
    }

    private Result receiveFrom(Request.Receive request, int descriptor, Buffers buffers) {
        var from = arena.allocate(Addresses.BYTES_MAX, 8);
        var length = arena.allocateFrom(ValueLayout.JAVA_INT, Addresses.BYTES_MAX);
        long value = calls.call(
                Function.RECVFROM,
                descriptor,
                buffers.address(),
                buffers.length(),
                request.flags(),
                from.address(),
                length.address());
        if (value < 0) {
            return failure();
        }
        var peer = Addresses.decode(from, length.get(ValueLayout.JAVA_INT, 0));
        return new Result(value, "", buffers.octets(value), peer, 0, List.of(), List.of(), "");
    }

    private Result receiveMessage(Request.Receive request, int descriptor, Buffers buffers) {
        var from = arena.allocate(Addresses.BYTES_MAX, 8);
        var header = header(buffers);
        header.set(ValueLayout.JAVA_LONG, 0, from.address());
        header.set(ValueLayout.JAVA_INT, NAME_LENGTH, Addresses.BYTES_MAX);
        var control = arena.allocate(Math.max(request.controlBytes(), 1), 8);
        header.set(ValueLayout.JAVA_LONG, CONTROL, control.address());
        header.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH, request.controlBytes());
        long value = calls.call(Function.RECVMSG, descriptor, header.address(), request.flags());
        if (value < 0) {
            return failure();
        }
        return new Result(
                value,
                "",
                buffers.octets(value),
                Addresses.decode(from, header.get(ValueLayout.JAVA_INT, NAME_LENGTH)),
                header.get(ValueLayout.JAVA_INT, FLAGS),
                List.of(),
                List.of(),
                controls(control, header.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH)),
                "");
    }

    /// Those that carry an integer; of others the first four octets.
    private static List<Result.Control> controls(MemorySegment control, long filled) {
        var controls = new ArrayList<Result.Control>();
        long at = 0;
        while (at + CONTROL_DATA + Integer.BYTES <= filled) {
            controls.add(new Result.Control(
                    control.get(ValueLayout.JAVA_INT, at + CONTROL_LEVEL),
                    control.get(ValueLayout.JAVA_INT, at + CONTROL_TYPE),
                    control.get(ValueLayout.JAVA_INT, at + CONTROL_DATA)));
            at += Math.max(CONTROL_DATA, control.get(ValueLayout.JAVA_LONG, at) + 7 & -8L);
        }
        return controls;
    }

    private MemorySegment header(Buffers buffers) {
        var header = arena.allocate(HEADER_BYTES, 8);
        header.set(ValueLayout.JAVA_LONG, VECTORS, buffers.vectors.address());
        header.set(ValueLayout.JAVA_LONG, VECTOR_COUNT, buffers.count());
        return header;
    }

    Result send(Request.Send request, int descriptor) {
        var lengths = request.buffers().stream().map(buffer -> buffer.length).toList();
        var buffers = Buffers.allocate(arena, lengths);
        for (int i = 0; i < lengths.size(); i++) {
            var from = request.buffers().get(i);
            MemorySegment.copy(from, 0, buffers.parts.get(i), ValueLayout.JAVA_BYTE, 0, from.length);
        }
        long address = buffers.address();
        return switch (request.call()) {
            case "write" -> sent(calls.call(Function.WRITE, descriptor, address, buffers.length()));
            case "writev" -> sent(calls.call(Function.WRITEV, descriptor, buffers.vectors.address(), buffers.count()));
            case "send" -> sent(calls.call(Function.SEND, descriptor, address, buffers.length(), request.flags()));
            case "sendto" -> sendTo(request, descriptor, buffers);
            case "sendmsg" -> sendMessage(request, descriptor, buffers);
            default -> Result.unsupported("the call " + request.call());
        };
    }

    private Result sent(long value) {
        return value < 0 ? failure() : Result.of(value);
    }

    private Result sendTo(Request.Send request, int descriptor, Buffers buffers) {
        var to = request.to() == null ? MemorySegment.NULL : Addresses.encode(arena, request.to());
        return sent(calls.call(
                Function.SENDTO,
                descriptor,
                buffers.address(),
                buffers.length(),
                request.flags(),
                to.address(),
                to.byteSize()));
    }

    private Result sendMessage(Request.Send request, int descriptor, Buffers buffers) {
        var header = header(buffers);
        if (request.to() != null) {
            var to = Addresses.encode(arena, request.to());
            header.set(ValueLayout.JAVA_LONG, 0, to.address());
            header.set(ValueLayout.JAVA_INT, NAME_LENGTH, (int) to.byteSize());
        }
        return sent(calls.call(Function.SENDMSG, descriptor, header.address(), request.flags()));
    }
}
