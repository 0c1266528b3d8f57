package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.OracleFailure.check;

import dev.levee.path.SeededRandom;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Tap;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sees every packet that hosts send and are given, and hands it to the [End] that it belongs to.
///
/// Threads: the simulation's.
final class Observer implements Tap {
    /// A connection as one host sees it.
    record Tuple(SimHost host, int localPort, IpAddress remote, int remotePort) {}

    private static final int OLD_MAX = 64;

    private final SimNetwork network;
    // Linked, so that the order is that of insertion, whatever the hashes: a run repeats exactly.
    private final Map<SimHost, HostWatch> watches = new LinkedHashMap<>();
    private final Map<Tuple, End> ends = new LinkedHashMap<>();
    private final Map<Tuple, Packet> syns = new LinkedHashMap<>();
    private final FastOpens fastOpens = new FastOpens();
    private final Map<Tuple, Party> parties = new LinkedHashMap<>();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Packets packets;
    private final Recent recent = new Recent();
    private final List<Old> arrived = new ArrayList<>();
    long packetCount;

    Observer(SimNetwork network) {
        this.network = network;
        this.packets = new Packets(ip, segment);
        network.tap(this);
    }

    HostWatch watch(SimHost host, HostSetup setup) {
        var watch = new HostWatch(host, network, setup);
        watches.put(host, watch);
        return watch;
    }

    /// A user has a socket.
    void party(Tuple tuple, Party party) {
        var end = ends.get(tuple);
        if (end != null && end.party == null) {
            end.party = party;
            party.isNumbered(end.sender.iss);
        } else {
            parties.put(tuple, party);
        }
    }

    FastOpens fastOpens() {
        return fastOpens;
    }

    @Nullable
    End end(Tuple tuple) {
        return ends.get(tuple);
    }

    List<Map.Entry<Tuple, End>> ends() {
        return new ArrayList<>(ends.entrySet());
    }

    /// A packet that some host was given not long ago, on a connection that is still the same.
    @Nullable
    Old someArrived(SeededRandom random) {
        if (arrived.isEmpty()) {
            return null;
        }
        var old = arrived.get(random.nextInt(arrived.size()));
        return ends.get(old.tuple) == old.end ? old : null;
    }

    /// A packet for which an end was there.
    record Old(SimHost host, Tuple tuple, End end, byte[] octets) {}

    /// Only what a host has sent: forged text lies outside of the window, but perhaps not for long.
    private void remember(SimHost host, Packet packet) {
        if (packet.problem != null || !packet.tcp()) {
            return;
        }
        var tuple = new Tuple(host, packet.dstPort, packet.sourceAddress(), packet.srcPort);
        var end = ends.get(tuple);
        if (end == null || end.isOver()) {
            return;
        }
        var old = new Old(host, tuple, end, packet.octets);
        if (arrived.size() < OLD_MAX) {
            arrived.add(old);
        } else {
            arrived.set((int) (packetCount % OLD_MAX), old);
        }
    }

    /// The last packets of all hosts.
    String recent() {
        return recent.toString();
    }

    HostWatch watch(SimHost host) {
        var watch = watches.get(host);
        if (watch == null) {
            throw new IllegalStateException("nobody watches " + host.name());
        }
        return watch;
    }

    /// A host has lost its memory: nothing that was true of its connections is.
    void crashed(SimHost host) {
        ends.keySet().removeIf(tuple -> tuple.host() == host);
        syns.keySet().removeIf(tuple -> tuple.host() == host);
        parties.keySet().removeIf(tuple -> tuple.host() == host);
        fastOpens.crashed(host);
        watch(host).crashed();
    }

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame frame, int copies) {
        packetCount++;
        var watch = watch(from);
        var packet = packets.checked(frame, watch);
        recent.sent(network.elapsedNanos(), from.name(), packet);
        watch.framesOut++;
        if (!packet.tcp()) {
            watch.repliesOut++;
            return;
        }
        flags(packet, from);
        var tuple = new Tuple(from, packet.srcPort, packet.destination(), packet.dstPort);
        var end = ends.get(tuple);
        if (packet.has(Packet.SYN)) {
            // The same SYN again gets the same number, also when a RST has ended its first handshake.
            boolean after = end != null && packet.has(Packet.ACK) && !end.alive() && end.sender.acked < 1;
            boolean first = end == null || end.sender.begunWithAnother(packet.seq) || after;
            watch.synsAgain += after ? 1 : 0;
            if (!packet.has(Packet.ACK)) {
                fastOpens.synLeaves(tuple, packet, watch, !first);
            }
            end = first ? born(tuple, watch, packet) : end;
        }
        boolean over = end != null && (!end.alive() || (end.isHandshake() && !packet.has(Packet.ACK)));
        if (end == null || (packet.has(Packet.RST) && over && !end.resets(packet))) {
            watch.repliesOut++;
            reply(packet, watch, end);
            return;
        }
        watch.segmentsOut++;
        watch.textOut += packet.textLength;
        watch.connectionResetsOut += packet.has(Packet.RST) ? 1 : 0;
        watch.touch(end);
        end.sent(packet);
    }

    private End born(Tuple tuple, HostWatch watch, Packet packet) {
        var name = tuple.host().name() + ":" + tuple.localPort() + " (to port " + tuple.remotePort() + ")";
        var end = new End(watch, packet.v4, name);
        if (watch.refuses()) {
            end.receiver.makeVague();
        }
        if (packet.has(Packet.ACK)) {
            var syn = syns.remove(tuple);
            int octets = syn == null ? -1 : packet.ack - syn.seq - 1;
            check(octets >= 0, Oracle.ACK_RANGE, "%s answers a SYN that did not come: %s", name, packet);
            fastOpens.answerLeaves(tuple, packet, watch, octets);
            if (syn != null) {
                end.receiver.opens(syn);
                end.receiver.takesSynText(octets);
            }
        }
        ends.put(tuple, end);
        // Of a passive open the user comes later.
        end.party = parties.remove(tuple);
        return end;
    }

    private static void flags(Packet packet, SimHost from) {
        boolean syn = packet.has(Packet.SYN);
        boolean rst = packet.has(Packet.RST);
        boolean fin = packet.has(Packet.FIN);
        check(
                !(syn && (rst || fin)) && !(rst && fin) && !packet.has(Packet.URG) && packet.urgentPointer == 0,
                Oracle.FLAGS,
                "%s sends flags that exclude each other, or urgent data: %s",
                from.name(),
                packet);
        check(
                packet.has(Packet.ACK) || ((syn || rst) && packet.ack == 0),
                Oracle.FLAGS,
                "%s sends without ACK: %s",
                from.name(),
                packet);
        check(
                packet.textLength == 0 || !(rst || (syn && packet.has(Packet.ACK))),
                Oracle.FLAGS,
                "%s sends text with a SYN-ACK or RST: %s",
                from.name(),
                packet);
    }

    /// A packet of a stack that no connection has sent: a RST in answer to the last packet that came.
    private static void reply(Packet packet, HostWatch watch, @Nullable End end) {
        check(
                packet.has(Packet.RST),
                Oracle.AFTER_RESET,
                "%s sends on a connection that it does not have: %s",
                watch.host.name(),
                packet);
        var cause = watch.lastArrived;
        boolean right = cause != null
                && cause.tcp()
                && !cause.has(Packet.RST)
                && cause.dstPort == packet.srcPort
                && cause.srcPort == packet.dstPort
                && (cause.has(Packet.ACK)
                        ? packet.seq == cause.ack && !packet.has(Packet.ACK)
                        : packet.seq == 0 && packet.has(Packet.ACK) && packet.ack == cause.seq + cause.length());
        watch.repliesWithin();
        check(right, Oracle.RESET_FORM, "%s resets with %s in answer to %s", watch.host.name(), packet, cause);
        check(
                end == null || !end.inTimeWait(),
                Oracle.TIME_WAIT,
                "%s answers with a RST where it should be in TIME-WAIT: %s",
                watch.host.name(),
                packet);
    }

    @Override
    public void arrived(long nowNanos, SimHost from, SimHost to, Frame frame) {
        var packet = Packet.read(frame.toArray());
        taken(to, packet);
        remember(to, packet);
    }

    @Override
    public void injected(long nowNanos, SimHost to, Frame frame) {
        taken(to, Packet.read(frame.toArray()));
    }

    private void taken(SimHost host, Packet packet) {
        var watch = watch(host);
        watch.framesIn++;
        watch.lastArrived = packet;
        recent.arrived(network.elapsedNanos(), host.name(), packet);
        boolean accepted = watch.accepted();
        if (packet.problem != null) {
            return;
        }
        if (!packet.tcp()) {
            watch.icmpNanos = watch.netNanos();
            if (packet.tooBig()) {
                tooBig(host, packet);
            }
            return;
        }
        var tuple = new Tuple(host, packet.dstPort, packet.sourceAddress(), packet.srcPort);
        var end = ends.get(tuple);
        if (packet.has(Packet.SYN) && !packet.has(Packet.ACK)) {
            syns.put(tuple, packet);
            fastOpens.synArrives(tuple, packet);
        }
        if (accepted && packet.has(Packet.SYN) && packet.has(Packet.ACK)) {
            fastOpens.answerArrives(tuple, packet);
        }
        watch.segmentsIn += accepted ? 1 : 0;
        watch.segmentsRefused += accepted || end == null ? 0 : 1;
        if (end == null || end.isOver()) {
            return;
        }
        watch.touch(end);
        if (accepted) {
            end.arrived(packet);
        } else if (!end.judgedOver()) {
            check(
                    !end.alive() || !end.established() || packet.has(Packet.SYN) || watch.refuses(),
                    Oracle.COUNTERS,
                    "%s: the host drops a good packet of an open connection: %s; %s",
                    end.name,
                    packet,
                    end);
            end.receiver.makeVague();
        }
    }

    private void tooBig(SimHost host, Packet packet) {
        watch(host).narrow = true;
        var tuple = new Tuple(host, packet.quotedSrcPort(), packet.quotedDestination(), packet.quotedDstPort());
        var end = ends.get(tuple);
        if (end != null && !end.isOver()) {
            watch(host).touch(end);
            end.arrivals++;
            end.sender.mayBeSmaller();
        }
    }

    @Override
    public void settled(long nowNanos, SimHost host) {
        var watch = watch(host);
        if (watch.dirty.isEmpty()) {
            return;
        }
        for (var end : watch.dirty) {
            end.settled();
        }
        watch.dirty.clear();
    }

    /// Now and then: what must have happened by now.
    void sweep() {
        watches.values().forEach(HostWatch::limits);
        for (var end : ends.values()) {
            if (!end.host.paused()) {
                end.sweep();
            }
        }
    }

    /// Our own parser and the engine's, of every packet that is sent.
    private record Packets(IpPacket ip, Segment segment) {
        Packet checked(Frame frame, HostWatch watch) {
            var packet = Packet.read(frame.toArray());
            var name = watch.host.name();
            check(packet.problem == null, Oracle.HEADER, "%s sends a packet, and %s", name, packet.problem);
            check(
                    packet.optionProblem == null,
                    Oracle.HEADER,
                    "%s sends a segment, and %s",
                    name,
                    packet.optionProblem);
            check(
                    ip.parse(frame) == DropReason.NONE,
                    Oracle.HEADER,
                    "%s sends a packet that the parser drops as %s",
                    name,
                    ip.parse(frame));
            check(
                    ip.source().equals(watch.host.address()),
                    Oracle.HEADER,
                    "%s sends from an address that is not its own: %s",
                    name,
                    ip.source());
            check(
                    packet.octets.length <= watch.setup.mtu(),
                    Oracle.SEGMENT_SIZE,
                    "%s sends %d octets, its link takes %d",
                    name,
                    packet.octets.length,
                    watch.setup.mtu());
            if (packet.tcp()) {
                int hops = watch.setup.tcp().hopLimit();
                check(packet.hopLimit == hops, Oracle.HEADER, "%s sends with hop limit %d", name, packet.hopLimit);
                tcp(packet, name);
            }
            return packet;
        }

        private void tcp(Packet packet, String name) {
            var reason = segment.parse();
            check(
                    reason == DropReason.NONE,
                    Oracle.HEADER,
                    "%s sends a segment that the parser drops as %s",
                    name,
                    reason);
            boolean same = segment.seq() == packet.seq
                    && segment.flags() == packet.flags
                    && segment.window() == packet.window
                    && segment.mss() == packet.mss
                    && segment.windowScale() == packet.windowScale
                    && segment.hasTimestamps() == packet.timestamps
                    && (!packet.has(Packet.ACK) || segment.ack() == packet.ack)
                    && (!packet.timestamps || (segment.tsVal() == packet.tsVal && segment.tsEcr() == packet.tsEcr))
                    && segment.payloadLength() == packet.textLength;
            check(same, Oracle.HEADER, "%s sends a segment that the parser reads differently: %s", name, packet);
        }
    }
}
