package dev.levee.app.demo;

import dev.levee.sim.SimSocket;

/// A web client in virtual time: sends a request, judges the answer, and closes when the server has closed.
///
/// Threads: the simulation's.
final class SimFileClient {
    private final Download download = new Download();
    private final byte[] buffer = new byte[1 << 16];
    private boolean begun;
    private boolean ended;

    SimFileClient(SimSocket socket, String host) {
        socket.onReadable(this::read).onConnected(connected -> connected.send(Content.request(host)));
    }

    private void read(SimSocket from) {
        int count = from.read(buffer, 0, buffer.length);
        while (count > 0) {
            begun = true;
            download.take(buffer, count);
            count = from.read(buffer, 0, buffer.length);
        }
        if (from.ended() || from.cause() != null) {
            ended = true;
            from.close();
        }
    }

    /// Whether the first octets have come.
    boolean begun() {
        return begun;
    }

    /// Whether nothing more will come.
    boolean ended() {
        return ended;
    }

    Download download() {
        return download;
    }
}
