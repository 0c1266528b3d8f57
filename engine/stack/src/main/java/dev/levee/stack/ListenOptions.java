package dev.levee.stack;

/// Settings of one listener. Immutable.
///
/// @param backlog how many complete connections may wait to be accepted
/// @param halfOpenMax how many handshakes may be under way at once
/// @param socket what accepted sockets begin with
public record ListenOptions(int backlog, int halfOpenMax, SocketOptions socket) {
    public static final ListenOptions DEFAULT = new ListenOptions(1024, 4096, SocketOptions.DEFAULT);
}
