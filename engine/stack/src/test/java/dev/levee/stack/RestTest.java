package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.BufferPool;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A connection at rest costs little, and nobody can tell but by the memory.
class RestTest {
    private static final int ROUNDS = 5_000;
    private static final long IDLE_NANOS = 10 * Net.SECOND;

    private final Net net = new Net();
    private final MemorySegment memory = Arena.ofAuto().allocate(1);

    private TcpSocket[] idlePair() throws SocketException {
        var config = TcpConfig.builder()
                .restNanos(Net.SECOND)
                .keepAlive(true)
                .keepAliveIdleNanos(IDLE_NANOS)
                .keepAliveIntervalNanos(IDLE_NANOS)
                .build();
        var options = new SocketOptions(config, SocketOptions.LINGER_OFF);
        var pair = net.pair(true, options, options);
        say(pair[0], pair[1]);
        say(pair[1], pair[0]);
        boolean more = true;
        while (more) {
            more = net.step(net.now + 5 * Net.SECOND);
        }
        return pair;
    }

    private void say(TcpSocket from, TcpSocket to) {
        from.write(net.now, memory, 0, 1);
        net.settle();
        assertThat(to.read(net.now, memory, 0, 1)).isOne();
        net.settle();
    }

    private static long rests(Stack stack) {
        return stack.tcpCounters().get(TcpCounters.RESTS);
    }

    @Test
    void keepAliveOfAConnectionAtRestAllocatesNothingAndLeavesItAtRest() throws SocketException {
        idlePair();
        long restsBefore = rests(net.client);
        assertThat(restsBefore).isPositive();
        net.recording = false;
        keepAlives();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        keepAlives();
        double each = (double) (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
        assertThat(net.client.tcpCounters().get(TcpCounters.KEEP_ALIVE_PROBES)
                        + net.server.tcpCounters().get(TcpCounters.KEEP_ALIVE_PROBES))
                .isGreaterThanOrEqualTo(2 * ROUNDS);
        // It wakes when what is counted meanwhile has no room any more, not each time.
        assertThat(rests(net.client)).isBetween(restsBefore + 1, restsBefore + 2 * ROUNDS / 50);
        // What it is packed in is then sometimes too short: the time between events is a longer number.
        assertThat(each).as("octets for each keep-alive").isLessThan(8);
    }

    private void keepAlives() {
        for (int i = 0; i < ROUNDS; i++) {
            net.now += 2 * IDLE_NANOS;
            net.carryAll();
        }
    }

    @Test
    void whatOneSaysWakesBothUp() throws SocketException {
        var pair = idlePair();
        long restsBefore = rests(net.client);
        say(pair[0], pair[1]);
        say(pair[1], pair[0]);
        assertThat(pair[0].connection().resting()).isFalse();
        assertThat(pair[1].connection().resting()).isFalse();
        assertThat(rests(net.client)).isEqualTo(restsBefore);
        pair[0].close(net.now);
        net.settle();
        assertThat(pair[1].readStatus()).isEqualTo(TcpSocket.END);
    }

    @Test
    void whatWasWrittenIntoMemoryIsTakenAlthoughThereWasNoneBefore() throws SocketException {
        var scarce = new Net(new Limits(100, 10, 16L * BufferPool.PIECE_BYTES, 10));
        var first = scarce.pair(true)[0];
        var second = scarce.pair(true)[0];
        first.reserveSend(scarce.now, 1 << 20);
        assertThat(second.reserveSend(scarce.now, 1)).isZero();
        assertThat(second.writeStatus()).isEqualTo(TcpSocket.WOULD_BLOCK);
        first.retractSend(scarce.now);
        assertThat(second.reserveSend(scarce.now, 1)).isPositive();
        Objects.requireNonNull(second.connection().sendRing()).put(0, (byte) 7);
        second.written(scarce.now, 1);
        assertThat(second.connection().bytesWritten()).isOne();
    }
}
