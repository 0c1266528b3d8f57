package dev.levee.bench.flood;

import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConnection;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.management.ManagementFactory;

/// A listener as in the first textbooks: every SYN gets a control block, in a backlog of fixed size; when that is full
/// SYNs are dropped until the oldest have been sent their SYN-ACK often enough. Here for comparison only, with the
/// engine's own connections.
///
/// Threads: one owner.
final class NaiveServer extends ConnectionServer {
    private static final int PEERS_SAMPLE = 20_000;
    private static final int COLLECTIONS = 3;

    private final int port;
    private final int backlog;
    private final int mtu;
    private final int bytesPerHalfOpen;
    private final SipHash secret;
    private long answered;

    /// @param backlog how many handshakes may be under way
    /// @param bytesPerHalfOpen what one of them is known to take
    NaiveServer(int port, int backlog, int bytesPerHalfOpen, int mtu, SipHash secret) {
        super(secret);
        this.port = port;
        this.backlog = backlog;
        this.bytesPerHalfOpen = bytesPerHalfOpen;
        this.mtu = mtu;
        this.secret = secret;
    }

    @Override
    void stranger(long nowNanos, Key key) {
        boolean syn = segment.syn() && !segment.has(TcpFlags.ACK) && !segment.rst() && !segment.fin();
        if (!syn || segment.dstPort() != port || handshakes() >= backlog) {
            return;
        }
        int iss = (int) secret.hash(key.remoteHigh(), key.remoteLow(), key.ports(), nowNanos, 0);
        answered++;
        add(key, TcpConnection.accept(nowNanos, TcpConfig.DEFAULT, tuple(), mtu, iss, iss >>> 1, segment, context));
    }

    @Override
    public long answered() {
        return answered;
    }

    @Override
    public int halfOpen() {
        return handshakes();
    }

    @Override
    public int bytesPerHalfOpen() {
        return bytesPerHalfOpen;
    }

    /// What a half-open connection of this kind takes: the heap after a sample of them, less what there was before.
    static int measure(FloodSource source, int mtu, SipHash secret) {
        long before = usedHeap();
        var server = new NaiveServer(source.port(), PEERS_SAMPLE, 0, mtu, secret);
        for (int i = 0; i < PEERS_SAMPLE; i++) {
            server.onFrame(1, source.next());
            while (server.poll(1, source.scratch())) {
                // Only what it remembers counts.
            }
        }
        int bytes = (int) ((usedHeap() - before) / PEERS_SAMPLE);
        if (server.halfOpen() != PEERS_SAMPLE) {
            throw new IllegalStateException("the sample has only " + server.halfOpen() + " handshakes");
        }
        return bytes;
    }

    /// Octets of the heap that are in use.
    static long usedHeap() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
