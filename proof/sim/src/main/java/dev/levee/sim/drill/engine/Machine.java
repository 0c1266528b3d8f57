package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Target.Sent;
import dev.levee.stack.Limits;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stack, its clock, and what it has sent.
///
/// Threads: the run's.
final class Machine {
    /// The stack's time when the script's begins: any number would do, as long as it is a whole number of
    /// milliseconds, so that timestamps tick when the script's clock does.
    private static final long EPOCH_NANOS = 86_321L * 1_000_000_000L;

    private static final SipHash SECRET = new SipHash(0x7072_6f76_6520_6974L, 0x6c65_7665_6520_6472L);
    private static final int PACKETS_MAX = 100_000;

    private final Stack stack;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private final ArrayDeque<Frame> free = new ArrayDeque<>();
    private final Frame out;
    private final int mtu;
    private final IpAddress local;
    private @Nullable Frame handed;
    private long nowNanos;

    Machine(Cidr local, int mtu) {
        this.mtu = mtu;
        this.local = local.address();
        this.out = FrameSlab.single(mtu);
        // No limit on RSTs: a script may ask for as many as it likes.
        var limits = new Limits(1 << 16, 1 << 14, 1L << 28, 1 << 7, 1_000_000);
        this.stack = new Stack(new StackConfig(List.of(local), mtu, SECRET, limits));
    }

    Stack stack() {
        return stack;
    }

    IpAddress local() {
        return local;
    }

    /// Since the script's beginning.
    long nowNanos() {
        return nowNanos;
    }

    /// The stack's time.
    long stackNanos() {
        return EPOCH_NANOS + nowNanos;
    }

    void advanceTo(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }

    /// When the stack has something to do next, in the script's time; [Deadlines#NONE] if never.
    long nextDeadline() {
        long deadlineNanos = stack.nextDeadline();
        return deadlineNanos == Deadlines.NONE ? Deadlines.NONE : deadlineNanos - EPOCH_NANOS;
    }

    void receive(Frame packet) {
        stack.onFrame(stackNanos(), packet);
    }

    /// Sends everything that is due and lets the files of sockets take notice, until both come to rest.
    void settle() {
        int packets = 0;
        while (stack.poll(stackNanos(), out)) {
            if (++packets > PACKETS_MAX) {
                throw new IllegalStateException("the stack sends without end at " + nowNanos + " ns");
            }
            keep();
        }
        for (var ready = stack.pollReady(); ready != null; ready = stack.pollReady()) {
            tell(ready);
        }
        while (stack.pollReadyListener() != null) {
            // Whoever waits for a connection looks for itself.
        }
    }

    private static void tell(TcpSocket ready) {
        if (ready.attachment() instanceof SocketFile file) {
            file.changed();
        }
    }

    private void keep() {
        var frame = free.isEmpty() ? FrameSlab.single(mtu) : free.removeLast();
        frame.copyFrom(out);
        sent.addLast(new Sent(nowNanos, frame));
    }

    /// The oldest packet that was not yet handed over; valid until the next call.
    @Nullable
    Sent pollSent() {
        if (handed != null) {
            free.addLast(handed);
            handed = null;
        }
        var oldest = sent.pollFirst();
        if (oldest != null) {
            handed = oldest.packet();
        }
        return oldest;
    }

    boolean hasSent() {
        return !sent.isEmpty();
    }
}
