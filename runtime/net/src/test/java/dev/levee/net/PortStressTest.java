package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.SeededRandom;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Readers and writers of all kinds against small buffers: every wake-up that got lost would hang it.
@Timeout(120)
class PortStressTest {
    private static final int CONNECTIONS = 6;
    private static final int BYTES = 300_000;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void manySmallReadsAndWritesLoseNothing(long seed) throws Exception {
        try (var hosts = new TwoHosts(
                600,
                config -> config.sendBufferBytes(4096)
                        .receiveBufferBytes(seed % 2 == 0 ? 4096 : 16_384)
                        .noDelay(true)
                        .delayedAckNanos(0))) {
            var running = new ArrayList<CompletableFuture<Long>>();
            var open = new ArrayList<TwoHosts.Connection>();
            for (int i = 0; i < CONNECTIONS; i++) {
                var connection = hosts.connect();
                open.add(connection);
                boolean virtual = i % 2 == 0;
                long base = seed * 1000 + i * 10L;
                running.add(start(virtual, () -> write(connection.client(), base)));
                running.add(start(!virtual, () -> read(connection.server(), base + 1)));
                running.add(start(virtual, () -> write(connection.server(), base + 2)));
                running.add(start(!virtual, () -> read(connection.client(), base + 3)));
            }
            for (var one : running) {
                assertThat(one.join()).isEqualTo(BYTES);
            }
            open.forEach(TwoHosts.Connection::close);
        }
    }

    private static CompletableFuture<Long> start(boolean virtual, java.util.concurrent.Callable<Long> body) {
        if (virtual) {
            return async(body);
        }
        var task = new FutureTask<>(body);
        Thread.ofPlatform().start(task);
        return async(task::get);
    }

    /// The octet at position `p` is `p * 7`.
    private static long write(TcpStream stream, long seed) throws Exception {
        var random = new SeededRandom(seed);
        var octets = new byte[3000];
        long at = 0;
        while (at < BYTES) {
            int count = (int) Math.min(BYTES - at, 1 + sizeOf(random, octets.length));
            for (int i = 0; i < count; i++) {
                octets[i] = (byte) ((at + i) * 7);
            }
            if (count == 1) {
                stream.output().write(octets[0]);
            } else {
                stream.write(octets, 0, count);
            }
            at += count;
            if (random.nextInt(50) == 0) {
                stream.receipt().await();
            }
        }
        stream.shutdownOutput();
        return at;
    }

    private static long read(TcpStream stream, long seed) throws Exception {
        var random = new SeededRandom(seed);
        var octets = new byte[3000];
        long at = 0;
        while (true) {
            int count = stream.read(octets, 0, 1 + sizeOf(random, octets.length));
            if (count < 0) {
                return at;
            }
            for (int i = 0; i < count; i++) {
                if (octets[i] != (byte) ((at + i) * 7)) {
                    throw new AssertionError("wrong octet at " + (at + i));
                }
            }
            at += count;
            // Slow now and then, so that the buffers fill.
            for (int spins = random.nextInt(20) == 0 ? 5_000 : 0; spins > 0; spins--) {
                Thread.onSpinWait();
            }
        }
    }

    /// Mostly small, sometimes all there is room for; below `max`.
    private static int sizeOf(SeededRandom random, int max) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(20);
            case 2 -> random.nextInt(600);
            default -> random.nextInt(max);
        };
    }
}
