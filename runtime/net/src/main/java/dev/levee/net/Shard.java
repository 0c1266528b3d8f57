package dev.levee.net;

import dev.levee.link.Link;
import dev.levee.stack.Listener;
import dev.levee.stack.Stack;
import dev.levee.stack.SynLane;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One thread that drives one stack over one link: packets in, commands, packets out, wake-ups, and sleep until
/// any of them can be again.
///
/// Segments of connections, and those that complete handshakes, are served before SYNs, of which a batch is served at a
/// time ([SynLane]). At most one batch is sent between two looks at the input: acknowledgements come in while much goes
/// out.
///
/// Threads: the shard's own, except [#submit], [#close] and [#join].
final class Shard implements Runnable {
    private static final System.Logger LOGGER = System.getLogger("dev.levee.net");

    private static final int BATCH_FRAMES = 64;
    /// Batches that are taken in before SYNs are served, while there are some.
    private static final int FLOODED_BATCHES = 4;
    /// How long to wait when the link takes nothing more: it has no way of saying when it will.
    private static final long CONGESTED_NANOS = 100_000;
    /// How long the last RSTs may take.
    private static final long FAREWELL_NANOS = 500_000_000;

    private final Link link;
    private final Stack stack;
    private final SynLane syns;
    private final LongSupplier clock;
    private final Thread thread;
    private final CommandQueue queue = new CommandQueue();
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private final FrameBatch in;
    private final FrameBatch out;
    private final CountDownLatch settled = new CountDownLatch(1);

    private @Nullable ShardSide firstSide;
    private final List<ListenerPort> listeners = new ArrayList<>();
    private int finishingCount;
    private long undeliveredBytes;
    private static final long WALL_PERIOD_NANOS = 1_000_000_000L;

    private long nowNanos;
    private long wallReadNanos;
    private boolean congested;
    private boolean closing;
    private long closeDeadlineNanos = Deadlines.NONE;

    private final ReentrantLock endLock = new ReentrantLock();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    Shard(Link link, Stack stack, LongSupplier clock) {
        this.link = link;
        this.stack = stack;
        syns = new SynLane(stack, link.linkType());
        this.clock = clock;
        var slab = new FrameSlab(Arena.ofAuto(), 2 * BATCH_FRAMES, link.frameBytesMax());
        in = new FrameBatch(slab, BATCH_FRAMES);
        out = new FrameBatch(slab, BATCH_FRAMES);
        thread = Thread.ofPlatform().daemon().name("levee-shard-" + link.name()).unstarted(this);
    }

    void start() {
        thread.start();
    }

    // ---- any thread ----

    /// Asks for `bits` of a command and sees to it that the shard looks.
    void submit(Command command, int bits) {
        if (!command.request(bits)) {
            return;
        }
        queue.push(command);
        if (ended) {
            serveAfterEnd();
        } else if (sleeping.get() && sleeping.compareAndSet(true, false)) {
            link.wakeup();
        }
    }

    /// Why the shard has ended, unless it was closed.
    @Nullable
    Throwable failure() {
        return failure;
    }

    /// Ends the shard: connections that their users have closed may go on delivering for `grace`, then all that
    /// are left are reset.
    void close(long graceNanos) {
        submit(
                new Task<>("close", now -> {
                    closing = true;
                    closeDeadlineNanos = Deadlines.after(now, Math.min(graceNanos, Long.MAX_VALUE / 4));
                    return true;
                }),
                1);
    }

    /// Waits until the thread has ended.
    ///
    /// @return whether it has
    boolean join(Duration timeout) throws InterruptedException {
        return thread.join(timeout);
    }

    /// Waits until it is decided of each address whether it may be used, or the shard has ended.
    void awaitSettled() throws InterruptedException {
        settled.await();
    }

    Thread thread() {
        return thread;
    }

    // ---- the loop ----

    @Override
    public void run() {
        Throwable why = null;
        try {
            wallReadNanos = clock.getAsLong() - WALL_PERIOD_NANOS;
            serve();
            farewell();
        } catch (IOException e) {
            why = e;
        } catch (Throwable e) {
            why = e;
            LOGGER.log(System.Logger.Level.ERROR, "the stack on " + link.name() + " has failed and ends", e);
        } finally {
            end(why);
        }
    }

    private void serve() throws IOException {
        while (!closing || (finishingCount > 0 && !Deadlines.due(nowNanos, closeDeadlineNanos))) {
            nowNanos = clock.getAsLong();
            readWallClock();
            boolean busy = receive();
            busy |= runCommands();
            syns.serve(nowNanos, BATCH_FRAMES);
            busy |= transmit();
            wakeUsers();
            if (!busy && (congested || syns.isEmpty())) {
                sleep();
            }
        }
    }

    /// The epochs of SYN cookies are those of the wall clock, so that hosts with the same keys agree. It may be set.
    private void readWallClock() {
        if (nowNanos - wallReadNanos >= WALL_PERIOD_NANOS) {
            wallReadNanos = nowNanos;
            stack.wallClock(nowNanos, System.currentTimeMillis());
        }
    }

    /// Takes in one batch, or as long as SYNs wait several: behind those that have filled one may be what is more
    /// urgent.
    private boolean receive() throws IOException {
        boolean any = false;
        int count = BATCH_FRAMES;
        for (int batch = 0; count == BATCH_FRAMES && batch < (syns.isEmpty() ? 1 : FLOODED_BATCHES); batch++) {
            link.receive(in);
            count = in.count();
            any |= count > 0;
            for (int i = 0; i < count; i++) {
                syns.onFrame(nowNanos, in.get(i));
            }
            in.clear();
        }
        return any;
    }

    private boolean runCommands() {
        var command = queue.takeAll();
        boolean any = command != null;
        while (command != null) {
            // As soon as its bits are taken the command may be queued again, and `next` is not ours.
            var next = command.next;
            command.run(nowNanos, command.take());
            command = next;
        }
        return any;
    }

    /// Sends one batch.
    ///
    /// @return whether there may be more to send at once
    private boolean transmit() throws IOException {
        while (!out.full() && stack.poll(nowNanos, out.next())) {
            out.added();
        }
        boolean full = out.full();
        if (out.count() > 0) {
            link.transmit(out);
        }
        congested = out.count() > 0;
        return full && !congested;
    }

    private void wakeUsers() {
        if (settled.getCount() > 0 && stack.addressesSettled()) {
            settled.countDown();
        }
        TcpSocket socket;
        while ((socket = stack.pollReady()) != null) {
            if (socket.attachment() instanceof ShardSide side) {
                side.update(nowNanos);
            }
        }
        Listener listener;
        while ((listener = stack.pollReadyListener()) != null) {
            if (listener.attachment() instanceof ListenerPort port) {
                port.offer(nowNanos);
            }
        }
    }

    private void sleep() throws IOException {
        long deadline = stack.nextDeadline();
        if (closing) {
            deadline = Deadlines.earlier(deadline, closeDeadlineNanos);
        }
        long timeout = deadline == Deadlines.NONE ? Long.MAX_VALUE : deadline - clock.getAsLong();
        if (congested) {
            // The stack has more to send and says that it is due, but there is no room for it.
            timeout = CONGESTED_NANOS;
        }
        if (timeout <= 0) {
            return;
        }
        sleeping.set(true);
        if (queue.isEmpty()) {
            link.await(timeout);
        }
        sleeping.set(false);
    }

    /// Everything that is left is reset; the RSTs are sent if the link takes them in time.
    private void farewell() throws IOException {
        nowNanos = clock.getAsLong();
        long until = nowNanos + FAREWELL_NANOS;
        stack.shutdown(nowNanos);
        boolean more = true;
        while ((more || congested) && nowNanos - until < 0) {
            more = transmit();
            if (congested) {
                link.await(CONGESTED_NANOS);
            }
            nowNanos = clock.getAsLong();
        }
        wakeUsers();
    }

    private void end(@Nullable Throwable why) {
        failure = why;
        settled.countDown();
        endLock.lock();
        try {
            ended = true;
            for (var side = firstSide; side != null; side = side.following) {
                side.end(why);
            }
            for (var port : listeners) {
                port.runAfterEnd(0, why);
            }
        } finally {
            endLock.unlock();
        }
        serveAfterEnd();
        link.close();
    }

    /// Whoever submits after the end serves the queue himself: the shard may have taken its last look before.
    private void serveAfterEnd() {
        endLock.lock();
        try {
            var command = queue.takeAll();
            while (command != null) {
                var next = command.next;
                command.runAfterEnd(command.take(), failure);
                command = next;
            }
        } finally {
            endLock.unlock();
        }
    }

    // ---- ports ----

    Stack stack() {
        return stack;
    }

    Link link() {
        return link;
    }

    void add(ShardSide side) {
        var first = firstSide;
        side.following = first;
        if (first != null) {
            first.previous = side;
        }
        firstSide = side;
    }

    void remove(ShardSide side) {
        var before = side.previous;
        var after = side.following;
        if (before != null) {
            before.following = after;
        } else if (firstSide == side) {
            firstSide = after;
        }
        if (after != null) {
            after.previous = before;
        }
        side.previous = null;
        side.following = null;
    }

    /// How many connections it knows whose users may still ask for something.
    int sideCount() {
        int count = 0;
        for (var side = firstSide; side != null; side = side.following) {
            count++;
        }
        return count;
    }

    void add(ListenerPort port) {
        listeners.add(port);
    }

    void remove(ListenerPort port) {
        listeners.remove(port);
    }

    /// Connections closed by their users that still deliver.
    void countFinishing(int change) {
        finishingCount += change;
    }

    void countUndelivered(long bytes) {
        undeliveredBytes += bytes;
    }

    long undeliveredBytes() {
        return undeliveredBytes;
    }
}
