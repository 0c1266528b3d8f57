package dev.levee.app.demo;

import dev.levee.sim.Ladder;
import dev.levee.sim.Ladder.Side;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;

/// Draws one connection of a live demo as the client's link sees it.
///
/// Threads: any.
final class LiveLadder implements WatchedLink.Watcher {
    private static final long SETTLE_NANOS = 2_000_000_000L;

    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Ladder.Style style;
    private Ladder ladder;
    private StateGuess states = new StateGuess();
    private int port = -1;
    private boolean begun;

    LiveLadder(Ladder.Style style) {
        this.style = style;
        this.ladder = fresh();
    }

    private Ladder fresh() {
        return new Ladder("client", "server", style);
    }

    /// From now on the next connection to this port of the server is drawn.
    ///
    /// @param listening whether somebody listens there
    synchronized void draw(int serverPort, boolean listening) {
        port = serverPort;
        begun = false;
        ladder = fresh();
        states = new StateGuess();
        if (listening) {
            states.listening(Side.RIGHT);
        }
    }

    @Override
    public synchronized void packet(boolean outbound, Frame packet, boolean lost) {
        if (lost
                || ip.parse(packet) != DropReason.NONE
                || ip.protocol() != IpPacket.PROTOCOL_TCP
                || segment.parse() != DropReason.NONE
                || (outbound ? segment.dstPort() : segment.srcPort()) != port) {
            return;
        }
        long nowNanos = System.nanoTime();
        if (!begun) {
            begun = true;
            ladder.begin(nowNanos, TcpState.CLOSED, states.state(Side.RIGHT));
        }
        var from = outbound ? Side.LEFT : Side.RIGHT;
        states.segment(from, segment);
        ladder.packet(nowNanos, from, packet, states.state(from), states.state(from.other()));
        notifyAll();
    }

    /// Waits a moment for the packets that end the connection, which may still be under way.
    synchronized void awaitEnd() throws InterruptedException {
        long endNanos = System.nanoTime() + SETTLE_NANOS;
        long leftMillis = SETTLE_NANOS / 1_000_000;
        while (leftMillis > 0 && states.state(Side.LEFT) != TcpState.CLOSED) {
            wait(leftMillis);
            leftMillis = (endNanos - System.nanoTime()) / 1_000_000;
        }
    }

    synchronized String drain() {
        return ladder.drain();
    }

    synchronized String finish() {
        port = -1;
        return ladder.finish();
    }
}
