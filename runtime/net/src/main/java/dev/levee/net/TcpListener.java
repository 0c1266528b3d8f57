package dev.levee.net;

import dev.levee.guard.Defence;
import dev.levee.wire.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/// Waits for connections. Several threads may accept at once; each gets the next connection in turn.
///
/// Threads: any.
public final class TcpListener implements Closeable {
    private final ListenerPort port;

    TcpListener(ListenerPort port) {
        this.port = port;
    }

    /// Waits for the next connection, as long as it takes.
    ///
    /// @throws java.net.SocketException when the listener is closed, now or meanwhile, or the host has ended
    /// @throws java.nio.channels.ClosedByInterruptException when the thread is interrupted: the listener is
    ///     closed
    public TcpStream accept() throws IOException {
        return new TcpStream(port.accept(Long.MAX_VALUE));
    }

    /// As [#accept()], but not longer than `timeout`.
    ///
    /// @throws java.net.SocketTimeoutException when the time is over; the listener goes on
    public TcpStream accept(Duration timeout) throws IOException {
        return new TcpStream(port.accept(Parking.nanos(timeout)));
    }

    /// Changes how it stands up to a flood of SYNs, from now on: nothing that a client can notice.
    ///
    /// @throws java.net.SocketException when the host has ended
    public void defence(Defence defence) throws IOException {
        port.defence(defence);
    }

    public IpAddress localAddress() {
        return port.listener().address();
    }

    public int localPort() {
        return port.listener().port();
    }

    public InetSocketAddress localSocketAddress() {
        return Ports.inet(localAddress(), localPort());
    }

    public boolean isClosed() {
        return port.closed();
    }

    /// No more connections: those that nobody accepted are reset, and who waits in [#accept()] gets an
    /// exception. Accepted connections go on. Again: no effect.
    @Override
    public void close() {
        port.close();
    }

    @Override
    public String toString() {
        return port.toString();
    }
}
