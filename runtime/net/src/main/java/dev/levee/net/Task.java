package dev.levee.net;

import dev.levee.stack.SocketException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Something rare that an application wants done on the shard, and waits for.
///
/// Threads: application for [#await], shard for the rest.
final class Task<T> extends Command {
    /// What is done on the shard.
    interface Body<T> {
        T run(long nowNanos) throws SocketException;
    }

    private final String what;
    private final boolean afterEndToo;
    private final Body<T> body;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /// @param what the subject of an error message
    Task(String what, Body<T> body) {
        this(what, false, body);
    }

    /// @param afterEndToo whether it makes sense when the shard has ended: it only looks
    Task(String what, boolean afterEndToo, Body<T> body) {
        this.what = what;
        this.afterEndToo = afterEndToo;
        this.body = body;
    }

    /// The result. Interrupts are left for later: a shard answers at once or ends.
    T await() throws IOException {
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SocketException error) {
                throw Rejections.of(error, null, what);
            }
            throw Rejections.hostEnded(what, e.getCause() instanceof HostEnded ended ? ended.getCause() : e);
        }
    }

    @Override
    void run(long nowNanos, int bits) {
        try {
            result.complete(body.run(nowNanos));
        } catch (SocketException e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    void runAfterEnd(int bits, @Nullable Throwable reason) {
        if (afterEndToo) {
            run(0, bits);
        } else {
            result.completeExceptionally(new HostEnded(reason));
        }
    }

    private static final class HostEnded extends Exception {
        private static final long serialVersionUID = 1L;

        HostEnded(@Nullable Throwable reason) {
            super(reason);
        }
    }
}
