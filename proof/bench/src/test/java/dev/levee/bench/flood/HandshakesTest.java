package dev.levee.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandshakesTest {
    private final Handshakes handshakes = new Handshakes();

    private void succeed(long micros) {
        handshakes.attempted();
        handshakes.succeeded(micros * 1_000);
    }

    @Test
    void percentilesAreOfThoseThatWereNoSlower() {
        for (int micros = 100; micros >= 1; micros--) {
            succeed(micros);
        }

        assertThat(handshakes.micros(500)).isEqualTo(50);
        assertThat(handshakes.micros(990)).isEqualTo(99);
        assertThat(handshakes.micros(991)).isEqualTo(100);
        assertThat(handshakes.micros(0)).isEqualTo(1);
    }

    @Test
    void oneThatFailsCountsAsAllThePatienceOfItsClient() {
        succeed(10);
        handshakes.attempted();
        assertThat(handshakes.allOver()).isFalse();
        handshakes.failed(true);

        assertThat(handshakes.allOver()).isTrue();
        assertThat(handshakes.attempts()).isEqualTo(2);
        assertThat(handshakes.successes()).isEqualTo(1);
        assertThat(handshakes.reapedByMistake()).isEqualTo(1);
        assertThat(handshakes.micros(990)).isEqualTo(3_000_000);
    }

    @Test
    void withoutAnyThereIsNoTime() {
        assertThat(handshakes.micros(990)).isZero();
    }
}
