package dev.levee.app.demo;

import dev.levee.link.Link;
import dev.levee.link.LinkCounters;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameBatch;
import java.io.IOException;

/// A link that shows its packets to somebody, and whose cable can be pulled.
///
/// Threads: as the link inside; [#unplug] any.
final class WatchedLink implements Link {
    private final Link inner;
    private final Watcher watcher;
    private volatile boolean unplugged;

    /// Sees packets, on the link owner's thread; they are valid during the call only.
    interface Watcher {
        void packet(boolean outbound, Frame packet, boolean lost);
    }

    WatchedLink(Link inner, Watcher watcher) {
        this.inner = inner;
        this.watcher = watcher;
    }

    /// From now on nothing leaves or arrives.
    void unplug() {
        unplugged = true;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public int linkType() {
        return inner.linkType();
    }

    @Override
    public LinkCounters counters() {
        return inner.counters();
    }

    @Override
    public int receive(FrameBatch batch) throws IOException {
        int before = batch.count();
        if (unplugged && before > 0) {
            return 0;
        }
        inner.receive(batch);
        if (unplugged) {
            batch.clear();
            return 0;
        }
        for (int i = before; i < batch.count(); i++) {
            watcher.packet(false, batch.get(i), false);
        }
        return batch.count() - before;
    }

    @Override
    public void transmit(FrameBatch batch) throws IOException {
        boolean lost = unplugged;
        for (int i = 0; i < batch.count(); i++) {
            watcher.packet(true, batch.get(i), lost);
        }
        if (lost) {
            batch.clear();
        } else {
            inner.transmit(batch);
        }
    }

    @Override
    public void await(long timeoutNanos) throws IOException {
        inner.await(timeoutNanos);
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    @Override
    public void close() {
        inner.close();
    }
}
