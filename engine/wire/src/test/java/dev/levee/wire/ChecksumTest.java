package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {
    private static int fast(byte[] octets, int from, int length) {
        var frame = Packets.frame(octets);
        return Checksum.finish(Checksum.add(0, frame.memory(), frame.offset() + from, length));
    }

    @Test
    void exampleOfRfc1071() {
        // §3: the octets 00 01 f2 03 f4 f5 f6 f7 add up to ddf2.
        assertThat(fast(Packets.hex("0001 f203 f4f5 f6f7"), 0, 8)).isEqualTo(~0xddf2 & 0xffff);
    }

    @ParameterizedTest
    @CsvSource({
        // A well-known IPv4 header, without its checksum and with it.
        "4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7,b861",
        "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7,0000",
        "ffff,0000",
        "'',ffff",
        "00,ffff",
        "01,feff",
        "ff,00ff",
        "0001 02,fdfe",
        "ffff ffff ffff ffff,0000"
    })
    void knownSums(String octets, String checksum) {
        var data = Packets.hex(octets);
        assertThat(fast(data, 0, data.length)).isEqualTo(Integer.parseInt(checksum, 16));
    }

    @Test
    void everyLengthAtEveryAlignmentEqualsTheNaiveSum() {
        long seed = 0x5EED_C5;
        var octets = new byte[400];
        new SplittableRandom(seed).nextBytes(octets);
        for (int from = 0; from < 9; from++) {
            for (int length = 0; length <= 300; length++) {
                assertThat(fast(octets, from, length))
                        .as("%d octets at %d, seed %d", length, from, seed)
                        .isEqualTo(Packets.naiveChecksum(octets, from, length, 0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1459, 1460, 1461, 65_494, 65_495, 65_535})
    void longDataOfTheGreatestSumsDoesNotOverflow(int length) {
        var octets = new byte[length];
        java.util.Arrays.fill(octets, (byte) 0xff);
        octets[1] = (byte) 0xfe;
        assertThat(fast(octets, 0, length)).isEqualTo(Packets.naiveChecksum(octets, 0, length, 0));
    }

    @Test
    void piecesAddUpLikeTheWhole() {
        var octets = Packets.text(301);
        var frame = Packets.frame(octets);
        long sum = Checksum.add(0, frame.memory(), frame.offset(), 100);
        sum = Checksum.add(sum, frame.memory(), frame.offset() + 100, 201);
        sum = Checksum.addShort(sum, 0xBEEF);
        assertThat(Checksum.finish(sum)).isEqualTo(Packets.naiveChecksum(octets, 0, 301, 0xBEEF));
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.1,198.18.0.2,20",
        "255.255.255.255,255.255.255.255,65515",
        "0.0.0.0,0.0.0.0,0",
        "2001:db8::1,2001:db8::2,20",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe,65535",
        "8000::8000:0:0:8000,::1,70000"
    })
    void pseudoHeaderOfBothFamiliesEqualsTheNaiveOne(String srcText, String dstText, int length) {
        var src = IpAddress.parse(srcText);
        var dst = IpAddress.parse(dstText);
        long pseudo = Checksum.pseudoHeader(
                src.isV4(), src.high(), src.low(), dst.high(), dst.low(), IpPacket.PROTOCOL_TCP, length);
        long naive = Packets.naivePseudo(src, dst, IpPacket.PROTOCOL_TCP, length);
        assertThat(Checksum.finish(pseudo)).isEqualTo(Packets.naiveChecksum(new byte[0], 0, 0, naive));
    }
}
