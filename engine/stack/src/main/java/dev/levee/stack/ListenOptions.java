package dev.levee.stack;

import java.util.Objects;

/// Settings of one listener. Immutable.
///
/// @param backlog how many complete connections may wait to be accepted, at least 1
/// @param halfOpenMax how many handshakes may be under way at once, at least 1
/// @param socket what accepted sockets begin with
/// @param fastOpen whether text is accepted with a SYN
public record ListenOptions(int backlog, int halfOpenMax, SocketOptions socket, FastOpenOptions fastOpen) {
    public static final ListenOptions DEFAULT = new ListenOptions(1024, 4096, SocketOptions.DEFAULT);

    /// Without fast open.
    ///
    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions(int backlog, int halfOpenMax, SocketOptions socket) {
        this(backlog, halfOpenMax, socket, FastOpenOptions.OFF);
    }

    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions {
        Objects.requireNonNull(socket, "socket");
        Objects.requireNonNull(fastOpen, "fastOpen");
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog must be at least 1, but is " + backlog);
        }
        if (halfOpenMax < 1) {
            throw new IllegalArgumentException("halfOpenMax must be at least 1, but is " + halfOpenMax);
        }
    }

    /// These with other settings for fast open.
    public ListenOptions withFastOpen(FastOpenOptions options) {
        return new ListenOptions(backlog, halfOpenMax, socket, options);
    }
}
