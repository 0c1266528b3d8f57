package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FragmenterTest {
    private final Frame packet = FrameSlab.single(65_535);
    private final Frame out = FrameSlab.single(65_535);
    private final IpPacket ip = new IpPacket();

    /// An echo request whose octets tell where they are.
    private void echo(boolean v4, int payloadBytes) {
        var addresses = v4
                ? new IpAddress[] {IpAddress.parse("198.18.0.1"), IpAddress.parse("198.18.0.2")}
                : new IpAddress[] {IpAddress.parse("2001:db8::1"), IpAddress.parse("2001:db8::2")};
        packet.set(Frame.HEADROOM_BYTES, IpHeader.bytes(v4) + payloadBytes);
        for (int i = 0; i < payloadBytes; i++) {
            Bytes.put8(packet.memory(), packet.offset() + IpHeader.bytes(v4) + i, i * 31 >>> 3);
        }
        IpHeader.write(
                packet.memory(),
                packet.offset(),
                v4,
                v4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6,
                0,
                64,
                payloadBytes,
                addresses[0].high(),
                addresses[0].low(),
                addresses[1].high(),
                addresses[1].low());
    }

    @ParameterizedTest
    @CsvSource({
        "true, 1500, 4000",
        "false, 1500, 4000",
        "true, 68, 600",
        "false, 1280, 65535",
        "true, 1500, 65515",
        "true, 1500, 1481",
        "false, 1500, 1461"
    })
    @Rfc({"791:2.3", "8200:4.5"})
    void thePiecesAreThePacketAndEachFits(boolean v4, int mtu, int payloadBytes) {
        echo(v4, payloadBytes);
        var whole = new byte[payloadBytes];
        int from = 0;
        while (from < payloadBytes) {
            int next = Fragmenter.write(packet, from, mtu, 0x1234_5678, out);
            assertThat(out.length()).isLessThanOrEqualTo(mtu);
            assertThat(ip.parse(out)).isEqualTo(DropReason.FRAGMENT);
            assertThat(ip.fragmentOffset()).isEqualTo(from);
            assertThat(ip.payloadLength()).isEqualTo(next - from);
            assertThat(ip.moreFragments()).isEqualTo(next < payloadBytes);
            assertThat(ip.identification()).isEqualTo(v4 ? 0x5678 : 0x1234_5678);
            assertThat(ip.protocol()).isEqualTo(v4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMP6);
            assertThat(ip.fragmentHeader()).isEqualTo(!v4);
            // As much as fits, in units of eight octets.
            assertThat(next == payloadBytes || mtu - out.length() < 8).isTrue();
            MemorySegment.copy(ip.memory(), ValueLayout.JAVA_BYTE, ip.payloadOffset(), whole, from, ip.payloadLength());
            from = next;
        }
        var expected = new byte[payloadBytes];
        MemorySegment.copy(
                packet.memory(),
                ValueLayout.JAVA_BYTE,
                packet.offset() + IpHeader.bytes(v4),
                expected,
                0,
                payloadBytes);
        assertThat(whole).isEqualTo(expected);
    }

    /// The least that a first fragment must hold for the protocol behind the headers.
    @ParameterizedTest
    @CsvSource({
        "6, 16, false",
        "6, 24, true",
        "58, 8, true",
        "60, 8, false",
        "60, 16, true",
        "44, 8, false",
        "17, 8, true"
    })
    @Rfc("8200:4.5")
    void aFirstFragmentHoldsAllHeaders(int protocol, int bytes, boolean complete) {
        echo(false, 64);
        // What follows a header of destination options is ICMPv6.
        Bytes.put64(packet.memory(), packet.offset() + 40, (long) IpPacket.PROTOCOL_ICMP6 << 56 | 1L << 40);
        Bytes.put8(packet.memory(), packet.offset() + 6, protocol);
        Fragmenter.write(packet, 0, 48 + bytes, 1, out);
        assertThat(ip.parse(out)).isEqualTo(DropReason.FRAGMENT);
        assertThat(ip.headersComplete()).isEqualTo(complete);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWholePacketAfterAFragmentIsNone(boolean v4) {
        echo(v4, 64);
        Fragmenter.write(packet, 8, 100, 1, out);
        assertThat(ip.parse(out)).isEqualTo(DropReason.FRAGMENT);
        assertThat(ip.parse(packet)).isEqualTo(DropReason.NONE);
        assertThat(ip.fragmentHeader()).isFalse();
        assertThat(ip.fragmentOffset()).isZero();
        assertThat(ip.moreFragments()).isFalse();
    }

    /// It says that nothing precedes and nothing follows.
    @Test
    @Rfc("6946:4")
    void aFragmentHeaderOfAWholePacketIsSeen() {
        echo(false, 64);
        Fragmenter.write(packet, 0, 1500, 1, out);
        assertThat(ip.parse(out)).isEqualTo(DropReason.NONE);
        assertThat(ip.fragmentHeader()).isTrue();
        assertThat(ip.payloadLength()).isEqualTo(64);
    }
}
