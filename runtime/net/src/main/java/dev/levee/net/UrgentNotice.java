package dev.levee.net;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Tells a program that urgent data is ahead, on a virtual thread: neither the shard nor a blocked reader waits for
/// what the program does then. However often the peer moves its pointer, there is one such thread at a time.
///
/// Threads: any.
final class UrgentNotice {
    private final AtomicInteger untold = new AtomicInteger();
    private volatile @Nullable Runnable action;

    void action(Runnable now) {
        action = now;
    }

    void tell() {
        if (action != null && untold.getAndIncrement() == 0) {
            Thread.startVirtualThread(this::run);
        }
    }

    private void run() {
        int told = untold.get();
        try {
            var now = action;
            if (now != null) {
                now.run();
            }
        } finally {
            // What the program throws, an error even, ends this thread and is its handler's; but not the telling.
            if (untold.addAndGet(-told) > 0) {
                Thread.startVirtualThread(this::run);
            }
        }
    }
}
