package dev.levee.tcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The control blocks of a shard's connections that are at rest: few, for those that wake up, while the connections
/// keep what they know packed ([PackedTcb]).
///
/// Threads: shard.
final class TcbPool {
    /// How many are kept for later.
    private static final int IDLE_MAX = 1 << 10;

    private final TcpContext context;
    private final ArrayDeque<Tcb> idle = new ArrayDeque<>();
    private final Packing packing = new Packing();

    /// The connection at rest that was looked at last, and what is seen then: most who look do so more than once, and
    /// then wake it.
    private @Nullable Resting seen;
    private @Nullable Tcb seenAs;

    TcbPool(TcpContext context) {
        this.context = context;
    }

    /// Packs a control block, which serves another connection afterwards.
    ///
    /// @param before what the connection was packed in last time: used again where it fits
    byte[] pack(Tcb tcb, byte @Nullable [] before) {
        ReceiveGrowth.giveBack(tcb);
        packing.pack();
        PackedTcb.fields(tcb, packing);
        tcb.fastOpen = null;
        if (idle.size() < IDLE_MAX) {
            idle.addLast(tcb);
        }
        return packing.packed(before);
    }

    /// What was seen last is its connection's own from now on, which goes on with it.
    void taken() {
        seen = null;
        seenAs = null;
    }

    /// Whether [#look] would give what it gave last.
    boolean sees(Resting connection) {
        return seen == connection;
    }

    /// What was seen last of this connection does not hold any more.
    void forget(Resting connection) {
        if (seen == connection) {
            seen = null;
        }
    }

    /// The control block of a connection that stays at rest, to be read only, unless it is [#taken].
    Tcb look(Resting connection, byte[] packed, TcpConfig config, FourTuple tuple) {
        var known = seenAs;
        if (known != null && seen == connection) {
            return known;
        }
        var tcb = known;
        if (tcb == null) {
            tcb = idle.pollLast();
        }
        if (tcb == null) {
            tcb = new Tcb(config, tuple, context);
        }
        tcb.reuse(config, tuple);
        packing.unpack(packed);
        PackedTcb.fields(tcb, packing);
        seen = connection;
        seenAs = tcb;
        return tcb;
    }
}
