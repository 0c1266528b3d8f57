package dev.levee.junit;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.stack.Limits;
import dev.levee.stack.StackConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.SipHash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The network of one test run, its hosts, and what a failure will tell about it.
///
/// Threads: the test's.
final class NetworkRun implements AutoCloseable {
    private static final int HOSTS_MAX = 250;
    private static final int STATE_LINES_MAX = 24;

    private final NetworkSettings settings;
    private final SimNetwork network;
    private final SeededRandom secrets;
    private final SeededRandom random;
    private final Programs programs;
    private final @Nullable PacketTrace trace;
    private final Map<String, SimHost> hosts = new LinkedHashMap<>();

    NetworkRun(NetworkSettings settings) {
        this.settings = settings;
        // Each use of chance has a stream of its own, so that one more host does not change the others'
        // packets.
        var seeds = new SeededRandom(settings.seed());
        network = new SimNetwork(settings.impairment(), seeds.nextLong());
        secrets = new SeededRandom(seeds.nextLong());
        random = new SeededRandom(seeds.nextLong());
        programs = new Programs(network);
        trace = settings.trace() ? new PacketTrace() : null;
        if (trace != null) {
            network.tap(trace);
        }
    }

    SimNetwork network() {
        return network;
    }

    Programs programs() {
        return programs;
    }

    SeededRandom random() {
        return random;
    }

    /// The host of that name; made when first asked for.
    SimHost host(String name) {
        return hosts.computeIfAbsent(name, this::add);
    }

    private SimHost add(String name) {
        int number = hosts.size() + 1;
        if (number > HOSTS_MAX) {
            throw new IllegalStateException("more than " + HOSTS_MAX + " hosts in one test");
        }
        var address =
                settings.ipv6() ? "2001:db8::" + Integer.toHexString(number) + "/64" : "198.18.0." + number + "/24";
        var secret = new SipHash(secrets.nextLong(), secrets.nextLong());
        return network.host(
                name, new StackConfig(List.of(Cidr.parse(address)), settings.mtu(), secret, Limits.DEFAULT));
    }

    /// Stops what still runs. The store that keeps this calls it when the test is over.
    @Override
    public void close() {
        programs.stop();
    }

    /// What a failure of this run says, and what the run tells about it: seed, moment, connections, packets.
    String explain(String message) {
        var text = new StringBuilder(message.isEmpty() ? "" : message + "\n\n");
        text.append("This was seed ").append(settings.seed()).append(" of ").append(settings);
        text.append(". To see it again: -Dlevee.seed=").append(settings.seed());
        text.append(", or @LeveeNetwork(seed = ").append(settings.seed()).append(")");
        if (network.steps() == 0) {
            text.append(
                    "\n  Nothing has happened yet: time passes in SimNetwork.runUntil and runFor, and when the test waits in"
                            + " Programs.");
        }
        var state = network.toString();
        // The simulation's own failures show the state already.
        if (!message.contains(state)) {
            text.append(firstLines(state));
        }
        text.append(programs);
        if (trace != null) {
            text.append(trace.text());
        }
        return text.append('\n').toString();
    }

    private static String firstLines(String state) {
        var lines = state.lines().toList();
        return lines.size() <= STATE_LINES_MAX
                ? state
                : String.join("\n", lines.subList(0, STATE_LINES_MAX)) + "\n  and " + (lines.size() - STATE_LINES_MAX)
                        + " lines more";
    }
}
