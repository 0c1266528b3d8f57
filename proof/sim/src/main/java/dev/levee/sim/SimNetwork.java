package dev.levee.sim;

import dev.levee.path.ImpairedPath;
import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Hosts with whole stacks, joined by imperfect paths, in virtual time. Packets find their host by destination
/// address; each pair of hosts has one path per direction.
///
/// The order of events is fixed: the earliest first; at the same moment actions, then packets (paths in the
/// order of their first use), then timers (hosts in the order of their making). So the same calls and seed give
/// the same run.
///
/// After every step the engine's promises are checked: a stack that has nothing to send has its deadline in the
/// future, and before its deadline it has nothing to send.
///
/// Threads: one owner, the simulation's thread.
public final class SimNetwork {
    /// How many steps may be taken at one moment: a livelock fails instead of running for ever. A transfer of
    /// some gigabytes over a path without delay and rate, all at one moment, stays below.
    public static final long STEPS_AT_ONE_MOMENT_MAX = 5_000_000;

    private static final int FRAME_MTU = 65_535;

    private record Action(long timeNanos, long order, Runnable body) {}

    private final VirtualClock clock;
    private final long startNanos;
    private final SeededRandom seeds;
    private final Impairment impairment;
    private final Arena arena = Arena.ofAuto();
    private final Frame delivered = FrameSlab.single(FRAME_MTU);
    private final IpPacket ip = new IpPacket();
    private final List<SimHost> hosts = new ArrayList<>();
    private final List<SimPath> paths = new ArrayList<>();
    private final List<NarrowHop> hops = new ArrayList<>();
    private final List<Tap> taps = new ArrayList<>();
    private final PriorityQueue<Action> actions = new PriorityQueue<>(SimNetwork::compare);
    private long actionCount;
    private long steps;
    private long momentSteps;
    private long unroutable;
    private Gate gate = Gate.OPEN;

    /// A network whose clock begins at 0.
    ///
    /// @param impairment of every path that [#path] does not say otherwise about
    /// @param seed gives every path a seed of its own; the impairment's own seed is not used
    public SimNetwork(Impairment impairment, long seed) {
        this(impairment, seed, 0);
    }

    /// A network whose clock begins anywhere.
    public SimNetwork(Impairment impairment, long seed, long startNanos) {
        this.impairment = impairment;
        this.seeds = new SeededRandom(seed);
        this.startNanos = startNanos;
        this.clock = new VirtualClock(startNanos);
    }

    private static int compare(Action a, Action b) {
        long difference = a.timeNanos != b.timeNanos ? a.timeNanos - b.timeNanos : a.order - b.order;
        return Long.signum(difference);
    }

    public VirtualClock clock() {
        return clock;
    }

    /// Nanoseconds since the beginning.
    public long elapsedNanos() {
        return clock.nowNanos() - startNanos;
    }

    String timeText() {
        return Times.format(elapsedNanos()) + " s";
    }

    /// Adds a host.
    public SimHost host(String name, StackConfig config) {
        return host(name, config, 0);
    }

    /// Adds a host whose own clock is `offsetNanos` ahead of the network's.
    ///
    /// @throws IllegalArgumentException when another host has one of its addresses
    public SimHost host(String name, StackConfig config, long offsetNanos) {
        for (var cidr : config.addresses()) {
            if (hostOf(cidr.address()) != null) {
                throw new IllegalArgumentException("two hosts have the address " + cidr.address());
            }
        }
        var host = new SimHost(this, name, new Stack(config), offsetNanos);
        hosts.add(host);
        return host;
    }

    private @Nullable SimHost hostOf(IpAddress address) {
        for (var host : hosts) {
            if (host.has(address)) {
                return host;
            }
        }
        return null;
    }

    /// The path from one host to another, for its counters; made if there was none yet.
    public ImpairedPath path(SimHost from, SimHost to) {
        return simPath(from, to).path();
    }

    private SimPath simPath(SimHost from, SimHost to) {
        for (var path : paths) {
            if (path.joins(from, to)) {
                return path;
            }
        }
        return add(from, to, impairment);
    }

    /// Gives one direction a new path. Packets under way on the old one are lost.
    public ImpairedPath path(SimHost from, SimHost to, Impairment impairment) {
        paths.removeIf(path -> path.from() == from && path.to() == to);
        return add(from, to, impairment).path();
    }

    /// Gives one direction a new path for the packets to come. Those under way on the old one still arrive.
    public ImpairedPath change(SimHost from, SimHost to, Impairment impairment) {
        paths.removeIf(SimPath::drained);
        paths.forEach(path -> {
            if (path.joins(from, to)) {
                path.replace();
            }
        });
        return add(from, to, impairment).path();
    }

    /// Keeps back what is under way in one direction, and what is sent from now on; all of it comes out
    /// together after `nanos`.
    public void hold(SimHost from, SimHost to, long nanos) {
        simPath(from, to).hold(clock.nowNanos() + nanos);
    }

    /// Puts a router into one direction whose next link carries packets of `mtu` octets only, and who says so to
    /// the sender of larger ones. It takes the place of an earlier one; 0: none.
    public void narrow(SimHost from, SimHost to, int mtu) {
        hops.removeIf(hop -> hop.joins(from, to));
        if (mtu > 0) {
            hops.add(new NarrowHop(this, from, to, mtu));
        }
    }

    private boolean fits(SimHost from, SimHost to, Frame packet) {
        for (var hop : hops) {
            if (hop.joins(from, to)) {
                return hop.passes(ip, packet);
            }
        }
        return true;
    }

    /// Asked about every packet from now on.
    public void gate(Gate gate) {
        this.gate = gate;
    }

    private SimPath add(SimHost from, SimHost to, Impairment impairment) {
        int mtu = from.stack().config().mtu();
        int packetsMax = Math.max(ImpairedPath.PACKETS_MAX_DEFAULT, ImpairedPath.packetsMaxDefault(impairment, mtu));
        var path = new ImpairedPath(arena, impairment, seeds.nextLong(), mtu, packetsMax);
        var added = new SimPath(from, to, path);
        paths.add(added);
        return added;
    }

    /// Shows every packet from now on.
    public void tap(Tap tap) {
        taps.add(tap);
    }

    /// Shows packets no longer.
    public void untap(Tap tap) {
        taps.remove(tap);
    }

    /// Does something later. Actions of the same moment are done in the order of these calls.
    public void after(long delayNanos, Runnable action) {
        actions.add(new Action(clock.nowNanos() + delayNanos, actionCount++, action));
    }

    /// Puts a packet, which may be anything, in front of a host as if it had come from the network.
    public void inject(SimHost to, Frame packet) {
        to.receive(packet);
        for (var tap : taps) {
            tap.injected(clock.nowNanos(), to, packet);
        }
        settle(to);
    }

    /// Lets the earliest event happen.
    ///
    /// @return false when nothing will ever happen again by itself
    public boolean step() {
        return step(Deadlines.NONE);
    }

    /// Lets the earliest event happen unless it comes after `limitNanos`.
    private boolean step(long limitNanos) {
        long before = clock.nowNanos();
        var action = actions.peek();
        var path = earliestPath();
        var host = earliestHost();
        long actionNanos = action == null ? Deadlines.NONE : action.timeNanos();
        long pathNanos = path == null ? Deadlines.NONE : path.nextDeadline();
        long hostNanos = host == null ? Deadlines.NONE : host.nextDeadline();
        long next = Deadlines.earlier(actionNanos, Deadlines.earlier(pathNanos, hostNanos));
        if (next == Deadlines.NONE || (limitNanos != Deadlines.NONE && next - limitNanos > 0)) {
            return false;
        }
        clock.advanceTo(next);
        long now = clock.nowNanos();
        countStep(now != before);
        checkSilent(now);
        if (action != null && Deadlines.due(now, actionNanos)) {
            actions.remove();
            action.body().run();
            settleUsed();
        } else if (path != null && Deadlines.due(now, pathNanos)) {
            deliver(path);
        } else if (host != null) {
            settle(host);
        }
        return true;
    }

    private void countStep(boolean timePassed) {
        steps++;
        momentSteps = timePassed ? 1 : momentSteps + 1;
        if (momentSteps > STEPS_AT_ONE_MOMENT_MAX) {
            throw new SimulationFailure(
                    "time stands still: livelock after " + momentSteps + " steps at one moment" + this);
        }
    }

    private @Nullable SimPath earliestPath() {
        SimPath earliest = null;
        long best = Deadlines.NONE;
        for (var path : paths) {
            long deadline = path.nextDeadline();
            if (deadline != best && Deadlines.earlier(best, deadline) == deadline) {
                best = deadline;
                earliest = path;
            }
        }
        return earliest;
    }

    private @Nullable SimHost earliestHost() {
        SimHost earliest = null;
        long best = Deadlines.NONE;
        for (var host : hosts) {
            long deadline = host.nextDeadline();
            if (deadline != best && Deadlines.earlier(best, deadline) == deadline) {
                best = deadline;
                earliest = host;
            }
        }
        return earliest;
    }

    private void checkSilent(long nowNanos) {
        for (var host : hosts) {
            if (!Deadlines.due(nowNanos, host.nextDeadline())) {
                host.checkSilent();
            }
        }
    }

    private void settleUsed() {
        for (var host : hosts) {
            if (Deadlines.due(clock.nowNanos(), host.nextDeadline())) {
                settle(host);
            }
        }
    }

    private void settle(SimHost host) {
        host.settle();
        for (var tap : taps) {
            tap.settled(clock.nowNanos(), host);
        }
    }

    private void deliver(SimPath path) {
        if (!path.path().poll(clock.nowNanos(), delivered)) {
            return;
        }
        var to = path.to();
        if (!to.plugged()) {
            for (var tap : taps) {
                tap.vanished(clock.nowNanos(), path.from(), to, delivered);
            }
            return;
        }
        to.receive(delivered);
        for (var tap : taps) {
            tap.arrived(clock.nowNanos(), path.from(), to, delivered);
        }
        settle(to);
    }

    /// A host sends.
    void transmit(SimHost from, Frame packet) {
        var to = ip.parse(packet) == DropReason.NONE ? hostOf(ip.destination()) : null;
        int copies = 0;
        if (to == null) {
            unroutable++;
        } else if (from.plugged()
                && to.plugged()
                && gate.passes(clock.nowNanos(), from, to, packet)
                && fits(from, to, packet)) {
            var path = path(from, to);
            int before = path.pending();
            path.offer(clock.nowNanos(), packet);
            copies = path.pending() - before;
        }
        for (var tap : taps) {
            tap.sent(clock.nowNanos(), from, to, packet, copies);
        }
    }

    /// Lets time pass.
    public void runFor(long nanos) {
        long limitNanos = clock.nowNanos() + nanos;
        while (step(limitNanos)) {
            // Everything is done by the step.
        }
        clock.advanceTo(limitNanos);
    }

    /// Runs until the condition holds.
    ///
    /// @param what the condition in words, for the message
    /// @throws SimulationFailure when it does not within `limitNanos`
    public void runUntil(String what, long limitNanos, BooleanSupplier condition) {
        if (!tryUntil(limitNanos, condition)) {
            throw new SimulationFailure("not within " + Times.format(limitNanos) + " s: " + what + this);
        }
    }

    /// Runs until the condition holds or the time is over.
    ///
    /// @return whether it holds
    public boolean tryUntil(long limitNanos, BooleanSupplier condition) {
        long end = clock.nowNanos() + limitNanos;
        while (!condition.getAsBoolean()) {
            if (!step(end)) {
                clock.advanceTo(end);
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    /// Runs until nothing will ever happen again by itself: every connection over, every packet arrived.
    ///
    /// @throws SimulationFailure when that is not so within `limitNanos`
    public void runUntilQuiet(long limitNanos) {
        long end = clock.nowNanos() + limitNanos;
        while (step(end)) {
            // Everything is done by the step.
        }
        if (step(Deadlines.NONE)) {
            throw new SimulationFailure("not quiet after " + Times.format(limitNanos) + " s" + this);
        }
    }

    /// Steps taken so far.
    public long steps() {
        return steps;
    }

    /// Packets for addresses that no host has.
    public long unroutable() {
        return unroutable;
    }

    /// The moment, the hosts and their connections, over several lines.
    @Override
    public String toString() {
        var text = new StringBuilder("\n  at ")
                .append(timeText())
                .append(", after ")
                .append(steps)
                .append(" steps");
        for (var host : hosts) {
            text.append("\n  ").append(host);
        }
        for (var path : paths) {
            text.append("\n  ")
                    .append(path.from().name())
                    .append(" to ")
                    .append(path.to().name());
            text.append(": ").append(path.path());
        }
        return text.toString();
    }
}
