package dev.levee.bench.flood;

import dev.levee.link.MemoryLink;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Lets time pass for a server and the world at the other end of its link: in real time with a thread for each, or in
/// virtual time one after the other.
///
/// Threads: one owner, which is the world's.
abstract class FloodDrive implements AutoCloseable {
    final ServerLoop server;
    final FloodWorld world;

    private FloodDrive(ServerLoop server, FloodWorld world) {
        this.server = server;
        this.world = world;
    }

    /// Whose clock is the machine's.
    static FloodDrive real(FloodServer server, FloodPlan plan) {
        var ends = MemoryLink.pair(1500, plan.queuePackets());
        return new Real(new ServerLoop(server, ends.a()), world(ends, plan));
    }

    /// Whose clock goes on by a fixed step for every round of both.
    static FloodDrive virtual(FloodServer server, FloodPlan plan) {
        var ends = MemoryLink.pair(1500, plan.queuePackets());
        return new Virtual(new ServerLoop(server, ends.a()), world(ends, plan));
    }

    private static FloodWorld world(MemoryLink.Pair ends, FloodPlan plan) {
        return new FloodWorld(ends.b(), ends.a(), plan.queuePackets(), plan.seed());
    }

    abstract long now();

    /// One round of the world, and what else has to go on.
    abstract void round() throws IOException;

    /// Lets so much time pass.
    final void pass(double seconds) throws IOException {
        long end = now() + (long) (seconds * 1e9);
        while (now() - end < 0) {
            round();
        }
    }

    /// Lets time pass until something is so.
    ///
    /// @return whether it is, and not only the time over
    final boolean passUntil(BooleanSupplier so, double secondsMax) throws IOException {
        long end = now() + (long) (secondsMax * 1e9);
        while (!so.getAsBoolean()) {
            if (now() - end >= 0) {
                return false;
            }
            round();
        }
        return true;
    }

    @Override
    public abstract void close();

    private static final class Real extends FloodDrive {
        private final Thread thread;

        Real(ServerLoop server, FloodWorld world) {
            super(server, world);
            thread = Thread.ofPlatform().daemon().name("flooded").start(server);
        }

        @Override
        long now() {
            return System.nanoTime();
        }

        @Override
        void round() throws IOException {
            long nowNanos = now();
            if (!world.step(nowNanos)) {
                world.await(nowNanos);
            }
        }

        @Override
        public void close() {
            server.stop();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Virtual extends FloodDrive {
        private static final long STEP_NANOS = 100_000;

        private long nowNanos = 1;

        Virtual(ServerLoop server, FloodWorld world) {
            super(server, world);
        }

        @Override
        long now() {
            return nowNanos;
        }

        @Override
        void round() throws IOException {
            world.step(nowNanos);
            server.step(nowNanos);
            nowNanos += STEP_NANOS;
        }

        @Override
        public void close() {
            // Nothing runs by itself.
        }
    }
}
