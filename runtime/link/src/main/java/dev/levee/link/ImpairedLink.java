package dev.levee.link;

import dev.levee.path.ImpairedPath;
import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.function.LongSupplier;

/// A link made worse: each direction goes through an [ImpairedPath] of its own, with its own random numbers
/// from the same seed.
///
/// Packets that are due leave in every call of the owner's; [#await] returns or sends when one becomes due, so
/// nothing waits longer than the clock and the machine's timers make it.
///
/// Threads: as the link inside.
public final class ImpairedLink implements Link {
    private static final int BATCH_PACKETS = 64;

    private final Link inner;
    private final LongSupplier nanoClock;
    private final ImpairedPath inbound;
    private final ImpairedPath outbound;
    private final FrameBatch arrived;
    private final FrameBatch leaving;
    private final LinkCounters counters = new LinkCounters();

    /// The same impairment for both directions.
    ///
    /// @param nanoClock the owner's `nowNanos`
    public ImpairedLink(Link inner, Impairment impairment, LongSupplier nanoClock) {
        this(inner, impairment, impairment, nanoClock);
    }

    /// @param inner the link to be made worse; closed together with this one
    /// @param nanoClock the owner's `nowNanos`
    public ImpairedLink(Link inner, Impairment inbound, Impairment outbound, LongSupplier nanoClock) {
        this.inner = inner;
        this.nanoClock = nanoClock;
        // Lives as long as the owner uses it, whoever closes the link.
        var arena = Arena.ofAuto();
        var slab = new FrameSlab(arena, 2 * BATCH_PACKETS, inner.frameBytesMax());
        arrived = new FrameBatch(slab, BATCH_PACKETS);
        leaving = new FrameBatch(slab, BATCH_PACKETS);
        this.inbound = path(arena, inner, inbound, seed(inbound.seed()));
        this.outbound = path(arena, inner, outbound, seed(~outbound.seed()));
    }

    private static ImpairedPath path(Arena arena, Link inner, Impairment impairment, long seed) {
        return ImpairedPath.ofFrames(arena, impairment, seed, inner.frameBytesMax(), inner.headerBytes());
    }

    private static long seed(long seed) {
        return new SeededRandom(seed).nextLong();
    }

    @Override
    public String name() {
        return inner.name();
    }

    /// The smallest of the link's MTU and the impairment's, so that a stack on this link offers its peers a
    /// maximum segment size that gets through.
    @Override
    public int mtu() {
        return smaller(
                smaller(inner.mtu(), inbound.impairment().mtu()),
                outbound.impairment().mtu());
    }

    private static int smaller(int mtu, int limit) {
        return limit == 0 ? mtu : Math.min(mtu, limit);
    }

    @Override
    public int linkType() {
        return inner.linkType();
    }

    /// What the owner received and gave; what became of it on the way, [#inbound] and [#outbound] tell.
    @Override
    public LinkCounters counters() {
        return counters;
    }

    /// The direction towards the owner.
    public ImpairedPath inbound() {
        return inbound;
    }

    /// The direction away from the owner.
    public ImpairedPath outbound() {
        return outbound;
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        long nowNanos = nanoClock.getAsLong();
        sendWhatIsDue(nowNanos);
        takeWhatArrived(nowNanos);
        int before = batch.count();
        while (!batch.full() && inbound.poll(nowNanos, batch.next())) {
            counters.received(batch.next().length());
            batch.added();
        }
        return batch.count() - before;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        long nowNanos = nanoClock.getAsLong();
        for (int i = 0; i < batch.count(); i++) {
            outbound.offer(nowNanos, batch.get(i));
            counters.transmitted(batch.get(i).length());
        }
        batch.clear();
        sendWhatIsDue(nowNanos);
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        long nowNanos = nanoClock.getAsLong();
        sendWhatIsDue(nowNanos);
        long waitNanos = Math.min(timeoutNanos, untilNanos(nowNanos, inbound.nextDeadline()));
        // What the inner link did not take is due already: there is nothing to wait for but room, which it
        // knows itself.
        if (leaving.count() == 0) {
            waitNanos = Math.min(waitNanos, untilNanos(nowNanos, outbound.nextDeadline()));
        }
        inner.await(waitNanos);
        sendWhatIsDue(nanoClock.getAsLong());
    }

    private static long untilNanos(long nowNanos, long deadlineNanos) {
        return deadlineNanos == ImpairedPath.NONE ? Long.MAX_VALUE : Math.max(0, deadlineNanos - nowNanos);
    }

    /// Once round the inner link's queue: what is there now, not what keeps coming.
    private void takeWhatArrived(long nowNanos) throws IOException {
        arrived.clear();
        inner.receive(arrived);
        for (int i = 0; i < arrived.count(); i++) {
            inbound.offer(nowNanos, arrived.get(i));
        }
    }

    private void sendWhatIsDue(long nowNanos) throws IOException {
        boolean more = true;
        while (more) {
            while (!leaving.full() && outbound.poll(nowNanos, leaving.next())) {
                leaving.added();
            }
            more = leaving.full();
            if (leaving.count() > 0) {
                inner.transmit(leaving);
                more = more && leaving.count() == 0;
            }
        }
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public String toString() {
        return inner + " impaired by " + inbound + " and " + outbound;
    }
}
