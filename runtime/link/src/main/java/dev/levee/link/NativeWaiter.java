package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Waits until a file descriptor has something to read, or room to write, or another thread rings the bell (an
/// eventfd), with a timeout in nanoseconds: ppoll(2).
///
/// Threads: [#ring] any, until [#close]; the rest one owner.
final class NativeWaiter {
    private static final MethodHandle PPOLL = Native.capturing(
            "ppoll",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle EVENTFD = Native.capturing(
            "eventfd", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    // struct pollfd { int fd; short events; short revents; }, twice, then struct timespec { long s; long ns; }
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;
    private static final long BELL = 8;
    private static final long SECONDS = 16;
    private static final long NANOS = 24;
    private static final long COUNTER = 32;
    private static final long ONE = 40;
    private static final long BYTES = 48;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final MemorySegment memory;
    private final int bell;
    /// The ringers' own: several of them may fail at once, and none looks at the number.
    private final Errno ringErrno;

    NativeWaiter(Arena arena, Errno errno, int fd) throws NativeException {
        memory = arena.allocate(BYTES, 8);
        ringErrno = new Errno(arena);
        bell = openBell(errno);
        memory.set(ValueLayout.JAVA_INT, 0, fd);
        memory.set(ValueLayout.JAVA_INT, BELL, bell);
        memory.set(ValueLayout.JAVA_SHORT, BELL + EVENTS, POLLIN);
        memory.set(ValueLayout.JAVA_LONG, ONE, 1);
    }

    private static int openBell(Errno errno) throws NativeException {
        int fd;
        try {
            fd = (int) EVENTFD.invokeExact(errno.captured(), 0, NativeFile.O_NONBLOCK | NativeFile.O_CLOEXEC);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (fd < 0) {
            throw new NativeException("eventfd", errno.value());
        }
        return fd;
    }

    /// Waits, and takes back what the bell said. An interrupted call is a wait that ended early.
    ///
    /// @param timeoutNanos 0 or more; `Long.MAX_VALUE`: without end
    /// @param forRoom whether room to write ends the wait too
    void await(Errno errno, long timeoutNanos, boolean forRoom) throws NativeException {
        memory.set(ValueLayout.JAVA_SHORT, EVENTS, forRoom ? (short) (POLLIN | POLLOUT) : POLLIN);
        memory.set(ValueLayout.JAVA_LONG, SECONDS, timeoutNanos / NANOS_PER_SECOND);
        memory.set(ValueLayout.JAVA_LONG, NANOS, timeoutNanos % NANOS_PER_SECOND);
        long address = memory.address();
        int ready;
        try {
            ready = (int) PPOLL.invokeExact(
                    errno.captured(), address, 2L, timeoutNanos == Long.MAX_VALUE ? 0L : address + SECONDS, 0L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (ready < 0 && errno.value() != Errno.EINTR) {
            throw new NativeException("ppoll", errno.value());
        }
        if (ready > 0 && memory.get(ValueLayout.JAVA_SHORT, BELL + REVENTS) != 0) {
            NativeFile.read(errno, bell, memory, COUNTER, Long.BYTES);
        }
    }

    /// Ends the wait that goes on, or the next one.
    void ring() {
        NativeFile.write(ringErrno, bell, memory, ONE, Long.BYTES);
    }

    void close() {
        NativeFile.close(bell);
    }
}
