package dev.levee.net;

import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;

import dev.levee.stack.SocketOptions;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfigBuilder;
import dev.levee.tcp.TcpInfo;
import dev.levee.wire.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A `java.net.Socket` whose connection is a [TcpStream] of a [Host], so that libraries written for sockets run
/// on it. From [LeveeSocketFactory] or [TcpStream#asSocket].
///
/// As any socket, with these differences: an interrupt closes it on platform threads, too; there is no
/// channel; urgent octets are read in line unless [#setOOBInline] says otherwise; the sizes of buffers
/// are settled by connecting, later settings are hints without effect. A refused connection is a [ConnectException]
/// whose cause is the
/// [TcpException].
///
/// Threads: any.
public final class LeveeSocket extends Socket {
    private final @Nullable Host host;
    private final Object settingsLock = new Object();

    private volatile @Nullable TcpStream stream;
    private volatile @Nullable SocketPort connecting;
    private volatile @Nullable InetSocketAddress bound;
    private volatile boolean closed;
    private volatile boolean inputShut;
    private volatile boolean outputShut;

    // Until it is connected; under the lock.
    private SocketOptions settings = SocketOptions.DEFAULT;
    private boolean reuseAddress;
    private int timeoutMillis;

    LeveeSocket(Host host) throws SocketException {
        super(new NoSocketImpl());
        this.host = host;
        this.settings = host.connectOptions().socket();
    }

    static LeveeSocket of(TcpStream stream) {
        try {
            return new LeveeSocket(stream);
        } catch (SocketException e) {
            throw new AssertionError("a constructor that declares what it never throws", e);
        }
    }

    private LeveeSocket(TcpStream stream) throws SocketException {
        super(new NoSocketImpl());
        this.host = null;
        this.stream = stream;
    }

    private TcpStream open() throws SocketException {
        var connected = stream;
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        if (connected == null) {
            throw new SocketException("Socket is not connected");
        }
        return connected;
    }

    private void checkOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        checkOpen();
        if (isBound()) {
            throw new SocketException("Already bound");
        }
        if (local == null) {
            bound = new InetSocketAddress(0);
            return;
        }
        var address = resolved(local);
        var on = host;
        var wanted = IpAddress.of(address.getAddress().getAddress());
        boolean ours = wanted.isAny()
                || on != null
                        && on.addresses().stream()
                                .anyMatch(cidr -> cidr.address().equals(wanted));
        if (!ours) {
            throw new java.net.BindException(address.getAddress().getHostAddress() + " is not an address of this host");
        }
        bound = address;
    }

    static InetSocketAddress resolved(SocketAddress address) throws UnknownHostException {
        if (!(address instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException("only internet addresses are supported, not " + address);
        }
        if (inet.isUnresolved()) {
            throw new UnknownHostException(inet.getHostName());
        }
        return inet;
    }

    @Override
    public void connect(SocketAddress remote) throws IOException {
        connect(remote, 0);
    }

    @Override
    public void connect(SocketAddress remote, int timeoutMillis) throws IOException {
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("a timeout must not be negative, but is " + timeoutMillis);
        }
        var to = resolved(remote);
        checkOpen();
        var on = host;
        if (stream != null || on == null) {
            throw new SocketException("already connected");
        }
        var request = request(to);
        var port = on.connecting(request);
        connecting = port;
        if (closed) {
            port.abort();
        }
        try {
            long limitNanos = timeoutMillis == 0 ? Long.MAX_VALUE : timeoutMillis * 1_000_000L;
            port.awaitConnected(limitNanos, request.toString());
        } catch (TcpException e) {
            closed = true;
            throw connectException(e);
        } catch (IOException e) {
            closed = true;
            throw e;
        }
        connected(new TcpStream(port));
    }

    private ConnectRequest request(InetSocketAddress to) {
        var from = bound;
        synchronized (settingsLock) {
            return new ConnectRequest(
                    from == null
                            ? IpAddress.ANY_V6
                            : IpAddress.of(from.getAddress().getAddress()),
                    from == null ? 0 : from.getPort(),
                    IpAddress.of(to.getAddress().getAddress()),
                    to.getPort(),
                    settings);
        }
    }

    private static ConnectException connectException(TcpException e) {
        boolean refused = e.closeCause() instanceof CloseCause.Refused;
        var exception = new ConnectException((refused ? "Connection refused: " : "") + e.getMessage());
        exception.initCause(e);
        return exception;
    }

    private void connected(TcpStream made) throws IOException {
        synchronized (settingsLock) {
            made.setOption(SO_REUSEADDR, reuseAddress);
            made.readTimeout(Duration.ofMillis(timeoutMillis));
            stream = made;
        }
        connecting = null;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        var port = connecting;
        if (port != null) {
            port.abort();
        }
        var open = stream;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public boolean isClosed() {
        var open = stream;
        return closed || open != null && open.isClosed();
    }

    @Override
    public boolean isConnected() {
        return stream != null;
    }

    @Override
    public boolean isBound() {
        return bound != null || stream != null;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShut;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public void shutdownInput() throws IOException {
        var open = open();
        if (inputShut) {
            throw new SocketException("Socket input is already shutdown");
        }
        inputShut = true;
        open.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        var open = open();
        if (outputShut) {
            throw new SocketException("Socket output is already shutdown");
        }
        outputShut = true;
        open.shutdownOutput();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        var open = open();
        if (inputShut) {
            throw new SocketException("Socket input is shutdown");
        }
        return open.input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        var open = open();
        if (outputShut) {
            throw new SocketException("Socket output is shutdown");
        }
        return open.output();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        var open = stream;
        return open == null ? null : Ports.inet(open.remoteAddress());
    }

    @Override
    public int getPort() {
        var open = stream;
        return open == null ? 0 : open.remotePort();
    }

    @Override
    public InetAddress getLocalAddress() {
        var open = stream;
        var from = bound;
        if (open != null && !isClosed()) {
            return Ports.inet(open.localAddress());
        }
        return from == null || isClosed() ? Ports.inet(IpAddress.ANY_V6) : from.getAddress();
    }

    @Override
    public int getLocalPort() {
        var open = stream;
        var from = bound;
        if (open != null) {
            return open.localPort();
        }
        return from == null ? -1 : from.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        var open = stream;
        return open == null ? null : open.remoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return isBound() ? new InetSocketAddress(getLocalAddress(), getLocalPort()) : null;
    }

    @Override
    public @Nullable SocketChannel getChannel() {
        return null;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.SUPPORTED;
    }

    @Override
    public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
        checkOpen();
        var open = stream;
        if (open != null) {
            open.setOption(option, value);
            return this;
        }
        synchronized (settingsLock) {
            if (option.equals(TCP_NODELAY)) {
                tcp(settings.tcp().toBuilder().noDelay((Boolean) value));
            } else if (option.equals(SO_LINGER)) {
                settings = new SocketOptions(settings.tcp(), Options.lingerNanos((Integer) value));
            } else if (option.equals(SO_RCVBUF)) {
                tcp(settings.tcp().toBuilder().receiveBufferBytes(Options.checkSize((Integer) value)));
            } else if (option.equals(SO_SNDBUF)) {
                tcp(settings.tcp().toBuilder().sendBufferBytes(Options.checkSize((Integer) value)));
            } else if (option.equals(SO_REUSEADDR)) {
                reuseAddress = (Boolean) value;
            } else if (KeepAliveOptions.ALL.contains(option)) {
                tcp(KeepAliveOptions.set(settings.tcp(), option, value).toBuilder());
            } else {
                throw Options.unsupported(option);
            }
        }
        return this;
    }

    private void tcp(TcpConfigBuilder changed) {
        settings = new SocketOptions(changed.build(), settings.lingerNanos());
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        checkOpen();
        var open = stream;
        if (open != null) {
            return open.getOption(option);
        }
        synchronized (settingsLock) {
            return Options.get(settings, reuseAddress, option);
        }
    }

    /// The options that sockets have methods for. `IOException` is none that they can throw.
    private <T> void option(SocketOption<T> option, T value) throws SocketException {
        try {
            setOption(option, value);
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    private <T> T option(SocketOption<T> option) throws SocketException {
        try {
            return getOption(option);
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        option(TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return option(TCP_NODELAY);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        if (on && seconds < 0) {
            throw new IllegalArgumentException("invalid value for SO_LINGER: " + seconds);
        }
        option(SO_LINGER, on ? seconds : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return option(SO_LINGER);
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        checkOpen();
        if (millis < 0) {
            throw new IllegalArgumentException("a timeout must not be negative, but is " + millis);
        }
        synchronized (settingsLock) {
            timeoutMillis = millis;
            var open = stream;
            if (open != null) {
                open.readTimeout(Duration.ofMillis(millis));
            }
        }
    }

    @Override
    public int getSoTimeout() throws SocketException {
        checkOpen();
        var open = stream;
        synchronized (settingsLock) {
            return open == null ? timeoutMillis : (int) open.readTimeout().toMillis();
        }
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        option(SO_SNDBUF, bytes);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return option(SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        option(SO_RCVBUF, bytes);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return option(SO_RCVBUF);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        option(SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return option(SO_REUSEADDR);
    }

    @Override
    public void setTrafficClass(int octet) throws SocketException {
        if (octet < 0 || octet > 255) {
            throw new IllegalArgumentException("a traffic class must lie in 0..255, but is " + octet);
        }
        checkOpen();
        synchronized (settingsLock) {
            var open = stream;
            if (open == null) {
                tcp(settings.tcp().toBuilder().trafficClass(octet));
            } else {
                open.port().trafficClass(octet);
            }
        }
    }

    @Override
    public int getTrafficClass() throws SocketException {
        checkOpen();
        var open = stream;
        synchronized (settingsLock) {
            return (open == null ? settings.tcp() : open.port().tcp()).trafficClass();
        }
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        option(SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return option(SO_KEEPALIVE);
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        checkOpen();
        synchronized (settingsLock) {
            var open = stream;
            if (open == null) {
                tcp(settings.tcp().toBuilder().urgentInLine(on));
            } else {
                open.urgentInLine(on);
            }
        }
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        checkOpen();
        synchronized (settingsLock) {
            var open = stream;
            return open == null ? settings.tcp().urgentInLine() : open.urgentInLine();
        }
    }

    /// See [TcpStream#sendUrgent].
    @Override
    public void sendUrgentData(int data) throws IOException {
        open().sendUrgent(data & 0xff);
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // Preferences may be ignored, and there is nothing to choose from.
    }

    /// Everything that TCP knows about the connection at this moment, see [TcpStream#tcpInfo].
    ///
    /// @throws IOException when it is not connected, or the host has ended
    public TcpInfo tcpInfo() throws IOException {
        var open = stream;
        if (open == null) {
            throw new SocketException("Socket is not connected");
        }
        return open.tcpInfo();
    }

    @Override
    public String toString() {
        var open = stream;
        return open == null ? "Socket[unconnected]" : "Socket[" + open + "]";
    }
}
