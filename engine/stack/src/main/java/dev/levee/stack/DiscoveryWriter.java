package dev.levee.stack;

import dev.levee.wire.Arp;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.Ndp;
import dev.levee.wire.NdpWriter;
import java.util.List;

/// Writes what this host says about addresses on the segment, as whole Ethernet frames.
///
/// Threads: shard.
final class DiscoveryWriter {
    private static final long ALL_NODES_LOW = 1;
    private static final long ALL_ROUTERS_LOW = 2;
    private static final long ALL_MLD_ROUTERS_LOW = 0x16;

    private final long mac;

    DiscoveryWriter(long mac) {
        this.mac = mac;
    }

    /// Asks for a neighbour: all of the segment, or itself if it is known.
    void ask(Frame out, Neighbour neighbour) {
        boolean unicast = neighbour.state == Neighbour.State.PROBE;
        if (IpAddress.isV4(neighbour.high, neighbour.low)) {
            Arp.write(out, Arp.REQUEST, mac, (int) neighbour.srcLow, 0, (int) neighbour.low);
            arp(out, unicast ? neighbour.mac : MacAddress.BROADCAST.bits());
            return;
        }
        NdpWriter.solicit(out, neighbour.srcHigh, neighbour.srcLow, neighbour.high, neighbour.low, unicast, mac);
        ipv6(out, unicast ? neighbour.mac : groupMac(neighbour.low));
    }

    private static long groupMac(long low) {
        return MacAddress.ofGroupV6(Ndp.solicitedNodeLow(low));
    }

    /// Asks whether somebody has an address that we want to use.
    void probe(Frame out, IpAddress address) {
        if (address.isV4()) {
            Arp.write(out, Arp.REQUEST, mac, 0, 0, address.v4());
            arp(out, MacAddress.BROADCAST.bits());
            return;
        }
        NdpWriter.solicit(out, 0, 0, address.high(), address.low(), false, 0);
        ipv6(out, groupMac(address.low()));
    }

    /// Tells all of the segment that an address is ours.
    void announce(Frame out, IpAddress address) {
        if (address.isV4()) {
            Arp.write(out, Arp.REQUEST, mac, address.v4(), 0, address.v4());
            arp(out, MacAddress.BROADCAST.bits());
            return;
        }
        announceV6(out, address.high(), address.low());
    }

    void announceV6(Frame out, long high, long low) {
        NdpWriter.announce(out, high, low, mac);
        ipv6(out, MacAddress.ofGroupV6(ALL_NODES_LOW));
    }

    /// Answers an ARP request for one of our addresses.
    void reply(Frame out, int ourIp, long toMac, int toIp) {
        Arp.write(out, Arp.REPLY, mac, ourIp, toMac, toIp);
        arp(out, toMac);
    }

    /// Answers a neighbour solicitation for one of our addresses.
    void advertise(Frame out, long high, long low, long toMac, long toHigh, long toLow) {
        NdpWriter.advertise(out, high, low, mac, toHigh, toLow);
        ipv6(out, toMac);
    }

    /// Puts the frame's header before a router solicitation.
    void toRouters(Frame out) {
        ipv6(out, MacAddress.ofGroupV6(ALL_ROUTERS_LOW));
    }

    /// Reports the groups of our addresses.
    ///
    /// @param src our link-local address, or the unspecified one
    /// @param asked whether this answers a query
    void report(Frame out, List<IpAddress> addresses, IpAddress src, boolean asked) {
        NdpWriter.beginReport(out);
        for (int i = 0; i < addresses.size() && i < NdpWriter.GROUPS_MAX; i++) {
            NdpWriter.reportGroupOf(out, addresses.get(i).low(), asked);
        }
        NdpWriter.finishReport(out, src.high(), src.low());
        ipv6(out, MacAddress.ofGroupV6(ALL_MLD_ROUTERS_LOW));
    }

    /// Puts the header before an IP packet.
    void wrap(Frame packet, long toMac, boolean v4) {
        EthernetFrame.wrap(packet, toMac, mac, v4 ? EthernetFrame.TYPE_IPV4 : EthernetFrame.TYPE_IPV6);
    }

    private void arp(Frame out, long toMac) {
        EthernetFrame.wrap(out, toMac, mac, EthernetFrame.TYPE_ARP);
    }

    private void ipv6(Frame out, long toMac) {
        EthernetFrame.wrap(out, toMac, mac, EthernetFrame.TYPE_IPV6);
    }
}
