package dev.levee.app.demo;

import dev.levee.sim.SimListener;
import dev.levee.sim.SimSocket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A web server with one file, in virtual time. Answers one connection and closes it.
///
/// Threads: the simulation's.
final class SimFileServer {
    private final Content content;
    private final byte[] head;
    private final StringBuilder request = new StringBuilder();
    private final byte[] chunk = new byte[1 << 16];
    private int headWritten;
    private long bodyWritten;
    private boolean asked;
    private boolean finished;
    private @Nullable SimSocket socket;

    SimFileServer(Content content, SimListener listener) {
        this(content);
        listener.onAccept(this::accept);
    }

    /// A server whose connection somebody else accepts, for [#accept].
    SimFileServer(Content content) {
        this.content = content;
        this.head = content.responseHead();
    }

    /// The connection, once there is one.
    @Nullable
    SimSocket socket() {
        return socket;
    }

    void accept(SimSocket accepted) {
        if (socket != null) {
            accepted.abort();
            return;
        }
        socket = accepted;
        accepted.onReadable(this::read).onWritable(this::write);
    }

    private void read(SimSocket from) {
        var buffer = new byte[1024];
        for (int count = from.read(buffer, 0, buffer.length); count > 0; count = from.read(buffer, 0, buffer.length)) {
            request.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
        }
        asked |= request.indexOf("\r\n\r\n") >= 0;
        write(from);
        if (from.ended() && finished) {
            from.close();
        }
    }

    private void write(SimSocket to) {
        if (!asked || finished) {
            return;
        }
        while (headWritten < head.length) {
            int count = to.write(head, headWritten, head.length - headWritten);
            if (count <= 0) {
                return;
            }
            headWritten += count;
        }
        while (bodyWritten < content.size()) {
            int count = to.write(chunk, 0, content.fill(bodyWritten, chunk));
            if (count <= 0) {
                return;
            }
            bodyWritten += count;
        }
        finished = true;
        to.finish();
    }
}
