package dev.levee.bench;

import dev.levee.link.Link;
import dev.levee.link.Links;
import dev.levee.link.MemoryLink;
import dev.levee.net.Host;
import dev.levee.path.ImpairedPath;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.Cidr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// What lies between senders and receivers, in the receivers' namespace: bad paths from TUN devices of the
/// senders' namespace, and from Levee hosts in this process, to TUN devices here; and the receivers, on the
/// kernel's sockets.
///
/// Prints `ready`, waits for a line, starts Levee's senders, and prints for each transfer
/// `levee|kernel octets nanos`, counted from the connection's acceptance on.
///
/// Threads: main; one carries packets, a virtual one serves each connection.
final class LossPaths {
    static final int FLOWS_MAX = 32;
    static final int PORT = 5001;

    private static final int BUFFER_BYTES = 1 << 17;
    /// What the kernel's send buffer grows to by default.
    private static final int SEND_BUFFER_BYTES = 1 << 22;
    /// How long packets may wait for the thread that carries them.
    private static final long LOOK_NANOS = 100_000;
    /// Longer than what the kernel hands over before it looks at what was acknowledged.
    private static final String DEVICE_QUEUE_PACKETS = "4000";

    private final LossCell cell;
    private final int seconds;
    private final long seed;
    private final String senders;
    private final List<LossPath> paths = new ArrayList<>();
    private final List<Host> hosts = new ArrayList<>();

    private LossPaths(LossCell cell, int seconds, long seed, String senders) {
        this.cell = cell;
        this.seconds = seconds;
        this.seed = seed;
        this.senders = senders;
    }

    /// @param senders the other namespace
    static void run(String cell, String seconds, String seed, String senders) throws Exception {
        new LossPaths(LossCell.parse(cell), Integer.parseInt(seconds), Long.parseLong(seed), senders).run();
        System.exit(0);
    }

    /// The receiver's address of a transfer; the sender's ends in 1.
    static String receiver(boolean levee, int flow) {
        return network(levee, flow) + ".2";
    }

    private static String sender(boolean levee, int flow) {
        return network(levee, flow) + ".1";
    }

    private static String network(boolean levee, int flow) {
        return "198.18." + (levee ? FLOWS_MAX + flow : flow);
    }

    private void run() throws Exception {
        var receivers = new ArrayList<Receiver>();
        for (int flow = 0; flow < cell.flows(); flow++) {
            for (boolean levee : new boolean[] {false, true}) {
                var far = open((levee ? "l" : "k") + "far" + flow, receiver(levee, flow));
                var near = levee ? leveeSender(flow) : kernelSender(flow);
                paths.add(new LossPath(near, far, cell, seed + flow));
                receivers.add(new Receiver(levee, flow));
            }
        }
        Thread.ofPlatform().daemon().start(this::carry);
        System.out.println("ready");
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        lines.readLine();
        for (int flow = 0; flow < cell.flows(); flow++) {
            int number = flow;
            Thread.startVirtualThread(() -> send(hosts.get(number), receiver(true, number)));
        }
        for (var receiver : receivers) {
            receiver.join();
            System.out.println(receiver);
        }
        for (int i = 0; i < hosts.size(); i++) {
            System.err.println("levee " + i + ": " + counters(hosts.get(i)) + "; " + paths.get(2 * i + 1));
            System.err.println("kernel " + i + ": " + paths.get(2 * i));
        }
    }

    private static String counters(Host host) {
        var stats = host.counters();
        return "segments " + stats.tcp(TcpCounters.SEGMENTS_OUT) + ", again " + stats.tcp(TcpCounters.RETRANSMITS)
                + ", recoveries " + stats.tcp(TcpCounters.FAST_RETRANSMITS) + ", timeouts "
                + stats.tcp(TcpCounters.TIMEOUT_RETRANSMITS) + ", undone " + stats.tcp(TcpCounters.RECOVERIES_UNDONE)
                + ", probes " + stats.tcp(TcpCounters.TAIL_PROBES) + ", reported twice "
                + stats.tcp(TcpCounters.DUPLICATES_REPORTED_IN);
    }

    private static Link open(String device, String address) throws IOException {
        var link = Links.open("tun:" + device, List.of(Cidr.parse(address + "/24")));
        Lab.command("ip", "link", "set", device, "txqueuelen", DEVICE_QUEUE_PACKETS);
        return link;
    }

    /// A device that the kernel of the other namespace sends through.
    private Link kernelSender(int flow) throws IOException {
        String device = "knear" + flow;
        String address = sender(false, flow);
        var link = open(device, address);
        Lab.command("ip", "link", "set", device, "netns", senders);
        Lab.command("ip", "-n", senders, "addr", "add", address + "/24", "dev", device);
        Lab.command("ip", "-n", senders, "link", "set", device, "up");
        // Whatever this machine's default is.
        String network = network(false, flow) + ".0/24";
        Lab.command(
                "ip", "-n", senders, "route", "replace", network, "dev", device, "src", address, "congctl", "cubic");
        return link;
    }

    private Link leveeSender(int flow) {
        var cable = MemoryLink.pair(1500, 1 << 11);
        hosts.add(Host.builder()
                .link(cable.a())
                .address(sender(true, flow) + "/24")
                .tcp(TcpConfig.builder().sendBufferBytes(SEND_BUFFER_BYTES).build())
                .start());
        return cable.b();
    }

    private void carry() {
        try {
            while (true) {
                long now = System.nanoTime();
                long wait = LOOK_NANOS;
                for (int i = 0; i < paths.size(); i++) {
                    long next = paths.get(i).run(now);
                    if (next != ImpairedPath.NONE) {
                        wait = Math.min(wait, next - now);
                    }
                }
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
            }
        } catch (IOException e) {
            System.err.println("the paths have failed: " + e);
            System.exit(1);
        }
    }

    private static void send(Host host, String to) {
        var buffer = new byte[BUFFER_BYTES];
        try (var stream = host.connect(to, PORT)) {
            while (true) {
                stream.write(buffer, 0, buffer.length);
            }
        } catch (IOException e) {
            // The receiver has seen enough.
        }
    }

    /// The kernel's side as sender, in its own namespace: one thread for each transfer, until all are ended.
    static void kernelSenders(String flows) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int flow = 0; flow < Integer.parseInt(flows); flow++) {
            String to = receiver(false, flow);
            threads.add(Thread.startVirtualThread(() -> send(to)));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private static void send(String to) {
        var buffer = new byte[BUFFER_BYTES];
        try (var socket = new java.net.Socket(to, PORT)) {
            while (true) {
                socket.getOutputStream().write(buffer);
            }
        } catch (IOException e) {
            // The receiver has seen enough.
        }
    }

    /// Reads from the first connection for some seconds, and resets it.
    private final class Receiver {
        private final boolean levee;
        private final ServerSocket server;
        private final AtomicLong octets = new AtomicLong();
        private final AtomicLong nanos = new AtomicLong();
        private final Thread thread;

        Receiver(boolean levee, int flow) throws IOException {
            this.levee = levee;
            server = new ServerSocket(PORT, 4, InetAddress.getByName(receiver(levee, flow)));
            thread = Thread.startVirtualThread(this::receive);
        }

        private void receive() {
            var buffer = new byte[BUFFER_BYTES];
            try (server;
                    var socket = server.accept()) {
                long start = System.nanoTime();
                long end = start + seconds * 1_000_000_000L;
                var in = socket.getInputStream();
                long now = start;
                while (now - end < 0) {
                    octets.addAndGet(in.read(buffer));
                    now = System.nanoTime();
                }
                nanos.set(now - start);
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                System.err.println("a receiver has failed: " + e);
            }
        }

        void join() throws InterruptedException {
            thread.join();
        }

        @Override
        public String toString() {
            return (levee ? "levee " : "kernel ") + octets + " " + nanos;
        }
    }
}
