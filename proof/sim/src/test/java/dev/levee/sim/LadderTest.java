package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.CaptureReader;
import dev.levee.wire.LinkType;
import dev.levee.wire.PcapngWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
                                     <mss 1460,sackOK>
             0.005 ESTABLISHED  ◀─── SYN,ACK seq 0 ack 1 win 65535 ───────────────────────────────
                                     <mss 1460,sackOK>
             0.010              ──── ACK seq 1 ack 1 win 65535 ──────────────────────────────────▶ ESTABLISHED
             0.015 FIN-WAIT-1   ──── FIN,PSH,ACK seq 1:101 ack 1 win 65535 ──────────────────────▶ CLOSE-WAIT
             0.020 FIN-WAIT-2   ◀─── ACK seq 1 ack 102 win 65434 ─────────────────────────────────
             0.020 TIME-WAIT    ◀─── FIN,ACK seq 1 ack 102 win 65434 ───────────────────────────── LAST-ACK
             0.025              ──── ACK seq 102 ack 2 win 65534 ────────────────────────────────▶ CLOSED
            60.025 CLOSED
        """);
    }

    @Test
    void lossesAndRepetitionsAreDrawnInAsciiToo() {
        var pair = builder().build();
        var tap = new LadderTap(pair.client(), pair.server(), Ladder.Style.ASCII);
        pair.network().tap(tap);
        var connection = pair.establish();
        pair.network().runFor(Times.millis(100));
        tap.ladder().drain();
        pair.server().unplug();
        connection.client().send(Pattern.bytes(0, 10));
        pair.network().runFor(Times.millis(100));
        pair.server().plug();
        pair.network().runFor(Times.millis(200));
        assertThat(tap.ladder().drain()).isEqualTo("""
                     0.115              ---- PSH,ACK seq 1:11 ack 1 win 65535 ---------------------------x
                     0.315              ---- PSH,ACK seq 1:11 ack 1 win 65535 (again) ------------------->
                     0.320              <--- ACK seq 1 ack 11 win 65525 ----------------------------------
                """);
    }

    @Test
    void simultaneousOpenShowsArrowsThatCross() {
        var pair = builder().build();
        var tap = new LadderTap(pair.client(), pair.server(), Ladder.Style.ASCII);
        pair.network().tap(tap);
        var plain = new SocketOptions(Script.PLAIN, SocketOptions.LINGER_OFF);
        pair.client().connect(5000, pair.server().address(), 6000, plain);
        pair.server().connect(6000, pair.client().address(), 5000, plain);
        pair.network().runFor(Times.seconds(1));
        var picture = tap.ladder().finish();
        assertThat(picture.lines().filter(line -> line.contains("ESTABLISHED"))).hasSize(2);
        assertThat(picture.lines().filter(line -> line.contains("SYN-RECEIVED")))
                .hasSize(2);
        assertThat(picture.lines().filter(line -> line.contains("SYN,ACK"))).hasSize(2);
    }

    @Test
    void longRunsOfDataAreCounted() {
        var picture = picture(Ladder.Style.UNICODE, builder().build(), 1_000_000);
        assertThat(picture.lines().count()).isLessThan(40);
        assertThat(picture).contains("more segments with ");
        long shown =
                picture.lines().filter(line -> line.contains("seq 1:1461 ")).count();
        assertThat(shown).isEqualTo(1);
    }

    @Test
    void corruptedPacketsAreMarked() {
        var pair =
                builder().toServer(Impairment.parse("corrupt=100%,delay=5ms")).build();
        var tap = new LadderTap(pair.client(), pair.server(), Ladder.Style.ASCII);
        pair.network().tap(tap);
        pair.listen();
        pair.connect();
        pair.network().runFor(Times.millis(10));
        assertThat(tap.ladder().drain()).contains("SYN seq 0 win 65535 (corrupted)");
    }

    @Test
    void otherConnectionsAreNotDrawn() {
        var pair = builder().build();
        var tap = new LadderTap(pair.client(), pair.server(), Ladder.Style.ASCII);
        pair.network().tap(tap);
        var listener = pair.listen();
        pair.establish(listener);
        pair.network().runFor(Times.millis(100));
        var picture = tap.ladder().drain();
        pair.establish(listener);
        pair.network().runFor(Times.millis(100));
        assertThat(picture).contains("SYN-SENT");
        assertThat(tap.ladder().drain()).isEmpty();
    }

    @Test
    void aCaptureOfOneSideHoldsWhatItSentAndReceived() throws IOException {
        var pair = builder().build();
        var file = new ByteArrayOutputStream();
        try (var writer = new PcapngWriter(file, "test")) {
            int number = writer.addInterface("client", LinkType.RAW);
            pair.network().tap(new CaptureTap(pair.client(), writer, number, Times.seconds(1_000_000)));
            pair.establish();
            pair.network().runFor(Times.millis(100));
        }
        assertThat(file.size()).isGreaterThan(3 * 40);
        int packets = 0;
        var reader = CaptureReader.open(new ByteArrayInputStream(file.toByteArray()));
        while (reader.next()) {
            packets++;
        }
        assertThat(packets).isEqualTo(3);
    }
}
