package dev.levee.bench.flood;

import dev.levee.link.MemoryLink;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Everything beyond the link: hosts of legitimate clients, and the flood. They share this end of it, and so its
/// queue.
///
/// Threads: one owner.
final class FloodWorld {
    /// No SYNs at all, and as many as the link takes.
    static final long SILENT = 0;

    static final long MAX = Long.MAX_VALUE;

    static final int HOSTS = 4;
    /// What the flood leaves of the queue when it sends as much as the link takes: at such a rate the link holds its
    /// senders back instead of dropping from them.
    private static final int RESERVE_PACKETS = 512;

    private static final int DESTINATION_V4 = 16;
    /// A flood that was kept from sending does not make up for more than this.
    private static final long ARREARS_NANOS = 2_000_000;
    private static final long PACE_NANOS = 50_000;

    private final MemoryLink link;
    private final MemoryLink far;
    private final int queuePackets;
    private final FloodSource flood;
    private final LegitHost[] hosts = new LegitHost[HOSTS];
    private final FrameBatch in;
    private final FrameBatch out;

    private @Nullable Handshakes handshakes;
    private long attemptNanos;
    private long nextAttemptNanos = Deadlines.NONE;
    private int turn;

    private long rate;
    private double allowance;
    private long allowedNanos;
    private long offered;
    private long dropped;

    /// @param link this end
    /// @param far the server's, for what it has taken from the queue
    FloodWorld(MemoryLink link, MemoryLink far, int queuePackets, long seed) {
        this.link = link;
        this.far = far;
        this.queuePackets = queuePackets;
        flood = new FloodSource(seed);
        for (int i = 0; i < HOSTS; i++) {
            hosts[i] = new LegitHost(i, seed);
        }
        var slab = new FrameSlab(Arena.ofAuto(), 2 * ServerLoop.BATCH_FRAMES, link.frameBytesMax());
        in = new FrameBatch(slab, ServerLoop.BATCH_FRAMES);
        out = new FrameBatch(slab, ServerLoop.BATCH_FRAMES);
    }

    /// From now on clients begin at equal distances, and are counted here; with null, none begin.
    void clients(long nowNanos, @Nullable Handshakes counted, int perSecond) {
        handshakes = counted;
        attemptNanos = counted == null ? 0 : 1_000_000_000L / perSecond;
        nextAttemptNanos = counted == null ? Deadlines.NONE : nowNanos;
    }

    /// Opens the connection that sends all the time.
    void steady(long nowNanos, long bitsPerSecond) {
        hosts[0].steady(nowNanos, bitsPerSecond);
    }

    boolean steadyOpen() {
        return hosts[0].steadyOpen();
    }

    long steadyOctets() {
        return hosts[0].steadyOctets();
    }

    /// @param synsPerSecond of the flood from now on; [#SILENT] or [#MAX]
    void flood(long nowNanos, long synsPerSecond) {
        rate = synsPerSecond;
        allowance = 0;
        allowedNanos = nowNanos;
    }

    /// SYNs of the flood that were given to the link so far, dropped or not.
    long offered() {
        return offered;
    }

    /// Those of them that found its queue full.
    long dropped() {
        return dropped;
    }

    /// One round.
    ///
    /// @return whether there may be more to do at once
    boolean step(long nowNanos) throws IOException {
        boolean busy = receive(nowNanos);
        var counted = handshakes;
        while (counted != null && nextAttemptNanos - nowNanos <= 0) {
            hosts[turn].begin(nowNanos, counted);
            turn = (turn + 1) % HOSTS;
            nextAttemptNanos += attemptNanos;
        }
        for (var host : hosts) {
            host.serve(nowNanos);
            while (host.poll(nowNanos, out.next())) {
                out.added();
                if (out.full()) {
                    link.transmit(out);
                }
            }
        }
        if (out.count() > 0) {
            link.transmit(out);
        }
        return pour(nowNanos) || busy;
    }

    private boolean receive(long nowNanos) throws IOException {
        boolean any = false;
        while (link.receive(in) > 0) {
            any = true;
            for (int i = 0; i < in.count(); i++) {
                deliver(nowNanos, in.get(i));
            }
            in.clear();
        }
        return any;
    }

    /// What goes to nobody is lost.
    private void deliver(long nowNanos, Frame frame) {
        int number = Bytes.i32(frame.memory(), frame.offset() + DESTINATION_V4) - LegitHost.address(0);
        if (number >= 0 && number < HOSTS) {
            hosts[number].onFrame(nowNanos, frame);
        }
    }

    /// Sends what the flood has to send now.
    private boolean pour(long nowNanos) throws IOException {
        long due = due(nowNanos);
        long left = due;
        while (left > 0) {
            while (left > 0 && !out.full()) {
                flood.next(out.next());
                out.added();
                left--;
            }
            long before = link.counters().droppedPackets();
            offered += out.count();
            link.transmit(out);
            dropped += link.counters().droppedPackets() - before;
        }
        return due > 0;
    }

    private long due(long nowNanos) {
        if (rate == SILENT) {
            return 0;
        }
        if (rate == MAX) {
            long queued = link.counters().transmittedPackets() - far.counters().receivedPackets();
            return Math.clamp(queuePackets - RESERVE_PACKETS - queued, 0, 4 * ServerLoop.BATCH_FRAMES);
        }
        allowance += Math.min(nowNanos - allowedNanos, ARREARS_NANOS) * (rate / 1e9);
        allowedNanos = nowNanos;
        long due = (long) allowance;
        allowance -= due;
        return due;
    }

    /// When [#step] has something to do if nothing arrives.
    long next(long nowNanos) {
        long next = nextAttemptNanos;
        for (var host : hosts) {
            next = Deadlines.earlier(next, Deadlines.earlier(host.nextDeadline(), host.nextServing(nowNanos)));
        }
        return rate == SILENT ? next : Deadlines.earlier(next, nowNanos + PACE_NANOS);
    }

    void await(long nowNanos) throws IOException {
        long next = next(nowNanos);
        link.await(next == Deadlines.NONE ? Long.MAX_VALUE : next - System.nanoTime());
    }
}
