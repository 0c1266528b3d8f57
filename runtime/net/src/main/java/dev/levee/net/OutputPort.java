package dev.levee.net;

import dev.levee.tcp.ByteRing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The writing half of a [SocketPort]. The shard publishes up to where the ring may be filled; the application
/// copies its octets into it and publishes up to where it has written. The shard provides memory when somebody
/// writes for the first time, more of it the more is under way, and takes it back ([#retract]) when the connection
/// has been idle.
///
/// A writer that waits is woken when a quarter of the buffer is free, not for every acknowledgement. That
/// always comes, or the connection fails: everything in the buffer is sent and acknowledged without further
/// writes.
///
/// Threads: application, except [#begun], [#publish], [#retract], [#writtenEnd] and [#wake].
final class OutputPort {
    private final SocketPort port;
    final Gate gate = new Gate();

    // Shard to application. The ring is published by `limit`; null while there is no memory.
    private @Nullable ByteRing ring;
    private volatile long limit;

    // Application to shard.
    private volatile long writtenEnd;
    /// Behind the last octet written as urgent.
    private volatile long urgentEnd;
    private volatile @Nullable Thread waiter;

    OutputPort(SocketPort port) {
        this.port = port;
    }

    void write(byte[] source, int offset, int length) throws IOException {
        synchronized (this) {
            int written = 0;
            while (written < length) {
                int count = begin(length - written);
                int done = 0;
                try {
                    ring().put(writtenEnd, source, offset + written, count);
                    done = count;
                } finally {
                    finish(done);
                }
                written += count;
            }
        }
    }

    void write(int octet) throws IOException {
        write(octet, false);
    }

    /// @param urgent whether the peer is to hear of it ahead of everything before it
    void write(int octet, boolean urgent) throws IOException {
        synchronized (this) {
            begin(1);
            int done = 0;
            try {
                ring().put(writtenEnd, (byte) octet);
                if (urgent) {
                    // Before the octet is published: the shard must not send it as one like any other.
                    urgentEnd = writtenEnd + 1;
                }
                done = 1;
            } finally {
                finish(done);
            }
        }
    }

    void write(MemorySegment source, long offset, long length) throws IOException {
        synchronized (this) {
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
        }
    }

    void write(ByteBuffer source) throws IOException {
        synchronized (this) {
            while (source.hasRemaining()) {
                int count = begin(source.remaining());
                int done = 0;
                try {
                    ring().put(writtenEnd, source, source.position(), count);
                    source.position(source.position() + count);
                    done = count;
                } finally {
                    finish(done);
                }
            }
        }
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
            }
            asked |= await();
        }
    }

    /// Waits for room, or for anything else that a writer must look at.
    ///
    /// @return whether there was no ring, and one was asked for
    private boolean await() throws IOException {
        waiter = Thread.currentThread();
        boolean ringless = ring == null;
        try {
            if (ringless) {
                // Only now: what is lent and taken back before this thread sees it must wake it, or nobody does.
                port.askForRing();
            }
            boolean memoryGone = limit == 0 && port.outOfMemory();
            if (limit > writtenEnd || port.writeFailed() || memoryGone || gate.isShut()) {
                return ringless;
            }
            // It was taken back in this very moment.
            if (!ringless && ring == null) {
                return false;
            }
            Parking.park(port, Long.MAX_VALUE, 0);
        } finally {
            waiter = null;
        }
        port.checkInterrupt();
        return ringless;
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
    /// @return whether there is any room
    boolean publish(ByteRing to, long end) {
        if (end != limit) {
            ring = to;
            limit = end;
        }
        return end > writtenEnd;
    }

    /// Takes the room back, unless somebody is writing or has written beyond `known`.
    ///
    /// Threads: shard.
    ///
    /// @return whether it did: nobody writes before the next [#publish]
    boolean retract(long known) {
        if (!gate.hold()) {
            return false;
        }
        boolean idle = writtenEnd == known;
        if (idle) {
            ring = null;
            limit = known;
        }
        gate.release();
        if (idle) {
            wake();
        }
        return idle;
    }

    /// Threads: any.
    void wake() {
        var thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
