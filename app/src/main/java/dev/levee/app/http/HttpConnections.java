package dev.levee.app.http;

import java.io.IOException;
import java.net.Socket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.io.HttpServerRequestHandler;
import org.apache.hc.core5.http.io.support.BasicHttpServerExpectationDecorator;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 on connected sockets: requests of one connection one after the other, until either side has had
/// enough.
///
/// Threads: any; each connection by the thread that serves it.
public final class HttpConnections {
    private static final int IDLE_MILLIS_MAX = 60_000;
    private static final Http1Config CONFIG = Http1Config.custom()
            .setBufferSize(32 * 1024)
            .setMaxLineLength(16 * 1024)
            .setMaxHeaderCount(200)
            .setMaxEmptyLineCount(10)
            .build();

    private final HttpService service;

    /// @param writable whether PUT is offered
    public HttpConnections(Site site, boolean writable) {
        var files = new FileRequests(site, writable);
        HttpServerRequestHandler handler = (request, trigger, _) -> trigger.submitResponse(files.answer(request));
        this.service = new HttpService(HttpProcessors.server("levee"), new Expectations(handler, files));
    }

    /// Serves a connection until it ends, and closes it.
    ///
    /// @throws IOException when the connection fails, or the peer has gone in the middle of a request
    public void serve(Socket socket) throws IOException {
        socket.setSoTimeout(IDLE_MILLIS_MAX);
        try (var connection = new DefaultBHttpServerConnection("http", CONFIG)) {
            connection.bind(socket);
            while (connection.isOpen()) {
                service.handleRequest(connection, HttpCoreContext.create());
            }
        } catch (ConnectionClosedException _) {
            // The peer has closed between two requests: how most connections end.
        } catch (HttpException e) {
            throw new IOException("malformed request: " + e.getMessage(), e);
        }
    }

    /// Answers `Expect: 100-continue` before the body comes.
    private static final class Expectations extends BasicHttpServerExpectationDecorator {
        private final FileRequests files;

        Expectations(HttpServerRequestHandler handler, FileRequests files) {
            super(handler);
            this.files = files;
        }

        @Override
        protected @Nullable ClassicHttpResponse verify(ClassicHttpRequest request, HttpContext context) {
            var refusal = files.refusal(request);
            if (refusal != null) {
                // The body will not come: nobody may wait for it, and the connection is of no further use.
                request.setEntity(null);
                refusal.setHeader(HttpHeaders.CONNECTION, "close");
            }
            return refusal;
        }
    }
}
