package dev.levee.net;

import dev.levee.guard.Defence;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Where application threads and the shard meet for one listener. Who wants a connection queues up; the shard
/// takes connections out of the listener's queue only for somebody who wants one, so that the backlog stays
/// where it is counted.
///
/// Threads: any, except where said.
final class ListenerPort extends Command {
    private static final int ACCEPT = 0x01;
    private static final int CLOSE = 0x02;

    private final Shard shard;
    private final Listener listener;
    private final ListenOptions options;
    private final ConcurrentLinkedQueue<Acceptor> acceptors = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;
    private volatile @Nullable Throwable reason;

    /// Shard: accepted for somebody who had gone.
    private @Nullable SocketPort held;

    /// Threads: shard.
    ListenerPort(Shard shard, Listener listener, ListenOptions options) {
        this.shard = shard;
        this.listener = listener;
        this.options = options;
        listener.attach(this);
        shard.add(this);
    }

    Listener listener() {
        return listener;
    }

    /// The next connection.
    SocketPort accept(long limitNanos) throws IOException {
        var acceptor = new Acceptor(Thread.currentThread());
        long deadlineNanos = Parking.deadline(limitNanos);
        acceptors.add(acceptor);
        shard.submit(this, ACCEPT);
        while (true) {
            var given = acceptor.given();
            if (given != null) {
                return given;
            }
            boolean over =
                    closed || Thread.currentThread().isInterrupted() || !Parking.park(this, limitNanos, deadlineNanos);
            if (!over) {
                continue;
            }
            given = acceptor.giveUp();
            acceptors.remove(acceptor);
            if (given != null) {
                return given;
            }
            throw whyNone();
        }
    }

    private IOException whyNone() {
        if (closed) {
            var why = reason;
            return why == null
                    ? new SocketException(this + ": the listener is closed")
                    : Rejections.hostEnded(toString(), why);
        }
        if (Thread.currentThread().isInterrupted()) {
            close();
            return new ClosedByInterruptException();
        }
        return new SocketTimeoutException(this + ": nobody connected in time");
    }

    void close() {
        closed = true;
        shard.submit(this, CLOSE);
        wakeAll();
    }

    void defence(Defence defence) throws IOException {
        Objects.requireNonNull(defence, "defence");
        var task = new Task<>(this + ": its defence cannot be changed", _ -> {
            listener.options(listener.options().withDefence(defence));
            return true;
        });
        shard.submit(task, 1);
        task.await();
    }

    boolean closed() {
        return closed;
    }

    private void wakeAll() {
        for (var acceptor : acceptors) {
            acceptor.wake();
        }
    }

    @Override
    public String toString() {
        return "listener on " + listener;
    }

    // ---- shard ----

    @Override
    void run(long nowNanos, int bits) {
        if ((bits & ACCEPT) != 0) {
            offer(nowNanos);
        }
        if ((bits & CLOSE) != 0) {
            listener.close(nowNanos);
            var unwanted = held;
            held = null;
            if (unwanted != null) {
                unwanted.abort();
            }
            shard.remove(this);
        }
    }

    /// Gives connections to those who wait.
    void offer(long nowNanos) {
        Acceptor first;
        while ((first = acceptors.peek()) != null) {
            var port = held != null ? held : next(nowNanos);
            if (port == null) {
                return;
            }
            held = first.give(port) ? null : port;
            acceptors.remove(first);
        }
    }

    private @Nullable SocketPort next(long nowNanos) {
        var socket = listener.accept();
        return socket == null ? null : SocketPort.accepted(nowNanos, shard, socket, options.socket());
    }

    @Override
    void runAfterEnd(int bits, @Nullable Throwable why) {
        if (!closed) {
            reason = why;
            closed = true;
        }
        wakeAll();
    }

    /// Somebody who wants a connection: given one, or gone.
    private static final class Acceptor {
        private static final Object GONE = new Object();

        private final Thread thread;
        private final AtomicReference<@Nullable Object> outcome = new AtomicReference<>();

        Acceptor(Thread thread) {
            this.thread = thread;
        }

        @Nullable
        SocketPort given() {
            return outcome.get() instanceof SocketPort port ? port : null;
        }

        /// Threads: shard.
        ///
        /// @return whether it still wanted one
        boolean give(SocketPort port) {
            boolean wanted = outcome.compareAndSet(null, port);
            wake();
            return wanted;
        }

        /// Wants none any more.
        ///
        /// @return the one that it was given nevertheless
        @Nullable
        SocketPort giveUp() {
            outcome.compareAndSet(null, GONE);
            return given();
        }

        void wake() {
            LockSupport.unpark(thread);
        }
    }
}
