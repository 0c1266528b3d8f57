package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.stack.SocketError;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.FastOpenUse;
import dev.levee.tcp.TcpState;
import dev.levee.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `socket`, `bind`, `listen`, `accept`, `connect`: how sockets come to be something.
///
/// Threads: the run's.
final class SocketCalls {
    private static final int PROTOCOL_UDP = 17;
    private static final int PROTOCOL_MPTCP = 262;
    private static final int TYPE_MASK = 0xf;
    private static final int FIRST_EPHEMERAL = 32_768;

    private final Platform platform;
    private final Numbers numbers;
    private final Machine machine;
    private final Settings settings;
    private final Descriptors descriptors;
    private final Setup setup;
    private int nextEphemeral = FIRST_EPHEMERAL + 4_321;

    SocketCalls(Setup setup, Machine machine, Settings settings, Descriptors descriptors) {
        this.setup = setup;
        this.platform = setup.platform();
        this.numbers = Numbers.of(platform);
        this.machine = machine;
        this.settings = settings;
        this.descriptors = descriptors;
    }

    Result socket(Request.Socket request) {
        int type = request.type() & ~(numbers.nonBlockType() | numbers.closeOnExecType());
        int protocol = request.protocol();
        if (request.domain() != Numbers.INET && request.domain() != numbers.inet6()) {
            return Result.unsupported("a socket of family " + request.domain());
        }
        if (type != Numbers.STREAM) {
            return Result.unsupported("a socket of type " + (type & TYPE_MASK) + ", which is not TCP's,");
        }
        if (protocol == PROTOCOL_UDP) {
            return Result.failure("EPROTONOSUPPORT");
        }
        if (protocol != 0 && protocol != Numbers.PROTOCOL_TCP) {
            return Result.unsupported(
                    protocol == PROTOCOL_MPTCP ? "Multipath TCP" : "a socket of protocol " + protocol);
        }
        var file = new SocketFile(platform, request.domain(), new OptionValues(settings.optionDefaults()));
        file.nonBlocking = (request.type() & numbers.nonBlockType()) != 0;
        return Result.of(descriptors.open(file));
    }

    Result bind(SocketFile file, Endpoint address) {
        if (file.boundAddress != null || file.tcp != null || file.listener != null) {
            return Result.failure("EINVAL");
        }
        if (address.family() != file.domain) {
            return Result.failure("EAFNOSUPPORT");
        }
        var wanted = address.address();
        if (!wanted.isAny() && !wanted.equals(setup.local().address())) {
            return Result.failure("EADDRNOTAVAIL");
        }
        int port = address.port() == 0 ? ephemeral(wanted) : address.port();
        if (inUse(file, wanted, port)) {
            return Result.failure("EADDRINUSE");
        }
        file.boundAddress = wanted;
        file.boundPort = port;
        return Result.of(0);
    }

    private int ephemeral(IpAddress address) {
        var nobody = new SocketFile(platform, 0, new OptionValues(settings.optionDefaults()));
        do {
            nextEphemeral++;
        } while (inUse(nobody, address, nextEphemeral));
        return nextEphemeral;
    }

    /// Whether another socket's, or an old connection's, hold on a port keeps this one from it. With
    /// `SO_REUSEADDR` on both sides, only a listener does.
    private boolean inUse(SocketFile file, IpAddress address, int port) {
        for (var open : descriptors.all()) {
            if (open instanceof SocketFile other && other != file && holds(other, address, port)) {
                boolean reuse = file.options.on(Option.SO_REUSEADDR) && other.options.on(Option.SO_REUSEADDR);
                boolean share = file.options.on(Option.SO_REUSEPORT) && other.options.on(Option.SO_REUSEPORT);
                if (!share && !(reuse && other.listener == null)) {
                    return true;
                }
            }
        }
        return !file.options.on(Option.SO_REUSEADDR) && connectionHolds(port);
    }

    private static boolean holds(SocketFile other, IpAddress address, int port) {
        var bound = other.boundAddress;
        return bound != null && other.boundPort == port && (bound.isAny() || address.isAny() || bound.equals(address));
    }

    private boolean connectionHolds(int port) {
        var found = new boolean[1];
        machine.stack()
                .forEachSocket(socket -> found[0] |= socket.connection().tuple().localPort() == port);
        return found[0];
    }

    Result listen(SocketFile file, int backlog) {
        if (file.tcp != null) {
            return Result.failure("EINVAL");
        }
        if (file.boundAddress == null) {
            var any = file.domain == Numbers.INET ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
            file.boundAddress = any;
            file.boundPort = ephemeral(any);
        }
        file.backlog = backlog;
        var options = settings.listening(file);
        if (file.listener != null) {
            file.listener.options(options);
            return Result.of(0);
        }
        try {
            file.listener = machine.stack().listen(listenAddress(file), file.boundPort, options);
        } catch (SocketException e) {
            return e.error() == SocketError.ADDRESS_IN_USE && file.options.on(Option.SO_REUSEPORT)
                    ? Result.unsupported("several listeners on one port (SO_REUSEPORT)")
                    : Result.failure(e.error() == SocketError.ADDRESS_IN_USE ? "EADDRINUSE" : "EADDRNOTAVAIL");
        }
        return Result.of(0);
    }

    private IpAddress listenAddress(SocketFile file) {
        var address = file.boundAddress;
        return address == null ? IpAddress.ANY_V4 : address;
    }

    EngineCall accept(SocketFile file) {
        return new EngineCall(() -> acceptNow(file));
    }

    private @Nullable Result acceptNow(SocketFile file) {
        var listener = file.listener;
        if (listener == null) {
            return Result.failure("EINVAL");
        }
        var socket = listener.accept();
        if (socket == null) {
            return file.nonBlocking ? Result.failure("EAGAIN") : null;
        }
        if (platform == Platform.FREEBSD && socket.cause() != null) {
            socket.close(machine.stackNanos());
            return Result.failure("ECONNABORTED");
        }
        return accepted(file, socket);
    }

    private Result accepted(SocketFile file, TcpSocket socket) {
        var accepted = new SocketFile(platform, file.domain, file.options.inherited());
        accepted.nonBlocking = platform == Platform.FREEBSD && file.nonBlocking;
        accepted.boundAddress = file.boundAddress;
        accepted.boundPort = file.boundPort;
        accepted.adopt(socket);
        accepted.connectedTold = true;
        var tuple = socket.connection().tuple();
        var from = new Endpoint(file.domain, tuple.remoteAddress(), tuple.remotePort());
        int descriptor = descriptors.open(accepted);
        return new Result(descriptor, "", new byte[0], from, 0, List.of(), List.of(), "");
    }

    EngineCall connect(SocketFile file, Endpoint to, FastOpenUse fastOpen) {
        var refused = beginConnect(file, to, fastOpen);
        if (refused != null) {
            return EngineCall.of(refused);
        }
        return new EngineCall(() -> connected(file));
    }

    /// Sends the SYN, unless that is not possible or was done before.
    ///
    /// @return what the call returns at once; null when it waits for the connection
    @Nullable
    Result beginConnect(SocketFile file, Endpoint to, FastOpenUse fastOpen) {
        if (file.listener != null) {
            return Result.failure(platform == Platform.LINUX ? "EISCONN" : "EOPNOTSUPP");
        }
        if (to.family() == Numbers.UNSPECIFIED) {
            return unconnect(file);
        }
        if (to.family() != file.domain) {
            return Result.failure("EAFNOSUPPORT");
        }
        if (file.tcp != null) {
            return connectAgain(file);
        }
        if (to.port() == 0) {
            return Result.unsupported("connecting to port 0");
        }
        var tcp = settings.tcp(file.options).toBuilder().fastOpen(fastOpen).build();
        try {
            var socket = machine.stack()
                    .connect(
                            machine.stackNanos(),
                            file.boundAddress,
                            file.boundPort,
                            to.address(),
                            to.port(),
                            new SocketOptions(tcp, SocketOptions.LINGER_OFF));
            file.boundAddress = socket.connection().tuple().localAddress();
            file.boundPort = socket.connection().tuple().localPort();
            file.adopt(socket);
        } catch (SocketException e) {
            return Result.failure(Errno.ofConnect(e.error(), platform));
        }
        return file.nonBlocking ? Result.failure("EINPROGRESS") : null;
    }

    private Result unconnect(SocketFile file) {
        var socket = file.tcp;
        if (socket != null) {
            socket.abort(machine.stackNanos());
            file.disconnect();
        }
        return Result.of(0);
    }

    private @Nullable Result connectAgain(SocketFile file) {
        if (file.connecting()) {
            return file.nonBlocking || platform == Platform.FREEBSD ? Result.failure("EALREADY") : null;
        }
        if (file.connectedTold || (platform == Platform.FREEBSD && !file.failed())) {
            return Result.failure("EISCONN");
        }
        return connected(file);
    }

    @Nullable
    Result connected(SocketFile file) {
        if (file.connecting()) {
            return null;
        }
        if (!file.failed()) {
            file.connectedTold = true;
            return Result.of(0);
        }
        var error = file.takeError();
        var socket = file.tcp;
        if (socket != null) {
            socket.close(machine.stackNanos());
        }
        file.disconnect();
        return Result.failure(error.isEmpty() ? "ECONNABORTED" : error);
    }

    /// Whether a connection is in a state in which Linux lets data be written.
    static boolean maySend(TcpSocket socket) {
        var state = socket.connection().state();
        return state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
    }
}
