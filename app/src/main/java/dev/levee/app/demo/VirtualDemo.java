package dev.levee.app.demo;

import dev.levee.app.Problem;
import dev.levee.app.get.Bytes;
import dev.levee.sim.CaptureTap;
import dev.levee.sim.LadderTap;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimSocket;
import dev.levee.sim.Tap;
import dev.levee.sim.Times;
import dev.levee.stack.Limits;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Cidr;
import dev.levee.wire.LinkType;
import dev.levee.wire.PcapngWriter;
import dev.levee.wire.SipHash;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Two hosts with whole stacks on an imperfect path, in virtual time: the same settings give the same octets on
/// standard output, on every machine.
///
/// Threads: one owner; what it hands out for stopping, any.
public final class VirtualDemo {
    /// Virtual time that no scene needs, whatever the path does.
    private static final long PATIENCE_NANOS = Times.seconds(7 * 24 * 3600);
    /// 2026-01-01: captures need a date, and always the same one.
    private static final long EPOCH_NANOS = 1_767_225_600L * Times.SECOND;

    private final Settings settings;
    private final Show show;
    private final SimNetwork network;
    private final SimHost client;
    private final SimHost server;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;

    public VirtualDemo(Settings settings, Show show) {
        this.settings = settings;
        this.show = show;
        network = new SimNetwork(settings.impairment(), settings.seed());
        client = network.host("client", config(settings.client(), 1));
        server = network.host("server", config(settings.server(), 2));
    }

    private StackConfig config(Cidr address, long salt) {
        return new StackConfig(List.of(address), Settings.MTU, new SipHash(settings.seed(), salt), Limits.DEFAULT);
    }

    /// Plays all scenes.
    ///
    /// @param cleanup takes what ends the demo when the process is told to stop: the capture is whole then
    /// @throws Problem when the capture cannot be written, the download did not come as promised, or the demo
    ///     was stopped
    public List<Outcome> run(Consumer<AutoCloseable> cleanup) throws Problem {
        cleanup.accept(this::stop);
        network.tap(new Tap() {
            @Override
            public void settled(long nowNanos, SimHost host) {
                if (stopped) {
                    throw new Stopped();
                }
            }
        });
        try {
            playRecorded();
        } catch (Stopped _) {
            throw new Problem(1, "stopped");
        } finally {
            ended.countDown();
        }
        return outcomes;
    }

    private void stop() throws InterruptedException {
        stopped = true;
        // Closing the capture takes no longer.
        boolean _ = ended.await(1, TimeUnit.SECONDS);
    }

    /// Leaves the simulation from within.
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void playRecorded() throws Problem {
        var file = settings.capture();
        if (file == null) {
            play();
            return;
        }
        try (var writer = new PcapngWriter(new BufferedOutputStream(Files.newOutputStream(file)), "levee")) {
            int index = writer.addInterface("client", LinkType.RAW);
            network.tap(new CaptureTap(client, writer, index, EPOCH_NANOS));
            play();
        } catch (UncheckedIOException | IOException e) {
            throw new Problem("the capture " + file + " cannot be written: " + Problem.reason(e));
        }
    }

    private void play() throws Problem {
        show.say("Two hosts in this process, " + client.address() + " and " + server.address()
                + ", in virtual time; the path between them: " + settings.impairment() + "; seed " + settings.seed()
                + ".");
        download();
        abort();
        refused();
        vanished();
        show.table(outcomes);
    }

    private void download() throws Problem {
        show.scene("A download: the handshake, the transfer, and the close in four steps");
        var content = new Content(settings.seed(), settings.sizeBytes());
        var serving = new SimFileServer(content, server.listen(Settings.HTTP_PORT));
        var scene = new Scene(Settings.HTTP_PORT);
        var fetching = new SimFileClient(scene.socket, server.address().toString());
        network.tryUntil(PATIENCE_NANOS, () -> fetching.begun() || scene.over());
        show.ladder(scene.ladder.ladder().drain());
        show.beginBar();
        long beginNanos = network.elapsedNanos();
        while (!fetching.ended() && network.step()) {
            show.bar(fetching.download().bodyBytes(), content.size(), network.elapsedNanos() - beginNanos);
        }
        long transferNanos = network.elapsedNanos() - beginNanos;
        show.endBar();
        scene.settle();
        show.ladder(scene.ladder.ladder().finish());
        var download = fetching.download();
        if (!download.verify()) {
            scene.outcome("download", serving.socket());
            throw new Problem(
                    1,
                    "the download failed after " + Bytes.text(download.bodyBytes())
                            + (scene.socket.cause() == null
                                    ? ""
                                    : ": " + scene.socket.cause().describe()));
        }
        show.say("");
        show.say("   " + Bytes.text(content.size()) + " in " + Show.seconds(transferNanos) + " of virtual time, "
                + Bytes.rate(content.size(), transferNanos));
        show.say("   SHA-256 " + download.hex() + ", as the server said");
        scene.outcome("download", serving.socket());
    }

    private void abort() {
        show.scene("The other way to close: the client aborts, the server is told");
        var accepted = new SimSocket[1];
        var listener = server.listen(Settings.DISCARD_PORT).onAccept(socket -> accepted[0] = socket.readEverything());
        var scene = new Scene(Settings.DISCARD_PORT);
        scene.socket.send(new byte[Settings.ABORT_BYTES]);
        network.tryUntil(PATIENCE_NANOS, () -> scene.allAcknowledged() || scene.over());
        scene.socket.abort();
        scene.settle();
        listener.close();
        show.ladder(scene.ladder.ladder().finish());
        scene.tell(accepted[0]);
        scene.outcome("abort", accepted[0]);
    }

    private void refused() {
        show.scene("A port where nobody listens");
        var scene = new Scene(Settings.CLOSED_PORT);
        scene.settle();
        show.ladder(scene.ladder.ladder().finish());
        scene.tell(null);
        scene.outcome("refused", null);
    }

    private void vanished() {
        show.scene("A peer that vanishes: delivered or told");
        var accepted = new SimSocket[1];
        server.listen(Settings.DISCARD_PORT).onAccept(socket -> accepted[0] = socket.readEverything());
        var scene = new Scene(Settings.DISCARD_PORT);
        network.tryUntil(PATIENCE_NANOS, () -> accepted[0] != null && scene.socket.connected() || scene.over());
        scene.socket.send(new byte[Settings.LOST_BYTES]);
        // Somewhere in the middle of the data somebody pulls the cable.
        network.tryUntil(PATIENCE_NANOS, () -> scene.someAcknowledged() || scene.over());
        server.unplug();
        scene.settle();
        show.ladder(scene.ladder.ladder().finish());
        scene.tell(accepted[0]);
        if (accepted[0] != null && accepted[0].cause() == null) {
            show.say(Show.STILL_OPEN);
        }
        scene.outcome("vanished", null);
    }

    /// One connection of the client and what is seen of it.
    private final class Scene {
        private final long startNanos = network.elapsedNanos();
        private final long againBefore = retransmissions();
        private final LadderTap ladder;
        private final SimSocket socket;
        private long endNanos = -1;

        Scene(int port) {
            ladder = new LadderTap(client, server, port, settings.style());
            network.tap(ladder);
            socket = client.connect(server, port);
            socket.onClosed(_ -> endNanos = network.elapsedNanos());
        }

        boolean over() {
            return socket.cause() != null;
        }

        boolean allAcknowledged() {
            var connection = socket.tcp().connection();
            return socket.unsentCount() == 0
                    && connection.bytesWritten() > 0
                    && connection.bytesAcknowledged() == connection.bytesWritten();
        }

        boolean someAcknowledged() {
            return socket.tcp().connection().bytesAcknowledged() > 0;
        }

        /// Until the client's connection is over and nothing of it is under way any more.
        void settle() {
            network.tryUntil(PATIENCE_NANOS, () -> over() && gone());
            network.runFor(Times.seconds(1));
        }

        private boolean gone() {
            var state = socket.state();
            return state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
        }

        void tell(@Nullable SimSocket other) {
            show.say("");
            var cause = socket.cause();
            if (cause != null) {
                long undelivered = cause.undeliveredBytes();
                show.say("   client: " + cause.describe()
                        + (undelivered == 0 ? "" : "; " + undelivered + " bytes were written but never acknowledged"));
            }
            var otherCause = other == null ? null : other.cause();
            if (otherCause != null) {
                show.say("   server: " + otherCause.describe());
            }
        }

        void outcome(String name, @Nullable SimSocket other) {
            long delivered = socket.tcp().connection().bytesAcknowledged();
            var cause = socket.cause();
            long undelivered = cause == null ? 0 : cause.undeliveredBytes();
            var otherCause = other == null ? null : other.cause();
            if (other != null) {
                delivered += other.tcp().connection().bytesAcknowledged();
                undelivered += otherCause == null ? 0 : otherCause.undeliveredBytes();
            }
            long until = endNanos < 0 ? network.elapsedNanos() : endNanos;
            outcomes.add(new Outcome(
                    name,
                    cause,
                    otherCause,
                    delivered,
                    undelivered,
                    retransmissions() - againBefore,
                    until - startNanos));
        }

        private long retransmissions() {
            return client.stack().tcpCounters().get(TcpCounters.RETRANSMITS)
                    + server.stack().tcpCounters().get(TcpCounters.RETRANSMITS);
        }
    }
}
