package dev.levee.wire;

/// What an ICMP message means to a host, whichever family's type and code said it (RFC 792, RFC 1122 §3.2.2.1,
/// RFC 4443).
///
/// Threads: any.
public enum IcmpKind {
    ECHO_REQUEST,
    ECHO_REPLY,
    /// There is no way to the network, now. Soft.
    NETWORK_UNREACHABLE,
    /// The last router cannot reach the host, now. Soft.
    HOST_UNREACHABLE,
    /// The host does not speak the protocol.
    PROTOCOL_UNREACHABLE,
    /// Nobody listens at the port.
    PORT_UNREACHABLE,
    /// Someone on the way, or the host, forbids it.
    PROHIBITED,
    /// The packet does not fit into a link on its way and must not be fragmented.
    PACKET_TOO_BIG,
    /// The hop limit ran out. Soft.
    HOPS_EXCEEDED,
    /// Fragments did not all arrive in time. Soft.
    REASSEMBLY_EXCEEDED,
    /// Someone did not understand the packet's header. Soft.
    PARAMETER_PROBLEM,
    /// Anything else: not an error about a packet of ours, not an echo.
    OTHER;

    /// Whether this is a report about a packet that was sent before, which the message then carries.
    public boolean isError() {
        return switch (this) {
            case ECHO_REQUEST, ECHO_REPLY, OTHER -> false;
            case NETWORK_UNREACHABLE,
                    HOST_UNREACHABLE,
                    PROTOCOL_UNREACHABLE,
                    PORT_UNREACHABLE,
                    PROHIBITED,
                    PACKET_TOO_BIG,
                    HOPS_EXCEEDED,
                    REASSEMBLY_EXCEEDED,
                    PARAMETER_PROBLEM -> true;
        };
    }

    /// Whether the report will not heal by itself, so that it may end an attempt to connect. RFC 9293 §3.9.2.2
    /// lists codes 2 to 4 of IPv4's Destination Unreachable as hard; code 4 is [#PACKET_TOO_BIG] here, an
    /// advice.
    public boolean isHard() {
        return this == PROTOCOL_UNREACHABLE || this == PORT_UNREACHABLE || this == PROHIBITED;
    }

    static IcmpKind ofV4(int type, int code) {
        return switch (type) {
            case 0 -> ECHO_REPLY;
            case 3 -> unreachableV4(code);
            case 8 -> ECHO_REQUEST;
            case 11 -> timeExceeded(code);
            case 12 -> PARAMETER_PROBLEM;
            default -> OTHER;
        };
    }

    private static IcmpKind unreachableV4(int code) {
        return switch (code) {
            // 14 and 15: not with that precedence.
            case 1, 7, 8, 12, 14, 15 -> HOST_UNREACHABLE;
            case 2 -> PROTOCOL_UNREACHABLE;
            case 3 -> PORT_UNREACHABLE;
            case 4 -> PACKET_TOO_BIG;
            case 9, 10, 13 -> PROHIBITED;
            default -> NETWORK_UNREACHABLE;
        };
    }

    private static IcmpKind timeExceeded(int code) {
        return code == 1 ? REASSEMBLY_EXCEEDED : HOPS_EXCEEDED;
    }

    static IcmpKind ofV6(int type, int code) {
        return switch (type) {
            case 1 -> unreachableV6(code);
            case 2 -> PACKET_TOO_BIG;
            case 3 -> timeExceeded(code);
            // Code 1: the next header is not recognized, which is what IPv4 calls an unreachable protocol.
            case 4 -> code == 1 ? PROTOCOL_UNREACHABLE : PARAMETER_PROBLEM;
            case 128 -> ECHO_REQUEST;
            case 129 -> ECHO_REPLY;
            default -> OTHER;
        };
    }

    private static IcmpKind unreachableV6(int code) {
        return switch (code) {
            case 1, 5, 6 -> PROHIBITED;
            case 2, 3 -> HOST_UNREACHABLE;
            case 4 -> PORT_UNREACHABLE;
            default -> NETWORK_UNREACHABLE;
        };
    }
}
