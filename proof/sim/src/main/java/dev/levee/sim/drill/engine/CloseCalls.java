package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Result;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpState;
import org.jspecify.annotations.Nullable;

/// `shutdown` and `close`.
///
/// Threads: the run's.
final class CloseCalls {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int BOTH = 2;

    private final Platform platform;
    private final Machine machine;
    private final Descriptors descriptors;

    CloseCalls(Platform platform, Machine machine, Descriptors descriptors) {
        this.platform = platform;
        this.machine = machine;
        this.descriptors = descriptors;
    }

    Result shutdown(SocketFile file, int how) {
        if (how < READ || how > BOTH) {
            return Result.failure("EINVAL");
        }
        if (file.listener != null) {
            return shutdownListener(file, how);
        }
        var socket = file.tcp;
        if (socket == null || socket.connection().state() == TcpState.CLOSED) {
            return Result.failure("ENOTCONN");
        }
        if (file.connecting() && platform == Platform.LINUX) {
            socket.abort(machine.stackNanos());
            file.disconnect();
            return Result.of(0);
        }
        if (how != WRITE) {
            file.readShut = true;
        }
        if (how != READ && !file.writeShut) {
            file.writeShut = true;
            socket.shutdownOutput(machine.stackNanos());
        }
        if (file.readShut && file.writeShut && file.available() == 0) {
            socket.shutdownInput(machine.stackNanos());
        }
        return Result.of(0);
    }

    /// Linux: a listener that is not to receive any more is an unconnected socket again.
    private Result shutdownListener(SocketFile file, int how) {
        if (platform == Platform.FREEBSD) {
            return Result.failure("ENOTCONN");
        }
        if (how != WRITE) {
            closeListener(file);
        }
        return Result.of(0);
    }

    private void closeListener(SocketFile file) {
        if (file.listener != null) {
            file.listener.close(machine.stackNanos());
            file.listener = null;
        }
    }

    EngineCall close(int descriptor) {
        var file = descriptors.find(descriptor);
        if (file == null) {
            return EngineCall.of(Result.failure("EBADF"));
        }
        descriptors.close(descriptor);
        for (var other : descriptors.all()) {
            if (other instanceof EpollFile epoll) {
                epoll.forget(file);
            }
        }
        return file instanceof SocketFile socket ? closeSocket(socket) : EngineCall.of(Result.of(0));
    }

    private EngineCall closeSocket(SocketFile file) {
        closeListener(file);
        var socket = file.tcp;
        if (socket == null) {
            return EngineCall.of(Result.of(0));
        }
        int linger = file.options.get(Option.SO_LINGER);
        socket.attach(null);
        // How long the call waits is for the call to say; the connection goes on afterwards.
        socket.lingerNanos(linger == 0 ? 0 : SocketOptions.LINGER_OFF);
        socket.close(machine.stackNanos());
        if (linger <= 0 || (file.nonBlocking && platform == Platform.FREEBSD)) {
            return EngineCall.of(Result.of(0));
        }
        long untilNanos = Deadlines.after(machine.nowNanos(), linger * 1_000_000_000L);
        return new EngineCall(() -> lingered(socket))
                .until(untilNanos, () -> platform == Platform.LINUX ? Result.of(0) : Result.failure("EAGAIN"));
    }

    private static @Nullable Result lingered(TcpSocket socket) {
        var connection = socket.connection();
        boolean over =
                connection.state() == TcpState.CLOSED || (connection.finAcked() && socket.unacknowledgedBytes() == 0);
        return over ? Result.of(0) : null;
    }
}
