package dev.levee.sim;

import dev.levee.stack.Listener;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user's end of a listener in virtual time.
///
/// Threads: the simulation's.
public final class SimListener {
    private final SimHost host;
    private final Listener listener;
    private @Nullable Consumer<SimSocket> onAccept;

    SimListener(SimHost host, Listener listener) {
        this.host = host;
        this.listener = listener;
        listener.attach(this);
    }

    /// From now on every connection is accepted as it comes, and given to `action`.
    public SimListener onAccept(Consumer<SimSocket> action) {
        onAccept = action;
        ready();
        return this;
    }

    /// The oldest connection that waits.
    ///
    /// @throws SimulationFailure when none does
    public SimSocket accept() {
        var socket = poll();
        if (socket == null) {
            throw new SimulationFailure(host.name() + " has no connection to accept on port " + listener.port());
        }
        return socket;
    }

    /// The oldest connection that waits, or null.
    public @Nullable SimSocket poll() {
        var accepted = listener.accept();
        if (accepted == null) {
            return null;
        }
        var socket = new SimSocket(host, accepted);
        host.wake(socket);
        return socket;
    }

    public void close() {
        listener.close(host.nowNanos());
        host.used();
    }

    public Listener tcp() {
        return listener;
    }

    void ready() {
        var action = onAccept;
        if (action == null) {
            return;
        }
        for (var socket = poll(); socket != null; socket = poll()) {
            action.accept(socket);
        }
    }
}
