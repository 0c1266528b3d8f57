package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What strangers and hostile peers try, at the edges of the rules against it.
class HardeningTest {
    private static final long DAYS_24_NANOS = 24L * 24 * 3600 * Wire.SECOND;
    private static final int WINDOW = 65_535;

    /// Timestamps are in use, and TS.Recent is 1000.
    private static Wire stamped() {
        return stamped(Wire.plain().timestamps(true).build());
    }

    private static Wire stamped(TcpConfig config) {
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).timestamps(1000, 0)).drain();
        return wire;
    }

    @ParameterizedTest
    @CsvSource({"1000, true", "1001, true", "-2147482649, true", "999, false", "-2147482648, false", "0, false"})
    @Rfc("7323:5.3")
    void aTimestampIsOldWhenItLiesInTheHalfBelow(int tsVal, boolean taken) {
        var wire = stamped();
        wire.receive("PA", 1, 1, WINDOW, "x", w -> w.timestamps(tsVal, 0));
        assertThat(wire.connection.available()).isEqualTo(taken ? 1 : 0);
        assertThat(wire.connection.tsRecent()).isEqualTo(taken ? tsVal : 1000);
        if (!taken) {
            wire.expect("A", 1, 0, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "0, true", "1, true"})
    @Rfc("7323:5.5")
    void after24DaysOfSilenceAnOldTimestampIsBelieved(long later, boolean taken) {
        var wire = stamped().at(DAYS_24_NANOS + later);
        wire.receive("PA", 1, 1, WINDOW, "x", w -> w.timestamps(999, 0)).drain();
        assertThat(wire.connection.available()).isEqualTo(taken ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("7323:3.2")
    void segmentsWithoutTheTimestampAgreedOnAreTakenOnlyWhereTheUserWantsThem(boolean taken) {
        var wire = stamped(
                Wire.plain().timestamps(true).missingTimestampsTaken(taken).build());
        wire.receive("PA", 1, 1, WINDOW, "x", w -> {});
        assertThat(wire.connection.nextDeadline() == Deadlines.NONE)
                .as("no ACK is due, now or later")
                .isEqualTo(!taken);
        assertThat(wire.connection.available()).isEqualTo(taken ? 1 : 0);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    /// A peer that has begun anew, with other settings, learns from the answer that there is a connection
    /// still.
    @ParameterizedTest
    @ValueSource(ints = {1, 700_000_000, -700_000_000})
    @Rfc("5961:4.2")
    void aSynWithoutTheTimestampAgreedOnIsChallenged(int seq) {
        var wire = stamped();
        wire.receive("S", seq, 0, w -> w.mss(1000));
        wire.expect("A", 1, 0, 1);
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void aSynWithoutTheTimestampAgreedOnEndsNoHandshake() {
        var wire = Wire.passive(
                Wire.plain().timestamps(true).build(), w -> w.mss(1000).timestamps(5, 0));
        wire.drain();
        wire.receive("S", 2, 0, w -> w.mss(1000)).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.SYN_RECEIVED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"7323:5.2", "7323:3.2"})
    void aResetIsAResetWhateverItsTimestampSays(boolean stamp) {
        var wire = stamped();
        wire.receive("R", 1, 0, w -> {
                    if (stamp) {
                        w.timestamps(1, 0);
                    }
                })
                .nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("5961:5.2")
    void anAckBelowEverythingThatCanBeUnderWayIsAnsweredInEveryState(CloseTest.Where where) {
        var wire = where.open();
        var before = wire.connection.state();
        wire.receive("A", where.rcvNxt(), -WINDOW, WINDOW, where.rcvNxt() == 1 ? "injected" : "");
        assertThat(wire.one().flags()).isEqualTo("A");
        assertThat(wire.connection.available()).isZero();
        assertThat(wire.connection.state()).isEqualTo(before);
        assertThat(wire.count(TcpCounters.UNACCEPTABLE_ACK_IN)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    @Rfc("5961:4.2")
    void aSynIsChallengedInEveryStateWithOrWithoutAck(CloseTest.Where where) {
        for (var flags : new String[] {"S", "SA", "SF", "SP"}) {
            for (int offset : new int[] {-1, 0, 1, 1 << 30}) {
                var wire = where.open();
                var before = wire.connection.state();
                wire.receive(flags, where.rcvNxt() + offset, 1);
                assertThat(wire.one().flags()).isEqualTo("A");
                assertThat(wire.connection.state()).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"R, 2", "RA, 2", "R, 3", "R, 1", "S, 2", "A, 1"})
    @Rfc("1337:3")
    void nothingOldEndsTimeWaitWhereResetsMayNot(String flags, int seq) {
        var wire = Wire.established(Wire.plain().resetEndsTimeWait(false).build());
        wire.connection.closeSend(wire.now);
        wire.drain();
        wire.receive("FA", 1, 2).drain();
        long deadline = wire.connection.nextDeadline();
        wire.at(Wire.SECOND).receive(flags, seq, 2).drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(wire.connection.nextDeadline()).isEqualTo(deadline);
    }

    @ParameterizedTest
    @CsvSource({"1, 88", "87, 88", "88, 88", "89, 89", "65535, 1460"})
    void noPeerMakesSegmentsSmallerThanTheFloorOrLargerThanTheLink(int mss, int most) {
        var wire = Wire.active(Wire.plain().build());
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(mss)).drain();
        wire.write(Wire.text(3000));
        assertThat(wire.drain()).isNotEmpty().allMatch(sent -> sent.length() == most);
    }

    @Test
    void aPeerThatSendsEverySecondOctetCostsAListOfBoundedLengthAndLosesNothing() {
        var wire = Wire.established();
        int ranges = Reassembly.most(TcpConfig.DEFAULT.receiveBufferBytes());
        for (int i = 1; i < 2000; i += 2) {
            wire.receive("A", 1 + i, 1, WINDOW, "b").drain();
        }
        assertThat(wire.connection.available()).isZero();
        for (int i = 0; i < 2000; i += 2) {
            wire.receive("A", 1 + i, 1, WINDOW, "a").drain();
            int kept = Math.min(2 * ranges, i + 2);
            assertThat(wire.connection.rcvNxt() - Wire.PEER_ISS - 1).isGreaterThanOrEqualTo(Math.min(kept, i + 1));
            wire.receive("A", 2 + i, 1, WINDOW, "b").drain();
        }
        assertThat(wire.read(3000)).isEqualTo("ab".repeat(1000));
    }
}
