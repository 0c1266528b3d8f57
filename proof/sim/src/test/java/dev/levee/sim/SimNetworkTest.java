package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.path.Impairment;
import dev.levee.stack.Limits;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.stack.StackCounters;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private static final Impairment TEN_MILLIS =
            Impairment.builder().delayNanos(Times.millis(10)).build();

    private static StackConfig config(String address) {
        return new StackConfig(List.of(Cidr.parse(address)), 1500, new SipHash(3, 4), Limits.DEFAULT);
    }

    @Test
    void packetsFindTheirHostByAddress() {
        var network = new SimNetwork(TEN_MILLIS, 1);
        var a = network.host("a", config("198.18.0.1/24"));
        var b = network.host("b", config("198.18.0.2/24"));
        var c = network.host("c", config("198.18.0.3/24"), Times.seconds(1_000_000));
        b.listen(7);
        c.listen(7);
        var toB = a.connect(b, 7);
        var toC = a.connect(c, 7);
        var nowhere = a.connect(0, IpAddress.parse("198.18.0.9"), 7, SocketOptions.DEFAULT);
        network.runFor(Times.millis(20));
        assertThat(toB.connected()).isTrue();
        assertThat(toC.connected()).isTrue();
        assertThat(nowhere.connected()).isFalse();
        assertThat(network.unroutable()).isEqualTo(1);
        assertThat(network.path(a, b).counters().offered()).isEqualTo(2);
        assertThat(network.path(c, a).counters().offered()).isEqualTo(1);
    }

    @Test
    void twoHostsCannotHaveOneAddress() {
        var network = new SimNetwork(Impairment.NONE, 1);
        network.host("a", config("198.18.0.1/24"));
        assertThatThrownBy(() -> network.host("b", config("198.18.0.1/16")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("198.18.0.1");
    }

    @Test
    void timePassesExactly() {
        var network = new SimNetwork(TEN_MILLIS, 1, -5);
        var order = new ArrayList<String>();
        network.after(Times.millis(2), () -> order.add("b " + network.elapsedNanos()));
        network.after(Times.millis(1), () -> order.add("a " + network.elapsedNanos()));
        network.after(Times.millis(2), () -> order.add("c " + network.elapsedNanos()));
        network.runFor(Times.millis(1));
        assertThat(order).containsExactly("a 1000000");
        network.runFor(Times.millis(9));
        assertThat(order).containsExactly("a 1000000", "b 2000000", "c 2000000");
        assertThat(network.elapsedNanos()).isEqualTo(Times.millis(10));
        assertThat(network.step()).isFalse();
    }

    @Test
    void whatDoesNotHappenInTimeFailsWithThePicture() {
        var pair = Pair.create();
        pair.establish();
        assertThatThrownBy(() -> pair.network().runUntil("pigs fly", Times.seconds(2), () -> false))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("not within 2.000 s: pigs fly")
                .hasMessageContaining("ESTABLISHED")
                .hasMessageContaining("client to server");
    }

    @Test
    void usersWhoNeverComeToRestAreALivelock() {
        var pair = Pair.create();
        var connection = pair.establish();
        var octet = new byte[1];
        connection.client().onReadable(socket -> socket.host().wake(socket));
        connection.server().send(octet);
        assertThatThrownBy(() -> pair.network().runFor(Times.seconds(1)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("livelock");
    }

    /// What the engine promises about its deadlines is believed of nobody.
    @Test
    void aStackThatBreaksItsPromisesIsSeen() {
        var host = Pair.create().client();
        host.checkSilent();
        host.checkAtRest(host.nowNanos() + 1);
        assertThatThrownBy(() -> host.checkAtRest(host.nowNanos()))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("has nothing to send at 0.000 s, but its deadline is");
        host.connect(0, Cidr.parse("198.18.0.9/24").address(), 7, SocketOptions.DEFAULT);
        assertThatThrownBy(host::checkSilent)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("before its deadline");
    }

    @Test
    void anUnpluggedHostHearsAndSaysNothing() {
        var pair = Pair.builder().impairment(TEN_MILLIS).build();
        var connection = pair.establish();
        pair.client().unplug();
        connection.server().send(new byte[10]);
        connection.client().send(new byte[10]);
        pair.network().runFor(Times.seconds(5));
        assertThat(connection.client().tcp().connection().bytesReceived()).isZero();
        assertThat(connection.server().tcp().connection().bytesReceived()).isZero();
        pair.client().plug();
        pair.network().runFor(Times.seconds(5));
        assertThat(connection.client().received()).hasSize(10);
        assertThat(connection.server().received()).hasSize(10);
    }

    @Test
    void anExchangeRunsByCallbacksAlone() {
        var pair = Pair.builder().impairment(TEN_MILLIS).build();
        var events = new ArrayList<String>();
        pair.listen()
                .onAccept(server -> server.onReadable(socket -> {
                    var request = new String(socket.received(), StandardCharsets.US_ASCII);
                    if (request.startsWith("GET")) {
                        events.add("asked at " + Times.format(pair.network().elapsedNanos()));
                        socket.send(Pattern.bytes(0, 200_000)).finish();
                    }
                }));
        var client = pair.connect().readEverything();
        client.onConnected(socket -> {
            events.add("connected at " + Times.format(pair.network().elapsedNanos()));
            socket.send("GET /\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        client.onReadable(socket -> {
            if (socket.ended()) {
                events.add("answered with " + socket.receivedCount());
                socket.close();
            }
        });
        client.onClosed(socket -> events.add("closed: " + socket.cause()));
        pair.network().runUntilQuiet(Times.seconds(200));
        assertThat(events)
                .containsExactly("connected at 0.020", "asked at 0.030", "answered with 200000", "closed: Finished[]");
        assertThat(Pattern.mismatch(0, client.received())).isEqualTo(-1);
    }

    @Test
    void writableIsToldWhenThereIsRoom() {
        var pair = Pair.builder().impairment(TEN_MILLIS).build();
        var connection = pair.establish();
        connection.server().readEverything();
        var chunk = new byte[100_000];
        long[] written = {0};
        connection.client().onWritable(socket -> {
            while (written[0] < 5_000_000) {
                int count = socket.write(chunk, 0, (int) Math.min(chunk.length, 5_000_000 - written[0]));
                if (count == TcpSocket.WOULD_BLOCK) {
                    return;
                }
                written[0] += count;
            }
        });
        pair.client().wake(connection.client());
        pair.network()
                .runUntil(
                        "all has arrived",
                        Times.seconds(60),
                        () -> connection.server().receivedCount() == 5_000_000);
        assertThat(written[0]).isEqualTo(5_000_000);
    }

    @Test
    void aFullAcceptQueueDropsSynsUntilSomebodyAccepts() {
        var pair = Pair.builder().backlog(1).impairment(TEN_MILLIS).build();
        var listener = pair.listen();
        var first = pair.connect();
        pair.network().runFor(Times.millis(100));
        var second = pair.connect();
        pair.network().runFor(Times.millis(500));
        assertThat(first.connected()).isTrue();
        assertThat(second.state()).isEqualTo(TcpState.SYN_SENT);
        assertThat(pair.server().stack().counters().get(StackCounters.ACCEPT_QUEUE_FULL))
                .isEqualTo(1);
        listener.accept();
        pair.network().runFor(Times.seconds(2));
        assertThat(second.connected()).isTrue();
    }

    @Test
    void aClosedListenerResetsWhatNobodyAccepted() {
        var pair = Pair.builder().impairment(TEN_MILLIS).build();
        var listener = pair.listen();
        var client = pair.connect();
        pair.network().runFor(Times.millis(100));
        listener.close();
        pair.network().runFor(Times.millis(100));
        assertThat(client.cause()).isEqualTo(new CloseCause.Reset(0));
    }

    @Test
    void tapsSeeWhatIsSentLostAndArrived() {
        var pair = Pair.builder().impairment(TEN_MILLIS).build();
        int[] counts = new int[3];
        pair.network().tap(new Tap() {
            @Override
            public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
                counts[copies == 0 ? 1 : 0]++;
            }

            @Override
            public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
                counts[2]++;
            }
        });
        pair.establish();
        pair.network().runFor(Times.seconds(1));
        assertThat(counts).containsExactly(3, 0, 3);
        pair.server().unplug();
        pair.connect();
        pair.network().runFor(Times.millis(100));
        assertThat(counts).containsExactly(3, 1, 3);
    }
}
