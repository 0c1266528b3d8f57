package dev.levee.stack;

import java.util.Objects;

/// Settings of one listener. Immutable.
///
/// @param backlog how many complete connections may wait to be accepted, at least 1
/// @param halfOpenMax how many handshakes may be under way at once, at least 1
/// @param socket what accepted sockets begin with
public record ListenOptions(int backlog, int halfOpenMax, SocketOptions socket) {
    public static final ListenOptions DEFAULT = new ListenOptions(1024, 4096, SocketOptions.DEFAULT);

    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions {
        Objects.requireNonNull(socket, "socket");
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog must be at least 1, but is " + backlog);
        }
        if (halfOpenMax < 1) {
            throw new IllegalArgumentException("halfOpenMax must be at least 1, but is " + halfOpenMax);
        }
    }
}
