package dev.levee.sim.drill;

import dev.levee.sim.drill.script.PacketLine;
import dev.levee.wire.IpAddress;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sockets of a script: their descriptors, and which connection a line without ports is about.
///
/// That is the newest one: made by the last call of `socket`, or by the last packet that was injected while
/// there was only a listener. Lines with ports can also be about others that were begun by lines with ports.
final class Flows {
    private static final int FIRST_REMOTE_PORT = 40_000;

    private final Plan plan;
    private final List<Flow> flows = new ArrayList<>();
    private final Map<Integer, Integer> descriptors = new HashMap<>();
    private final Map<Integer, Flow> byDescriptor = new HashMap<>();
    private @Nullable Flow underTest;
    private int nextRemotePort = FIRST_REMOTE_PORT;

    Flows(Plan plan) {
        this.plan = plan;
    }

    /// Whom lines without ports are about.
    @Nullable
    Flow underTest() {
        return underTest;
    }

    private Flow add() {
        var flow = new Flow(plan.local(), plan.remote());
        flows.add(flow);
        underTest = flow;
        return flow;
    }

    /// The flow that an injected segment belongs to; a new one when it is for a listener, for a socket that was
    /// only made or bound, or for nobody.
    Flow forInjected(PacketLine.Tcp line) {
        var said = said(line.ports(), false);
        if (said != null) {
            return said;
        }
        var current = underTest;
        boolean begins = line.ports() != null && line.flags() == TcpFlags.SYN;
        boolean connection =
                current != null && current.stage != Flow.Stage.LISTENING && current.stage != Flow.Stage.NEW;
        if (current != null && connection && !begins) {
            return current;
        }
        var flow = add();
        flow.stage = Flow.Stage.PACKET_RECEIVED;
        boolean listening = current == null || current.stage == Flow.Stage.LISTENING || begins;
        // What comes for a socket that was only bound begins nothing that numbers could count from.
        flow.remoteIss = listening ? (int) line.seq() : 0;
        receive(flow, line);
        return flow;
    }

    private void receive(Flow flow, PacketLine.Tcp line) {
        var ports = line.ports();
        flow.portsSaid = ports != null;
        flow.localPort = ports != null && ports.destination() != 0 ? ports.destination() : plan.bindPort();
        flow.remotePort = ports != null && ports.source() != 0 ? ports.source() : nextRemotePort++;
    }

    /// The flow whose packet a line expects.
    Flow forExpected(PacketLine.Tcp line) throws DrillFailure {
        var said = said(line.ports(), true);
        var flow = said == null ? underTest : said;
        if (flow == null) {
            throw new DrillFailure("there is no socket that could send this packet");
        }
        if (flow.stage == Flow.Stage.CONNECTING && (line.flags() & (TcpFlags.SYN | TcpFlags.ACK)) == TcpFlags.SYN) {
            flow.stage = Flow.Stage.SYN_SENT;
            flow.scriptLocalIss = (int) line.seq();
        }
        return flow;
    }

    private @Nullable Flow said(PacketLine.@Nullable Ports ports, boolean outbound) {
        if (ports == null) {
            return null;
        }
        int local = outbound ? ports.source() : ports.destination();
        int remote = outbound ? ports.destination() : ports.source();
        for (var flow : flows) {
            if (flow.portsSaid && flow.localPort == local && flow.remotePort == remote) {
                return flow;
            }
        }
        return null;
    }

    /// Whether a packet belongs to a connection that the script can still say something about.
    boolean known(Packet packet) {
        return owner(packet) != null;
    }

    /// Whether such a packet, which no line was about, says nothing that the script does not know.
    boolean explained(Packet packet) {
        var owner = owner(packet);
        return owner != null && owner.explained(packet);
    }

    private @Nullable Flow owner(Packet packet) {
        for (var flow : flows) {
            if ((flow == underTest || flow.portsSaid) && (flow.sent(packet) || flow.begunBy(packet))) {
                return flow;
            }
        }
        return null;
    }

    /// A packet of a known connection with the script's sequence numbers.
    Packet toScript(Packet packet) {
        var tcp = packet.tcp();
        for (var flow : flows.reversed()) {
            if (tcp != null && flow.sent(packet)) {
                return flow.toScript(packet, tcp);
            }
        }
        return packet;
    }

    /// Whether a packet belongs to a connection that is known already: an older socket may still repeat its
    /// SYN.
    boolean sentByAnother(Flow flow, Packet packet) {
        for (var other : flows) {
            if (other != flow && other.sent(packet)) {
                return true;
            }
        }
        return false;
    }

    /// Whether a packet belongs to a connection with ports of its own.
    boolean knownByPorts(Packet packet) {
        for (var flow : flows) {
            if (flow.portsSaid && flow.sent(packet)) {
                return true;
            }
        }
        return false;
    }

    /// `socket` was called.
    void opened(int descriptor) {
        var flow = add();
        flow.descriptor = descriptor;
        byDescriptor.put(descriptor, flow);
    }

    /// `accept` gave a descriptor to a connection from this port.
    void accepted(int descriptor, int remotePort) throws DrillFailure {
        for (var flow : flows.reversed()) {
            boolean waiting = flow.stage == Flow.Stage.SYNACK_SENT || flow.stage == Flow.Stage.SYNACK_ANSWERED;
            if (waiting && (remotePort == 0 || flow.remotePort == remotePort)) {
                flow.descriptor = descriptor;
                byDescriptor.put(descriptor, flow);
                return;
            }
        }
        throw new DrillFailure("accept gave a connection that no line of the script has opened");
    }

    /// `connect` is about to be called, or a call that does the same.
    void connecting(int descriptor, int family, IpAddress address, int port) {
        var flow = byDescriptor.get(descriptor);
        if (flow == null) {
            return;
        }
        if (family == 0) {
            flow.stage = Flow.Stage.NEW;
        } else if (flow.stage == Flow.Stage.NEW) {
            flow.stage = Flow.Stage.CONNECTING;
            flow.remoteAddress = address;
            flow.remotePort = port;
            flow.localPort = 0;
            underTest = flow;
        }
    }

    void listening(int descriptor) {
        var flow = byDescriptor.get(descriptor);
        if (flow != null) {
            flow.stage = Flow.Stage.LISTENING;
        }
    }

    /// As [#map], for `accept`: a script may give the number of a connection that it has forgotten about to the
    /// next one, as in the original.
    void mapAccepted(int script, int target) {
        descriptors.put(script, target);
    }

    /// A descriptor of the script now stands for one of the target.
    void map(int script, int target) throws DrillFailure {
        if (descriptors.putIfAbsent(script, target) != null) {
            throw new DrillFailure("the script gives descriptor " + script + " out twice");
        }
    }

    void closed(int script) {
        descriptors.remove(script);
        byDescriptor.remove(script);
    }

    int target(int script) throws DrillFailure {
        var known = descriptors.get(script);
        if (known == null) {
            throw new DrillFailure("the script has no descriptor " + script);
        }
        return known;
    }

    /// The target's descriptor of the connection under test; -1 when it has none.
    int targetUnderTest() {
        var flow = underTest;
        return flow == null || flow.descriptor < 0 ? -1 : descriptors.getOrDefault(flow.descriptor, -1);
    }
}
