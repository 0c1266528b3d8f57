package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.path.SeededRandom;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfig;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random settings, random paths, users of random moods: for every seed, what a side was told is true. Either
/// all of its octets arrived, in order and once, or its cause says how many may not have.
class SwarmTest {
    private static final long AN_HOUR = Times.seconds(3600);

    /// A user who writes and reads in pieces of random size at random times, and at the end closes in one of
    /// several ways.
    private static final class User {
        private final SeededRandom random;
        private final SimSocket socket;
        private final SimNetwork network;
        private final int total;
        private final long patience;
        private final byte[] buffer = new byte[1 << 16];
        private int written;
        private long readCount;
        private boolean finished;
        private boolean over;

        private User(SeededRandom random, SimSocket socket, SimNetwork network) {
            this.random = random;
            this.socket = socket;
            this.network = network;
            this.total = random.nextInt(random.chance(0.3) ? 200_000 : 5_000);
            this.patience = Times.micros(1 + random.nextInt(random.chance(0.2) ? 5_000_000 : 20_000));
            work();
        }

        private void work() {
            if (over) {
                return;
            }
            write();
            read();
            network.after(random.nextLong(patience) + 1, this::work);
        }

        private void write() {
            if (written == total) {
                socket.finish();
                finished = true;
                return;
            }
            int count = Math.min(total - written, 1 + random.nextInt(buffer.length));
            int taken = socket.write(Pattern.bytes(written, count), 0, count);
            written += Math.max(0, taken);
            over = taken == TcpSocket.FAILED;
        }

        private void read() {
            int count = socket.read(buffer, 0, 1 + random.nextInt(buffer.length - 1));
            for (int i = 0; i < count; i++) {
                assertThat(buffer[i]).isEqualTo(Pattern.at(readCount + i));
            }
            readCount += Math.max(0, count);
            over |= count == TcpSocket.FAILED || (count == TcpSocket.END && finished);
        }
    }

    private static Impairment path(SeededRandom random) {
        var path = Impairment.builder()
                .delayNanos(Times.micros(random.nextInt(50_000)))
                .jitterNanos(random.chance(0.5) ? Times.micros(random.nextInt(20_000)) : 0)
                .loss(random.chance(0.7) ? random.nextDouble() * 0.15 : 0)
                .reorder(random.chance(0.5) ? random.nextDouble() * 0.3 : 0)
                .duplicate(random.chance(0.5) ? random.nextDouble() * 0.2 : 0)
                .corrupt(random.chance(0.3) ? random.nextDouble() * 0.1 : 0);
        if (random.chance(0.3)) {
            path.rateBitsPerSecond(100_000L + random.nextInt(50_000_000)).queueBytes(3_000 + random.nextInt(200_000));
        }
        return path.build();
    }

    private static TcpConfig settings(SeededRandom random) {
        return TcpConfig.builder()
                .receiveBufferBytes(4096 << random.nextInt(8))
                .sendBufferBytes(4096 << random.nextInt(8))
                .mssMax(random.chance(0.3) ? 100 + random.nextInt(1360) : 65_000)
                .timestamps(random.chance(0.7))
                .windowScaling(random.chance(0.7))
                .delayedAckNanos(random.chance(0.7) ? Times.millis(random.nextInt(200)) : 0)
                .noDelay(random.chance(0.5))
                .initialWindowSegments(1 + random.nextInt(20))
                .build();
    }

    private static void run(long seed) {
        var random = new SeededRandom(seed);
        var pair = Pair.builder()
                .seed(seed)
                .v6(random.chance(0.5))
                .mtu(1280 + random.nextInt(8000), 1280 + random.nextInt(8000))
                .toServer(path(random))
                .toClient(path(random))
                .clientTcp(settings(random))
                .serverTcp(settings(random))
                .build();
        var network = pair.network();
        var users = new ArrayList<User>();
        pair.listen().onAccept(socket -> users.add(new User(random, socket, network)));
        users.add(new User(random, pair.connect(), network));
        network.runUntil("both users are through", AN_HOUR, () -> users.stream().allMatch(user -> user.over));
        network.runFor(Times.seconds(300));
        assertThat(users).hasSizeBetween(1, 2);
        for (int i = 0; i < users.size(); i++) {
            var user = users.get(i);
            long arrived = users.size() == 1
                    ? 0
                    : users.get(1 - i).socket.tcp().connection().bytesReceived();
            var cause = user.socket.cause();
            assertThat(cause).as(user.socket.toString()).isNotNull();
            long undelivered = cause == null ? 0 : cause.undeliveredBytes();
            assertThat(arrived).as(user.socket.toString()).isGreaterThanOrEqualTo(user.written - undelivered);
            if (cause instanceof CloseCause.Finished) {
                assertThat(arrived).isEqualTo(user.total);
                assertThat(undelivered).isZero();
            }
        }
    }

    private static void runAll(long from, long to) {
        for (long seed = from; seed < to; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    @Test
    void threeHundredSeeds() {
        runAll(0, 300);
    }

    @Test
    @Tag("full")
    void manySeeds() {
        runAll(10_000, 15_000);
    }
}
