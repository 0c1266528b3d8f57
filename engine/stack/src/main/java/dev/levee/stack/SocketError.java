package dev.levee.stack;

/// Why a user's call cannot be carried out.
public enum SocketError {
    ADDRESS_IN_USE,
    ADDRESS_NOT_OURS,
    BAD_DESTINATION,
    NO_ROUTE,
    NO_PORT_FREE,
    LIMIT_REACHED,
    CLOSED
}
