package dev.levee.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A server on the kernel's own TCP that answers HTTP requests with part of a body, and then does as its
/// argument says: `reset` (RFC 9293 §3.9.1 ABORT), `close` or `stall`. Runs as a process of its own.
final class ResetServer {
    static final int PORT = 8080;
    static final int BODY_BYTES = 100_000;
    static final int SENT_BYTES = 60_000;

    private ResetServer() {}

    public static void main(String[] arguments) throws IOException {
        var manner = arguments[0];
        try (var server = new ServerSocket(PORT, 50, InetAddress.getByName("::"))) {
            System.out.println("ready");
            while (true) {
                serve(server.accept(), manner);
            }
        }
    }

    private static void serve(Socket socket, String manner) throws IOException {
        var in = socket.getInputStream();
        var request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                socket.close();
                return;
            }
            request.append((char) octet);
        }
        var out = socket.getOutputStream();
        var head = "HTTP/1.1 200 OK\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[SENT_BYTES]);
        if (manner.equals("reset")) {
            socket.setSoLinger(true, 0);
        }
        if (manner.equals("stall")) {
            System.out.println("stalled");
        } else {
            socket.close();
        }
    }
}
