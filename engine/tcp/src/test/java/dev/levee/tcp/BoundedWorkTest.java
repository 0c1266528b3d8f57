package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.SegmentWriter;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a peer can make us do with one segment, counted in steps: selective acknowledgements for a large flight of tiny
/// segments (CVE-2019-11478), and text that leaves gaps everywhere (CVE-2018-5390).
class BoundedWorkTest {
    private static final int SEGMENT = 88;
    private static final int SHIFT = 14;
    private static final int FLIGHT = 20_000;
    /// What `LossRecovery` allows for rows that are marked already.
    private static final int MARKED_STEPS_MAX = 1_024;
    /// For each row whose fate changes, and the search for four blocks.
    private static final int TOUCHES_PER_CHANGE = 40;

    private static final int SEARCHES = 4 * 2 * 17;
    /// Ranges looked at for a segment behind a gap: seven searches by halves, and a few at the end.
    private static final int STEPS_PER_GAP = 7 * 12 + 12;

    private final Wire wire;
    private final SentSegments board;
    private long touchesBefore;

    BoundedWorkTest() {
        wire = Wire.active(TcpConfig.builder()
                .timestamps(false)
                .congestion(CongestionAlgorithm.NEW_RENO)
                .hyStart(false)
                .tailLossProbe(false)
                .initialWindowSegments(1_000)
                .sendBufferBytes(1 << 23)
                .restNanos(0)
                .build());
        // The one that the connection is going to borrow.
        board = wire.context.takeScoreboard();
        wire.context.giveScoreboard(board);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(SEGMENT).windowScale(SHIFT).sackPermitted());
        wire.drain();
        fill();
    }

    /// Slow start until the whole flight is out.
    private void fill() {
        wire.write(Wire.text(2 * FLIGHT * SEGMENT));
        wire.drain();
        int acked = 1;
        while (board.count() < FLIGHT) {
            wire.at(Wire.MILLI);
            int end = acked + board.count() * SEGMENT;
            for (; acked < end && board.count() < FLIGHT; acked += 2 * SEGMENT) {
                wire.receive("A", 1, acked + 2 * SEGMENT);
                wire.drain();
            }
        }
        assertThat(board.count()).isGreaterThanOrEqualTo(FLIGHT);
        wire.at(Wire.MILLI);
    }

    private int una() {
        return wire.connection.sndUna();
    }

    private int seqOf(int row) {
        return board.startSeq(board.first() + row);
    }

    /// An ACK of nothing new with these blocks.
    ///
    /// @return steps that it cost, nothing sent yet
    private long blocks(Consumer<SegmentWriter> blocks) {
        touchesBefore = board.touches();
        wire.receive("A", 1, una() - Wire.ISS, blocks);
        return board.touches() - touchesBefore;
    }

    @Test
    void anAckThatSaysNothingNewHasABound() {
        int from = seqOf(1);
        int to = seqOf(board.count() - 1);
        long first = blocks(w -> w.sack(from, to));
        assertThat(board.sackedCount()).isGreaterThanOrEqualTo(FLIGHT - 2);
        assertThat(first).isLessThan((long) board.count() * TOUCHES_PER_CHANGE);
        // Each row is crossed one by one once, whoever asks for it.
        assertThat(blocks(w -> w.sack(from, to))).isLessThan(SEARCHES + 4L * board.count());

        for (int i = 0; i < 100; i++) {
            // Again and again the same, and ranges that lie in each other.
            int inner = i * 3 * SEGMENT;
            long steps = blocks(w -> w.sack(from, to)
                    .sack(from + inner, to - inner)
                    .sack(from, to - inner)
                    .sack(from + inner, to));
            assertThat(steps).isLessThan(SEARCHES + 4 * TOUCHES_PER_CHANGE);
        }
    }

    /// One hole, and a block behind it, or before the end, that every ACK makes a row longer: nothing of
    /// it is overlooked, however long it gets, and what is known already costs little.
    @Tag("slow")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBlockThatGrowsForEverIsFollowed(boolean upwards) {
        int rows = 3 * MARKED_STEPS_MAX;
        int from = seqOf(1);
        int to = seqOf(1 + rows);
        long all = board.touches();
        for (int i = 1; i <= rows; i++) {
            int left = upwards ? from : to - i * SEGMENT;
            int right = upwards ? from + i * SEGMENT : to;
            blocks(w -> w.sack(left, right));
            assertThat(board.sackedCount()).isEqualTo(i);
        }
        assertThat(board.touches() - all).isLessThan((long) rows * (SEARCHES + TOUCHES_PER_CHANGE));
    }

    /// Two holes, one far behind the other, and the blocks of both grow: only what is missing counts as
    /// lost.
    @Test
    void betweenTwoHolesEverythingIsKnown() {
        int second = 3 * MARKED_STEPS_MAX;
        int from = seqOf(1);
        int hole = seqOf(second);
        int behind = seqOf(second + 1);
        for (int i = 16; i < second; i += 16) {
            int right = from + i * SEGMENT;
            blocks(w -> w.sack(from, right));
        }
        blocks(w -> w.sack(from, hole));
        for (int i = 16; i <= second; i += 16) {
            int right = behind + i * SEGMENT;
            blocks(w -> w.sack(behind, right).sack(from, hole));
        }
        assertThat(board.sackedCount()).isEqualTo(2 * second - 1);
        assertThat(board.lostCount()).isEqualTo(2);
    }

    /// Every second segment, from the end to the beginning and the other way round, four with each ACK.
    @Tag("slow")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void holesEverywhereCostAStepForEachChange(boolean upwards) {
        int rows = board.count() - 1;
        long all = board.touches();
        int acks = 0;
        for (int next = 1; next + 8 < rows; next += 8) {
            int row = upwards ? next : rows - 8 - next;
            int[] at = {seqOf(row), seqOf(row + 2), seqOf(row + 4), seqOf(row + 6)};
            int changedBefore = board.sackedCount() + board.lostCount();
            long steps = blocks(w -> {
                for (int seq : at) {
                    w.sack(seq, seq + SEGMENT);
                }
            });
            int changed = Math.abs(board.sackedCount() + board.lostCount() - changedBefore);
            assertThat(steps)
                    .as("ACK %s changed %s rows", acks, changed)
                    .isLessThan(SEARCHES + (long) TOUCHES_PER_CHANGE * (changed + 4));
            acks++;
        }
        assertThat(acks).isGreaterThan(FLIGHT / 10);
        assertThat(board.touches() - all).isLessThan((long) TOUCHES_PER_CHANGE * FLIGHT + (long) acks * SEARCHES * 2);
    }

    /// Blocks that cannot be, and parts of segments.
    @Test
    void nonsenseCostsASearchAtMost() {
        int max = wire.connection.sndNxt();
        for (int i = 0; i < 100; i++) {
            int row = seqOf(10 + i);
            assertThat(blocks(w -> w.sack(max, max + 1)
                            .sack(row + 1, row + SEGMENT - 1)
                            .sack(row + 50, row)
                            .sack(row - 1_000_000_000, row)))
                    .isLessThan(SEARCHES + TOUCHES_PER_CHANGE);
        }
        assertThat(board.sackedCount()).isZero();
    }

    /// What is not remembered takes no memory.
    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1_000, 5_000})
    void textWithGapsEverywhereCostsABoundedNumberOfSteps(int distance) {
        var receiver = Wire.passive(
                TcpConfig.builder()
                        .timestamps(false)
                        .receiveBufferBytes(1 << 20)
                        .build(),
                w -> w.mss(1460).windowScale(0).sackPermitted());
        // The list that the connection is going to borrow.
        var ranges = receiver.context.takeReassembly();
        receiver.context.giveReassembly(ranges);
        receiver.drain();
        receiver.receive("A", 1, 1);
        receiver.drain();
        long all = ranges.steps();
        int most = Reassembly.most(1 << 20);
        int segments = 0;
        for (int ahead = distance; ahead < 1_000_000 && segments < 20_000; ahead += distance) {
            long before = ranges.steps();
            receiver.receive("A", 1 + ahead, 1, 65_535, "x");
            receiver.drain();
            assertThat(ranges.count()).isLessThanOrEqualTo(most);
            assertThat(ranges.steps() - before).isLessThanOrEqualTo(STEPS_PER_GAP);
            segments++;
        }
        assertThat(ranges.count()).isEqualTo(Math.min(segments, most));
        assertThat(ranges.steps() - all).isPositive();
        long reached = Math.min((long) most * distance / BufferPool.PIECE_BYTES, most);
        assertThat(receiver.buffers.bytesTaken()).isLessThanOrEqualTo((reached + 2) * BufferPool.PIECE_BYTES);
    }
}
