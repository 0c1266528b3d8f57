package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.tcp.TcpState;
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
    /// Whether a TIME-WAIT may end before its time: few are allowed.
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
    /// Segments that were sent before, and octets sent again while the window is closed: probes of it, or such.
    long textAgain;
    long probesAgain;
    /// SYNs and SYN-ACKs that were sent before, and those of them that nothing can have asked for but their timer.
    long synsAgain;
    long synsByTimer;
    /// Segments that the host took in for connections or handshakes, and those that it dropped and may have taken in.
    long segmentsIn;
    long segmentsRefused;
    /// RSTs that have ended one, and those that may have.
    long resetsIn;
    long resetsPerhapsIn;
    /// Whether some end has refused what it cannot be known to have refused.
    boolean vague;
    long framesIn;
    /// When the host was last given an ICMP message, in the network's time.
    long icmpNanos = -1;
    /// Somebody has said that a path carries less: the host may remember it for other connections.
    boolean narrow;
    private long delivered;
    private long resetsSecond;
    private long resets;

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

    /// The limits of the stack, of its listeners, and of its memory.
    void limits() {
        var stack = host.stack();
        var limits = setup.limits();
        atMost("connections", stack.connectionCount(), limits.connectionsMax());
        int waiting = stack.connectionCounts()[TcpState.TIME_WAIT.ordinal()];
        atMost("connections in TIME-WAIT", waiting, limits.timeWaitMax());
        atMost("octets of buffers", stack.buffers().bytesTaken(), limits.bufferBytesMax());
        // A place that is not given back shows as a handshake that a listener counts and the stack does not have.
        int[] halfOpen = {0};
        stack.forEachListener(listener -> halfOpen[0] += listener.halfOpen());
        int underWay = stack.connectionCounts()[TcpState.SYN_RECEIVED.ordinal()];
        atMost("half-open connections that its listeners count", halfOpen[0], underWay);
        stack.forEachListener(listener -> {
            if (!listener.options().defence().grows()) {
                atMost("half-open connections", listener.halfOpen(), setup.halfOpenMax());
            }
            atMost("connections to be accepted", listener.pending(), setup.backlog());
            atMost(
                    "connections opened fast",
                    listener.openedFast(),
                    setup.fastOpen().pendingMax());
        });
    }

    private void atMost(String what, long count, long most) {
        check(count <= most, Oracle.LIMITS, "%s has %d %s, allowed are %d", host.name(), count, what, most);
    }

    /// A RST for a segment without a connection: no more of them in a second than the most that may be drawn for it,
    /// and what waited before it began.
    void repliesWithin() {
        long second = Math.floorDiv(host.nowNanos(), Times.SECOND);
        resets = second == resetsSecond ? resets + 1 : 1;
        resetsSecond = second;
        var limits = setup.limits();
        atMost(
                "RSTs in a second",
                resets,
                limits.resetsPerSecond() + limits.resetsPerSecond() / 2L + limits.repliesMax());
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
        textAgain = 0;
        probesAgain = 0;
        synsAgain = 0;
        synsByTimer = 0;
        segmentsIn = 0;
        segmentsRefused = 0;
        resetsIn = 0;
        resetsPerhapsIn = 0;
        vague = false;
        framesIn = 0;
        delivered = 0;
        resets = 0;
        disturbed();
    }
}
