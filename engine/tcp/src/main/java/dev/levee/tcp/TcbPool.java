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
    private @Nullable TcpConnection seen;
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

    /// The control block of a connection that is to go on.
    Tcb unpack(TcpConnection connection, byte[] packed, TcpConfig config, FourTuple tuple) {
        var tcb = look(connection, packed, config, tuple);
        seen = null;
        seenAs = null;
        return tcb;
    }

    /// The same to be read only: the connection stays at rest.
    Tcb look(TcpConnection connection, byte[] packed, TcpConfig config, FourTuple tuple) {
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
