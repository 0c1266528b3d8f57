package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Messages of neighbour discovery, read and written.
class NdpTest {
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
    private static final long MAC = MacAddress.parse("02:00:5e:10:00:01").bits();
    private static final String TARGET = "20010db8000000000000000000000002";
    private static final String SLLA = "0101 02005e100001";
    private static final String TLLA = "0201 02005e100001";

    private final IpPacket ip = new IpPacket();
    private final Icmp icmp = new Icmp(ip);
    private final Ndp ndp = new Ndp(icmp);
    private final Frame frame = FrameSlab.single(1500);

    private DropReason parse(Frame packet) {
        var reason = ip.parse(packet);
        reason = reason == DropReason.NONE ? icmp.parse() : reason;
        return reason == DropReason.NONE ? ndp.parse() : reason;
    }

    private DropReason parse(byte[] packet) {
        return parse(Packets.frame(packet));
    }

    /// @param message type and code, then what follows the checksum
    static byte[] packet(String src, String dst, int hopLimit, int type, int code, String message) {
        var from = IpAddress.parse(src);
        var to = IpAddress.parse(dst);
        var rest = Packets.hex(message);
        var icmp = Packets.icmp(
                from,
                to,
                type,
                code,
                Packets.u16(rest, 0) << 16 | Packets.u16(rest, 2),
                java.util.Arrays.copyOfRange(rest, 4, rest.length));
        var packet = Packets.ipV6(from, to, IpPacket.PROTOCOL_ICMP6, icmp);
        packet[7] = (byte) hopLimit;
        return packet;
    }

    private DropReason parse(String src, String dst, int type, String message) {
        return parse(packet(src, dst, 255, type, 0, message));
    }

    @Test
    @Rfc("4861:4.3")
    void aSolicitationIsWrittenToTheGroupAndRead() {
        NdpWriter.solicit(
                frame,
                Packets.CLIENT_V6.high(),
                Packets.CLIENT_V6.low(),
                Packets.SERVER_V6.high(),
                Packets.SERVER_V6.low(),
                false,
                MAC);
        assertThat(parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ip.destination()).isEqualTo(IpAddress.parse("ff02::1:ff00:2"));
        assertThat(ip.source()).isEqualTo(Packets.CLIENT_V6);
        assertThat(ip.hopLimit()).isEqualTo(255);
        assertThat(ndp.type()).isEqualTo(Ndp.NEIGHBOUR_SOLICITATION);
        assertThat(new IpAddress(ndp.targetHigh(), ndp.targetLow())).isEqualTo(Packets.SERVER_V6);
        assertThat(ndp.sourceMac()).isEqualTo(MAC);
        assertThat(ndp.targetMac()).isZero();
    }

    @Test
    @Rfc("4861:7.2.4")
    void anAnswerIsSolicitedAndOverridesAndIsNoRouters() {
        var me = Packets.SERVER_V6;
        NdpWriter.advertise(frame, me.high(), me.low(), MAC, Packets.CLIENT_V6.high(), Packets.CLIENT_V6.low());
        assertThat(parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ip.source()).isEqualTo(me);
        assertThat(ip.destination()).isEqualTo(Packets.CLIENT_V6);
        assertThat(ndp.type()).isEqualTo(Ndp.NEIGHBOUR_ADVERTISEMENT);
        assertThat(ndp.solicited()).isTrue();
        assertThat(ndp.override()).isTrue();
        assertThat(ndp.router()).isFalse();
        assertThat(ndp.targetMac()).isEqualTo(MAC);
    }

    @Test
    @Rfc("4861:7.2.6")
    void anAnnouncementGoesToAllNodesAndAnswersNobody() {
        NdpWriter.announce(frame, Packets.SERVER_V6.high(), Packets.SERVER_V6.low(), MAC);
        assertThat(parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ip.destination()).isEqualTo(ALL_NODES);
        assertThat(ndp.solicited()).isFalse();
        assertThat(ndp.override()).isTrue();
    }

    @Test
    @Rfc("4861:4.1")
    void routersAreSolicitedAsAGroup() {
        NdpWriter.solicitRouters(frame, ROUTER.high(), ROUTER.low(), MAC);
        assertThat(parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ip.destination()).isEqualTo(IpAddress.parse("ff02::2"));
        assertThat(ndp.type()).isEqualTo(Ndp.ROUTER_SOLICITATION);
        assertThat(ndp.sourceMac()).isEqualTo(MAC);
    }

    @Test
    @Rfc("4861:4.2")
    void aRouterAdvertisementIsReadWithItsPrefixesAndMtu() {
        var prefix = "03 04 40 c0 00000e10 00000708 00000000 20010db8000500000000000000000000";
        var reason = parse(
                "fe80::1",
                "ff02::1",
                Ndp.ROUTER_ADVERTISEMENT,
                "40 00 0708 00007530 000003e8" + SLLA + "05 01 0000 000005dc" + prefix + "63 01 000000000000"
                        + prefix.replace("c0 00000e10", "40 ffffffff"));
        assertThat(reason).isEqualTo(DropReason.NONE);
        assertThat(ndp.hopLimit()).isEqualTo(64);
        assertThat(ndp.lifetimeSeconds()).isEqualTo(1800);
        assertThat(ndp.reachableMillis()).isEqualTo(30_000);
        assertThat(ndp.retransMillis()).isEqualTo(1_000);
        assertThat(ndp.sourceMac()).isEqualTo(MAC);
        assertThat(ndp.mtu()).isEqualTo(1500);
        assertThat(ndp.prefixCount()).isEqualTo(2);
        assertThat(new IpAddress(ndp.prefixHigh(0), ndp.prefixLow(0))).isEqualTo(IpAddress.parse("2001:db8:5::"));
        assertThat(ndp.prefixBits(0)).isEqualTo(64);
        assertThat(ndp.prefixOnLink(0)).isTrue();
        assertThat(ndp.prefixValidSeconds(0)).isEqualTo(3600);
        assertThat(ndp.prefixOnLink(1)).isFalse();
        assertThat(ndp.prefixValidSeconds(1)).isEqualTo(0xffff_ffffL);
    }

    @Test
    void prefixesBeyondTheLimitArePassedOver() {
        var prefix = "03 04 40 c0 00000e10 00000708 00000000 20010db8000500000000000000000000";
        var message = "40 00 0708 00007530 000003e8" + prefix.repeat(Ndp.PREFIXES_MAX + 1);
        assertThat(parse("fe80::1", "ff02::1", Ndp.ROUTER_ADVERTISEMENT, message))
                .isEqualTo(DropReason.NONE);
        assertThat(ndp.prefixCount()).isEqualTo(Ndp.PREFIXES_MAX);
    }

    @ParameterizedTest
    @CsvSource({"254, 0, BAD_NEIGHBOUR_MESSAGE", "255, 0, NONE", "255, 1, BAD_NEIGHBOUR_MESSAGE"})
    @Rfc({"4861:6.1", "4861:7.1"})
    void whatARouterMayHaveForwardedIsDropped(int hopLimit, int code, DropReason reason) {
        for (int type = Ndp.ROUTER_SOLICITATION; type <= Ndp.NEIGHBOUR_ADVERTISEMENT; type++) {
            var message = type == Ndp.ROUTER_SOLICITATION
                    ? "00000000"
                    : type == Ndp.ROUTER_ADVERTISEMENT ? "40000708 00000000 00000000" : "00000000" + TARGET;
            assertThat(parse(packet("fe80::1", "2001:db8::2", hopLimit, type, code, message)))
                    .as("type %d", type)
                    .isEqualTo(reason);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Nobody asks: only the group, and without a link-layer address.
        "::, ff02::1:ff00:2, '', NONE",
        "::, ff02::1:ff00:2, " + SLLA + ", BAD_NEIGHBOUR_MESSAGE",
        "::, 2001:db8::2, '', BAD_NEIGHBOUR_MESSAGE",
        "::, ff02::1, '', BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, ff02::1:ff00:2, " + SLLA + ", NONE",
        "2001:db8::1, 2001:db8::2, '', NONE",
        // Options: of length 0, beyond the end, of another length, a group's address, unknown.
        "2001:db8::1, 2001:db8::2, 0100 02005e100001, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 2001:db8::2, 0102 02005e100001, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 2001:db8::2, 01, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 2001:db8::2, 0102 02005e100001 0000000000000000, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 2001:db8::2, 0101 ffffffffffff, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 2001:db8::2, 0e01 000000000000, NONE",
    })
    @Rfc("4861:7.1.1")
    void aSolicitationIsValidated(String src, String dst, String options, DropReason reason) {
        assertThat(parse(src, dst, Ndp.NEIGHBOUR_SOLICITATION, "00000000" + TARGET + options))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "60000000, ff02::1, " + TARGET + ", BAD_NEIGHBOUR_MESSAGE",
        "20000000, ff02::1, " + TARGET + ", NONE",
        "60000000, 2001:db8::2, " + TARGET + ", NONE",
        "60000000, 2001:db8::2, ff020000000000000000000000000002, BAD_NEIGHBOUR_MESSAGE",
        "60000000, 2001:db8::2, 00000000000000000000000000000000, BAD_NEIGHBOUR_MESSAGE",
        "60000000, 2001:db8::2, 00000000000000000000ffffc6120001, BAD_NEIGHBOUR_MESSAGE",
        "60000000, 2001:db8::2, 20010db80000000000000000000000, BAD_NEIGHBOUR_MESSAGE",
    })
    @Rfc("4861:7.1.2")
    void anAdvertisementIsValidated(String flags, String dst, String target, DropReason reason) {
        assertThat(parse(
                        "2001:db8::1",
                        dst,
                        Ndp.NEIGHBOUR_ADVERTISEMENT,
                        flags + target + TLLA.repeat(target.length() / 32)))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "fe80::1, 400007080000000000000000, NONE",
        "febf::1, 400007080000000000000000, NONE",
        "fec0::1, 400007080000000000000000, BAD_NEIGHBOUR_MESSAGE",
        "2001:db8::1, 400007080000000000000000, BAD_NEIGHBOUR_MESSAGE",
        "fe80::1, 4000070800000000000000, BAD_NEIGHBOUR_MESSAGE",
        "fe80::1, 400007080000000000000000 03048180000000000000000000000000 20010db8000500000000000000000000,"
                + " BAD_NEIGHBOUR_MESSAGE",
        "fe80::1, 400007080000000000000000 0301808000000000, BAD_NEIGHBOUR_MESSAGE",
    })
    @Rfc("4861:6.1.2")
    void aRouterSpeaksFromItsLinkLocalAddress(String src, String message, DropReason reason) {
        assertThat(parse(src, "ff02::1", Ndp.ROUTER_ADVERTISEMENT, message)).isEqualTo(reason);
    }

    @Test
    @Rfc("4861:6.1.1")
    void whoAsksForRoutersWithoutAnAddressHasNoLinkLayerAddressToGive() {
        assertThat(parse("::", "ff02::2", Ndp.ROUTER_SOLICITATION, "00000000")).isEqualTo(DropReason.NONE);
        assertThat(parse("::", "ff02::2", Ndp.ROUTER_SOLICITATION, "00000000" + SLLA))
                .isEqualTo(DropReason.BAD_NEIGHBOUR_MESSAGE);
    }

    @Test
    @Rfc({"3810:5.2", "4861:7.2.1"})
    void aReportNamesTheSolicitedNodeGroups() {
        NdpWriter.beginReport(frame);
        NdpWriter.reportGroupOf(frame, Packets.CLIENT_V6.low(), false);
        NdpWriter.reportGroupOf(frame, 0x1234_5678_9abc_def0L, false);
        NdpWriter.finishReport(frame, ROUTER.high(), ROUTER.low());

        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(icmp.parse()).isEqualTo(DropReason.NONE);
        assertThat(ip.hopLimit()).isEqualTo(1);
        assertThat(ip.destination()).isEqualTo(IpAddress.parse("ff02::16"));
        assertThat(frame.toArray()).hasSize(40 + 8 + 8 + 2 * 20);
        assertThat(java.util.Arrays.copyOfRange(frame.toArray(), 40, 48)).isEqualTo(Packets.hex("3a00050200000100"));
        assertThat(java.util.Arrays.copyOfRange(frame.toArray(), 52, 96))
                .isEqualTo(Packets.hex("00000002"
                        + "04000000 ff0200000000000000000001ff000001"
                        + "04000000 ff0200000000000000000001ffbcdef0"));
    }
}
