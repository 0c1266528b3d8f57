package dev.levee.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.app.Problem;
import dev.levee.path.Impairment;
import dev.levee.sim.Ladder;
import dev.levee.stack.ListenOptions;
import dev.levee.tcp.CloseCause;
import dev.levee.wire.CaptureReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DemoTest {
    private static final String BAD_PATH = "loss=3%,delay=10ms,jitter=2ms,reorder=2%,duplicate=2%,corrupt=1%";

    private record Played(List<Outcome> outcomes, String text) {}

    private static Settings settings(String impairment, long seed, boolean v6) {
        return new Settings(Impairment.parse(impairment), seed, 300_000, v6, null, Ladder.Style.UNICODE);
    }

    private static Played play(Settings settings) throws Problem {
        var text = new StringWriter();
        var outcomes = new VirtualDemo(settings, new Show(new PrintWriter(text, true), false)).run(_ -> {});
        return new Played(outcomes, text.toString());
    }

    @Test
    void theSameSeedGivesTheSameOctets() throws Problem {
        assertThat(play(settings(BAD_PATH, 5, false))).isEqualTo(play(settings(BAD_PATH, 5, false)));
    }

    @Test
    void anotherSeedGivesAnotherRun() throws Problem {
        assertThat(play(settings(BAD_PATH, 5, false)).text())
                .isNotEqualTo(play(settings(BAD_PATH, 6, false)).text());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyConnectionEndsAsItsSceneSays(boolean v6) throws Problem {
        var played = play(settings(BAD_PATH, 1, v6));
        assertThat(played.outcomes())
                .extracting(outcome -> Outcome.key(outcome.clientEnd()))
                .containsExactly("finished", "aborted", "refused", "timedOut");
        assertThat(played.outcomes().get(1).serverEnd()).isInstanceOf(CloseCause.Reset.class);
        assertThat(played.outcomes().get(0).undeliveredBytes()).isZero();
        assertThat(played.text())
                .contains(v6 ? "2001:db8::1" : "198.18.0.1", "SYN seq 0", "FIN-WAIT-1", "as the server said");
    }

    @Test
    void everyOctetIsDeliveredOrTold() throws Problem {
        var vanished = play(settings("delay=5ms", 1, false)).outcomes().get(3);
        assertThat(vanished.deliveredBytes() + vanished.undeliveredBytes()).isEqualTo(Settings.LOST_BYTES);
        assertThat(vanished.undeliveredBytes()).isPositive();
        assertThat(vanished.retransmissions()).isPositive();
    }

    @Test
    void aPathThatLetsNothingThroughFailsInOneSentence() {
        assertThatThrownBy(() -> play(settings("loss=100%", 1, false)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the download failed after 0 bytes: connection timed out");
    }

    @Test
    void capturesAreWholeFiles(@TempDir Path directory) throws Exception {
        var file = directory.resolve("demo.pcapng");
        var usual = settings("none", 1, false);
        play(new Settings(usual.impairment(), 1, 1000, false, file, usual.style()));
        assertThat(Files.readAllBytes(file)).startsWith(0x0a, 0x0d, 0x0d, 0x0a).hasSizeGreaterThan(1000);
    }

    @Test
    void aStoppedDemoLeavesAWholeCapture(@TempDir Path directory) throws Exception {
        var file = directory.resolve("demo.pcapng");
        var usual = settings("none", 1, false);
        var settings = new Settings(usual.impairment(), 1, 50_000_000, false, file, usual.style());
        var show = new StopAfterFirstBar();
        var demo = new VirtualDemo(settings, new Show(new PrintWriter(show, true), false));
        assertThatThrownBy(() -> demo.run(stop -> show.stop = stop)).hasMessage("stopped");
        show.stopper.join();
        try (var in = Files.newInputStream(file)) {
            var reader = CaptureReader.open(in);
            int packets = 0;
            // A file cut off within a record would be an exception.
            while (reader.next()) {
                packets++;
            }
            assertThat(packets).isGreaterThan(10);
        }
    }

    /// Tells the demo to stop, as another thread, when the transfer has begun.
    private static final class StopAfterFirstBar extends StringWriter {
        private AutoCloseable stop = () -> {};
        private Thread stopper = new Thread();

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            if (toString().contains("25%") && stopper.getState() == Thread.State.NEW) {
                stopper = Thread.startVirtualThread(this::stop);
            }
        }

        private void stop() {
            try {
                stop.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void sumsAreOneObject() throws Problem {
        var settings = settings("none", 9, false);
        Map<String, Object> sums = Show.json(play(settings).outcomes(), settings);
        assertThat(sums)
                .containsOnlyKeys(
                        "connections", "bytesDelivered", "bytesUndelivered", "retransmissions", "closes", "seed")
                .containsEntry("connections", 4)
                .containsEntry("seed", 9L)
                .containsEntry("closes", Map.of("finished", 1, "aborted", 1, "refused", 1, "timedOut", 1));
    }

    @Test
    void liveScenesEndTheSameWay() throws Problem {
        var text = new StringWriter();
        var settings = settings("delay=1ms", 1, false);
        var outcomes = new LiveDemo(settings, new Show(new PrintWriter(text, true), false)).run(_ -> {});
        assertThat(outcomes)
                .extracting(outcome -> Outcome.key(outcome.clientEnd()))
                .containsExactly("finished", "aborted", "refused", "timedOut");
        assertThat(outcomes.get(3).undeliveredBytes()).isEqualTo(Settings.LOST_BYTES / 2);
        assertThat(text.toString()).contains("SYN,ACK seq 0 ack 1", "LAST-ACK", "as the server said");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFloodTurnsClientsAwayOnlyWhereThereIsNoDefence(boolean v6) throws Problem {
        var text = new StringWriter();
        var settings = settings("delay=5ms", 3, v6);
        var rows = new FloodDemo(settings, new Show(new PrintWriter(text, true), false)).run(_ -> {});
        var without = rows.getFirst();
        assertThat(without.rowsMax()).isEqualTo(ListenOptions.DEFAULT.halfOpenMax());
        assertThat(without.turnedAway()).isGreaterThan(30_000);
        assertThat(without.handshakeNanos()).isGreaterThan(20_000_000_000L);
        assertThat(without.early()).isTrue();
        var with = rows.getLast();
        assertThat(with.rowsMax()).isGreaterThan(39_000);
        assertThat(with.turnedAway()).isZero();
        assertThat(with.handshakeNanos()).isEqualTo(10_000_000L);
        assertThat(with.early()).isTrue();
        assertThat(with.late()).isTrue();
        assertThat(text.toString()).contains("SYN seq 0 win 65535 (again)", "delayed       40,000      4,096");
        assertThat(Show.floodJson(rows, settings)).containsOnlyKeys("flood", "seed");
    }
}
