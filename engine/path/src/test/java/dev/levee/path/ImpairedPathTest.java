package dev.levee.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.levee.rfc.Rfc;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImpairedPathTest {
    /// Just before the clock's numbers wrap: everything must still be compared by subtraction.
    private static final long START = Long.parseLong("9223372036852775807");

    private static final int MTU = 1500;

    private final Frame in = FrameSlab.single(MTU);
    private final Frame out = FrameSlab.single(MTU);

    private static ImpairedPath path(String text) {
        return new ImpairedPath(Arena.ofAuto(), Impairment.parse(text), MTU);
    }

    /// Offers a packet of `length` octets that begins with `number`.
    private void offer(ImpairedPath path, long nowNanos, int number, int length) {
        in.set(Frame.HEADROOM_BYTES, length);
        in.memory().asSlice(Frame.HEADROOM_BYTES, length).fill((byte) 0);
        Bytes.put32(in.memory(), Frame.HEADROOM_BYTES, number);
        path.offer(nowNanos, in);
    }

    private List<Integer> pollAll(ImpairedPath path, long nowNanos) {
        var numbers = new ArrayList<Integer>();
        while (path.poll(nowNanos, out)) {
            numbers.add(Bytes.i32(out.memory(), out.offset()));
        }
        return numbers;
    }

    /// What comes out when the clock is moved from deadline to deadline.
    private List<Integer> drain(ImpairedPath path) {
        var numbers = new ArrayList<Integer>();
        while (path.nextDeadline() != ImpairedPath.NONE) {
            numbers.addAll(pollAll(path, path.nextDeadline()));
        }
        return numbers;
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static void assertBalanced(ImpairedPath path) {
        var counters = path.counters();
        assertThat(counters.offered() + counters.duplicated())
                .as("%s pending %d", counters, path.pending())
                .isEqualTo(counters.delivered()
                        + counters.lost()
                        + counters.queueDropped()
                        + counters.tooBig()
                        + counters.overflowed()
                        + path.pending());
    }

    @Test
    void aPerfectPathGivesPacketsBackAtOnceAndUnchanged() {
        var path = path("none");
        assertThat(path.nextDeadline()).isEqualTo(ImpairedPath.NONE);
        assertThat(path.poll(START, out)).isFalse();
        in.fill(new byte[] {1, 2, 3, 4, 5});
        path.offer(START, in);
        assertThat(path.nextDeadline()).isEqualTo(START);
        assertThat(path.poll(START, out)).isTrue();
        assertThat(out.toArray()).containsExactly(1, 2, 3, 4, 5);
        assertThat(path.poll(START, out)).isFalse();
        assertThat(path.nextDeadline()).isEqualTo(ImpairedPath.NONE);
    }

    @Test
    void anEmptyPacketPassesEvenWhereEverythingIsCorrupted() {
        var path = path("corrupt=100%");
        in.clear();
        path.offer(START, in);
        assertThat(path.poll(START, out)).isTrue();
        assertThat(out.length()).isZero();
        assertThat(path.counters().corrupted()).isZero();
    }

    @Test
    void aDelayedPacketComesAtItsDeadlineAndNotBefore() {
        var path = path("delay=5ms");
        offer(path, START, 1, 40);
        assertThat(path.nextDeadline()).isEqualTo(START + 5_000_000);
        assertThat(path.poll(START + 4_999_999, out)).isFalse();
        assertThat(path.poll(START + 5_000_000, out)).isTrue();
    }

    @Test
    void aPacketDueWhenTheClockShowsTheWordForNoDeadlineIsStillDelivered() {
        var path = path("delay=5ms");
        offer(path, ImpairedPath.NONE - 5_000_000, 1, 40);
        assertThat(path.nextDeadline()).isEqualTo(ImpairedPath.NONE - 1);
        assertThat(drain(path)).containsExactly(1);
    }

    @Test
    void delayAloneKeepsTheOrder() {
        var path = path("delay=5ms");
        for (int i = 0; i < 1000; i++) {
            // Many share a moment.
            offer(path, START + i / 7, i, 40);
        }
        assertThat(path.pending()).isEqualTo(1000);
        assertThat(drain(path)).isEqualTo(numbers(1000));
    }

    @Test
    void jitterStaysInItsRangeAndMayReorder() {
        var path = path("delay=5ms,jitter=1ms");
        for (int i = 0; i < 1000; i++) {
            offer(path, START, i, 40);
        }
        assertThat(path.nextDeadline() - START).isBetween(4_000_000L, 4_100_000L);
        assertThat(pollAll(path, START + 3_999_999)).isEmpty();
        var order = pollAll(path, START + 6_000_000);
        assertThat(order).hasSize(1000).isNotEqualTo(numbers(1000));
        assertThat(path.counters().reordered()).isZero();
    }

    @Test
    void jitterSmallerThanTheGapKeepsTheOrder() {
        var path = path("delay=5ms,jitter=1ms");
        for (int i = 0; i < 1000; i++) {
            offer(path, START + i * 2_000_001L, i, 40);
        }
        assertThat(drain(path)).isEqualTo(numbers(1000));
    }

    @Test
    void jitterLongerThanTheDelayNeverGoesBackInTime() {
        var path = path("delay=1us,jitter=1ms");
        for (int i = 0; i < 1000; i++) {
            offer(path, START, i, 40);
        }
        assertThat(path.nextDeadline()).isEqualTo(START);
        assertThat(pollAll(path, START)).hasSizeBetween(400, 600);
    }

    @Test
    void aReorderedPacketSkipsTheDelay() {
        var path = path("delay=5ms,reorder=50%,seed=3");
        for (int i = 0; i < 100; i++) {
            offer(path, START, i, 40);
        }
        var early = pollAll(path, START);
        assertThat(early)
                .hasSize((int) path.counters().reordered())
                .hasSizeBetween(35, 65)
                .isSorted();
        assertThat(pollAll(path, START + 4_999_999)).isEmpty();
        assertThat(pollAll(path, START + 5_000_000)).hasSize(100 - early.size()).isSorted();
    }

    @Test
    void withoutDelayAReorderedPacketIsHeldBackAMillisecond() {
        var path = path("reorder=50%,seed=3");
        for (int i = 0; i < 100; i++) {
            offer(path, START, i, 40);
        }
        assertThat(pollAll(path, START)).hasSize(100 - (int) path.counters().reordered());
        assertThat(path.nextDeadline()).isEqualTo(START + ImpairedPath.HOLD_NANOS);
        assertThat(pollAll(path, START + ImpairedPath.HOLD_NANOS))
                .hasSize((int) path.counters().reordered());
    }

    @Test
    void aSeedGivesExactlyTheseLosses() {
        var path = path("loss=10%,seed=7");
        for (int i = 0; i < 40; i++) {
            offer(path, START, i, 40);
        }
        var first = drain(path);
        var again = path("loss=10%,seed=7");
        for (int i = 0; i < 40; i++) {
            offer(again, START, i, 40);
        }
        assertThat(drain(again)).isEqualTo(first);
        assertThat(path.counters().lost()).isEqualTo(40 - first.size()).isPositive();
        var other = path("loss=10%,seed=8");
        for (int i = 0; i < 40; i++) {
            offer(other, START, i, 40);
        }
        assertThat(drain(other)).isNotEqualTo(first);
    }

    /// Counts of 100,000 packets: the exact numbers of seed 1, each within four standard deviations of what the
    /// probabilities ask for.
    @Test
    void theCountsOfSeedOneAreThese() {
        var path = path("loss=2%,reorder=2%,duplicate=1%,corrupt=0.1%,delay=5ms,jitter=1ms");
        int packets = 100_000;
        for (int i = 0; i < packets; i++) {
            offer(path, START + i * 1_000L, i, 40);
            pollAll(path, START + i * 1_000L);
        }
        drain(path);
        var counters = path.counters();
        assertThat(counters.offered()).isEqualTo(packets);
        assertWithin(counters.lost(), packets, 0.02);
        assertWithin(counters.duplicated(), packets * 0.98, 0.01);
        double copies = packets - counters.lost() + counters.duplicated();
        assertWithin(counters.reordered(), copies, 0.02);
        assertWithin(counters.corrupted(), copies, 0.001);
        assertThat(counters.delivered()).isEqualTo((long) copies);
        assertBalanced(path);
        assertThat(path.counters()).hasToString(EXPECTED_OF_SEED_ONE);
    }

    private static final String EXPECTED_OF_SEED_ONE = "offered 100000, delivered 98971, lost 2007, duplicated 978"
            + ", reordered 1925, corrupted 104, queue full 0, marked 0, too big 0, overflowed 0";

    private static void assertWithin(long count, double trials, double probability) {
        double deviation = Math.sqrt(trials * probability * (1 - probability));
        assertThat((double) count)
                .isBetween(trials * probability - 4 * deviation, trials * probability + 4 * deviation);
    }

    @Test
    void aDuplicateIsASecondEqualPacket() {
        var path = path("duplicate=100%");
        offer(path, START, 5, 40);
        offer(path, START, 6, 40);
        assertThat(pollAll(path, START)).containsExactly(5, 5, 6, 6);
        assertThat(path.counters().duplicated()).isEqualTo(2);
    }

    @Test
    void corruptionFlipsExactlyOneBitAndEveryBitGetsItsTurn() {
        var path = path("corrupt=100%");
        var sum = new int[8 * 8];
        for (int i = 0; i < 2000; i++) {
            in.fill(new byte[8]);
            path.offer(START, in);
            assertThat(path.poll(START, out)).isTrue();
            long bits = Bytes.i64(out.memory(), out.offset());
            assertThat(Long.bitCount(bits)).isEqualTo(1);
            sum[Long.numberOfTrailingZeros(bits)]++;
        }
        assertThat(IntStream.of(sum)).allMatch(count -> count > 0);
        assertThat(in.toArray()).as("the caller's packet").containsOnly(0);
    }

    @Test
    void aRateSpacesPacketsByTheirLength() {
        // 8 Mbit/s: an octet each microsecond.
        var path = path("rate=8mbit,queue=64k");
        offer(path, START, 0, 1000);
        offer(path, START, 1, 500);
        assertThat(path.nextDeadline()).isEqualTo(START + 1_000_000);
        assertThat(pollAll(path, START + 999_999)).isEmpty();
        assertThat(pollAll(path, START + 1_000_000)).containsExactly(0);
        assertThat(path.nextDeadline()).isEqualTo(START + 1_500_000);
        assertThat(pollAll(path, START + 1_500_000)).containsExactly(1);
        // An idle line begins anew: what it did not carry is not saved up.
        offer(path, START + 9_000_000, 2, 100);
        assertThat(path.nextDeadline()).isEqualTo(START + 9_100_000);
    }

    @Test
    void theDelayComesAfterTheLine() {
        var path = path("rate=8mbit,delay=5ms");
        offer(path, START, 0, 1000);
        offer(path, START, 1, 1000);
        assertThat(path.nextDeadline()).isEqualTo(START + 6_000_000);
        assertThat(pollAll(path, START + 6_000_000)).containsExactly(0);
        assertThat(path.nextDeadline()).isEqualTo(START + 7_000_000);
    }

    @Test
    void theRateIsNeverExceededByRounding() {
        // 3 Mbit/s: 100 octets take 266,666.6 ns.
        var path = path("rate=3mbit,queue=1m");
        for (int i = 0; i < 3000; i++) {
            offer(path, START, i, 100);
        }
        assertThat(pollAll(path, START + 799_999_999)).hasSizeLessThan(3000);
        assertThat(pollAll(path, START + 800_003_000)).isNotEmpty();
        assertThat(path.pending()).isZero();
    }

    /// A packet with an IP header that asks for no fragmentation, and in which nothing but the header counts.
    private void offerIp(ImpairedPath path, boolean v4, int trafficClass, int length) {
        in.set(Frame.HEADROOM_BYTES, length);
        var memory = in.memory();
        memory.asSlice(Frame.HEADROOM_BYTES, length).fill((byte) 0);
        int at = Frame.HEADROOM_BYTES;
        if (v4) {
            Bytes.put32(memory, at, 0x4500_0000 | trafficClass << 16 | length);
            Bytes.put32(memory, at + 8, 0x4006_0000);
            Bytes.put32(memory, at + 12, 0xc612_0001);
            Bytes.put32(memory, at + 16, 0xc612_0002);
            Bytes.put16(memory, at + 10, Checksum.finish(Checksum.add(0, memory, at, 20)));
        } else {
            Bytes.put32(memory, at, 0x6000_0000 | trafficClass << 20);
            Bytes.put32(memory, at + 4, length - 40 << 16 | 0x0640);
        }
        path.offer(START, in);
    }

    private List<Integer> trafficClasses(ImpairedPath path) {
        var classes = new ArrayList<Integer>();
        var ip = new IpPacket();
        while (path.nextDeadline() != ImpairedPath.NONE) {
            assertThat(path.poll(path.nextDeadline(), out)).isTrue();
            assertThat(ip.parse(out)).as("the header, with its checksum").isEqualTo(DropReason.NONE);
            classes.add(ip.trafficClass());
        }
        return classes;
    }

    @Rfc("3168:5")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoUnderstandsMarksIsMarkedAboveTheThreshold(boolean v4) {
        var path = path("rate=8mbit,queue=6000,ecn=2000");
        // Just at the threshold, and above it; DSCP bits stay; neither bit, ECT(1), and a mark that is there.
        for (int trafficClass : new int[] {2, 2, 2, 0xb8, 0xb9, 0xbb}) {
            offerIp(path, v4, trafficClass, 1000);
        }
        assertThat(path.counters().marked()).isEqualTo(3);
        assertThat(path.counters().queueDropped()).isZero();
        offerIp(path, v4, 2, 1000);
        assertThat(path.counters().queueDropped()).as("the queue is full").isEqualTo(1);
        assertThat(trafficClasses(path)).containsExactly(2, 2, 3, 0xb8, 0xbb, 0xbb);
        assertBalanced(path);
    }

    @Test
    void aMarkChangesTheChecksumOfTheHeaderForEveryTrafficClass() {
        for (int trafficClass = 0; trafficClass < 256; trafficClass++) {
            var path = path("rate=8mbit,queue=1m,ecn=1");
            offerIp(path, true, trafficClass, 60);
            boolean may = (trafficClass & 3) != 0;
            assertThat(trafficClasses(path)).containsExactly(may ? trafficClass | 3 : trafficClass);
        }
    }

    @Test
    void whatIsNoIpPacketIsNotMarked() {
        var path = path("rate=8mbit,ecn=1");
        offer(path, START, 0x4502_0000, 19);
        offer(path, START, 0x6020_0000, 39);
        offer(path, START, 0x4102_0000, 1000);
        offer(path, START, 0x4f02_0000, 59);
        offer(path, START, 0x5502_0000, 1000);
        assertThat(path.counters().marked()).isZero();
        assertThat(pollAll(path, START + 10_000_000)).hasSize(5);
    }

    @Test
    void aQueueHoldsExactlyItsOctets() {
        var path = path("rate=8mbit,queue=3000");
        offer(path, START, 0, 1000);
        offer(path, START, 1, 1000);
        offer(path, START, 2, 1000);
        assertThat(path.counters().queueDropped()).isZero();
        offer(path, START, 3, 1);
        assertThat(path.counters().queueDropped()).isEqualTo(1);
        // 100 octets have left by now: 101 more do not fit, 100 do, and then not even one.
        offer(path, START + 100_000, 4, 101);
        assertThat(path.counters().queueDropped()).isEqualTo(2);
        offer(path, START + 100_000, 5, 100);
        assertThat(path.counters().queueDropped()).isEqualTo(2);
        offer(path, START + 100_000, 6, 1);
        assertThat(path.counters().queueDropped()).isEqualTo(3);
        assertThat(drain(path)).containsExactly(0, 1, 2, 5);
        assertBalanced(path);
    }

    @Test
    void anIdleLineTakesAPacketLongerThanTheQueue() {
        var path = path("rate=8mbit,queue=10");
        offer(path, START, 0, 1000);
        offer(path, START, 1, 1000);
        offer(path, START + 999_999, 2, 1000);
        offer(path, START + 1_000_000, 3, 1000);
        assertThat(path.counters().queueDropped()).isEqualTo(2);
        assertThat(drain(path)).containsExactly(0, 3);
    }

    @Test
    void aDroppedPacketDoesNotHoldTheLine() {
        var path = path("rate=8mbit,queue=1000");
        offer(path, START, 0, 1000);
        offer(path, START, 1, 1000);
        offer(path, START + 1_000_000, 2, 10);
        pollAll(path, START + 1_000_000);
        assertThat(path.nextDeadline()).isEqualTo(START + 1_010_000);
    }

    @Test
    void theMtuItselfPassesAndOneMoreDoesNot() {
        var path = path("mtu=1400");
        offer(path, START, 0, 1399);
        offer(path, START, 1, 1400);
        offer(path, START, 2, 1401);
        assertThat(pollAll(path, START)).containsExactly(0, 1);
        assertThat(path.counters().tooBig()).isEqualTo(1);
        assertBalanced(path);
    }

    @Test
    void aPacketLongerThanTheFramesIsTooBig() {
        var path = path("none");
        var jumbo = FrameSlab.single(9000);
        jumbo.set(Frame.HEADROOM_BYTES, in.capacity());
        path.offer(START, jumbo);
        jumbo.set(Frame.HEADROOM_BYTES, in.capacity() + 1);
        path.offer(START, jumbo);
        assertThat(path.counters().tooBig()).isEqualTo(1);
        assertThat(path.poll(START, out)).isTrue();
        assertBalanced(path);
    }

    @Test
    void aPacketForWhichTheTakerHasNoRoomIsTooBigAndTheNextOneComes() {
        var path = new ImpairedPath(Arena.ofAuto(), Impairment.NONE, 9000);
        var jumbo = FrameSlab.single(9000);
        jumbo.set(Frame.HEADROOM_BYTES, 9000);
        path.offer(START, jumbo);
        offer(path, START, 1, 40);
        assertThat(pollAll(path, START)).containsExactly(1);
        assertThat(path.counters().tooBig()).isEqualTo(1);
        assertBalanced(path);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 200})
    void aPathHoldsItsLimitAndNotOneMore(int packetsMax) {
        var path = new ImpairedPath(Arena.ofAuto(), Impairment.parse("delay=1ms"), 1, MTU, packetsMax);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i <= packetsMax; i++) {
                offer(path, START, i, 40);
            }
            assertThat(path.counters().overflowed()).isEqualTo(round + 1);
            assertThat(drain(path)).isEqualTo(numbers(packetsMax));
        }
        assertBalanced(path);
    }

    @ParameterizedTest
    @CsvSource({
        "delay=10ms, 1500, 8192",
        "'rate=100mbit,delay=10ms', 1500, 8192",
        "'rate=10gbit,delay=10ms,queue=25000000', 1500, 32768",
        "'rate=10gbit,delay=5ms,jitter=5ms,queue=25000000', 1500, 32768",
        "'rate=1tbit,delay=1s', 1500, 32768",
        "'rate=10gbit,delay=10ms,queue=25000000', 9000, 1024",
        "'rate=10gbit,delay=10ms,queue=25000000,mtu=1500', 9000, 32768",
        "'rate=10gbit,delay=10ms,queue=25000000,mtu=9000', 1500, 32768",
        "'rate=100mbit,delay=10ms', 9000, 1024",
        "'rate=1gbit,delay=10ms', 1500, 13750"
    })
    void aPathHoldsWhatFillsItsLine(String impairment, int mtu, int packets) {
        assertThat(ImpairedPath.packetsMaxDefault(Impairment.parse(impairment), mtu))
                .isEqualTo(packets);
    }

    /// A frame has a header before the packet, and is large because of it.
    @Test
    void aPathOfFramesHoldsAsManyAsTheirLengthAllows() {
        var path = ImpairedPath.ofFrames(Arena.ofAuto(), Impairment.parse("delay=1ms,mtu=1980"), 1, 9_014, 14);
        for (int i = 0; i <= ImpairedPath.LARGE_PACKETS_MAX_DEFAULT; i++) {
            offer(path, START, i, 40);
        }
        assertThat(path.counters().overflowed()).isEqualTo(1);
    }

    @Test
    void aFastLineHasRoomForAllThatIsUnderWayOnIt() {
        var path = new ImpairedPath(Arena.ofAuto(), Impairment.parse("rate=10gbit,delay=10ms,queue=25000000"), MTU);
        // In 1.2 us a packet of 1,500 octets.
        for (int i = 0; i < 20_000; i++) {
            offer(path, START + i * 600L, i, MTU);
        }
        assertThat(path.counters().overflowed()).isZero();
        assertThat(path.pending()).isGreaterThan(15_000);
    }

    @Test
    void aPathWithoutRoomIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImpairedPath(Arena.ofAuto(), Impairment.NONE, 1, MTU, 0));
    }

    /// Random settings and calls: every packet ends in exactly one place, nothing comes before its deadline, a
    /// drained path's deadline lies ahead, and what was not corrupted comes out as it went in.
    @Test
    void everyPacketEndsInOnePlace() {
        for (long seed = 1; seed <= 300; seed++) {
            var random = new SeededRandom(seed);
            var impairment = randomImpairment(random);
            var path = new ImpairedPath(Arena.ofAuto(), impairment, seed, MTU, 1 + random.nextInt(100));
            long nowNanos = START;
            long wrong = 0;
            for (int step = 0; step < 400; step++) {
                nowNanos += random.chance(0.5) ? 0 : random.nextLong(300_000);
                offer(path, nowNanos, step, 4 + random.nextInt(MTU - 3));
                wrong += pollChecked(path, nowNanos, random.nextInt(4), seed);
                assertBalanced(path);
            }
            while (path.nextDeadline() != ImpairedPath.NONE) {
                assertThat(path.nextDeadline() - nowNanos).as("seed %d", seed).isLessThanOrEqualTo(10_000_000_000L);
                nowNanos = path.nextDeadline() - nowNanos > 0 ? path.nextDeadline() : nowNanos;
                wrong += pollChecked(path, nowNanos, Integer.MAX_VALUE, seed);
            }
            assertThat(path.pending()).isZero();
            assertBalanced(path);
            assertThat(wrong)
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(path.counters().corrupted());
        }
    }

    private static Impairment randomImpairment(SeededRandom random) {
        var builder = Impairment.builder();
        builder.loss(random.chance(0.5) ? random.nextDouble() : 0);
        builder.duplicate(random.chance(0.5) ? random.nextDouble() : 0);
        builder.corrupt(random.chance(0.5) ? random.nextDouble() : 0);
        builder.reorder(random.chance(0.5) ? random.nextDouble() : 0);
        builder.delayNanos(random.chance(0.5) ? random.nextLong(5_000_000) : 0);
        builder.jitterNanos(random.chance(0.5) ? random.nextLong(5_000_000) : 0);
        builder.mtu(random.chance(0.3) ? 68 + random.nextInt(MTU) : 0);
        if (random.chance(0.5)) {
            builder.rateBitsPerSecond(1_000_000 + random.nextLong(100_000_000));
            builder.queueBytes(1 + random.nextLong(100_000));
        }
        return builder.build();
    }

    /// Polls up to `most` packets; how many of them do not look as they did when they were offered.
    private long pollChecked(ImpairedPath path, long nowNanos, int most, long seed) {
        long wrong = 0;
        for (int i = 0; i < most; i++) {
            long deadline = path.nextDeadline();
            boolean due = deadline != ImpairedPath.NONE && deadline - nowNanos <= 0;
            assertThat(path.poll(nowNanos, out)).as("seed %d", seed).isEqualTo(due);
            if (!due) {
                return wrong;
            }
            boolean tailIsZero = out.memory()
                            .asSlice(out.offset() + 4L, out.length() - 4L)
                            .mismatch(zeroes.asSlice(0, out.length() - 4L))
                    == -1;
            boolean numberIsKnown = Bytes.i32(out.memory(), out.offset()) >>> 9 == 0;
            wrong += tailIsZero && numberIsKnown ? 0 : 1;
        }
        return wrong;
    }

    private final java.lang.foreign.MemorySegment zeroes = Arena.ofAuto().allocate(MTU);
}
