package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureTest {
    private static final long TIME = 1_700_000_000_123_456_789L;
    private static final byte[] SYN = Packets.tcpPacket(true, TcpFlags.SYN, new byte[0], new byte[0]);
    private static final byte[] DATA = Packets.tcpPacket(false, TcpFlags.ACK, new byte[0], Packets.text(33));

    private record Row(
            long nanos, int linkType, int index, String name, CaptureDirection direction, int original, String octets) {
        Row(CaptureReader from) {
            this(
                    from.epochNanos(),
                    from.linkType(),
                    from.interfaceIndex(),
                    from.interfaceName(),
                    from.direction(),
                    from.originalLength(),
                    hex(from.octets(), from.length()));
        }
    }

    private static String hex(byte[] octets, int length) {
        return HexFormat.of().formatHex(octets, 0, length);
    }

    private static String hex(byte[] octets) {
        return hex(octets, octets.length);
    }

    private static List<Row> read(byte[] file) throws IOException {
        var reader = CaptureReader.open(new ByteArrayInputStream(file));
        var rows = new ArrayList<Row>();
        while (reader.next()) {
            rows.add(new Row(reader));
        }
        assertThat(reader.records()).isEqualTo(rows.size());
        return rows;
    }

    /// Reads until the file fails; how many records came before.
    private static int readUntilFailure(byte[] file, String why) throws IOException {
        var reader = CaptureReader.open(new ByteArrayInputStream(file));
        assertThatThrownBy(() -> {
                    while (reader.next()) {
                        assertThat(reader.length()).isBetween(0, CaptureReader.PACKET_BYTES_MAX);
                    }
                })
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining(why);
        return (int) reader.records();
    }

    private static byte[] pcapng() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new PcapngWriter(out, "levee test")) {
            int outside = writer.addInterface("tun:levee0", LinkType.RAW);
            int inside = writer.addInterface("memory:b", LinkType.RAW);
            writer.write(TIME, outside, CaptureDirection.INBOUND, Packets.frame(SYN));
            writer.write(TIME + 1, inside, CaptureDirection.OUTBOUND, Packets.frame(DATA));
            writer.write(TIME + 2, inside, CaptureDirection.UNKNOWN, SYN, 21, SYN.length);
        }
        return out.toByteArray();
    }

    @Test
    void pcapngIsReadAsItWasWritten() throws IOException {
        var rows = read(pcapng());

        assertThat(rows)
                .containsExactly(
                        new Row(TIME, 101, 0, "tun:levee0", CaptureDirection.INBOUND, SYN.length, hex(SYN)),
                        new Row(TIME + 1, 101, 1, "memory:b", CaptureDirection.OUTBOUND, DATA.length, hex(DATA)),
                        new Row(TIME + 2, 101, 1, "memory:b", CaptureDirection.UNKNOWN, SYN.length, hex(SYN, 21)));
    }

    @Test
    void pcapIsReadAsItWasWritten() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new PcapWriter(out, LinkType.RAW)) {
            writer.write(TIME, Packets.frame(SYN));
            writer.write(TIME + 1, DATA, DATA.length - 1, DATA.length);
        }

        assertThat(read(out.toByteArray()))
                .containsExactly(
                        new Row(TIME, 101, 0, "", CaptureDirection.UNKNOWN, SYN.length, hex(SYN)),
                        new Row(
                                TIME + 1,
                                101,
                                0,
                                "",
                                CaptureDirection.UNKNOWN,
                                DATA.length,
                                hex(DATA, DATA.length - 1)));
    }

    @Test
    void snapLengthCutsPacketsAndKeepsTheirLength() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapngWriter(out, "levee test", 64);
        writer.write(TIME, writer.addInterface("a", LinkType.RAW), CaptureDirection.INBOUND, Packets.frame(DATA));
        var row = read(out.toByteArray()).getFirst();
        assertThat(row.octets()).isEqualTo(hex(DATA, 64));
        assertThat(row.original()).isEqualTo(DATA.length);
        assertThatThrownBy(() -> new PcapngWriter(out, "levee test", 63)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longTextsInTheFileAreCutNotOverrun() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapngWriter(out, "a".repeat(5_000), 64);
        writer.write(TIME, writer.addInterface("n".repeat(5_000), LinkType.RAW), CaptureDirection.INBOUND, SYN, 40, 40);
        assertThat(read(out.toByteArray()).getFirst().name()).isEqualTo("n".repeat(64));
    }

    @ParameterizedTest
    @CsvSource({
        "A1B2C3D4,BIG_ENDIAN,123456000",
        "A1B23C4D,BIG_ENDIAN,123456",
        "A1B2C3D4,LITTLE_ENDIAN,123456000",
        "A1B23C4D,LITTLE_ENDIAN,123456"
    })
    void classicFilesOfBothByteOrdersAndResolutionsAreRead(String magic, String order, long nanos) throws IOException {
        var file = ByteBuffer.allocate(24 + 16 + SYN.length)
                .order(order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        file.putInt((int) Long.parseLong(magic, 16)).putShort((short) 2).putShort((short) 4);
        // The upper bits say that frame check sequences of four octets follow the packets.
        file.putLong(0).putInt(65_535).putInt(0x2400_0000 | LinkType.RAW);
        file.putInt(0xF000_0000).putInt(123_456).putInt(SYN.length).putInt(SYN.length + 4);
        file.put(SYN);

        assertThat(read(file.array()))
                .containsExactly(new Row(
                        0xF000_0000L * 1_000_000_000 + nanos,
                        101,
                        0,
                        "",
                        CaptureDirection.UNKNOWN,
                        SYN.length + 4,
                        hex(SYN)));
    }

    /// Builds pcapng blocks by hand.
    private static final class Blocks {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteOrder order;

        Blocks(ByteOrder order) {
            this.order = order;
        }

        Blocks block(int type, Object... parts) {
            var body = ByteBuffer.allocate(4096).order(order);
            for (var part : parts) {
                switch (part) {
                    case Integer number -> body.putInt(number);
                    case Short number -> body.putShort(number);
                    case Long number -> body.putLong(number);
                    case byte[] octets -> body.put(octets).put(new byte[-octets.length & 3]);
                    default -> throw new IllegalArgumentException(part.toString());
                }
            }
            var whole = ByteBuffer.allocate(body.position() + 12).order(order);
            whole.putInt(type)
                    .putInt(whole.capacity())
                    .put(body.array(), 0, body.position())
                    .putInt(whole.capacity());
            out.writeBytes(whole.array());
            return this;
        }

        Blocks section() {
            return block(0x0A0D0D0A, 0x1A2B3C4D, (short) 1, (short) 0, -1L);
        }

        Blocks device(int linkType, int snap, Object... options) {
            var parts = new ArrayList<Object>(List.of((short) linkType, (short) 0, snap));
            parts.addAll(Arrays.asList(options));
            return block(1, parts.toArray());
        }

        Blocks packet(int index, long ticks, byte[] octets) {
            return block(6, index, (int) (ticks >>> 32), (int) ticks, octets.length, octets.length, octets);
        }

        byte[] file() {
            return out.toByteArray();
        }
    }

    private static ByteOrder order(boolean big) {
        return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyKindOfPacketBlockIsReadAndOtherBlocksAreSkipped(boolean big) throws IOException {
        var file = new Blocks(order(big))
                .section()
                .device(LinkType.ETHERNET, 0)
                .block(0x0BAD, Packets.text(77))
                .device(LinkType.RAW, 0, (short) 2, (short) 3, Packets.hex("616263"), 0)
                .packet(1, 1_000_001, SYN)
                .block(2, (short) 1, (short) 9, 0, 7, 3, 40, Packets.hex("aabbcc"), (short) 2, (short) 4, 2, 0)
                .block(3, 5, Packets.hex("0102030405"))
                .block(0x8000_0001, Packets.text(5))
                .section()
                .device(LinkType.LOOP, 4)
                .block(3, 9, Packets.hex("01020304"))
                .file();

        assertThat(read(file))
                .containsExactly(
                        new Row(1_000_001_000, 101, 1, "abc", CaptureDirection.UNKNOWN, 40, hex(SYN)),
                        new Row(7_000, 101, 1, "abc", CaptureDirection.OUTBOUND, 40, "aabbcc"),
                        new Row(0, 1, 0, "", CaptureDirection.UNKNOWN, 5, "0102030405"),
                        new Row(0, 108, 0, "", CaptureDirection.UNKNOWN, 9, "01020304"));
    }

    @Test
    void sectionsOfOneFileMayDifferInByteOrder() throws IOException {
        var big = new Blocks(ByteOrder.BIG_ENDIAN).section().device(101, 0).packet(0, 5, SYN);
        var little =
                new Blocks(ByteOrder.LITTLE_ENDIAN).section().device(228, 0).packet(0, 6, SYN);
        var rows = read(Packets.concat(big.file(), little.file(), big.file()));
        assertThat(rows).extracting(Row::nanos).containsExactly(5_000L, 6_000L, 5_000L);
        assertThat(rows).extracting(Row::linkType).containsExactly(101, 228, 101);
    }

    @ParameterizedTest
    @CsvSource({
        // resolution octet, offset in seconds, ticks, nanoseconds
        "0,0,7,7000000000",
        "3,0,1500,1500000000",
        "6,0,1700000000123456,1700000000123456000",
        "9,0,1700000000123456789,1700000000123456789",
        "12,0,1700000000123456,1700000000123",
        "27,0,9000000000000000000,9",
        "28,0,9000000000000000000,0",
        "127,0,-1,0",
        "128,0,7,7000000000",
        "129,0,3,1500000000",
        "138,0,1536,1500000000",
        "148,0,1572864,1500000000",
        "160,0,6442450944,1500000000",
        "191,0,-1,1999999999",
        "192,0,-9223372036854775808,500000000",
        "193,0,-9223372036854775808,250000000",
        "255,0,-1,0",
        "6,1700000000,5,1700000000000005000",
        "9,-3,1000000000,-2000000000",
        // Beyond the year 2262.
        "0,0,9223372036854775807,9223372036854775807",
        "128,0,-1,9223372036854775807",
        "6,9223372036854775807,1,9223372036854775807"
    })
    void ticksAreNanoseconds(int resolution, long offsetSeconds, long ticks, long nanos) throws IOException {
        var file = new Blocks(ByteOrder.LITTLE_ENDIAN)
                .section()
                .device(
                        101,
                        0,
                        (short) 9,
                        (short) 1,
                        new byte[] {(byte) resolution},
                        (short) 14,
                        (short) 8,
                        offsetSeconds,
                        0)
                .packet(0, ticks, SYN)
                .file();
        assertThat(read(file).getFirst().nanos()).isEqualTo(nanos);
    }

    @Test
    void fileCutOffAnywhereEndsWithOneSentence() throws IOException {
        // Only between two blocks does a shorter file look whole: behind the section, two interfaces and two
        // packets; behind the header and one packet.
        assertThat(cleanCuts(pcapng())).isEqualTo(5);
        assertThat(cleanCuts(classic())).isEqualTo(2);
    }

    private static int cleanCuts(byte[] file) throws IOException {
        int clean = 0;
        for (int length = 4; length < file.length; length++) {
            try {
                read(Arrays.copyOf(file, length));
                clean++;
            } catch (CaptureException e) {
                assertThat(e).hasMessageContaining("cut off behind record");
            }
        }
        return clean;
    }

    private static byte[] classic() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapWriter(out, LinkType.RAW);
        writer.write(TIME, Packets.frame(SYN));
        writer.write(TIME, Packets.frame(DATA));
        return out.toByteArray();
    }

    @Test
    void recordsBeforeTheCutAreRead() throws IOException {
        var file = classic();
        assertThat(readUntilFailure(Arrays.copyOf(file, file.length - 1), "cut off behind record 1"))
                .isEqualTo(1);
        var blocks = pcapng();
        assertThat(readUntilFailure(Arrays.copyOf(blocks, blocks.length - 1), "cut off behind record 3"))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0a", "0a0d0d", "00000000", "1f8b0800", "a1b2cd34", "47455420"})
    void whatIsNoCaptureIsRefusedWithASentence(String octets) {
        assertThatThrownBy(() -> CaptureReader.open(new ByteArrayInputStream(Packets.hex(octets))))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("this is no capture file");
    }

    @Test
    void lengthsThatCannotBeEndTheFileWithoutTakingMemory() throws IOException {
        var section = new Blocks(ByteOrder.LITTLE_ENDIAN).section().device(101, 0);
        var start = section.file();
        for (int bytes : new int[] {0, 4, 8, 11, 13, 0xffff_ffff, 0x7fff_fffd}) {
            var bad = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            bad.putInt(6).putInt(bytes).putInt(bytes);
            readUntilFailure(Packets.concat(start, bad.array()), "a block cannot be");
        }
        var huge = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        huge.putInt(0x4444).putInt(0xffff_fffc).putInt(0);
        readUntilFailure(Packets.concat(start, huge.array()), "cut off");
    }

    @Test
    void hostileBlocksEndTheFileWithOneSentence() throws IOException {
        var order = ByteOrder.BIG_ENDIAN;
        readUntilFailure(new Blocks(order).section().packet(0, 1, SYN).file(), "interface 0, which was not");
        readUntilFailure(
                new Blocks(order).section().device(101, 0).packet(-1, 1, SYN).file(), "interface 4294967295");
        readUntilFailure(
                new Blocks(order)
                        .section()
                        .device(101, 0)
                        .block(6, 0, 0, 0, 41, 41, SYN)
                        .file(),
                "does not fit into its block");
        readUntilFailure(
                new Blocks(order)
                        .section()
                        .device(101, 0)
                        .block(6, 0, 0, 0, -1, -1, SYN)
                        .file(),
                "does not fit into its block");
        readUntilFailure(
                new Blocks(order).section().device(101, 0).block(6, 0, 0).file(), "too short for what it holds");
        readUntilFailure(
                new Blocks(order)
                        .section()
                        .device(101, 0, (short) 2, (short) 99)
                        .file(),
                "an option of 99 octets does not fit");
        var ends = new Blocks(order).section().device(101, 0).file();
        ends[ends.length - 1] ^= 4;
        readUntilFailure(ends, "differs at its two ends");
        var magic = new Blocks(order).section().section().file();
        magic[28 + 8] ^= 1;
        readUntilFailure(magic, "byte-order magic");
        var version = new Blocks(order).section().section().file();
        version[28 + 13] = 2;
        readUntilFailure(version, "version 1 is");
        var many = new Blocks(order).section();
        for (int i = 0; i <= CaptureReader.INTERFACES_MAX; i++) {
            many.device(101, 0);
        }
        readUntilFailure(many.file(), "more than 4096 interfaces");
    }

    @Test
    void packetLongerThanAnyToolWritesEndsTheFile() throws IOException {
        var file = classic();
        file[24 + 10] = 4;
        file[24 + 8] = 1;
        assertThat(readUntilFailure(file, "longer than any capture tool writes"))
                .isZero();
    }

    @Test
    void packetOfTheGreatestLengthIsRead() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapWriter(out, LinkType.RAW);
        int max = CaptureReader.PACKET_BYTES_MAX;
        writer.write(TIME, Packets.text(max), max, max);
        assertThat(read(out.toByteArray()).getFirst().octets()).isEqualTo(hex(Packets.text(max)));
    }

    @ParameterizedTest
    @CsvSource({
        "1,000000000000 000000000000 0800,14",
        "1,000000000000 000000000000 86dd,14",
        "1,000000000000 000000000000 8100 0001 0800,18",
        "1,000000000000 000000000000 88a8 0001 8100 0002 86dd,22",
        "1,000000000000 000000000000 9100 0001 8100 0002 0800,22",
        "1,000000000000 000000000000 0806,-1",
        "1,000000000000 000000000000 8100 0001 0806,-1",
        "1,000000000000 000000000000 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 0800,-1",
        "0,02000000,4",
        "0,0000001e,4",
        "108,00000002,4",
        "101,'',0",
        "12,'',0",
        "14,'',0",
        "228,'',0",
        "229,'',0",
        "113,0000 0001 0006 000000000000 0000 0800,16",
        "113,0000 0001 0006 000000000000 0000 8100 0001 86dd,20",
        "113,0000 0001 0006 000000000000 0000 0806,-1",
        "276,86dd 0000 00000001 0001 00 06 0000000000000000,20",
        "276,0806 0000 00000001 0001 00 06 0000000000000000,-1",
        "105,'',-1"
    })
    void ipPacketIsFoundInsideTheLinksFrame(int linkType, String header, int offset) {
        var packet = Packets.concat(Packets.hex(header), SYN);
        assertThat(LinkType.ipOffset(linkType, packet, packet.length)).isEqualTo(offset);
        for (int length = 0; length < packet.length - SYN.length + 1; length++) {
            assertThat(LinkType.ipOffset(linkType, packet, length))
                    .as("cut to %d octets", length)
                    .isEqualTo(-1);
        }
    }

    @Test
    void whatIsNeitherIpv4NorIpv6IsNoIpPacket() {
        assertThat(LinkType.ipOffset(LinkType.RAW, new byte[] {0x55}, 1)).isEqualTo(-1);
        assertThat(LinkType.ipOffset(LinkType.LOOP, new byte[] {0, 0, 0, 2, 0x00}, 5))
                .isEqualTo(-1);
    }

    @Test
    void ipPacketIsCopiedIntoAFrame() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new PcapWriter(out, LinkType.ETHERNET);
        writer.write(TIME, Packets.concat(Packets.hex("000000000000 000000000000 0800"), SYN), 54, 54);
        writer.write(TIME, Packets.concat(Packets.hex("000000000000 000000000000 0806"), SYN), 54, 54);
        var reader = CaptureReader.open(new ByteArrayInputStream(out.toByteArray()));
        var frame = FrameSlab.single(1500);

        assertThat(reader.next()).isTrue();
        assertThat(reader.copyIp(frame)).isTrue();
        assertThat(frame.toArray()).isEqualTo(SYN);
        assertThat(new IpPacket().parse(frame)).isEqualTo(DropReason.NONE);

        assertThat(reader.next()).isTrue();
        assertThat(reader.copyIp(frame)).isFalse();
        assertThat(frame.length()).isZero();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void ipPacketThatDoesNotFitIntoTheFrameIsNotCopied() throws IOException {
        var frame = FrameSlab.single(1500);
        var out = new ByteArrayOutputStream();
        var writer = new PcapWriter(out, LinkType.RAW);
        for (int bytes : new int[] {frame.capacity(), frame.capacity() + 1}) {
            var packet = Arrays.copyOf(SYN, bytes);
            writer.write(TIME, packet, bytes, bytes);
        }
        var reader = CaptureReader.open(new ByteArrayInputStream(out.toByteArray()));
        reader.next();
        assertThat(reader.copyIp(frame)).isTrue();
        reader.next();
        assertThat(reader.copyIp(frame)).isFalse();
    }
}
