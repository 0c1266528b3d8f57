package dev.levee.app.service;

import dev.levee.net.TcpStream;
import java.io.IOException;

/// Sends back what comes, until the peer closes its side (RFC 862).
public final class Echo implements Service {
    private static final int BUFFER_BYTES = 64 * 1024;

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public void serve(TcpStream stream) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        for (int count = stream.read(buffer, 0, BUFFER_BYTES);
                count >= 0;
                count = stream.read(buffer, 0, BUFFER_BYTES)) {
            stream.write(buffer, 0, count);
        }
    }
}
