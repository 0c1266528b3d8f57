package dev.levee.app.service;

import dev.levee.net.TcpStream;
import java.io.IOException;

/// What is done with each connection to a port.
///
/// Threads: any; each connection by a thread of its own.
public interface Service {
    /// The option that asks for it, without dashes.
    String name();

    /// Whether it speaks before its clients do.
    default boolean speaksFirst() {
        return false;
    }

    /// Serves one connection until it ends. The caller closes the stream.
    void serve(TcpStream stream) throws IOException;
}
