package dev.levee.e2e;

import dev.levee.link.ImpairedLink;
import dev.levee.link.Links;
import dev.levee.net.Host;
import dev.levee.net.TcpListener;
import dev.levee.net.TcpStream;
import dev.levee.path.Impairment;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.SocketOptions;
import dev.levee.tcp.TcpConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/// A Levee host on a TUN device of its own, over an impaired link, and listeners on both sides.
///
/// Threads: any.
final class InteropLane implements AutoCloseable {
    private static final int PORT = 7001;
    private static final int SMALL_PORT = 7002;
    private static final int BACKLOG = 1_024;
    private static final int BINDS_MAX = 1_000;
    private static final long BIND_AGAIN_NANOS = 10_000_000;
    private static final int SMALL_BUFFER_BYTES = 8_192;
    private static final double[] LOSS = {0, 0.005, 0.01, 0.03};
    private static final double[] REORDER = {0, 0, 0.01, 0.05};
    private static final double[] DUPLICATE = {0, 0, 0.01, 0.03};
    private static final int[] DELAY_MILLIS = {0, 1, 5, 20};

    private final int number;
    private final Impairment impairment;
    private final AckWatch watch;
    private final Host host;
    private final List<Closeable> listeners = new ArrayList<>();
    /// Accepted connections, by both their ports: the kernel gives one to several connections.
    private final ConcurrentHashMap<String, CompletableFuture<InteropEnd>> accepted = new ConcurrentHashMap<>();

    /// @param seed of the impairment
    InteropLane(int number, long seed) throws IOException {
        this.number = number;
        impairment = impairment(seed);
        var device = Links.open("tun:lane" + number, List.of(cidr(Family.V4, false), cidr(Family.V6, false)));
        watch = new AckWatch(new ImpairedLink(device, impairment, System::nanoTime));
        host = Host.builder()
                .link(watch)
                .address(cidr(Family.V4, true))
                .address(cidr(Family.V6, true))
                .start();
        for (int port : new int[] {PORT, SMALL_PORT}) {
            listenLevee(port);
            for (var family : Family.values()) {
                listenKernel(family, port);
            }
        }
    }

    private static Impairment impairment(long seed) {
        var random = new SplittableRandom(seed);
        long delayNanos = 1_000_000L * DELAY_MILLIS[random.nextInt(DELAY_MILLIS.length)];
        return Impairment.builder()
                .loss(LOSS[random.nextInt(LOSS.length)])
                .reorder(REORDER[random.nextInt(REORDER.length)])
                .duplicate(DUPLICATE[random.nextInt(DUPLICATE.length)])
                .delayNanos(delayNanos)
                .jitterNanos(random.nextInt(3) == 0 ? delayNanos / 4 : 0)
                .seed(seed)
                .build();
    }

    private static int listeningPort(InteropKnobs knobs) {
        return knobs.small() ? SMALL_PORT : PORT;
    }

    /// A connection and both its ends.
    record Pair(InteropEnd.Levee levee, InteropEnd.Kernel kernel) {}

    Pair open(InteropKnobs knobs) throws IOException, InterruptedException, ExecutionException {
        int port = listeningPort(knobs);
        if (knobs.leveeOpens()) {
            var options = host.connectOptions().withSocket(socketOptions(knobs.small(), knobs.noDelay()));
            var stream = host.connect(IpAddress.parse(address(knobs.family(), false)), port, options);
            var end = coming(false, knobs.family(), port, stream.localPort()).get();
            return new Pair(new InteropEnd.Levee(stream), (InteropEnd.Kernel) end);
        }
        var socket = new Socket();
        socket.setReuseAddress(false);
        if (knobs.small()) {
            socket.setReceiveBufferSize(SMALL_BUFFER_BYTES);
        }
        socket.setTcpNoDelay(knobs.noDelay());
        socket.connect(new InetSocketAddress(address(knobs.family(), true), port));
        var end = coming(true, knobs.family(), port, socket.getLocalPort()).get();
        return new Pair((InteropEnd.Levee) end, new InteropEnd.Kernel(socket));
    }

    /// The connection is over: its ports may come again.
    void forget(InteropKnobs knobs, Pair pair) {
        watch.forget(pair.levee.stream().tuple());
        int port = knobs.leveeOpens()
                ? pair.levee.stream().localPort()
                : pair.levee.stream().remotePort();
        accepted.remove(key(!knobs.leveeOpens(), knobs.family(), listeningPort(knobs), port));
    }

    /// What was acknowledged of Levee's text, from outside.
    AckWatch.Acknowledged acknowledged(TcpStream stream) {
        return watch.acknowledged(stream.tuple());
    }

    private CompletableFuture<InteropEnd> coming(boolean levee, Family family, int listeningPort, int port) {
        return accepted.computeIfAbsent(key(levee, family, listeningPort, port), _ -> new CompletableFuture<>());
    }

    private static String key(boolean levee, Family family, int listeningPort, int port) {
        return levee + " " + family + " " + listeningPort + " " + port;
    }

    private static SocketOptions socketOptions(boolean small, boolean noDelay) {
        var tcp = TcpConfig.builder().noDelay(noDelay);
        if (small) {
            tcp.receiveBufferBytes(SMALL_BUFFER_BYTES).sendBufferBytes(SMALL_BUFFER_BYTES);
        }
        return new SocketOptions(tcp.build(), SocketOptions.LINGER_OFF);
    }

    private void listenLevee(int port) throws IOException {
        var options = new ListenOptions(BACKLOG, BACKLOG, socketOptions(port == SMALL_PORT, false));
        TcpListener listener = host.listen(IpAddress.ANY_V6, port, options);
        listeners.add(listener);
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    var stream = listener.accept();
                    var family = stream.remoteAddress().isV4() ? Family.V4 : Family.V6;
                    coming(true, family, port, stream.remotePort()).complete(new InteropEnd.Levee(stream));
                }
            } catch (IOException e) {
                // The lane was closed.
            }
        });
    }

    private void listenKernel(Family family, int port) throws IOException {
        var server = new ServerSocket();
        if (port == SMALL_PORT) {
            server.setReceiveBufferSize(SMALL_BUFFER_BYTES);
        }
        bind(server, new InetSocketAddress(InetAddress.getByName(address(family, false)), port));
        listeners.add(server);
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    var socket = server.accept();
                    coming(false, family, port, socket.getPort()).complete(new InteropEnd.Kernel(socket));
                }
            } catch (IOException e) {
                // The lane was closed.
            }
        });
    }

    /// An IPv6 address of a new device cannot be used at once.
    private static void bind(ServerSocket server, InetSocketAddress address) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                server.bind(address, BACKLOG);
                return;
            } catch (BindException e) {
                if (tries == BINDS_MAX) {
                    throw e;
                }
                LockSupport.parkNanos(BIND_AGAIN_NANOS);
            }
        }
    }

    private Cidr cidr(Family family, boolean levee) {
        return Cidr.parse(address(family, levee) + (family == Family.V4 ? "/24" : "/64"));
    }

    private String address(Family family, boolean levee) {
        int last = levee ? 2 : 1;
        return family == Family.V4 ? "198.18." + number + "." + last : "2001:db8:" + number + "::" + last;
    }

    @Override
    public String toString() {
        return "impaired by " + impairment + ", " + host;
    }

    @Override
    public void close() throws IOException {
        for (var listener : listeners) {
            listener.close();
        }
        host.close();
    }
}
