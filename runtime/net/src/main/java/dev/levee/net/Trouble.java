package dev.levee.net;

import dev.levee.tcp.CloseCause.IcmpReason;
import org.jspecify.annotations.Nullable;

/// What may come to end a connection that goes on for now: soft errors of the network, and delivery in doubt
/// (RFC 9293 §3.9.1.8).
///
/// @param icmp what the last ICMP error about the connection said; null when there was none since the peer
///     acknowledged anything
/// @param inDoubt whether a segment was retransmitted so often in vain that the peer may be gone (R1, RFC 9293
///     §3.8.3)
public record Trouble(@Nullable IcmpReason icmp, boolean inDoubt) {
    /// All is well.
    public static final Trouble NONE = new Trouble(null, false);

    public boolean isNone() {
        return icmp == null && !inDoubt;
    }

    /// One plain clause for people: `host unreachable`.
    public String describe() {
        if (icmp == null) {
            return inDoubt ? "the peer does not answer" : "no trouble";
        }
        return inDoubt ? "the peer does not answer; the network says: " + icmp.describe() : icmp.describe();
    }
}
