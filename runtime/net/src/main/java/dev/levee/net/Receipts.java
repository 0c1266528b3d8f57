package dev.levee.net;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The delivery receipts of one connection that wait for acknowledgements, earliest position first.
///
/// Threads: any for [#add]; shard for the rest.
final class Receipts {
    /// How many may wait at once on one connection.
    static final int WAITING_MAX = 1 << 16;

    private final SocketPort port;
    private final AtomicReference<@Nullable DeliveryReceipt> added = new AtomicReference<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private @Nullable PriorityQueue<DeliveryReceipt> waiting;

    Receipts(SocketPort port) {
        this.port = port;
    }

    /// A receipt for all octets before `position`. The shard has to be asked to collect it.
    ///
    /// @throws IllegalStateException when too many wait
    DeliveryReceipt add(long position) {
        var receipt = new DeliveryReceipt(port, position);
        if (port.acknowledged() >= position) {
            receipt.settle(null);
            return receipt;
        }
        if (waitingCount.incrementAndGet() > WAITING_MAX) {
            waitingCount.decrementAndGet();
            throw new IllegalStateException(
                    "more than " + WAITING_MAX + " delivery receipts are waiting on " + port + "; await some first");
        }
        DeliveryReceipt before;
        do {
            before = added.get();
            receipt.next = before;
        } while (!added.compareAndSet(before, receipt));
        return receipt;
    }

    /// Takes over what was added.
    void collect() {
        var receipt = added.getAndSet(null);
        while (receipt != null) {
            var queue = waiting;
            if (queue == null) {
                queue = new PriorityQueue<>(Comparator.comparingLong(DeliveryReceipt::position));
                waiting = queue;
            }
            var next = receipt.next;
            receipt.next = null;
            queue.add(receipt);
            receipt = next;
        }
    }

    /// Tells those whose octets are acknowledged, and all others that they never will be when the connection
    /// has ended.
    void settle(boolean ended) {
        var queue = waiting;
        if (queue == null || queue.isEmpty()) {
            return;
        }
        long acknowledged = port.acknowledged();
        List<DeliveryReceipt> settled = List.of();
        DeliveryReceipt first;
        while ((first = queue.peek()) != null && (ended || first.position() <= acknowledged)) {
            queue.remove();
            waitingCount.decrementAndGet();
            long undelivered = first.position() - acknowledged;
            first.settle(undelivered > 0 ? port.failure(undelivered) : null);
            if (first.hasFuture()) {
                settled = settled.isEmpty() ? new ArrayList<>() : settled;
                settled.add(first);
            }
        }
        if (!settled.isEmpty()) {
            completeElsewhere(settled);
        }
    }

    /// What hangs on a future is foreign code: it must not run on the shard's thread.
    private static void completeElsewhere(List<DeliveryReceipt> settled) {
        Thread.ofVirtual().name("levee-receipts").start(() -> {
            for (var receipt : settled) {
                receipt.completeFuture();
            }
        });
    }
}
