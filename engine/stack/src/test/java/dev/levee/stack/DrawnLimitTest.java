package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.SeededRandom;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawnLimitTest {
    private static final SipHash KEY = new SipHash(3, 4);
    private static final IpAddress ATTACKER = IpAddress.parse("198.18.0.77");

    private static int takenAt(DrawnLimit limit, long nowNanos) {
        int taken = 0;
        for (int i = 0; i < 100; i++) {
            taken += limit.take(nowNanos) ? 1 : 0;
        }
        return taken;
    }

    /// Each number from half the mean to one and a half of it, the mean most often, and seldom those at the edges.
    @Test
    void eachSecondsNumberIsDrawn() {
        var limit = new DrawnLimit(KEY, 0, 20);
        var seen = new TreeMap<Integer, Integer>();
        int seconds = 121_000;
        long all = 0;
        for (int second = 0; second < seconds; second++) {
            int taken = takenAt(limit, second * Net.SECOND);
            all += taken;
            seen.merge(taken, 1, Integer::sum);
        }
        assertThat(seen.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(10, 30).boxed().toList());
        assertThat((double) all / seconds).isBetween(19.9, 20.1);
        for (int number = 10; number <= 30; number++) {
            int ways = 11 - Math.abs(number - 20);
            assertThat(seen.get(number)).as("%d", number).isBetween(800 * ways, 1_200 * ways);
        }
    }

    @Test
    void withoutTheKeyAndForAnotherUseItIsAnother() {
        var limit = new DrawnLimit(KEY, 0, 20);
        var same = new DrawnLimit(KEY, 0, 20);
        var otherUse = new DrawnLimit(KEY, 1, 20);
        var otherKey = new DrawnLimit(new SipHash(3, 5), 0, 20);
        int differForUse = 0;
        int differForKey = 0;
        for (int second = 0; second < 300; second++) {
            int taken = takenAt(limit, second * Net.SECOND);
            assertThat(takenAt(same, second * Net.SECOND)).isEqualTo(taken);
            differForUse += takenAt(otherUse, second * Net.SECOND) == taken ? 0 : 1;
            differForKey += takenAt(otherKey, second * Net.SECOND) == taken ? 0 : 1;
        }
        assertThat(differForUse).isGreaterThan(250);
        assertThat(differForKey).isGreaterThan(250);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1_000, Long.MIN_VALUE, Long.MAX_VALUE - 1_000})
    void nothingIsLeftUntilTheNextSecondOfTheClock(long startNanos) {
        var limit = new DrawnLimit(KEY, 0, 20);
        assertThat(takenAt(limit, startNanos)).isBetween(10, 30);
        assertThat(takenAt(limit, startNanos)).isZero();
        long next = startNanos - Math.floorMod(startNanos, Net.SECOND) + Net.SECOND;
        assertThat(takenAt(limit, next)).isBetween(10, 30);
    }

    @Test
    void aMeanOfNoneGivesNoneAndOfOneAlwaysOne() {
        for (int second = 0; second < 100; second++) {
            assertThat(takenAt(new DrawnLimit(KEY, 0, 0), second * Net.SECOND)).isZero();
            assertThat(takenAt(new DrawnLimit(KEY, 0, 1), second * Net.SECOND)).isEqualTo(1);
        }
    }

    /// Somebody wants to know from which port another host is connected. In its name he sends to the server
    /// from five ports, and then so much in his own that he gets no more RSTs: were the server's limit a known
    /// number, he would count one more wherever the connection has taken one of the five.
    @Test
    void whatOthersGotCannotBeCountedInOnesOwnAnswers() throws SocketException {
        var limits = new Limits(100, 10, 1 << 20, 64, 20);
        var net = new Net(
                1,
                Net.config("198.18.0.1/24", "2001:db8::1/64", limits, 1),
                Net.config("198.18.0.2/24", "2001:db8::2/64", limits, 2));
        var listener = net.listen(ListenOptions.DEFAULT);
        int connectedPort = 40_000;
        net.client.connect(net.now, null, connectedPort, Net.SERVER_V4, Net.PORT, SocketOptions.DEFAULT);
        net.settle();
        Net.accept(listener);
        var random = new SeededRandom(9);
        int right = 0;
        int rounds = 400;
        for (int round = 0; round < rounds; round++) {
            net.now += Net.SECOND;
            boolean connected = random.nextInt(2) == 0;
            for (int i = 0; i < 5; i++) {
                int port = connected && i == 3 ? connectedPort : 1_000 + i;
                resets(net, Packets.tcp(Net.CLIENT_V4, port, Net.SERVER_V4, Net.PORT, TcpFlags.ACK, 1, 1, 0));
            }
            int own = 0;
            for (int i = 0; i < 60; i++) {
                own += resets(net, Packets.tcp(ATTACKER, 2_000 + i, Net.SERVER_V4, 9, TcpFlags.ACK, 1, 1, 0));
            }
            right += own > 20 - 5 == connected ? 1 : 0;
        }
        assertThat(right).as("guesses that were right, of %d", rounds).isBetween(rounds * 2 / 5, rounds * 3 / 5);
        assertThat(net.server.connectionCount()).isEqualTo(1);
    }

    /// @return how many RSTs the attacker got for it
    private static int resets(Net net, Frame frame) {
        net.server.onFrame(net.now, frame);
        int resets = 0;
        while (net.server.poll(net.now, net.frame)) {
            var answer = Packets.read(net.frame);
            resets += answer.rst() && answer.ip().destination().equals(ATTACKER) ? 1 : 0;
        }
        return resets;
    }
}
