package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentTest {
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    private DropReason parse(byte[] packet) {
        assertThat(ip.parse(Packets.frame(packet))).isEqualTo(DropReason.NONE);
        return segment.parse();
    }

    /// Parses a segment with these options, padded with zero.
    private void options(int flags, String hex) {
        var options = Packets.hex(hex);
        var padded = Arrays.copyOf(options, options.length + 3 & ~3);
        assertThat(parse(Packets.tcpPacket(true, flags, padded, Packets.text(5))))
                .isEqualTo(DropReason.NONE);
    }

    private static byte[] withTcp(boolean v4, byte[] tcp) {
        return Packets.ip(
                v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6,
                v4 ? Packets.SERVER_V4 : Packets.SERVER_V6,
                IpPacket.PROTOCOL_TCP,
                tcp);
    }

    private static void fixChecksum(byte[] tcp) {
        Packets.put16(tcp, 16, 0);
        long pseudo = Packets.naivePseudo(Packets.CLIENT_V4, Packets.SERVER_V4, IpPacket.PROTOCOL_TCP, tcp.length);
        Packets.put16(tcp, 16, Packets.naiveChecksum(tcp, 0, tcp.length, pseudo));
    }

    private static byte[] tcp() {
        return Packets.tcp(Packets.CLIENT_V4, Packets.SERVER_V4, TcpFlags.ACK, new byte[0], Packets.text(5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("9293:MUST-1")
    void fieldsAreRead(boolean v4) {
        int flags = TcpFlags.ACK | TcpFlags.URG | TcpFlags.PSH;
        var packet = Packets.tcpPacket(v4, flags, new byte[0], Packets.text(5));

        assertThat(parse(packet)).isEqualTo(DropReason.NONE);

        assertThat(segment.srcPort()).isEqualTo(40_000);
        assertThat(segment.dstPort()).isEqualTo(80);
        assertThat(segment.seq()).isEqualTo(Packets.ISS);
        assertThat(segment.ack()).isEqualTo(0x1234_5678);
        assertThat(segment.flags()).isEqualTo(flags);
        assertThat(segment.window()).isEqualTo(0xfff0);
        assertThat(segment.payloadLength()).isEqualTo(5);
        assertThat(segment.has(TcpFlags.ACK | TcpFlags.PSH)).isTrue();
        assertThat(segment.has(TcpFlags.ACK | TcpFlags.SYN)).isFalse();
        assertThat(segment.hasAck()).isTrue();
        assertThat(segment.syn() || segment.fin() || segment.rst()).isFalse();
        assertThat(Bytes.u8(ip.memory(), segment.payloadOffset())).isEqualTo(Packets.text(1)[0]);
    }

    @ParameterizedTest
    @CsvSource({"0,5", "1,6", "2,6", "3,7", "4,5", "18,6", "255,7"})
    void synAndFinTakeASequenceNumberEach(int flags, int length) {
        parse(Packets.tcpPacket(true, flags, new byte[0], Packets.text(5)));
        assertThat(segment.length()).isEqualTo(length);
        assertThat(segment.flags()).isEqualTo(flags);
    }

    @Test
    void everyShorterSegmentIsTruncated() {
        for (int length = 0; length < Segment.HEADER_BYTES; length++) {
            assertThat(parse(withTcp(true, new byte[length])))
                    .as("%d octets", length)
                    .isEqualTo(DropReason.TRUNCATED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 7, 15})
    void dataOffsetThatCannotBeIsABadHeader(int words) {
        var tcp = tcp();
        tcp[12] = (byte) (words << 4);
        fixChecksum(tcp);
        assertThat(parse(withTcp(true, tcp))).isEqualTo(DropReason.BAD_TCP_HEADER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("9293:MUST-3")
    void everyWrongBitIsABadChecksum(boolean v4) {
        var good = Packets.tcpPacket(v4, TcpFlags.ACK, Packets.hex("020405b4"), Packets.text(3));
        int from = v4 ? 20 : 40;
        for (int bit = 8 * from; bit < 8 * good.length; bit++) {
            var bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            var reason = parse(bad);
            if (bit / 8 == from + 12) {
                assertThat(reason).as("bit %d", bit).isIn(DropReason.BAD_CHECKSUM, DropReason.BAD_TCP_HEADER);
            } else {
                assertThat(reason).as("bit %d", bit).isEqualTo(DropReason.BAD_CHECKSUM);
            }
        }
    }

    @Test
    @Rfc("9293:MUST-3")
    void segmentForAnotherAddressIsABadChecksum() {
        var packet = Packets.tcpPacket(false, TcpFlags.ACK, new byte[0], new byte[0]);
        packet[39] ^= 1;
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_CHECKSUM);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void portZeroIsRefused(int at) {
        var tcp = tcp();
        Packets.put16(tcp, at, 0);
        fixChecksum(tcp);
        assertThat(parse(withTcp(true, tcp))).isEqualTo(DropReason.PORT_ZERO);
    }

    @Test
    void segmentWithoutOptionsHasNone() {
        options(TcpFlags.SYN, "020405b4 01030307 0402 080a 00000001 00000002");
        options(TcpFlags.ACK, "");
        assertNoOptions();
    }

    private void assertNoOptions() {
        assertThat(segment.mss()).isZero();
        assertThat(segment.windowScale()).isEqualTo(-1);
        assertThat(segment.sackPermitted()).isFalse();
        assertThat(segment.hasTimestamps()).isFalse();
        assertThat(segment.sackCount()).isZero();
        assertThat(segment.fastOpenLength()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {TcpFlags.SYN, TcpFlags.ACK, TcpFlags.FIN | TcpFlags.ACK, TcpFlags.RST, 0})
    @Rfc({"9293:MUST-4", "9293:MUST-5"})
    void optionsAreReadInAnySegment(int flags) {
        options(flags, "020405b4 0402 080a fffffffe 80000000 01 030307");
        assertThat(segment.mss()).isEqualTo(1460);
        assertThat(segment.sackPermitted()).isTrue();
        assertThat(segment.hasTimestamps()).isTrue();
        assertThat(segment.tsVal()).isEqualTo(-2);
        assertThat(segment.tsEcr()).isEqualTo(0x8000_0000);
        assertThat(segment.windowScale()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "01", "0101", "010101", "0101010101"})
    @Rfc("9293:MUST-64")
    void optionsMayBeginAtAnyOctet(String before) {
        options(TcpFlags.SYN, before + "020405b4" + "030302" + "080a0000000100000002");
        assertThat(segment.mss()).isEqualTo(1460);
        assertThat(segment.windowScale()).isEqualTo(2);
        assertThat(segment.tsVal()).isEqualTo(1);
        assertThat(segment.tsEcr()).isEqualTo(2);
    }

    @Test
    @Rfc({"9293:MUST-6", "9293:MUST-68"})
    void unknownOptionsAreSkippedByTheirLength() {
        options(TcpFlags.SYN, "fd04f989 1b08000000000000 0c02 0f03ff 020405b4");
        assertThat(segment.mss()).isEqualTo(1460);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0200", "0201", "02ff", "ff00", "ff01", "0229", "05", "08", "0101020405"})
    @Rfc("9293:MUST-7")
    void impossibleLengthEndsTheListAndKeepsWhatCameBefore(String bad) {
        options(TcpFlags.SYN, "030309 " + bad);
        assertThat(segment.windowScale()).isEqualTo(9);
        assertThat(segment.mss()).isZero();
        assertThat(segment.payloadLength()).isEqualTo(5);
    }

    @Test
    @Rfc("9293:MUST-7")
    void kindInTheLastOctetHasNoLength() {
        options(TcpFlags.SYN, "030309 02");
        assertThat(segment.windowScale()).isEqualTo(9);
        assertThat(segment.mss()).isZero();
    }

    @Test
    @Rfc("9293:MUST-4")
    void nothingIsReadBehindTheEndOfTheList() {
        options(TcpFlags.SYN, "030309 00 020405b4");
        assertThat(segment.windowScale()).isEqualTo(9);
        assertThat(segment.mss()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"020305", "020505b401", "0302", "03040700", "04030a", "080900000001000000", "0503ff"})
    @Rfc("9293:MUST-7")
    void knownOptionOfAnotherLengthIsSkipped(String odd) {
        options(TcpFlags.SYN, odd);
        assertNoOptions();
    }

    @ParameterizedTest
    @CsvSource({"00,0", "0e,14", "0f,14", "ff,14"})
    void windowScaleBeyondFourteenIsTakenAsFourteen(String shift, int scale) {
        options(TcpFlags.SYN, "0303" + shift);
        assertThat(segment.windowScale()).isEqualTo(scale);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void sackBlocksAreReadAcrossTheWrap(int blocks) {
        var hex = new StringBuilder(String.format("0101 05%02x", 2 + 8 * blocks));
        for (int i = 0; i < blocks; i++) {
            hex.append(String.format("%08x%08x", Packets.ISS + 200 * i, Packets.ISS + 200 * i + 100));
        }
        options(TcpFlags.ACK, hex.toString());
        assertThat(segment.sackCount()).isEqualTo(blocks);
        for (int i = 0; i < blocks; i++) {
            assertThat(segment.sackLeft(i)).isEqualTo(Packets.ISS + 200 * i);
            assertThat(segment.sackRight(i)).isEqualTo(Packets.ISS + 200 * i + 100);
        }
    }

    @ParameterizedTest
    @CsvSource({"2202,0", "2206 a1a2a3a4,4", "220a a1a2a3a4a5a6a7a8,8", "2212 000102030405060708090a0b0c0d0e0f,16"})
    void fastOpenCookieIsFound(String option, int length) {
        options(TcpFlags.SYN, "020405b4" + option);
        assertThat(segment.fastOpenLength()).isEqualTo(length);
        if (length > 0) {
            int first = Packets.hex(option)[2] & 0xff;
            assertThat(Bytes.u8(ip.memory(), segment.fastOpenOffset())).isEqualTo(first);
        }
        assertThat(segment.fastOpenExperimental()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "fe04f989,0",
        "fe08f989a1a2a3a4,4",
        "fe05f989a1,1",
        "fe06f98aa1a2,-1",
        "fe03f9,-1",
        "fe02,-1",
        "fd04f989,-1"
    })
    void fastOpenIsAlsoAnExperiment(String option, int length) {
        options(TcpFlags.SYN, "020405b4" + option);
        assertThat(segment.mss()).isEqualTo(1460);
        assertThat(segment.fastOpenLength()).isEqualTo(length);
        if (length > 0) {
            assertThat(segment.fastOpenHigh() >>> 56).isEqualTo(0xa1);
            assertThat(segment.fastOpenExperimental()).isTrue();
        }
    }

    @Test
    void captureIsReadWithoutItsChecksum() {
        var packet = Packets.tcpPacket(true, TcpFlags.ACK, new byte[0], Packets.text(5));
        packet[36] ^= 1;
        assertThat(parse(packet)).isEqualTo(DropReason.BAD_CHECKSUM);
        assertThat(segment.parseCaptured()).isEqualTo(DropReason.NONE);
        assertThat(segment.seq()).isEqualTo(Packets.ISS);
    }

    @Test
    void optionsThatWereCutOffCountWhileTheyAreWhole() {
        var packet = Packets.tcpPacket(true, TcpFlags.SYN, Packets.hex("020405b4 0402 01 030307 0101"), new byte[0]);
        for (int length = 40; length < packet.length; length++) {
            ip.parseCaptured(Packets.frame(Arrays.copyOf(packet, length)));
            assertThat(segment.parseCaptured()).as("%d octets", length).isEqualTo(DropReason.NONE);
            assertThat(segment.mss()).isEqualTo(length >= 44 ? 1460 : 0);
            assertThat(segment.sackPermitted()).isEqualTo(length >= 46);
            assertThat(segment.windowScale()).isEqualTo(length >= 50 ? 7 : -1);
            assertThat(segment.payloadLength()).isZero();
        }
    }

    @Test
    void flagsPrintInReadingOrder() {
        assertThat(TcpFlags.format(0)).isEqualTo("-");
        assertThat(TcpFlags.format(TcpFlags.SYN | TcpFlags.ACK)).isEqualTo("SYN,ACK");
        assertThat(TcpFlags.format(0xff)).isEqualTo("SYN,FIN,RST,PSH,ACK,URG,ECE,CWR");
    }
}
