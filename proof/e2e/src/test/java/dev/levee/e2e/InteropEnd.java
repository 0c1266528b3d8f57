package dev.levee.e2e;

import dev.levee.net.TcpStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;

/// One end of a connection, Levee's or the kernel's, with as much of sockets as both have.
///
/// Threads: a reader and a writer.
interface InteropEnd extends Closeable {
    /// @return how many octets, -1 at the end of the stream, 0 when the patience of [#patience] is over
    int read(byte[] target, int length) throws IOException;

    void write(byte[] source, int offset, int length) throws IOException;

    void shutdownOutput() throws IOException;

    /// Lets reads return after this time.
    void patience(Duration time) throws IOException;

    /// Resets the connection.
    ///
    /// @param abort by the call that is there for it, if there is one
    void reset(boolean abort) throws IOException;

    /// Levee's end.
    record Levee(TcpStream stream) implements InteropEnd {
        @Override
        public int read(byte[] target, int length) throws IOException {
            try {
                return stream.read(target, 0, length);
            } catch (SocketTimeoutException e) {
                return 0;
            }
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            stream.write(source, offset, length);
        }

        @Override
        public void shutdownOutput() throws IOException {
            stream.shutdownOutput();
        }

        @Override
        public void patience(Duration time) {
            stream.readTimeout(time);
        }

        @Override
        public void reset(boolean abort) throws IOException {
            if (abort) {
                stream.abort();
            } else {
                stream.setOption(StandardSocketOptions.SO_LINGER, 0);
                stream.close();
            }
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /// The kernel's end.
    record Kernel(Socket socket) implements InteropEnd {
        @Override
        public int read(byte[] target, int length) throws IOException {
            try {
                return socket.getInputStream().read(target, 0, length);
            } catch (SocketTimeoutException e) {
                return 0;
            }
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            socket.getOutputStream().write(source, offset, length);
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void patience(Duration time) throws IOException {
            socket.setSoTimeout((int) time.toMillis());
        }

        @Override
        public void reset(boolean abort) throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
