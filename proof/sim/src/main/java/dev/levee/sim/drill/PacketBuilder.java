package dev.levee.sim.drill;

import dev.levee.sim.drill.script.PacketLine;
import dev.levee.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The octets of packets that a script injects, checksums right.
final class PacketBuilder {
    private static final int HOP_LIMIT = 255;
    private static final int QUOTED_TCP_BYTES = 8;
    private static final int ICMP_HEADER_BYTES = 8;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int TCP_HEADER_BYTES_MAX = 60;
    private static final int PACKET_BYTES_MAX = 65_535;

    private final boolean v6;
    private final IpAddress source;
    private final IpAddress destination;

    /// @param source of the packet: the script's peer
    PacketBuilder(boolean v6, IpAddress source, IpAddress destination) {
        this.v6 = v6;
        this.source = source;
        this.destination = destination;
    }

    private int ipHeaderBytes() {
        return v6 ? 40 : 20;
    }

    /// A segment, its text all zeros.
    ///
    /// @param seq on the wire
    /// @param flags nine control bits
    byte[] tcp(
            PacketLine.Tcp line,
            PacketLine.IpSpec ip,
            int sourcePort,
            int destinationPort,
            int seq,
            int ack,
            int flags,
            List<Packet.Option> options)
            throws DrillFailure {
        int optionBytes = OptionCodec.length(options);
        if (optionBytes % 4 != 0) {
            throw new DrillFailure("the TCP options have " + optionBytes
                    + " octets, which is no multiple of 4; pad them with nop or eol");
        }
        int headerBytes = TCP_HEADER_BYTES + optionBytes;
        int at = ipHeaderBytes();
        if (headerBytes > TCP_HEADER_BYTES_MAX || at + headerBytes + line.length() > PACKET_BYTES_MAX) {
            throw new DrillFailure("the segment is too long for a packet");
        }
        var octets = new byte[at + headerBytes + line.length()];
        Octets.put16(octets, at, sourcePort);
        Octets.put16(octets, at + 2, destinationPort);
        Octets.put32(octets, at + 4, seq);
        Octets.put32(octets, at + 8, ack);
        Octets.put16(octets, at + 12, headerBytes >> 2 << 12 | flags);
        var window = line.window();
        if (window == null) {
            throw new DrillFailure("an injected segment needs a window (win)");
        }
        Octets.put16(octets, at + 14, window);
        Octets.put16(octets, at + 18, line.urgentPointer());
        OptionCodec.write(options, octets, at + TCP_HEADER_BYTES);
        ipHeader(octets, 0, octets.length, Packet.TCP, ip, source, destination);
        Octets.put16(
                octets, at + 16, Octets.checksum(pseudo(octets, Packet.TCP) + Octets.sum(octets, at, octets.length)));
        return octets;
    }

    /// An ICMP error about a segment that the system sent, of which it quotes the IP header and eight octets.
    ///
    /// @param quotedSeq on the wire
    /// @param quotedLength octets of text that the segment had
    byte[] icmp(
            int type,
            int code,
            @Nullable Integer mtu,
            PacketLine.IpSpec ip,
            int localPort,
            int remotePort,
            int quotedSeq,
            int quotedLength) {
        int at = ipHeaderBytes();
        int quoteAt = at + ICMP_HEADER_BYTES;
        var octets = new byte[quoteAt + ipHeaderBytes() + QUOTED_TCP_BYTES];
        Octets.put8(octets, at, type);
        Octets.put8(octets, at + 1, code);
        if (mtu != null) {
            Octets.put32(octets, at + 4, mtu);
        }
        int quotedBytes = ipHeaderBytes() + TCP_HEADER_BYTES + quotedLength;
        // The quoted packet went the other way.
        ipHeader(octets, quoteAt, quotedBytes, Packet.TCP, PacketLine.IpSpec.NOTHING, destination, source);
        int tcpAt = quoteAt + ipHeaderBytes();
        Octets.put16(octets, tcpAt, localPort);
        Octets.put16(octets, tcpAt + 2, remotePort);
        Octets.put32(octets, tcpAt + 4, quotedSeq);
        int protocol = v6 ? Packet.ICMP6 : Packet.ICMP;
        ipHeader(octets, 0, octets.length, protocol, ip, source, destination);
        long pseudo = v6 ? pseudo(octets, protocol) : 0;
        Octets.put16(octets, at + 2, Octets.checksum(pseudo + Octets.sum(octets, at, octets.length)));
        return octets;
    }

    private void ipHeader(
            byte[] octets, int at, int length, int protocol, PacketLine.IpSpec ip, IpAddress from, IpAddress to) {
        int trafficClass = trafficClass(ip);
        int hopLimit = ip.hopLimit() != null ? ip.hopLimit() : HOP_LIMIT;
        if (v6) {
            int label = ip.flowLabel() != null ? ip.flowLabel() : 0;
            Octets.put32(octets, at, 6 << 28 | trafficClass << 20 | label);
            Octets.put16(octets, at + 4, length - 40);
            Octets.put8(octets, at + 6, protocol);
            Octets.put8(octets, at + 7, hopLimit);
            System.arraycopy(from.toBytes(), 0, octets, at + 8, 16);
            System.arraycopy(to.toBytes(), 0, octets, at + 24, 16);
            return;
        }
        Octets.put8(octets, at, 0x45);
        Octets.put8(octets, at + 1, trafficClass);
        Octets.put16(octets, at + 2, length);
        Octets.put8(octets, at + 8, hopLimit);
        Octets.put8(octets, at + 9, protocol);
        System.arraycopy(from.toBytes(), 0, octets, at + 12, 4);
        System.arraycopy(to.toBytes(), 0, octets, at + 16, 4);
        Octets.put16(octets, at + 10, 0);
        Octets.put16(octets, at + 10, Octets.checksum(Octets.sum(octets, at, at + 20)));
    }

    private static int trafficClass(PacketLine.IpSpec ip) {
        if (ip.trafficClass() != null) {
            return ip.trafficClass();
        }
        int ecn = ip.ecn() == null ? 0 : ip.ecn();
        return ip.dscp() == null ? ecn : ip.dscp() << 2 | ecn;
    }

    private long pseudo(byte[] octets, int protocol) {
        int length = octets.length - ipHeaderBytes();
        long addresses = v6 ? Octets.sum(octets, 8, 40) : Octets.sum(octets, 12, 20);
        return addresses + protocol + length;
    }
}
