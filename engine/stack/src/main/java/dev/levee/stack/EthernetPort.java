package dev.levee.stack;

import dev.levee.tcp.CloseCause.IcmpReason;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Arp;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.Icmp;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.MacAddress;
import dev.levee.wire.Ndp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Between IP and an Ethernet segment: takes the headers of frames off, answers and asks who has which address,
/// and puts headers before packets. A stack without one exchanges IP packets.
///
/// Nothing is proxied: only questions for this host's own addresses are answered.
///
/// Threads: shard.
final class EthernetPort {
    private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;
    /// Answers in a row before it is the turn of others: who asks without end keeps nobody from sending.
    private static final int REPLIES_IN_A_ROW = 8;
    private static final int OTHERS_IN_A_ROW = 32;

    private final long mac;
    private final List<Cidr> addresses;
    private final IpAddress linkLocal;
    private final IpPacket ip;
    private final StackCounters.Row counters;
    private final EthernetFrame ethernet = new EthernetFrame();
    private final Arp arp = new Arp();
    private final Icmp icmp;
    private final Ndp ndp;
    private final DiscoveryWriter writer;
    private final DiscoveryReplies replies = new DiscoveryReplies();
    private final Spread spread;
    private final @Nullable Routers routers;
    private final Routes routes;
    private final NeighbourErrors errors;
    private final Neighbours neighbours;
    private final AddressClaims claims;
    private final Groups groups;
    private boolean direct;
    private int repliesInARow;
    private int othersInARow;
    private boolean started;
    private boolean routersSought;

    /// @param ip the holder that packets are parsed into
    EthernetPort(
            StackConfig config, EthernetConfig ethernet, IpPacket ip, Sockets sockets, StackCounters.Row counters) {
        this.ip = ip;
        this.counters = counters;
        mac = ethernet.mac().bits();
        linkLocal = new IpAddress(LINK_LOCAL_HIGH, interfaceIdentifier(mac));
        addresses = withLinkLocal(config.addresses(), linkLocal);
        icmp = new Icmp(ip);
        ndp = new Ndp(icmp);
        writer = new DiscoveryWriter(mac);
        spread = new Spread(config.secret());
        boolean v6 = addresses.size() > config.addresses().size();
        routers = ethernet.routerDiscovery() && v6 ? new Routers() : null;
        routes = new Routes(addresses, ethernet, routers);
        errors = new NeighbourErrors(sockets);
        neighbours = new Neighbours(config, routes, errors, counters, spread);
        claims = new AddressClaims(addresses, ethernet.detection(), counters);
        groups = new Groups(addresses);
    }

    /// The modified EUI-64 form (RFC 4291, Appendix A).
    private static long interfaceIdentifier(long mac) {
        return (mac >>> 24 ^ 0x02_0000) << 40 | 0xff_fe00_0000L | mac & 0xff_ffff;
    }

    /// RFC 4291 §2.8: a host knows its link-local address as its own. Without any other address of IPv6 there
    /// is none.
    private static List<Cidr> withLinkLocal(List<Cidr> addresses, IpAddress linkLocal) {
        var all = new ArrayList<>(addresses);
        boolean v6 = addresses.stream().anyMatch(cidr -> !cidr.address().isV4());
        boolean given = addresses.stream().anyMatch(cidr -> cidr.address().equals(linkLocal));
        if (v6 && !given) {
            all.add(new Cidr(linkLocal, 64));
        }
        return List.copyOf(all);
    }

    /// All of this host's addresses, the link-local one included.
    List<Cidr> addresses() {
        return addresses;
    }

    // ---- in ----

    /// Takes the header off a frame, so that `frame` holds an IP packet; ARP is served here.
    ///
    /// @return null when there is an IP packet; otherwise what became of the frame
    @Nullable
    DropReason unwrap(long nowNanos, Frame frame) {
        start(nowNanos);
        var reason = ethernet.parse(frame);
        if (reason != DropReason.NONE) {
            return reason;
        }
        direct = ethernet.destination() == mac;
        if (ethernet.vlan() != 0 || !direct && !MacAddress.isGroup(ethernet.destination())) {
            return DropReason.NOT_OURS;
        }
        if (!MacAddress.isStation(ethernet.source()) || ethernet.source() == mac) {
            return DropReason.BAD_SOURCE;
        }
        return switch (ethernet.type()) {
            case EthernetFrame.TYPE_ARP -> {
                reason = arp.parse(ethernet);
                yield reason == DropReason.NONE ? arpArrives(nowNanos) : reason;
            }
            case EthernetFrame.TYPE_IPV4, EthernetFrame.TYPE_IPV6 -> {
                frame.set(ethernet.payloadOffset(), ethernet.payloadLength());
                yield null;
            }
            default -> DropReason.UNKNOWN_PROTOCOL;
        };
    }

    /// Judges the packet that was in the frame and has been parsed; neighbour discovery is served here.
    ///
    /// @return null when the packet is for those above; otherwise what became of it
    @Nullable
    DropReason arrives(long nowNanos) {
        if (ip.v4() != (ethernet.type() == EthernetFrame.TYPE_IPV4)) {
            return DropReason.BAD_VERSION;
        }
        if (!ip.v4() && ip.protocol() == IpPacket.PROTOCOL_ICMP6 && ip.payloadLength() > 0) {
            int type = Bytes.u8(ip.memory(), ip.payloadOffset());
            if (Ndp.isNdp(type) || type == Groups.QUERY) {
                return ip.fragmentHeader() ? DropReason.BAD_NEIGHBOUR_MESSAGE : discovery(nowNanos);
            }
        }
        return usable();
    }

    /// Judges the fragment that was in the frame and has been parsed. Neighbour discovery does not come in
    /// fragments, not even in a single one: "Nodes MUST silently ignore" it then (RFC 6980 §5), for who filters it
    /// in the network may not see it.
    ///
    /// @return null when it is for those above; otherwise what became of it
    @Nullable
    DropReason pieceArrives() {
        return ip.v4() == (ethernet.type() == EthernetFrame.TYPE_IPV4) ? usable() : DropReason.BAD_VERSION;
    }

    private @Nullable DropReason usable() {
        // RFC 1122 §3.3.6: "A host SHOULD silently discard a datagram that is received via a link-layer
        // broadcast [...] but does not specify an IP multicast or broadcast destination address." Groups are
        // not served either.
        boolean usable = claims.allUsable() || claims.usable(ip.dstHigh(), ip.dstLow());
        return direct && usable ? null : DropReason.NOT_OURS;
    }

    private DropReason arpArrives(long nowNanos) {
        long sender = IpAddress.mapped(arp.senderIp());
        long target = IpAddress.mapped(arp.targetIp());
        boolean request = arp.operation() == Arp.REQUEST;
        if (arp.senderMac() == mac) {
            return DropReason.BAD_SOURCE;
        }
        boolean probe = arp.senderIp() == 0;
        if (!probe && claims.claimed(nowNanos, 0, sender, arp.senderMac(), false)) {
            return DropReason.BAD_SOURCE;
        }
        boolean forUs = claims.usable(0, target);
        if (probe) {
            if (request) {
                claims.claimed(nowNanos, 0, target, arp.senderMac(), true);
            }
        } else if (!plausible(sender)) {
            return DropReason.BAD_SOURCE;
        } else if (request && forUs) {
            heard(nowNanos, 0, sender, arp.senderMac());
        } else if (!neighbourly(nowNanos, 0, sender)) {
            return DropReason.BAD_SOURCE;
        } else {
            return told(nowNanos, sender, !request && forUs && direct);
        }
        return request && forUs ? reply(target) : DropReason.NEIGHBOUR_UNRELATED;
    }

    /// Somebody asks for us. Stations ask from addresses of other networks, too: a router that speaks for itself
    /// may use any address that it has. They are answered, but what we send to such an address goes another way,
    /// so nothing is remembered of it.
    private void heard(long nowNanos, long high, long low, long mac) {
        if (neighbourly(nowNanos, high, low)) {
            neighbours.heard(nowNanos, high, low, mac);
        }
    }

    private boolean neighbourly(long nowNanos, long high, long low) {
        return routes.onLink(nowNanos, high, low) || routes.isGateway(high, low);
    }

    /// No group, no broadcast: `Addresses` judges senders of packets, but here there is no packet.
    private boolean plausible(long sender) {
        int v4 = (int) sender;
        if (v4 >>> 28 >= 0xe || v4 >>> 24 == 127 || v4 >>> 24 == 0) {
            return false;
        }
        for (int i = 0; i < addresses.size(); i++) {
            var cidr = addresses.get(i);
            int bits = cidr.prefixBits();
            boolean v4Network = cidr.address().isV4() && bits <= 30;
            if (v4Network && ((v4 ^ cidr.address().v4()) & -1 << 32 - bits) == 0 && (v4 | -1 << 32 - bits) == -1) {
                return false;
            }
        }
        return true;
    }

    /// What is said to others, or to all, updates what is known (RFC 826: "merge"), and adds nothing.
    private DropReason told(long nowNanos, long sender, boolean answer) {
        boolean known = answer
                ? neighbours.replied(nowNanos, 0, sender, arp.senderMac())
                : neighbours.advertised(nowNanos, 0, sender, arp.senderMac(), false, true);
        return known ? DropReason.NONE : DropReason.NEIGHBOUR_UNRELATED;
    }

    private DropReason reply(long target) {
        if (replies.full()) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        writer.reply(replies.next(), (int) target, arp.senderMac(), arp.senderIp());
        return DropReason.NONE;
    }

    private DropReason discovery(long nowNanos) {
        var reason = icmp.parse();
        if (reason == DropReason.NONE && icmp.type() == Groups.QUERY) {
            return groups.queried(nowNanos, icmp, spread) ? DropReason.NONE : DropReason.BAD_NEIGHBOUR_MESSAGE;
        }
        reason = reason == DropReason.NONE ? ndp.parse() : reason;
        if (reason != DropReason.NONE) {
            return reason;
        }
        if (ndp.sourceMac() == mac || ndp.targetMac() == mac) {
            return DropReason.BAD_SOURCE;
        }
        return switch (ndp.type()) {
            case Ndp.NEIGHBOUR_SOLICITATION -> solicited(nowNanos);
            case Ndp.NEIGHBOUR_ADVERTISEMENT -> advertised(nowNanos);
            case Ndp.ROUTER_ADVERTISEMENT -> routerAdvertised(nowNanos);
            // We are no router, and nobody tells this host to send elsewhere.
            default -> DropReason.NEIGHBOUR_UNRELATED;
        };
    }

    private DropReason solicited(long nowNanos) {
        long high = ndp.targetHigh();
        long low = ndp.targetLow();
        boolean nobody = (ip.srcHigh() | ip.srcLow()) == 0;
        if (nobody) {
            claims.claimed(nowNanos, high, low, ethernet.source(), true);
        }
        if (!claims.usable(high, low)) {
            return DropReason.NEIGHBOUR_UNRELATED;
        }
        boolean group = ip.srcHigh() >>> 56 == 0xff;
        boolean loopback = ip.srcHigh() == 0 && ip.srcLow() == 1;
        if (group || loopback || ours(ip.srcHigh(), ip.srcLow())) {
            return DropReason.BAD_SOURCE;
        }
        if (ndp.sourceMac() != 0) {
            heard(nowNanos, ip.srcHigh(), ip.srcLow(), ndp.sourceMac());
        }
        if (replies.full()) {
            return DropReason.REPLY_QUEUE_FULL;
        }
        if (nobody) {
            // §7.2.4: who asks without an address is answered so that all hear it.
            writer.announceV6(replies.next(), high, low);
        } else {
            long to = ndp.sourceMac() != 0 ? ndp.sourceMac() : ethernet.source();
            writer.advertise(replies.next(), high, low, to, ip.srcHigh(), ip.srcLow());
        }
        return DropReason.NONE;
    }

    private boolean ours(long high, long low) {
        for (int i = 0; i < addresses.size(); i++) {
            var address = addresses.get(i).address();
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }

    private DropReason advertised(long nowNanos) {
        long high = ndp.targetHigh();
        long low = ndp.targetLow();
        if (claims.claimed(nowNanos, high, low, ndp.targetMac() != 0 ? ndp.targetMac() : ethernet.source(), false)) {
            return DropReason.BAD_SOURCE;
        }
        if (routers != null && !ndp.router() && neighbours.believes(high, low, ndp.targetMac(), ndp.override())) {
            routers.demoted(high, low);
        }
        boolean solicited = ndp.solicited() && direct;
        boolean known = neighbours.advertised(nowNanos, high, low, ndp.targetMac(), solicited, ndp.override());
        return known ? DropReason.NONE : DropReason.NEIGHBOUR_UNRELATED;
    }

    private DropReason routerAdvertised(long nowNanos) {
        if (routers == null) {
            return DropReason.NEIGHBOUR_UNRELATED;
        }
        routers.advertised(nowNanos, ip.srcHigh(), ip.srcLow(), ndp);
        neighbours.times(nowNanos, ndp.reachableMillis(), ndp.retransMillis());
        if (ndp.sourceMac() != 0) {
            neighbours.heard(nowNanos, ip.srcHigh(), ip.srcLow(), ndp.sourceMac());
        }
        return DropReason.NONE;
    }

    /// A connection with this remote address has made progress: its next hop is there (RFC 4861 §7.3.1).
    void progress(long nowNanos, long remoteHigh, long remoteLow) {
        if (routes.find(nowNanos, remoteHigh, remoteLow)) {
            neighbours.progress(nowNanos, routes.hopHigh(), routes.hopLow());
        }
    }

    /// A connection has sent in vain until R1. RFC 9293 §3.8.3 (MUST-20): "pass negative advice [...] to
    /// the IP layer, to trigger dead-gateway diagnosis".
    void doubted(long nowNanos, IpAddress local, IpAddress remote) {
        if (routes.find(nowNanos, remote.high(), remote.low())) {
            neighbours.doubted(nowNanos, routes.hopHigh(), routes.hopLow(), local.high(), local.low());
        }
    }

    // ---- out ----

    private void start(long nowNanos) {
        if (started) {
            return;
        }
        started = true;
        neighbours.start(nowNanos);
        claims.start(nowNanos, spread);
        groups.start(nowNanos);
    }

    /// Nobody else has anything, or has had his turn.
    void answersAgain() {
        repliesInARow = 0;
        othersInARow = 0;
    }

    /// Writes the next frame that is due here: answers, questions, packets whose neighbour is known by now.
    ///
    /// @return false when there is none, or it is the turn of others, who may have none: then once more
    boolean poll(long nowNanos, Frame out) {
        start(nowNanos);
        if (repliesInARow < REPLIES_IN_A_ROW && replies.poll(out)) {
            repliesInARow++;
            return true;
        }
        if (++othersInARow >= OTHERS_IN_A_ROW) {
            answersAgain();
        }
        var released = neighbours.pollReleased(nowNanos, out);
        if (released != null) {
            writer.wrap(out, released.mac, IpAddress.isV4(released.high, released.low));
            return true;
        }
        var unknown = neighbours.pollAsking(nowNanos);
        if (unknown != null) {
            writer.ask(out, unknown);
            return true;
        }
        return claims.poll(nowNanos, writer, out, spread) || pollGroupsAndRouters(nowNanos, out);
    }

    private boolean pollGroupsAndRouters(long nowNanos, Frame out) {
        boolean hasSource = claims.usable(linkLocal.high(), linkLocal.low());
        if (groups.poll(nowNanos, writer, out, hasSource ? linkLocal : IpAddress.ANY_V6, spread)) {
            return true;
        }
        if (routers == null || !hasSource) {
            return false;
        }
        if (!routersSought) {
            routersSought = true;
            routers.start(nowNanos, spread);
        }
        if (routers.poll(nowNanos, out, linkLocal.high(), linkLocal.low(), mac)) {
            writer.toRouters(out);
            return true;
        }
        return false;
    }

    /// Puts the header before an IP packet of ours.
    ///
    /// @return whether it can go; if not, it waits for its next hop's link-layer address, or was dropped
    boolean wrap(long nowNanos, Frame packet) {
        var memory = packet.memory();
        int at = packet.offset();
        boolean v4 = Bytes.u8(memory, at) >>> 4 == 4;
        long srcHigh = v4 ? 0 : Bytes.i64(memory, at + 8);
        long srcLow = v4 ? IpAddress.mapped(Bytes.i32(memory, at + 12)) : Bytes.i64(memory, at + 16);
        long dstHigh = v4 ? 0 : Bytes.i64(memory, at + 24);
        long dstLow = v4 ? IpAddress.mapped(Bytes.i32(memory, at + 16)) : Bytes.i64(memory, at + 32);
        if (!claims.allUsable() && !claims.usable(srcHigh, srcLow)) {
            counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
            return false;
        }
        if (!routes.find(nowNanos, dstHigh, dstLow)) {
            counters.count(StackCounters.NEIGHBOUR_PACKETS_DROPPED);
            errors.report(nowNanos, packet, IcmpReason.NETWORK);
            return false;
        }
        var neighbour = neighbours.use(nowNanos, routes.hopHigh(), routes.hopLow(), srcHigh, srcLow, packet);
        if (neighbour == null) {
            return false;
        }
        writer.wrap(packet, neighbour.mac, v4);
        return true;
    }

    /// When [#poll] has something to do; `lastNanos` when it has now.
    long nextDeadline(long lastNanos) {
        if (!started || !replies.isEmpty() || neighbours.outputWaits()) {
            return lastNanos;
        }
        long deadline = Deadlines.earlier(neighbours.nextDeadline(), claims.nextDeadline());
        deadline = Deadlines.earlier(deadline, groups.nextDeadline());
        return routers == null ? deadline : Deadlines.earlier(deadline, routers.nextDeadline());
    }

    // ---- for users and tools ----

    boolean hasRoute(long nowNanos, IpAddress remote) {
        return routes.find(nowNanos, remote.high(), remote.low());
    }

    AddressClaims claims() {
        return claims;
    }

    Neighbours neighbours() {
        return neighbours;
    }
}
