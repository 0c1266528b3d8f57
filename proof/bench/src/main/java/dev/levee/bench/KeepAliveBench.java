package dev.levee.bench;

import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.Deadlines;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Peers that vanish, in virtual time: a server with keep-alive has idle connections with three hosts. One host stays,
/// one loses its power, and one comes back without its memory. Of every two connections one is with the first.
///
/// Threads: one owner.
public final class KeepAliveBench {
    private static final long SECOND = 1_000_000_000L;
    private static final int PER_PORT = 10_000;
    /// A host that answers every stray segment with a RST, as most do; the default here is a thousand a second.
    private static final Limits LIMITS = new Limits(1 << 20, 1 << 16, 4L << 30, 256, 1_000_000);
    private static final IpAddress SERVER = IpAddress.parse("198.18.0.254");

    /// Who the peers are; the ordinal is the last octet of their address less one.
    enum Peer {
        STAYS("stays"),
        LOSES_POWER("loses its power"),
        REBOOTS("reboots");

        private final String text;

        Peer(String text) {
            this.text = text;
        }
    }

    /// What became of the connections with one host.
    ///
    /// @param opened how many there were
    /// @param open how many there are in the end
    /// @param firstNanos when the first of the others was freed, after it was last used; -1: none was
    /// @param lastNanos the same for the last
    /// @param cause how they ended; null: none has
    public record Row(
            String peer,
            int opened,
            int open,
            long firstNanos,
            long lastNanos,
            @Nullable CloseCause cause) {}

    private static final class Group {
        private int opened;
        private long firstNanos = -1;
        private long lastNanos = -1;
        private @Nullable CloseCause cause;
    }

    /// One connection as the server has it.
    private record Watched(Peer peer, long usedNanos) {}

    private final int connections;
    private final long idleNanos;
    private final long intervalNanos;
    private final int probes;
    private final Frame frame = FrameSlab.single(1500);
    private final IpPacket ip = new IpPacket();
    private final MemorySegment octet = Arena.ofAuto().allocate(1);
    private final Stack server = stack(SERVER);
    private final Stack[] clients = new Stack[Peer.values().length];
    private final Group[] groups = new Group[clients.length];
    private boolean powerLost;
    private long nowNanos = 1;
    private long cpuNanos;

    /// @param connections in all
    /// @param idleSeconds after how long a silent peer is asked
    /// @param intervalSeconds how often again
    /// @param probes how many questions without an answer end a connection
    public KeepAliveBench(int connections, int idleSeconds, int intervalSeconds, int probes) {
        this.connections = connections;
        this.idleNanos = idleSeconds * SECOND;
        this.intervalNanos = intervalSeconds * SECOND;
        this.probes = probes;
        for (var peer : Peer.values()) {
            clients[peer.ordinal()] = stack(address(peer));
            groups[peer.ordinal()] = new Group();
        }
    }

    private static IpAddress address(Peer peer) {
        return IpAddress.parse("198.18.0." + (peer.ordinal() + 1));
    }

    private static Stack stack(IpAddress address) {
        var cidr = List.of(Cidr.parse(address + "/24"));
        return new Stack(new StackConfig(cidr, 1500, new SipHash(address.low(), 7), LIMITS));
    }

    /// Opens all connections, has two hosts vanish, and waits for what must happen, and as long again for what must
    /// not.
    public List<Row> run() {
        try {
            open();
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
        // Nothing is under way any more.
        advanceTo(nowNanos + SECOND);
        powerLost = true;
        clients[Peer.REBOOTS.ordinal()] = stack(address(Peer.REBOOTS));
        long cpuBefore = cpu();
        advanceTo(nowNanos + 2 * (idleNanos + probes * intervalNanos));
        cpuNanos = cpu() - cpuBefore;
        return List.of(row(Peer.STAYS), row(Peer.LOSES_POWER), row(Peer.REBOOTS));
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private Row row(Peer peer) {
        var group = groups[peer.ordinal()];
        int[] open = {0};
        server.forEachSocket(socket -> {
            if (socket.connection().state() == TcpState.ESTABLISHED
                    && socket.connection().tuple().remoteAddress().equals(address(peer))) {
                open[0]++;
            }
        });
        return new Row(peer.text, group.opened, open[0], group.firstNanos, group.lastNanos, group.cause);
    }

    /// Questions that the server has asked so far.
    public long probesSent() {
        return server.tcpCounters().get(TcpCounters.KEEP_ALIVE_PROBES);
    }

    /// The table for people.
    String table(List<Row> rows) {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d connections, asked after %d s of silence, every %d s, given up after %d questions: due %d s after "
                        + "their last segment%n%n%-16s %10s %10s %12s %12s  %s%n",
                connections,
                idleNanos / SECOND,
                intervalNanos / SECOND,
                probes,
                (idleNanos + probes * intervalNanos) / SECOND,
                "the peer",
                "opened",
                "still open",
                "first freed",
                "last freed",
                "ended"));
        for (var row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-16s %10d %10d %12s %12s  %s%n",
                    row.peer,
                    row.opened,
                    row.open,
                    seconds(row.firstNanos),
                    seconds(row.lastNanos),
                    row.cause == null ? "" : row.cause.describe()));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%n%d questions; %.0f ns of the processor for each, with its answer and the end of what ended%n",
                        probesSent(),
                        (double) cpuNanos / probesSent()))
                .toString();
    }

    private static String seconds(long nanos) {
        return nanos < 0 ? "" : String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }

    private void open() throws SocketException {
        var config = TcpConfig.builder()
                .keepAlive(true)
                .keepAliveIdleNanos(idleNanos)
                .keepAliveIntervalNanos(intervalNanos)
                .keepAliveProbes(probes)
                .build();
        var options = new ListenOptions(1024, 4096, new SocketOptions(config, SocketOptions.LINGER_OFF));
        Listener listener = null;
        for (int i = 0; i < connections; i++) {
            int port = 1 + i / PER_PORT;
            if (i % PER_PORT == 0) {
                listener = server.listen(SERVER, port, options);
            }
            var peer = i % 2 == 0 ? Peer.STAYS : i % 4 == 1 ? Peer.LOSES_POWER : Peer.REBOOTS;
            var near = clients[peer.ordinal()].connect(nowNanos, null, 0, SERVER, port, SocketOptions.DEFAULT);
            settle();
            var far = listener == null ? null : listener.accept();
            if (far == null) {
                throw new IllegalStateException("a connection was not accepted");
            }
            far.attach(new Watched(peer, nowNanos));
            say(near, far);
            groups[peer.ordinal()].opened++;
            nowNanos += 1_000;
        }
    }

    private void say(TcpSocket from, TcpSocket to) {
        from.write(nowNanos, octet, 0, 1);
        settle();
        if (to.read(nowNanos, octet, 0, 1) != 1) {
            throw new IllegalStateException("an octet did not arrive");
        }
        to.write(nowNanos, octet, 0, 1);
        settle();
    }

    private void advanceTo(long endNanos) {
        long due = next();
        while (due != Deadlines.NONE && due - endNanos <= 0) {
            nowNanos = Math.max(nowNanos, due);
            settle();
            due = next();
        }
        nowNanos = endNanos;
    }

    private long next() {
        long due = server.nextDeadline();
        for (var client : clients) {
            due = Deadlines.earlier(due, client.nextDeadline());
        }
        return due;
    }

    private void settle() {
        boolean any = true;
        while (any) {
            any = fromServer();
            for (var peer : Peer.values()) {
                any |= fromClient(peer);
            }
        }
    }

    private boolean fromServer() {
        boolean any = false;
        while (server.poll(nowNanos, frame)) {
            any = true;
            var to = ip.parse(frame) == DropReason.NONE ? (int) ip.dstLow() & 0xff : 0;
            var peer = Peer.values()[to - 1];
            if (peer != Peer.LOSES_POWER || !powerLost) {
                clients[peer.ordinal()].onFrame(nowNanos, frame);
                fromClient(peer);
            }
        }
        for (var ready = server.pollReady(); ready != null; ready = server.pollReady()) {
            any = true;
            judge(ready);
        }
        while (server.pollReadyListener() != null) {
            any = true;
        }
        return any;
    }

    private boolean fromClient(Peer peer) {
        var client = clients[peer.ordinal()];
        boolean any = false;
        while (client.poll(nowNanos, frame)) {
            any = true;
            if (peer != Peer.LOSES_POWER || !powerLost) {
                server.onFrame(nowNanos, frame);
            }
        }
        while (client.pollReady() != null) {
            any = true;
        }
        return any;
    }

    private void judge(TcpSocket socket) {
        var cause = socket.cause();
        if (cause == null || !(socket.attachment() instanceof Watched watched)) {
            return;
        }
        socket.attach(null);
        socket.close(nowNanos);
        var group = groups[watched.peer.ordinal()];
        long age = nowNanos - watched.usedNanos;
        group.firstNanos = group.firstNanos < 0 ? age : Math.min(group.firstNanos, age);
        group.lastNanos = Math.max(group.lastNanos, age);
        group.cause = cause;
    }
}
