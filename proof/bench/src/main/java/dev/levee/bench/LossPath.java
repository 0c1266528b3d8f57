package dev.levee.bench;

import dev.levee.link.Link;
import dev.levee.path.ImpairedPath;
import dev.levee.wire.FrameBatch;
import dev.levee.wire.FrameSlab;
import java.io.IOException;
import java.lang.foreign.Arena;

/// A bad path between two links: what comes out of one goes into the other, late or not at all.
///
/// Threads: one owner.
final class LossPath {
    private static final int BATCH_PACKETS = 64;

    private final Link near;
    private final Link far;
    private final ImpairedPath there;
    private final ImpairedPath back;
    private final FrameBatch batch;

    LossPath(Link near, Link far, LossCell cell, long seed) {
        this.near = near;
        this.far = far;
        var arena = Arena.ofAuto();
        batch = new FrameBatch(new FrameSlab(arena, BATCH_PACKETS, near.mtu()), BATCH_PACKETS);
        there = new ImpairedPath(arena, cell.there(seed), near.mtu());
        back = new ImpairedPath(arena, cell.back(seed), near.mtu());
    }

    /// Carries what is there and what is due.
    ///
    /// @return when the next packet is due, [ImpairedPath#NONE]: none is under way
    long run(long nowNanos) throws IOException {
        take(nowNanos, near, there);
        take(nowNanos, far, back);
        give(nowNanos, there, far);
        give(nowNanos, back, near);
        long next = there.nextDeadline();
        long nextBack = back.nextDeadline();
        if (next == ImpairedPath.NONE) {
            return nextBack;
        }
        return nextBack == ImpairedPath.NONE || next - nextBack < 0 ? next : nextBack;
    }

    private void take(long nowNanos, Link from, ImpairedPath path) throws IOException {
        do {
            batch.clear();
            from.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                path.offer(nowNanos, batch.get(i));
            }
        } while (batch.full());
    }

    private void give(long nowNanos, ImpairedPath path, Link to) throws IOException {
        boolean more = true;
        while (more) {
            batch.clear();
            while (!batch.full() && path.poll(nowNanos, batch.next())) {
                batch.added();
            }
            more = batch.full();
            while (batch.count() > 0) {
                to.transmit(batch);
            }
        }
    }

    @Override
    public String toString() {
        return there.counters().toString();
    }
}
