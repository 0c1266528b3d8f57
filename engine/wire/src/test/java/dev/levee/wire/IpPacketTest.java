package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPacketTest {
    private static final byte[] TCP =
            Packets.tcp(Packets.CLIENT_V6, Packets.SERVER_V6, TcpFlags.SYN, new byte[0], new byte[0]);

    private final IpPacket ip = new IpPacket();

    private DropReason parse(byte[] packet) {
        return ip.parse(Packets.frame(packet));
    }

    /// Extension headers as (own type, octets behind the next-header octet) around a TCP segment.
    private static byte[] v6(Object... headers) {
        var chain = new byte[0];
        for (int i = 0; i < headers.length; i += 2) {
            int next = i + 2 < headers.length ? (Integer) headers[i + 2] : IpPacket.PROTOCOL_TCP;
            chain = Packets.concat(chain, new byte[] {(byte) next}, Packets.hex((String) headers[i + 1]));
        }
        int first = headers.length == 0 ? IpPacket.PROTOCOL_TCP : (Integer) headers[0];
        return Packets.ipV6(Packets.CLIENT_V6, Packets.SERVER_V6, first, Packets.concat(chain, TCP));
    }

    @Test
    void fieldsOfIpv4AreRead() {
        var packet = Packets.ip(Packets.CLIENT_V4, Packets.SERVER_V4, 17, Packets.text(9));
        packet[1] = (byte) 0xbb;
        packet[8] = 3;
        fixChecksum(packet);

        assertThat(parse(packet)).isEqualTo(DropReason.NONE);

        assertThat(ip.v4()).isTrue();
        assertThat(ip.trafficClass()).isEqualTo(0xbb);
        assertThat(ip.hopLimit()).isEqualTo(3);
        assertThat(ip.protocol()).isEqualTo(17);
        assertThat(ip.source()).isEqualTo(Packets.CLIENT_V4);
        assertThat(ip.destination()).isEqualTo(Packets.SERVER_V4);
        assertThat(ip.payloadLength()).isEqualTo(9);
        assertThat(ip.payloadOffset() - ip.headerOffset()).isEqualTo(20);
        assertThat(ip.protocolOffset() - ip.headerOffset()).isEqualTo(9);
    }

    @Test
    void fieldsOfIpv6AreRead() {
        var packet = Packets.ip(Packets.CLIENT_V6, Packets.SERVER_V6, 17, Packets.text(9));
        packet[0] = 0x6b;
        packet[1] = (byte) 0xbf;
        packet[7] = (byte) 255;

        assertThat(parse(packet)).isEqualTo(DropReason.NONE);

        assertThat(ip.v4()).isFalse();
        assertThat(ip.trafficClass()).isEqualTo(0xbb);
        assertThat(ip.hopLimit()).isEqualTo(255);
        assertThat(ip.protocol()).isEqualTo(17);
        assertThat(ip.source()).isEqualTo(Packets.CLIENT_V6);
        assertThat(ip.destination()).isEqualTo(Packets.SERVER_V6);
        assertThat(ip.payloadLength()).isEqualTo(9);
        assertThat(ip.payloadOffset() - ip.headerOffset()).isEqualTo(40);
    }

    private static void fixChecksum(byte[] packet) {
        Packets.put16(packet, 10, 0);
        Packets.put16(packet, 10, Packets.naiveChecksum(packet, 0, (packet[0] & 0x0f) * 4, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyShorterPacketIsTruncated(boolean v4) {
        var packet = Packets.tcpPacket(v4, TcpFlags.SYN, Packets.hex("020405b4"), Packets.text(7));
        for (int length = 0; length < packet.length; length++) {
            assertThat(parse(Arrays.copyOf(packet, length)))
                    .as("%d octets", length)
                    .isEqualTo(DropReason.TRUNCATED);
        }
        assertThat(parse(packet)).isEqualTo(DropReason.NONE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void paddingBehindThePacketIsIgnored(boolean v4) {
        var packet = Packets.tcpPacket(v4, TcpFlags.SYN, new byte[0], Packets.text(3));
        assertThat(parse(Arrays.copyOf(packet, packet.length + 6))).isEqualTo(DropReason.NONE);
        assertThat(ip.payloadLength()).isEqualTo(23);
        assertThat(new Segment(ip).parse()).isEqualTo(DropReason.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void otherVersionsAreBad(int version) {
        var packet = Packets.tcpPacket(true, TcpFlags.SYN, new byte[0], new byte[0]);
        packet[0] = (byte) (version << 4 | 5);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_VERSION);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void ipv4HeaderBelowTwentyOctetsIsBad(int words) {
        var packet = Packets.tcpPacket(true, TcpFlags.SYN, new byte[0], new byte[0]);
        packet[0] = (byte) (0x40 | words);
        fixChecksum(packet);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 19, 23})
    void ipv4TotalLengthBelowTheHeaderIsBad(int totalBytes) {
        var packet =
                Packets.ipV4(Packets.CLIENT_V4, Packets.SERVER_V4, IpPacket.PROTOCOL_TCP, Packets.hex("01010101"), TCP);
        Packets.put16(packet, 2, totalBytes);
        fixChecksum(packet);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @Test
    void everyWrongBitOfAnIpv4HeaderIsNoticed() {
        var good = Packets.tcpPacket(true, TcpFlags.SYN, new byte[0], new byte[0]);
        for (int bit = 0; bit < 160; bit++) {
            var bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            var reason = parse(bad);
            if (bit >= 32) {
                assertThat(reason).as("bit %d", bit).isEqualTo(DropReason.BAD_IP_CHECKSUM);
            } else {
                assertThat(reason).as("bit %d", bit).isNotEqualTo(DropReason.NONE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 40})
    @Rfc("9293:MUST-50")
    void ipv4OptionsAreSkipped(int optionBytes) {
        var options = new byte[optionBytes];
        // Record route, long enough; nobody understands it here.
        options[0] = 7;
        options[1] = (byte) (optionBytes - 1);
        var tcp = Packets.tcp(Packets.CLIENT_V4, Packets.SERVER_V4, TcpFlags.SYN, new byte[0], Packets.text(5));
        var packet = Packets.ipV4(Packets.CLIENT_V4, Packets.SERVER_V4, IpPacket.PROTOCOL_TCP, options, tcp);

        assertThat(parse(packet)).isEqualTo(DropReason.NONE);
        assertThat(ip.payloadLength()).isEqualTo(25);
        var segment = new Segment(ip);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        assertThat(segment.srcPort()).isEqualTo(40_000);
    }

    @ParameterizedTest
    @CsvSource({"2000,FRAGMENT", "0001,FRAGMENT", "1fff,FRAGMENT", "3fff,FRAGMENT", "4000,NONE", "8000,NONE"})
    void ipv4FragmentsAreNotServed(String field, DropReason reason) {
        var packet = Packets.tcpPacket(true, TcpFlags.SYN, new byte[0], new byte[0]);
        Packets.put16(packet, 6, Integer.parseInt(field, 16));
        fixChecksum(packet);
        assertThat(parse(packet)).isEqualTo(reason);
    }

    @Test
    void ipv6ExtensionHeadersAreSkipped() {
        var packet = v6(
                0, "00 0104 00000000",
                60, "01 010c 000000000000000000000000",
                43, "00 0400 00000000",
                60, "00 0502 0000 0100");
        assertThat(parse(packet)).isEqualTo(DropReason.NONE);
        assertThat(ip.protocol()).isEqualTo(IpPacket.PROTOCOL_TCP);
        assertThat(ip.payloadLength()).isEqualTo(TCP.length);
        assertThat(ip.protocolOffset() - ip.headerOffset()).isEqualTo(40 + 8 + 16 + 8);
        assertThat(new Segment(ip).parse()).isEqualTo(DropReason.NONE);
    }

    @Test
    void hopByHopOptionsStandInFrontOrNowhere() {
        assertThat(parse(v6(0, "00 0104 00000000", 60, "00 0104 00000000"))).isEqualTo(DropReason.NONE);
        assertThat(parse(v6(60, "00 0104 00000000", 0, "00 0104 00000000"))).isEqualTo(DropReason.BAD_IP_HEADER);
        assertThat(parse(v6(0, "00 0104 00000000", 0, "00 0104 00000000"))).isEqualTo(DropReason.BAD_IP_HEADER);
        // A fragment that is the whole packet.
        assertThat(parse(v6(44, "00 0000 12345678", 0, "00 0104 00000000"))).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @Test
    void everyTruncationOfIpv6ExtensionsIsABadHeader() {
        var whole = v6(0, "00 0104 00000000", 60, "01 010c 000000000000000000000000");
        for (int payload = 0; payload < 24; payload++) {
            var packet = Arrays.copyOf(whole, 40 + payload);
            Packets.put16(packet, 4, payload);
            assertThat(parse(packet)).as("%d octets behind the header", payload).isEqualTo(DropReason.BAD_IP_HEADER);
        }
    }

    @Test
    void eightExtensionHeadersPassAndNineDoNot() {
        var headers = new Object[18];
        for (int i = 0; i < headers.length; i += 2) {
            headers[i] = 60;
            headers[i + 1] = "00 0104 00000000";
        }
        assertThat(parse(v6(Arrays.copyOf(headers, 16)))).isEqualTo(DropReason.NONE);
        assertThat(parse(v6(headers))).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @ParameterizedTest
    @CsvSource({
        // offset and M flag
        "0000,NONE",
        "0001,FRAGMENT",
        "0008,FRAGMENT",
        "fff9,FRAGMENT",
        "0006,NONE"
    })
    void onlyAFragmentThatIsTheWholePacketIsServed(String field, DropReason reason) {
        // The octet behind the next header is reserved here, not a length.
        assertThat(parse(v6(44, "ff" + field + "12345678"))).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"0,NONE", "1,BAD_IP_HEADER", "255,BAD_IP_HEADER"})
    void routingHeaderPassesOnlyWhenNoSegmentsAreLeft(int left, DropReason reason) {
        assertThat(parse(v6(43, "00 00" + String.format("%02x", left) + "00000000")))
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        // Padding, unknown options with each of the four actions, and options that pass their header's end.
        "000000000000,NONE",
        "010400000000,NONE",
        "1e0400000000,NONE",
        "3f0400000000,NONE",
        "410400000000,BAD_IP_HEADER",
        "810400000000,BAD_IP_HEADER",
        "c20400000100,BAD_IP_HEADER",
        "010500000000,BAD_IP_HEADER",
        "000000000001,BAD_IP_HEADER",
        "01ff00000000,BAD_IP_HEADER"
    })
    void optionsThatAskForItGetThePacketDropped(String options, DropReason reason) {
        assertThat(parse(v6(60, "00" + options))).isEqualTo(reason);
        assertThat(parse(v6(0, "00" + options))).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 24})
    void mappedAddressInsideIpv6CannotPoseAsIpv4(int at) {
        var packet = v6();
        System.arraycopy(Packets.hex("00000000 00000000 0000ffff c6120001"), 0, packet, at, 16);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_IP_HEADER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void capturedPacketThatWasCutOffIsReadAsFarAsItGoes(boolean v4) {
        var packet = Packets.tcpPacket(v4, TcpFlags.ACK, new byte[0], Packets.text(100));
        int headerBytes = v4 ? 20 : 40;
        for (int length = headerBytes; length <= packet.length; length++) {
            assertThat(ip.parseCaptured(Packets.frame(Arrays.copyOf(packet, length))))
                    .isEqualTo(DropReason.NONE);
            assertThat(ip.cutOff()).isEqualTo(length < packet.length);
            assertThat(ip.payloadLength()).isEqualTo(length - headerBytes);
        }
        for (int length = 0; length < headerBytes; length++) {
            assertThat(ip.parseCaptured(Packets.frame(Arrays.copyOf(packet, length))))
                    .isEqualTo(DropReason.TRUNCATED);
        }
    }

    @Test
    void capturedIpv4OptionsThatWereCutOffAreTruncated() {
        var packet = Packets.ipV4(Packets.CLIENT_V4, Packets.SERVER_V4, 6, new byte[8], TCP);
        assertThat(ip.parseCaptured(Packets.frame(Arrays.copyOf(packet, 27)))).isEqualTo(DropReason.TRUNCATED);
        assertThat(ip.parseCaptured(Packets.frame(Arrays.copyOf(packet, 28)))).isEqualTo(DropReason.NONE);
    }

    @Test
    void capturedTotalLengthOfZeroMeansAllOfTheFrame() {
        var packet = Packets.tcpPacket(true, TcpFlags.ACK, new byte[0], Packets.text(100));
        Packets.put16(packet, 2, 0);
        fixChecksum(packet);
        assertThat(ip.parseCaptured(Packets.frame(packet))).isEqualTo(DropReason.NONE);
        assertThat(ip.payloadLength()).isEqualTo(120);
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_IP_HEADER);
    }
}
