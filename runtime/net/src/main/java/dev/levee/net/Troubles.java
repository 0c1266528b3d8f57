package dev.levee.net;

import dev.levee.tcp.CloseCause.IcmpReason;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes news of [Trouble] from the shard to whoever wants to know.
///
/// Threads: any for [#now] and [#tell]; shard for [#publish].
final class Troubles {
    private volatile Trouble now = Trouble.NONE;
    private volatile @Nullable Consumer<? super Trouble> listener;
    /// News that were not told yet; who makes it 1 tells them all.
    private final AtomicInteger untold = new AtomicInteger();

    Trouble now() {
        return now;
    }

    /// @param to null: nobody wants to know
    void tell(@Nullable Consumer<? super Trouble> to) {
        listener = to;
        if (!now.isNone()) {
            tellElsewhere();
        }
    }

    void publish(@Nullable IcmpReason icmp, boolean inDoubt) {
        var before = now;
        if (before.icmp() == icmp && before.inDoubt() == inDoubt) {
            return;
        }
        now = icmp == null && !inDoubt ? Trouble.NONE : new Trouble(icmp, inDoubt);
        tellElsewhere();
    }

    /// The listener is foreign code: it must not run on the shard's thread. One thread at a time tells, so that
    /// a flood of errors is not a flood of threads.
    private void tellElsewhere() {
        if (listener != null && untold.getAndIncrement() == 0) {
            Thread.ofVirtual().name("levee-trouble").start(this::tellAll);
        }
    }

    private void tellAll() {
        int told;
        do {
            told = untold.get();
            var to = listener;
            if (to != null) {
                tellOne(to);
            }
        } while (untold.addAndGet(-told) > 0);
    }

    private void tellOne(Consumer<? super Trouble> to) {
        try {
            to.accept(now);
        } catch (RuntimeException e) {
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
