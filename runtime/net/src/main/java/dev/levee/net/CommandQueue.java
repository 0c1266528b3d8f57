package dev.levee.net;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Commands of many threads for one: linked through the commands themselves, without locks, without
/// allocation. The consumer takes everything at once, so that no node can be met twice while it is being
/// pushed.
///
/// Threads: any for [#push]; the shard for [#takeAll].
final class CommandQueue {
    /// The newest command; each leads to the one before it.
    private final AtomicReference<@Nullable Command> newest = new AtomicReference<>();

    void push(Command command) {
        Command before;
        do {
            before = newest.get();
            command.next = before;
        } while (!newest.compareAndSet(before, command));
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /// Everything there is, linked in the order in which it was pushed; null when there is nothing. Read
    /// `next` of a command before [Command#take].
    @Nullable
    Command takeAll() {
        if (newest.get() == null) {
            return null;
        }
        Command from = newest.getAndSet(null);
        Command oldest = null;
        while (from != null) {
            Command older = from.next;
            from.next = oldest;
            oldest = from;
            from = older;
        }
        return oldest;
    }
}
