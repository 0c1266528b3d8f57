package dev.levee.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.levee.tcp.ByteRing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The writing half of a [SocketPort]. The shard publishes up to where the ring may be filled; the application
/// copies its octets into it and publishes up to where it has written. The shard takes the ring from the pool
/// when somebody writes for the first time.
///
/// A writer that waits is woken when a quarter of the buffer is free, not for every acknowledgement. That
/// always comes, or the connection fails: everything in the buffer is sent and acknowledged without further
/// writes.
///
/// Threads: application, except [#begun], [#publish], [#writtenEnd] and [#wake].
final class OutputPort {
    private final SocketPort port;
    private final ReentrantLock lock = new ReentrantLock();
    final Gate gate = new Gate();

    // Shard to application. The ring is published by `limit`.
    private @Nullable ByteRing ring;
    private volatile long limit;

    // Application to shard.
    private volatile long writtenEnd;
    /// Behind the last octet written as urgent.
    private volatile long urgentEnd;
    private volatile @Nullable Thread waiter;

    // Application, under the lock.
    private @Nullable ByteRing viewed;
    private @Nullable ByteBuffer view;

    OutputPort(SocketPort port) {
        this.port = port;
    }

    void write(byte[] source, int offset, int length) throws IOException {
        lock.lock();
        try {
            int written = 0;
            while (written < length) {
                int count = begin(length - written);
                int done = 0;
                try {
                    var to = ring();
                    long at = writtenEnd;
                    int from = offset + written;
                    int first = to.contiguous(at, count);
                    MemorySegment.copy(source, from, to.memory(), JAVA_BYTE, to.indexOf(at), first);
                    if (first < count) {
                        MemorySegment.copy(source, from + first, to.memory(), JAVA_BYTE, 0, count - first);
                    }
                    done = count;
                } finally {
                    finish(done);
                }
                written += count;
            }
        } finally {
            lock.unlock();
        }
    }

    void write(int octet) throws IOException {
        write(octet, false);
    }

    /// @param urgent whether the peer is to hear of it ahead of everything before it
    void write(int octet, boolean urgent) throws IOException {
        lock.lock();
        try {
            begin(1);
            int done = 0;
            try {
                var to = ring();
                to.memory().set(JAVA_BYTE, to.indexOf(writtenEnd), (byte) octet);
                if (urgent) {
                    // Before the octet is published: the shard must not send it as one like any other.
                    urgentEnd = writtenEnd + 1;
                }
                done = 1;
            } finally {
                finish(done);
            }
        } finally {
            lock.unlock();
        }
    }

    void write(MemorySegment source, long offset, long length) throws IOException {
        lock.lock();
        try {
            long written = 0;
            while (written < length) {
                int count = begin((int) Math.min(length - written, Integer.MAX_VALUE));
                int done = 0;
                try {
                    ring().put(writtenEnd, source, offset + written, count);
                    done = count;
                } finally {
                    finish(done);
                }
                written += count;
            }
        } finally {
            lock.unlock();
        }
    }

    void write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            while (source.hasRemaining()) {
                int count = begin(source.remaining());
                int done = 0;
                try {
                    var to = ring();
                    var octets = view(to);
                    int first = to.contiguous(writtenEnd, count);
                    octets.put(to.indexOf(writtenEnd), source, source.position(), first);
                    if (first < count) {
                        octets.put(0, source, source.position() + first, count - first);
                    }
                    source.position(source.position() + count);
                    done = count;
                } finally {
                    finish(done);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// The ring as a buffer, made once: copying between buffers allocates nothing.
    private ByteBuffer view(ByteRing to) {
        var octets = view;
        if (octets == null || viewed != to) {
            octets = to.memory().asByteBuffer();
            view = octets;
            viewed = to;
        }
        return octets;
    }

    private ByteRing ring() {
        var to = ring;
        if (to == null) {
            throw new AssertionError("room without a ring");
        }
        return to;
    }

    /// Waits until there is room and goes through the gate.
    ///
    /// @return how many octets to put, 1 to `length`
    private int begin(int length) throws IOException {
        boolean asked = false;
        while (true) {
            if (!gate.enter()) {
                port.checkOpen();
                throw port.shutDown();
            }
            boolean failed = port.writeFailed();
            long room = limit - writtenEnd;
            if (room > 0 && !failed) {
                return (int) Math.min(room, length);
            }
            leave();
            if (failed) {
                throw port.failure();
            }
            if (limit == 0 && asked) {
                port.checkMemory();
            } else if (limit == 0) {
                asked = true;
                port.askForRing();
            }
            await();
        }
    }

    private void await() throws IOException {
        waiter = Thread.currentThread();
        try {
            if (limit > writtenEnd || port.writeFailed() || port.outOfMemory() || gate.isShut()) {
                return;
            }
            Parking.park(port, Long.MAX_VALUE, 0);
        } finally {
            waiter = null;
        }
        port.checkInterrupt();
    }

    private void finish(int count) {
        if (count > 0) {
            long end = writtenEnd + count;
            writtenEnd = end;
            port.ask(SocketPort.WRITTEN);
        }
        leave();
    }

    private void leave() {
        if (gate.leave()) {
            port.ask(SocketPort.OUTPUT_SHUT);
        }
    }

    /// Lets nobody in any more.
    void shut() {
        if (gate.shut()) {
            port.ask(SocketPort.OUTPUT_SHUT);
        }
        wake();
    }

    /// The shard has put so many octets into the ring before the application knows of it.
    ///
    /// Threads: shard.
    void begun(int count) {
        writtenEnd = count;
    }

    /// Up to where the application has written.
    ///
    /// Threads: any.
    long writtenEnd() {
        return writtenEnd;
    }

    /// Threads: any.
    long urgentEnd() {
        return urgentEnd;
    }

    /// Threads: shard.
    ///
    /// @return whether there is so much room that a waiting writer shall be woken
    boolean publish(ByteRing to, long end) {
        if (end == limit) {
            return false;
        }
        ring = to;
        limit = end;
        return end - writtenEnd >= to.capacity() / 4;
    }

    /// Threads: any.
    void wake() {
        var thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
