package dev.levee.kernel;

import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target;
import dev.levee.wire.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The Linux kernel in real time: a TUN device and real sockets in a network namespace of its own.
///
/// Threads: one owner, a platform thread.
public final class KernelTarget implements Target {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int SOL_SOCKET = 1;
    private static final int SO_LINGER = 13;
    private static final long CLOCK_MONOTONIC_COARSE = 6;

    /// Most calls have returned before this.
    private static final long SPIN_NANOS = 150_000;
    private static final long LOOK_NANOS = 20_000;
    /// A call that neither returns nor sleeps is busy; nobody waits for it longer than this.
    private static final long CALL_NANOS_MAX = 2_000_000_000;
    /// Into one of the kernel's ticks: a script whose events lie at whole milliseconds would else have them now
    /// before a tick, now after it.
    private static final long INTO_TICK_NANOS = 250_000;

    private static final long TICK_NANOS_MAX = 20_000_000;

    private final Arena arena = Arena.ofShared();
    private final Native calls = new Native(arena);
    private final Descriptors descriptors = new Descriptors();
    private final Calls performed = new Calls(arena, descriptors);
    private final MemorySegment scratch = arena.allocate(TcpInfo.BYTES_MAX, 8);
    private final Namespace namespace;
    private final Device device;
    private final Wire wire;

    private long startNanos;
    private boolean realTime;
    private boolean closed;
    private @Nullable Call current;

    /// @throws KernelException when the machine does not let it; then nothing is left behind
    KernelTarget(Setup setup) {
        boolean made = false;
        Namespace inside = null;
        try {
            inside = Namespace.make(calls);
            device = inside.keeper().ask(() -> {
                try (var making = Arena.ofConfined()) {
                    return Device.open(making, new Native(making), setup);
                }
            });
            namespace = inside;
            wire = new Wire(arena, calls, device, setup);
            made = true;
        } finally {
            if (!made) {
                if (inside != null) {
                    inside.endThreads(calls);
                }
                arena.close();
            }
        }
    }

    @Override
    public void start() {
        realTime = true;
        Machine.realTime(calls, true);
        namespace.caller().ask(() -> {
            Machine.realTime(performed.threads(), true);
            return null;
        });
        wire.compareClocks();
        startNanos = intoTick();
    }

    /// Waits until the kernel's clock has just ticked, and a little more.
    private long intoTick() {
        long began = System.nanoTime();
        long ticked = coarseNanos();
        while (coarseNanos() == ticked && System.nanoTime() - began < TICK_NANOS_MAX) {
            Thread.onSpinWait();
        }
        long start = System.nanoTime() + INTO_TICK_NANOS;
        while (System.nanoTime() - start < 0) {
            Thread.onSpinWait();
        }
        return start;
    }

    private long coarseNanos() {
        calls.call(Function.CLOCK_GETTIME, CLOCK_MONOTONIC_COARSE, scratch.address());
        return scratch.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000 + scratch.get(ValueLayout.JAVA_LONG, 8);
    }

    @Override
    public long nowNanos() {
        return System.nanoTime() - startNanos;
    }

    @Override
    public @Nullable Sent next(long untilNanos) {
        // Far enough for any script, and no overflow.
        long until = Math.min(untilNanos, Long.MAX_VALUE / 4);
        var sent = wire.next(startNanos + until);
        return sent == null ? null : new Sent(sent.nanos() - startNanos, sent.packet());
    }

    @Override
    public void inject(Frame packet) {
        wire.inject(packet);
    }

    /// A call on the namespace's thread.
    private final class Call implements PendingCall {
        private final Thread waiting = Thread.currentThread();
        private long endNanos;
        private volatile @Nullable Result result;

        private void perform(Request request) {
            var outcome = performed.perform(request);
            endNanos = nowNanos();
            result = outcome;
            LockSupport.unpark(waiting);
        }

        @Override
        public @Nullable Result result() {
            return result;
        }

        @Override
        public long endNanos() {
            return endNanos;
        }
    }

    /// A call that blocks is known by its thread, which sleeps.
    @Override
    public PendingCall begin(Request request) {
        if (current != null && current.result == null) {
            throw new IllegalStateException("the call before has not returned");
        }
        var call = new Call();
        current = call;
        namespace.caller().begin(() -> call.perform(request));
        long began = System.nanoTime();
        while (call.result == null) {
            long waited = System.nanoTime() - began;
            if (waited < SPIN_NANOS) {
                Thread.onSpinWait();
            } else if (waited > CALL_NANOS_MAX || namespace.caller().asleepInCall()) {
                break;
            } else {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        return call;
    }

    @Override
    public Setting set(String name, String value) {
        var setting = namespace.keeper().ask(() -> Settings.write(name, value));
        // Only the machine's first namespace may make some algorithms its default; a socket may have them.
        if (setting == Setting.UNKNOWN
                && name.equals("net.ipv4.tcp_congestion_control")
                && namespace.keeper().ask(() -> Settings.congestionControl(value))) {
            performed.congestionControl(value);
            return Setting.APPLIED;
        }
        return setting;
    }

    @Override
    public Setting command(List<String> words) {
        return Commands.run(words, namespace.keeper().tid());
    }

    @Override
    public @Nullable Long info(int descriptor, String field) {
        var length = scratch.asSlice(TcpInfo.BYTES_MAX - 8, 8);
        length.set(ValueLayout.JAVA_INT, 0, TcpInfo.BYTES_MAX - 8);
        long result = calls.call(
                Function.GETSOCKOPT,
                descriptors.real(descriptor),
                IPPROTO_TCP,
                TCP_INFO,
                scratch.address(),
                length.address());
        return result < 0 ? null : TcpInfo.read(scratch, length.get(ValueLayout.JAVA_INT, 0), field);
    }

    @Override
    public int count(String state, int port) {
        return namespace.keeper().ask(() -> SocketTable.count(state, port));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            namespace.caller().end(calls);
            closeDescriptors();
            wire.resetAll();
        } finally {
            device.close(calls);
            try {
                namespace.keeper().end(calls);
            } finally {
                if (realTime) {
                    Machine.realTime(calls, false);
                }
                arena.close();
            }
        }
    }

    /// Without lingering: whatever is still open is reset.
    private void closeDescriptors() {
        scratch.set(ValueLayout.JAVA_INT, 0, 1);
        scratch.set(ValueLayout.JAVA_INT, 4, 0);
        for (int descriptor : descriptors.all()) {
            calls.call(Function.SETSOCKOPT, descriptor, SOL_SOCKET, SO_LINGER, scratch.address(), 8);
            calls.call(Function.CLOSE, descriptor);
        }
    }
}
