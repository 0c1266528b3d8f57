package dev.levee.app.demo;

import dev.levee.app.Problem;
import dev.levee.app.get.Bytes;
import dev.levee.link.CaptureLink;
import dev.levee.link.ImpairedLink;
import dev.levee.link.Link;
import dev.levee.link.LinkException;
import dev.levee.link.MemoryLink;
import dev.levee.net.Host;
import dev.levee.net.TcpException;
import dev.levee.net.TcpStream;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The same scenes as [VirtualDemo] on real shards, real threads and the real clock: two hosts joined by a
/// cable in memory.
///
/// Threads: one owner.
public final class LiveDemo {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /// A peer that has vanished is given up after this time instead of 100 s.
    private static final long GIVE_UP_NANOS = 3_000_000_000L;
    private static final long SETTLE_MILLIS = 5_000;

    private final Settings settings;
    private final Show show;
    private final LiveLadder ladder;
    private final List<Outcome> outcomes = new ArrayList<>();

    public LiveDemo(Settings settings, Show show) {
        this.settings = settings;
        this.show = show;
        this.ladder = new LiveLadder(settings.style());
    }

    /// Plays all scenes.
    ///
    /// @throws Problem when the capture cannot be written, or the download did not come as promised
    public List<Outcome> run(Consumer<AutoCloseable> cleanup) throws Problem {
        var cable = MemoryLink.pair(Settings.MTU);
        var watched = new WatchedLink(new ImpairedLink(cable.a(), settings.impairment(), System::nanoTime), ladder);
        Link outermost = watched;
        var file = settings.capture();
        if (file != null) {
            try {
                outermost = CaptureLink.open(watched, file, epochClock());
            } catch (LinkException e) {
                throw new Problem(String.valueOf(e.getMessage()));
            }
        }
        try (var client = Host.builder()
                        .link(outermost)
                        .address(settings.client())
                        .start();
                var server = Host.builder()
                        .link(cable.b())
                        .address(settings.server())
                        .start()) {
            cleanup.accept(server);
            cleanup.accept(client);
            show.say("Two hosts in this process, " + settings.client().address() + " and "
                    + settings.server().address() + ", on real threads and the real clock; the path between them: "
                    + settings.impairment() + "; seed " + settings.seed() + ".");
            var content = new Content(settings.seed(), settings.sizeBytes());
            play(new Play(client, server, new LiveServer(server, content), content, watched));
            show.table(outcomes);
        } catch (IOException e) {
            throw new Problem(1, "the demo failed: " + Problem.reason(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Problem(1, "interrupted");
        }
        return outcomes;
    }

    private static java.util.function.LongSupplier epochClock() {
        long offset = System.currentTimeMillis() * 1_000_000L - System.nanoTime();
        return () -> System.nanoTime() + offset;
    }

    private record Play(Host client, Host server, LiveServer serving, Content content, WatchedLink watched) {}

    private void play(Play play) throws IOException, InterruptedException, Problem {
        download(play);
        abort(play);
        refused(play);
        vanished(play);
    }

    private TcpStream connect(Play play, int port, boolean listening) throws IOException {
        ladder.draw(port, listening);
        return play.client.connect(settings.server().address(), port, play.client.connectOptions());
    }

    private void download(Play play) throws IOException, InterruptedException, Problem {
        show.scene("A download: the handshake, the transfer, and the close in four steps");
        var scene = new Scene(play);
        var served = play.serving.file();
        var download = new Download();
        long transferNanos;
        try (var stream = connect(play, Settings.HTTP_PORT, true)) {
            var request = Content.request(settings.server().address().toString());
            stream.write(request, 0, request.length);
            long beginNanos = System.nanoTime();
            receive(stream, download, play.content.size(), beginNanos);
            transferNanos = System.nanoTime() - beginNanos;
            show.endBar();
            stream.closeAndAwaitDelivery(PATIENCE);
            scene.delivered = request.length + download.bodyBytes();
        }
        var server = await(served);
        ladder.awaitEnd();
        show.ladder(ladder.finish());
        if (!download.verify()) {
            throw new Problem(1, "the download failed after " + Bytes.text(download.bodyBytes()));
        }
        show.say("");
        show.say("   " + Bytes.text(play.content.size()) + " in " + Show.seconds(transferNanos) + ", "
                + Bytes.rate(play.content.size(), transferNanos));
        show.say("   SHA-256 " + download.hex() + ", as the server said");
        outcomes.add(scene.outcome("download", new CloseCause.Finished(), server));
    }

    private void receive(TcpStream stream, Download download, long size, long beginNanos) throws IOException {
        var buffer = new byte[1 << 16];
        boolean begun = false;
        for (int count = stream.read(buffer, 0, buffer.length);
                count >= 0;
                count = stream.read(buffer, 0, buffer.length)) {
            if (!begun) {
                begun = true;
                show.ladder(ladder.drain());
                show.beginBar();
            }
            download.take(buffer, count);
            show.bar(download.bodyBytes(), size, System.nanoTime() - beginNanos);
        }
    }

    private void abort(Play play) throws IOException, InterruptedException {
        show.scene("The other way to close: the client aborts, the server is told");
        var scene = new Scene(play);
        var served = play.serving.discard();
        try (var stream = connect(play, Settings.DISCARD_PORT, true)) {
            stream.write(new byte[Settings.ABORT_BYTES], 0, Settings.ABORT_BYTES);
            stream.awaitDelivered(PATIENCE);
            scene.delivered = Settings.ABORT_BYTES;
            stream.abort();
        }
        var server = await(served);
        show.ladder(ladder.finish());
        var client = new CloseCause.Aborted(CloseCause.AbortReason.USER, 0);
        tell(client, server);
        outcomes.add(scene.outcome("abort", client, server));
    }

    private void refused(Play play) throws IOException {
        show.scene("A port where nobody listens");
        var scene = new Scene(play);
        CloseCause client = new CloseCause.Finished();
        try (var stream = connect(play, Settings.CLOSED_PORT, false)) {
            stream.abort();
        } catch (TcpException e) {
            client = e.closeCause();
        }
        show.ladder(ladder.finish());
        tell(client, null);
        outcomes.add(scene.outcome("refused", client, null));
    }

    private void vanished(Play play) throws IOException, InterruptedException {
        show.scene("A peer that vanishes: delivered or told");
        var scene = new Scene(play);
        var served = play.serving.discard();
        var impatient = TcpConfig.DEFAULT.toBuilder().r2Nanos(GIVE_UP_NANOS).build();
        ladder.draw(Settings.DISCARD_PORT, true);
        var options = play.client.connectOptions().withSocket(new SocketOptions(impatient, SocketOptions.LINGER_OFF));
        CloseCause client = new CloseCause.Finished();
        long written = 0;
        try (var stream = play.client.connect(settings.server().address(), Settings.DISCARD_PORT, options)) {
            int half = Settings.LOST_BYTES / 2;
            stream.write(new byte[half], 0, half);
            written = half;
            stream.awaitDelivered(PATIENCE);
            play.watched.unplug();
            stream.write(new byte[half], 0, half);
            written += half;
            stream.awaitDelivered(PATIENCE);
        } catch (TcpException e) {
            client = e.closeCause();
        }
        // Whenever it ended, what was written was either acknowledged or is told.
        scene.delivered = Math.max(0, written - client.undeliveredBytes());
        show.ladder(ladder.finish());
        tell(client, served.getNow(null));
        if (!served.isDone()) {
            show.say(Show.STILL_OPEN);
        }
        outcomes.add(scene.outcome("vanished", client, null));
    }

    private static @Nullable CloseCause await(CompletableFuture<CloseCause> served) throws InterruptedException {
        try {
            return served.get(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException _) {
            return null;
        }
    }

    private void tell(CloseCause client, @Nullable CloseCause server) {
        long undelivered = client.undeliveredBytes();
        show.say("");
        show.say("   client: " + client.describe()
                + (undelivered == 0 ? "" : "; " + undelivered + " bytes were written but never acknowledged"));
        if (server != null) {
            show.say("   server: " + server.describe());
        }
    }

    /// What is counted of one connection.
    private static final class Scene {
        private final Play play;
        private final long startNanos = System.nanoTime();
        private final long againBefore;
        private long delivered;

        Scene(Play play) {
            this.play = play;
            this.againBefore = retransmissions(play);
        }

        Outcome outcome(String name, CloseCause client, @Nullable CloseCause server) {
            long undelivered = client.undeliveredBytes() + (server == null ? 0 : server.undeliveredBytes());
            return new Outcome(
                    name,
                    client,
                    server,
                    delivered,
                    undelivered,
                    retransmissions(play) - againBefore,
                    System.nanoTime() - startNanos);
        }

        private static long retransmissions(Play play) {
            return play.client.counters().tcp(TcpCounters.RETRANSMITS)
                    + play.server.counters().tcp(TcpCounters.RETRANSMITS);
        }
    }
}
