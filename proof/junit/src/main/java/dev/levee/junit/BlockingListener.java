package dev.levee.junit;

import dev.levee.sim.SimListener;
import dev.levee.sim.SimSocket;
import dev.levee.tcp.Deadlines;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayDeque;

/// Accepts connections on a simulated host, for [Programs].
///
/// Threads: the test's and those of its programs.
public final class BlockingListener implements Closeable {
    private final Programs programs;
    private final SimListener listener;
    private final String where;
    private final ArrayDeque<SimSocket> accepted = new ArrayDeque<>();
    private final Signal signal;
    private boolean closed;

    BlockingListener(Programs programs, SimListener listener, String where) {
        this.programs = programs;
        this.listener = listener;
        this.where = where;
        signal = new Signal(programs);
        listener.onAccept(socket -> {
            accepted.addLast(socket);
            signal.give();
        });
    }

    /// The next connection; waits for one.
    ///
    /// @throws SocketException when the listener is closed, now or meanwhile
    public BlockingStream accept() throws IOException {
        programs.checkTurn();
        while (!closed) {
            var socket = accepted.pollFirst();
            if (socket != null) {
                return new BlockingStream(programs, socket);
            }
            programs.waitFor("a connection to " + where, signal, Deadlines.NONE, () -> closed || !accepted.isEmpty());
        }
        throw new SocketException("the listener of " + where + " is closed");
    }

    /// Listens no more. Connections that nobody has accepted are reset.
    @Override
    public void close() {
        programs.checkTurn();
        if (!closed) {
            closed = true;
            listener.close();
            accepted.forEach(SimSocket::abort);
            accepted.clear();
            signal.give();
        }
    }
}
