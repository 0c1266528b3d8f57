package dev.levee.path;

import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import java.lang.foreign.Arena;

/// One direction of an imperfect path: packets go in with [#offer] and come out of [#poll], later, or not, or
/// twice, as an [Impairment] says.
///
/// The order is kept unless jitter or reordering changes it: packets that are due at the same moment leave in
/// the order in which they came. The same seed and the same calls give the same result.
///
/// Packets are copied into frames of the path's own; their number grows with use up to a limit and nothing is
/// allocated after that. Time may begin anywhere, and never goes back.
///
/// Threads: one owner.
public final class ImpairedPath {
    /// No deadline: the same value as everywhere in this project.
    public static final long NONE = Long.MAX_VALUE;
    /// How long a packet is held back on a path without delay, so that others overtake it.
    public static final long HOLD_NANOS = 1_000_000;
    /// How many packets may be under way on a line of any rate unless the user says otherwise; see
    /// [#packetsMaxDefault].
    public static final int PACKETS_MAX_DEFAULT = 8192;

    /// The same for packets of up to 64 KiB: 64 MiB of memory.
    public static final int LARGE_PACKETS_MAX_DEFAULT = 1024;

    /// Frames are not more than this because of a line's rate.
    private static final long FRAME_BYTES_MAX = 64L << 20;

    private static final long BITS_PER_BYTE = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Impairment impairment;
    private final SeededRandom random;
    private final InFlight inFlight;
    private final PathCounters counters = new PathCounters();
    private final long queueNanos;
    private final int headerBytes;
    private final long ecnNanos;

    private boolean lineUsed;
    private long lineFreeNanos;

    /// A path that begins with the impairment's own seed and has the default limit of packets.
    ///
    /// @param frameMtu the longest packet that will be offered, in octets
    public ImpairedPath(Arena arena, Impairment impairment, int frameMtu) {
        this(arena, impairment, impairment.seed(), frameMtu);
    }

    /// As the longest constructor, with the default limit of packets.
    public ImpairedPath(Arena arena, Impairment impairment, long seed, int frameMtu) {
        this(arena, impairment, seed, frameMtu, packetsMaxDefault(impairment, frameMtu));
    }

    /// A path for frames that carry packets behind a header, which the impairment's MTU does not count.
    ///
    /// @param frameMtu the longest frame that will be offered, header included, in octets
    /// @param headerBytes octets before the packet in each frame
    public static ImpairedPath ofFrames(Arena arena, Impairment impairment, long seed, int frameMtu, int headerBytes) {
        int packetsMax = packetsMax(impairment, longest(impairment, frameMtu, headerBytes));
        return new ImpairedPath(arena, impairment, seed, frameMtu, packetsMax, headerBytes);
    }

    /// What comes through of what is offered, in octets.
    private static int longest(Impairment impairment, int frameMtu, int headerBytes) {
        return impairment.mtu() == 0 ? frameMtu : Math.min(frameMtu, impairment.mtu() + headerBytes);
    }

    /// How many packets may be under way unless the user says otherwise. On a line whose rate is known they
    /// are half as many again as fill it and its queue with the longest ones, but no more than 64 MiB of
    /// small frames. Of large frames it is [#LARGE_PACKETS_MAX_DEFAULT] whatever the rate.
    ///
    /// @param frameMtu the longest packet that will be offered, in octets
    public static int packetsMaxDefault(Impairment impairment, int frameMtu) {
        return packetsMax(impairment, longest(impairment, frameMtu, 0));
    }

    private static int packetsMax(Impairment impairment, int longest) {
        boolean small = longest <= FrameSlab.SMALL_BYTES - Frame.HEADROOM_BYTES;
        int least = small ? PACKETS_MAX_DEFAULT : LARGE_PACKETS_MAX_DEFAULT;
        if (impairment.rateBitsPerSecond() == 0) {
            return least;
        }
        long nanos = impairment.delayNanos() + impairment.jitterNanos();
        double bytes = impairment.rateBitsPerSecond() / 8.0 * nanos / NANOS_PER_SECOND + impairment.queueBytes();
        double most = (double) FRAME_BYTES_MAX / (small ? FrameSlab.SMALL_BYTES : FrameSlab.LARGE_BYTES);
        return (int) Math.max(least, Math.min(most, 1.5 * bytes / longest));
    }

    /// @param arena what the frames' memory lives as long as
    /// @param seed instead of the impairment's: the two directions of a path want different ones
    /// @param frameMtu the longest packet that will be offered, in octets; a longer one for which the frames
    ///     have no room counts as too big
    /// @param packetsMax how many packets may be under way
    public ImpairedPath(Arena arena, Impairment impairment, long seed, int frameMtu, int packetsMax) {
        this(arena, impairment, seed, frameMtu, packetsMax, 0);
    }

    private ImpairedPath(Arena arena, Impairment impairment, long seed, int frameMtu, int packetsMax, int headerBytes) {
        this.headerBytes = headerBytes;
        this.impairment = impairment;
        random = new SeededRandom(seed);
        inFlight = new InFlight(arena, longest(impairment, frameMtu, headerBytes), packetsMax);
        queueNanos = impairment.rateBitsPerSecond() == 0 ? 0 : lineNanos(impairment.queueBytes());
        ecnNanos = impairment.ecnBytes() == 0 ? Long.MAX_VALUE : lineNanos(impairment.ecnBytes());
    }

    public Impairment impairment() {
        return impairment;
    }

    public PathCounters counters() {
        return counters;
    }

    /// Packets under way.
    public int pending() {
        return inFlight.count();
    }

    /// Takes a copy of a packet, or drops it. The frame stays the caller's.
    public void offer(long nowNanos, Frame packet) {
        counters.offered++;
        if (impairment.mtu() != 0 && packet.length() - headerBytes > impairment.mtu()) {
            counters.tooBig++;
            return;
        }
        if (random.chance(impairment.loss())) {
            counters.lost++;
            return;
        }
        boolean twice = random.chance(impairment.duplicate());
        send(nowNanos, packet);
        if (twice) {
            counters.duplicated++;
            send(nowNanos, packet);
        }
    }

    /// Copies the next packet that is due into `out`.
    ///
    /// A packet for which `out` has no room is dropped as too big.
    ///
    /// @return false when none is due
    public boolean poll(long nowNanos, Frame out) {
        while (inFlight.count() > 0 && inFlight.firstDueNanos() - nowNanos <= 0) {
            var packet = inFlight.first();
            boolean fits = out.copyFrom(packet);
            inFlight.removeFirst();
            if (fits) {
                counters.delivered++;
                return true;
            }
            counters.tooBig++;
        }
        return false;
    }

    /// When [#poll] will have the next packet, [#NONE] if no packet is under way.
    public long nextDeadline() {
        return inFlight.count() == 0 ? NONE : inFlight.firstDueNanos();
    }

    private void send(long nowNanos, Frame packet) {
        long departNanos = nowNanos;
        if (impairment.rateBitsPerSecond() != 0) {
            long startNanos = lineBusy(nowNanos) ? lineFreeNanos : nowNanos;
            departNanos = startNanos + lineNanos(packet.length());
            if (lineBusy(nowNanos) && departNanos - nowNanos > queueNanos) {
                counters.queueDropped++;
                return;
            }
        }
        var copy = inFlight.takeCopy(packet);
        if (copy == null) {
            if (packet.length() > inFlight.packetBytesMax()) {
                counters.tooBig++;
            } else {
                counters.overflowed++;
            }
            return;
        }
        lineUsed = true;
        lineFreeNanos = departNanos;
        if (departNanos - nowNanos > ecnNanos && CongestionMark.set(copy, headerBytes)) {
            counters.marked++;
        }
        if (copy.length() > 0 && random.chance(impairment.corrupt())) {
            counters.corrupted++;
            flipOneBit(copy);
        }
        inFlight.add(departNanos + underWayNanos(), copy);
    }

    private boolean lineBusy(long nowNanos) {
        return lineUsed && lineFreeNanos - nowNanos > 0;
    }

    /// How long the line needs for some octets. Rounded up, so that the rate is never exceeded.
    private long lineNanos(long octets) {
        return Math.ceilDiv(octets * BITS_PER_BYTE * NANOS_PER_SECOND, impairment.rateBitsPerSecond());
    }

    private long underWayNanos() {
        if (random.chance(impairment.reorder())) {
            counters.reordered++;
            return impairment.delayNanos() > 0 ? 0 : HOLD_NANOS;
        }
        long jitterNanos = impairment.jitterNanos();
        if (jitterNanos == 0) {
            return impairment.delayNanos();
        }
        long variationNanos = random.nextLong(2 * jitterNanos + 1) - jitterNanos;
        return Math.max(0, impairment.delayNanos() + variationNanos);
    }

    private void flipOneBit(Frame packet) {
        int bit = random.nextInt(packet.length() * 8);
        int at = packet.offset() + (bit >>> 3);
        Bytes.put8(packet.memory(), at, Bytes.u8(packet.memory(), at) ^ 1 << (bit & 7));
    }

    @Override
    public String toString() {
        return impairment + " (" + counters + ")";
    }
}
