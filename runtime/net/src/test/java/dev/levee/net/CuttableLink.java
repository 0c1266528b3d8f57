package dev.levee.net;

import dev.levee.link.Link;
import dev.levee.link.LinkCounters;
import dev.levee.wire.FrameBatch;
import java.io.IOException;

/// A link that can be cut, so that packets vanish in both directions, or broken, so that its owner notices.
final class CuttableLink implements Link {
    private final Link link;
    private volatile boolean cut;
    private volatile boolean broken;

    CuttableLink(Link link) {
        this.link = link;
    }

    void cut() {
        cut = true;
    }

    void mend() {
        cut = false;
    }

    void breakDown() {
        broken = true;
        link.wakeup();
    }

    @Override
    public String name() {
        return link.name();
    }

    @Override
    public int mtu() {
        return link.mtu();
    }

    @Override
    public LinkCounters counters() {
        return link.counters();
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        if (broken) {
            throw new IOException("somebody tripped over the cable");
        }
        int count = link.receive(batch);
        if (cut) {
            batch.clear();
            return 0;
        }
        return count;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        if (cut) {
            batch.clear();
        }
        link.transmit(batch);
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        link.await(timeoutNanos);
    }

    @Override
    public void wakeup() {
        link.wakeup();
    }

    @Override
    public void close() {
        link.close();
    }
}
