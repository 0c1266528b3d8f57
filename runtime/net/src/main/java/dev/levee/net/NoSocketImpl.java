package dev.levee.net;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/// What `java.net` sockets are given instead of an implementation: the adapters answer for everything
/// themselves, so that nothing ever gets here.
final class NoSocketImpl extends SocketImpl {

    private static AssertionError unreachable() {
        return new AssertionError("a java.net method that the adapter does not override");
    }

    @Override
    protected void create(boolean stream) {
        throw unreachable();
    }

    @Override
    protected void connect(String host, int port) {
        throw unreachable();
    }

    @Override
    protected void connect(InetAddress address, int port) {
        throw unreachable();
    }

    @Override
    protected void connect(SocketAddress address, int timeout) {
        throw unreachable();
    }

    @Override
    protected void bind(InetAddress host, int port) {
        throw unreachable();
    }

    @Override
    protected void listen(int backlog) {
        throw unreachable();
    }

    @Override
    protected void accept(SocketImpl socket) {
        throw unreachable();
    }

    @Override
    protected InputStream getInputStream() {
        throw unreachable();
    }

    @Override
    protected OutputStream getOutputStream() {
        throw unreachable();
    }

    @Override
    protected int available() {
        throw unreachable();
    }

    @Override
    protected void close() {
        throw unreachable();
    }

    @Override
    protected void sendUrgentData(int data) {
        throw unreachable();
    }

    @Override
    public void setOption(int option, Object value) {
        throw unreachable();
    }

    @Override
    public Object getOption(int option) {
        throw unreachable();
    }
}
