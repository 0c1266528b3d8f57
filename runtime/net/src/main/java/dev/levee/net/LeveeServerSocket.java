package dev.levee.net;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;

import dev.levee.stack.SocketOptions;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A `java.net.ServerSocket` that listens on a [Host], so that servers written for sockets run on it. From
/// [LeveeServerSocketFactory].
///
/// Threads: any.
public final class LeveeServerSocket extends ServerSocket {
    private static final Set<SocketOption<?>> SUPPORTED = Set.of(SO_RCVBUF, SO_REUSEADDR);
    private static final int BACKLOG = 50;

    private final Host host;
    private volatile @Nullable TcpListener listener;
    private volatile boolean closed;
    private volatile int timeoutMillis;
    private volatile boolean reuseAddress;
    private volatile SocketOptions settings;

    LeveeServerSocket(Host host) {
        super(new NoSocketImpl());
        this.host = host;
        this.settings = host.listenOptions().socket();
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        bind(local, BACKLOG);
    }

    /// Listens. Without an address, on a port that the host chooses.
    @Override
    public void bind(@Nullable SocketAddress local, int backlog) throws IOException {
        checkOpen();
        if (isBound()) {
            throw new SocketException("Already bound");
        }
        var inet = local == null ? new InetSocketAddress(0) : LeveeSocket.resolved(local);
        var address = inet.getAddress().isAnyLocalAddress()
                ? IpAddress.ANY_V6
                : IpAddress.of(inet.getAddress().getAddress());
        var usual = host.listenOptions();
        var options = usual.withBacklog(backlog < 1 ? BACKLOG : backlog).withSocket(settings);
        listener = host.listen(address, inet.getPort(), options);
    }

    private void checkOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
    }

    private TcpListener bound() throws SocketException {
        checkOpen();
        var open = listener;
        if (open == null) {
            throw new SocketException("Socket is not bound yet");
        }
        return open;
    }

    @Override
    public Socket accept() throws IOException {
        int millis = timeoutMillis;
        var open = bound();
        var stream = millis == 0 ? open.accept() : open.accept(Duration.ofMillis(millis));
        return stream.asSocket();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        var open = listener;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public boolean isClosed() {
        var open = listener;
        return closed || open != null && open.isClosed();
    }

    @Override
    public boolean isBound() {
        return listener != null;
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        var open = listener;
        return open == null ? null : Ports.inet(open.localAddress());
    }

    @Override
    public int getLocalPort() {
        var open = listener;
        return open == null ? -1 : open.localPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        var open = listener;
        return open == null ? null : open.localSocketAddress();
    }

    @Override
    public @Nullable ServerSocketChannel getChannel() {
        return null;
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        checkOpen();
        if (millis < 0) {
            throw new IllegalArgumentException("a timeout must not be negative, but is " + millis);
        }
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() throws IOException {
        checkOpen();
        return timeoutMillis;
    }

    /// Remembered only: a port is free as soon as its listener is closed.
    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        checkOpen();
        reuseAddress = on;
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        checkOpen();
        return reuseAddress;
    }

    /// Holds for connections of a listener that is bound afterwards.
    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        checkOpen();
        var changed = settings.tcp().toBuilder().receiveBufferBytes(Options.checkSize(bytes));
        settings = new SocketOptions(changed.build(), settings.lingerNanos());
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        checkOpen();
        return settings.tcp().receiveBufferBytes();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return SUPPORTED;
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> option, T value) throws IOException {
        if (option.equals(SO_REUSEADDR)) {
            setReuseAddress((Boolean) value);
        } else if (option.equals(SO_RCVBUF)) {
            setReceiveBufferSize((Integer) value);
        } else {
            throw Options.unsupported(option);
        }
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        checkOpen();
        if (!SUPPORTED.contains(option)) {
            throw Options.unsupported(option);
        }
        return Options.get(settings, reuseAddress, option);
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // Preferences may be ignored, and there is nothing to choose from.
    }

    @Override
    public String toString() {
        var open = listener;
        return open == null ? "ServerSocket[unbound]" : "ServerSocket[" + open + "]";
    }
}
