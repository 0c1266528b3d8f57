package dev.levee.app.service;

import dev.levee.app.http.HttpConnections;
import dev.levee.app.http.Site;
import dev.levee.net.TcpStream;
import java.io.IOException;

/// Serves a directory over HTTP.
public final class Http implements Service {
    private final HttpConnections connections;

    /// @param writable whether files can be uploaded
    public Http(Site site, boolean writable) {
        connections = new HttpConnections(site, writable);
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void serve(TcpStream stream) throws IOException {
        connections.serve(stream.asSocket());
    }
}
