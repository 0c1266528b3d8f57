package dev.levee.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What becomes of everything that was written to a [TcpStream] up to a point: the peer's TCP has acknowledged
/// it all, or it never will and the receipt says how many octets are missing. One of the two always comes, at
/// the latest when the connection ends; closing the stream does not take it away.
///
/// An acknowledgement says that the peer's TCP has the octets, not that its application has read them.
///
/// Threads: any.
public final class DeliveryReceipt {
    private final SocketPort port;
    private final long position;
    private final CountDownLatch settled = new CountDownLatch(1);
    private final AtomicReference<@Nullable CompletableFuture<Void>> future = new AtomicReference<>();
    private volatile @Nullable TcpException failure;

    /// Belongs to [Receipts].
    @Nullable
    DeliveryReceipt next;

    DeliveryReceipt(SocketPort port, long position) {
        this.port = port;
        this.position = position;
    }

    /// How many octets it is about: all that were written since the connection was opened.
    public long position() {
        return position;
    }

    /// Whether it is known what became of them.
    public boolean isDone() {
        return settled.getCount() == 0;
    }

    /// Whether the peer's TCP has acknowledged all of them.
    public boolean delivered() {
        return isDone() && failure == null;
    }

    /// Waits until all of them are acknowledged.
    ///
    /// @throws TcpException when the connection has ended before; it says how many are missing
    /// @throws InterruptedException when the thread is interrupted; the stream stays as it is
    public void await() throws IOException, InterruptedException {
        settled.await();
        throwFailure();
    }

    /// As [#await()], but not longer than `timeout`.
    ///
    /// @throws SocketTimeoutException when the time is over and it is not known yet
    public void await(Duration timeout) throws IOException, InterruptedException {
        if (!settled.await(Parking.nanos(timeout), TimeUnit.NANOSECONDS)) {
            long missing = Math.max(0, position - port.acknowledged());
            throw new SocketTimeoutException(
                    port + ": " + missing + " bytes are not acknowledged after " + timeout.toMillis() + " ms");
        }
        throwFailure();
    }

    private void throwFailure() throws TcpException {
        var why = failure;
        if (why != null) {
            throw why;
        }
    }

    /// The same as a future, which completes with null or with a [TcpException]. What depends on it runs on a
    /// virtual thread or on the thread that adds it, never on the stack's.
    public CompletableFuture<Void> future() {
        var made = future.get();
        if (made == null) {
            made = new CompletableFuture<>();
            var other = future.compareAndExchange(null, made);
            made = other == null ? made : other;
        }
        // Whoever settles it looks for a future afterwards: one of the two sees the other.
        if (isDone()) {
            completeFuture();
        }
        return made;
    }

    void settle(@Nullable TcpException why) {
        failure = why;
        settled.countDown();
    }

    boolean hasFuture() {
        return future.get() != null;
    }

    void completeFuture() {
        var mine = future.get();
        var why = failure;
        if (mine == null) {
            return;
        }
        if (why == null) {
            mine.complete(null);
        } else {
            mine.completeExceptionally(why);
        }
    }

    @Override
    public String toString() {
        var why = failure;
        String what = !isDone() ? "waiting" : why == null ? "delivered" : why.undeliveredBytes() + " bytes missing";
        return "receipt for " + position + " bytes on " + port + ": " + what;
    }
}
