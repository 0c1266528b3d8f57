package dev.levee.stack;

import dev.levee.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// State LISTEN: a local address and port, handshakes under way, and complete connections that wait to be
/// accepted.
///
/// Threads: shard.
public final class Listener {
    private @Nullable Object attachment;

    Listener() {}

    /// The oldest connection that waits, or null.
    public @Nullable TcpSocket accept() {
        return null;
    }

    /// How many wait.
    public int pending() {
        return 0;
    }

    /// How many handshakes are under way.
    public int halfOpen() {
        return 0;
    }

    public boolean closed() {
        return false;
    }

    /// No more connections. Handshakes under way and connections that nobody accepted are reset.
    public void close(long nowNanos) {}

    public IpAddress address() {
        throw new AssertionError();
    }

    public int port() {
        return 0;
    }

    /// Whatever the driver wants to find again.
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }
}
