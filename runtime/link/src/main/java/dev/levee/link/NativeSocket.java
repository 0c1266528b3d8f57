package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// What sockets can do besides being files: options, bind, send with flags; and the memory that some of
/// them share with the kernel.
///
/// Threads: any, each with its own [Errno].
final class NativeSocket {
    static final int SOL_SOCKET = 1;
    static final int SO_ERROR = 4;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int PROT_READ_WRITE = 0x3;
    private static final int MAP_SHARED = 0x1;
    private static final long MAP_FAILED = -1;

    private static final FunctionDescriptor SET = FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    private static final FunctionDescriptor GET = FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle SETSOCKOPT = Native.capturing("setsockopt", SET);
    private static final MethodHandle GETSOCKOPT = Native.capturing("getsockopt", GET);
    private static final MethodHandle BIND = Native.capturing(
            "bind",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle SEND = Native.capturing(
            "send",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle MMAP = Native.capturing(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP = Native.call(
            "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private NativeSocket() {}

    static void set(Errno errno, int fd, int level, int option, MemorySegment value) throws NativeException {
        int result;
        try {
            result = (int) SETSOCKOPT.invokeExact(
                    errno.captured(), fd, level, option, value.address(), (int) value.byteSize());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            throw new NativeException("setsockopt " + option, errno.value());
        }
    }

    static void setInt(Errno errno, int fd, int level, int option, int value) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            set(errno, fd, level, option, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    /// Fills `value` with what the option says.
    static void get(Errno errno, int fd, int level, int option, MemorySegment value) throws NativeException {
        int result;
        try (var arena = Arena.ofConfined()) {
            var length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) value.byteSize());
            result = (int)
                    GETSOCKOPT.invokeExact(errno.captured(), fd, level, option, value.address(), length.address());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            throw new NativeException("getsockopt " + option, errno.value());
        }
    }

    static int getInt(Errno errno, int fd, int level, int option) throws NativeException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(ValueLayout.JAVA_INT);
            get(errno, fd, level, option, value);
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    static void bind(Errno errno, int fd, MemorySegment address) throws NativeException {
        int result;
        try {
            result = (int) BIND.invokeExact(errno.captured(), fd, address.address(), (int) address.byteSize());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result < 0) {
            throw new NativeException("bind", errno.value());
        }
    }

    /// Sends what lies in the memory shared with the kernel, without waiting for room.
    ///
    /// @return octets, or -1: see `errno`
    static long kick(Errno errno, int fd) {
        try {
            return (long) SEND.invokeExact(errno.captured(), fd, 0L, 0L, MSG_DONTWAIT);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /// The memory that a socket shares with the kernel. It stays valid until [#unmap]: who reads or
    /// writes it sees to that.
    static MemorySegment map(Errno errno, int fd, long bytes) throws NativeException {
        long address;
        try {
            address = (long) MMAP.invokeExact(errno.captured(), 0L, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (address == MAP_FAILED) {
            throw new NativeException("mmap", errno.value());
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    static void unmap(MemorySegment memory) {
        try {
            int _ = (int) MUNMAP.invokeExact(memory.address(), memory.byteSize());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
