package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.CongestionAlgorithm;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathMtusTest {
    private static final SocketOptions OPTIONS = new SocketOptions(
            TcpConfig.builder()
                    .congestion(CongestionAlgorithm.NEW_RENO)
                    .timestamps(false)
                    .build(),
            SocketOptions.LINGER_OFF);

    private final Net net = new Net();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"8201:5.2", "1191:6.3"})
    void whatOneConnectionFindsOutTheNextOneKnowsForTenMinutes(boolean v4) throws SocketException {
        var first = net.pair(v4, OPTIONS, OPTIONS)[0];
        tooBig(v4, first, 1300);
        assertThat(first.connection().pathMtu()).isEqualTo(1300);
        assertThat(net.client.counters().get(StackCounters.ICMP_ERRORS)).isEqualTo(1);

        var second = net.pair(v4, OPTIONS, OPTIONS)[0];
        assertThat(second.connection().sndMss()).isEqualTo(1300 - (v4 ? 40 : 60));
        assertThat(net.pair(!v4, OPTIONS, OPTIONS)[0].connection().pathMtu()).isEqualTo(1500);

        net.now += 600 * Net.SECOND;
        assertThat(net.pair(v4, OPTIONS, OPTIONS)[0].connection().pathMtu()).isEqualTo(1500);
    }

    /// The client's next large packet is answered by a router.
    private void tooBig(boolean v4, TcpSocket socket, int mtu) {
        net.lost = packet -> packet.length > 1300;
        assertThat(net.write(socket, "x".repeat(1400))).isEqualTo(1400);
        net.settle();
        var large = net.sent.stream()
                .filter(packet -> packet.length > 1300)
                .toList()
                .getLast();
        net.client.onFrame(net.now, Packets.icmp(v4, Net.server(v4), v4 ? 3 : 2, v4 ? 4 : 0, mtu, large));
        net.settle();
        net.lost = packet -> false;
    }

    @ParameterizedTest
    @CsvSource({"1440,1006", "1000,552"})
    @Rfc("1191:5")
    void whereAnOldRouterDoesNotSayHowMuchTheNextCommonSizeIsTaken(int packetBytes, int mtu) throws SocketException {
        var socket = net.pair(true, OPTIONS, OPTIONS)[0];
        net.lost = packet -> packet.length > 900;
        net.write(socket, "x".repeat(packetBytes - 40));
        net.settle();
        var large = net.sent.getLast();
        assertThat(large).hasSize(packetBytes);
        net.client.onFrame(net.now, Packets.icmp(true, Net.SERVER_V4, 3, 4, 0, large));
        assertThat(socket.connection().pathMtu()).isEqualTo(mtu);
    }

    @Test
    void aStrangerWhoGuessesWrongTeachesNothing() throws SocketException {
        var socket = net.pair(true, OPTIONS, OPTIONS)[0];
        net.lost = packet -> packet.length > 1300;
        net.write(socket, "x".repeat(1400));
        net.settle();
        var wrong = net.sent.getLast().clone();
        wrong[24] ^= 0x40;
        net.client.onFrame(net.now, Packets.icmp(true, Net.SERVER_V4, 3, 4, 1300, wrong));
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(1);
        assertThat(socket.connection().pathMtu()).isEqualTo(1500);
        net.lost = packet -> false;
        assertThat(net.pair(true, OPTIONS, OPTIONS)[0].connection().pathMtu()).isEqualTo(1500);
    }

    @Test
    void theTableStaysSmallAndTheOldestGoFirst() throws SocketException {
        var paths = new PathMtus(new dev.levee.wire.SipHash(1, 2), 64);
        var connection = net.pair(true, OPTIONS, OPTIONS)[0];
        tooBig(true, connection, 1300);
        for (int host = 0; host < 10_000; host++) {
            paths.learn(net.now, 0, host, connection.connection());
        }
        assertThat(paths.count(net.now)).isEqualTo(64);
        assertThat(paths.count(net.now + 600 * Net.SECOND)).isZero();
    }

    @Test
    void ipv4PacketsAreNeverFragmented() throws SocketException {
        net.pair(true, OPTIONS, OPTIONS);
        for (var packet : net.sent) {
            var memory = java.lang.foreign.MemorySegment.ofArray(packet);
            assertThat(Bytes.u16(memory, 6)).as("only DF is set").isEqualTo(0x4000);
        }
    }
}
