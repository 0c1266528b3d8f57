package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A router in the middle whose next link is narrower, and who says so.
class NarrowHopTest {
    @ParameterizedTest
    @CsvSource({"false,1300", "false,600", "true,1300", "true,1280"})
    @Rfc({"1191:6.5", "8201:4"})
    void aTransferThroughANarrowHopLosesOneFlightAndNoTime(boolean v6, int mtu) {
        var pair = Pair.builder().v6(v6).impairment("delay=20ms").build();
        pair.network().narrow(pair.client(), pair.server(), mtu);
        long nanos = transfer(pair);
        // Ten round trips, no timeout.
        assertThat(nanos).isLessThan(Times.millis(400));
        var counters = pair.client().stack().tcpCounters();
        assertThat(counters.get(TcpCounters.PATH_MTU_REDUCTIONS)).isEqualTo(1);
        assertThat(counters.get(TcpCounters.TIMEOUT_RETRANSMITS)).isZero();
        assertThat(counters.get(TcpCounters.FAST_RETRANSMITS)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"false,900", "true,1300"})
    @Rfc("2923:2.1")
    void aPathThatSwallowsLargePacketsIsPassedAfterThreeTimeouts(boolean v6, int mtu) {
        var pair = Pair.builder().v6(v6).impairment("delay=20ms").build();
        pair.network().gate((now, from, to, packet) -> packet.length() <= mtu);
        assertThat(transfer(pair)).isLessThan(Times.seconds(5));
        var counters = pair.client().stack().tcpCounters();
        assertThat(counters.get(TcpCounters.BLACK_HOLES_GUESSED)).isBetween(1L, 2L);
    }

    private final Map<Pair, SimListener> listeners = new HashMap<>();

    private long transfer(Pair pair) {
        int octets = 100_000;
        var listener = listeners.computeIfAbsent(pair, Pair::listen);
        var connection = pair.establish(listener);
        connection.server().readEverything();
        long begin = pair.network().elapsedNanos();
        connection.client().send(Pattern.bytes(0, octets));
        pair.network()
                .runUntil(
                        "everything is delivered",
                        Times.seconds(60),
                        () -> connection.client().tcp().connection().bytesAcknowledged() == octets);
        return pair.network().elapsedNanos() - begin;
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void theNextConnectionToTheSameHostKnows(boolean v6) {
        var pair = Pair.builder().v6(v6).tcp(TcpConfig.DEFAULT).build();
        pair.network().narrow(pair.client(), pair.server(), 1300);
        transfer(pair);
        transfer(pair);
        assertThat(pair.client().stack().tcpCounters().get(TcpCounters.PATH_MTU_REDUCTIONS))
                .isEqualTo(1);
    }
}
