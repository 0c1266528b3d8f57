package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketTextTest {
    private static String v4(int flags, String options, int text) {
        return PacketText.of(
                Packets.frame(Packets.tcpPacket(true, flags, Packets.hex(options), Packets.text(text))),
                Packets.ISS,
                0x1234_5677);
    }

    @Test
    void synShowsItsOptions() {
        assertThat(v4(TcpFlags.SYN, "020405b4 0402 080a 00000005 00000000 01 030307", 0))
                .isEqualTo("198.18.0.1:40000 > 198.18.0.2:80 [SYN] seq 0 win 65520"
                        + " <mss 1460,sackOK,TS val 5 ecr 0,wscale 7> len 0");
    }

    @Test
    void textShowsItsRangeAndAcknowledgment() {
        assertThat(v4(TcpFlags.ACK | TcpFlags.PSH, "", 100))
                .isEqualTo("198.18.0.1:40000 > 198.18.0.2:80 [PSH,ACK] seq 0:100 ack 1 win 65520 len 100");
    }

    @Test
    void absoluteNumbersAreUnsigned() {
        var packet = Packets.frame(Packets.tcpPacket(false, TcpFlags.FIN, new byte[0], new byte[0]));
        assertThat(PacketText.of(packet))
                .isEqualTo("[2001:db8::1]:40000 > [2001:db8::2]:80 [FIN] seq 4294967040 win 65520 len 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0101 0512 12345679 1234567b 12345680 12345690|sack 2:4 9:25",
                "2202 0101|tfo request",
                "220a 00a1a2a3a4a5a60f 0101|tfo cookie 00a1a2a3a4a5a60f",
                "fd04f989|option 253",
                "0203 0500|option 2",
                "03000000|bad option 3",
                "020405b4 01010102|mss 1460,bad option 2",
                "0303ff 00|wscale 255",
                "1c048002|uto 120",
                "1c03 80 00|option 28",
            })
    void optionsAreShownAsTheyCame(String options, String text) {
        assertThat(v4(TcpFlags.ACK, options, 0)).contains("<" + text + ">");
    }

    @Test
    void urgentPointerIsShown() {
        assertThat(v4(TcpFlags.URG, "", 0)).contains("[URG] seq 0 win 65520 urg 0 len 0");
    }

    @Test
    void icmpSaysWhatItIsAndWhatItIsAbout() {
        assertThat(PacketText.of(Packets.frame(Packets.icmpPacket(true, 8, 0, 0x0007_0001, Packets.text(56)))))
                .isEqualTo("198.18.0.1 > 198.18.0.2 ICMP ECHO_REQUEST id 7 seq 1 len 56");
        var about = Packets.tcpPacket(false, TcpFlags.SYN, new byte[0], new byte[0]);
        assertThat(PacketText.of(Packets.frame(Packets.icmpPacket(false, 1, 4, 0, about))))
                .isEqualTo("2001:db8::1 > 2001:db8::2 ICMP PORT_UNREACHABLE"
                        + " about [2001:db8::1]:40000 > [2001:db8::2]:80 seq 4294967040 len 60");
        assertThat(PacketText.of(Packets.frame(Packets.icmpPacket(false, 2, 0, 1280, about))))
                .contains("ICMP PACKET_TOO_BIG mtu 1280 about");
        assertThat(PacketText.of(Packets.frame(Packets.icmpPacket(false, 135, 0, 0, new byte[16]))))
                .contains("ICMP OTHER type 135 code 0 len 16");
    }

    @Test
    void badPacketsAreDescribedToo() {
        var packet = Packets.tcpPacket(true, TcpFlags.ACK, new byte[0], Packets.text(8));
        packet[36] ^= 1;
        assertThat(PacketText.of(Packets.frame(packet))).endsWith("len 8 (BAD_CHECKSUM)");
        packet[36] ^= 1;
        assertThat(PacketText.of(Packets.frame(Arrays.copyOf(packet, 44)))).endsWith("len 4 (cut off)");
        assertThat(PacketText.of(Packets.frame(Arrays.copyOf(packet, 30))))
                .isEqualTo("198.18.0.1 > 198.18.0.2 bad TCP: TRUNCATED len 10 (cut off)");
        assertThat(PacketText.of(Packets.frame(Arrays.copyOf(packet, 19))))
                .isEqualTo("bad packet: TRUNCATED, 19 octets");
        packet[11] ^= 1;
        assertThat(PacketText.of(Packets.frame(packet))).endsWith("len 8 (BAD_IP_CHECKSUM)");
        packet[0] = 0x55;
        assertThat(PacketText.of(Packets.frame(packet))).isEqualTo("bad packet: BAD_VERSION, 48 octets");
        var echo = Packets.icmpPacket(true, 8, 0, 1, Packets.text(10));
        echo[25] ^= 1;
        assertThat(PacketText.of(Packets.frame(echo))).endsWith("bad ICMP: BAD_CHECKSUM len 18");
        assertThat(PacketText.of(Packets.frame(Arrays.copyOf(echo, 30))))
                .endsWith("bad ICMP: BAD_CHECKSUM len 10 (cut off)");
    }

    @Test
    void otherProtocolsShowTheirNumber() {
        var packet = Packets.ip(Packets.CLIENT_V4, Packets.SERVER_V4, 17, Packets.text(8));
        assertThat(PacketText.of(Packets.frame(packet))).isEqualTo("198.18.0.1 > 198.18.0.2 protocol 17 len 8");
    }
}
