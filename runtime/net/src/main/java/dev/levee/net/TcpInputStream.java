package dev.levee.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A stream's octets as an [InputStream].
///
/// Threads: application.
final class TcpInputStream extends InputStream {
    private static final int TRANSFER_BYTES = 1 << 16;

    private final TcpStream stream;

    TcpInputStream(TcpStream stream) {
        this.stream = stream;
    }

    @Override
    public int read() throws IOException {
        return stream.port().input.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return stream.read(target, offset, length);
    }

    @Override
    public int available() throws IOException {
        stream.port().checkOpen();
        return stream.port().input.available();
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        var octets = new byte[TRANSFER_BYTES];
        long total = 0;
        int count;
        while ((count = read(octets, 0, octets.length)) >= 0) {
            out.write(octets, 0, count);
            total += count;
        }
        return total;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
