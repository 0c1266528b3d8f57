package dev.levee.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.Defence;
import dev.levee.wire.SipHash;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What is counted; how long it took is for the command to say.
class GrowthBenchTest {
    private static final int ROWS = 5_000;

    @Test
    void theTableFillsTwiceAndEmptiesBetween() {
        var bench = new GrowthBench(ROWS, 1);
        var server = new StackServer(Defence.AUTO, FloodPlan.BUDGET_BYTES, ROWS, 1500, new SipHash(1, 2));
        var source = new FloodSource(1);
        for (int i = 0; i < 2; i++) {
            var times = bench.fill(server, source);
            assertThat(server.halfOpen()).isBetween(ROWS, ROWS + ServerLoop.BATCH_FRAMES);
            assertThat(times.count + times.collected).isBetween(ROWS / ServerLoop.BATCH_FRAMES, ROWS / 50);
            bench.expire(server);
            assertThat(server.halfOpen()).isZero();
        }
    }

    @Test
    void quantilesAreOfWhatWasAdded() {
        var times = new GrowthBench.Times(4);
        times.add(3_000, 2_000, false);
        times.add(1_000, 500, false);
        times.add(9_000, 8_000, true);
        times.add(5_000, 4_000, false);
        assertThat(times.full()).isTrue();
        assertThat(times.count).isEqualTo(3);
        assertThat(times.collected).isEqualTo(1);
        assertThat(times.pair(0.5)).isEqualTo("3 / 2");
        assertThat(times.pair(1)).isEqualTo("5 / 4");
    }

    @Test
    void theTableHasALinePerRoundAndKind() {
        var out = new ByteArrayOutputStream();
        new GrowthBench(ROWS, 2).run(new PrintStream(out, true, StandardCharsets.UTF_8));
        var lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(2)).startsWith("1      grows ");
        assertThat(lines.get(5)).startsWith("2      has its size ");
    }

    @Test
    void numbersHaveBounds() {
        assertThatThrownBy(() -> new GrowthBench(999, 1)).hasMessage("--rows must lie between 1000 and 1000000");
        assertThatThrownBy(() -> new GrowthBench(1_000_001, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GrowthBench(1_000, 101)).hasMessage("--rounds must lie between 1 and 100");
    }
}
