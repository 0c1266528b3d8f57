package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What travels with a frame, what is believed of it, and a checksum completed in software.
class OffloadTest {
    private static final String ADDRESSES = "020000000002" + "020000000001";
    private static final String IPV4 = "0800" + "4500003c" + "00014000" + "40060000" + "c6120001" + "c6120002";
    private static final String IPV6 =
            "86dd" + "60000000" + "00200640" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002";
    private static final String TCP = "30390050" + "ffffff00" + "00000001" + "80180100" + "00000000" + "0101080a";
    private static final int START_V4 = 14 + 20;
    private static final int START_V6 = 14 + 40;

    private static final int NEEDS = Offload.NEEDS_CHECKSUM;
    private static final int TCP4 = Offload.SEGMENTS_TCP_V4;
    private static final int TCP6 = Offload.SEGMENTS_TCP_V6;

    private static Frame frame(String hex, int length, long offload) {
        var octets = new byte[length];
        var header = HexFormat.of().parseHex(hex);
        System.arraycopy(header, 0, octets, 0, Math.min(length, header.length));
        for (int i = header.length; i < length; i++) {
            octets[i] = (byte) (i * 7);
        }
        var frame = FrameSlab.single(FrameSlab.LARGE_BYTES / 2);
        frame.fill(octets);
        frame.offload(offload);
        return frame;
    }

    private static Frame v4(int length, long offload) {
        return frame(ADDRESSES + IPV4 + TCP, length, offload);
    }

    private static Frame v6(int length, long offload) {
        return frame(ADDRESSES + IPV6 + TCP, length, offload);
    }

    private static long partial(int start, int offset) {
        return Offload.of(NEEDS, Offload.SEGMENTS_NONE, 0, start, offset);
    }

    @Test
    void everyNumberComesBackAsItWasPutIn() {
        long offload = Offload.of(0x3, 0x84, 0xfffe, 0xfffd, 0xfffc);
        assertThat(Offload.flags(offload)).isEqualTo(0x3);
        assertThat(Offload.kind(offload)).isEqualTo(0x84);
        assertThat(Offload.segmentBytes(offload)).isEqualTo(0xfffe);
        assertThat(Offload.checksumStart(offload)).isEqualTo(0xfffd);
        assertThat(Offload.checksumOffset(offload)).isEqualTo(0xfffc);
        assertThat(Offload.of(0, 0, 0, 0, 0)).isEqualTo(Offload.NONE);
    }

    @Test
    void aFrameThatIsSetAnewHasNothingLeftToBeDone() {
        var frame = v4(100, partial(START_V4, 16));
        frame.set(frame.offset(), frame.length());
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
        frame.offload(partial(START_V4, 16));
        frame.clear();
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
        frame.offload(partial(START_V4, 16));
        frame.fill(new byte[60]);
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
    }

    @Test
    void aCopyHasTheSameLeftToBeDone() {
        var copy = FrameSlab.single(1500);
        copy.copyFrom(v4(100, partial(START_V4, 16)));
        assertThat(copy.offload()).isEqualTo(partial(START_V4, 16));
        copy.copyFrom(v4(100, Offload.NONE));
        assertThat(copy.offload()).isEqualTo(Offload.NONE);
    }

    /// The field lies at the frame's very end, and one octet beyond it.
    @Test
    void aChecksumBeyondTheFrameDoesNotHold() {
        assertThat(Offload.holds(v4(52, partial(START_V4, 16)))).isTrue();
        assertThat(Offload.holds(v4(51, partial(START_V4, 16)))).isFalse();
        assertThat(Offload.holds(v4(100, partial(START_V4, 0xffff)))).isFalse();
        assertThat(Offload.holds(v4(100, partial(0xffff, 0xffff)))).isFalse();
        assertThat(Offload.holds(v4(60_000, partial(0x7fff, 16)))).isTrue();
        assertThat(Offload.holds(v4(60_000, partial(0x8000, 16)))).isFalse();
    }

    @Test
    void aChecksumOverTheEthernetHeaderDoesNotHold() {
        assertThat(Offload.holds(v4(100, partial(14, 0)))).isTrue();
        assertThat(Offload.holds(v4(100, partial(13, 1)))).isFalse();
    }

    @Test
    void unknownFlagsAndKindsDoNotHold() {
        assertThat(Offload.holds(v4(100, Offload.of(Offload.DATA_VALID, 0, 0, 0, 0))))
                .isTrue();
        assertThat(Offload.holds(v4(100, Offload.of(4, 0, 0, 0, 0)))).isFalse();
        for (int kind : new int[] {2, 3, 6, 0x80, 0x85, 0xff}) {
            assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, kind, 1448, START_V4, 16))))
                    .as("kind %d", kind)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "4", "129", "132"})
    void segmentsOfTcpHoldWithTheirFamilyOnly(int kind) {
        boolean ipv4 = (kind & 0x7f) == TCP4;
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, kind, 1448, START_V4, 16))))
                .isEqualTo(ipv4);
        assertThat(Offload.holds(v6(3000, Offload.of(NEEDS, kind, 1428, START_V6, 16))))
                .isEqualTo(!ipv4);
    }

    /// A frame of one octet a segment would become tens of thousands.
    @Test
    void segmentsOfFewOctetsDoNotHold() {
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 8, START_V4, 16))))
                .isTrue();
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 7, START_V4, 16))))
                .isFalse();
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 0, START_V4, 16))))
                .isFalse();
    }

    @Test
    void segmentsWithoutAChecksumOrWithOneElsewhereDoNotHold() {
        assertThat(Offload.holds(v4(3000, Offload.of(0, TCP4, 1448, START_V4, 16))))
                .isFalse();
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4, 14))))
                .isFalse();
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4 + 4, 16))))
                .isFalse();
        assertThat(Offload.holds(v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4 - 4, 16))))
                .isFalse();
    }

    /// Headers of 66 octets: 14, 20, and 32 as the data offset has it.
    @Test
    void segmentsWhoseHeadersPassTheFrameDoNotHold() {
        assertThat(Offload.holds(v4(66, Offload.of(NEEDS, TCP4, 1448, START_V4, 16))))
                .isTrue();
        assertThat(Offload.holds(v4(65, Offload.of(NEEDS, TCP4, 1448, START_V4, 16))))
                .isFalse();
        assertThat(Offload.holds(v4(53, Offload.of(NEEDS, TCP4, 1448, START_V4, 16))))
                .isFalse();
    }

    @Test
    void fragmentsAndOtherProtocolsAreNotCutIntoSegments() {
        var fragment = v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4, 16));
        Bytes.put16(fragment.memory(), fragment.offset() + 20, 0x2000);
        assertThat(Offload.holds(fragment)).isFalse();
        var tunnel = v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4, 16));
        Bytes.put8(tunnel.memory(), tunnel.offset() + 23, 17);
        assertThat(Offload.holds(tunnel)).isFalse();
    }

    @Test
    void segmentsOfUdpHoldUpTo128() {
        var text = 42 + 128 * 100;
        var udp = v4(text, Offload.of(NEEDS, Offload.SEGMENTS_UDP, 100, START_V4, 6));
        Bytes.put8(udp.memory(), udp.offset() + 23, 17);
        assertThat(Offload.holds(udp)).isTrue();
        udp.offload(Offload.of(NEEDS, Offload.SEGMENTS_UDP, 99, START_V4, 6));
        assertThat(Offload.holds(udp)).isFalse();
        udp.offload(Offload.of(NEEDS, Offload.SEGMENTS_UDP, 100, START_V4, 16));
        assertThat(Offload.holds(udp)).isFalse();
    }

    @Test
    void ipv6ExtensionHeadersAreSkippedAndEndAtTheFramesEnd() {
        var hop = "00" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "0600010400000000";
        var before = "86dd" + "60000000" + "0028";
        var long6 = frame(
                ADDRESSES + before + hop.substring(0, 2) + "40" + hop.substring(2) + TCP,
                3000,
                Offload.of(NEEDS, TCP6, 1400, START_V6 + 8, 16));
        assertThat(Offload.holds(long6)).isTrue();
        long6.offload(Offload.of(NEEDS, TCP6, 1400, START_V6, 16));
        assertThat(Offload.holds(long6)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x8100, 0x88a8})
    void aTagMovesAddressesAndChecksumButNotThePacket(int type) {
        var frame = v4(3000, Offload.of(NEEDS, TCP4, 1448, START_V4, 16));
        var before = HexFormat.of().formatHex(frame.toArray());
        int packetAt = frame.offset() + EthernetFrame.HEADER_BYTES;
        EthernetFrame.tag(frame, type, 0x6123);
        assertThat(HexFormat.of().formatHex(frame.toArray()))
                .isEqualTo(ADDRESSES + Integer.toHexString(type) + "6123" + before.substring(24));
        assertThat(frame.offset() + EthernetFrame.HEADER_BYTES + EthernetFrame.TAG_BYTES)
                .isEqualTo(packetAt);
        assertThat(frame.offload()).isEqualTo(Offload.of(NEEDS, TCP4, 1448, START_V4 + 4, 16));
        assertThat(Offload.holds(frame)).isTrue();
        EthernetFrame.tag(frame, 0x88a8, 1);
        assertThat(Offload.holds(frame)).isTrue();
        assertThat(Offload.headerBytes(frame)).isEqualTo(66 + 8);
    }

    @Test
    void aTagOnACompleteFrameLeavesNothingToBeDone() {
        var frame = v4(100, Offload.NONE);
        EthernetFrame.tag(frame, 0x8100, 7);
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
        var parsed = new EthernetFrame();
        assertThat(parsed.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(parsed.vlan()).isEqualTo(7);
        assertThat(parsed.type()).isEqualTo(EthernetFrame.TYPE_IPV4);
    }

    /// As a sender leaves it: the sum of the pseudo header, not complemented.
    private static void seed(Frame frame, int start, int offset, boolean ipv4, int protocol) {
        var memory = frame.memory();
        long ip = frame.offset() + 14L;
        int length = frame.length() - start;
        long sum = ipv4
                ? Checksum.pseudoHeader(
                        true, 0, Bytes.i32(memory, ip + 12), 0, Bytes.i32(memory, ip + 16), protocol, length)
                : Checksum.pseudoHeader(
                        false,
                        Bytes.i64(memory, ip + 8),
                        Bytes.i64(memory, ip + 16),
                        Bytes.i64(memory, ip + 24),
                        Bytes.i64(memory, ip + 32),
                        protocol,
                        length);
        Bytes.put16(memory, frame.offset() + start + offset, ~Checksum.finish(sum) & 0xffff);
    }

    private static long judge(Frame frame, int start, boolean ipv4, int protocol) {
        var memory = frame.memory();
        long ip = frame.offset() + 14L;
        int length = frame.length() - start;
        long sum = ipv4
                ? Checksum.pseudoHeader(
                        true, 0, Bytes.i32(memory, ip + 12), 0, Bytes.i32(memory, ip + 16), protocol, length)
                : Checksum.pseudoHeader(
                        false,
                        Bytes.i64(memory, ip + 8),
                        Bytes.i64(memory, ip + 16),
                        Bytes.i64(memory, ip + 24),
                        Bytes.i64(memory, ip + 32),
                        protocol,
                        length);
        return Checksum.finish(Checksum.add(sum, memory, frame.offset() + start, length));
    }

    @ParameterizedTest
    @ValueSource(ints = {66, 67, 1514, 1513, 65_000})
    void aChecksumIsCompletedInBothFamilies(int length) {
        var ipv4 = v4(length, partial(START_V4, 16));
        seed(ipv4, START_V4, 16, true, 6);
        assertThat(judge(ipv4, START_V4, true, 6)).isNotZero();
        Offload.complete(ipv4);
        assertThat(judge(ipv4, START_V4, true, 6)).isZero();
        assertThat(ipv4.offload()).isEqualTo(Offload.NONE);

        var ipv6 = v6(length + 20, partial(START_V6, 16));
        seed(ipv6, START_V6, 16, false, 6);
        Offload.complete(ipv6);
        assertThat(judge(ipv6, START_V6, false, 6)).isZero();
    }

    /// RFC 3720, appendix B.4: 32 octets of zero, and of ones, with the CRC's octets in the order of the
    /// wire.
    @ParameterizedTest
    @CsvSource({"0, 8a9136aa", "255, 62a8ab43"})
    void crcIsThatOfTheStandard(int octet, String expected) {
        var octets = new byte[32];
        java.util.Arrays.fill(octets, (byte) octet);
        var frame = FrameSlab.single(1500);
        frame.fill(octets);
        assertThat(Crc32c.of(frame.memory(), frame.offset(), 32)).isEqualTo(Integer.parseUnsignedInt(expected, 16));
    }

    /// SCTP's has four octets, which must lie inside the frame.
    @Test
    void aChecksumOfSctpIsCompletedAsCrc() {
        assertThat(Offload.holds(v4(START_V4 + 12, partial(START_V4, 8)))).isTrue();
        assertThat(Offload.holds(v4(START_V4 + 11, partial(START_V4, 8)))).isFalse();
        var frame = v4(START_V4 + 32, partial(START_V4, 8));
        for (int i = 0; i < 32; i++) {
            Bytes.put8(frame.memory(), frame.offset() + START_V4 + i, 0);
        }
        assertThat(Offload.needsCrc(frame.offload())).isTrue();
        Offload.complete(frame);
        assertThat(Bytes.i32(frame.memory(), frame.offset() + START_V4 + 8)).isEqualTo(0xaa36918a);
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
        assertThat(Offload.needsCrc(partial(START_V4, 16))).isFalse();
    }

    @Test
    void aCompleteFrameIsNotTouched() {
        var frame = v4(100, Offload.of(Offload.DATA_VALID, 0, 0, 0, 0));
        var before = frame.toArray();
        Offload.complete(frame);
        assertThat(frame.toArray()).isEqualTo(before);
        assertThat(frame.offload()).isEqualTo(Offload.NONE);
    }

    /// RFC 768: 0 says that there is none, so 0xffff stands for it. For TCP, 0 is a sum like others.
    @Test
    void aSumOfZeroIsWrittenAsAllOnesInUdpOnly() {
        for (int offset : new int[] {6, 16}) {
            var frame = v4(START_V4 + 20, partial(START_V4, offset));
            for (int i = 0; i < 20; i++) {
                Bytes.put8(frame.memory(), frame.offset() + START_V4 + i, 0);
            }
            Bytes.put16(frame.memory(), frame.offset() + START_V4, 0xffff);
            Offload.complete(frame);
            assertThat(Bytes.u16(frame.memory(), frame.offset() + START_V4 + offset))
                    .isEqualTo(offset == 6 ? 0xffff : 0);
        }
    }
}
