package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RestTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void idleConnectionAsksForTheMemoryThatIsKeptForTheNextWrite() {
        var wire = Wire.established(Wire.plain().restNanos(5 * SECOND).build());
        var connection = wire.connection;
        wire.write("abc").one();
        assertThat(connection.reserveSend(wire.now, 1_000)).isEqualTo(1_000);
        wire.at(SECOND).receive("A", 1, 4).nothing();
        assertThat(wire.buffers.bytesTaken()).as("somebody may be writing").isEqualTo(BufferPool.PIECE_BYTES);
        connection.takeEvents();
        wire.at(4 * SECOND - 1).nothing();
        assertThat(connection.resting()).isFalse();
        wire.at(1).nothing();
        assertThat(connection.resting()).isTrue();
        assertThat(connection.takeEvents()).isEqualTo(TcpEvents.RESTING);
        assertThat(connection.nextDeadline()).isEqualTo(Deadlines.NONE);
        connection.retractSend();
        assertThat(wire.buffers.bytesTaken()).isZero();
        wire.write("d").one();
        assertThat(connection.resting()).isFalse();
    }

    @Test
    void textThatArrivesPutsRestOff() {
        var wire = Wire.established(Wire.plain().restNanos(5 * SECOND).build());
        wire.write("abc").one();
        wire.receive("A", 1, 4);
        wire.at(3 * SECOND).receive("A", 1, 4, 65_535, "x").toDeadline().drain();
        wire.at(4 * SECOND).nothing();
        assertThat(wire.connection.resting()).isFalse();
        wire.at(SECOND).nothing();
        assertThat(wire.connection.resting()).isTrue();
        assertThat(wire.connection.takeEvents() & TcpEvents.RESTING)
                .as("what was received may have been read")
                .isNotZero();
    }

    @Test
    void whoWaitsForAnAcknowledgementDoesNotRest() {
        var wire = Wire.established(Wire.plain().restNanos(SECOND).build());
        wire.write("abc").one();
        for (int i = 0; i < 20; i++) {
            wire.toDeadline().drain();
            assertThat(wire.connection.resting()).isFalse();
        }
    }

    @Test
    void keepAliveDoesNotPutRestOff() {
        var config = Wire.plain().restNanos(5 * SECOND).keepAlive(true).keepAliveIdleNanos(3 * SECOND);
        var wire = Wire.established(config.build());
        wire.write("abc").one();
        wire.receive("A", 1, 4);
        wire.at(3 * SECOND).one();
        wire.receive("A", 1, 4);
        wire.at(2 * SECOND).nothing();
        assertThat(wire.connection.resting()).isTrue();
    }

    @Test
    void restThatIsSwitchedOffMeanwhileDoesNotComeAndTheClockGoesOn() {
        var config = Wire.plain().restNanos(SECOND).build();
        for (boolean acknowledged : new boolean[] {false, true}) {
            var wire = Wire.established(config);
            wire.write("abc").one();
            wire.connection.configure(wire.now, config.toBuilder().restNanos(0).build());
            if (acknowledged) {
                wire.receive("A", 1, 4);
            }
            for (int i = 0; i < 5 && wire.connection.nextDeadline() != Deadlines.NONE; i++) {
                // Proves each time that the next deadline lies in the future.
                wire.toDeadline().drain();
            }
            assertThat(wire.connection.resting()).isFalse();
        }
    }

    /// One that has sent, received, lost and timed a little, and is at rest.
    private static Wire rested(TcpConfigBuilder config) {
        var wire = Wire.established(config.restNanos(5 * SECOND).build());
        wire.write("abc").one();
        wire.at(SECOND / 50).receive("A", 1, 4).drain();
        wire.write("d").one();
        wire.toDeadline().drain();
        wire.receive("A", 1, 5, 65_535, "x").drain();
        wire.connection.consumed(wire.now, 1);
        wire.at(SECOND).drain();
        wire.at(5 * SECOND).nothing();
        assertThat(wire.connection.resting()).isTrue();
        wire.connection.takeEvents();
        return wire;
    }

    private static long rests(Wire wire) {
        return wire.context.counters().get(TcpCounters.RESTS);
    }

    @Test
    void whatIsKnownOfAConnectionAtRestIsWhatWasKnownBefore() {
        var wire = rested(Wire.plain().keepAlive(true));
        var connection = wire.connection;
        var before = connection.info(wire.now);
        long deadlineNanos = connection.nextDeadline();
        connection.rest();
        assertThat(rests(wire)).isOne();
        assertThat(connection.info(wire.now)).isEqualTo(before);
        assertThat(connection.nextDeadline()).isEqualTo(deadlineNanos);
        assertThat(connection.takeEvents()).isZero();
        connection.rest();
        assertThat(rests(wire)).as("looking at it has not woken it").isOne();
    }

    @Test
    void aConnectionThatRestedGoesOnAsOneThatDidNot() {
        var one = rested(Wire.plain());
        var other = rested(Wire.plain());
        one.connection.rest();
        for (var wire : List.of(one, other)) {
            wire.receive("A", 2, 5, 65_535, "yz").toDeadline();
            assertThat(wire.one().is("A", 5, 0, 4)).isTrue();
            wire.write("efg");
            assertThat(wire.one().is("PA", 5, 3, 4)).isTrue();
            // Retransmitted after the timeout that its round-trip times made, not the initial one.
            wire.toDeadline();
            assertThat(wire.one().is("PA", 5, 3, 4)).isTrue();
        }
        assertThat(one.now).isEqualTo(other.now);
        assertThat(one.connection.info(one.now)).isEqualTo(other.connection.info(other.now));
    }

    @Test
    void whatTheNetworkSaysOfNothingUnderWayDoesNotWakeIt() {
        var wire = rested(Wire.plain());
        wire.connection.rest();
        int seq = wire.connection.sndUna();
        assertThat(wire.connection.onUnreachable(wire.now, CloseCause.IcmpReason.NETWORK, seq))
                .isFalse();
        assertThat(wire.connection.onPacketTooBig(wire.now, 600, seq)).isFalse();
        wire.connection.retractSend();
        wire.connection.rest();
        assertThat(rests(wire)).isOne();
    }

    @Test
    void whoHasUnreadTextOrRoomToWriteIsNotPacked() {
        var wire = rested(Wire.plain());
        wire.connection.reserveSend(wire.now, 100);
        wire.at(5 * SECOND).nothing();
        assertThat(wire.connection.resting()).isTrue();
        wire.connection.takeEvents();
        wire.connection.rest();
        assertThat(rests(wire)).as("room to write").isZero();
        wire.connection.retractSend();
        wire.receive("A", 2, 5, 65_535, "yz").toDeadline().drain();
        wire.at(5 * SECOND).nothing();
        assertThat(wire.connection.resting()).isTrue();
        wire.connection.takeEvents();
        wire.connection.rest();
        assertThat(rests(wire)).as("unread text").isZero();
        wire.connection.consumed(wire.now, 2);
        wire.connection.rest();
        assertThat(rests(wire)).isOne();
    }

    @Test
    void eachEventHasABitOfItsOwn() throws IllegalAccessException {
        int all = 0;
        for (var field : TcpEvents.class.getFields()) {
            int event = field.getInt(null);
            assertThat(all & event).as(field.getName()).isZero();
            all |= event;
        }
        assertThat(all).isNotZero();
    }
}
