package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Buffers grow with what users take and with what is under way; and only then.
class BufferGrowthTest {
    private static final int FIRST = 1 << 14;
    private static final int MAX = 1 << 20;
    private static final int SEGMENT = 1000;
    private static final long RTT = 20 * Wire.MILLI;
    private static final long PAUSE = 10 * Wire.SECOND;

    private Wire wire = Wire.active(growing().build());
    private int sent;
    private long edge;

    private static TcpConfigBuilder growing() {
        return TcpConfig.builder()
                .receiveBufferBytes(FIRST)
                .receiveBufferBytesMax(MAX)
                .sendBufferBytes(FIRST)
                .sendBufferBytesMax(MAX)
                .restNanos(0);
    }

    /// A connection that a peer with a path of `RTT` has opened.
    private void open(TcpConfig config, boolean synAckLost) {
        wire = Wire.passive(config, syn -> {
            syn.mss(SEGMENT).windowScale(7);
            if (config.timestamps()) {
                syn.timestamps(1, 0);
            }
        });
        wire.drain();
        if (synAckLost) {
            wire.toDeadline().drain();
        }
        wire.at(RTT);
        receive("");
        wire.drain();
        wire.connection.takeEvents();
    }

    private void receive(String text) {
        int echo = wire.lastTsVal();
        wire.receive("A", 1 + sent, 1, 60_000, text, segment -> {
            if (wire.connection.timestamps()) {
                segment.timestamps(2, echo);
            }
        });
        sent += text.length();
    }

    /// The peer sends `octets`, as far as it may; the user takes up to `takes` of them; a round trip passes.
    private void round(int octets, int takes, long nanos) {
        int window = wire.connection.rcvWnd();
        int count = Math.min(octets, window) / SEGMENT;
        for (int i = 0; i < count; i++) {
            receive(Wire.text(SEGMENT));
        }
        wire.read(takes);
        wire.drain();
        long promised = sent + (long) wire.connection.rcvWnd();
        assertThat(promised).as("SHLD-14: the right edge").isGreaterThanOrEqualTo(edge);
        edge = promised;
        wire.at(nanos);
    }

    private int sendCapacity() {
        return wire.connection.info(wire.now).sending().capacityBytes();
    }

    private int capacity() {
        return wire.connection.receiveCapacity();
    }

    @ParameterizedTest
    @CsvSource({"65535, 0", "65536, 0", "65537, 1", "67108864, 10", "1073741824, 14"})
    @Rfc("7323:2.3")
    void theWindowScaleIsThatOfTheLargestWindow(int max, int shift) {
        var syn = Wire.active(TcpConfig.builder()
                        .receiveBufferBytes(FIRST)
                        .receiveBufferBytesMax(max)
                        .build())
                .one();

        assertThat(syn.scale()).isEqualTo(shift);
        assertThat(syn.window()).isGreaterThan(FIRST - (1 << shift) - 1).isLessThanOrEqualTo(FIRST);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("9293:SHLD-14")
    void whoTakesAllThatComesGetsAWindowThatDoublesUntilItIsLargest(boolean timestamps) {
        open(growing().timestamps(timestamps).build(), false);
        int rounds = 0;
        while (capacity() < MAX - (1 << 6)) {
            int before = capacity();
            round(MAX, MAX, RTT);
            round(MAX, MAX, RTT);
            assertThat(capacity()).isGreaterThanOrEqualTo(Math.min(2 * before, MAX - (1 << 6)) - SEGMENT);
            assertThat(++rounds).isLessThan(20);
        }
        round(MAX, MAX, RTT);
        assertThat(capacity()).isLessThanOrEqualTo(MAX);
        assertThat(wire.connection.rcvWnd()).isGreaterThan(MAX - 2 * SEGMENT);
        assertThat(wire.connection.info(wire.now).receiving().capacityBytes()).isEqualTo(capacity());
    }

    @Test
    void theWindowIsTwiceToFourTimesWhatIsTakenInARoundTrip() {
        open(growing().build(), false);
        for (int i = 0; i < 100; i++) {
            round(50_000, MAX, RTT);
        }
        assertThat(capacity()).isBetween(2 * 50_000, 4 * 50_000 + 2_000);
    }

    @Test
    void withoutASampleOrTimestampsTheTimeInWhichAWindowArrivesCounts() {
        open(growing().timestamps(false).build(), true);
        assertThat(wire.connection.srttNanos()).isEqualTo(-1);
        for (int i = 0; i < 12; i++) {
            round(MAX, MAX, RTT);
        }
        assertThat(capacity()).isGreaterThan(4 * FIRST);
    }

    @Test
    void whoTakesLittleKeepsTheBufferThatThereWas() {
        open(growing().build(), false);
        for (int i = 0; i < 500; i++) {
            round(MAX, SEGMENT, RTT);
        }
        assertThat(capacity()).isLessThanOrEqualTo(FIRST);
        assertThat(wire.buffers.bytesTaken()).isLessThanOrEqualTo(FIRST + 2L * BufferPool.PIECE_BYTES);
    }

    @Test
    void whoTakesMuchButSeldomKeepsTheBufferThatThereWas() {
        open(growing().build(), false);
        for (int i = 0; i < 50; i++) {
            round(MAX, MAX, PAUSE);
        }
        assertThat(capacity()).isLessThanOrEqualTo(FIRST);
    }

    /// A queue that makes round trips longer is no reason for a larger window.
    @Test
    void theShortestRoundTripCounts() {
        open(growing().build(), false);
        for (int i = 0; i < 40; i++) {
            round(FIRST / 8, MAX, RTT / 4);
            round(FIRST / 8, MAX, RTT / 4);
            round(FIRST / 8, MAX, 20 * RTT);
        }
        assertThat(capacity()).isLessThanOrEqualTo(FIRST);
    }

    /// A path that has become longer for good, which echoes show by and by.
    @Test
    void aLongerPathCountsInTheEnd() {
        open(growing().timestamps(true).build(), false);
        round(SEGMENT, MAX, RTT);
        for (int i = 0; i < 100; i++) {
            round(12 * SEGMENT, MAX, 16 * RTT);
        }
        assertThat(capacity()).isLessThanOrEqualTo(FIRST);
        for (int i = 0; i < 4000; i++) {
            round(12 * SEGMENT, MAX, 16 * RTT);
        }
        assertThat(capacity()).isBetween(2 * 12 * SEGMENT - SEGMENT, 4 * 12 * SEGMENT);
    }

    @Test
    void aSizeThatTheUserHasSetStays() {
        open(TcpConfig.builder().receiveBufferBytes(FIRST).restNanos(0).build(), false);
        for (int i = 0; i < 30; i++) {
            round(MAX, MAX, RTT);
        }
        assertThat(capacity()).isEqualTo(FIRST);
        var limited = TcpConfig.builder()
                .receiveWindowBytes(5000)
                .sendLimitBytes(6000)
                .build();
        assertThat(limited.receiveBufferBytesMax()).isEqualTo(limited.receiveBufferBytes());
        assertThat(limited.sendBufferBytesMax()).isEqualTo(limited.sendBufferBytes());
    }

    @Test
    @Rfc("9293:SHLD-14")
    void whereMemoryIsShortNothingIsPromisedBeyondTheFirstSizeAndNothingTakenBack() {
        open(growing().build(), false);
        for (int i = 0; i < 12; i++) {
            round(MAX, MAX, RTT);
        }
        assertThat(capacity()).isGreaterThan(MAX / 2);
        int promised = wire.connection.rcvWnd();
        take(32 << 20);

        assertThat(capacity()).isEqualTo(FIRST);
        round(SEGMENT, MAX, RTT);
        assertThat(wire.connection.rcvWnd()).as("still promised").isGreaterThanOrEqualTo(promised - SEGMENT - 64);
        for (int i = 0; i < 2000; i++) {
            round(SEGMENT, MAX, RTT);
        }
        assertThat(wire.connection.rcvWnd()).isLessThanOrEqualTo(FIRST).isGreaterThan(FIRST / 2);
    }

    @Test
    void whereMemoryIsShortNoBufferGrows() {
        open(growing().build(), false);
        take((32 << 20) - 4 * (FIRST + BufferPool.PIECE_BYTES));
        for (int i = 0; i < 20; i++) {
            round(MAX, MAX, RTT);
        }
        assertThat(capacity()).isGreaterThan(FIRST / 2).isLessThan(2 * FIRST);
    }

    /// Takes memory away from all connections.
    private void take(int octets) {
        for (int i = 0; i < octets / BufferPool.PIECE_BYTES; i++) {
            assertThat(wire.buffers.take(false)).isNotNull();
        }
    }

    private void acknowledgeAll() {
        wire.receive("A", 1, 1 + (int) wire.connection.bytesWritten(), 60_000, "");
    }

    private static Wire sending(TcpConfigBuilder config) {
        var wire = Wire.passive(
                config.timestamps(false).hyStart(false).build(),
                syn -> syn.mss(SEGMENT).windowScale(7));
        wire.drain();
        wire.at(RTT).receive("A", 1, 1, 60_000, "");
        return wire;
    }

    @Test
    void theSendBufferHoldsTwoCongestionWindows() {
        wire = sending(growing());
        assertThat(sendCapacity()).isEqualTo(2 * wire.connection.cwnd());
        wire.connection.takeEvents();
        for (int i = 0; i < 4; i++) {
            int before = wire.connection.sendRoom();
            wire.write(Wire.text(before));
            wire.drain();
            assertThat(wire.connection.sendRoom()).isZero();
            wire.at(RTT).receive("A", 1, 1 + (int) wire.connection.bytesWritten() - before / 2, 60_000, "");
            assertThat(wire.connection.takeEvents() & TcpEvents.WRITABLE)
                    .as("who waits is told")
                    .isNotZero();
            wire.drain();
            wire.at(RTT);
            acknowledgeAll();
            assertThat(sendCapacity()).isEqualTo(2 * wire.connection.cwnd());
            assertThat(wire.connection.sendRoom()).isGreaterThan(before);
        }
        assertThat(wire.connection.info(wire.now).sending().capacityBytes()).isEqualTo(2 * wire.connection.cwnd());
    }

    @Test
    void theSendBufferIsNeverSmallerThanAtFirstNorLargerThanTheLargest() {
        wire = sending(growing().sendBufferBytes(1 << 15).sendBufferBytesMax(1 << 16));
        assertThat(sendCapacity()).isEqualTo(1 << 15);
        for (int i = 0; i < 8; i++) {
            wire.write(Wire.text(wire.connection.sendRoom()));
            for (int j = 0; j < 4; j++) {
                wire.drain();
                wire.at(RTT).receive("A", 1, wire.connection.sndNxt() - Wire.ISS, 60_000, "");
            }
        }
        assertThat(2 * wire.connection.cwnd()).isGreaterThan(1 << 16);
        assertThat(sendCapacity()).isEqualTo(1 << 16);
    }

    @Test
    void whatWasLentToAWriterStaysWhenTheCapacityFalls() {
        wire = sending(growing());
        int lent = wire.connection.reserveSend(wire.now, wire.connection.sendRoom());
        assertThat(lent).isGreaterThan(FIRST);
        wire.connection.written(wire.now, 1000);
        wire.drain();
        wire.toDeadline().drain();
        wire.toDeadline().drain();

        assertThat(sendCapacity()).isEqualTo(FIRST);
        assertThat(wire.connection.sendRoom()).isEqualTo(lent - 1000);
        wire.connection.written(wire.now, lent - 1000);
        assertThat(wire.connection.sendRoom()).isZero();
    }

    @Test
    void whereMemoryIsShortTheSendBufferIsWhatItWasAtFirst() {
        wire = sending(growing());
        for (int i = 0; i < (32 << 20) / BufferPool.PIECE_BYTES; i++) {
            wire.buffers.take(true);
        }
        assertThat(sendCapacity()).isEqualTo(FIRST);
    }

    @Test
    void theMostThatMayWaitUnsentHoldsForALargeBuffer() {
        wire = sending(growing().unsentBytesMax(3000));
        wire.write(Wire.text(wire.connection.sendRoom()));
        wire.drain();
        assertThat(wire.connection.sendRoom()).isEqualTo(3000);
    }

    @Test
    void sizesOutOfRangeAreRefusedInOneSentence() {
        assertThatThrownBy(() -> TcpConfig.builder().receiveBufferBytesMax(-1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("receiveBufferBytesMax must lie in 0..1073741824, but is -1");
        assertThatThrownBy(() ->
                        TcpConfig.builder().sendBufferBytesMax((1 << 30) + 1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sendBufferBytesMax");
    }
}
