package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

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
}
