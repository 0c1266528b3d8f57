package dev.levee.stack;

import static dev.levee.stack.Ether.OURS;
import static dev.levee.stack.Ether.ROUTER;
import static dev.levee.stack.Ether.SECOND;
import static dev.levee.stack.Ether.mac;
import static dev.levee.stack.Ether.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import dev.levee.stack.EthernetConfig.DuplicateDetection;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.MacAddress;
import dev.levee.wire.NdpWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not on the link goes to a gateway, given or advertised.
class GatewayTest {
    private static final EthernetConfig DISCOVERING =
            new EthernetConfig(new MacAddress(OURS), List.of(), DuplicateDetection.OFF, true);
    private static final IpAddress R1 = IpAddress.parse("fe80::1");
    private static final IpAddress R2 = IpAddress.parse("fe80::2");

    private static IpAddress far(boolean v4) {
        return v4 ? Ether.FAR_V4 : Ether.FAR_V6;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"4861:5.2", "1122:3.3.1.1"})
    void whatIsNotOnTheLinkGoesToTheGatewayWhichItsProgressConfirms(boolean v4) throws SocketException {
        var ether = Ether.settled(Ether.WITH_GATEWAYS);
        var gateway = v4 ? Ether.GATEWAY_V4 : Ether.GATEWAY_V6;
        var socket = ether.connect(far(v4));
        assertThat(only(ether.sent(), "")).containsExactly(Ether.asks(gateway));
        ether.answer(gateway, ROUTER);
        assertThat(only(ether.sent(), "[SYN]")).singleElement().asString().startsWith("fe ");

        ether.now += 60 * SECOND;
        ether.sent();
        assertThat(ether.known(gateway)).isEqualTo("DELAY fe");
        int iss = socket.connection().sndUna();
        ether.receiveIp(
                Packets.tcp(far(v4), 80, Ether.us(v4), 40_000, TcpFlags.SYN | TcpFlags.ACK, 5, iss + 1, 0),
                ROUTER,
                OURS);
        assertThat(ether.known(gateway)).isEqualTo("REACHABLE fe");
        assertThat(ether.known(far(v4))).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutAGatewayConnectingSaysSo(boolean v4) {
        var ether = Ether.settled(Ether.PLAIN);
        assertThatThrownBy(() -> ether.connect(far(v4)))
                .isInstanceOf(SocketException.class)
                .hasMessage(far(v4) + " is in no network of this host; give it a gateway");
    }

    @Test
    void withoutAGatewayAnswersToOtherNetworksAreDropped() {
        var ether = Ether.settled(Ether.PLAIN);
        var packet = FrameSlab.single(1500);
        Packets.icmp(packet, true, Ether.FAR_V4, Ether.US_V4, 8, 0, 1, new byte[8]);
        assertThat(ether.receiveIp(packet, ROUTER, OURS)).isEqualTo(DropReason.NONE);
        assertThat(ether.sent()).isEmpty();
        assertThat(ether.stack.counters().get(StackCounters.NEIGHBOUR_PACKETS_DROPPED))
                .isEqualTo(1);
    }

    @Test
    void linkLocalAddressesAreNeighbours() {
        var ether = Ether.settled(Ether.WITH_GATEWAYS);
        var packet = FrameSlab.single(1500);
        Packets.icmp(packet, false, R1, IpAddress.parse("fe80::ff:fe00:2"), 128, 0, 1, new byte[8]);
        assertThat(ether.receiveIp(packet, ROUTER, OURS)).isEqualTo(DropReason.NONE);
        assertThat(only(ether.sent(), "")).singleElement().asString().contains("NS fe80::1 from fe80::ff:fe00:2");
    }

    @Test
    void whatCannotBeAGatewayOrAStationIsNamed() {
        assertThatThrownBy(() -> new EthernetConfig(MacAddress.BROADCAST, List.of(), DuplicateDetection.OFF, false))
                .hasMessageContaining("ff:ff:ff:ff:ff:ff");
        assertThatThrownBy(() -> new EthernetConfig(
                        new MacAddress(OURS), List.of(IpAddress.parse("224.0.0.1")), DuplicateDetection.OFF, false))
                .hasMessage("224.0.0.1 cannot be a gateway's address");
        assertThatThrownBy(() -> new EthernetConfig(
                        new MacAddress(OURS), List.of(Ether.GATEWAY_V4, Ether.PEER_V4), DuplicateDetection.OFF, false))
                .hasMessageContaining("one gateway of each family");
    }

    // ---- advertised ----

    private static String seconds(int seconds) {
        return HexFormat.of().toHexDigits((short) seconds);
    }

    /// A router advertisement with its link-layer address, and what follows.
    private static Frame advertisement(IpAddress router, long mac, int lifetimeSeconds, String more) {
        var body = HexFormat.of()
                .parseHex("4000" + seconds(lifetimeSeconds) + "0000000000000000" + "0101"
                        + HexFormat.of().toHexDigits(mac, 12) + more);
        var to = IpAddress.parse("ff02::1");
        var frame = FrameSlab.single(1500);
        frame.fill(new byte[40 + 4 + body.length]);
        var memory = frame.memory();
        int at = frame.offset() + 40;
        int bytes = 4 + body.length;
        Bytes.put32(memory, frame.offset(), 0x6000_0000);
        Bytes.put32(memory, frame.offset() + 4, bytes << 16 | 58 << 8 | 255);
        Bytes.put64(memory, frame.offset() + 8, router.high());
        Bytes.put64(memory, frame.offset() + 16, router.low());
        Bytes.put64(memory, frame.offset() + 24, to.high());
        Bytes.put64(memory, frame.offset() + 32, to.low());
        Bytes.put16(memory, at, 134 << 8);
        MemorySegment.copy(body, 0, memory, ValueLayout.JAVA_BYTE, at + 4, body.length);
        long sum = Checksum.pseudoHeader(false, router.high(), router.low(), to.high(), to.low(), 58, bytes);
        Bytes.put16(memory, at + 2, Checksum.finish(Checksum.add(sum, memory, at, bytes)));
        return frame;
    }

    private static DropReason advertise(Ether ether, IpAddress router, long mac, int lifetimeSeconds, String more) {
        return ether.receiveIp(advertisement(router, mac, lifetimeSeconds, more), mac, MacAddress.ofGroupV6(1));
    }

    private static String syn(Ether ether, int port) throws SocketException {
        var socket = ether.stack.connect(ether.now, null, port, Ether.FAR_V6, 80, SocketOptions.DEFAULT);
        var lines = ether.sent();
        socket.abort(ether.now);
        ether.sent();
        return lines.isEmpty() ? "" : lines.getFirst().split(" ", -1)[1];
    }

    @Test
    @Rfc("4861:6.3.7")
    void routersAreAskedForThreeTimesFourSecondsApart() {
        var ether = new Ether(DISCOVERING);
        var lines = ether.run(60 * SECOND);
        assertThat(only(lines, "RS")).hasSize(3).containsOnly("group-00:00:00:02 RS from fe80::ff:fe00:2 to ff02::2");
        var times = lines.stream()
                .filter(line -> line.contains("RS"))
                .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[0]))
                .toArray();
        assertThat(times[0]).isBetween(0.0, 1.0);
        assertThat(times[1] - times[0]).isBetween(3.9, 4.1);
        assertThat(times[2] - times[1]).isBetween(3.9, 4.1);
        assertThat(only(Ether.settled(Ether.PLAIN).run(SECOND), "RS")).isEmpty();
    }

    @Test
    @Rfc({"4861:6.3.4", "4861:6.3.5"})
    void anAdvertisedRouterIsTheGatewayForItsLifetime() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(SECOND);
        assertThat(advertise(ether, R1, ROUTER, 100, "")).isEqualTo(DropReason.NONE);
        assertThat(only(ether.run(20 * SECOND), "RS")).as("it is known now").isEmpty();
        assertThat(syn(ether, 1)).isEqualTo("fe");
        ether.now += 80 * SECOND - 1;
        assertThat(syn(ether, 2)).isEqualTo("fe");
        ether.now += 1;
        assertThatThrownBy(() -> syn(ether, 3)).hasMessageContaining("give it a gateway");
    }

    @Test
    @Rfc({"4861:6.3.4", "4861:7.2.5"})
    void aRouterThatSaysThatItIsNoneAnyMoreIsLeft() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        advertise(ether, R1, ROUTER, 1800, "");
        advertise(ether, R2, mac(0xfd), 1800, "");
        assertThat(syn(ether, 1)).isEqualTo("fe");
        advertise(ether, R1, ROUTER, 0, "");
        assertThat(syn(ether, 2)).isEqualTo("fd");
        ether.announce(R2, mac(0xfd));
        assertThatThrownBy(() -> syn(ether, 3)).hasMessageContaining("give it a gateway");
    }

    /// Somebody else who answers for it, or a neighbour that is not known, has no say in it.
    @Test
    @Rfc("4861:7.2.5")
    void aRouterStaysOneWhenTheAdvertisementIsNotToBeBelieved() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        advertise(ether, R1, ROUTER, 1800, "");
        var packet = FrameSlab.single(1500);
        NdpWriter.announce(packet, R1.high(), R1.low(), mac(7));
        int icmp = packet.offset() + 40;
        // Neither router nor override; the checksum follows.
        int flags = Bytes.u16(packet.memory(), icmp + 4);
        Bytes.put16(packet.memory(), icmp + 4, 0);
        Bytes.put16(packet.memory(), icmp + 2, Bytes.u16(packet.memory(), icmp + 2) + flags);
        assertThat(ether.receiveIp(packet, mac(7), MacAddress.ofGroupV6(1))).isEqualTo(DropReason.NONE);
        assertThat(syn(ether, 1)).isEqualTo("fe");
    }

    @Test
    @Rfc("4861:6.3.6")
    void aRouterThatDoesNotAnswerGivesWayToTheNext() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        advertise(ether, R1, ROUTER, 1800, "");
        advertise(ether, R2, mac(0xfd), 1800, "");
        assertThat(syn(ether, 1)).isEqualTo("fe");
        // Unanswered: a moment for higher layers, then three probes.
        ether.run(9 * SECOND);
        assertThat(syn(ether, 2)).isEqualTo("fd");
    }

    @Test
    @Rfc({"1122:3.3.1.4", "9293:MUST-20"})
    void aConnectionInVainFindsTheOtherRouter() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        advertise(ether, R1, ROUTER, 1800, "");
        advertise(ether, R2, mac(0xfd), 1800, "");
        var lucky = ether.stack.connect(ether.now, null, 40_001, Ether.FAR_V6, 80, SocketOptions.DEFAULT);
        ether.sent();
        int iss = lucky.connection().sndUna();
        ether.receiveIp(
                Packets.tcp(Ether.FAR_V6, 80, Ether.us(false), 40_001, TcpFlags.SYN | TcpFlags.ACK, 5, iss + 1, 0),
                ROUTER,
                OURS);
        ether.sent();
        assertThat(ether.known(R1)).isEqualTo("REACHABLE fe");

        ether.connect(Ether.FAR_V6);
        var lines = ether.run(16 * SECOND);
        assertThat(only(lines, "[SYN]").stream().map(line -> line.substring(0, 2)))
                .as("repeated after 1, 2, 4 and 8 s")
                .containsExactly("fe", "fe", "fe", "fe", "fd");
    }

    @Test
    @Rfc("4861:6.3.4")
    void advertisedPrefixesAreOnLinkForAsLongAsTheySay() {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        var prefix = "0304%s%s00000064000000000000000020010db8000900000000000000000000";
        advertise(ether, R1, ROUTER, 0, prefix.formatted("40", "40"));
        assertThatThrownBy(() -> ether.connect(Ether.FAR_V6)).hasMessageContaining("in no network");
        advertise(ether, R1, ROUTER, 0, prefix.formatted("40", "c0"));
        assertThat(ether.stack.connectionCount()).isZero();
        assertThat(onLink(ether)).isTrue();
        ether.now += 100 * SECOND - 1;
        assertThat(onLink(ether)).isTrue();
        ether.now += 1;
        assertThat(onLink(ether)).isFalse();
    }

    private static boolean onLink(Ether ether) {
        try {
            ether.connect(Ether.FAR_V6).abort(ether.now);
            return only(ether.sent(), "NS " + Ether.FAR_V6).size() <= 1;
        } catch (SocketException _) {
            // No route.
            return false;
        }
    }

    @Test
    void withoutTheOptionAdvertisementsAreNotBelieved() {
        var ether = Ether.settled(Ether.PLAIN);
        assertThat(advertise(ether, R1, ROUTER, 1800, "")).isEqualTo(DropReason.NEIGHBOUR_UNRELATED);
        assertThatThrownBy(() -> ether.connect(Ether.FAR_V6)).hasMessageContaining("give it a gateway");
        assertThat(ether.stack.neighbours()).isEmpty();
    }

    @Test
    void routersAndPrefixesBeyondAFewAreNotBelieved() throws SocketException {
        var ether = new Ether(DISCOVERING);
        ether.run(20 * SECOND);
        for (int i = 1; i <= 300; i++) {
            var router = new IpAddress(R1.high(), i);
            var prefix =
                    "030440c0ffffffff0000000000000000" + "20010db8" + seconds(0x1000 + i) + "0000" + "0000000000000000";
            assertThat(advertise(ether, router, mac(0x1000 + i), 1800, prefix)).isEqualTo(DropReason.NONE);
        }
        assertThat(syn(ether, 1)).isEqualTo("01");
        assertThat(ether.stack.neighbours().size()).isLessThanOrEqualTo(Limits.DEFAULT.neighboursMax() / 4 + 4);
    }
}
