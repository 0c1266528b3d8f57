package dev.levee.tcp;

import dev.levee.wire.Seq;

/// ICMP errors about what a connection has sent (RFC 9293 §3.9.2.2, RFC 5927).
///
/// Threads: shard.
final class IcmpArrives {
    private IcmpArrives() {}

    /// As [TcpConnection#onUnreachable] has it.
    static boolean unreachable(Tcb tcb, long nowNanos, CloseCause.IcmpReason reason, int seq) {
        var snd = tcb.snd;
        // RFC 5927 §4.1: only what is in flight can have caused an error.
        if (!Seq.inWindow(seq, snd.sndUna, snd.flightSize())) {
            return false;
        }
        boolean opening = tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED;
        if (opening && tcb.config.openEndedBy().contains(reason)) {
            tcb.close(TcpEvent.GIVE_UP, new CloseCause.Unreachable(reason, tcb.undelivered()), false);
        } else {
            // "Since these Unreachable messages indicate soft error conditions, a TCP implementation MUST NOT
            // abort the connection".
            tcb.softError(reason);
        }
        return true;
    }
}
