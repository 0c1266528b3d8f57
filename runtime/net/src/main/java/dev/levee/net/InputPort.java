package dev.levee.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.levee.tcp.ByteRing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The reading half of a [SocketPort]. The shard publishes up to where octets can be read; the application
/// copies them out of the ring itself and publishes up to where it has read.
///
/// The shard need not hear of every read: it is told when a quarter of the buffer was read since the last time,
/// or less when the buffer was nearly full, so that the peer may be waiting. An application that has read
/// everything thus leaves at least three quarters of the window open: it never stalls the peer.
///
/// Threads: application, except [#publish], [#readEnd] and [#wake].
final class InputPort {
    /// The peer has closed its side and everything was read.
    static final int END = -1;

    private final SocketPort port;
    private final ReentrantLock lock = new ReentrantLock();
    final Gate gate = new Gate();

    // Shard to application. The ring is published by `readableEnd`.
    private @Nullable ByteRing ring;
    private volatile long readableEnd;
    /// Behind the last octet that the peer calls urgent. Published before the octets up to it are.
    private volatile long urgentEnd;

    // Application to shard.
    private volatile long readEnd;
    private volatile @Nullable Thread waiter;

    // Application, under the lock.
    private long toldEnd;
    private @Nullable ByteRing viewed;
    private @Nullable ByteBuffer view;

    private volatile boolean urgentInLine;
    private final UrgentNotice notice = new UrgentNotice();
    private volatile long timeoutNanos = Long.MAX_VALUE;

    InputPort(SocketPort port, boolean urgentInLine) {
        this.port = port;
        this.urgentInLine = urgentInLine;
    }

    /// Whether the urgent octet is read like any other, or skipped. Holds from the next read.
    void urgentInLine(boolean on) {
        urgentInLine = on;
    }

    boolean urgentInLine() {
        return urgentInLine;
    }

    /// Octets that remain to be read of what the peer calls urgent, here already or not.
    long urgentAhead() {
        boolean ended = port.readEnded();
        long end = urgentEnd;
        return Math.max(0, (ended ? Math.min(end, readableEnd) : end) - readEnd);
    }

    /// To be run when urgent data is ahead, from now on.
    void onUrgent(Runnable action) {
        notice.action(action);
        if (urgentAhead() > 0) {
            notice.tell();
        }
    }

    /// Waits longer than this end with a [SocketTimeoutException]; `Long.MAX_VALUE`: never.
    void timeoutNanos(long nanos) {
        timeoutNanos = nanos;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    int read(byte[] target, int offset, int length) throws IOException {
        lock.lock();
        try {
            int count = begin(length);
            if (count == END) {
                return END;
            }
            int done = 0;
            try {
                var from = ring();
                long at = readEnd;
                int first = from.contiguous(at, count);
                MemorySegment.copy(from.memory(), JAVA_BYTE, from.indexOf(at), target, offset, first);
                if (first < count) {
                    MemorySegment.copy(from.memory(), JAVA_BYTE, 0, target, offset + first, count - first);
                }
                done = count;
            } finally {
                finish(done);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /// One octet as 0 to 255, or END.
    int read() throws IOException {
        lock.lock();
        try {
            if (begin(1) == END) {
                return END;
            }
            int done = 0;
            try {
                var from = ring();
                int octet = from.memory().get(JAVA_BYTE, from.indexOf(readEnd)) & 0xff;
                done = 1;
                return octet;
            } finally {
                finish(done);
            }
        } finally {
            lock.unlock();
        }
    }

    int read(MemorySegment target, long offset, int length) throws IOException {
        lock.lock();
        try {
            int count = begin(length);
            if (count == END) {
                return END;
            }
            int done = 0;
            try {
                ring().get(readEnd, target, offset, count);
                done = count;
            } finally {
                finish(done);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            int count = begin(target.remaining());
            if (count == END) {
                return END;
            }
            int done = 0;
            try {
                var from = ring();
                var octets = view(from);
                int at = from.indexOf(readEnd);
                int first = from.contiguous(readEnd, count);
                target.put(target.position(), octets, at, first);
                if (first < count) {
                    target.put(target.position() + first, octets, 0, count - first);
                }
                target.position(target.position() + count);
                done = count;
            } finally {
                finish(done);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /// The ring as a buffer, made once: copying between buffers allocates nothing.
    private ByteBuffer view(ByteRing from) {
        var octets = view;
        if (octets == null || viewed != from) {
            octets = from.memory().asByteBuffer();
            view = octets;
            viewed = from;
        }
        return octets;
    }

    private ByteRing ring() {
        var from = ring;
        if (from == null) {
            throw new AssertionError("octets without a ring");
        }
        return from;
    }

    /// How many octets could be read without waiting.
    int available() {
        if (port.readFailed() || gate.isShut()) {
            return 0;
        }
        int ready = (int) (readableEnd - readEnd);
        return atSkipped() && ready > 0 ? ready - 1 : beforeMark(ready);
    }

    /// How many of the octets that are ready one read may take: it ends before the urgent one.
    private int beforeMark(int ready) {
        long before = urgentEnd - 1 - readEnd;
        return before > 0 && before < ready ? (int) before : ready;
    }

    /// Whether the next octet is the urgent one and not to be read in line.
    private boolean atSkipped() {
        return !urgentInLine && urgentEnd > 0 && urgentEnd - 1 == readEnd;
    }

    /// Waits until there is something to read and goes through the gate.
    ///
    /// @return how many octets to take, at most `length`; or END, and the gate is not entered
    private int begin(int length) throws IOException {
        long limitNanos = timeoutNanos;
        long deadlineNanos = 0;
        boolean waited = false;
        while (true) {
            if (!gate.enter()) {
                port.checkOpen();
                return END;
            }
            // In this order: what the flags say is true of the position read after them.
            boolean failed = port.readFailed();
            boolean ended = port.readEnded();
            int ready = (int) (readableEnd - readEnd);
            if (ready > 0 && !failed) {
                if (atSkipped()) {
                    finish(1);
                    continue;
                }
                return Math.min(beforeMark(ready), length);
            }
            leave();
            if (failed) {
                throw port.failure();
            }
            if (ended) {
                return END;
            }
            if (!waited) {
                waited = true;
                deadlineNanos = Parking.deadline(limitNanos);
            }
            await(limitNanos, deadlineNanos);
        }
    }

    private void await(long limitNanos, long deadlineNanos) throws IOException {
        waiter = Thread.currentThread();
        try {
            if (readableEnd != readEnd || port.readFailed() || port.readEnded() || gate.isShut()) {
                return;
            }
            if (!Parking.park(port, limitNanos, deadlineNanos)) {
                throw new SocketTimeoutException(port + ": nothing to read arrived in time");
            }
        } finally {
            waiter = null;
        }
        port.checkInterrupt();
    }

    private void finish(int count) {
        long end = readEnd + count;
        readEnd = end;
        int capacity = ring().capacity();
        boolean nearlyFull = readableEnd - toldEnd > capacity - capacity / 4;
        if (end - toldEnd >= (nearlyFull ? capacity / 16 : capacity / 4)) {
            toldEnd = end;
            port.ask(SocketPort.CONSUMED);
        }
        leave();
    }

    private void leave() {
        if (gate.leave()) {
            port.ask(SocketPort.INPUT_SHUT);
        }
    }

    /// Lets nobody in any more.
    void shut() {
        if (gate.shut()) {
            port.ask(SocketPort.INPUT_SHUT);
        }
        wake();
    }

    /// Up to where the application has read.
    ///
    /// Threads: any.
    long readEnd() {
        return readEnd;
    }

    /// To be called before [#publish] of the octets up to there.
    ///
    /// Threads: shard.
    void publishUrgent(long end) {
        if (end != urgentEnd) {
            urgentEnd = end;
            notice.tell();
        }
    }

    /// Threads: shard.
    ///
    /// @return whether there is more to read than before
    boolean publish(@Nullable ByteRing from, long end) {
        if (end <= readableEnd) {
            return false;
        }
        ring = from;
        readableEnd = end;
        return true;
    }

    /// Threads: any.
    void wake() {
        var thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
