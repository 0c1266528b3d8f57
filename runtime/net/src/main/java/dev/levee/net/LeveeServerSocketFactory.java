package dev.levee.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes `java.net` server sockets that listen on a [Host], for libraries that accept a [ServerSocketFactory].
///
/// Threads: any.
public final class LeveeServerSocketFactory extends ServerSocketFactory {
    private final Host host;

    LeveeServerSocketFactory(Host host) {
        this.host = host;
    }

    @Override
    public ServerSocket createServerSocket() {
        return new LeveeServerSocket(host);
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return createServerSocket(port, 0, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return createServerSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address) throws IOException {
        var socket = new LeveeServerSocket(host);
        try {
            socket.bind(new InetSocketAddress(address, port), backlog);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
