package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.BufferPool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Many who wait for memory to write.
class StarvedTest {
    private static final int PIECES = 4;
    private static final int WAITING = 100;

    /// Half of it is for what is to be sent.
    private final Net net = new Net(new Limits(1_000, 1_000, 2L * PIECES * BufferPool.PIECE_BYTES, 16));

    private final List<TcpSocket> holding = new ArrayList<>();
    private final List<TcpSocket> waiting = new ArrayList<>();

    private void fill() throws SocketException {
        for (int i = 0; i < PIECES + WAITING; i++) {
            var socket = net.pair(true)[0];
            (i < PIECES ? holding : waiting).add(socket);
        }
        net.lost = packet -> true;
        for (var socket : holding) {
            assertThat(net.write(socket, "held")).isEqualTo(4);
        }
        for (var socket : waiting) {
            assertThat(net.write(socket, "x")).isEqualTo(TcpSocket.WOULD_BLOCK);
        }
        net.settle();
        while (net.client.pollReady() != null) {
            // What came before.
        }
    }

    /// @param writes how many of those who are told make use of it
    /// @return who was told that there is memory
    private List<TcpSocket> told(int writes) {
        var told = new ArrayList<TcpSocket>();
        for (var socket = net.client.pollReady(); socket != null; socket = net.client.pollReady()) {
            if (waiting.contains(socket)) {
                told.add(socket);
                if (told.size() <= writes) {
                    assertThat(net.write(socket, "x")).isOne();
                }
            }
        }
        return told;
    }

    private void giveBack(int count) {
        for (int i = 0; i < count; i++) {
            holding.removeFirst().abort(net.now);
        }
        net.settle();
        net.settle();
    }

    @Test
    void asManyAreToldAsThereArePiecesForAndWhoWaitsLongestFirst() throws SocketException {
        fill();
        giveBack(1);
        assertThat(told(1)).containsExactly(waiting.get(0));
        giveBack(2);
        assertThat(told(2)).containsExactly(waiting.get(1), waiting.get(2));
        assertThat(told(0)).isEmpty();
    }

    @Test
    void whoIsToldAndWantsNothingLeavesItToTheNext() throws SocketException {
        fill();
        giveBack(1);
        assertThat(told(0)).containsExactlyElementsOf(waiting);
        assertThat(told(0)).isEmpty();
        assertThat(net.write(waiting.getLast(), "x")).isOne();
        assertThat(net.write(waiting.getFirst(), "x")).isEqualTo(TcpSocket.WOULD_BLOCK);
        waiting.get(5).abort(net.now);
        giveBack(1);
        assertThat(told(1)).containsExactly(waiting.getFirst());
    }
}
