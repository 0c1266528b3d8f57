package dev.levee.sim.drill;

import dev.levee.sim.drill.Packet.Option;
import dev.levee.sim.drill.Timing.Moment;
import dev.levee.sim.drill.script.IcmpNames;
import dev.levee.sim.drill.script.PacketLine;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Runs packet lines: injects what the peer sends, and compares what the system sends with what is expected.
final class PacketRunner {
    /// The packet came, but it is not what the line says.
    static final class Differs extends DrillFailure {
        private static final long serialVersionUID = 1;

        Differs(String sentence, List<String> details) {
            super(sentence, details);
        }
    }

    /// How long after its time a packet is still waited for, to tell a late one from a missing one.
    private static final long PATIENCE_NANOS = 2_000_000_000;

    private final Plan plan;
    private final World world;
    private final Flows flows;
    private final Timing timing;
    private final Trace trace;

    PacketRunner(Plan plan, World world, Flows flows, Timing timing, Trace trace) {
        this.plan = plan;
        this.world = world;
        this.flows = flows;
        this.timing = timing;
        this.trace = trace;
    }

    /// Gives the system a packet, now.
    void inject(PacketLine line) throws DrillFailure, DrillSkip {
        switch (line.body()) {
            case PacketLine.Tcp tcp -> injectTcp(line, tcp);
            case PacketLine.Icmp icmp -> injectIcmp(line, icmp);
            case PacketLine.Udp _, PacketLine.Other _ -> throw new DrillSkip(Offered.missing(line));
        }
    }

    private void injectTcp(PacketLine line, PacketLine.Tcp tcp) throws DrillFailure, DrillSkip {
        var flow = flows.forInjected(tcp);
        boolean syn = (tcp.flags() & TcpFlags.SYN) != 0;
        boolean ack = (tcp.flags() & TcpFlags.ACK) != 0;
        if (flow.stage == Flow.Stage.SYNACK_SENT && ack) {
            flow.stage = Flow.Stage.SYNACK_ANSWERED;
        } else if (flow.stage == Flow.Stage.SYN_SENT && syn) {
            flow.remoteIss = (int) tcp.seq();
            flow.stage = ack ? Flow.Stage.SYN_SENT_ANSWERED : flow.stage;
        }
        var specs = Objects.requireNonNullElse(tcp.options(), List.<PacketLine.OptionSpec>of());
        var options = OptionCodec.encode(specs);
        var ports = tcp.ports();
        int remotePort = ports != null && ports.source() != 0 ? ports.source() : flow.remotePort;
        int localPort = ports != null && ports.destination() != 0 ? ports.destination() : flow.localPort;
        int localOffset = flow.localOffset(syn);
        long ackNumber = tcp.ack() == null ? 0 : tcp.ack();
        if (ack) {
            flow.acknowledged((int) ackNumber + localOffset);
        }
        var builder = new PacketBuilder(plan.v6(), flow.remoteAddress, flow.localAddress);
        world.inject(builder.tcp(
                tcp,
                line.ip(),
                remotePort,
                localPort,
                (int) tcp.seq() + (tcp.seqForm() == PacketLine.SeqForm.ABSOLUTE ? 0 : flow.remoteOffset(syn)),
                (int) ackNumber + (ack ? localOffset : 0),
                tcp.flags(),
                toWire(flow, ack && !absoluteEcho(specs), OptionCodec.moveSack(options, localOffset))));
        trace.injected(world.nowNanos(), line, Notation.of(tcp, options));
    }

    private static boolean absoluteEcho(List<PacketLine.OptionSpec> options) {
        return options.stream()
                .anyMatch(option -> option instanceof PacketLine.OptionSpec.Timestamps ts && ts.absoluteEcho());
    }

    private List<Option> toWire(Flow flow, boolean ack, List<Option> options) throws DrillFailure {
        var mapped = new ArrayList<Option>(options.size());
        for (var option : options) {
            if (!ack || option.kind() != Option.TIMESTAMPS) {
                mapped.add(option);
                continue;
            }
            int scriptEcho = Octets.i32(option.data(), 4);
            var echo = flow.tsToWire(scriptEcho, plan.tsEchoScaled());
            if (echo == null) {
                throw new DrillFailure("the script echoes timestamp " + (scriptEcho & 0xffffffffL)
                        + ", which no packet of the system has carried");
            }
            mapped.add(OptionCodec.timestamps(Octets.i32(option.data(), 0), echo));
        }
        return mapped;
    }

    private void injectIcmp(PacketLine line, PacketLine.Icmp icmp) throws DrillFailure, DrillSkip {
        var missing = Offered.missing(line);
        if (!missing.isEmpty()) {
            throw new DrillSkip(missing);
        }
        var flow = flows.underTest();
        if (flow == null) {
            throw new DrillFailure("there is no socket that the ICMP message could be about");
        }
        var type = IcmpNames.type(icmp.type(), plan.v6());
        var code = icmp.code() == null ? OptionalInt.of(0) : IcmpNames.code(icmp.type(), icmp.code(), plan.v6());
        if (type.isEmpty() || code.isEmpty()) {
            throw new DrillFailure("this version of IP has no ICMP message " + text(icmp));
        }
        var quoted = icmp.quoted() == null ? new PacketLine.Range(0, 0) : icmp.quoted();
        var builder = new PacketBuilder(plan.v6(), flow.remoteAddress, flow.localAddress);
        world.inject(builder.icmp(
                type.getAsInt(),
                code.getAsInt(),
                icmp.mtu(),
                line.ip(),
                flow.localPort,
                flow.remotePort,
                (int) quoted.start() + flow.localOffset(false),
                quoted.length()));
        trace.injected(world.nowNanos(), line, "icmp " + text(icmp));
    }

    private static String text(PacketLine.Icmp icmp) {
        return icmp.code() == null ? icmp.type() : icmp.type() + " " + icmp.code();
    }

    /// Waits for the next packet of the system and compares it.
    ///
    /// @param lastNanos when the event before was to happen
    void expect(PacketLine line, Moment moment, long lastNanos) throws DrillFailure, DrillSkip {
        if (!(line.body() instanceof PacketLine.Tcp tcp)) {
            throw new DrillSkip(Offered.missing(line));
        }
        var flow = flows.forExpected(tcp);
        var expected = tcp.options() == null ? null : OptionCodec.encode(tcp.options());
        boolean synAck = (tcp.flags() & (TcpFlags.SYN | TcpFlags.ACK)) == (TcpFlags.SYN | TcpFlags.ACK);
        if (synAck && flow.stage == Flow.Stage.PACKET_RECEIVED) {
            flow.scriptLocalIss = (int) tcp.seq();
        }
        var packet = gather(line, tcp, flow, synAck, moment, expected);
        var differences = new PacketComparison(plan, flow).differences(line, tcp, expected, packet, moment);
        try {
            timing.check("packet", moment, packet.nanos(), lastNanos);
        } catch (DrillFailure badTime) {
            differences.add(badTime.sentence());
        }
        if (!differences.isEmpty()) {
            throw new Differs(String.join("; ", differences), bothLines(tcp, expected, packet));
        }
    }

    /// The next packet; or the next few, if a line stands for text that the system sent in several segments.
    /// One without text is none of them: else an acknowledgement too many could hide in front of the text.
    private Packet gather(
            PacketLine line,
            PacketLine.Tcp tcp,
            Flow flow,
            boolean synAck,
            Moment moment,
            @Nullable List<Option> expected)
            throws DrillFailure {
        var parts = new ArrayList<Packet>();
        int gathered = 0;
        do {
            var packet = next(flow, moment);
            if (packet == null) {
                throw missing(tcp, expected, parts);
            }
            var segment = Objects.requireNonNull(packet.tcp());
            if (synAck && flow.stage == Flow.Stage.PACKET_RECEIVED) {
                flow.stage = Flow.Stage.SYNACK_SENT;
                flow.localIss = segment.seq();
            }
            flow.expected(segment);
            var mapped = flow.toScript(packet, segment);
            trace.sent(mapped, line);
            if (!packet.wrong().isEmpty()) {
                throw new DrillFailure("the packet " + packet.wrong(), bothLines(tcp, expected, mapped));
            }
            if (!parts.isEmpty()) {
                var wrong = Pieces.mismatch(parts.getLast(), mapped, tcp.length() - gathered);
                if (!wrong.isEmpty()) {
                    var sentence = "length: expected " + tcp.length() + ", got " + gathered + ", and then " + wrong;
                    throw new DrillFailure(sentence, bothLines(tcp, expected, mapped));
                }
            }
            parts.add(mapped);
            gathered += segment.text().length;
        } while (gathered > 0 && gathered < tcp.length() && !plan.strictSegments());
        return Pieces.join(parts);
    }

    private @Nullable Packet next(Flow flow, Moment moment) {
        long now = world.nowNanos();
        long until = moment.any() ? now + plan.anyTimeNanosMax() : Math.max(now, moment.toNanos()) + PATIENCE_NANOS;
        var packet = world.take(
                candidate -> flow.sent(candidate) || flow.begunBy(candidate) && !flows.sentByAnother(flow, candidate),
                candidate -> flows.knownByPorts(candidate),
                until);
        if (packet != null && flow.begunBy(packet)) {
            flow.learn(packet, Objects.requireNonNull(packet.tcp()));
        }
        return packet;
    }

    private DrillFailure missing(PacketLine.Tcp tcp, @Nullable List<Option> expected, List<Packet> parts) {
        var details = new ArrayList<String>();
        details.add("expected  " + Notation.of(tcp, expected));
        if (parts.isEmpty()) {
            details.add("got       nothing until " + Notation.seconds(world.nowNanos()) + " s");
            return new DrillFailure("a packet is missing", details);
        }
        int octets = 0;
        for (var part : parts) {
            details.add("got       " + Notation.of(part));
            octets += Objects.requireNonNull(part.tcp()).text().length;
        }
        return new DrillFailure("length: expected " + tcp.length() + ", got " + octets, details);
    }

    private static List<String> bothLines(PacketLine.Tcp tcp, @Nullable List<Option> expected, Packet packet) {
        return List.of("expected  " + Notation.of(tcp, expected), "got       " + Notation.of(packet));
    }
}
