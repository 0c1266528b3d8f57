package dev.levee.kernel;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the script's system calls: arguments into memory, the call, what it filled in back into a [Result].
///
/// Memory lives as long as the target, because the kernel may use it after a call (MSG_ZEROCOPY).
///
/// Threads: the namespace's caller.
final class Calls {
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_TYPE_MASK = 0xf;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;
    private static final int F_DUPFD = 0;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final Arena arena;
    private final Native calls;
    private final Descriptors descriptors;
    private final Messages messages;
    private volatile @Nullable String congestionControl;

    Calls(Arena arena, Descriptors descriptors) {
        this.arena = arena;
        this.calls = new Native(arena);
        this.descriptors = descriptors;
        this.messages = new Messages(arena, calls);
    }

    /// What the calling thread calls with.
    Native threads() {
        return calls;
    }

    /// Gives every new socket an algorithm of its own.
    void congestionControl(String algorithm) {
        congestionControl = algorithm;
    }

    Result perform(Request request) {
        return switch (request) {
            case Request.Socket r -> socket(r);
            case Request.Bind r -> addressed(Function.BIND, r.descriptor(), r.address());
            case Request.Connect r -> addressed(Function.CONNECT, r.descriptor(), r.address());
            case Request.Listen r -> plain(calls.call(Function.LISTEN, real(r.descriptor()), r.backlog()));
            case Request.Accept r -> accept(r);
            case Request.Receive r -> messages.receive(r, real(r.descriptor()));
            case Request.Send r -> messages.send(r, real(r.descriptor()));
            case Request.Shutdown r -> plain(calls.call(Function.SHUTDOWN, real(r.descriptor()), r.how()));
            case Request.Close r -> close(r);
            case Request.Fcntl r -> fcntl(r);
            case Request.Ioctl r -> ioctl(r);
            case Request.GetOption r -> getOption(r);
            case Request.SetOption r -> setOption(r);
            case Request.Poll r -> poll(r);
            case Request.EpollCreate r -> descriptor(calls.call(Function.EPOLL_CREATE1, r.flags()));
            case Request.EpollControl r -> epollControl(r);
            case Request.EpollWait r -> epollWait(r);
            case Request.Other r -> other(r);
        };
    }

    private int real(long descriptor) {
        return descriptors.real(descriptor);
    }

    private Result plain(long value) {
        return value < 0 ? Result.failure(ErrnoNames.of(calls.errno())) : Result.of(value);
    }

    private Result plain(long value, MemorySegment filled, long length) {
        return value < 0
                ? Result.failure(ErrnoNames.of(calls.errno()))
                : Result.of(value, filled.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /// A call that made a descriptor.
    private Result descriptor(long value) {
        return value < 0 ? plain(value) : Result.of(descriptors.add(value));
    }

    private Result socket(Request.Socket r) {
        long socket = calls.call(Function.SOCKET, r.domain(), r.type(), r.protocol());
        var algorithm = congestionControl;
        if (socket >= 0 && algorithm != null && (r.type() & SOCK_TYPE_MASK) == SOCK_STREAM) {
            var name = arena.allocateFrom(algorithm);
            calls.call(Function.SETSOCKOPT, socket, IPPROTO_TCP, TCP_CONGESTION, name.address(), algorithm.length());
        }
        return descriptor(socket);
    }

    private Result addressed(Function function, int descriptor, @Nullable Endpoint to) {
        if (to == null) {
            return plain(calls.call(function, real(descriptor), 0, 0));
        }
        var address = Addresses.encode(arena, to);
        return plain(calls.call(function, real(descriptor), address.address(), address.byteSize()));
    }

    private Result accept(Request.Accept request) {
        var address = arena.allocate(Addresses.BYTES_MAX, 8);
        var length = arena.allocateFrom(ValueLayout.JAVA_INT, Addresses.BYTES_MAX);
        long value = calls.call(Function.ACCEPT, real(request.descriptor()), address.address(), length.address());
        if (value < 0) {
            return plain(value);
        }
        var from = Addresses.decode(address, length.get(ValueLayout.JAVA_INT, 0));
        return new Result(descriptors.add(value), "", new byte[0], from, 0, List.of(), List.of(), "");
    }

    private Result close(Request.Close request) {
        int real = real(request.descriptor());
        // Linux gives the descriptor back whatever the call says, and before it lingers.
        descriptors.remove(request.descriptor());
        return plain(calls.call(Function.CLOSE, real));
    }

    private Result fcntl(Request.Fcntl r) {
        long value = calls.call(Function.FCNTL, real(r.descriptor()), r.command(), r.argument());
        return r.command() == F_DUPFD || r.command() == F_DUPFD_CLOEXEC ? descriptor(value) : plain(value);
    }

    private Result ioctl(Request.Ioctl r) {
        var argument = arena.allocate(ValueLayout.JAVA_LONG);
        argument.set(ValueLayout.JAVA_LONG, 0, r.argument());
        long code = Integer.toUnsignedLong(r.request());
        long value = calls.call(Function.IOCTL, real(r.descriptor()), code, argument.address());
        return plain(value, argument, Integer.BYTES);
    }

    private Result getOption(Request.GetOption r) {
        var memory = arena.allocate(Math.max(r.length(), 1), 8);
        var length = arena.allocateFrom(ValueLayout.JAVA_INT, r.length());
        long value = calls.call(
                Function.GETSOCKOPT, real(r.descriptor()), r.level(), r.name(), memory.address(), length.address());
        int filled = Math.min(length.get(ValueLayout.JAVA_INT, 0), r.length());
        return plain(value, memory, Math.max(filled, 0));
    }

    private Result setOption(Request.SetOption r) {
        var memory = arena.allocate(Math.max(r.value().length, 1), 8);
        MemorySegment.copy(r.value(), 0, memory, ValueLayout.JAVA_BYTE, 0, r.value().length);
        return plain(calls.call(
                Function.SETSOCKOPT, real(r.descriptor()), r.level(), r.name(), memory.address(), r.value().length));
    }

    private Result poll(Request.Poll request) {
        var wanted = request.wanted();
        var memory = arena.allocate(8L * Math.max(wanted.size(), 1), 8);
        for (int i = 0; i < wanted.size(); i++) {
            memory.set(ValueLayout.JAVA_INT, 8L * i, real(wanted.get(i).descriptor()));
            memory.set(ValueLayout.JAVA_SHORT, 8L * i + 4, (short) wanted.get(i).events());
        }
        long value = calls.call(Function.POLL, memory.address(), wanted.size(), request.timeoutMillis());
        if (value < 0) {
            return plain(value);
        }
        var ready = new ArrayList<Result.Ready>();
        for (int i = 0; i < wanted.size(); i++) {
            int events = memory.get(ValueLayout.JAVA_SHORT, 8L * i + 6);
            ready.add(new Result.Ready(wanted.get(i).descriptor(), events, 0));
        }
        return withEvents(value, ready);
    }

    private static Result withEvents(long value, List<Result.Ready> ready) {
        return new Result(value, "", new byte[0], null, 0, ready, List.of(), "");
    }

    private static final int EVENT_BYTES = Machine.EPOLL_PACKED ? 12 : 16;
    private static final int EVENT_DATA = Machine.EPOLL_PACKED ? 4 : 8;

    private Result epollControl(Request.EpollControl r) {
        var event = arena.allocate(EVENT_BYTES, 8);
        event.set(ValueLayout.JAVA_INT, 0, r.events());
        event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA, r.data());
        return plain(
                calls.call(Function.EPOLL_CTL, real(r.epoll()), r.operation(), real(r.descriptor()), event.address()));
    }

    private Result epollWait(Request.EpollWait r) {
        var memory = arena.allocate((long) EVENT_BYTES * Math.clamp(r.max(), 1, 4096), 8);
        long value = calls.call(Function.EPOLL_WAIT, real(r.epoll()), memory.address(), r.max(), r.timeoutMillis());
        if (value < 0) {
            return plain(value);
        }
        var ready = new ArrayList<Result.Ready>();
        for (int i = 0; i < value; i++) {
            long at = (long) i * EVENT_BYTES;
            long data = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at + EVENT_DATA);
            ready.add(new Result.Ready((int) data, memory.get(ValueLayout.JAVA_INT_UNALIGNED, at), data));
        }
        return withEvents(value, ready);
    }

    private Result other(Request.Other request) {
        var a = request.arguments();
        return switch (request.call()) {
            case "pipe" -> pipe(0);
            case "pipe2" -> pipe(a.isEmpty() ? 0 : a.getLast());
            case "epoll_create" -> descriptor(calls.call(Function.EPOLL_CREATE, a.isEmpty() ? 0 : a.getFirst()));
            case "sendfile" -> sendfile(a);
            case "splice" -> splice(a);
            default -> Result.unsupported("the call " + request.call());
        };
    }

    private Result pipe(long flags) {
        var ends = arena.allocate(2L * Integer.BYTES, 8);
        if (calls.call(Function.PIPE2, ends.address(), flags) < 0) {
            return plain(-1);
        }
        int reader = descriptors.add(ends.get(ValueLayout.JAVA_INT, 0));
        int writer = descriptors.add(ends.get(ValueLayout.JAVA_INT, 4));
        return new Result(0, "", new byte[0], null, 0, List.of(), List.of(reader, writer), "");
    }

    /// To, from, the offset that the pointer points to, count.
    private Result sendfile(List<Long> a) {
        if (a.size() != 4) {
            return Result.unsupported("sendfile with other than four arguments");
        }
        var offset = arena.allocateFrom(ValueLayout.JAVA_LONG, a.get(2));
        long value = calls.call(Function.SENDFILE, real(a.get(0)), real(a.get(1)), offset.address(), a.get(3));
        return plain(value, offset, Long.BYTES);
    }

    /// From, no offset, to, no offset, length, flags.
    private Result splice(List<Long> a) {
        if (a.size() != 6 || a.get(1) != 0 || a.get(3) != 0) {
            return Result.unsupported("splice with offsets");
        }
        return plain(calls.call(Function.SPLICE, real(a.get(0)), 0, real(a.get(2)), 0, a.get(4), a.get(5)));
    }
}
