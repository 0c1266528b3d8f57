package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import org.junit.jupiter.api.Test;

/// Sizes of buffers that are set on an open connection.
class BufferSizeTest {
    private static final TcpConfig BORN = Wire.plain()
            .windowScaling(true)
            .receiveBufferBytes(1 << 14)
            .sendBufferBytes(1 << 14)
            .build();

    /// The peer's window is as large as it can be said without a scale; ours is scaled by 4.
    private final Wire wire = Wire.passive(
            BORN.toBuilder().windowShift(2).build(), syn -> syn.mss(1000).windowScale(0));

    private int promised() {
        return wire.one().window() << 2;
    }

    private void open() {
        wire.drain();
        wire.receive("A", 1, 1, 65_535, "");
        wire.drain();
    }

    private void configure(TcpConfigBuilder changed) {
        wire.connection.configure(wire.now, changed.windowShift(2).build());
    }

    @Test
    void aLargerReceiveBufferIsPromisedAtOnceAsFarAsTheScaleLetsIt() {
        open();
        configure(BORN.toBuilder().receiveBufferBytes(1 << 17));
        wire.receive("A", 1, 1, 65_535, Wire.text(1000));
        wire.receive("A", 1001, 1, 65_535, Wire.text(1000));
        int window = promised();
        assertThat(window).isBetween((1 << 17) - 2004, (1 << 17) - 2000);

        configure(BORN.toBuilder().receiveBufferBytes(1 << 20));
        wire.receive("A", 2001, 1, 65_535, Wire.text(1000));
        wire.receive("A", 3001, 1, 65_535, Wire.text(1000));
        assertThat(promised()).isEqualTo(0xffff << 2);
    }

    @Test
    void aPeerThatWaitsForRoomHearsOfALargerBuffer() {
        open();
        int at = 1;
        for (; wire.connection.available() < (1 << 14) - 1000; at += 1000) {
            wire.receive("A", at, 1, 65_535, Wire.text(1000)).drain();
        }
        configure(BORN.toBuilder().receiveBufferBytes(1 << 15));
        assertThat(promised()).isGreaterThan(1 << 14);
    }

    @Test
    @Rfc("9293:SHLD-14")
    void aSmallerReceiveBufferTakesWhatWasPromised() {
        open();
        configure(BORN.toBuilder().receiveBufferBytes(1 << 12));
        int at = 1;
        int edge = 1 + (1 << 14) - 4;
        for (; at + 1000 <= edge; at += 1000) {
            wire.receive("A", at, 1, 65_535, Wire.text(1000));
            for (var sent : wire.drain()) {
                assertThat(at + 1000 + (sent.window() << 2)).isBetween(edge - 8, edge);
            }
        }
        assertThat(wire.connection.available()).isEqualTo(at - 1);
        wire.read(1 << 14);
        wire.receive("A", at, 1, 65_535, "x").receive("A", at + 1, 1, 65_535, "x");
        assertThat(wire.drain().getLast().window() << 2).isLessThanOrEqualTo(1 << 12);
    }

    @Test
    void theSendBufferTakesAsMuchAsItIsSetTo() {
        open();
        assertThat(wire.connection.sendRoom()).isEqualTo(1 << 14);
        configure(BORN.toBuilder().sendBufferBytes(1 << 20));
        assertThat(wire.connection.sendRoom()).isEqualTo(1 << 20);
        wire.write(Wire.text(10_000));
        configure(BORN.toBuilder().sendBufferBytes(1 << 12));
        assertThat(wire.connection.sendRoom()).isZero();
        int sent = 0;
        while (sent < 10_000) {
            sent += wire.drain().stream().mapToInt(Wire.Sent::length).sum();
            wire.receive("A", 1, 1 + sent, 65_535, "");
        }
        assertThat(wire.connection.sendRoom()).isEqualTo(1 << 12);
    }
}
