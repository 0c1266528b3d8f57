package dev.levee.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What `levee lab flood --compare` floods beside Levee: a small HTTP server on the kernel's sockets, at port 80. Not
/// for anybody else. Prints `ready`, and ends when it is told to stop.
@Command(
        name = "kernel-server",
        hidden = true,
        description = "The other server of 'levee lab flood --compare'.",
        footer = "")
final class KernelServerCommand implements Callable<Integer> {
    private static final int PORT = 80;
    /// As many as Levee's listeners have.
    private static final int BACKLOG = 1_024;
    private static final int REQUEST_BYTES_MAX = 4_096;
    private static final int PATIENCE_MILLIS = 5_000;
    private static final byte[] RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"
            .getBytes(StandardCharsets.US_ASCII);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Problem {
        try (var server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("::"), PORT), BACKLOG);
            spec.commandLine().getOut().println("ready");
            spec.commandLine().getOut().flush();
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            throw new Problem(1, Problem.reason(e));
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            // curl's request comes in one piece.
            int count = socket.getInputStream().read(new byte[REQUEST_BYTES_MAX]);
            if (count > 0) {
                socket.getOutputStream().write(RESPONSE);
            }
        } catch (IOException e) {
            // Whoever asked has gone.
        }
    }
}
