package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// For how long RACK believes what it has measured, and how patient reports of duplicates make it.
class RackRulesTest {
    private static final long RTT = 40 * Wire.MILLI;

    private final Steps steps =
            Steps.over(Wire.plain().hyStart(false).noDelay(true).build(), true);
    private final Wire wire = steps.wire();
    private int written;

    private long window() {
        return steps.info().loss().reorderWindowNanos();
    }

    private long rttMin() {
        return steps.info().roundTrip().rttMinNanos();
    }

    private void send(int octets) {
        wire.write(Wire.text(octets)).drain();
        written += octets;
    }

    private void exchange(long rtt) {
        send(1000);
        wire.at(rtt).receive("A", 1, 1 + written).drain();
    }

    private void duplicate(int left, int right) {
        wire.receive("A", 1, right, w -> w.sack(Wire.ISS + left, Wire.ISS + right))
                .drain();
    }

    @Test
    @Rfc("8985:6.2")
    void smallestRoundTripIsBelievedForFiveMinutes() {
        exchange(RTT);
        long since = wire.now;
        assertThat(rttMin()).isEqualTo(RTT);
        exchange(RTT + 1);
        assertThat(rttMin()).isEqualTo(RTT);
        wire.now = since + 300 * Wire.SECOND - 2 * RTT;
        exchange(2 * RTT);
        assertThat(rttMin()).as("to the last nanosecond").isEqualTo(RTT);
        exchange(2 * RTT);
        assertThat(rttMin()).isEqualTo(2 * RTT);
        exchange(RTT);
        assertThat(rttMin()).isEqualTo(RTT);
        since = wire.now;
        wire.now = since + 200 * Wire.SECOND;
        exchange(RTT);
        wire.now = since + 400 * Wire.SECOND;
        exchange(2 * RTT);
        assertThat(rttMin()).as("measured again in between").isEqualTo(RTT);
    }

    @Test
    @Rfc("8985:6.2")
    void eachRoundTripWithADuplicateMakesItMorePatientByAQuarterUpToARoundTrip() {
        exchange(RTT);
        for (int quarters = 2; quarters <= 6; quarters++) {
            send(3000);
            duplicate(written - 3999, written - 2999);
            assertThat(window()).isEqualTo(Math.min(quarters, 4) * RTT / 4);
            duplicate(written - 3999, written - 2999);
            assertThat(window()).as("in the same round trip").isEqualTo(Math.min(quarters, 4) * RTT / 4);
            wire.at(RTT).receive("A", 1, 1 + written).drain();
        }
    }

    /// The ACK that ends one round trip may report what belongs to the next.
    @Test
    @Rfc("8985:6.2")
    void acknowledgementThatEndsARoundTripCountsForTheNext() {
        exchange(RTT);
        send(3000);
        duplicate(written - 3999, written - 2999);
        wire.at(RTT)
                .receive("A", 1, written, w -> w.sack(Wire.ISS + 1, Wire.ISS + 1001))
                .drain();
        assertThat(window()).as("an octet is missing").isEqualTo(2 * RTT / 4);
        wire.receive("A", 1, 1 + written, w -> w.sack(Wire.ISS + 1, Wire.ISS + 1001))
                .drain();
        assertThat(window()).isEqualTo(3 * RTT / 4);
    }

    @Test
    @Rfc("8985:6.2")
    void thatPatienceLastsForSixteenRecoveries() {
        exchange(RTT);
        send(1000);
        duplicate(written - 1999, written - 999);
        wire.at(RTT).receive("A", 1, 1 + written).drain();
        for (int episode = 1; episode <= 16; episode++) {
            assertThat(window()).as("before recovery %d", episode).isEqualTo(2 * RTT / 4);
            int una = 1 + written;
            send(1000);
            send(1000);
            wire.at(RTT)
                    .receive("A", 1, una, w -> w.sack(Wire.ISS + una + 1000, Wire.ISS + una + 2000))
                    .drain();
            wire.toDeadline().drain();
            assertThat(wire.connection.inRecovery()).isTrue();
            wire.at(RTT).receive("A", 1, 1 + written).drain();
            assertThat(wire.connection.inRecovery()).isFalse();
        }
        assertThat(window()).isEqualTo(RTT / 4);
    }
}
