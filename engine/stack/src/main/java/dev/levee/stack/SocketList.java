package dev.levee.stack;

import org.jspecify.annotations.Nullable;

/// A list of sockets in order of arrival, linked through the sockets themselves. A socket is in at most one of
/// them: half-open, to be accepted, or in TIME-WAIT.
///
/// Threads: shard.
final class SocketList {
    private @Nullable TcpSocket first;
    private @Nullable TcpSocket last;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    TcpSocket first() {
        return first;
    }

    void addLast(TcpSocket socket) {
        assert socket.list == null;
        socket.list = this;
        socket.previous = last;
        if (last == null) {
            first = socket;
        } else {
            last.next = socket;
        }
        last = socket;
        size++;
    }

    void remove(TcpSocket socket) {
        assert socket.list == this;
        var before = socket.previous;
        var after = socket.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        socket.list = null;
        socket.previous = null;
        socket.next = null;
        size--;
    }

    @Nullable
    TcpSocket pollFirst() {
        var socket = first;
        if (socket != null) {
            remove(socket);
        }
        return socket;
    }
}
