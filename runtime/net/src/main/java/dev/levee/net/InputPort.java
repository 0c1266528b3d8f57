package dev.levee.net;

import dev.levee.tcp.ByteRing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
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
    final Gate gate = new Gate();

    // Shard to application. The others are published by `readableEnd`.
    private @Nullable ByteRing ring;
    private int windowBytes;
    private volatile long readableEnd;
    /// Behind the last octet that the peer calls urgent. Published before the octets up to it are.
    private volatile long urgentEnd;
    /// The connection is idle: its memory comes back when everything was read, which is to be said.
    private volatile boolean tellsEnd;

    // Application to shard.
    private volatile long readEnd;
    private volatile @Nullable Thread waiter;

    // Application, one thread at a time.
    private long toldEnd;

    private volatile boolean urgentInLine;
    /// Made for the first who wants to hear of urgent data.
    private volatile @Nullable UrgentNotice notice;
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
        UrgentNotice to;
        // Not the monitor of this half: who reads may hold that for long.
        synchronized (port) {
            to = notice;
            if (to == null) {
                to = new UrgentNotice();
                notice = to;
            }
        }
        to.action(action);
        if (urgentAhead() > 0) {
            to.tell();
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
        synchronized (this) {
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
        }
    }

    /// One octet as 0 to 255, or END.
    int read() throws IOException {
        synchronized (this) {
            if (begin(1) == END) {
                return END;
            }
            int done = 0;
            try {
                int octet = ring().get(readEnd) & 0xff;
                done = 1;
                return octet;
            } finally {
                finish(done);
            }
        }
    }

    int read(MemorySegment target, long offset, int length) throws IOException {
        synchronized (this) {
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
        }
    }

    int read(ByteBuffer target) throws IOException {
        synchronized (this) {
            int count = begin(target.remaining());
            if (count == END) {
                return END;
            }
            int done = 0;
            try {
                ring().get(readEnd, target, target.position(), count);
                target.position(target.position() + count);
                done = count;
            } finally {
                finish(done);
            }
            return count;
        }
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
        int capacity = windowBytes;
        boolean nearlyFull = readableEnd - toldEnd > capacity - capacity / 4;
        boolean all = tellsEnd && end == readableEnd;
        if (all || end - toldEnd >= (nearlyFull ? capacity / 16 : capacity / 4)) {
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
            var to = notice;
            if (to != null) {
                to.tell();
            }
        }
    }

    /// Threads: shard.
    ///
    /// @param window what the peer may send at most before it hears that octets were read
    /// @return whether there is more to read than before
    boolean publish(@Nullable ByteRing from, long end, int window) {
        if (end <= readableEnd) {
            return false;
        }
        if (tellsEnd) {
            tellsEnd = false;
        }
        ring = from;
        windowBytes = window;
        readableEnd = end;
        return true;
    }

    /// Has the application say when it has read what there is. What it has read before is to be looked at once more
    /// after this.
    ///
    /// Threads: shard.
    void tellEnd() {
        tellsEnd = true;
    }

    /// Threads: any.
    void wake() {
        var thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
