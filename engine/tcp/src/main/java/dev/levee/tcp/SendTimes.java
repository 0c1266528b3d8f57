package dev.levee.tcp;

/// For how long the user's octets have waited, and for what: looked at each time everything was sent that may
/// be. One store for each change, and nothing otherwise.
///
/// Threads: shard.
final class SendTimes {
    private static final int NOTHING = 0;
    /// For the network, or for the congestion window.
    private static final int NETWORK = 1;
    /// For the peer's window.
    private static final int WINDOW = 2;
    /// For room in the send buffer.
    private static final int BUFFER = 3;

    private final long[] nanos = new long[4];
    private int waitsFor = NOTHING;
    private long sinceNanos;

    /// Nothing more can be sent now.
    void drained(Tcb tcb, long nowNanos) {
        int now = whatFor(tcb);
        if (now != waitsFor) {
            nanos[waitsFor] += nowNanos - sinceNanos;
            waitsFor = now;
            sinceNanos = nowNanos;
        }
    }

    private static int whatFor(Tcb tcb) {
        var snd = tcb.snd;
        if (tcb.state == TcpState.CLOSED || !snd.unacknowledged()) {
            return NOTHING;
        }
        if (!tcb.state.synchronised()) {
            return NETWORK;
        }
        int mss = tcb.payloadMax();
        int unsent = snd.unsent();
        boolean more = Output.congestionWindowLeft(tcb) >= mss;
        if (more && (snd.sndWnd == 0 || snd.usableWindow() < Math.min(unsent, mss))) {
            return WINDOW;
        }
        return more && unsent == 0 && tcb.sendRoom() == 0 ? BUFFER : NETWORK;
    }

    /// Nanoseconds in which something written was not acknowledged.
    long busyNanos(long nowNanos) {
        return of(NETWORK, nowNanos) + of(WINDOW, nowNanos) + of(BUFFER, nowNanos);
    }

    /// Of these, in which the congestion window had room for a segment, and the peer's window had not.
    long windowNanos(long nowNanos) {
        return of(WINDOW, nowNanos);
    }

    /// Of these, in which everything in a full send buffer was under way, and both windows had room for more.
    long bufferNanos(long nowNanos) {
        return of(BUFFER, nowNanos);
    }

    private long of(int what, long nowNanos) {
        return nanos[what] + (waitsFor == what ? nowNanos - sinceNanos : 0);
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = packing.number(nanos[i]);
        }
        waitsFor = packing.number(waitsFor);
        sinceNanos = packing.nanos(sinceNanos);
    }
}
