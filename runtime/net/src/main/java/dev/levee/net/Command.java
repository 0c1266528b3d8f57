package dev.levee.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Something that application threads ask of a shard: a node of the [CommandQueue] with a set of bits that say
/// what is asked. It is in the queue at most once, however often it is asked.
///
/// Threads: any for [#request]; shard for the rest.
abstract class Command {
    private static final VarHandle PENDING;

    static {
        try {
            PENDING = MethodHandles.lookup().findVarHandle(Command.class, "pending", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Belongs to the queue while `pending` is not 0, otherwise to nobody.
    @Nullable
    Command next;

    private volatile int pending;

    /// Asks for `bits`. What the caller stored before is seen by the run that serves them.
    ///
    /// @return whether the command must be put into the queue now, by the caller
    final boolean request(int bits) {
        return (pending & bits) != bits && (int) PENDING.getAndBitwiseOr(this, bits) == 0;
    }

    /// Takes what was asked; from now on the command may be in the queue again.
    final int take() {
        return (int) PENDING.getAndSet(this, 0);
    }

    /// Serves what was asked.
    abstract void run(long nowNanos, int bits);

    /// Serves what was asked after the shard has ended: nobody may wait for ever.
    abstract void runAfterEnd(int bits, @Nullable Throwable reason);
}
