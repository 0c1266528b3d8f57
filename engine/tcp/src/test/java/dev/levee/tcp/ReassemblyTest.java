package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReassemblyTest {
    private static final int BASE = 0xFFFF_FF00;

    @Test
    void rangesThatTouchOrOverlapAreOne() {
        var reassembly = new Reassembly();
        reassembly.add(BASE + 10, BASE + 20);
        reassembly.add(BASE + 30, BASE + 40);
        assertThat(reassembly.count()).isEqualTo(2);
        reassembly.add(BASE + 20, BASE + 30);
        assertThat(reassembly.count()).isEqualTo(1);
        assertThat(reassembly.left(0)).isEqualTo(BASE + 10);
        assertThat(reassembly.right(0)).isEqualTo(BASE + 40);
    }

    @Test
    void fullListHasRoomForWhatExtendsARangeOnly() {
        var reassembly = new Reassembly();
        for (int i = 0; i < Reassembly.RANGES_MAX; i++) {
            int from = BASE + 20 * i;
            assertThat(reassembly.hasRoom(from, from + 10, Reassembly.RANGES_MAX))
                    .isTrue();
            reassembly.add(from, from + 10);
        }
        int beyond = BASE + 20 * Reassembly.RANGES_MAX;
        assertThat(reassembly.hasRoom(beyond, beyond + 1, Reassembly.RANGES_MAX))
                .isFalse();
        assertThat(reassembly.hasRoom(BASE + 12, BASE + 13, Reassembly.RANGES_MAX))
                .isFalse();
        assertThat(reassembly.hasRoom(BASE + 10, BASE + 12, Reassembly.RANGES_MAX))
                .isTrue();
        reassembly.add(BASE + 10, BASE + 12);
        assertThat(reassembly.count()).isEqualTo(Reassembly.RANGES_MAX);
    }

    /// Each segment of slow start into a full queue may have a gap behind it: a list that is full too early throws
    /// away what has come through.
    @ParameterizedTest
    @CsvSource({
        "1, 32",
        "32767, 32",
        "33791, 32",
        "33792, 33",
        "131072, 128",
        "4194303, 4095",
        "4194304, 4096",
        "67108864, 4096"
    })
    void thereIsARangeForEachKibibyteOfTheBuffer(int bufferBytes, int ranges) {
        assertThat(Reassembly.most(bufferBytes)).isEqualTo(ranges);
    }

    @Test
    void blocksAreReportedTheLatestFirstAndThenTheHighest() {
        var reassembly = new Reassembly();
        for (int i = 1; i <= 12; i++) {
            reassembly.add(BASE + 20 * i, BASE + 20 * i + 10);
        }
        reassembly.add(BASE + 70, BASE + 75);
        assertThat(blocks(reassembly)).containsExactly(3, 12, 11, 10);
        reassembly.touch(BASE + 25);
        assertThat(blocks(reassembly)).containsExactly(1, 3, 12, 11);
        reassembly.advance(BASE + 70);
        assertThat(blocks(reassembly)).containsExactly(12, 11, 10, 9);
        reassembly.add(BASE + 240, BASE + 241);
        // Joins 10, 11 and 12.
        reassembly.add(BASE + 205, BASE + 240);
        assertThat(blocks(reassembly)).containsExactly(10, 9, 8, 7);
        reassembly.advance(BASE + 180);
        assertThat(blocks(reassembly)).containsExactly(10);
        reassembly.add(BASE + 300, BASE + 310);
        assertThat(blocks(reassembly)).containsExactly(15, 10);
    }

    /// The ranges that one acknowledgement reports, by the twenty octets that they begin in.
    private static List<Integer> blocks(Reassembly reassembly) {
        var frame = FrameSlab.single(2048);
        var writer =
                new SegmentWriter().reset().addresses(0, 1, 0, 2).ports(1, 2).flags(TcpFlags.ACK);
        reassembly.report(writer, Segment.SACK_BLOCKS_MAX, false, 0);
        writer.begin(frame);
        writer.finish(frame, 0);
        var ip = new IpPacket();
        var segment = new Segment(ip);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        return IntStream.range(0, segment.sackCount())
                .map(i -> (segment.sackLeft(i) - BASE) / 20)
                .boxed()
                .toList();
    }

    @Test
    void advanceTakesWhatWasReached() {
        var reassembly = new Reassembly();
        reassembly.add(BASE + 10, BASE + 20);
        reassembly.add(BASE + 30, BASE + 40);
        assertThat(reassembly.advance(BASE + 5)).isEqualTo(BASE + 5);
        assertThat(reassembly.advance(BASE + 10)).isEqualTo(BASE + 20);
        assertThat(reassembly.advance(BASE + 35)).isEqualTo(BASE + 40);
        assertThat(reassembly.isEmpty()).isTrue();
    }

    @Test
    void agreesWithABitSetAcrossTheWrap() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var reassembly = new Reassembly();
            var model = new BitSet();
            int next = 0;
            for (int i = 0; i < 200; i++) {
                int from = next + 1 + random.nextInt(400);
                int to = from + 1 + random.nextInt(40);
                if (random.nextInt(4) == 0) {
                    int inOrder = next + random.nextInt(30);
                    model.set(next, inOrder);
                    next = model.nextClearBit(next);
                    assertThat(reassembly.advance(BASE + inOrder))
                            .as("seed " + seed)
                            .isEqualTo(BASE + next);
                } else if (reassembly.hasRoom(BASE + from, BASE + to, Reassembly.RANGES_MIN)) {
                    reassembly.add(BASE + from, BASE + to);
                    model.set(from, to);
                }
                int at = 0;
                for (int j = 0; j < reassembly.count(); j++) {
                    assertThat(BASE + model.nextSetBit(Math.max(at, next)))
                            .as("seed " + seed)
                            .isEqualTo(reassembly.left(j));
                    at = model.nextClearBit(reassembly.left(j) - BASE);
                    assertThat(BASE + at).as("seed " + seed).isEqualTo(reassembly.right(j));
                }
                assertThat(model.nextSetBit(Math.max(at, next)))
                        .as("seed " + seed)
                        .isEqualTo(-1);
            }
        }
    }
}
