package dev.levee.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.Deadlines;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;

class NaiveServerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long STEP_NANOS = 100_000;

    private final NaiveServer server = new NaiveServer(FloodSource.PORT, 4, 1_500, 1500, new SipHash(1, 2));
    private final LegitHost host = new LegitHost(0, 3);
    private final FloodSource flood = new FloodSource(4);
    private final Handshakes handshakes = new Handshakes();
    private final Frame frame = FrameSlab.single(1500);
    private long nowNanos = 1;

    private void pass(long nanos) {
        for (long end = nowNanos + nanos; nowNanos - end < 0; nowNanos += STEP_NANOS) {
            host.serve(nowNanos);
            while (host.poll(nowNanos, frame)) {
                server.onFrame(nowNanos, frame);
            }
            server.serve(nowNanos);
            while (server.poll(nowNanos, frame)) {
                host.onFrame(nowNanos, frame);
            }
            assertThat(Deadlines.due(nowNanos, server.nextDeadline())).isFalse();
        }
    }

    private void flood(int syns) {
        for (int i = 0; i < syns; i++) {
            server.onFrame(nowNanos, flood.next());
        }
    }

    @Test
    void everySynGetsAControlBlockUntilTheBacklogIsFull() {
        flood(3);
        assertThat(server.halfOpen()).isEqualTo(3);
        flood(1);
        assertThat(server.halfOpen()).isEqualTo(4);
        flood(1);

        assertThat(server.halfOpen()).isEqualTo(4);
        assertThat(server.answered()).isEqualTo(4);
    }

    @Test
    void aClientIsServedAndForgotten() {
        host.begin(nowNanos, handshakes);
        pass(2 * SECOND);

        assertThat(handshakes.successes()).isEqualTo(1);
        assertThat(server.connectionCount()).isZero();
        assertThat(server.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    @Test
    void aClientFindsNoPlaceWhileTheBacklogIsFullAndOneWhenItIsNot() {
        flood(4);
        host.begin(nowNanos, handshakes);
        pass(4 * SECOND);
        assertThat(handshakes.allOver()).isTrue();
        assertThat(handshakes.successes()).isZero();
        assertThat(handshakes.reapedByMistake()).isZero();

        pass(200 * SECOND);
        assertThat(server.halfOpen()).isZero();
        host.begin(nowNanos, handshakes);
        pass(SECOND);

        assertThat(handshakes.successes()).isEqualTo(1);
        assertThat(server.connectionCount()).isZero();
    }
}
