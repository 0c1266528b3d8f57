package dev.levee.stack;

import dev.levee.wire.Frame;

/// Who writes the next packet: answers to those who have no connection, then connections, then answers to SYNs. Each
/// may write so many in a row, then it is the next one's turn, if that has any: a connection that always has more to
/// send keeps nobody from connecting, and who asks without end for answers takes at most a fifth of the packets from
/// the connections.
///
/// Threads: shard.
final class Output {
    private static final int REPLIES = 0;
    private static final int SOCKETS = 1;
    private static final int HANDSHAKES = 2;
    /// Packets in a row, in the order of the turns.
    private static final int[] IN_A_ROW = {8, 32, 8};

    private final Replies replies;
    private final Sockets sockets;
    private final Handshakes handshakes;
    private int turn = REPLIES;
    private int left = IN_A_ROW[REPLIES];

    Output(Replies replies, Sockets sockets, Handshakes handshakes) {
        this.replies = replies;
        this.sockets = sockets;
        this.handshakes = handshakes;
    }

    /// Writes the next packet that is due, if any.
    boolean poll(long nowNanos, Frame out) {
        // Whose turn is over is asked once more at the end: it may be the only one.
        for (int looks = 0; looks <= IN_A_ROW.length; looks++) {
            if (left > 0 && written(nowNanos, out)) {
                left--;
                return true;
            }
            pass(turn == HANDSHAKES ? REPLIES : turn + 1);
        }
        pass(REPLIES);
        return false;
    }

    private void pass(int next) {
        turn = next;
        left = IN_A_ROW[next];
    }

    private boolean written(long nowNanos, Frame out) {
        return switch (turn) {
            case REPLIES -> replies.poll(out);
            case SOCKETS -> sockets.poll(nowNanos, out);
            default -> handshakes.poll(nowNanos, out);
        };
    }
}
