package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.tcp.TcpConfig;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final Impairment FIVE_MILLIS =
            Impairment.builder().delayNanos(Times.millis(5)).build();

    private static Pair.Builder builder() {
        var plain = TcpConfig.builder()
                .timestamps(false)
                .windowScaling(false)
                .delayedAckNanos(0)
                .build();
        return Pair.builder().impairment(FIVE_MILLIS).tcp(plain);
    }

    private static String picture(Ladder.Style style, Pair pair, int bytes) {
        var tap = new LadderTap(pair.client(), pair.server(), style);
        pair.network().tap(tap);
        var connection = pair.establish();
        connection.client().send(Pattern.bytes(0, bytes)).finish();
        connection.server().readEverything().onReadable(socket -> {
            if (socket.ended()) {
                socket.finish();
            }
        });
        pair.network().runUntilQuiet(Times.seconds(600));
        return tap.ladder().drain() + tap.ladder().finish();
    }

    @Test
    void handshakeDataAndCloseAreDrawnWithStates() {
        assertThat(picture(Ladder.Style.UNICODE, builder().build(), 100)).isEqualTo("""
                   client                                                                          server
             0.000 CLOSED                                                                          LISTEN
             0.000 SYN-SENT     ──── SYN seq 0 win 65535 ────────────────────────────────────────▶ SYN-RECEIVED
                                     <mss 1460>
             0.005 ESTABLISHED  ◀─── SYN,ACK seq 0 ack 1 win 65535 ───────────────────────────────
                                     <mss 1460>
             0.010              ──── ACK seq 1 ack 1 win 65535 ──────────────────────────────────▶ ESTABLISHED
             0.015 FIN-WAIT-1   ──── FIN,PSH,ACK seq 1:101 ack 1 win 65535 ──────────────────────▶ CLOSE-WAIT
             0.020 FIN-WAIT-2   ◀─── ACK seq 1 ack 102 win 65434 ─────────────────────────────────
             0.020 TIME-WAIT    ◀─── FIN,ACK seq 1 ack 102 win 65434 ───────────────────────────── LAST-ACK
             0.025              ──── ACK seq 102 ack 2 win 65534 ────────────────────────────────▶ CLOSED
            60.025 CLOSED
        """);
    }
}
