package dev.levee.sim.swarm;

import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.sim.Gate;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.wire.Frame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What goes wrong between hosts and with them, until the world is calm.
///
/// Threads: the simulation's.
final class Faults implements Gate {
    /// One direction between two hosts, beyond what an [Impairment] does.
    private static final class Line {
        private double burstLoss;
        private long burstEndsNanos = -1;
        private long nextBurstNanos;
        private SeededRandom bursts = new SeededRandom(0);
        private long downUntilNanos = -1;
        private int mtu;
    }

    private record Way(SimHost from, SimHost to) {}

    private final World world;
    private final Knobs knobs;
    private final SimNetwork network;
    private final Map<Way, Line> lines = new LinkedHashMap<>();

    Faults(World world) {
        this.world = world;
        this.knobs = world.knobs();
        this.network = world.network();
    }

    /// Makes the network what the knobs say.
    void begin() {
        var hosts = world.hosts();
        for (int i = 0; i < hosts.size(); i++) {
            for (int j = 0; j < hosts.size(); j++) {
                if (i != j) {
                    direction(hosts.get(i), hosts.get(j), i * Knobs.HOSTS_MAX + j);
                }
            }
        }
        network.gate(this);
        repeat(Knob.CLOG, 1.5, random -> {
            var from = any(hosts, random);
            var to = other(hosts, from, random);
            long nanos = length(random, Knob.CLOG, 6);
            if (random.chance(0.5)) {
                network.hold(from, to, nanos);
            } else {
                line(from, to).downUntilNanos = network.clock().nowNanos() + nanos;
            }
        });
        repeat(Knob.FLAP, 1.5, random -> {
            var host = any(hosts, random);
            host.unplug();
            network.after(length(random, Knob.FLAP, 5), host::plug);
        });
        repeat(Knob.PAUSE, 1.5, random -> pause(any(hosts, random), length(random, Knob.PAUSE, 5)));
        repeat(Knob.JUMP, 2, random -> {
            var host = any(hosts, random);
            host.jump(random.chance(0.1) ? Times.seconds(random.nextInt(200)) : length(random, Knob.JUMP, 3));
            world.observer().watch(host).disturbed();
        });
        repeat(Knob.MTU, 1.5, random -> {
            var from = any(hosts, random);
            line(from, other(hosts, from, random)).mtu = random.chance(0.5) ? 0 : 300 + random.nextInt(1_200);
        });
        repeat(Knob.NARROW, 1, random -> {
            var from = any(hosts, random);
            int mtu = from.address().isV4() ? 552 + random.nextInt(948) : 1_280 + random.nextInt(220);
            network.narrow(from, other(hosts, from, random), random.chance(0.3) ? 0 : mtu);
        });
        crashes(hosts);
    }

    private void crashes(List<SimHost> hosts) {
        if (!knobs.has(Knob.CRASH)) {
            return;
        }
        var random = knobs.random(Knob.CRASH);
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            network.after(random.nextLong(Times.seconds(random.chance(0.5) ? 1 : 6)), () -> {
                var host = any(hosts, random);
                if (!world.isCalm() && host.plugged() && !host.paused()) {
                    world.crash(host, Times.millis(random.nextInt(3_000)));
                }
            });
        }
    }

    private void pause(SimHost host, long nanos) {
        host.pause(nanos);
        var watch = world.observer().watch(host);
        watch.disturbed();
        watch.disturbedNanos += nanos;
    }

    private interface Fault {
        void strike(SeededRandom random);
    }

    /// Lets a fault strike again and again, about every `seconds`.
    private void repeat(Knob knob, double seconds, Fault fault) {
        if (!knobs.has(knob)) {
            return;
        }
        var random = knobs.random(knob);
        network.after(random.nextLong((long) (seconds * Times.SECOND)), () -> strike(random, seconds, fault));
    }

    private void strike(SeededRandom random, double seconds, Fault fault) {
        if (!world.isCalm()) {
            fault.strike(random);
            network.after(
                    1 + random.nextLong((long) (2 * seconds * Times.SECOND)), () -> strike(random, seconds, fault));
        }
    }

    private long length(SeededRandom random, Knob knob, int secondsMax) {
        double part = random.nextDouble();
        return Times.millis(1) + (long) (part * part * knobs.strength(knob) * secondsMax * Times.SECOND);
    }

    private static SimHost any(List<SimHost> hosts, SeededRandom random) {
        return hosts.get(random.nextInt(hosts.size()));
    }

    private static SimHost other(List<SimHost> hosts, SimHost not, SeededRandom random) {
        int index = hosts.indexOf(not);
        return hosts.get((index + 1 + random.nextInt(hosts.size() - 1)) % hosts.size());
    }

    private Line line(SimHost from, SimHost to) {
        return lines.computeIfAbsent(new Way(from, to), _ -> new Line());
    }

    /// Each direction has some of the knobs that are on, each knob its own chance.
    private void direction(SimHost from, SimHost to, int index) {
        var path = Impairment.builder();
        var delays = knobs.random(10_000 + index);
        long delayMicros = 10;
        if (knobs.has(Knob.DELAY)) {
            delayMicros = 10L + delays.nextInt(1 + (int) (100_000 * knobs.strength(Knob.DELAY)));
        }
        path.delayNanos(Times.micros(delayMicros));
        if (knobs.has(Knob.JITTER) && delays.chance(0.8)) {
            path.jitterNanos(Times.micros(delays.nextInt(1 + (int) (30_000 * knobs.strength(Knob.JITTER)))));
        }
        path.loss(some(Knob.LOSS, index, 0.25));
        path.reorder(some(Knob.REORDER, index, 0.35));
        path.duplicate(some(Knob.DUPLICATE, index, 0.25));
        path.corrupt(some(Knob.CORRUPT, index, 0.15));
        if (knobs.has(Knob.RATE)) {
            var rates = knobs.random(11_000 + index);
            if (rates.chance(0.7)) {
                path.rateBitsPerSecond(200_000L + rates.nextInt(20_000_000)).queueBytes(3_000 + rates.nextInt(60_000));
                if (knobs.has(Knob.ECN)) {
                    var marks = knobs.random(13_000 + index);
                    path.ecnBytes(1_500 + marks.nextInt(1 + (int) (40_000 * knobs.strength(Knob.ECN))));
                }
            }
        }
        network.path(from, to, path.build());
        if (knobs.has(Knob.BURST)) {
            var line = line(from, to);
            line.bursts = knobs.random(12_000 + index);
            line.burstLoss = line.bursts.chance(0.7) ? 0.3 + 0.7 * line.bursts.nextDouble() : 0;
        }
    }

    private double some(Knob knob, int index, double most) {
        if (!knobs.has(knob)) {
            return 0;
        }
        var random = knobs.random(20_000L + 100L * knob.ordinal() + index);
        return random.chance(0.75) ? most * knobs.strength(knob) * random.nextDouble() : 0;
    }

    @Override
    public boolean passes(long nowNanos, SimHost from, SimHost to, Frame packet) {
        var line = lines.get(new Way(from, to));
        if (line == null) {
            return true;
        }
        boolean down = line.downUntilNanos >= 0 && line.downUntilNanos - nowNanos > 0;
        boolean tooBig = line.mtu > 0 && packet.length() > line.mtu;
        return !down && !tooBig && !burst(line, nowNanos);
    }

    /// Bad times begin and end by chance; during them most packets are lost.
    private boolean burst(Line line, long nowNanos) {
        if (line.burstLoss == 0) {
            return false;
        }
        if (nowNanos - line.nextBurstNanos >= 0) {
            line.burstEndsNanos = nowNanos + length(line.bursts, Knob.BURST, 1);
            line.nextBurstNanos = line.burstEndsNanos + 1 + line.bursts.nextLong(Times.seconds(2));
        }
        return line.burstEndsNanos - nowNanos > 0 && line.bursts.chance(line.burstLoss);
    }
}
