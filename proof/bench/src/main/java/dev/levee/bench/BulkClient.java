package dev.levee.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// The kernel's side of a bulk transfer: writes to a discard server, or reads from a chargen server, for some
/// seconds. Prints `begin` after a second of warming up, and at the end `bytes nanos` of the time since.
///
/// Threads: main.
final class BulkClient {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final long WARM_UP_NANOS = 1_000_000_000L;
    private static final int CONNECT_MILLIS = 5_000;

    private BulkClient() {}

    static void run(String address, String direction, int seconds) throws IOException {
        boolean up = direction.equals("up");
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, up ? 9 : 19), CONNECT_MILLIS);
            var buffer = new byte[BUFFER_BYTES];
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            long start = System.nanoTime();
            long begin = start + WARM_UP_NANOS;
            long end = begin + seconds * 1_000_000_000L;
            long counted = 0;
            long first = 0;
            long now = start;
            while (now - end < 0) {
                int count = BUFFER_BYTES;
                if (up) {
                    out.write(buffer);
                } else {
                    count = in.read(buffer);
                }
                if (count < 0) {
                    throw new IOException("the server closed too early");
                }
                now = System.nanoTime();
                if (first != 0) {
                    counted += count;
                } else if (now - begin >= 0) {
                    first = now;
                    System.out.println("begin");
                }
            }
            System.out.println(counted + " " + (now - first));
            // The connection stays until whoever measures says so.
            System.in.read();
        }
    }
}
