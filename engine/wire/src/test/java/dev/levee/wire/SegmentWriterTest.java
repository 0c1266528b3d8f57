package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentWriterTest {
    private static final long COOKIE_HIGH = 0xc00c_1e01_0203_0405L;
    private static final long COOKIE_LOW = 0xf0e1_d2c3_b4a5_9687L;
    private static final int MSS = 1;
    private static final int SCALE = 2;
    private static final int SACK_PERMITTED = 4;
    private static final int TIMESTAMPS = 8;
    private static final int FAST_OPEN = 16;
    private static final int USER_TIMEOUT = 32;
    private static final int OPTION_BYTES_MAX = 40;

    private OptionLayout layout = OptionLayout.TIMESTAMPS_BEFORE_SCALE;
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame frame = FrameSlab.single(1500);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    private SegmentWriter start(boolean v4) {
        var src = v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6;
        var dst = v4 ? Packets.SERVER_V4 : Packets.SERVER_V6;
        return writer.reset()
                .layout(layout)
                .addresses(src.high(), src.low(), dst.high(), dst.low())
                .ports(65_535, 1)
                .seq(Packets.ISS)
                .window(0xffff);
    }

    private void write(int textLength) {
        int at = writer.begin(frame);
        MemorySegment.copy(Packets.text(textLength), 0, frame.memory(), ValueLayout.JAVA_BYTE, at, textLength);
        writer.finish(frame, textLength);
    }

    private void assertGood() {
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "true, TIMESTAMPS_BEFORE_SCALE",
        "false, TIMESTAMPS_BEFORE_SCALE",
        "true, SCALE_BEFORE_TIMESTAMPS",
        "false, SCALE_BEFORE_TIMESTAMPS"
    })
    @Rfc({"9293:MUST-2", "9293:MUST-4", "9293:MUST-14", "9293:MUST-68", "9293:MUST-69"})
    void everyCombinationOfOptionsIsReadAsItWasWritten(boolean v4, OptionLayout layout) {
        this.layout = layout;
        int written = 0;
        for (int set = 0; set < 64; set++) {
            for (int blocks = 0; blocks <= Segment.SACK_BLOCKS_MAX; blocks++) {
                for (int cookie : new int[] {0, 4, 6, 8, 16}) {
                    if ((set & FAST_OPEN) == 0 && cookie > 0) {
                        continue;
                    }
                    options(start(v4).ack(0x8000_0000).flags(TcpFlags.PSH), set, blocks, cookie);
                    if (writer.optionBytes() > OPTION_BYTES_MAX) {
                        continue;
                    }
                    int textLength = written++ % 4 * 7;
                    write(textLength);
                    assertGood();
                    assertRead(set, blocks, cookie, textLength);
                }
            }
        }
        assertThat(written).isGreaterThan(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TIMESTAMPS_BEFORE_SCALE|true|true|020405b4 0402080a 00000064 00000000 01030308",
                "TIMESTAMPS_BEFORE_SCALE|false|true|020405b4 0101080a 00000064 00000000 01030308",
                "TIMESTAMPS_BEFORE_SCALE|true|false|020405b4 01010402 01030308",
                "SCALE_BEFORE_TIMESTAMPS|true|true|020405b4 01030308 0402080a 00000064 00000000",
                "SCALE_BEFORE_TIMESTAMPS|false|true|020405b4 01030308 0101080a 00000064 00000000",
                "SCALE_BEFORE_TIMESTAMPS|true|false|020405b4 01030308 04020000",
            })
    void optionsStandInTheOrderOfTheLayout(OptionLayout layout, boolean sack, boolean timestamps, String octets) {
        this.layout = layout;
        start(true).flags(TcpFlags.SYN).mss(1460).windowScale(8);
        if (sack) {
            writer.sackPermitted();
        }
        if (timestamps) {
            writer.timestamps(100, 0);
        }
        write(0);
        assertGood();

        var packet = frame.toArray();
        assertThat(HexFormat.of().formatHex(packet, 40, packet.length)).isEqualTo(octets.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0001, 1",
        "32767, 7fff, 32767",
        "32768, 8223, 32820",
        "32820, 8223, 32820",
        "32821, 8224, 32880",
        "1966020, ffff, 1966020",
        "2147483647, ffff, 1966020"
    })
    @Rfc("5482:3.2")
    void theUserTimeoutIsSaidInSecondsOrElseInMinutes(int seconds, String field, int read) {
        for (var each : OptionLayout.values()) {
            layout = each;
            start(true).userTimeout(seconds);
            write(0);

            assertGood();
            assertThat(segment.userTimeoutSeconds()).isEqualTo(read);
            assertThat(HexFormat.of().formatHex(frame.toArray(), 40, 44)).isEqualTo("1c04" + field);
        }
    }

    private static void options(SegmentWriter to, int set, int blocks, int cookie) {
        if ((set & MSS) != 0) {
            to.mss(0xffff);
        }
        if ((set & SCALE) != 0) {
            to.windowScale(14);
        }
        if ((set & SACK_PERMITTED) != 0) {
            to.sackPermitted();
        }
        if ((set & TIMESTAMPS) != 0) {
            to.timestamps(-1, 0x7fff_ffff);
        }
        if ((set & FAST_OPEN) != 0) {
            to.fastOpen(COOKIE_HIGH, COOKIE_LOW, cookie, false);
        }
        if ((set & USER_TIMEOUT) != 0) {
            to.userTimeout(100);
        }
        for (int i = 0; i < blocks; i++) {
            to.sack(Packets.ISS + 1000 * i, Packets.ISS + 1000 * i + 500);
        }
    }

    private void assertRead(int set, int blocks, int cookie, int textLength) {
        assertThat(segment.userTimeoutSeconds()).isEqualTo((set & USER_TIMEOUT) != 0 ? 100 : 0);
        assertThat(segment.mss()).isEqualTo((set & MSS) != 0 ? 0xffff : 0);
        assertThat(segment.windowScale()).isEqualTo((set & SCALE) != 0 ? 14 : -1);
        assertThat(segment.sackPermitted()).isEqualTo((set & SACK_PERMITTED) != 0);
        assertThat(segment.hasTimestamps()).isEqualTo((set & TIMESTAMPS) != 0);
        if (segment.hasTimestamps()) {
            assertThat(segment.tsVal()).isEqualTo(-1);
            assertThat(segment.tsEcr()).isEqualTo(0x7fff_ffff);
        }
        assertThat(segment.fastOpenLength()).isEqualTo((set & FAST_OPEN) != 0 ? cookie : -1);
        if ((set & FAST_OPEN) != 0) {
            assertThat(segment.fastOpenHigh()).isEqualTo(firstOctets(COOKIE_HIGH, cookie));
            assertThat(segment.fastOpenLow()).isEqualTo(firstOctets(COOKIE_LOW, cookie - 8));
        }
        assertThat(segment.sackCount()).isEqualTo(blocks);
        for (int i = 0; i < blocks; i++) {
            assertThat(segment.sackLeft(i)).isEqualTo(Packets.ISS + 1000 * i);
            assertThat(segment.sackRight(i)).isEqualTo(Packets.ISS + 1000 * i + 500);
        }
        assertThat(segment.payloadOffset() - segment.optionsOffset())
                .isEqualTo(writer.optionBytes())
                .isLessThanOrEqualTo(OPTION_BYTES_MAX);
        assertThat(segment.payloadLength()).isEqualTo(textLength);
        var packet = frame.toArray();
        assertThat(Arrays.copyOfRange(packet, packet.length - textLength, packet.length))
                .isEqualTo(Packets.text(textLength));
        assertThat(PacketText.options(segment, 0)).doesNotContain("bad");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fieldsAreReadAsTheyWereWritten(boolean v4) {
        start(v4)
                .ack(-7)
                .flags(TcpFlags.FIN | TcpFlags.CWR)
                .urgent(0xfffe)
                .hopLimit(255)
                .trafficClass(0xb9);
        write(1);
        assertGood();
        assertThat(ip.v4()).isEqualTo(v4);
        assertThat(ip.source()).isEqualTo(v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6);
        assertThat(ip.destination()).isEqualTo(v4 ? Packets.SERVER_V4 : Packets.SERVER_V6);
        assertThat(ip.hopLimit()).isEqualTo(255);
        assertThat(ip.trafficClass()).isEqualTo(0xb9);
        assertThat(segment.srcPort()).isEqualTo(65_535);
        assertThat(segment.dstPort()).isEqualTo(1);
        assertThat(segment.seq()).isEqualTo(Packets.ISS);
        assertThat(segment.ack()).isEqualTo(-7);
        assertThat(segment.flags()).isEqualTo(TcpFlags.FIN | TcpFlags.CWR | TcpFlags.URG | TcpFlags.ACK);
        assertThat(segment.window()).isEqualTo(0xffff);
        assertThat(segment.urgentPointer()).isEqualTo(0xfffe);
    }

    @ParameterizedTest
    @CsvSource({"true,0", "true,1", "true,1459", "true,1460", "false,0", "false,1", "false,1439", "false,1440"})
    @Rfc("9293:MUST-2")
    void checksumsEqualTheNaiveOnes(boolean v4, int textLength) {
        start(v4).ack(1);
        write(textLength);
        var packet = frame.toArray();
        int headerBytes = v4 ? 20 : 40;
        int tcpBytes = packet.length - headerBytes;
        long pseudo = Packets.naivePseudo(
                v4 ? Packets.CLIENT_V4 : Packets.CLIENT_V6,
                v4 ? Packets.SERVER_V4 : Packets.SERVER_V6,
                IpPacket.PROTOCOL_TCP,
                tcpBytes);
        assertThat(Packets.naiveChecksum(packet, headerBytes, tcpBytes, pseudo)).isZero();
        if (v4) {
            assertThat(Packets.naiveChecksum(packet, 0, headerBytes, 0)).isZero();
        }
    }

    @Test
    void largestPacketOfEachFamilyIsWritten() {
        var large = FrameSlab.single(65_535);
        start(true).ack(1);
        writer.begin(large);
        writer.finish(large, 65_535 - 40);
        assertThat(ip.parse(large)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        assertThat(segment.payloadLength()).isEqualTo(65_495);
        start(false).ack(1);
        writer.begin(large);
        writer.finish(large, 65_535 - 20);
        assertThat(ip.parse(large)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        assertThat(segment.payloadLength()).isEqualTo(65_515);
    }

    /// The first `count` octets, zeros behind them.
    private static long firstOctets(long octets, int count) {
        return count <= 0 ? 0 : count >= 8 ? octets : octets & -1L << 64 - 8 * count;
    }

    @ParameterizedTest
    @CsvSource({
        // As Linux lays it out: the option, then what fills the word.
        "0,false,2202 0101",
        "4,false,2206 c00c1e01 0101",
        "6,false,2208 c00c1e010203",
        "8,false,220a c00c1e0102030405 0101",
        "0,true,fe04 f989",
        "6,true,fe0a f989 c00c1e010203 0101",
        "8,true,fe0c f989 c00c1e0102030405",
        "16,true,fe14 f989 c00c1e0102030405f0e1d2c3b4a59687",
    })
    @Rfc("7413:4.1.1")
    void fastOpenCookieOnTheWire(int length, boolean experimental, String octets) {
        start(true).flags(TcpFlags.SYN).fastOpen(COOKIE_HIGH, COOKIE_LOW, length, experimental);
        write(0);
        assertGood();
        var packet = frame.toArray();
        assertThat(HexFormat.of().formatHex(packet, 40, packet.length)).isEqualTo(octets.replace(" ", ""));
        assertThat(segment.fastOpenLength()).isEqualTo(length);
        assertThat(segment.fastOpenExperimental()).isEqualTo(experimental);
    }

    @Test
    void resetForgetsFlagsNumbersAndOptions() {
        start(true)
                .ack(5)
                .flags(TcpFlags.SYN)
                .urgent(9)
                .mss(1000)
                .windowScale(3)
                .sackPermitted()
                .timestamps(1, 2);
        writer.sack(1, 2).fastOpen(0, 0, 0, true).hopLimit(1).trafficClass(3);
        start(true);
        write(0);
        assertGood();
        assertThat(segment.flags()).isZero();
        assertThat(segment.ack()).isZero();
        assertThat(segment.urgentPointer()).isZero();
        assertThat(ip.hopLimit()).isEqualTo(64);
        assertThat(ip.trafficClass()).isZero();
        assertThat(frame.length()).isEqualTo(40);
    }

    @Test
    void packetsAreAtomic() {
        start(true);
        write(0);
        assertThat(Bytes.i32(frame.memory(), frame.offset() + 4)).isEqualTo(0x4000);
    }
}
