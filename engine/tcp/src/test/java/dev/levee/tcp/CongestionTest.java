package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

class CongestionTest {
    private static final int MSS = 1000;
    private static final long RTT = 100 * Wire.MILLI;

    private long now;
    private int una;

    private static TcpConfigBuilder config() {
        return TcpConfig.builder().initialWindowSegments(10);
    }

    /// A round trip in which the whole window was used and acknowledged, one ACK for every two segments.
    private void round(CongestionControl control, long rttNanos) {
        int window = control.cwnd();
        int end = una + window;
        now += RTT;
        for (int acked = 0; acked < window; acked += 2 * MSS) {
            int bytes = Math.min(2 * MSS, window - acked);
            una += bytes;
            control.onAck(now, bytes, rttNanos, rttNanos, window, una, end + window);
        }
    }

    @Test
    @Rfc({"9438:4.2", "9293:MAY-18"})
    void cubicIsBackAtItsWindowAfterTheTimeThatTheFormulaSays() {
        var cubic =
                CongestionAlgorithm.CUBIC.create(MSS, config().hyStart(false).build());
        cubic.cwnd(100 * MSS);
        cubic.onCongestion(now, 100 * MSS);
        cubic.cwnd(cubic.ssthresh());
        assertThat(cubic.ssthresh()).isEqualTo(70 * MSS);
        long start = now;
        while (cubic.cwnd() < 99 * MSS) {
            round(cubic, RTT);
        }
        double expected = Math.cbrt(30 / 0.4);
        assertThat((now - start) / 1e9).isCloseTo(expected, within(1.0));
    }

    @Test
    @Rfc("9438:4.3")
    void cubicIsNeverSlowerThanReno() {
        var cubic =
                CongestionAlgorithm.CUBIC.create(MSS, config().hyStart(false).build());
        cubic.cwnd(10 * MSS);
        cubic.onCongestion(now, 10 * MSS);
        cubic.cwnd(cubic.ssthresh());
        for (int i = 0; i < 20; i++) {
            long before = now;
            now = before - RTT + Wire.MILLI;
            round(cubic, Wire.MILLI);
        }
        // 20 round trips of a millisecond: the cube has not moved, Reno's rate of 0.53 segments a round trip
        // has.
        assertThat(cubic.cwnd()).isBetween(7 * MSS + 8 * MSS, 7 * MSS + 20 * MSS);
    }

    @Test
    @Rfc("9438:4.7")
    void flowThatLosesBeforeItWasBackGivesUpMore() {
        var twice =
                CongestionAlgorithm.CUBIC.create(MSS, config().hyStart(false).build());
        twice.cwnd(100 * MSS);
        twice.onCongestion(now, 100 * MSS);
        twice.cwnd(80 * MSS);
        twice.onCongestion(now, 80 * MSS);
        twice.cwnd(twice.ssthresh());
        var once = CongestionAlgorithm.CUBIC.create(MSS, config().hyStart(false).build());
        once.cwnd(80 * MSS);
        once.onCongestion(now, 80 * MSS);
        once.cwnd(once.ssthresh());
        for (int i = 0; i < 60; i++) {
            int before = una;
            round(once, RTT);
            now -= RTT;
            una = before;
            round(twice, RTT);
        }
        assertThat(twice.cwnd()).isLessThan(once.cwnd());
    }

    @Test
    @Rfc({"9293:MUST-19", "5681:3.1"})
    void renoAddsASegmentARoundTrip() {
        var reno = CongestionAlgorithm.NEW_RENO.create(MSS, config().build());
        reno.cwnd(20 * MSS);
        reno.onCongestion(now, 20 * MSS);
        assertThat(reno.ssthresh()).isEqualTo(10 * MSS);
        reno.cwnd(10 * MSS);
        for (int i = 0; i < 10; i++) {
            round(reno, RTT);
        }
        assertThat(reno.cwnd()).isBetween(19 * MSS, 20 * MSS);
    }

    @Test
    @Rfc("5681:3.1")
    void whatRenoHasCountedForALargerWindowIsForgotten() {
        var reno = CongestionAlgorithm.NEW_RENO.create(MSS, config().build());
        reno.cwnd(40 * MSS);
        reno.onCongestion(now, 80 * MSS);
        // All but an octet of what the next segment takes.
        reno.onAck(now, 40 * MSS - 1, RTT, RTT, 40 * MSS, una, una + 80 * MSS);
        reno.onCongestion(now, 20 * MSS);
        reno.cwnd(10 * MSS);
        reno.onAck(now, 10 * MSS - 1, RTT, RTT, 10 * MSS, una, una + 80 * MSS);
        assertThat(reno.cwnd()).isEqualTo(10 * MSS);
        reno.onAck(now, 1, RTT, RTT, 10 * MSS, una, una + 80 * MSS);
        assertThat(reno.cwnd()).isEqualTo(11 * MSS);
    }

    @Test
    @Rfc("9406:4.2")
    void slowStartEndsWhenTheDelayGrows() {
        for (var algorithm : CongestionAlgorithm.values()) {
            una = 0;
            var steady = algorithm.create(MSS, config().build());
            var growing = algorithm.create(MSS, config().build());
            for (int i = 0; i < 9; i++) {
                int before = una;
                round(steady, RTT);
                una = before;
                round(growing, RTT + 30L * i * Wire.MILLI);
                una = before + steady.cwnd();
            }
            assertThat(steady.ssthresh()).isEqualTo(Integer.MAX_VALUE);
            assertThat(growing.ssthresh()).as("%s", algorithm).isLessThan(Integer.MAX_VALUE);
            assertThat(growing.cwnd()).isLessThan(steady.cwnd() / 4);
        }
    }

    @Test
    @Rfc("4015:3")
    void mistakenCongestionIsUndone() {
        for (var algorithm : CongestionAlgorithm.values()) {
            var control = algorithm.create(MSS, config().build());
            control.cwnd(40 * MSS);
            control.onTimeout(now, 40 * MSS, true);
            assertThat(control.cwnd()).isEqualTo(MSS);
            assertThat(control.ssthresh()).isLessThan(40 * MSS);
            control.undo();
            assertThat(control.cwnd()).isEqualTo(40 * MSS);
            assertThat(control.ssthresh()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void laterTimeoutsLeaveTheThresholdAlone() {
        for (var algorithm : CongestionAlgorithm.values()) {
            var control = algorithm.create(MSS, config().build());
            control.cwnd(40 * MSS);
            control.onTimeout(now, 40 * MSS, true);
            int threshold = control.ssthresh();
            control.onTimeout(now, MSS, false);
            assertThat(control.ssthresh()).isEqualTo(threshold);
        }
    }

    @Test
    void algorithmChangesOnAnOpenConnectionAndTheWindowStays() {
        var wire = Wire.established(
                Wire.plain().congestion(CongestionAlgorithm.NEW_RENO).build());
        wire.write(Wire.text(10_000)).drain();
        wire.at(Wire.MILLI).receive("A", 1, 10_001).nothing();
        int before = wire.connection.cwnd();
        wire.connection.configure(
                wire.now, Wire.plain().congestion(CongestionAlgorithm.CUBIC).build());
        assertThat(wire.connection.cwnd()).isEqualTo(before);
        wire.write(Wire.text(20_000)).drain();
        wire.receive("A", 1, 10_001)
                .receive("A", 1, 10_001)
                .receive("A", 1, 10_001)
                .drain();
        assertThat(wire.connection.ssthresh())
                .as("a seventh tenth, and not a half")
                .isGreaterThan(before * 6 / 10);
    }
}
