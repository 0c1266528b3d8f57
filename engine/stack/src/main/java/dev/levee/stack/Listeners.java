package dev.levee.stack;

import dev.levee.wire.IpAddress;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The listeners of a stack by port, the most exact address first. Their ports are chosen by users, not by the
/// network, so that a plain table of rows will do; finding allocates nothing.
///
/// Threads: shard.
final class Listeners {
    private static final int ROWS = 1024;

    private final @Nullable Listener[] rows = new @Nullable Listener[ROWS];
    private final ArrayDeque<Listener> ready = new ArrayDeque<>();

    /// The listener that a SYN to this address and port is for: the one at that address, or else at all of its
    /// family, or else at `::`, which takes both.
    @Nullable
    Listener find(long high, long low, int port) {
        Listener best = null;
        int bestRank = 0;
        for (var listener = rows[port % ROWS]; listener != null; listener = listener.next) {
            if (listener.port() == port) {
                int rank = rank(listener.address(), high, low);
                if (rank > bestRank) {
                    best = listener;
                    bestRank = rank;
                }
            }
        }
        return best;
    }

    private static int rank(IpAddress address, long high, long low) {
        if (address.low() == low && address.high() == high) {
            return 3;
        }
        if (!address.isAny()) {
            return 0;
        }
        return address.isV4() ? IpAddress.isV4(high, low) ? 2 : 0 : 1;
    }

    /// Whether a listener has exactly this address and port.
    boolean taken(IpAddress address, int port) {
        for (var listener = rows[port % ROWS]; listener != null; listener = listener.next) {
            if (listener.port() == port && listener.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /// Whether any listener has this port.
    boolean taken(int port) {
        for (var listener = rows[port % ROWS]; listener != null; listener = listener.next) {
            if (listener.port() == port) {
                return true;
            }
        }
        return false;
    }

    void add(Listener listener) {
        int row = listener.port() % ROWS;
        listener.next = rows[row];
        rows[row] = listener;
    }

    void remove(Listener listener) {
        int row = listener.port() % ROWS;
        if (rows[row] == listener) {
            rows[row] = listener.next;
        } else {
            var before = Objects.requireNonNull(rows[row], "no such listener");
            while (before.next != listener) {
                before = Objects.requireNonNull(before.next, "no such listener");
            }
            before.next = listener.next;
        }
        listener.next = null;
    }

    /// Hands every listener over, in no order.
    void forEach(Consumer<? super Listener> action) {
        for (var row : rows) {
            for (var listener = row; listener != null; ) {
                var following = listener.next;
                action.accept(listener);
                listener = following;
            }
        }
    }

    /// Has the driver look at a listener.
    void report(Listener listener) {
        if (!listener.reported) {
            listener.reported = true;
            ready.addLast(listener);
        }
    }

    @Nullable
    Listener pollReady() {
        var listener = ready.pollFirst();
        if (listener != null) {
            listener.reported = false;
        }
        return listener;
    }
}
