package dev.levee.sim.drill;

import dev.levee.sim.drill.Packet.Option;
import dev.levee.wire.IpAddress;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A connection, or what may become one: what is needed to translate between the script's sequence numbers,
/// ports and timestamps and those on the wire.
///
/// In a script, numbers of a segment with SYN are absolute; all others count from the initial sequence numbers
/// of their directions. The script chooses the peer's initial sequence number, the system its own.
final class Flow {
    /// How far the connection has come, as far as lines and calls tell.
    enum Stage {
        NEW,
        LISTENING,
        /// `connect` was called, its SYN not yet been seen.
        CONNECTING,
        SYN_SENT,
        SYN_SENT_ANSWERED,
        /// A packet for a listener was injected, its SYN-ACK not yet been seen.
        PACKET_RECEIVED,
        SYNACK_SENT,
        SYNACK_ANSWERED
    }

    Stage stage = Stage.NEW;
    /// The script's descriptor; -1: none yet.
    int descriptor = -1;
    IpAddress localAddress;
    int localPort;
    IpAddress remoteAddress;
    int remotePort;
    /// The remote port was written in the script.
    boolean portsSaid;

    int remoteIss;
    int scriptLocalIss;
    int localIss;

    private boolean anyExpected;
    private int highestExpected;
    private boolean anyAcknowledged;
    private int highestAck;

    private final Map<Integer, Integer> tsVals = new HashMap<>();
    private boolean tsSeen;
    private int firstScriptTsVal;
    private int firstTsVal;
    private int scriptFlowLabel;
    private int flowLabel;

    Flow(IpAddress localAddress, IpAddress remoteAddress) {
        this.localAddress = localAddress;
        this.remoteAddress = remoteAddress;
    }

    /// From the script's to the wire's numbers of the peer.
    int remoteOffset(boolean syn) {
        return syn ? 0 : remoteIss;
    }

    /// From the script's to the wire's numbers of the system.
    int localOffset(boolean syn) {
        return syn ? localIss - scriptLocalIss : localIss;
    }

    /// Whether a packet of the system belongs here.
    boolean sent(Packet packet) {
        var tcp = packet.tcp();
        return tcp != null
                && tcp.sourcePort() == localPort
                && tcp.destinationPort() == remotePort
                && packet.ip().source().equals(localAddress)
                && packet.ip().destination().equals(remoteAddress);
    }

    /// Whether a packet of the system is the SYN that this connecting socket owes.
    boolean begunBy(Packet packet) {
        var tcp = packet.tcp();
        return stage == Stage.SYN_SENT
                && tcp != null
                && tcp.has(TcpFlags.SYN)
                && !tcp.has(TcpFlags.ACK)
                && tcp.destinationPort() == remotePort
                && packet.ip().destination().equals(remoteAddress);
    }

    /// A SYN of the system: now its port and its initial sequence number are known.
    void learn(Packet packet, Packet.Tcp syn) {
        localAddress = packet.ip().source();
        localPort = syn.sourcePort();
        localIss = syn.seq();
    }

    /// A line acknowledges what the system sent.
    ///
    /// @param ack on the wire
    void acknowledged(int ack) {
        if (!anyAcknowledged || Seq.lt(highestAck, ack)) {
            highestAck = ack;
        }
        anyAcknowledged = true;
    }

    /// A line was about this packet of the system.
    void expected(Packet.Tcp tcp) {
        int end = tcp.seq() + length(tcp);
        if (!anyExpected || Seq.lt(highestExpected, end)) {
            highestExpected = end;
        }
        anyExpected = true;
    }

    private static int length(Packet.Tcp tcp) {
        return tcp.text().length + (tcp.has(TcpFlags.SYN) ? 1 : 0) + (tcp.has(TcpFlags.FIN) ? 1 : 0);
    }

    /// Whether a packet of the system says nothing that the script does not know: it is a mere acknowledgement,
    /// or repeats what a line was about, or a line acknowledges it.
    boolean explained(Packet packet) {
        var tcp = packet.tcp();
        if (tcp == null || tcp.has(TcpFlags.RST)) {
            return false;
        }
        int end = tcp.seq() + length(tcp);
        return length(tcp) == 0
                || anyExpected && Seq.le(end, highestExpected)
                || anyAcknowledged && Seq.le(end, highestAck);
    }

    /// A packet of the system with the script's sequence numbers.
    Packet toScript(Packet packet, Packet.Tcp tcp) {
        boolean syn = tcp.has(TcpFlags.SYN);
        int ackOffset = -remoteOffset(syn);
        int ack = tcp.has(TcpFlags.ACK) ? tcp.ack() + ackOffset : tcp.ack();
        return packet.withTcp(
                tcp.at(tcp.seq() - localOffset(syn), ack, OptionCodec.moveSack(tcp.options(), ackOffset)));
    }

    /// A packet of the system whose timestamp a line says: both values belong together from now on.
    ///
    /// @return the options with the timestamp in the script's numbers
    List<Option> tsToScript(List<Option> options, int scriptVal) {
        return options.stream()
                .map(option -> {
                    if (option.kind() != Option.TIMESTAMPS || option.data().length != 8) {
                        return option;
                    }
                    int val = Octets.i32(option.data(), 0);
                    tsVals.put(scriptVal, val);
                    if (!tsSeen) {
                        tsSeen = true;
                        firstScriptTsVal = scriptVal;
                        firstTsVal = val;
                    }
                    return OptionCodec.timestamps(firstScriptTsVal + (val - firstTsVal), Octets.i32(option.data(), 4));
                })
                .toList();
    }

    /// What an injected packet must echo for what the script says it echoes.
    ///
    /// @param between whether a value between known ones may be computed
    /// @return null when the system never sent such a value
    @Nullable
    Integer tsToWire(int scriptEcho, boolean between) {
        var known = tsVals.get(scriptEcho);
        if (known != null) {
            return known;
        }
        return between && tsSeen ? scriptEcho - firstScriptTsVal + firstTsVal : null;
    }

    /// Compares a flow label: the script's values only say which packets have the same.
    ///
    /// @return what is wrong, or an empty text
    String checkFlowLabel(int script, int wire) {
        if (script == 0) {
            return "";
        }
        if (wire == 0) {
            return "flow label: expected one, got none";
        }
        if (scriptFlowLabel == 0 || script != scriptFlowLabel) {
            if (scriptFlowLabel != 0 && wire == flowLabel) {
                return "flow label: expected another than before, got the same";
            }
            scriptFlowLabel = script;
            flowLabel = wire;
            return "";
        }
        return wire == flowLabel ? "" : "flow label: expected the same as before, got another";
    }
}
