package dev.levee.tcp;

import org.jspecify.annotations.Nullable;

/// How a connection ended. Every connection ends in exactly one of these ways, and each says how many octets
/// that this side's user had written were never acknowledged by the peer's TCP: data is delivered, or the user
/// is told.
///
/// Threads: any; immutable.
public sealed interface CloseCause {

    /// Octets written here that the peer never acknowledged.
    long undeliveredBytes();

    /// One plain clause for people: `reset by the peer`.
    String describe();

    /// Both sides said FIN and all data was acknowledged.
    record Finished() implements CloseCause {
        @Override
        public long undeliveredBytes() {
            return 0;
        }

        @Override
        public String describe() {
            return "closed by both sides, everything delivered";
        }
    }

    /// The peer answered our SYN with a RST: nobody listens there.
    record Refused(long undeliveredBytes) implements CloseCause {
        @Override
        public String describe() {
            return "connection refused";
        }
    }

    /// The peer aborted an open connection with a RST.
    record Reset(long undeliveredBytes) implements CloseCause {
        @Override
        public String describe() {
            return "connection reset by the peer";
        }
    }

    /// The peer did not answer in time.
    ///
    /// @param softError the last ICMP error since the peer acknowledged anything; null when there was none
    record TimedOut(
            Timeout which, long undeliveredBytes, @Nullable IcmpReason softError) implements CloseCause {
        /// The network said nothing.
        public TimedOut(Timeout which, long undeliveredBytes) {
            this(which, undeliveredBytes, null);
        }

        @Override
        public String describe() {
            return softError == null
                    ? which.describe()
                    : which.describe() + " (the network says: " + softError.describe() + ")";
        }
    }

    /// The network said, before the connection was open, that the peer cannot be reached (ICMP).
    record Unreachable(IcmpReason reason, long undeliveredBytes) implements CloseCause {
        @Override
        public String describe() {
            return reason.describe();
        }
    }

    /// This side gave the connection up: abort, a close without linger, unread data at close, or the host
    /// going down.
    record Aborted(AbortReason reason, long undeliveredBytes) implements CloseCause {
        @Override
        public String describe() {
            return reason.describe();
        }
    }

    /// Which waiting was in vain.
    enum Timeout {
        /// The SYN was never answered (R2 for SYNs, RFC 9293 §3.8.3).
        CONNECT("connection timed out: no answer to the SYN"),
        /// Data or FIN was retransmitted up to R2.
        RETRANSMISSION("connection timed out: data was not acknowledged"),
        /// Zero-window probes went unanswered up to R2.
        PERSIST("connection timed out: window probes were not answered"),
        /// The peer took nothing, with its window closed for `TcpConfig.zeroWindowNanosMax` altogether, or, after the
        /// user had closed, for `zeroWindowClosedNanosMax`.
        ZERO_WINDOW("connection timed out: the peer took nothing more"),
        /// Nothing was heard of the peer, not even in answer to keep-alive probes (RFC 9293 §3.8.4).
        KEEP_ALIVE("connection timed out: keep-alive probes were not answered"),
        /// The user's own time passed, see [TcpConfig#userTimeoutNanos].
        USER("connection timed out: no answer within the user timeout"),
        /// The peer never sent its FIN after this side's user had closed for good.
        FIN_WAIT_2("connection timed out: the peer never closed its side"),
        /// The linger time passed before everything was acknowledged.
        LINGER("linger time is over: not everything was acknowledged");

        private final String text;

        Timeout(String text) {
            this.text = text;
        }

        String describe() {
            return text;
        }
    }

    /// What an ICMP error said.
    enum IcmpReason {
        NETWORK("network unreachable"),
        HOST("host unreachable"),
        PROTOCOL("the host does not speak TCP"),
        PORT("port unreachable"),
        PROHIBITED("communication prohibited by a filter"),
        HOPS("the packets ran out of hops on their way"),
        REASSEMBLY("fragments did not arrive in time"),
        HEADER("a router or the host did not understand the packets' header");

        private final String text;

        IcmpReason(String text) {
            this.text = text;
        }

        /// One plain clause for people: `host unreachable`.
        public String describe() {
            return text;
        }
    }

    /// Why this side gave up.
    enum AbortReason {
        USER("aborted by the user"),
        LINGER_ZERO("closed with linger 0: aborted"),
        UNREAD_DATA("closed with received data unread"),
        DATA_AFTER_CLOSE("data arrived after the user had closed"),
        NOT_ACCEPTED("the listener closed before the connection was accepted"),
        SHUTDOWN("the stack was shut down");

        private final String text;

        AbortReason(String text) {
            this.text = text;
        }

        String describe() {
            return text;
        }
    }
}
