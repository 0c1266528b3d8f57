package dev.levee.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.Impairment;
import dev.levee.stack.Limits;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpInfo;
import java.util.ArrayList;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Buffers become as large as the path and the users need, and no larger.
class BufferGrowthTest {
    private static final byte[] CHUNK = Pattern.bytes(0, 1 << 16);
    private static final int RTT_MILLIS = 20;
    private static final long WARM_UP_NANOS = Times.seconds(1);
    private static final long MEASURED_NANOS = Times.millis(500);
    private static final int FLOWS = 1_000;
    private static final int FLOW_BYTES = 250_000;
    private static final long BUDGET_BYTES = 96L << 20;
    private static final TcpConfig DEFAULT = TcpConfig.DEFAULT;

    private final byte[] copy = new byte[1 << 16];
    private long read;
    private @Nullable SimSocket sender;
    private @Nullable SimSocket receiver;

    /// A line with a queue of one round trip.
    private static Pair.Builder line(long bitsPerSecond, int mtu) {
        long underWayBytes = bitsPerSecond / 8 * RTT_MILLIS / 1000;
        var there = Impairment.builder()
                .delayNanos(Times.millis(RTT_MILLIS / 2))
                .rateBitsPerSecond(bitsPerSecond)
                .queueBytes(Math.max(underWayBytes, 1 << 16))
                .build();
        return Pair.builder()
                .mtu(mtu, mtu)
                .toServer(there)
                .toClient(Impairment.builder()
                        .delayNanos(Times.millis(RTT_MILLIS / 2))
                        .build());
    }

    /// One flow that always has something to send, to a user who reads when told, if at all.
    private Pair run(Pair.Builder of, boolean reads) {
        var pair = of.build();
        pair.listen().onAccept(accepted -> {
            receiver = accepted;
            if (reads) {
                accepted.onReadable(it -> read += drain(it));
            }
        });
        var connecting = pair.connect();
        connecting.onWritable(BufferGrowthTest::fill);
        sender = connecting;
        return pair;
    }

    private SimSocket sender() {
        return Objects.requireNonNull(sender, "nobody has connected");
    }

    private SimSocket receiver() {
        return Objects.requireNonNull(receiver, "nobody was accepted");
    }

    private static void fill(SimSocket socket) {
        while (socket.write(CHUNK, 0, CHUNK.length) > 0) {
            // Until there is no more room.
        }
    }

    /// @return how much there was
    private int drain(SimSocket socket) {
        int sum = 0;
        for (int count = socket.read(copy, 0, copy.length); count > 0; count = socket.read(copy, 0, copy.length)) {
            sum += count;
        }
        return sum;
    }

    private static TcpInfo info(SimSocket socket) {
        return socket.tcp().tcpInfo(socket.host().nowNanos());
    }

    private static double rate(SimNetwork network, long nanos, LongSupplier count) {
        long before = count.getAsLong();
        network.runFor(nanos);
        return (count.getAsLong() - before) * 8e9 / nanos;
    }

    /// The share of the line's rate that the user gets.
    private double fills(long bitsPerSecond, int mtu, boolean timestamps) {
        var config = DEFAULT.toBuilder().timestamps(timestamps).build();
        var pair = run(line(bitsPerSecond, mtu).tcp(config), true);
        pair.network().runFor(WARM_UP_NANOS);
        return rate(pair.network(), MEASURED_NANOS, () -> read) / bitsPerSecond;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneFlowFillsAGigabitAtTwentyMilliseconds(boolean timestamps) {
        assertThat(fills(1_000_000_000, 1500, timestamps)).isGreaterThan(0.9);
        assertThat(info(receiver()).receiving().capacityBytes()).isBetween(5_000_000, 12_000_000);
        assertThat(info(sender()).sending().capacityBytes()).isBetween(5_000_000, 12_000_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 9000})
    @Tag("full")
    void oneFlowFillsTenGigabitAtTwentyMilliseconds(int mtu) {
        assertThat(fills(10_000_000_000L, mtu, true)).isGreaterThan(0.9);
    }

    /// 2,500 octets fill this line; its queue takes 64 KiB.
    @Test
    void onASlowLineBuffersStayAsTheyBegan() {
        var pair = run(line(1_000_000, 1500), true);
        pair.network().runFor(Times.seconds(60));

        assertThat(read).isGreaterThan(60 * 100_000);
        assertThat(info(receiver()).receiving().capacityBytes()).isLessThanOrEqualTo(DEFAULT.receiveBufferBytes());
        assertThat(info(sender()).sending().capacityBytes()).isLessThanOrEqualTo(2 * DEFAULT.sendBufferBytes());
    }

    @Test
    void aSlowReaderKeepsASmallBufferOnAFastLine() {
        var pair = run(line(1_000_000_000, 1500), false);
        var network = pair.network();
        network.runFor(Times.seconds(1));
        for (int i = 0; i < 3_000; i++) {
            read += Math.max(0, receiver().read(copy, 0, 10_000));
            network.runFor(Times.millis(10));
        }

        assertThat(read).isEqualTo(30_000_000);
        assertThat(info(receiver()).receiving().capacityBytes()).isLessThanOrEqualTo(DEFAULT.receiveBufferBytes());
        assertThat(pair.server().stack().buffers().bytesTaken())
                .isLessThanOrEqualTo(DEFAULT.receiveBufferBytes() + 2L * BufferPool.PIECE_BYTES);
    }

    /// Half of them stop reading and leave their memory full: it is more than what may be grown with. The others end.
    @Test
    void thousandFlowsShareOneBudgetAndNobodyStarves() {
        var pair = line(1_000_000_000, 1500)
                .clientTcp(DEFAULT.toBuilder().sendBufferBytes(1 << 15).build())
                .limits(new Limits(2_000, 10, BUDGET_BYTES, 256))
                .backlog(FLOWS)
                .build();
        var network = pair.network();
        var received = new long[FLOWS];
        var servers = new ArrayList<SimSocket>();
        pair.listen().onAccept(accepted -> {
            int index = servers.size();
            servers.add(accepted);
            accepted.onReadable(it -> received[index] += index % 2 == 0 || received[index] < 50_000 ? drain(it) : 0);
        });
        for (int i = 0; i < FLOWS; i++) {
            pair.connect().send(new byte[FLOW_BYTES]);
            network.runFor(Times.micros(500));
        }
        var buffers = pair.server().stack().buffers();
        long most = 0;
        while (IntStream.range(0, FLOWS / 2).anyMatch(i -> received[2 * i] < FLOW_BYTES)) {
            network.runFor(Times.millis(100));
            most = Math.max(most, buffers.bytesReserved());
            assertThat(network.elapsedNanos()).isLessThan(Times.seconds(30));
        }
        assertThat(most).isBetween(BUDGET_BYTES / 2, BUDGET_BYTES);
        for (var server : servers) {
            assertThat(info(server).receiving().capacityBytes()).isLessThanOrEqualTo(DEFAULT.receiveBufferBytes());
        }
    }
}
