package dev.levee.net;

import java.io.IOException;
import java.io.OutputStream;

/// A stream's octets as an [OutputStream].
///
/// Threads: application.
final class TcpOutputStream extends OutputStream {
    private final TcpStream stream;

    TcpOutputStream(TcpStream stream) {
        this.stream = stream;
    }

    @Override
    public void write(int octet) throws IOException {
        stream.port().output.write(octet);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        stream.write(source, offset, length);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
