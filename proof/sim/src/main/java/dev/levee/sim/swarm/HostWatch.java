package dev.levee.sim.swarm;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.wire.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the oracles know of one host, and what they have counted about it since it started.
///
/// Threads: the simulation's.
final class HostWatch {
    final SimHost host;
    final SimNetwork network;
    final HostSetup setup;
    /// When the host was last paused or its clock last jumped, in the network's time.
    long disturbedNanos;
    /// Whether a TIME-WAIT may end before its time: few are allowed, or their ports are used again.
    boolean timeWaitMayEnd;
    /// The ends to be looked at when the host comes to rest.
    final List<End> dirty = new ArrayList<>();
    /// The last packet that the host was given, if it was in order.
    @Nullable
    Packet lastArrived;

    long framesOut;
    long segmentsOut;
    long textOut;
    long connectionResetsOut;
    long repliesOut;
    long pureAcksOut;
    long framesIn;
    /// When the host was last given an ICMP message, in the network's time.
    long icmpNanos = -1;
    private long delivered;

    HostWatch(SimHost host, SimNetwork network, HostSetup setup) {
        this.host = host;
        this.network = network;
        this.setup = setup;
        this.disturbedNanos = network.clock().nowNanos();
    }

    /// Whether the stack has counted the packet that it was just given as delivered or answered.
    boolean accepted() {
        long now = host.stack().drops().get(DropReason.NONE);
        boolean more = now > delivered;
        delivered = now;
        return more;
    }

    /// Whether it may refuse packets of connections for want of room.
    boolean refuses() {
        return setup.backlog() < 64 || setup.limits().connectionsMax() < 64;
    }

    long netNanos() {
        return network.clock().nowNanos();
    }

    void disturbed() {
        disturbedNanos = Math.max(disturbedNanos, netNanos());
    }

    void touch(End end) {
        if (!dirty.contains(end)) {
            dirty.add(end);
        }
    }

    /// The host has lost its memory.
    void crashed() {
        dirty.clear();
        lastArrived = null;
        framesOut = 0;
        segmentsOut = 0;
        textOut = 0;
        connectionResetsOut = 0;
        repliesOut = 0;
        pureAcksOut = 0;
        framesIn = 0;
        delivered = 0;
        disturbed();
    }
}
