package dev.levee.stack;

import dev.levee.guard.Defence;
import java.util.Objects;

/// Settings of one listener. Immutable.
///
/// @param backlog how many complete connections may wait to be accepted, at least 1
/// @param halfOpenMax how many handshakes may be under way at once where the defence is one of a table of fixed size
///     ([Defence#grows]), at least 1
/// @param socket what accepted sockets begin with
/// @param fastOpen whether text is accepted with a SYN
/// @param defence what stands up to a flood of SYNs
/// @param speaksFirst whether the service speaks before its clients do: who loses the last segment of his handshake
///     then has nothing to say that would repeat it, so that his handshake must not be forgotten; when there is no room
///     to remember it, his SYN is dropped
/// @param defersAccept whether a connection is made only when its client has said something, or that it will say
///     nothing: who only completes handshakes costs a row at most, and wakes nobody. A client that is silent for longer
///     than a handshake may take is told with a RST when it speaks at last, or in a flood, where cookies are believed,
///     not at all
public record ListenOptions(
        int backlog,
        int halfOpenMax,
        SocketOptions socket,
        FastOpenOptions fastOpen,
        Defence defence,
        boolean speaksFirst,
        boolean defersAccept) {
    public static final ListenOptions DEFAULT = new ListenOptions(1024, 4096, SocketOptions.DEFAULT);

    /// Without fast open.
    ///
    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions(int backlog, int halfOpenMax, SocketOptions socket) {
        this(backlog, halfOpenMax, socket, FastOpenOptions.OFF);
    }

    /// With all defences together, for a service that answers.
    ///
    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions(int backlog, int halfOpenMax, SocketOptions socket, FastOpenOptions fastOpen) {
        this(backlog, halfOpenMax, socket, fastOpen, Defence.AUTO, false, false);
    }

    /// @throws IllegalArgumentException when one lies outside its range, in a sentence that names it
    public ListenOptions {
        Objects.requireNonNull(socket, "socket");
        Objects.requireNonNull(fastOpen, "fastOpen");
        Objects.requireNonNull(defence, "defence");
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog must be at least 1, but is " + backlog);
        }
        if (halfOpenMax < 1) {
            throw new IllegalArgumentException("halfOpenMax must be at least 1, but is " + halfOpenMax);
        }
        if (speaksFirst && defersAccept) {
            throw new IllegalArgumentException("a service that speaks first cannot wait until its clients have spoken");
        }
    }

    /// These with other settings for fast open.
    public ListenOptions withFastOpen(FastOpenOptions options) {
        return new ListenOptions(backlog, halfOpenMax, socket, options, defence, speaksFirst, defersAccept);
    }

    /// These with another defence.
    public ListenOptions withDefence(Defence other) {
        return new ListenOptions(backlog, halfOpenMax, socket, fastOpen, other, speaksFirst, defersAccept);
    }

    /// These for a service that speaks before its clients do, or not.
    public ListenOptions withSpeaksFirst(boolean first) {
        return new ListenOptions(backlog, halfOpenMax, socket, fastOpen, defence, first, defersAccept);
    }

    /// These with other settings for accepted sockets.
    public ListenOptions withSocket(SocketOptions options) {
        return new ListenOptions(backlog, halfOpenMax, options, fastOpen, defence, speaksFirst, defersAccept);
    }

    /// These with room for another number of complete connections.
    ///
    /// @throws IllegalArgumentException when it is less than 1
    public ListenOptions withBacklog(int connections) {
        return new ListenOptions(connections, halfOpenMax, socket, fastOpen, defence, speaksFirst, defersAccept);
    }

    /// These for connections that are made when their clients have said something, or at once.
    ///
    /// @throws IllegalArgumentException when the service speaks first
    public ListenOptions withDefersAccept(boolean defers) {
        return new ListenOptions(backlog, halfOpenMax, socket, fastOpen, defence, speaksFirst, defers);
    }
}
