package dev.levee.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Seeded connections between Levee and the Linux kernel over TUN: either side opens, sizes, paces and the order
/// of closing vary, and so do the faults of the path. Everything arrives or the right count is told.
///
/// `-Dlevee.interop.seed=N` begins with that seed; without, each run has seeds of its own, and says which.
@RealNetwork
class InteropTest {
    private static final int BATCH = 500;
    private static final int BATCHES_FULL = 20;
    /// Batches have different impairments, and no seeds in common.
    private static final long SEEDS_PER_BATCH = 1_000;

    @Test
    void fiveHundredConnectionsWithTheKernelAreRight() throws Exception {
        batch(seedBase());
    }

    @Tag("full")
    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void tenThousandConnectionsWithTheKernelAreRight() throws Exception {
        long seed = seedBase();
        for (int i = 0; i < BATCHES_FULL; i++) {
            batch(seed + i * SEEDS_PER_BATCH);
        }
    }

    private static long seedBase() {
        var given = Long.getLong("levee.interop.seed");
        return given == null ? System.nanoTime() & 0xffff_ffffL : given;
    }

    private static void batch(long seed) throws IOException, InterruptedException {
        System.out.println("connections with the kernel: seeds from " + seed);
        try (var lab = new Lab()) {
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var program = lab.start(List.of(
                    java,
                    "-ea",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    InteropProgram.class.getName(),
                    Long.toString(seed),
                    Integer.toString(BATCH)));
            var said = program.awaitEnd();
            System.out.print(said.out());
            said.expect(0);
            assertThat(said.out()).contains("done: " + BATCH + " right, 0 wrong, 0 hung");
        }
    }
}
