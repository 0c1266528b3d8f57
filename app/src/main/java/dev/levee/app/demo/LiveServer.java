package dev.levee.app.demo;

import dev.levee.net.Host;
import dev.levee.net.TcpException;
import dev.levee.net.TcpListener;
import dev.levee.net.TcpStream;
import dev.levee.tcp.CloseCause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/// The live demo's server: one file on one port, and a port that takes everything.
///
/// Threads: any.
final class LiveServer {
    private static final String HEAD_END = "\r\n\r\n";

    private final Host host;
    private final Content content;

    LiveServer(Host host, Content content) {
        this.host = host;
        this.content = content;
    }

    /// Serves the file once.
    ///
    /// @return how the connection ended
    CompletableFuture<CloseCause> file() throws IOException {
        return once(Settings.HTTP_PORT, this::answer);
    }

    /// Reads everything once.
    ///
    /// @return how the connection ended
    CompletableFuture<CloseCause> discard() throws IOException {
        return once(Settings.DISCARD_PORT, LiveServer::readToEnd);
    }

    private interface Body {
        void run(TcpStream stream) throws IOException;
    }

    private CompletableFuture<CloseCause> once(int port, Body body) throws IOException {
        var listener = host.listen(port);
        var ended = new CompletableFuture<CloseCause>();
        Thread.ofVirtual().name("demo-server").start(() -> ended.complete(serve(listener, body)));
        return ended;
    }

    private static CloseCause serve(TcpListener listener, Body body) {
        try (listener;
                var stream = listener.accept()) {
            body.run(stream);
            return new CloseCause.Finished();
        } catch (TcpException e) {
            return e.closeCause();
        } catch (IOException _) {
            return new CloseCause.Aborted(CloseCause.AbortReason.SHUTDOWN, 0);
        }
    }

    private void answer(TcpStream stream) throws IOException {
        var buffer = new byte[1 << 16];
        var request = new StringBuilder();
        while (request.indexOf(HEAD_END) < 0) {
            int count = stream.read(buffer, 0, buffer.length);
            if (count < 0) {
                return;
            }
            request.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
        }
        var head = content.responseHead();
        stream.write(head, 0, head.length);
        for (long position = 0; position < content.size(); ) {
            int count = content.fill(position, buffer);
            stream.write(buffer, 0, count);
            position += count;
        }
        stream.shutdownOutput();
        readToEnd(stream);
    }

    private static void readToEnd(TcpStream stream) throws IOException {
        var buffer = new byte[1 << 12];
        while (stream.read(buffer, 0, buffer.length) >= 0) {
            // Read and forgotten.
        }
    }
}
