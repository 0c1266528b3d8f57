package dev.levee.net;

import static dev.levee.net.TwoHosts.async;
import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.link.MemoryLink;
import dev.levee.path.SeededRandom;
import dev.levee.stack.Limits;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.TcpConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory goes back and forth between the shard and users who write just when it is taken back, and to other
/// connections at once: whoever still used it would spoil their octets.
@Timeout(120)
class MemoryStressTest {
    private static final int CONNECTIONS = 10;
    private static final int ROUNDS = 300;
    private static final long REST_NANOS = 1_000_000;
    /// Half of them for what is to be sent: enough for the first write of each, too little for all that they write.
    private static final int PIECES = 4 * CONNECTIONS;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void memoryTakenBackFromIdleConnectionsIsNeverUsedByTwo(long seed) throws Exception {
        try (var hosts = new Hosts()) {
            var open = new ArrayList<TwoHosts.Connection>();
            var running = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < CONNECTIONS; i++) {
                var connection = hosts.connect();
                open.add(connection);
                long own = seed * 1_000 + i;
                running.add(async(() -> talk(connection, true, own)));
                running.add(async(() -> talk(connection, false, own)));
            }
            for (var one : running) {
                assertThat(one.join()).isEqualTo(ROUNDS);
            }
            hosts.awaitNoMemory();
            open.forEach(TwoHosts.Connection::close);
        }
    }

    @Test
    void anIdleConnectionHoldsNoMemoryAndGoesOnWhenItIsUsed() throws Exception {
        try (var hosts = new Hosts();
                var connection = hosts.connect()) {
            for (int i = 0; i < 5; i++) {
                connection.client().output().write(i);
                assertThat(connection.server().input().read()).isEqualTo(i);
                hosts.awaitNoMemory();
            }
        }
    }

    /// Messages of any size to and fro, whose octets nobody else has.
    private static int talk(TwoHosts.Connection connection, boolean client, long seed) throws IOException {
        try {
            return talk(client ? connection.client() : connection.server(), seed, client);
        } catch (IOException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    private static int talk(TcpStream stream, long seed, boolean first) throws IOException {
        var sizes = new SeededRandom(seed);
        var pauses = new SeededRandom(first ? seed + 500 : seed + 700);
        var octets = new byte[40_000];
        boolean mine = first;
        int rounds = 0;
        for (; rounds < ROUNDS; rounds++) {
            int size = 1 + sizes.nextInt(sizes.chance(0.1) ? octets.length : 3_000);
            if (mine) {
                if (pauses.chance(0.3)) {
                    // About when the connection comes to rest.
                    LockSupport.parkNanos(REST_NANOS / 2 + pauses.nextLong(REST_NANOS));
                }
                for (int i = 0; i < size; i++) {
                    octets[i] = octet(seed, rounds, i);
                }
                int cut = pauses.nextInt(size);
                stream.write(octets, 0, cut);
                stream.write(octets, cut, size - cut);
            } else {
                read(stream, octets, size);
                for (int i = 0; i < size; i++) {
                    if (octets[i] != octet(seed, rounds, i)) {
                        throw new AssertionError("octet " + i + " of message " + rounds + " is another's");
                    }
                }
            }
            mine = !mine;
        }
        return rounds;
    }

    private static byte octet(long seed, int round, int index) {
        return (byte) (seed * 101 + round * 17L + index * 7L);
    }

    private static void read(TcpStream stream, byte[] octets, int size) throws IOException {
        for (int done = 0; done < size; ) {
            int count = stream.read(octets, done, size - done);
            assertThat(count).isPositive();
            done += count;
        }
    }

    private static final class Hosts implements AutoCloseable {
        private final Host a;
        private final Host b;

        Hosts() {
            var ends = MemoryLink.pair(1500);
            a = start(ends.a(), TwoHosts.A4);
            b = start(ends.b(), TwoHosts.B4);
        }

        private static Host start(dev.levee.link.Link link, String address) {
            var config = TcpConfig.builder().restNanos(REST_NANOS).build();
            return Host.builder()
                    .link(link)
                    .address(address + "/24")
                    .tcp(config)
                    .limits(new Limits(1_000, 10, PIECES * BufferPool.PIECE_BYTES, 10))
                    .start();
        }

        TwoHosts.Connection connect() throws IOException {
            try (var listener = b.listen(7)) {
                return new TwoHosts.Connection(a.connect(TwoHosts.B4, 7), listener.accept());
            }
        }

        void awaitNoMemory() throws IOException {
            while (a.counters().bufferBytesInUse() + b.counters().bufferBytesInUse() > 0) {
                LockSupport.parkNanos(REST_NANOS);
            }
        }

        @Override
        public void close() {
            a.close(java.time.Duration.ZERO);
            b.close(java.time.Duration.ZERO);
        }
    }
}
