package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.EcnUse;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole transfers over bad paths: everything arrives, in order, once, and both sides learn that it ended well.
class TransferTest {
    private static final long AN_HOUR = Times.seconds(3600);

    /// Sends both ways at once, closes both ways, and returns when nothing is left.
    private static void transfer(Pair pair, int upBytes, int downBytes) {
        var network = pair.network();
        var listener = pair.listen();
        var client = pair.connect().readEverything();
        client.send(Pattern.bytes(0, upBytes)).finish();
        SimSocket[] server = new SimSocket[1];
        listener.onAccept(accepted -> {
            server[0] = accepted.readEverything();
            accepted.send(Pattern.bytes(7, downBytes)).finish();
        });
        network.runUntil(
                "both sides have ended",
                AN_HOUR,
                () -> client.ended()
                        && server[0] != null
                        && server[0].ended()
                        && client.cause() != null
                        && server[0].cause() != null);
        var up = server[0].received();
        var down = client.received();
        assertThat(up).hasSize(upBytes);
        assertThat(down).hasSize(downBytes);
        assertThat(Pattern.mismatch(0, up)).isEqualTo(-1);
        assertThat(Pattern.mismatch(7, down)).isEqualTo(-1);
        assertThat(client.cause()).isEqualTo(new CloseCause.Finished());
        assertThat(server[0].cause()).isEqualTo(new CloseCause.Finished());
        client.close();
        server[0].close();
        network.runUntilQuiet(AN_HOUR);
        assertThat(pair.client().stack().connectionCount()).isZero();
        assertThat(pair.server().stack().connectionCount()).isZero();
        assertThat(pair.client().stack().buffers().bytesTaken()).isZero();
        assertThat(pair.server().stack().buffers().bytesTaken()).isZero();
    }

    private static void lossy(long seed, boolean v6, String impairment, int bytes) {
        try {
            transfer(Pair.builder().seed(seed).v6(v6).impairment(impairment).build(), bytes, bytes / 2);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + (v6 ? " IPv6 " : " IPv4 ") + impairment + ": " + e, e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPerfectPathLosesNothingAndRetransmitsNothing(boolean v6) {
        var pair = Pair.builder().v6(v6).impairment("delay=5ms").build();
        transfer(pair, 3_000_000, 1_000_000);
        assertThat(pair.client().stack().tcpCounters().get(TcpCounters.RETRANSMITS))
                .isZero();
        assertThat(pair.server().stack().tcpCounters().get(TcpCounters.RETRANSMITS))
                .isZero();
    }

    /// The line's queue overflows where nobody asks for marks, and never where both sides do.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void marksAvoidAllLoss(boolean v6) {
        var line = "rate=20mbit,queue=200k,ecn=30k,delay=10ms";
        for (var congestion : CongestionAlgorithm.values()) {
            // The window is no reason why nothing is lost.
            var tcp = TcpConfig.builder()
                    .congestion(congestion)
                    .receiveBufferBytes(1 << 19)
                    .build();
            var without = Pair.builder().v6(v6).impairment(line).tcp(tcp).build();
            transfer(without, 6_000_000, 1_000);
            assertThat(without.client().stack().tcpCounters().get(TcpCounters.RETRANSMITS))
                    .as("what is lost where nothing is marked, %s", congestion)
                    .isPositive();
            var with = Pair.builder()
                    .v6(v6)
                    .impairment(line)
                    .tcp(tcp.toBuilder().ecn(EcnUse.ON).build())
                    .build();
            transfer(with, 6_000_000, 1_000);
            var counters = with.client().stack().tcpCounters();
            assertThat(counters.get(TcpCounters.RETRANSMITS))
                    .as("%s", congestion)
                    .isZero();
            assertThat(counters.get(TcpCounters.CONGESTION_ECHOES_IN)).isGreaterThan(2);
        }
    }

    @Test
    void everythingBadAtOnceForFiftySeeds() {
        for (long seed = 1; seed <= 50; seed++) {
            lossy(seed, seed % 2 == 0, "loss=5%,reorder=5%,duplicate=3%,corrupt=2%,delay=5ms,jitter=3ms", 60_000);
        }
    }

    /// Where even the repetitions are lost, a side may give up; then it says how much may not have arrived.
    @Test
    void onATerriblePathEverythingIsDeliveredOrTheUserIsTold() {
        int gaveUp = 0;
        for (long seed = 1; seed <= 60; seed++) {
            var pair = Pair.builder()
                    .seed(seed)
                    .v6(seed % 2 == 0)
                    .impairment("loss=40%,delay=20ms")
                    .build();
            var sockets = new ArrayList<SimSocket>();
            pair.listen()
                    .onAccept(accepted -> sockets.add(accepted.readEverything()
                            .send(Pattern.bytes(0, 10_000))
                            .finish()));
            sockets.add(pair.connect()
                    .readEverything()
                    .send(Pattern.bytes(0, 10_000))
                    .finish());
            pair.network().runUntilQuiet(AN_HOUR);
            assertThat(sockets).as("seed " + seed).hasSizeBetween(1, 2);
            for (var socket : sockets) {
                var cause = socket.cause();
                if (cause == null) {
                    // All was delivered, and the peer's FIN will never come: its RST was lost.
                    assertThat(socket.tcp().unacknowledgedBytes())
                            .as("seed " + seed)
                            .isZero();
                    continue;
                }
                var peer = sockets.get(sockets.size() - 1 - sockets.indexOf(socket));
                long arrived = peer == socket ? 0 : peer.tcp().connection().bytesReceived();
                assertThat(arrived)
                        .as("seed " + seed + " " + socket)
                        .isGreaterThanOrEqualTo(socket.tcp().connection().bytesWritten() - cause.undeliveredBytes());
                gaveUp += cause instanceof CloseCause.Finished ? 0 : 1;
            }
        }
        assertThat(gaveUp).isPositive();
    }

    @Test
    void aSlowLineWithAShortQueue() {
        for (long seed = 1; seed <= 5; seed++) {
            lossy(seed, false, "rate=10mbit,queue=20k,delay=20ms", 500_000);
        }
    }

    @Test
    void aLineThatReordersEverything() {
        for (long seed = 1; seed <= 10; seed++) {
            lossy(seed, true, "delay=10ms,jitter=10ms", 200_000);
        }
    }

    @Test
    @Tag("full")
    void everythingBadAtOnceForThousandSeeds() {
        for (long seed = 1000; seed < 2000; seed++) {
            lossy(seed, seed % 2 == 0, "loss=4%,reorder=10%,duplicate=5%,corrupt=2%,delay=3ms,jitter=5ms", 80_000);
        }
    }

    @Test
    void withoutOptionsToo() {
        var plain = Script.PLAIN;
        for (long seed = 1; seed <= 10; seed++) {
            var pair = Pair.builder()
                    .seed(seed)
                    .tcp(plain)
                    .impairment("loss=3%,reorder=3%,duplicate=2%,delay=5ms")
                    .build();
            transfer(pair, 100_000, 50_000);
        }
    }

    @Test
    void smallBuffersAndSmallSegments() {
        var small = TcpConfig.builder()
                .sendBufferBytes(4096)
                .receiveBufferBytes(4096)
                .mssMax(536)
                .build();
        for (long seed = 1; seed <= 10; seed++) {
            var pair = Pair.builder()
                    .seed(seed)
                    .tcp(small)
                    .impairment("loss=3%,delay=2ms")
                    .build();
            transfer(pair, 100_000, 50_000);
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(trace(5)).isEqualTo(trace(5)).isNotEqualTo(trace(6));
    }

    private static String trace(long seed) {
        var pair = Pair.builder()
                .seed(seed)
                .impairment("loss=10%,reorder=5%,delay=5ms")
                .build();
        var tap = new LadderTap(pair.client(), pair.server(), Ladder.Style.ASCII);
        pair.network().tap(tap);
        transfer(pair, 30_000, 10_000);
        return tap.ladder().finish();
    }

    @Test
    void aTransferPassesTheWrapOfSequenceNumbers() {
        var pair = Pair.builder()
                .impairment(Impairment.builder().delayNanos(Times.millis(5)).build())
                .build();
        var connection = pair.establish();
        assertThat(connection.client().tcp().connection().sndNxt()).isEqualTo(NearWrap.ISS + 1);
        assertThat(connection.server().tcp().connection().sndNxt()).isBetween(-(1 << 16), -1);
    }

    @Test
    void aStalledReaderStopsTheWriterAndAProbeFindsTheWindowOpen() {
        var config = TcpConfig.builder().receiveBufferBytes(1 << 19).build();
        var pair = Pair.builder().impairment("delay=5ms").tcp(config).build();
        var connection = pair.establish();
        connection.client().send(Pattern.bytes(0, 5_000_000));
        pair.network().runFor(Times.seconds(10));
        var tcp = connection.client().tcp().connection();
        assertThat(tcp.sndWnd()).isZero();
        assertThat(pair.client().stack().tcpCounters().get(TcpCounters.ZERO_WINDOW_PROBES))
                .isPositive();
        long before = tcp.bytesAcknowledged();
        pair.network().runFor(Times.seconds(300));
        assertThat(tcp.bytesAcknowledged()).isEqualTo(before);
        assertThat(connection.client().cause()).isNull();
        connection.server().readEverything();
        pair.network()
                .runUntil(
                        "all has arrived",
                        Times.seconds(200),
                        () -> connection.server().receivedCount() == 5_000_000);
        assertThat(Pattern.mismatch(0, connection.server().received())).isEqualTo(-1);
    }

    @Test
    void aWindowUpdateThatIsLostIsAskedFor() {
        var pair = Pair.builder().impairment("delay=5ms").build();
        var connection = pair.establish();
        connection.client().send(Pattern.bytes(0, 3_000_000));
        pair.network().runFor(Times.seconds(5));
        pair.server().unplug();
        connection.server().readEverything();
        pair.network().runFor(Times.millis(100));
        pair.server().plug();
        pair.network()
                .runUntil(
                        "all has arrived",
                        Times.seconds(200),
                        () -> connection.server().receivedCount() == 3_000_000);
        assertThat(Pattern.mismatch(0, connection.server().received())).isEqualTo(-1);
    }

    @Test
    void aVanishedPeerIsReportedWithTheUndeliveredOctets() {
        var pair = Pair.builder().impairment("delay=5ms").build();
        var connection = pair.establish();
        connection.server().readEverything();
        connection.client().send(Pattern.bytes(0, 1000));
        pair.network().runFor(Times.seconds(1));
        pair.server().unplug();
        connection.client().send(Pattern.bytes(1000, 500));
        pair.network()
                .runUntil(
                        "the client gives up",
                        Times.seconds(400),
                        () -> connection.client().cause() != null);
        assertThat(connection.client().cause())
                .isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 500));
        assertThat(pair.network().elapsedNanos()).isGreaterThan(Times.seconds(100));
    }

    @Test
    void aPeerThatNeverWasIsReported() {
        var pair = Pair.builder().build();
        pair.server().unplug();
        var client = pair.connect();
        pair.network().runUntil("the client gives up", Times.seconds(400), () -> client.cause() != null);
        assertThat(client.cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.CONNECT, 0));
        assertThat(pair.network().elapsedNanos()).isBetween(Times.seconds(179), Times.seconds(181));
    }

    @Test
    void aRefusedPortIsReported() {
        var pair = Pair.builder().impairment("delay=5ms").build();
        var client = pair.connect();
        pair.network().runUntil("the client is refused", Times.seconds(1), () -> client.cause() != null);
        assertThat(client.cause()).isEqualTo(new CloseCause.Refused(0));
    }

    @Test
    void manyConnectionsAtOnce() {
        var pair = Pair.builder().impairment("loss=2%,delay=5ms").build();
        pair.listen()
                .onAccept(server -> server.readEverything().onReadable(socket -> {
                    if (socket.ended()) {
                        socket.send(socket.received()).finish();
                    }
                }));
        var clients = new ArrayList<SimSocket>();
        for (int i = 0; i < 100; i++) {
            clients.add(
                    pair.connect().readEverything().send(Pattern.bytes(i, 2000)).finish());
        }
        pair.network()
                .runUntil("all have ended", AN_HOUR, () -> clients.stream().allMatch(SimSocket::ended));
        for (int i = 0; i < 100; i++) {
            var echo = clients.get(i).received();
            assertThat(echo).hasSize(2000);
            assertThat(Pattern.mismatch(i, echo)).isEqualTo(-1);
        }
    }
}
