package dev.levee.sim;

import dev.levee.path.Impairment;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The runs that `docs/handshake.md` shows, of real stacks in virtual time: 10 ms from one side to the other.
///
/// Threads: one owner each.
final class HandshakeScenes {
    static final long DELAY_NANOS = Times.millis(10);
    private static final long LONG_NANOS = Times.seconds(1_200);
    /// When a duplicate comes that the network has kept: long after TIME-WAIT.
    private static final long LATE_NANOS = Times.seconds(600);
    private static final int MTU = 1500;

    /// What was delivered to the user of the server of the run that was made last.
    private List<String> delivered = List.of();

    /// Makes one of the runs.
    Scene run(String name) throws IOException {
        return switch (name) {
            case "life" -> life();
            case "third-lost" -> thirdLost();
            case "simultaneous-open" -> simultaneousOpen();
            case "three-segment-close" -> threeSegmentClose();
            case "half-close" -> halfClose();
            case "simultaneous-close" -> simultaneousClose();
            case "last-lost" -> lastLost();
            case "refused" -> refused();
            case "two-way" -> twoWay();
            case "three-way" -> threeWay();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /// What the server's user got, text by text; for the runs with duplicates.
    List<String> delivered() {
        return delivered;
    }

    /// A pair, its scene, and what watches it.
    private static final class Stage {
        private final Pair pair;
        private final Scene scene = new Scene("client", "server");
        private final SceneTap tap;
        private final StateWatch watch;
        private final SocketOptions options;

        private Stage(boolean allOptions) throws IOException {
            var plain = TcpConfig.builder()
                    .timestamps(allOptions)
                    .windowScaling(allOptions)
                    .build();
            var delay = Impairment.builder().delayNanos(DELAY_NANOS).build();
            pair = Pair.builder().impairment(delay).tcp(plain).build();
            tap = new SceneTap(scene, pair.client(), pair.server());
            watch = new StateWatch(pair.client(), _ -> true);
            options = new SocketOptions(plain, SocketOptions.DEFAULT.lingerNanos());
        }

        private SimNetwork network() {
            return pair.network();
        }

        private TcpState now() {
            return watch.state(Pair.CLIENT_PORT, Pair.SERVER_PORT);
        }

        /// An established connection.
        private Pair.Connection establish() {
            var listener = pair.listen();
            watch();
            return pair.establish(listener);
        }

        private void watch() {
            network().tap(tap);
            tap.look(network().clock().nowNanos());
        }

        /// Lets everything come to an end.
        private Scene end() {
            network().runUntilQuiet(LONG_NANOS);
            tap.look(network().clock().nowNanos());
            return scene;
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Scene life() throws IOException {
        var stage = new Stage(true);
        var connection = stage.establish();
        connection.server().readEverything().onReadable(socket -> {
            if (socket.ended()) {
                stage.network().after(Times.millis(100), socket::finish);
            }
        });
        connection.client().send(text("How are you?"));
        stage.network().after(Times.millis(50), () -> connection.server().send(text("Well.")));
        stage.network().after(Times.millis(200), () -> connection.client().finish());
        return stage.end();
    }

    private static Scene thirdLost() throws IOException {
        var stage = new Stage(false);
        stage.network().gate(losing(TcpState.ESTABLISHED, stage));
        var listener = stage.pair.listen();
        stage.watch();
        var near = stage.pair.connect();
        stage.network().runUntil("the client is connected", LONG_NANOS, near::connected);
        stage.network().after(Times.millis(300), () -> near.send(text("Hello?")));
        stage.network()
                .runUntil("the server is, too", LONG_NANOS, () -> listener.tcp().pending() > 0);
        var far = listener.accept();
        stage.network().after(Times.millis(200), () -> {
            near.abort();
            far.readEverything();
        });
        return stage.end();
    }

    /// Loses the first segment that the client sends in this state.
    private static Gate losing(TcpState state, Stage stage) {
        boolean[] lost = {false};
        return (_, from, _, _) -> {
            boolean now = !lost[0] && from == stage.pair.client() && stage.now() == state;
            lost[0] |= now;
            return !now;
        };
    }

    private static Scene simultaneousOpen() throws IOException {
        var stage = new Stage(false);
        stage.watch();
        var near = stage.pair.connect();
        var client = stage.pair.client().address();
        var far = stage.pair.server().connect(Pair.SERVER_PORT, client, Pair.CLIENT_PORT, stage.options);
        stage.network().runUntil("both are connected", LONG_NANOS, () -> near.connected() && far.connected());
        stage.network().after(Times.millis(100), near::abort);
        return stage.end();
    }

    /// The server's program closes before its stack has acknowledged the FIN that told it to.
    private static Scene threeSegmentClose() throws IOException {
        var stage = new Stage(false);
        var connection = stage.establish();
        stage.network().tap(new Tap() {
            @Override
            public void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {
                if (connection.server().state() == TcpState.CLOSE_WAIT) {
                    connection.server().finish();
                }
            }
        });
        stage.network().after(Times.millis(100), () -> connection.client().finish());
        return stage.end();
    }

    private static Scene halfClose() throws IOException {
        var stage = new Stage(false);
        var connection = stage.establish();
        connection.client().readEverything();
        stage.network()
                .after(
                        Times.millis(100),
                        () -> connection.client().send(text("sort")).finish());
        stage.network().after(Times.millis(300), () -> connection.server().send(text("a b ")));
        stage.network().after(Times.millis(400), () -> connection.server().send(text("c d")));
        stage.network().after(Times.millis(500), () -> connection.server().finish());
        connection.server().readEverything();
        return stage.end();
    }

    private static Scene simultaneousClose() throws IOException {
        var stage = new Stage(false);
        var connection = stage.establish();
        stage.network().after(Times.millis(100), () -> connection.client().finish());
        stage.network().after(Times.millis(100), () -> connection.server().finish());
        connection.client().readEverything();
        connection.server().readEverything();
        return stage.end();
    }

    private static Scene lastLost() throws IOException {
        var stage = new Stage(false);
        var connection = stage.establish();
        stage.network().gate(losing(TcpState.TIME_WAIT, stage));
        connection.client().readEverything();
        connection.server().readEverything();
        stage.network().after(Times.millis(100), () -> connection.client().finish());
        stage.network().after(Times.millis(200), () -> connection.server().finish());
        return stage.end();
    }

    private static Scene refused() throws IOException {
        var stage = new Stage(false);
        stage.watch();
        stage.pair.connect();
        return stage.end();
    }

    /// The client's order to pay, and much later what a network may have kept of it: the SYN and the text.
    private Scene twoWay() throws IOException {
        var stage = new Stage(false);
        var scene = new Scene("client", "server");
        var network = new SimNetwork(Impairment.NONE, 1);
        var client = network.host("client", stage.pair.client().stack().config());
        var server = new TwoWayServer(network, client, scene, DELAY_NANOS);
        delivered = server.delivered();
        var tap = new SceneTap(scene, client, null);
        var kept = new Kept();
        network.tap(kept);
        network.tap(tap);
        network.tap(server);
        tap.look(0);
        var near = client.connect(Pair.CLIENT_PORT, stage.pair.serverAddress(), Pair.SERVER_PORT, stage.options);
        network.runUntil("connected", LONG_NANOS, near::connected);
        near.send(text("Pay 100.")).finish();
        network.after(LATE_NANOS, () -> kept.packets.forEach(server::arrives));
        network.runUntilQuiet(LONG_NANOS);
        return scene;
    }

    private Scene threeWay() throws IOException {
        var stage = new Stage(false);
        var kept = new Kept();
        stage.network().tap(kept);
        var connection = stage.establish();
        var got = new ArrayList<String>();
        delivered = got;
        connection.server().onReadable(socket -> {
            var text = socket.received();
            if (text.length > 0) {
                got.add(new String(text, StandardCharsets.US_ASCII));
            }
            if (socket.ended()) {
                socket.finish();
            }
        });
        connection.client().send(text("Pay 100.")).finish();
        stage.network().after(LATE_NANOS, () -> {
            for (var octets : kept.packets) {
                var frame = FrameSlab.single(MTU);
                frame.fill(octets);
                stage.network().inject(stage.pair.server(), frame);
            }
        });
        var scene = stage.end();
        if (stage.network().elapsedNanos() < LATE_NANOS) {
            throw new AssertionError("no duplicate came");
        }
        return scene;
    }

    /// Keeps copies of the client's SYN and of its text.
    private static final class Kept implements Tap {
        private final List<byte[]> packets = new ArrayList<>();
        private final IpPacket ip = new IpPacket();
        private final Segment segment = new Segment(ip);

        @Override
        public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
            boolean good = ip.parse(packet) == DropReason.NONE && segment.parse() == DropReason.NONE;
            boolean client = segment.srcPort() == Pair.CLIENT_PORT;
            if (good && client && packets.size() < 2 && (segment.syn() || segment.payloadLength() > 0)) {
                packets.add(packet.toArray());
            }
        }
    }
}
