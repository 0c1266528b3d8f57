package dev.levee.tcp;

import dev.levee.wire.Seq;

/// How much the peer may send (RFC 9293 §3.8.6): never less than was promised, and never grown in silly steps.
///
/// Threads: shard.
final class ReceiveWindow {
    private ReceiveWindow() {}

    /// The window of a SYN, which is never scaled (RFC 7323 §2.2).
    static int first(Tcb tcb) {
        return Math.min(0xffff, room(tcb));
    }

    /// The window of a SYN-ACK that is sent again. Text of a fast open's SYN may have been read since the first: the
    /// window grows in steps there, too.
    static int again(Tcb tcb) {
        int promised = tcb.rcv.rcvWnd();
        int room = first(tcb);
        return room - promised >= step(tcb, promised) ? room : Math.min(0xffff, promised);
    }

    /// The window field of the segment that is being written; what it says is a promise.
    static int advertise(Tcb tcb) {
        var rcv = tcb.rcv;
        int promised = rcv.rcvWnd();
        int room = room(tcb);
        int field = room >>> rcv.rcvWndShift;
        int whole = field << rcv.rcvWndShift;
        if (whole > promised && room - promised >= step(tcb, promised)) {
            rcv.rcvAdv = rcv.rcvNxt + whole;
            return field;
        }
        return round(tcb, promised);
    }

    /// What every ACK says while nothing arrives and nothing is read; 0 when the next one could say more. That others
    /// give memory back meanwhile is not said before something else wakes the connection.
    static int fieldAtRest(Tcb tcb) {
        var rcv = tcb.rcv;
        int promised = rcv.rcvWnd();
        int field = promised >>> rcv.rcvWndShift;
        int room = room(tcb);
        boolean grows = room >>> rcv.rcvWndShift > field && room - promised >= step(tcb, promised);
        boolean exact = field << rcv.rcvWndShift == promised && field <= 0xffff;
        return exact && !grows ? field : 0;
    }

    /// What is left of an earlier promise, as the field can say it. Rounded up, because RFC 9293 §3.8.6
    /// strongly discourages "shrinking the window"; what the field says is then the promise. Small segments
    /// could round it up again and again, so only while the buffer has room: then it is rounded down, and what
    /// was promised is still taken.
    private static int round(Tcb tcb, int promised) {
        var rcv = tcb.rcv;
        int unit = 1 << rcv.rcvWndShift;
        int field = Math.min(0xffff, promised + unit - 1 >>> rcv.rcvWndShift);
        int whole = field << rcv.rcvWndShift;
        if (whole > tcb.receiveBufferBytes() - rcv.available()) {
            return promised >>> rcv.rcvWndShift;
        }
        rcv.rcvAdv = Seq.max(rcv.rcvAdv, rcv.rcvNxt + whole);
        return field;
    }

    /// RFC 9293 §3.8.6.2.2: the right edge moves only by "Min( Fr * RCV.BUFF, Eff.snd.MSS )" or more.
    private static int step(Tcb tcb, int promised) {
        int most = most(tcb);
        if (tcb.config.windowStepAlways() && promised >= most / 4) {
            return 1;
        }
        return Math.min(most / 2, tcb.mssOffered);
    }

    private static int most(Tcb tcb) {
        return Math.min(tcb.receiveCapacity(), tcb.windowFieldMax());
    }

    private static int room(Tcb tcb) {
        return Math.clamp(tcb.receiveCapacity() - tcb.rcv.available(), 0, tcb.windowFieldMax());
    }

    /// The user took data. Tells the peer when it may be waiting for room, or when much has become free.
    static void consumed(Tcb tcb) {
        var rcv = tcb.rcv;
        if (rcv.finSeen || !tcb.state.synchronised()) {
            return;
        }
        int promised = Seq.distance(rcv.rcvNxt, rcv.rcvAdv);
        int gain = room(tcb) - promised;
        int capacity = most(tcb);
        boolean worthTelling = gain >= Math.min(capacity / 2, tcb.mssOffered);
        boolean peerMayWait = promised < 2 * tcb.mssOffered;
        boolean muchIsFree = gain >= capacity / 4 && promised < capacity / 2;
        if (worthTelling && (peerMayWait || muchIsFree)) {
            tcb.ackNow();
        }
    }
}
