package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.stack.SocketError;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.IcmpReason;

/// Which `errno` the two systems have for what happened.
final class Errno {
    /// No error.
    static final String NONE = "";

    private Errno() {}

    /// What a socket's pending error is once its connection has ended.
    ///
    /// @param peerClosed the peer's FIN had come before, and this side was still open
    static String of(CloseCause cause, Platform platform, boolean peerClosed) {
        return switch (cause) {
            case CloseCause.Finished _ -> NONE;
            case CloseCause.Refused _ -> "ECONNREFUSED";
            // Linux says EPIPE in CLOSE-WAIT: the peer has closed before it reset.
            case CloseCause.Reset _ -> peerClosed && platform == Platform.LINUX ? "EPIPE" : "ECONNRESET";
            case CloseCause.TimedOut timeout -> timedOut(timeout, platform);
            case CloseCause.Unreachable unreachable -> of(unreachable.reason(), platform);
            case CloseCause.Aborted _ -> "ECONNABORTED";
        };
    }

    private static String timedOut(CloseCause.TimedOut timeout, Platform platform) {
        if (timeout.which() == CloseCause.Timeout.FIN_WAIT_2) {
            return NONE;
        }
        return timeout.softError() == null ? "ETIMEDOUT" : of(timeout.softError(), platform);
    }

    /// What an ICMP error becomes.
    static String of(IcmpReason reason, Platform platform) {
        return switch (reason) {
            case NETWORK -> platform == Platform.LINUX ? "ENETUNREACH" : "EHOSTUNREACH";
            case HOST, HOPS, REASSEMBLY -> "EHOSTUNREACH";
            case HEADER -> platform == Platform.LINUX ? "EPROTO" : "ENOPROTOOPT";
            case PROTOCOL -> platform == Platform.LINUX ? "ENOPROTOOPT" : "ECONNREFUSED";
            case PORT -> "ECONNREFUSED";
            case PROHIBITED -> platform == Platform.LINUX ? "EHOSTUNREACH" : "ECONNREFUSED";
        };
    }

    /// Why the stack refused to open a connection.
    static String ofConnect(SocketError error, Platform platform) {
        return switch (error) {
            case ADDRESS_IN_USE -> platform == Platform.LINUX ? "EADDRNOTAVAIL" : "EADDRINUSE";
            case ADDRESS_NOT_OURS, NO_PORT_FREE -> "EADDRNOTAVAIL";
            case BAD_DESTINATION -> platform == Platform.LINUX ? "ENETUNREACH" : "EADDRNOTAVAIL";
            case NO_ROUTE -> "ENETUNREACH";
            case LIMIT_REACHED -> "ENOBUFS";
            case CLOSED -> "ENETDOWN";
        };
    }
}
