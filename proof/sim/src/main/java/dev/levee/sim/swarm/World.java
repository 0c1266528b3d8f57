package dev.levee.sim.swarm;

import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.sim.Gate;
import dev.levee.sim.NearWrap;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.stack.StackCounters;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.EcnUse;
import dev.levee.tcp.FastOpenUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The hosts, paths and flows of one run, as its knobs say.
///
/// Threads: the simulation's.
final class World {
    private static final int CALM_DELAY_MICROS_MAX = 20_000;

    private final Knobs knobs;
    private final SimNetwork network;
    private final Observer observer;
    private final List<SimHost> hosts = new ArrayList<>();
    private final Map<SimHost, HostSetup> setups = new LinkedHashMap<>();
    private final List<Flow> flows = new ArrayList<>();
    private final boolean v6;
    private final Map<SimHost, Integer> lives = new LinkedHashMap<>();
    private int crashes;
    /// For the host that is made next.
    private NearWrap.@Nullable Passive wrap;
    private boolean calm;

    World(Knobs knobs) {
        this.knobs = knobs;
        this.network = new SimNetwork(Impairment.NONE, knobs.seed());
        this.observer = new Observer(network);
        this.v6 = knobs.random(1).chance(0.4);
        makeHosts();
        makeFlows();
    }

    Knobs knobs() {
        return knobs;
    }

    SimNetwork network() {
        return network;
    }

    Observer observer() {
        return observer;
    }

    List<SimHost> hosts() {
        return hosts;
    }

    List<Flow> flows() {
        return flows;
    }

    boolean isCalm() {
        return calm;
    }

    HostSetup setup(SimHost host) {
        var setup = setups.get(host);
        if (setup == null) {
            throw new IllegalStateException("no such host: " + host.name());
        }
        return setup;
    }

    ListenOptions listenOptions(SimHost host) {
        var setup = setup(host);
        return new ListenOptions(
                setup.backlog(),
                setup.halfOpenMax(),
                new SocketOptions(setup.tcp(), SocketOptions.LINGER_OFF),
                setup.fastOpen());
    }

    private void makeHosts() {
        for (int i = 0; i < knobs.hosts(); i++) {
            var setup = Setups.of(knobs, i, v6);
            var config = config(i, setup, 0);
            var host = network.host("host" + i, config, offset(i, config));
            hosts.add(host);
            var below = wrap;
            if (below != null) {
                host.answersWith(below);
                wrap = null;
            }
            setups.put(host, setup);
            var watch = observer.watch(host, setup);
            watch.timeWaitMayEnd =
                    setup.limits().timeWaitMax() < 1_000 || setup.limits().connectionsMax() < 64;
        }
    }

    private StackConfig config(int index, HostSetup setup, int life) {
        var address = Cidr.parse(v6 ? "2001:db8::" + (index + 1) + "/64" : "198.18.0." + (index + 1) + "/24");
        long key = knobs.random(100 + 16L * life + index).nextLong();
        return new StackConfig(List.of(address), setup.mtu(), new SipHash(key, index), setup.limits());
    }

    /// Some clocks begin where the first flow's sequence numbers will soon wrap, the others anywhere.
    private long offset(int index, StackConfig config) {
        var random = knobs.random(200 + index);
        long before = 4_000L * random.nextInt(Math.max(1, Math.min(knobs.bytesMax(), 1 << 20)));
        if (index > 1 || random.chance(0.25)) {
            return random.nextLong(Times.seconds(1_000_000));
        }
        var other = IpAddress.parse(v6 ? "2001:db8::" + (2 - index) : "198.18.0." + (2 - index));
        var own = config.addresses().getFirst().address();
        // Where they pass zero, and where they pass the largest signed number: comparisons go wrong at either.
        boolean zero = random.chance(0.5);
        if (index == 1) {
            wrap = new NearWrap.Passive((zero ? 0 : 1 << 31) - (int) (before / 4_000), 1 << 18);
            return random.nextLong(Times.seconds(1_000_000));
        }
        long moment = NearWrap.activeStart(config, own, 40_000, other, 1_000);
        return Math.max(0, moment + (zero ? 0 : 4_000L << 31) - before);
    }

    private void makeFlows() {
        for (int i = 0; i < knobs.flows(); i++) {
            var random = knobs.random(300 + i);
            int client = i == 0 ? 0 : random.nextInt(hosts.size());
            int server = i == 0 ? 1 : (client + 1 + random.nextInt(hosts.size() - 1)) % hosts.size();
            var special = knobs.random(400 + i);
            boolean simultaneous = knobs.has(Knob.SIMULTANEOUS) && special.chance(0.6);
            int generations = knobs.has(Knob.REUSE) && special.chance(0.7) ? 3 : 1;
            var flow = new Flow(this, i, hosts.get(client), hosts.get(server), simultaneous, generations);
            flows.add(flow);
            flow.listen();
            network.after(i == 0 ? 0 : random.nextLong(Times.seconds(2)), flow::begin);
        }
    }

    /// A host loses its memory, and its users with it.
    void crash(SimHost host, long downNanos) {
        crashes++;
        int index = hosts.indexOf(host);
        flows.forEach(
                flow -> flow.users().forEach(user -> user.gone |= user.socket().host() == host));
        host.unplug();
        host.crash(config(index, setup(host), crashes));
        observer.crashed(host);
        int life = crashes;
        lives.put(host, life);
        network.after(downNanos, () -> {
            if (lives.get(host) != life) {
                // It crashed once more before it was up, with a cable that somebody had put back.
                return;
            }
            host.plug();
            observer.watch(host).disturbed();
            flows.stream().filter(flow -> flow.server == host).forEach(Flow::listen);
        });
    }

    int crashes() {
        return crashes;
    }

    /// What all stacks have counted since they started.
    long count(StackCounters counter) {
        return hosts.stream()
                .mapToLong(host -> host.stack().counters().get(counter))
                .sum();
    }

    /// Users that read text of a SYN once more.
    long echoes() {
        return flows.stream()
                .flatMap(flow -> flow.users().stream())
                .filter(User::readAnEcho)
                .count();
    }

    /// The faults end, users become eager.
    void calm() {
        calm = true;
        var random = knobs.random(500);
        for (var from : hosts) {
            from.plug();
            for (var to : hosts) {
                if (from != to) {
                    long delayNanos = Times.micros(1 + random.nextInt(CALM_DELAY_MICROS_MAX));
                    network.change(
                            from,
                            to,
                            Impairment.builder().delayNanos(delayNanos).build());
                    network.narrow(from, to, 0);
                }
            }
        }
        network.gate(Gate.OPEN);
        flows.forEach(flow -> List.copyOf(flow.users()).forEach(User::calm));
    }

    /// Settings of hosts.
    private static final class Setups {
        private Setups() {}

        static HostSetup of(Knobs knobs, int index, boolean v6) {
            var random = knobs.random(600 + index);
            int mtu = mtu(knobs, random, v6);
            boolean tiny = knobs.has(Knob.TINY_LIMITS) && random.chance(0.7);
            var tcp = tcp(knobs, index);
            return new HostSetup(
                    tcp,
                    tiny ? tinyLimits(tcp, random) : new Limits(10_000, 10_000, 1L << 26, 64, 1_000),
                    mtu,
                    tiny ? 1 + random.nextInt(3) : 128,
                    tiny ? 1 + random.nextInt(4) : 256,
                    fastOpen(knobs, index));
        }

        /// What listeners do with text of SYNs.
        private static FastOpenOptions fastOpen(Knobs knobs, int index) {
            var random = knobs.random(1_400 + index);
            if (!knobs.has(Knob.FAST_OPEN) || random.chance(0.1)) {
                return FastOpenOptions.OFF;
            }
            int most = random.chance(0.3) ? 1 + random.nextInt(3) : 100;
            return new FastOpenOptions(most, random.chance(0.8), null);
        }

        /// Whether its own SYNs carry text.
        private static FastOpenUse opens(Knobs knobs, int index) {
            var random = knobs.random(1_500 + index);
            if (!knobs.has(Knob.FAST_OPEN) || random.chance(0.1)) {
                return FastOpenUse.OFF;
            }
            return random.chance(0.2) ? FastOpenUse.WITHOUT_COOKIE : FastOpenUse.WITH_COOKIE;
        }

        private static int mtu(Knobs knobs, SeededRandom random, boolean v6) {
            if (random.chance(0.6)) {
                return 1_500;
            }
            if (knobs.hosts() == 2 && random.chance(0.2)) {
                return 1_500 + random.nextInt(8_000);
            }
            return v6 ? 1_280 + random.nextInt(221) : 576 + random.nextInt(925);
        }

        private static Limits tinyLimits(TcpConfig tcp, SeededRandom random) {
            int connections = 2 + random.nextInt(6);
            // Every connection can receive and at least one can send: with less they may wait for each other.
            long receive = pieces(tcp.receiveBufferBytes()) * connections;
            return new Limits(
                    connections,
                    random.nextInt(3),
                    receive + pieces(tcp.sendBufferBytes()) * (1 + random.nextInt(3)),
                    1 + random.nextInt(8),
                    random.nextInt(20));
        }

        /// The memory of a full buffer, wherever in a piece it begins.
        private static long pieces(int bytes) {
            return bytes + 2L * BufferPool.PIECE_BYTES;
        }

        private static TcpConfig tcp(Knobs knobs, int index) {
            var random = knobs.random(700 + index);
            var settings = knobs.random(900 + index);
            int receive = 1 << 15 + random.nextInt(4);
            if (knobs.has(Knob.TINY_WINDOW) && random.chance(0.7)) {
                receive = 4_096 << random.nextInt(3);
            } else if (knobs.has(Knob.WIDE_WINDOW) && random.chance(0.7)) {
                receive = 1 << 18 + random.nextInt(4);
            }
            boolean smallMss = knobs.has(Knob.SMALL_MSS) && settings.chance(0.6);
            boolean classic =
                    knobs.has(Knob.CLASSIC) && knobs.random(1_100 + index).chance(0.7);
            long rtoMax = Times.seconds(3 + random.nextInt(20));
            var growth = knobs.random(1_400 + index);
            boolean grows = knobs.has(Knob.GROWTH) && growth.chance(0.8);
            int shiftMost = 1 + (int) (7 * knobs.strength(Knob.GROWTH));
            int send = 4_096 << random.nextInt(7);
            var refused = knobs.random(1_600 + index);
            var hurried = knobs.random(1_800 + index);
            return TcpConfig.builder()
                    .receiveBufferBytes(receive)
                    .receiveBufferBytesMax(grows ? receive << growth.nextInt(shiftMost) : receive)
                    .restNanos(Times.millis(1 + knobs.random(1_300 + index).nextInt(3_000)))
                    .sendBufferBytes(send)
                    .sendBufferBytesMax(grows ? send << growth.nextInt(shiftMost) : send)
                    .mssMax(smallMss ? 100 + settings.nextInt(700) : 65_000)
                    .windowScaling(!knobs.has(Knob.NO_SCALING) || settings.chance(0.5))
                    .timestamps((!knobs.has(Knob.NO_TIMESTAMPS) || settings.chance(0.4)) && !classic)
                    .selectiveAcks(!classic)
                    .fastOpen(opens(knobs, index))
                    .ecn(asks(knobs, index) ? EcnUse.ON : EcnUse.WHEN_ASKED)
                    .congestion(classic ? CongestionAlgorithm.NEW_RENO : CongestionAlgorithm.CUBIC)
                    .noDelay(knobs.has(Knob.NO_DELAY) && settings.chance(0.6))
                    .delayedAckNanos(delayedAck(knobs, settings))
                    .initialWindowSegments(random.chance(0.6) ? 10 : 1 + random.nextInt(10))
                    .rtoMaxNanos(rtoMax)
                    .mslNanos(Times.millis(200 + random.nextInt(3_000)))
                    .r2Nanos(Times.seconds(random.chance(0.5) ? 100 : 20 + random.nextInt(60)))
                    .userTimeoutNanos(hurried.chance(0.1) ? Times.millis(200 + hurried.nextInt(20_000)) : 0)
                    .r2SynNanos(Times.seconds(random.chance(0.5) ? 180 : 20 + random.nextInt(60)))
                    .finWait2Nanos(Times.seconds(5 + random.nextInt(20)))
                    .zeroWindowNanosMax(refused.chance(0.1) ? Times.seconds(10 + refused.nextInt(20)) : 0)
                    .zeroWindowClosedNanosMax(Times.seconds(refused.chance(0.5) ? 5 + refused.nextInt(20) : 600))
                    .build();
        }

        private static boolean asks(Knobs knobs, int index) {
            return knobs.has(Knob.ECN) && knobs.random(1_200 + index).chance(0.7);
        }

        private static long delayedAck(Knobs knobs, SeededRandom random) {
            if (knobs.has(Knob.QUICK_ACKS) && random.chance(0.6)) {
                return 0;
            }
            if (knobs.has(Knob.LATE_ACKS) && random.chance(0.6)) {
                return Times.millis(300 + random.nextInt(199));
            }
            return Times.millis(random.chance(0.5) ? 40 : 1 + random.nextInt(200));
        }
    }
}
