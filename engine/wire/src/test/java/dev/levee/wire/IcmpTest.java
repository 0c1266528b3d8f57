package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpTest {
    private final IpPacket ip = new IpPacket();
    private final Icmp icmp = new Icmp(ip);

    private DropReason parse(byte[] packet) {
        var reason = ip.parse(Packets.frame(packet));
        return reason == DropReason.NONE ? icmp.parse() : reason;
    }

    /// A segment this host sent, as it comes back inside an error.
    private static byte[] sent(boolean v4) {
        return v4 ? sent(Packets.CLIENT_V4, Packets.SERVER_V4) : sent(Packets.CLIENT_V6, Packets.SERVER_V6);
    }

    private static byte[] sent(IpAddress src, IpAddress dst) {
        return Packets.ip(
                src, dst, IpPacket.PROTOCOL_TCP, Packets.tcp(src, dst, TcpFlags.SYN, new byte[0], new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void echoRequestIsReadWithIdentifierSequenceAndData(boolean v4) {
        assertThat(parse(Packets.icmpPacket(v4, v4 ? 8 : 128, 0, 0xBEEF_FFFE, Packets.text(33))))
                .isEqualTo(DropReason.NONE);

        assertThat(icmp.kind()).isEqualTo(IcmpKind.ECHO_REQUEST);
        assertThat(icmp.identifier()).isEqualTo(0xBEEF);
        assertThat(icmp.sequence()).isEqualTo(0xFFFE);
        assertThat(icmp.bodyLength()).isEqualTo(33);
        assertThat(Bytes.u8(ip.memory(), icmp.bodyOffset() + 32)).isEqualTo(Packets.text(33)[32] & 0xff);
        assertThat(icmp.embedsTcp()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"true,0", "true,1", "true,56", "true,1472", "false,0", "false,1", "false,57", "false,1452"})
    void echoReplyGivesTheDataBackFromTheAddressAsked(boolean v4, int bytes) {
        var reply = FrameSlab.single(1500);
        parse(Packets.icmpPacket(v4, v4 ? 8 : 128, 0, 0x1234_0007, Packets.text(bytes)));

        assertThat(IcmpWriter.echoReply(icmp, reply)).isTrue();

        var replyIp = new IpPacket();
        var replyIcmp = new Icmp(replyIp);
        assertThat(replyIp.parse(reply)).isEqualTo(DropReason.NONE);
        assertThat(replyIcmp.parse()).isEqualTo(DropReason.NONE);
        assertThat(replyIcmp.kind()).isEqualTo(IcmpKind.ECHO_REPLY);
        assertThat(replyIp.source()).isEqualTo(v4 ? Packets.SERVER_V4 : Packets.SERVER_V6);
        assertThat(replyIp.destination()).isEqualTo(v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6);
        assertThat(replyIcmp.identifier()).isEqualTo(0x1234);
        assertThat(replyIcmp.sequence()).isEqualTo(7);
        var octets = reply.toArray();
        assertThat(Arrays.copyOfRange(octets, octets.length - bytes, octets.length))
                .isEqualTo(Packets.text(bytes));
    }

    @Test
    void echoReplyThatDoesNotFitIsNotWritten() {
        var tooLong = Packets.text(FrameSlab.single(1500).capacity() - 27);
        parse(Packets.icmpPacket(true, 8, 0, 1, tooLong));

        assertThat(IcmpWriter.echoReply(icmp, FrameSlab.single(1500))).isFalse();
        assertThat(IcmpWriter.echoReply(icmp, FrameSlab.single(9000))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "true,0,NETWORK_UNREACHABLE",
        "true,1,HOST_UNREACHABLE",
        "true,2,PROTOCOL_UNREACHABLE",
        "true,3,PORT_UNREACHABLE",
        "true,4,PACKET_TOO_BIG",
        "true,5,NETWORK_UNREACHABLE",
        "true,6,NETWORK_UNREACHABLE",
        "true,7,HOST_UNREACHABLE",
        "true,8,HOST_UNREACHABLE",
        "true,9,PROHIBITED",
        "true,10,PROHIBITED",
        "true,11,NETWORK_UNREACHABLE",
        "true,12,HOST_UNREACHABLE",
        "true,13,PROHIBITED",
        "true,14,HOST_UNREACHABLE",
        "true,15,HOST_UNREACHABLE",
        "true,99,NETWORK_UNREACHABLE",
        "false,0,NETWORK_UNREACHABLE",
        "false,1,PROHIBITED",
        "false,2,HOST_UNREACHABLE",
        "false,3,HOST_UNREACHABLE",
        "false,4,PORT_UNREACHABLE",
        "false,5,PROHIBITED",
        "false,6,PROHIBITED",
        "false,99,NETWORK_UNREACHABLE"
    })
    void unreachableCodesHaveMeanings(boolean v4, int code, IcmpKind kind) {
        assertThat(parse(Packets.icmpPacket(v4, v4 ? 3 : 1, code, 0, sent(v4)))).isEqualTo(DropReason.NONE);
        assertThat(icmp.kind()).isEqualTo(kind);
        assertThat(icmp.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "true,11,0,HOPS_EXCEEDED",
        "true,11,1,REASSEMBLY_EXCEEDED",
        "true,12,0,PARAMETER_PROBLEM",
        "true,13,0,OTHER",
        "true,0,0,ECHO_REPLY",
        "false,2,0,PACKET_TOO_BIG",
        "false,3,0,HOPS_EXCEEDED",
        "false,4,0,PARAMETER_PROBLEM",
        "false,4,1,PROTOCOL_UNREACHABLE",
        "false,129,0,ECHO_REPLY",
        "false,135,0,OTHER"
    })
    void typesHaveMeanings(boolean v4, int type, int code, IcmpKind kind) {
        assertThat(parse(Packets.icmpPacket(v4, type, code, 1400, sent(v4)))).isEqualTo(DropReason.NONE);
        assertThat(icmp.kind()).isEqualTo(kind);
        assertThat(icmp.type()).isEqualTo(type);
    }

    @Test
    @Rfc("9293:MUST-56")
    void onlyProtocolPortAndProhibitionAreHard() {
        assertThat(Arrays.stream(IcmpKind.values()).filter(IcmpKind::isHard))
                .containsExactly(IcmpKind.PROTOCOL_UNREACHABLE, IcmpKind.PORT_UNREACHABLE, IcmpKind.PROHIBITED);
    }

    @ParameterizedTest
    @CsvSource({"true,8", "true,20", "false,8", "false,1000"})
    void errorNamesTheConnectionEvenWithEightOctetsOfTcp(boolean v4, int tcpBytes) {
        var sent = sent(v4);
        int headerBytes = v4 ? Packets.V4_IP_BYTES : Packets.V6_IP_BYTES;
        var embedded = Arrays.copyOf(sent, Math.min(sent.length, headerBytes + tcpBytes));

        assertThat(parse(Packets.icmpPacket(v4, v4 ? 3 : 1, 1, 0, embedded))).isEqualTo(DropReason.NONE);

        assertThat(icmp.embedsTcp()).isTrue();
        assertThat(icmp.embeddedSrcPort()).isEqualTo(40_000);
        assertThat(icmp.embeddedDstPort()).isEqualTo(80);
        assertThat(icmp.embeddedSeq()).isEqualTo(Packets.ISS);
        assertThat(new IpAddress(icmp.embeddedSrcHigh(), icmp.embeddedSrcLow()))
                .isEqualTo(v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6);
        assertThat(new IpAddress(icmp.embeddedDstHigh(), icmp.embeddedDstLow()))
                .isEqualTo(v4 ? Packets.SERVER_V4 : Packets.SERVER_V6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyShorterErrorIsTruncated(boolean v4) {
        int needed = (v4 ? Packets.V4_IP_BYTES : Packets.V6_IP_BYTES) + 8;
        for (int bytes = 0; bytes < needed; bytes++) {
            var packet = Packets.icmpPacket(v4, v4 ? 3 : 1, 1, 0, Arrays.copyOf(sent(v4), bytes));
            assertThat(parse(packet)).as("%d octets embedded", bytes).isEqualTo(DropReason.TRUNCATED);
        }
    }

    @Test
    void everyShorterMessageIsTruncated() {
        for (int bytes = 0; bytes < Icmp.HEADER_BYTES; bytes++) {
            var packet = Packets.ip(Packets.CLIENT_V4, Packets.SERVER_V4, 1, new byte[bytes]);
            assertThat(parse(packet)).as("%d octets", bytes).isEqualTo(DropReason.TRUNCATED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyWrongBitIsABadChecksum(boolean v4) {
        var good = Packets.icmpPacket(v4, v4 ? 8 : 128, 0, 0x0102_0304, Packets.text(5));
        int from = v4 ? Packets.V4_IP_BYTES : Packets.V6_IP_BYTES;
        for (int bit = 8 * from; bit < 8 * good.length; bit++) {
            var bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(parse(bad)).as("bit %d", bit).isEqualTo(DropReason.BAD_CHECKSUM);
        }
    }

    @Test
    void icmp6WithoutThePseudoHeaderIsABadChecksum() {
        var message = Packets.icmp(Packets.CLIENT_V4, Packets.SERVER_V4, 128, 0, 7, new byte[0]);
        var packet = Packets.ip(Packets.CLIENT_V6, Packets.SERVER_V6, IpPacket.PROTOCOL_ICMP6, message);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_CHECKSUM);
    }

    @Test
    void icmpOfTheOtherFamilyIsAnUnknownProtocol() {
        var v4 = Packets.ip(Packets.CLIENT_V4, Packets.SERVER_V4, IpPacket.PROTOCOL_ICMP6, new byte[8]);
        var v6 = Packets.ip(Packets.CLIENT_V6, Packets.SERVER_V6, IpPacket.PROTOCOL_ICMP, new byte[8]);
        assertThat(parse(v4)).isEqualTo(DropReason.UNKNOWN_PROTOCOL);
        assertThat(parse(v6)).isEqualTo(DropReason.UNKNOWN_PROTOCOL);
    }

    @Test
    void errorAboutAPacketOfTheOtherFamilyIsABadVersion() {
        assertThat(parse(Packets.icmpPacket(true, 3, 1, 0, sent(false)))).isEqualTo(DropReason.BAD_VERSION);
        assertThat(parse(Packets.icmpPacket(false, 1, 1, 0, Packets.concat(sent(true), new byte[20]))))
                .isEqualTo(DropReason.BAD_VERSION);
    }

    @Test
    void errorAboutALaterFragmentNamesNoConnection() {
        var embedded = sent(true);
        Packets.put16(embedded, 6, 185);
        assertThat(parse(Packets.icmpPacket(true, 11, 1, 0, embedded))).isEqualTo(DropReason.FRAGMENT);
        var v6 = fragmentV6(185 << 3);
        assertThat(parse(Packets.icmpPacket(false, 3, 1, 0, v6))).isEqualTo(DropReason.FRAGMENT);
    }

    @Test
    void errorAboutAFirstFragmentNamesItsConnection() {
        assertThat(parse(Packets.icmpPacket(false, 3, 1, 0, fragmentV6(1)))).isEqualTo(DropReason.NONE);
        assertThat(icmp.embeddedSrcPort()).isEqualTo(40_000);
        assertThat(icmp.embeddedSeq()).isEqualTo(Packets.ISS);
    }

    private static byte[] fragmentV6(int offsetAndMore) {
        var fragment = new byte[8];
        fragment[0] = IpPacket.PROTOCOL_TCP;
        Packets.put16(fragment, 2, offsetAndMore);
        var tcp = Packets.tcp(Packets.CLIENT_V6, Packets.SERVER_V6, TcpFlags.SYN, new byte[0], new byte[0]);
        return Packets.ipV6(Packets.CLIENT_V6, Packets.SERVER_V6, 44, Packets.concat(fragment, tcp));
    }

    @Test
    void embeddedV4OptionsAreSkipped() {
        var tcp = Packets.tcp(Packets.CLIENT_V4, Packets.SERVER_V4, TcpFlags.SYN, new byte[0], new byte[0]);
        var embedded = Packets.ipV4(Packets.CLIENT_V4, Packets.SERVER_V4, 6, Packets.hex("01010101 94040000"), tcp);
        assertThat(parse(Packets.icmpPacket(true, 3, 3, 0, embedded))).isEqualTo(DropReason.NONE);
        assertThat(icmp.embeddedSrcPort()).isEqualTo(40_000);
    }

    @Test
    void embeddedV4HeaderBelowTwentyOctetsIsABadIpHeader() {
        var embedded = sent(true);
        embedded[0] = 0x44;
        assertThat(parse(Packets.icmpPacket(true, 3, 3, 0, embedded))).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @Test
    void errorAboutMappedAddressesInIpv6IsABadIpHeader() {
        var embedded = sent(false);
        var mapped = Packets.hex("00000000 00000000 0000ffff c6120001");
        System.arraycopy(mapped, 0, embedded, 8, 16);
        assertThat(parse(Packets.icmpPacket(false, 1, 3, 0, embedded))).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @Test
    void errorAboutAnotherProtocolHasNoPorts() {
        var embedded = Packets.ip(Packets.CLIENT_V4, Packets.SERVER_V4, 17, Packets.text(8));
        assertThat(parse(Packets.icmpPacket(true, 3, 3, 0, embedded))).isEqualTo(DropReason.NONE);
        assertThat(icmp.embeddedProtocol()).isEqualTo(17);
        assertThat(icmp.embedsTcp()).isFalse();
        assertThat(icmp.embeddedSrcPort()).isZero();
        assertThat(icmp.embeddedSeq()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "true,0,0",
        "true,1400,1400",
        "true,-1,65535",
        "false,1280,1280",
        "false,-1,2147483647",
        "false,2147483647,2147483647"
    })
    void tooBigCarriesTheMtu(boolean v4, int word, int mtu) {
        int type = v4 ? 3 : 2;
        assertThat(parse(Packets.icmpPacket(v4, type, v4 ? 4 : 0, word, sent(v4))))
                .isEqualTo(DropReason.NONE);
        assertThat(icmp.mtu()).isEqualTo(mtu);
    }

    @ParameterizedTest
    @CsvSource({"true,10,28", "true,2000,548", "false,10,48", "false,2000,1232"})
    void portUnreachableCarriesAsMuchOfThePacketAsItMay(boolean v4, int textBytes, int bodyBytesMax) {
        var packet = Packets.tcpPacket(v4, TcpFlags.ACK, new byte[0], Packets.text(textBytes));
        ip.parse(Packets.frame(packet));
        var out = FrameSlab.single(1500);

        assertThat(IcmpWriter.portUnreachable(ip, 1500, out)).isTrue();

        var answer = out.toArray();
        assertThat(parse(answer)).isEqualTo(DropReason.NONE);
        assertThat(icmp.kind()).isEqualTo(IcmpKind.PORT_UNREACHABLE);
        assertThat(ip.source()).isEqualTo(v4 ? Packets.SERVER_V4 : Packets.SERVER_V6);
        assertThat(ip.destination()).isEqualTo(v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6);
        assertThat(icmp.embeddedSeq()).isEqualTo(Packets.ISS);
        int bodyBytes = Math.min(packet.length, textBytes == 10 ? packet.length : bodyBytesMax);
        assertThat(icmp.bodyLength()).isEqualTo(bodyBytes);
        assertThat(Arrays.copyOfRange(answer, answer.length - bodyBytes, answer.length))
                .isEqualTo(Arrays.copyOf(packet, bodyBytes));
    }

    /// A frame may have room for more than the link.
    @ParameterizedTest
    @CsvSource({"true,68,68", "true,575,575", "true,576,576", "true,577,576", "false,1280,1280", "false,1500,1280"})
    void noErrorIsLongerThanTheLinkCarries(boolean v4, int mtu, int bytes) {
        ip.parse(Packets.frame(Packets.tcpPacket(v4, TcpFlags.ACK, new byte[0], Packets.text(2000))));
        var out = FrameSlab.single(2048);

        assertThat(IcmpWriter.portUnreachable(ip, mtu, out)).isTrue();
        assertThat(out.length()).isEqualTo(bytes);
        assertThat(parse(out.toArray())).isEqualTo(DropReason.NONE);
    }

    @Test
    void protocolUnreachableInIpv6PointsAtTheNextHeaderOctet() {
        var destinationOptions = Packets.hex("fd00 0104 00000000");
        var packet = Packets.ipV6(Packets.CLIENT_V6, Packets.SERVER_V6, 60, destinationOptions);
        assertThat(ip.parse(Packets.frame(packet))).isEqualTo(DropReason.NONE);
        assertThat(ip.protocol()).isEqualTo(0xfd);
        var out = FrameSlab.single(1500);

        assertThat(IcmpWriter.protocolUnreachable(ip, 1500, out)).isTrue();

        assertThat(parse(out.toArray())).isEqualTo(DropReason.NONE);
        assertThat(icmp.kind()).isEqualTo(IcmpKind.PROTOCOL_UNREACHABLE);
        assertThat(Bytes.i32(ip.memory(), icmp.bodyOffset() - 4)).isEqualTo(40);
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.1,224.0.0.1", "198.18.0.1,255.255.255.255", "224.0.0.1,198.18.0.2", "0.0.0.0,198.18.0.2",
        "255.255.255.255,198.18.0.2", "2001:db8::1,ff02::1", "::,2001:db8::2", "ff02::1,2001:db8::2"
    })
    void nothingIsReportedToOrAboutAGroup(String src, String dst) {
        var packet = Packets.ip(IpAddress.parse(src), IpAddress.parse(dst), 17, new byte[8]);
        assertThat(ip.parse(Packets.frame(packet))).isEqualTo(DropReason.NONE);
        assertThat(IcmpWriter.portUnreachable(ip, 1500, FrameSlab.single(1500))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "true,3,false", "true,4,false", "true,5,false", "true,11,false", "true,12,false", "true,8,true",
        "true,0,true", "false,1,false", "false,4,false", "false,127,false", "false,137,false", "false,128,true"
    })
    void nothingIsReportedAboutAnError(boolean v4, int type, boolean reported) {
        ip.parse(Packets.frame(Packets.icmpPacket(v4, type, 0, 0, new byte[0])));
        assertThat(IcmpWriter.protocolUnreachable(ip, 1500, FrameSlab.single(1500)))
                .isEqualTo(reported);
    }
}
