package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int PIECE = BufferPool.PIECE_BYTES;

    @Test
    void memoryIsTakenOnlyWhereOctetsAre() {
        var pool = new BufferPool(1 << 20);
        var ring = pool.takeRing(false);
        assertThat(pool.bytesTaken()).isZero();
        assertThat(ring.reserve(pool, 10 * PIECE - 1, 2)).isEqualTo(2);
        assertThat(pool.bytesTaken()).isEqualTo(2 * PIECE);
        assertThat(ring.reserve(pool, 1000L * PIECE, 1)).isEqualTo(1);
        assertThat(pool.bytesTaken()).isEqualTo(3 * PIECE);
        ring.discardBefore(pool, 10 * PIECE);
        assertThat(pool.bytesTaken()).isEqualTo(2 * PIECE);
        ring.discardFrom(pool, 10 * PIECE + 1);
        assertThat(pool.bytesTaken()).isEqualTo(PIECE);
        assertThatThrownBy(() -> ring.get(1000L * PIECE)).isInstanceOf(NullPointerException.class);
        pool.giveRing(ring);
        assertThat(pool.bytesTaken()).isZero();
    }

    @Test
    void budgetIsNeverExceededAndWhatIsGivenBackIsTakenAgain() {
        var pool = new BufferPool(3 << 20);
        var ring = pool.takeRing(false);
        assertThat(ring.reserve(pool, 0, 4 << 20)).isEqualTo(3 << 20);
        assertThat(pool.bytesReserved()).isEqualTo(3 << 20);
        assertThat(pool.takeRing(false).reserve(pool, 0, 1)).isZero();
        ring.discardBefore(pool, PIECE);
        assertThat(pool.takeRing(false).reserve(pool, 0, PIECE + 1)).isEqualTo(PIECE);
    }

    @Test
    void smallBudgetIsUsedToTheLastPiece() {
        var pool = new BufferPool(5 * PIECE + 100);
        assertThat(pool.takeRing(false).reserve(pool, 0, 1 << 20)).isEqualTo(5 * PIECE);
    }

    @Test
    void whatIsToBeSentLeavesHalfOfTheBudget() {
        var pool = new BufferPool(1 << 20);
        var out = pool.takeRing(true);
        assertThat(pool.piecesToSend(1)).isEqualTo(1);
        assertThat(out.reserve(pool, 0, 1 << 20)).isEqualTo(1 << 19);
        assertThat(pool.piecesToSend(1)).isZero();
        assertThat(pool.takeRing(false).reserve(pool, 0, 1 << 20)).isEqualTo(1 << 19);
        out.discardBefore(pool, PIECE);
        assertThat(pool.piecesToSend(1)).isEqualTo(1);
    }

    @Test
    void slabsThatNobodyUsesGoBackToTheMachineButForAFew() {
        var pool = new BufferPool(1L << 30);
        var ring = pool.takeRing(false);
        assertThat(ring.reserve(pool, 0, 256 << 20)).isEqualTo(256 << 20);
        assertThat(pool.bytesReserved()).isEqualTo(256 << 20);
        pool.giveRing(ring);
        assertThat(pool.bytesReserved()).isEqualTo(32 << 20);
        var again = pool.takeRing(false);
        again.reserve(pool, 0, 32 << 20);
        assertThat(pool.bytesReserved()).as("what was kept is taken first").isEqualTo(32 << 20);
    }

    @Test
    void octetsStayWhereTheyAreWhenTheTableGrowsInEitherDirection() {
        var pool = new BufferPool(64 << 20);
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            var ring = pool.takeRing(false);
            long base = random.nextLong(1L << 40);
            int span = 1 + random.nextInt(60 * PIECE);
            // Written in any order, as text arrives.
            var starts = new ArrayList<Integer>();
            for (int at = 0; at < span; at += 1000) {
                starts.add(random.nextInt(starts.size() + 1), at);
            }
            for (int at : starts) {
                int count = Math.min(1000, span - at);
                assertThat(ring.reserve(pool, base + at, count)).isEqualTo(count);
                ring.put(base + at, octets(at, count), 0, count);
            }
            var all = new byte[span];
            ring.get(base, all, 0, span);
            assertThat(all).isEqualTo(octets(0, span));
            pool.giveRing(ring);
            assertThat(pool.bytesTaken()).isZero();
        }
    }

    @Test
    void everyWayOfCopyingCrossesPieces() {
        var pool = new BufferPool(1 << 20);
        var ring = pool.takeRing(false);
        int length = 3 * PIECE;
        long at = 5 * PIECE - 100;
        var from = octets(1, length);
        ring.reserve(pool, at, length);
        ring.put(at, MemorySegment.ofArray(from), 0, length);
        var out = new byte[length];
        ring.get(at, MemorySegment.ofArray(out), 0, length);
        assertThat(out).isEqualTo(from);
        ring.put(at, ByteBuffer.wrap(octets(2, length + 5)), 5, length);
        var buffer = ByteBuffer.allocate(length + 3);
        ring.get(at, buffer, 3, length);
        assertThat(buffer.position()).isZero();
        assertThat(buffer.slice(3, length))
                .isEqualTo(ByteBuffer.wrap(octets(2, length + 5), 5, length).slice());
        ring.put(at + 100, (byte) 77);
        assertThat(ring.get(at + 100)).isEqualTo((byte) 77);
    }

    /// The tests of this module run with -XX:MaxDirectMemorySize=512m.
    @Tag("slow")
    @Test
    void machineWithLessMemoryThanTheBudgetIsNoError() {
        var pool = new BufferPool(1L << 40);
        var ring = pool.takeRing(false);
        int there = ring.reserve(pool, 0, 1 << 30);
        assertThat(there).isBetween(64 << 20, 1 << 30);
        assumeThat(there).as("the limit holds").isLessThan(1 << 30);
        assertThat(ring.reserve(pool, there, 1)).isZero();
        ring.discardBefore(pool, PIECE);
        assertThat(ring.reserve(pool, there, 1)).isEqualTo(1);
    }

    private static byte[] octets(int from, int count) {
        var octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) ((from + i) * 31);
        }
        return octets;
    }
}
