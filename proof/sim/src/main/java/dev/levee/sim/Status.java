package dev.levee.sim;

import dev.levee.stack.TcpSocket;

/// A connection in one line, for messages.
///
/// Threads: the simulation's.
record Status(TcpSocket socket) {
    @Override
    public String toString() {
        var connection = socket.connection();
        var cause = socket.cause();
        return socket + ", written " + connection.bytesWritten() + " acknowledged " + connection.bytesAcknowledged()
                + ", received " + connection.bytesReceived() + " read " + connection.bytesRead() + ", window "
                + connection.sndWnd() + ", flight " + connection.flightSize() + (cause == null ? "" : ", " + cause);
    }
}
