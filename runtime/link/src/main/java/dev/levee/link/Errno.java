package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Where system calls leave their error number: one for each link, reused by all its calls.
///
/// Threads: one owner.
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EBADFD = 77;
    static final int EMSGSIZE = 90;
    static final int ENOPROTOOPT = 92;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENOBUFS = 105;

    private static final VarHandle VALUE = Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"))
            .withInvokeExactBehavior();
    private static final MethodHandle STRERROR =
            Native.call("strerror", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final int TEXT_BYTES_MAX = 256;

    private final MemorySegment captured;

    Errno(Arena arena) {
        captured = arena.allocate(Linker.Option.captureStateLayout());
    }

    /// The first argument of every call made with [Native#capturing].
    MemorySegment captured() {
        return captured;
    }

    /// The error number of the last call, if that call failed.
    int value() {
        return (int) VALUE.get(captured, 0L);
    }

    /// The C library's words for an error number.
    static String describe(int errno) {
        try {
            var text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(TEXT_BYTES_MAX).getString(0) + " (error " + errno + ")";
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
