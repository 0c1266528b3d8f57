package dev.levee.stack;

import dev.levee.guard.GuardedListener;
import dev.levee.tcp.SynAck;

/// A listener as it was when a handshake began: what its SYN-ACK has promised holds until the end, whatever the
/// settings are by then.
///
/// Threads: shard.
final class Answering {
    final Listener listener;
    final GuardedListener guarded;
    final SynAck synAck;
    /// The first epoch in which SYNs were answered otherwise.
    long untilEpoch = Long.MAX_VALUE;

    Answering(Listener listener, GuardedListener guarded, SynAck synAck) {
        this.listener = listener;
        this.guarded = guarded;
        this.synAck = synAck;
    }
}
