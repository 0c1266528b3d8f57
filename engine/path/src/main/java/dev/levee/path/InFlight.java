package dev.levee.path;

import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The packets that are under way, the first due in front: a binary heap ordered by due time, then by arrival.
///
/// Frames come from slabs that are added as they are needed, up to a limit.
///
/// Threads: one owner.
final class InFlight {
    /// Small enough that a quiet path costs little: 128 KiB of small frames.
    private static final int SLAB_FRAMES = 64;

    private final Arena arena;
    private final int frameMtu;
    private final int packetsMax;

    private @Nullable Frame[] free = new @Nullable Frame[SLAB_FRAMES];
    private int freeCount;
    private int framesMade;
    private int packetBytesMax = Integer.MAX_VALUE;

    private @Nullable Frame[] heap = new @Nullable Frame[SLAB_FRAMES];
    private long[] dueNanos = new long[SLAB_FRAMES];
    private long[] arrivals = new long[SLAB_FRAMES];
    private int count;
    private long nextArrival;

    InFlight(Arena arena, int frameMtu, int packetsMax) {
        if (packetsMax < 1) {
            throw new IllegalArgumentException("a path must have room for at least one packet");
        }
        this.arena = arena;
        this.frameMtu = frameMtu;
        this.packetsMax = packetsMax;
    }

    int count() {
        return count;
    }

    /// The longest packet that a frame holds; not known before the first frame is made.
    int packetBytesMax() {
        return packetBytesMax;
    }

    long firstDueNanos() {
        assert count > 0;
        return dueNanos[0];
    }

    Frame first() {
        return at(heap, 0);
    }

    /// A frame with a copy of the packet, to be added; null when no frame is left or the packet is too long.
    @Nullable
    Frame takeCopy(Frame packet) {
        if (freeCount == 0 && !grow()) {
            return null;
        }
        if (packet.length() > packetBytesMax) {
            return null;
        }
        var copy = at(free, --freeCount);
        copy.copyFrom(packet);
        return copy;
    }

    void add(long wantedDueNanos, Frame packet) {
        // The clock may pass the value that means "no deadline".
        long due = wantedDueNanos == ImpairedPath.NONE ? ImpairedPath.NONE - 1 : wantedDueNanos;
        int hole = count++;
        long arrival = nextArrival++;
        while (hole > 0) {
            int parent = hole - 1 >>> 1;
            if (!before(due, arrival, parent)) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, due, arrival, packet);
    }

    /// Takes the first packet out and its frame back.
    void removeFirst() {
        free[freeCount++] = first();
        int last = --count;
        var packet = at(heap, last);
        heap[last] = null;
        if (last == 0) {
            return;
        }
        long due = dueNanos[last];
        long arrival = arrivals[last];
        int hole = 0;
        for (int child = 1; child < last; child = 2 * hole + 1) {
            if (child + 1 < last && before(dueNanos[child + 1], arrivals[child + 1], child)) {
                child++;
            }
            if (before(due, arrival, child)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, due, arrival, packet);
    }

    private boolean before(long due, long arrival, int other) {
        return due != dueNanos[other] ? due - dueNanos[other] < 0 : arrival < arrivals[other];
    }

    private void move(int from, int to) {
        put(to, dueNanos[from], arrivals[from], at(heap, from));
    }

    private void put(int index, long due, long arrival, Frame packet) {
        heap[index] = packet;
        dueNanos[index] = due;
        arrivals[index] = arrival;
    }

    private boolean grow() {
        int more = Math.min(SLAB_FRAMES, packetsMax - framesMade);
        if (more == 0) {
            return false;
        }
        var slab = new FrameSlab(arena, more, frameMtu);
        framesMade += more;
        if (framesMade > free.length) {
            int size = Math.min(packetsMax, 2 * free.length);
            free = Arrays.copyOf(free, size);
            heap = Arrays.copyOf(heap, size);
            dueNanos = Arrays.copyOf(dueNanos, size);
            arrivals = Arrays.copyOf(arrivals, size);
        }
        while (slab.available() > 0) {
            var frame = slab.take();
            packetBytesMax = frame.capacity();
            free[freeCount++] = frame;
        }
        return true;
    }

    private static Frame at(@Nullable Frame[] frames, int index) {
        return Objects.requireNonNull(frames[index]);
    }
}
