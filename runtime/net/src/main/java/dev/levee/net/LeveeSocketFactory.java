package dev.levee.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes `java.net` sockets that live on a [Host], for libraries that accept a [SocketFactory].
///
/// Threads: any.
public final class LeveeSocketFactory extends SocketFactory {
    private final Host host;

    LeveeSocketFactory(Host host) {
        this.host = host;
    }

    @Override
    public Socket createSocket() throws IOException {
        return new LeveeSocket(host);
    }

    @Override
    public Socket createSocket(String name, int port) throws IOException {
        return connected(null, 0, new InetSocketAddress(name, port));
    }

    @Override
    public Socket createSocket(String name, int port, InetAddress localAddress, int localPort) throws IOException {
        return connected(localAddress, localPort, new InetSocketAddress(name, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port) throws IOException {
        return connected(null, 0, new InetSocketAddress(address, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected(localAddress, localPort, new InetSocketAddress(address, port));
    }

    @SuppressWarnings("resource")
    private Socket connected(@Nullable InetAddress localAddress, int localPort, InetSocketAddress remote)
            throws IOException {
        var socket = new LeveeSocket(host);
        try {
            if (localAddress != null || localPort != 0) {
                socket.bind(new InetSocketAddress(localAddress, localPort));
            }
            socket.connect(remote);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
