package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/// File descriptors: open, socket, read, write, close.
///
/// Threads: any, each with its own [Errno].
final class NativeFile {
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle OPEN = Native.capturingVariadic(
            "open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle SOCKET = Native.capturing(
            "socket",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle READ = Native.capturing("read", TRANSFER);
    private static final MethodHandle WRITE = Native.capturing("write", TRANSFER);
    private static final MethodHandle CLOSE =
            Native.call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private NativeFile() {}

    static int open(Errno errno, String path, int flags) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            int fd = (int)
                    OPEN.invokeExact(errno.captured(), arena.allocateFrom(path).address(), flags);
            if (fd < 0) {
                throw new NativeException("opening " + path, errno.value());
            }
            return fd;
        } catch (NativeException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /// A socket of its family's first protocol.
    static int socket(Errno errno, int family, int type) throws NativeException {
        int fd;
        try {
            fd = (int) SOCKET.invokeExact(errno.captured(), family, type | O_CLOEXEC, 0);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (fd < 0) {
            throw new NativeException("socket", errno.value());
        }
        return fd;
    }

    /// @return octets read, or -1: see `errno`
    static long read(Errno errno, int fd, MemorySegment memory, long offset, long length) {
        assert offset >= 0 && length >= 0 && offset + length <= memory.byteSize();
        try {
            return (long) READ.invokeExact(errno.captured(), fd, memory.address() + offset, length);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// @return octets written, or -1: see `errno`
    static long write(Errno errno, int fd, MemorySegment memory, long offset, long length) {
        assert offset >= 0 && length >= 0 && offset + length <= memory.byteSize();
        try {
            return (long) WRITE.invokeExact(errno.captured(), fd, memory.address() + offset, length);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// Linux gives the descriptor back whatever this call says, so it says nothing.
    static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
