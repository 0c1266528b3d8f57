package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.sim.SimHost;
import dev.levee.sim.SimulationFailure;
import dev.levee.sim.Times;
import dev.levee.stack.StackCounters;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpCounters;

/// What must be true at the end: everything delivered or told, nothing left, the counters say what the packets
/// have said.
///
/// Threads: the simulation's.
final class Accounts {
    private final World world;

    Accounts(World world) {
        this.world = world;
    }

    /// Waits until nothing happens any more, and judges.
    void settle(long quietNanosMax) {
        for (var flow : world.flows()) {
            flow.users().forEach(this::delivery);
        }
        try {
            world.network().runUntilQuiet(quietNanosMax);
        } catch (SimulationFailure e) {
            throw new OracleFailure(Oracle.LEAK, String.valueOf(e.getMessage()));
        }
        world.observer().sweep();
        for (var host : world.hosts()) {
            leaks(host);
            counters(host);
        }
    }

    private void delivery(User user) {
        var cause = user.socket().cause();
        if (user.gone || cause == null) {
            return;
        }
        var peer = user.peer;
        long arrived = peer == null ? 0 : peer.arrived();
        long undelivered = cause.undeliveredBytes();
        if (peer != null) {
            check(
                    user.written() - undelivered <= arrived,
                    Oracle.DELIVERY,
                    "%s was told that %d of %d octets are undelivered (%s), but only %d have arrived",
                    user.name,
                    undelivered,
                    user.written(),
                    cause,
                    arrived);
        }
        if (cause instanceof CloseCause.Finished) {
            check(
                    user.written() == user.mood().totalBytes() || user.mayAbort(),
                    Oracle.CAUSE,
                    "%s finished, but has written %d of %d",
                    user.name,
                    user.written(),
                    user.mood().totalBytes());
        }
    }

    private static void leaks(SimHost host) {
        var stack = host.stack();
        check(
                stack.connectionCount() == 0,
                Oracle.LEAK,
                "%s still has %d connections: %s",
                host.name(),
                stack.connectionCount(),
                host);
        check(
                stack.buffers().bytesTaken() == 0,
                Oracle.LEAK,
                "%s still has %d octets of buffers in use",
                host.name(),
                stack.buffers().bytesTaken());
        check(
                stack.nextDeadline() == Deadlines.NONE,
                Oracle.LEAK,
                "%s has a deadline %s s from now",
                host.name(),
                Times.format(stack.nextDeadline() - host.nowNanos()));
        stack.forEachListener(listener -> check(
                listener.halfOpen() == 0,
                Oracle.LEAK,
                "%s still has %d half-open connections on %s",
                host.name(),
                listener.halfOpen(),
                listener));
    }

    private void counters(SimHost host) {
        var watch = world.observer().watch(host);
        var stack = host.stack();
        var tcp = stack.tcpCounters();
        equal(host, "packets received", stack.drops().total(), watch.framesIn);
        equal(host, "packets sent", stack.counters().get(StackCounters.FRAMES_OUT), watch.framesOut);
        equal(host, "segments of connections sent", tcp.get(TcpCounters.SEGMENTS_OUT), watch.segmentsOut);
        equal(host, "octets sent", tcp.get(TcpCounters.BYTES_OUT), watch.textOut);
        equal(host, "resets sent", tcp.get(TcpCounters.RESETS_OUT), watch.connectionResetsOut);
        traffic(host, watch, tcp);
        long replies = stack.counters().get(StackCounters.CLOSED_PORT_RESETS)
                + stack.counters().get(StackCounters.ECHO_REPLIES)
                + stack.counters().get(StackCounters.ICMP_ERRORS_OUT);
        equal(host, "replies sent", replies, watch.repliesOut);
        long opened = tcp.get(TcpCounters.ACTIVE_OPENS) + tcp.get(TcpCounters.PASSIVE_OPENS);
        equal(host, "connections closed", tcp.get(TcpCounters.CLOSED), opened);
    }

    /// What was sent again, and what was taken in. Of some of it packets tell only that it can be so.
    private static void traffic(SimHost host, HostWatch watch, TcpCounters.Row tcp) {
        long probes = watch.vague ? tcp.get(TcpCounters.ZERO_WINDOW_PROBES) : 0;
        between(
                host,
                "segments sent again",
                tcp.get(TcpCounters.RETRANSMITS),
                watch.textAgain - probes,
                watch.textAgain + watch.probesAgain);
        between(host, "SYNs sent again", tcp.get(TcpCounters.SYN_RETRANSMITS), watch.synsByTimer, watch.synsAgain);
        between(
                host,
                "segments received",
                tcp.get(TcpCounters.SEGMENTS_IN),
                watch.segmentsIn,
                watch.segmentsIn + watch.segmentsRefused);
        between(
                host,
                "resets received",
                tcp.get(TcpCounters.RESETS_IN),
                watch.resetsIn,
                watch.resetsIn + watch.resetsPerhapsIn);
    }

    private static void between(SimHost host, String what, long counted, long least, long most) {
        check(
                least <= counted && counted <= most,
                Oracle.COUNTERS,
                "%s counts %d %s, there were %d to %d",
                host.name(),
                counted,
                what,
                least,
                most);
    }

    private static void equal(SimHost host, String what, long counted, long seen) {
        check(counted == seen, Oracle.COUNTERS, "%s counts %d %s, there were %d", host.name(), counted, what, seen);
    }
}
