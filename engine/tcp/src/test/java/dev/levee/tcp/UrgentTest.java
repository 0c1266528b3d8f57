package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// The urgent mechanism (RFC 9293 §3.8.5, RFC 6093).
class UrgentTest {
    private static final int POINTER_MAX = 0xffff;

    /// Room for all that a test writes, and segments of 1000 octets.
    private static Wire ample(int segments) {
        var config = Wire.plain()
                .sendBufferBytes(1 << 18)
                .windowScaling(true)
                .initialWindowSegments(segments)
                .build();
        var wire = Wire.active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000).windowScale(4)).drain();
        return wire.receive("A", 1, 1);
    }

    private static boolean told(Wire wire) {
        return (wire.connection.takeEvents() & TcpEvents.URGENT) != 0;
    }

    @Test
    @Rfc({"9293:MUST-30", "9293:MUST-62"})
    void thePointerPointsBehindTheUrgentDataFromEachSegmentBeforeItsEnd() {
        var wire = Wire.established().writeUrgent(Wire.text(1500)).write(Wire.text(700));
        wire.connection.noDelay(wire.now, true);
        assertThat(wire.drain()).hasSize(3);
        assertThat(wire.urgentPointers()).containsExactly(1500, 500, Wire.NOT_URGENT);
    }

    @Test
    @Rfc("9293:MUST-62")
    void anAcknowledgementWithoutTextPointsToo() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 0, "").writeUrgent("abc").nothing();
        wire.receive("A", 1, 1, 0, "x").receive("A", 3, 1, 0, "z").expect("A", 1, 0, 2);
        assertThat(wire.urgentPointers()).containsExactly(3);
        wire.toDeadline().expect("A", 1, 1, 2);
        assertThat(wire.urgentPointers()).as("the probe of the closed window").containsExactly(3);
    }

    @Test
    void whatWasAcknowledgedIsUrgentNoMoreAndARetransmissionStillIs() {
        var wire = Wire.established().writeUrgent("abc");
        wire.expect("PA", 1, 3, 1);
        wire.toDeadline().expect("PA", 1, 3, 1);
        assertThat(wire.urgentPointers()).containsExactly(3);
        wire.receive("A", 1, 4).write("d").expect("PA", 4, 1, 1);
        assertThat(wire.urgentPointers()).containsExactly(Wire.NOT_URGENT);
    }

    @Test
    @Rfc("9293:MUST-31")
    void urgentDataMayBeLongerThanThePointerCanSay() {
        for (int length : new int[] {POINTER_MAX, POINTER_MAX + 1, 200_000}) {
            var wire = ample(4).writeUrgent(Wire.text(length));
            wire.drain();
            assertThat(wire.urgentPointers()).as("%d octets", length).startsWith(POINTER_MAX);
        }
    }

    @Test
    void aPointerThatCannotBeSaidIsNotSaidOnceTheOctetItWouldNameWasSent() {
        var wire = ample(100).writeUrgent(Wire.text(90_000));
        assertThat(wire.drain()).hasSize(90);
        assertThat(wire.urgentPointers()).contains(POINTER_MAX).endsWith(2000, 1000);
        wire.toDeadline();
        while (wire.drain().stream().noneMatch(s -> s.seq() == 1)) {
            wire.toDeadline();
        }
        assertThat(wire.urgentPointers()).containsExactly(Wire.NOT_URGENT);
    }

    @Test
    void urgentDataWaitsNeitherForAcknowledgementsNorForMore() {
        var wire = Wire.established().write("a");
        wire.expect("PA", 1, 1, 1);
        wire.writeUrgent("b").expect("PA", 2, 1, 1);
        wire.receive("A", 1, 3);
        wire.connection.cork(wire.now, true);
        wire.write("c").nothing();
        wire.writeUrgent("d").expect("PA", 3, 2, 1);
    }

    @Test
    @Rfc({"9293:MUST-30", "9293:MUST-32"})
    void theUserIsToldWhenAPointerArrivesAndWhenItMovesOn() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "ab");
        assertThat(told(wire)).as("nothing urgent").isFalse();
        wire.receive("A", 3, 1, 65_535, "c", w -> w.urgent(5));
        assertThat(told(wire)).as("the first").isTrue();
        wire.receive("A", 4, 1, 65_535, "d", w -> w.urgent(4));
        assertThat(told(wire)).as("the same octet").isFalse();
        wire.receive("A", 5, 1, 65_535, "e", w -> w.urgent(1));
        assertThat(told(wire)).as("an earlier one").isFalse();
        wire.receive("A", 6, 1, 65_535, "f", w -> w.urgent(3));
        assertThat(told(wire)).as("moved on by one").isTrue();
    }

    @Test
    void whatWasReadIsNotUrgentAnyMore() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "abcd");
        assertThat(wire.read(4)).isEqualTo("abcd");
        told(wire);
        wire.receive("A", 1, 1, 65_535, "abcde", w -> w.urgent(4));
        assertThat(told(wire)).isFalse();
        wire.receive("A", 6, 1, 65_535, "f", w -> w.urgent(1));
        assertThat(told(wire)).isTrue();
    }

    @Test
    @Rfc({"9293:MUST-31", "9293:MUST-33"})
    void theUserLearnsHowMuchRemainsThoughItHasNotArrived() {
        var wire = Wire.established();
        int end = 0;
        for (int i = 0; i < 5; i++) {
            int at = 1 + 1000 * i;
            wire.receive("A", at, 1, 65_535, Wire.text(1000), w -> w.urgent(POINTER_MAX));
            end = at - 1 + POINTER_MAX;
            assertThat(wire.connection.urgentEnd()).isEqualTo(end);
        }
        assertThat(wire.read(5000)).hasSize(5000);
        assertThat(wire.connection.urgentEnd() - wire.connection.bytesRead()).isEqualTo(end - 5000);
    }

    @Test
    @Rfc("9293:MUST-66")
    void thePointerCountsWithAClosedReceiveWindow() {
        var wire = Wire.established(Wire.plain().receiveBufferBytes(4096).build());
        wire.receive("A", 1, 1, 65_535, Wire.text(4096));
        assertThat(wire.one().window()).isZero();
        told(wire);
        wire.receive("A", 4097, 1, 65_535, "x", w -> w.urgent(1)).drain();
        assertThat(told(wire)).isTrue();
        assertThat(wire.connection.urgentEnd()).isEqualTo(4097);
        wire.receive("A", 4097, 1, w -> w.urgent(7));
        assertThat(wire.connection.urgentEnd()).isEqualTo(4103);
    }

    @Test
    void neitherWithoutTheBitNorOutsideOfTheWindowNorBehindTheFin() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, 65_535, "a");
        wire.receive("A", 70_000, 1, w -> w.urgent(5)).drain();
        assertThat(wire.connection.urgentEnd()).isZero();
        wire.receive("FA", 2, 1).drain();
        wire.receive("A", 3, 1, w -> w.urgent(5)).drain();
        assertThat(wire.connection.urgentEnd()).isZero();
    }

    @Test
    void aPointerAtTheBeginningOfWhatIsUnreadSaysNothing() {
        var wire = Wire.established();
        wire.receive("A", 1, 1, w -> w.urgent(0));
        assertThat(wire.connection.urgentEnd()).isZero();
        assertThat(told(wire)).isFalse();
    }

    @Test
    void nothingBeyondWhatWasWrittenCanBeUrgent() {
        var wire = Wire.established().write("abc");
        assertThatThrownBy(() -> wire.connection.urgent(wire.now, 4)).isInstanceOf(IllegalStateException.class);
        wire.connection.urgent(wire.now, 3);
        wire.connection.urgent(wire.now, 2);
        wire.expect("PA", 1, 3, 1);
        assertThat(wire.urgentPointers()).containsExactly(3);
    }
}
