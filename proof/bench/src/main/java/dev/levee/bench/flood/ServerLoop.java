package dev.levee.bench.flood;

import dev.levee.link.MemoryLink;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;

/// Drives a server on its end of the link as a shard does: a batch in, what it has to do, a batch out.
///
/// Threads: one owner for [#step]; [#run] makes its thread that owner; the rest any.
final class ServerLoop implements Runnable {
    static final int BATCH_FRAMES = 64;
    private static final int BATCHES_MAX = 4;

    private final FloodServer server;
    private final MemoryLink link;
    private final FrameBatch in;
    private final FrameBatch out;
    private volatile boolean stopped;
    private volatile long answered;
    private volatile int halfOpenPeak;

    ServerLoop(FloodServer server, MemoryLink link) {
        this.server = server;
        this.link = link;
        var slab = new FrameSlab(Arena.ofAuto(), 2 * BATCH_FRAMES, link.frameBytesMax());
        in = new FrameBatch(slab, BATCH_FRAMES);
        out = new FrameBatch(slab, BATCH_FRAMES);
    }

    /// One round.
    ///
    /// @return whether there may be more to do at once
    boolean step(long nowNanos) throws IOException {
        boolean any = receive(nowNanos);
        server.serveSyns(nowNanos, BATCH_FRAMES);
        server.serve(nowNanos);
        while (!out.full() && server.poll(nowNanos, out.next())) {
            out.added();
        }
        boolean full = out.full();
        if (out.count() > 0) {
            link.transmit(out);
        }
        answered = server.answered();
        halfOpenPeak = Math.max(halfOpenPeak, server.halfOpen());
        return any || full || server.synsWait();
    }

    private boolean receive(long nowNanos) throws IOException {
        boolean any = false;
        int count = BATCH_FRAMES;
        for (int batch = 0; count == BATCH_FRAMES && batch < (server.synsWait() ? BATCHES_MAX : 1); batch++) {
            link.receive(in);
            count = in.count();
            any |= count > 0;
            for (int i = 0; i < count; i++) {
                server.onFrame(nowNanos, in.get(i));
            }
            in.clear();
        }
        return any;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                if (!step(System.nanoTime())) {
                    long deadline = server.nextDeadline();
                    link.await(deadline == Deadlines.NONE ? Long.MAX_VALUE : deadline - System.nanoTime());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends [#run] soon.
    void stop() {
        stopped = true;
        link.wakeup();
    }

    /// SYNs answered so far.
    long answered() {
        return answered;
    }

    /// The most handshakes that were under way.
    int halfOpenPeak() {
        return halfOpenPeak;
    }
}
