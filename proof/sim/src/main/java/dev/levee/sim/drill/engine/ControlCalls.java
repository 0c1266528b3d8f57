package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// `fcntl` and `ioctl`.
///
/// Threads: the run's.
final class ControlCalls {
    private static final int GET_DESCRIPTOR_FLAGS = 1;
    private static final int SET_DESCRIPTOR_FLAGS = 2;
    private static final int GET_STATUS_FLAGS = 3;
    private static final int SET_STATUS_FLAGS = 4;
    private static final int SET_NON_BLOCKING_LINUX = 0x5421;
    private static final int SET_NON_BLOCKING_FREEBSD = 0x8004_667e;

    private final Platform platform;
    private final Numbers numbers;

    ControlCalls(Platform platform) {
        this.platform = platform;
        this.numbers = Numbers.of(platform);
    }

    Result fcntl(OpenFile file, Request.Fcntl request) {
        return switch (request.command()) {
            case GET_DESCRIPTOR_FLAGS, SET_DESCRIPTOR_FLAGS -> Result.of(0);
            case GET_STATUS_FLAGS -> {
                boolean nonBlocking = file instanceof SocketFile socket && socket.nonBlocking;
                yield Result.of(Numbers.READ_WRITE | (nonBlocking ? numbers.nonBlock() : 0));
            }
            case SET_STATUS_FLAGS -> {
                if (file instanceof SocketFile socket) {
                    socket.nonBlocking = (request.argument() & numbers.nonBlock()) != 0;
                }
                yield Result.of(0);
            }
            default -> Result.unsupported("fcntl command " + request.command());
        };
    }

    Result ioctl(SocketFile file, Request.Ioctl request) {
        int code = request.request();
        if (code == (platform == Platform.LINUX ? SET_NON_BLOCKING_LINUX : SET_NON_BLOCKING_FREEBSD)) {
            file.nonBlocking = request.argument() != 0;
            return Result.of(0);
        }
        if (code == numbers.atMark()) {
            return Result.of(0, octets(file.tcp != null && file.tcp.atMark() ? 1 : 0));
        }
        if (code != numbers.bytesReadable() && code != numbers.bytesUnsent()) {
            return Result.unsupported("ioctl request 0x" + Integer.toHexString(code));
        }
        if (file.listener != null) {
            return Result.failure("EINVAL");
        }
        int count = code == numbers.bytesReadable() ? file.available() : unsent(file);
        return Result.of(0, octets(count));
    }

    /// Sequence numbers that wait for their acknowledgement, sent or not.
    private int unsent(SocketFile file) {
        var socket = file.tcp;
        if (socket == null || file.connecting() || file.over()) {
            return 0;
        }
        boolean fin = file.writeShut && !socket.connection().finAcked();
        return (int) socket.unacknowledgedBytes() + (fin && platform == Platform.LINUX ? 1 : 0);
    }

    /// An `int` in memory.
    static byte[] octets(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
