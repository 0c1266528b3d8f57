package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames, their addresses, and ARP.
class EthernetTest {
    private static final MacAddress A = MacAddress.parse("02:00:5e:10:00:01");
    private static final MacAddress B = MacAddress.parse("fe:FF:ff:ff:ff:fe");

    private final EthernetFrame ethernet = new EthernetFrame();
    private final Arp arp = new Arp();
    private final Frame frame = FrameSlab.single(1500);

    private DropReason parse(String hex) {
        return ethernet.parse(Packets.frame(Packets.hex(hex)));
    }

    private DropReason parseArp(String hex) {
        var reason = parse("ffffffffffff 02005e100001 0806" + hex);
        return reason == DropReason.NONE ? arp.parse(ethernet) : reason;
    }

    @Test
    void anAddressIsReadAndWrittenAsPeopleWriteIt() {
        assertThat(A.bits()).isEqualTo(0x0200_5e10_0001L);
        assertThat(A.toString()).isEqualTo("02:00:5e:10:00:01");
        assertThat(MacAddress.parse("02-00-5E-10-00-01")).isEqualTo(A);
        assertThat(MacAddress.BROADCAST.toString()).isEqualTo("ff:ff:ff:ff:ff:ff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02:00:5e:10:00", "02:00:5e:10:00:01:02", "02:00:5e:10:00:0g", "02:00-5e:10:00:01"})
    void whatIsNoAddressIsNamedInASentence(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not an Ethernet address; write it like 02:00:5e:10:00:01");
    }

    @ParameterizedTest
    @CsvSource({
        "02:00:5e:10:00:01,true",
        "00:00:00:00:00:01,true",
        "00:00:00:00:00:00,false",
        "01:00:5e:00:00:01,false",
        "ff:ff:ff:ff:ff:ff,false",
        "33:33:00:00:00:01,false"
    })
    void oneStationIsNoGroupAndNotZero(String text, boolean station) {
        assertThat(MacAddress.parse(text).isStation()).isEqualTo(station);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 0x0100_0000_0000L, 0x7fff_ffff_ffff_ffffL})
    void anAddressOfChanceIsLocalAndOfOneStation(long random) {
        var mac = MacAddress.local(random);
        assertThat(mac.isStation()).isTrue();
        assertThat(mac.bits() >>> 40 & 3).isEqualTo(2);
    }

    @Test
    @Rfc("2464:7")
    void aGroupsAddressHasItsLastFourOctets() {
        var solicited = IpAddress.parse("ff02::1:ff00:2");
        assertThat(new MacAddress(MacAddress.ofGroupV6(solicited.low())).toString())
                .isEqualTo("33:33:ff:00:00:02");
    }

    @Test
    void aHeaderGoesBeforeThePacketWhichStaysWhereItIs() {
        frame.fill(Packets.text(100));
        EthernetFrame.wrap(frame, B.bits(), A.bits(), EthernetFrame.TYPE_IPV4);

        assertThat(frame.offset()).isEqualTo(EthernetFrame.OFFSET);
        assertThat(frame.length()).isEqualTo(114);
        assertThat(ethernet.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(ethernet.destination()).isEqualTo(B.bits());
        assertThat(ethernet.source()).isEqualTo(A.bits());
        assertThat(ethernet.type()).isEqualTo(EthernetFrame.TYPE_IPV4);
        assertThat(ethernet.vlan()).isZero();
        assertThat(ethernet.payloadOffset()).isEqualTo(Frame.HEADROOM_BYTES);
        assertThat(ethernet.payloadLength()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"8100 0000, 0", "8100 e000, 0", "8100 0001, 1", "8100 ffff, 4095"})
    void aTagIsReadAndItsPriorityPassedOver(String tag, int vlan) {
        assertThat(parse("ffffffffffff 02005e100001" + tag + "86dd 60")).isEqualTo(DropReason.NONE);
        assertThat(ethernet.vlan()).isEqualTo(vlan);
        assertThat(ethernet.type()).isEqualTo(EthernetFrame.TYPE_IPV6);
        assertThat(ethernet.payloadLength()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "ffffffffffff 02005e100001 08, TRUNCATED",
        "ffffffffffff 02005e100001 0800, NONE",
        "ffffffffffff 02005e100001 8100 0000 08, TRUNCATED",
        "ffffffffffff 02005e100001 8100 0000 0800, NONE",
        "0180c2000000 02005e100001 0026 424203, UNKNOWN_PROTOCOL",
        "0180c2000000 02005e100001 05ff, UNKNOWN_PROTOCOL",
        "0180c2000000 02005e100001 0600, NONE",
    })
    void aFrameIsAtLeastItsHeaderAndHasAType(String hex, DropReason reason) {
        assertThat(parse(hex)).isEqualTo(reason);
    }

    @Test
    @Rfc("826")
    void aRequestIsWrittenAsItIsRead() {
        Arp.write(frame, Arp.REQUEST, A.bits(), 0xc612_0001, 0, 0xc612_0002);
        assertThat(frame.toArray())
                .isEqualTo(Packets.hex("0001 0800 06 04 0001 02005e100001 c6120001 000000000000 c6120002"));

        EthernetFrame.wrap(frame, MacAddress.BROADCAST.bits(), A.bits(), EthernetFrame.TYPE_ARP);
        assertThat(ethernet.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(arp.parse(ethernet)).isEqualTo(DropReason.NONE);
        assertThat(arp.operation()).isEqualTo(Arp.REQUEST);
        assertThat(arp.senderMac()).isEqualTo(A.bits());
        assertThat(arp.senderIp()).isEqualTo(0xc612_0001);
        assertThat(arp.targetMac()).isZero();
        assertThat(arp.targetIp()).isEqualTo(0xc612_0002);
    }

    @ParameterizedTest
    @CsvSource({
        // a reply; the same with padding; one octet short
        "0001 0800 06 04 0002 02005e100001 c6120001 02005e100002 c6120002, NONE",
        "0001 0800 06 04 0002 02005e100001 c6120001 02005e100002 c6120002 0000, NONE",
        "0001 0800 06 04 0002 02005e100001 c6120001 02005e100002 c61200, TRUNCATED",
        // other hardware, protocol, lengths, operations
        "0006 0800 06 04 0001 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 86dd 06 04 0001 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 08 04 0001 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 06 10 0001 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 06 04 0000 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 06 04 0003 02005e100001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        // from a group, from all, from nobody
        "0001 0800 06 04 0001 01005e000001 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 06 04 0001 ffffffffffff c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
        "0001 0800 06 04 0001 000000000000 c6120001 000000000000 c6120002, BAD_NEIGHBOUR_MESSAGE",
    })
    void arpIsAboutIpv4OnEthernetAndComesFromOneStation(String hex, DropReason reason) {
        assertThat(parseArp(hex)).isEqualTo(reason);
    }
}
