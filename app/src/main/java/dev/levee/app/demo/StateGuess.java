package dev.levee.app.demo;

import dev.levee.sim.Ladder.Side;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Segment;
import dev.levee.wire.Seq;

/// Both sides' states as an onlooker can tell them from the packets alone: what a side has received shows in
/// what it acknowledges.
///
/// Threads: one owner.
final class StateGuess {
    private final End left = new End();
    private final End right = new End();

    /// What is known of one side.
    private static final class End {
        private TcpState state = TcpState.CLOSED;
        private boolean finSent;
        private int finEnd;
        private boolean finSeen;
    }

    private End end(Side side) {
        return side == Side.LEFT ? left : right;
    }

    TcpState state(Side side) {
        return end(side).state;
    }

    /// `side` listens.
    void listening(Side side) {
        end(side).state = TcpState.LISTEN;
    }

    /// A segment from one side; [#state] knows the sender's state afterwards, and the receiver's for what does
    /// not depend on order.
    void segment(Side from, Segment segment) {
        var sender = end(from);
        var receiver = end(from.other());
        if (segment.rst()) {
            sender.state = TcpState.CLOSED;
            receiver.state = TcpState.CLOSED;
            return;
        }
        if (segment.syn()) {
            sender.state = segment.hasAck() ? TcpState.SYN_RECEIVED : TcpState.SYN_SENT;
            if (segment.hasAck() && receiver.state == TcpState.SYN_SENT) {
                receiver.state = TcpState.ESTABLISHED;
            }
            return;
        }
        if (sender.state == TcpState.SYN_RECEIVED) {
            sender.state = TcpState.ESTABLISHED;
        }
        if (receiver.state == TcpState.SYN_RECEIVED && segment.hasAck()) {
            receiver.state = TcpState.ESTABLISHED;
        }
        if (receiver.finSent && segment.hasAck() && Seq.ge(segment.ack(), receiver.finEnd)) {
            sender.state = afterFin(sender);
            receiver.state = afterFinAcked(receiver.state);
        }
        if (segment.fin() && !sender.finSent) {
            sender.finSent = true;
            sender.finEnd = segment.seq() + segment.length();
            sender.state = sender.state == TcpState.CLOSE_WAIT ? TcpState.LAST_ACK : TcpState.FIN_WAIT_1;
        }
    }

    private static TcpState afterFin(End end) {
        if (end.finSeen) {
            return end.state;
        }
        end.finSeen = true;
        return switch (end.state) {
            case ESTABLISHED -> TcpState.CLOSE_WAIT;
            case FIN_WAIT_1 -> TcpState.CLOSING;
            case FIN_WAIT_2 -> TcpState.TIME_WAIT;
            default -> end.state;
        };
    }

    private static TcpState afterFinAcked(TcpState state) {
        return switch (state) {
            case FIN_WAIT_1 -> TcpState.FIN_WAIT_2;
            case CLOSING -> TcpState.TIME_WAIT;
            case LAST_ACK -> TcpState.CLOSED;
            default -> state;
        };
    }
}
