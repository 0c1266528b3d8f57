package dev.levee.link;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Waits until a file descriptor has something to read, or one has room to write, or another thread rings
/// the bell (an eventfd), with a timeout in nanoseconds: ppoll(2).
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
    private static final short POLLERR = 8;

    /// No file descriptor: nobody waits for room.
    static final int NONE = -1;

    // struct pollfd { int fd; short events; short revents; }, three times, and room for another waiter's; then struct
    // timespec { long s; long ns; }
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;
    private static final long BELL = 8;
    private static final long ROOM = 16;
    private static final long OTHER = 24;
    private static final long SECONDS = 48;
    private static final long NANOS = 56;
    private static final long COUNTER = 64;
    private static final long ONE = 72;
    private static final long BYTES = 80;

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
        memory.set(ValueLayout.JAVA_SHORT, EVENTS, POLLIN);
        memory.set(ValueLayout.JAVA_INT, BELL, bell);
        memory.set(ValueLayout.JAVA_SHORT, BELL + EVENTS, POLLIN);
        memory.set(ValueLayout.JAVA_SHORT, ROOM + EVENTS, POLLOUT);
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
    /// @param roomFd where room to write ends the wait too, or [#NONE]
    void await(Errno errno, long timeoutNanos, int roomFd) throws NativeException {
        memory.set(ValueLayout.JAVA_INT, ROOM, roomFd);
        poll(errno, timeoutNanos, 3);
        afterwards(errno);
    }

    /// The same for all that another waiter waits for, too.
    void await(Errno errno, long timeoutNanos, int roomFd, NativeWaiter other, int otherRoomFd) throws NativeException {
        memory.set(ValueLayout.JAVA_INT, ROOM, roomFd);
        other.memory.set(ValueLayout.JAVA_INT, ROOM, otherRoomFd);
        MemorySegment.copy(other.memory, 0, memory, OTHER, OTHER);
        poll(errno, timeoutNanos, 6);
        MemorySegment.copy(memory, OTHER, other.memory, 0, OTHER);
        afterwards(errno);
        other.afterwards(errno);
    }

    private void poll(Errno errno, long timeoutNanos, long descriptors) throws NativeException {
        memory.set(ValueLayout.JAVA_LONG, SECONDS, timeoutNanos / NANOS_PER_SECOND);
        memory.set(ValueLayout.JAVA_LONG, NANOS, timeoutNanos % NANOS_PER_SECOND);
        long address = memory.address();
        int ready;
        try {
            ready = (int) PPOLL.invokeExact(
                    errno.captured(),
                    address,
                    descriptors,
                    timeoutNanos == Long.MAX_VALUE ? 0L : address + SECONDS,
                    0L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (ready < 0 && errno.value() != Errno.EINTR) {
            throw new NativeException("ppoll", errno.value());
        }
        if (ready <= 0) {
            // An interrupted call leaves what was there before it.
            for (long at = 0; at < SECONDS; at += BELL) {
                memory.set(ValueLayout.JAVA_SHORT, at + REVENTS, (short) 0);
            }
        }
    }

    private void afterwards(Errno errno) {
        if (memory.get(ValueLayout.JAVA_SHORT, BELL + REVENTS) != 0) {
            NativeFile.read(errno, bell, memory, COUNTER, Long.BYTES);
        }
    }

    /// Whether the last wait found that something is wrong with the descriptor that is read.
    boolean failed() {
        return (memory.get(ValueLayout.JAVA_SHORT, REVENTS) & POLLERR) != 0;
    }

    /// Ends the wait that goes on, or the next one.
    void ring() {
        NativeFile.write(ringErrno, bell, memory, ONE, Long.BYTES);
    }

    void close() {
        NativeFile.close(bell);
    }
}
