package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.FastOpenUse;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Linux's calls that connect and send at once (RFC 7413): `sendto(MSG_FASTOPEN)`, and with the option
/// `TCP_FASTOPEN_CONNECT` a `connect` that waits for the first text.
///
/// Threads: the run's.
final class FastOpenCalls {
    private static final String NOT_ENABLED = "EOPNOTSUPP";

    private final Numbers numbers;
    private final Machine machine;
    private final Settings settings;
    private final SocketCalls sockets;
    private final DataCalls data;

    FastOpenCalls(Numbers numbers, Machine machine, Settings settings, SocketCalls sockets, DataCalls data) {
        this.numbers = numbers;
        this.machine = machine;
        this.settings = settings;
        this.sockets = sockets;
        this.data = data;
    }

    EngineCall connect(SocketFile file, Endpoint to) {
        if (file.deferredTo != null) {
            return EngineCall.of(Result.failure("EISCONN"));
        }
        boolean fast = file.options.on(Option.TCP_FASTOPEN_CONNECT) && file.tcp == null && file.listener == null;
        if (!fast || to.family() != file.domain) {
            return sockets.connect(file, to, FastOpenUse.OFF);
        }
        var use = settings.fastOpenUse(file.options);
        var cookies = machine.stack().fastOpenCookies();
        if (!cookies.ready(machine.stackNanos(), use, machine.local(), to.address())) {
            return sockets.connect(file, to, use);
        }
        file.deferredTo = to;
        return EngineCall.of(Result.of(0));
    }

    EngineCall send(SocketFile file, Request.Send request) {
        boolean asked = (request.flags() & numbers.messageFastOpen()) != 0;
        if (!asked && file.deferredTo == null) {
            return data.send(file, request);
        }
        var to = request.to();
        if (!settings.fastOpenClient() || (to != null && to.family() == Numbers.UNSPECIFIED)) {
            return EngineCall.of(Result.failure(NOT_ENABLED));
        }
        if (file.tcp != null) {
            return again(file, request);
        }
        var there = file.deferredTo == null ? to : file.deferredTo;
        if (there == null) {
            return EngineCall.of(Result.failure("EINVAL"));
        }
        return open(file, there, request);
    }

    /// Linux: on a socket that has begun to connect, it is another `connect` first.
    private EngineCall again(SocketFile file, Request.Send request) {
        if (file.connectedTold) {
            return EngineCall.of(Result.failure("EISCONN"));
        }
        if (file.connecting() && !waits(file, request)) {
            return EngineCall.of(Result.failure("EALREADY"));
        }
        return data.send(file, request);
    }

    private boolean waits(SocketFile file, Request.Send request) {
        return !file.nonBlocking && (request.flags() & numbers.messageDontWait()) == 0;
    }

    /// What is written before the SYN is sent goes with it: as much as it takes along, or, when the call waits
    /// for the rest anyway, everything.
    private EngineCall open(SocketFile file, Endpoint to, Request.Send request) {
        var refused = sockets.beginConnect(file, to, settings.fastOpenUse(file.options));
        file.deferredTo = null;
        var socket = file.tcp;
        if (socket == null) {
            return EngineCall.of(refused == null ? Result.failure("EINVAL") : refused);
        }
        var octets = DataCalls.joined(request.buffers());
        if (waits(file, request)) {
            var opening = new Opening(file, octets);
            return new EngineCall(opening::now);
        }
        int most = Math.min(octets.length, socket.connection().synTextMost());
        int written = most == 0 ? 0 : write(socket, octets, 0, most);
        return EngineCall.of(written > 0 ? Result.of(written) : Result.failure("EINPROGRESS"));
    }

    private int write(TcpSocket socket, byte[] octets, int from, int count) {
        return Math.max(0, socket.write(machine.stackNanos(), MemorySegment.ofArray(octets), from, count));
    }

    /// A call that waits for the connection, and for room for its text.
    private final class Opening {
        private final SocketFile file;
        private final byte[] octets;
        private int count;

        Opening(SocketFile file, byte[] octets) {
            this.file = file;
            this.octets = octets;
        }

        @Nullable
        Result now() {
            var socket = file.tcp;
            if (socket != null && !file.failed()) {
                count += write(socket, octets, count, octets.length - count);
            }
            var connected = sockets.connected(file);
            if (connected == null || connected.value() != 0) {
                return connected;
            }
            return count == octets.length ? Result.of(count) : null;
        }
    }
}
