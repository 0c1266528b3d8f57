package dev.levee.junit.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.junit.LeveeNetwork;
import dev.levee.junit.Programs;
import dev.levee.junit.SeededTest;
import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.sim.Ladder;
import dev.levee.sim.LadderTap;
import dev.levee.sim.Pair;
import dev.levee.sim.Pattern;
import dev.levee.sim.Script;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// The pieces of `docs/simulated-tests.md`, run; and that each piece on the page is one that runs.
class PageTest {
    @Retention(RetentionPolicy.RUNTIME)
    @LeveeNetwork(loss = 0.01, delay = "60ms", jitter = "5ms", rate = "5mbit")
    @interface MobileNetwork {}

    @MobileNetwork
    @SeededTest(seeds = 5)
    void anUploadFromTheTrain(SimNetwork network, SimHost client, SimHost server, SeededRandom random) {
        var upload = Pattern.bytes(0, 1 + random.nextInt(100_000));
        var arrived = new ArrayList<byte[]>();
        server.listen(80)
                .onAccept(socket -> socket.readEverything().onReadable(it -> {
                    if (it.ended()) {
                        arrived.add(it.received());
                        it.finish();
                    }
                }));
        var socket = client.connect(server, 80).send(upload).finish();
        network.runUntil("both sides have ended", Times.seconds(600), () -> socket.cause() != null);
        assertThat(socket.cause()).isEqualTo(new CloseCause.Finished());
        assertThat(arrived).containsExactly(upload);
    }

    @Test
    @LeveeNetwork(delay = "10ms")
    void aCableIsCut(Programs programs, SimNetwork network, SimHost client, SimHost server) throws IOException {
        var listener = programs.listen(server, 7);
        try (var stream = programs.connect(client, server, 7);
                var accepted = listener.accept()) {
            stream.output().write("delivered".getBytes(UTF_8));
            programs.sleep(Duration.ofSeconds(1));
            server.unplug();
            stream.output().write("lost".getBytes(UTF_8));
            assertThatThrownBy(() -> stream.input().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageEndingWith("octets that the peer may not have: 4");
            assertThat(accepted.input().available()).isEqualTo(9);
        }
    }

    @Test
    @LeveeNetwork
    void thePathGetsWorse(SimNetwork network, SimHost client, SimHost server) {
        network.path(client, server, Impairment.parse("delay=200ms,rate=64kbit"));
        network.path(server, client, Impairment.parse("delay=20ms"));
        network.after(Times.seconds(5), () -> network.path(client, server, Impairment.parse("loss=30%")));
        server.listen(80).onAccept(socket -> socket.readEverything());
        var socket = client.connect(server, 80).send(Pattern.bytes(0, 100_000));
        network.runUntil(
                "all is acknowledged",
                Times.seconds(600),
                () -> socket.unsentCount() == 0 && socket.tcp().unacknowledgedBytes() == 0);
    }

    @Test
    void aPairWithoutJUnit() {
        var pair = Pair.builder().seed(7).impairment("loss=5%,delay=10ms").build();
        var ladder = new LadderTap(pair.client(), pair.server(), Ladder.Style.UNICODE);
        pair.network().tap(ladder);
        var connection = pair.establish();
        connection.client().send(Pattern.bytes(0, 3000)).finish();
        pair.network()
                .runUntil(
                        "all has arrived",
                        Times.seconds(60),
                        () -> connection.server().ended() || connection.server().received().length == 3000);
        assertThat(ladder.ladder().finish()).contains("FIN");
    }

    @Test
    void aScript() {
        Script.run("""
                listen
                +0     < S  0 win 65535 <mss 1460>
                +0     > S. 0 ack 1 <mss 1460>
                +0.01  < .  1 ack 1 win 65535
                accept
                +0     < P. 1:101(100) ack 1 win 65535
                +0     > .  1 ack 101
                read 100
                """);
    }

    /// Without white space: the page may break lines where the formatter does not.
    private static String bare(String text) {
        return text.replaceAll("\\s", "");
    }

    @Test
    void everyPieceOnThePageRuns() throws IOException {
        var base = Path.of(System.getProperty("basedir", "proof/junit"));
        var sources = new StringBuilder();
        try (var files = Files.walk(base.resolve("src/test/java"))) {
            for (var file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                sources.append(bare(Files.readString(file)));
            }
        }
        var page = Files.readString(base.resolve("../../docs/simulated-tests.md"));
        var pieces = page.split("```java\n", -1);
        assertThat(pieces).hasSizeGreaterThan(7);
        for (int i = 1; i < pieces.length; i++) {
            var piece = pieces[i].substring(0, pieces[i].indexOf("```"));
            // Pieces leave parts out where they say so.
            for (var part : piece.split("\\h*// \\.\\.\\.\n", -1)) {
                assertThat(sources.indexOf(bare(part)))
                        .as("not in the sources: %s", part)
                        .isNotNegative();
            }
        }
    }
}
