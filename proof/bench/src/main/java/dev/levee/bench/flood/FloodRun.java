package dev.levee.bench.flood;

import java.io.IOException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One row: a quiet time with legitimate clients and a connection that sends all the time, the same under a flood, and
/// the price of a SYN by itself.
///
/// Threads: one owner.
final class FloodRun {
    private static final double SETTLE_SECONDS = 0.2;
    private static final double PATIENCE_SECONDS = 4;

    private final String defence;
    private final FloodPlan plan;
    private final FloodDrive drive;
    private final FloodWorld world;

    private FloodRun(String defence, FloodPlan plan, FloodDrive drive) {
        this.defence = defence;
        this.plan = plan;
        this.drive = drive;
        world = drive.world;
    }

    /// In real time.
    static FloodRow real(String defence, Supplier<FloodServer> servers, FloodPlan plan) throws IOException {
        var server = servers.get();
        return run(defence, servers, plan, server, FloodDrive.real(server, plan), System::nanoTime);
    }

    /// In virtual time: what is counted is the same each time, what is measured by the processor's clock is not.
    static FloodRow virtual(String defence, Supplier<FloodServer> servers, FloodPlan plan) throws IOException {
        var server = servers.get();
        var time = new long[] {1};
        return run(defence, servers, plan, server, FloodDrive.virtual(server, plan), () -> time[0] += 1_000);
    }

    private static FloodRow run(
            String defence,
            Supplier<FloodServer> servers,
            FloodPlan plan,
            FloodServer server,
            FloodDrive drive,
            LongSupplier clock)
            throws IOException {
        FloodRow row;
        try (drive) {
            row = new FloodRun(defence, plan, drive).phases(server);
        }
        return new FloodRow(
                row.defence(),
                row.offered(),
                row.dropped(),
                row.synsPerSecond(),
                SynPrice.measure(servers.get(), plan, clock),
                row.idle(),
                row.flooded(),
                row.idleGoodput(),
                row.floodedGoodput(),
                row.halfOpenPeak(),
                row.bytesPerHalfOpen(),
                row.heapGrowthBytes());
    }

    private FloodRow phases(FloodServer server) throws IOException {
        world.steady(drive.now(), plan.steadyBitsPerSecond());
        if (!drive.passUntil(world::steadyOpen, PATIENCE_SECONDS)) {
            throw new IOException("no connection could be opened before the flood");
        }
        drive.pass(SETTLE_SECONDS);
        var idle = new Handshakes();
        double idleGoodput = clients(idle, plan.seconds() / 2);
        long heap = NaiveServer.usedHeap();

        long began = drive.now();
        long offered = world.offered();
        long dropped = world.dropped();
        long answered = drive.server.answered();
        world.flood(began, plan.synsPerSecond());
        var flooded = new Handshakes();
        world.clients(began, flooded, plan.clientsPerSecond());
        long octets = world.steadyOctets();
        drive.pass(plan.seconds());
        double seconds = (drive.now() - began) / 1e9;
        double goodput = 8 * (world.steadyOctets() - octets) / seconds;
        offered = world.offered() - offered;
        dropped = world.dropped() - dropped;
        long perSecond = Math.round((drive.server.answered() - answered) / seconds);
        // The flood goes on until the last of the clients knows.
        world.clients(drive.now(), null, 0);
        await(flooded);
        world.flood(drive.now(), FloodWorld.SILENT);
        return new FloodRow(
                defence,
                offered,
                dropped,
                perSecond,
                new SynPrice(0, 0, 0, 0),
                idle,
                flooded,
                idleGoodput,
                goodput,
                drive.server.halfOpenPeak(),
                server.bytesPerHalfOpen(),
                NaiveServer.usedHeap() - heap);
    }

    /// Lets clients come for a time.
    ///
    /// @return what arrived of the steady connection meanwhile, in bits per second
    private double clients(Handshakes counted, double seconds) throws IOException {
        long began = drive.now();
        long octets = world.steadyOctets();
        world.clients(began, counted, plan.clientsPerSecond());
        drive.pass(seconds);
        double goodput = 8e9 * (world.steadyOctets() - octets) / (drive.now() - began);
        world.clients(drive.now(), null, 0);
        await(counted);
        return goodput;
    }

    private void await(Handshakes counted) throws IOException {
        if (!drive.passUntil(counted::allOver, PATIENCE_SECONDS)) {
            throw new IllegalStateException("a client neither succeeds nor gives up");
        }
    }

    /// SYNs that a server of the kind answers in a second when it gets as many as the link takes and is as full as it
    /// can be, in real time.
    static long capacity(Supplier<FloodServer> servers, FloodPlan plan, double seconds) throws IOException {
        var server = servers.get();
        SynPrice.warmUp(server, plan, System::nanoTime);
        try (var drive = FloodDrive.real(server, plan)) {
            drive.world.flood(drive.now(), FloodWorld.MAX);
            drive.pass(seconds / 2);
            long began = drive.now();
            long answered = drive.server.answered();
            drive.pass(seconds);
            return (drive.server.answered() - answered) * 1_000_000_000L / Math.max(1, drive.now() - began);
        }
    }
}
