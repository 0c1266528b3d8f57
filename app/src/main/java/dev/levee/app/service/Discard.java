package dev.levee.app.service;

import dev.levee.net.TcpStream;
import java.io.IOException;

/// Takes all that comes and answers nothing (RFC 863).
public final class Discard implements Service {
    private static final int BUFFER_BYTES = 256 * 1024;

    @Override
    public String name() {
        return "discard";
    }

    @Override
    public void serve(TcpStream stream) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        while (stream.read(buffer, 0, BUFFER_BYTES) >= 0) {
            // Read and forgotten.
        }
    }
}
