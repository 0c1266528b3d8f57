package dev.levee.bench;

import com.sun.management.ThreadMXBean;
import dev.levee.link.Links;
import dev.levee.net.Host;
import dev.levee.net.TcpStream;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.Cidr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A server with discard on port 9 and chargen on port 19, on Levee over TUN or on the kernel's sockets.
/// Answers each line on its standard input with `segments allocatedBytes` so far, and ends with the input.
///
/// Threads: main; a thread per connection.
final class BulkServer {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int DISCARD_PORT = 9;
    private static final int CHARGEN_PORT = 19;

    private BulkServer() {}

    private interface Streams {
        void serve(InputStream in, OutputStream out) throws IOException;
    }

    static void levee(String device, String address, String kernelAddress, String threads) throws IOException {
        var starter = starter(threads);
        var link = Links.open("tun:" + device, List.of(Cidr.parse(kernelAddress)));
        try (var host = Host.builder().link(link).address(address).start()) {
            accept(starter, host, DISCARD_PORT, (in, _) -> discard(in));
            accept(starter, host, CHARGEN_PORT, (_, out) -> generate(out));
            answer(host);
        }
    }

    static void kernel(String address, String threads) throws IOException {
        var starter = starter(threads);
        accept(starter, address, DISCARD_PORT, (in, _) -> discard(in));
        accept(starter, address, CHARGEN_PORT, (_, out) -> generate(out));
        answer(null);
    }

    private static Thread.Builder starter(String threads) {
        return threads.equals("platform") ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    }

    private static void accept(Thread.Builder starter, Host host, int port, Streams service) throws IOException {
        var listener = host.listen(port);
        Thread.ofVirtual().start(() -> {
            try (listener) {
                while (true) {
                    TcpStream stream = listener.accept();
                    starter.start(() -> serve(stream.input(), stream.output(), service));
                }
            } catch (IOException e) {
                // The host was closed: the benchmark is over.
            }
        });
    }

    private static void accept(Thread.Builder starter, String address, int port, Streams service) throws IOException {
        var listener = new ServerSocket(port, 16, InetAddress.getByName(address));
        Thread.ofVirtual().start(() -> {
            try (listener) {
                while (true) {
                    var socket = listener.accept();
                    var in = socket.getInputStream();
                    var out = socket.getOutputStream();
                    starter.start(() -> serve(in, out, service));
                }
            } catch (IOException e) {
                // The process ends.
            }
        });
    }

    private static void serve(InputStream in, OutputStream out, Streams service) {
        try (in;
                out) {
            service.serve(in, out);
        } catch (IOException e) {
            // The client has gone: that is how each transfer ends.
        }
    }

    private static void discard(InputStream in) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        while (in.read(buffer) >= 0) {
            // Nothing is kept.
        }
    }

    private static void generate(OutputStream out) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        while (true) {
            out.write(buffer);
        }
    }

    private static void answer(@org.jspecify.annotations.Nullable Host host) throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        while (lines.readLine() != null) {
            long allocated = threads.getTotalThreadAllocatedBytes();
            long segments = 0;
            if (host != null) {
                var stats = host.counters();
                segments = stats.tcp(TcpCounters.SEGMENTS_IN) + stats.tcp(TcpCounters.SEGMENTS_OUT);
            }
            System.out.println(segments + " " + allocated);
        }
    }
}
