package dev.levee.tcp;

import dev.levee.wire.Seq;

/// How much the peer may send (RFC 9293 §3.8.6): never less than was promised, and never grown in silly steps.
///
/// Threads: shard.
final class ReceiveWindow {
    private ReceiveWindow() {}

    /// The window field of the segment that is being written; what it says is a promise.
    static int advertise(Tcb tcb) {
        var rcv = tcb.rcv;
        int promised = rcv.rcvWnd();
        int room = room(tcb);
        int field = room >>> rcv.rcvWndShift;
        int whole = field << rcv.rcvWndShift;
        // RFC 9293 §3.8.6.2.2: the right edge moves only by "Min( Fr * RCV.BUFF, Eff.snd.MSS )" or more.
        if (whole > promised && room - promised >= Math.min(tcb.receiveCapacity() / 2, tcb.mssOffered)) {
            rcv.rcvAdv = rcv.rcvNxt + whole;
            return field;
        }
        // Rounded up: RFC 9293 §3.8.6, "shrinking the window" is strongly discouraged. The unit that is held
        // back from the capacity has room for it.
        int unit = 1 << rcv.rcvWndShift;
        return Math.min(0xffff, promised + unit - 1 >>> rcv.rcvWndShift);
    }

    private static int room(Tcb tcb) {
        return Math.max(0, tcb.receiveCapacity() - tcb.rcv.available());
    }

    /// The user took data. Tells the peer when it may be waiting for room, or when much has become free.
    static void consumed(Tcb tcb) {
        var rcv = tcb.rcv;
        if (rcv.finSeen || !tcb.state.synchronised()) {
            return;
        }
        int promised = Seq.distance(rcv.rcvNxt, rcv.rcvAdv);
        int gain = room(tcb) - promised;
        int capacity = tcb.receiveCapacity();
        boolean worthTelling = gain >= Math.min(capacity / 2, tcb.mssOffered);
        boolean peerMayWait = promised < 2 * tcb.mssOffered;
        boolean muchIsFree = gain >= capacity / 4 && promised < capacity / 2;
        if (worthTelling && (peerMayWait || muchIsFree)) {
            tcb.ackNow();
        }
    }
}
