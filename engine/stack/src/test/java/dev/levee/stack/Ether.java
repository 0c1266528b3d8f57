package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.Arp;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.EthernetFrame;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Icmp;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.MacAddress;
import dev.levee.wire.Ndp;
import dev.levee.wire.NdpWriter;
import dev.levee.wire.PacketText;
import dev.levee.wire.SipHash;
import java.util.ArrayList;
import java.util.List;

/// One stack on an Ethernet segment whose other stations the test plays, in virtual time.
///
/// What the stack sends is given as lines: `0.000 all ARP who has 198.18.0.1 tell 198.18.0.2`; the time is since
/// the beginning, then to whom the frame goes (`all`, a group's last octets, or the station's last octet).
final class Ether {
    static final long SECOND = 1_000_000_000L;
    static final long BEGIN = Long.MAX_VALUE - 5 * SECOND;
    static final long OURS = mac(2);
    static final long PEER = mac(1);
    static final long ROUTER = mac(0xfe);
    static final IpAddress US_V4 = IpAddress.parse("198.18.0.2");
    static final IpAddress US_V6 = IpAddress.parse("2001:db8::2");
    static final IpAddress PEER_V4 = IpAddress.parse("198.18.0.1");
    static final IpAddress PEER_V6 = IpAddress.parse("2001:db8::1");
    static final IpAddress GATEWAY_V4 = IpAddress.parse("198.18.0.254");
    static final IpAddress GATEWAY_V6 = IpAddress.parse("2001:db8::fe");
    static final IpAddress FAR_V4 = IpAddress.parse("198.19.9.9");
    static final IpAddress FAR_V6 = IpAddress.parse("2001:db8:9::9");
    static final EthernetConfig PLAIN =
            new EthernetConfig(new MacAddress(OURS), List.of(), DuplicateDetection.OFF, false);
    static final EthernetConfig WITH_GATEWAYS =
            new EthernetConfig(new MacAddress(OURS), List.of(GATEWAY_V4, GATEWAY_V6), DuplicateDetection.OFF, false);

    final Stack stack;
    long now = BEGIN;
    private final Frame out = FrameSlab.single(1600);
    private final Frame in = FrameSlab.single(1600);

    Ether(EthernetConfig config) {
        this(config, Limits.DEFAULT, "198.18.0.2/24", "2001:db8::2/64");
    }

    Ether(EthernetConfig config, Limits limits, String... addresses) {
        var cidrs = List.of(addresses).stream().map(Cidr::parse).toList();
        stack = new Stack(new StackConfig(cidrs, 1500, new SipHash(7, 8), limits, config));
    }

    /// A stack that has said all that it says at its start.
    static Ether settled(EthernetConfig config) {
        var ether = new Ether(config);
        ether.run(10 * SECOND);
        return ether;
    }

    static long mac(int last) {
        return 0x0200_0000_0000L | last;
    }

    /// Everything that is sent now.
    List<String> sent() {
        var lines = new ArrayList<String>();
        while (stack.poll(now, out)) {
            lines.add(describe(out));
        }
        assertThat(Deadlines.due(now, stack.nextDeadline()))
                .as("a drained stack")
                .isFalse();
        return lines;
    }

    /// What is sent while time passes.
    List<String> run(long nanos) {
        long end = now + nanos;
        var lines = new ArrayList<>(sent());
        while (true) {
            long next = stack.nextDeadline();
            if (next == Deadlines.NONE || next - end > 0) {
                now = end;
                return lines;
            }
            now = next - 1;
            assertThat(stack.poll(now, out))
                    .as("something was sent before it was due")
                    .isFalse();
            now = next;
            lines.addAll(sent());
        }
    }

    /// The lines without their times, those of a kind only.
    static List<String> only(List<String> lines, String kind) {
        return lines.stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .filter(line -> line.contains(kind))
                .toList();
    }

    private String describe(Frame frame) {
        var ethernet = new EthernetFrame();
        assertThat(ethernet.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ethernet.source()).isEqualTo(OURS);
        long tenths = (now - BEGIN) / (SECOND / 10);
        var line = tenths / 10 + "." + tenths % 10 + " " + station(ethernet.destination()) + " ";
        if (ethernet.type() == EthernetFrame.TYPE_ARP) {
            return line + arp(ethernet);
        }
        frame.set(ethernet.payloadOffset(), ethernet.payloadLength());
        var ip = new IpPacket();
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ip.v4()).isEqualTo(ethernet.type() == EthernetFrame.TYPE_IPV4);
        if (!ip.v4() && ip.protocol() == IpPacket.PROTOCOL_ICMP6) {
            var icmp = new Icmp(ip);
            assertThat(icmp.parse()).isEqualTo(DropReason.NONE);
            if (icmp.type() == 143) {
                boolean answer = Bytes.u8(ip.memory(), ip.payloadOffset() + 8) == 2;
                return line + (answer ? "MLD answer from " : "MLD from ") + ip.source();
            }
            if (Ndp.isNdp(icmp.type())) {
                return line + ndp(ip, icmp);
            }
        }
        return line + PacketText.of(frame);
    }

    private static String station(long mac) {
        if (mac == MacAddress.BROADCAST.bits()) {
            return "all";
        }
        var text = new MacAddress(mac).toString();
        return MacAddress.isGroup(mac) ? "group-" + text.substring(6) : text.substring(15);
    }

    private static String arp(EthernetFrame ethernet) {
        var arp = new Arp();
        assertThat(arp.parse(ethernet)).isEqualTo(DropReason.NONE);
        assertThat(arp.senderMac()).isEqualTo(OURS);
        var sender = IpAddress.ofV4(arp.senderIp());
        var target = IpAddress.ofV4(arp.targetIp());
        return arp.operation() == Arp.REPLY
                ? "ARP " + sender + " is here, " + target + " " + station(arp.targetMac())
                : "ARP who has " + target + " tell " + sender;
    }

    private static String ndp(IpPacket ip, Icmp icmp) {
        var ndp = new Ndp(icmp);
        assertThat(ndp.parse()).isEqualTo(DropReason.NONE);
        var target = new IpAddress(ndp.targetHigh(), ndp.targetLow());
        return switch (ndp.type()) {
            case Ndp.NEIGHBOUR_SOLICITATION -> {
                assertThat(ndp.sourceMac()).isEqualTo(ip.source().isAny() ? 0 : OURS);
                yield "NS " + target + " from " + ip.source() + " to " + ip.destination();
            }
            case Ndp.NEIGHBOUR_ADVERTISEMENT -> {
                assertThat(ndp.targetMac()).isEqualTo(OURS);
                yield "NA " + target + (ndp.solicited() ? " solicited" : "") + (ndp.override() ? " override" : "")
                        + " to " + ip.destination();
            }
            default -> "RS from " + ip.source() + " to " + ip.destination();
        };
    }

    // ---- what others send ----

    /// What became of the frame.
    DropReason receive(Frame frame) {
        var before = new long[DropReason.values().length];
        for (var reason : DropReason.values()) {
            before[reason.ordinal()] = stack.drops().get(reason);
        }
        stack.onFrame(now, frame);
        for (var reason : DropReason.values()) {
            if (stack.drops().get(reason) != before[reason.ordinal()]) {
                return reason;
            }
        }
        throw new AssertionError("a frame was not counted");
    }

    /// A frame around the packet in `packet`.
    DropReason receive(Frame packet, long from, long to, int type) {
        in.copyFrom(packet);
        EthernetFrame.wrap(in, to, from, type);
        return receive(in);
    }

    DropReason receiveIp(Frame packet, long from, long to) {
        boolean v4 = Bytes.u8(packet.memory(), packet.offset()) >>> 4 == 4;
        return receive(packet, from, to, v4 ? EthernetFrame.TYPE_IPV4 : EthernetFrame.TYPE_IPV6);
    }

    DropReason arp(long to, int operation, long mac, IpAddress sender, long targetMac, IpAddress target) {
        Arp.write(in, operation, mac, sender.v4(), targetMac, target.v4());
        EthernetFrame.wrap(in, to, mac, EthernetFrame.TYPE_ARP);
        return receive(in);
    }

    /// An ARP reply, or the neighbour advertisement that says the same, solicited, to us.
    DropReason answer(IpAddress address, long mac) {
        if (address.isV4()) {
            return arp(OURS, Arp.REPLY, mac, address, OURS, US_V4);
        }
        NdpWriter.advertise(in, address.high(), address.low(), mac, US_V6.high(), US_V6.low());
        EthernetFrame.wrap(in, OURS, mac, EthernetFrame.TYPE_IPV6);
        return receive(in);
    }

    /// An ARP announcement, or an unsolicited neighbour advertisement, to all.
    DropReason announce(IpAddress address, long mac) {
        if (address.isV4()) {
            return arp(MacAddress.BROADCAST.bits(), Arp.REQUEST, mac, address, 0, address);
        }
        NdpWriter.announce(in, address.high(), address.low(), mac);
        EthernetFrame.wrap(in, MacAddress.ofGroupV6(1), mac, EthernetFrame.TYPE_IPV6);
        return receive(in);
    }

    /// Somebody asks for an address.
    DropReason ask(IpAddress from, long mac, IpAddress target) {
        if (target.isV4()) {
            return arp(MacAddress.BROADCAST.bits(), Arp.REQUEST, mac, from, 0, target);
        }
        NdpWriter.solicit(in, from.high(), from.low(), target.high(), target.low(), false, from.isAny() ? 0 : mac);
        EthernetFrame.wrap(in, MacAddress.ofGroupV6(Ndp.solicitedNodeLow(target.low())), mac, EthernetFrame.TYPE_IPV6);
        return receive(in);
    }

    static IpAddress us(boolean v4) {
        return v4 ? US_V4 : US_V6;
    }

    static IpAddress peer(boolean v4) {
        return v4 ? PEER_V4 : PEER_V6;
    }

    /// A line of the stack's by which it asks all of the segment for an address.
    static String asks(IpAddress address) {
        if (address.isV4()) {
            return "all ARP who has " + address + " tell " + US_V4;
        }
        var group = new IpAddress(0xff02_0000_0000_0000L, Ndp.solicitedNodeLow(address.low()));
        var mac = new MacAddress(MacAddress.ofGroupV6(group.low())).toString();
        return "group-" + mac.substring(6) + " NS " + address + " from " + US_V6 + " to " + group;
    }

    /// The same to one station, which is asked whether it is still there.
    static String probes(IpAddress address, int last) {
        var station = station(mac(last));
        return address.isV4()
                ? station + " ARP who has " + address + " tell " + US_V4
                : station + " NS " + address + " from " + US_V6 + " to " + address;
    }

    /// What is known of an address: `REACHABLE 01`, `INCOMPLETE`, or `none`.
    String known(IpAddress address) {
        for (var view : stack.neighbours()) {
            if (view.address().equals(address)) {
                var mac = view.mac();
                return view.state() + (mac == null ? "" : " " + station(mac.bits()));
            }
        }
        return "none";
    }

    TcpSocket connect(IpAddress to) throws SocketException {
        return stack.connect(now, null, 40_000, to, 80, SocketOptions.DEFAULT);
    }

    /// Echo requests from a host, whose answers go to it by what is known of it.
    DropReason ping(IpAddress from, long mac) {
        boolean v4 = from.isV4();
        var packet = FrameSlab.single(1500);
        Packets.icmp(packet, v4, from, us(v4), v4 ? 8 : 128, 0, 1, new byte[8]);
        return receiveIp(packet, mac, OURS);
    }
}
