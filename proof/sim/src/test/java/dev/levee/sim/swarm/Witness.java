package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.path.Impairment;
import dev.levee.sim.SimHost;
import dev.levee.sim.SimNetwork;
import dev.levee.sim.SimSocket;
import dev.levee.sim.Times;
import dev.levee.stack.FastOpenOptions;
import dev.levee.stack.Limits;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.StackConfig;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpConfigBuilder;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// A connection that exists in packets only: what its end sends and is given is made up here, so that each
/// oracle can be shown a lie. Numbers are relative: `seq` and `ack` 1 are the first octets of text.
final class Witness implements Party {
    static final int ISS = 0xffff_ff00;
    static final int PEER_ISS = 0x7fff_ff00;
    static final int MSS = 1_000;
    static final int PEER_WINDOW = 8_000;
    static final int OWN_WINDOW = 16_384;
    private static final long STREAM = 77;

    final SimNetwork network = new SimNetwork(Impairment.NONE, 1);
    final SimHost host;
    final HostWatch watch;
    final End end;
    private final SimSocket socket;
    private final boolean timestamps;
    private boolean selective;
    private long[] edges = {};
    /// Writes more into each header, over what stands there.
    private Consumer<SegmentWriter> forger = _ -> {};
    private final Frame frame = FrameSlab.single(1_500);
    private final SegmentWriter writer = new SegmentWriter();
    long written = 1_000_000;
    long read;
    boolean sendClosed;
    boolean receiveClosed;
    boolean mayAbort;
    private boolean closed;
    private long receiveClosedHostNanos;
    private long leftHostNanos;
    private long closedHostNanos;
    long owesHostNanos;
    private int stamp = 5_000;
    private int peerStamp = 9_000;

    private Witness(TcpConfig config) {
        timestamps = config.timestamps();
        var limits = new Limits(1_000, 1_000, 1L << 26, 8, 5);
        var stack = new StackConfig(List.of(Cidr.parse("198.18.0.1/24")), 1_500, new SipHash(1, 1), limits);
        host = network.host("host", stack);
        watch = new HostWatch(host, network, new HostSetup(config, limits, 1_500, 128, 128, FastOpenOptions.OFF));
        socket = host.connect(
                40_000, Cidr.parse("198.18.0.2/24").address(), 80, new SocketOptions(config, SocketOptions.LINGER_OFF));
        end = new End(watch, true, "witness");
        end.party = this;
        owesHostNanos = host.nowNanos();
    }

    static TcpConfigBuilder settings() {
        return TcpConfig.builder()
                .receiveBufferBytes(OWN_WINDOW)
                .mssMax(MSS)
                .timestamps(false)
                .windowScaling(false)
                .noDelay(true)
                // Its socket is never answered.
                .r2SynNanos(Times.seconds(86_400));
    }

    /// An end before its SYN.
    static Witness begin(TcpConfig config) {
        return new Witness(config);
    }

    /// An end that has connected.
    static Witness open() {
        return open(settings().build());
    }

    static Witness open(TcpConfig config) {
        return open(begin(config));
    }

    /// An end that has connected, with selective acknowledgements.
    static Witness openSelective() {
        var witness = begin(settings().build());
        witness.selective = true;
        return open(witness);
    }

    private static Witness open(Witness witness) {
        witness.sends(TcpFlags.SYN, 0, 0, OWN_WINDOW, 0);
        witness.gets(TcpFlags.SYN | TcpFlags.ACK, 0, 1, PEER_WINDOW, 0);
        witness.ack(1);
        return witness;
    }

    /// Octets of text that the end sends, acknowledging nothing new.
    void text(long seq, int octets) {
        sends(TcpFlags.ACK, seq, 1, OWN_WINDOW, octets);
    }

    /// A pure ACK of the end, with all of its buffer open.
    void ack(long ack) {
        sends(TcpFlags.ACK, end.sender.top, ack, OWN_WINDOW - (int) (ack - 1 - read), 0);
    }

    /// A pure ACK of the end with SACK blocks: left and right edges in turn.
    void sack(long ack, long... blocks) {
        edges = blocks;
        ack(ack);
        edges = new long[0];
    }

    void sends(int flags, long seq, long ack, int window, int octets) {
        end.sent(packet(flags, (int) (ISS + seq), (int) (PEER_ISS + ack), window, octets, seq - 1, stamp++, peerStamp));
    }

    /// The same, with something forged into its header.
    void forges(Consumer<SegmentWriter> more, int flags, long seq, long ack, int window) {
        forger = more;
        sends(flags, seq, ack, window, 0);
        forger = _ -> {};
    }

    void gets(int flags, long seq, long ack, int window, int octets) {
        peerStamp++;
        end.arrived(
                packet(flags, (int) (PEER_ISS + seq), (int) (ISS + ack), window, octets, seq - 1, peerStamp, stamp));
    }

    /// A segment without text that the peer could send.
    Packet fromPeer(int flags, long seq) {
        return packet(flags, (int) (PEER_ISS + seq), ISS, PEER_WINDOW, 0, 0, 0, 0);
    }

    /// The same octets as `sends`, but one is wrong.
    void sendsWrongOctet(long seq, int octets) {
        end.sent(packet(TcpFlags.ACK, (int) (ISS + seq), PEER_ISS + 1, OWN_WINDOW, octets, seq, stamp++, peerStamp));
    }

    void sendsTimestamps(long seq, int value, int echo) {
        end.sent(packet(TcpFlags.ACK, (int) (ISS + seq), PEER_ISS + 1, OWN_WINDOW, 0, 0, value, echo));
    }

    private Packet packet(int flags, int seq, int ack, int window, int octets, long position, int tsVal, int tsEcr) {
        boolean syn = (flags & TcpFlags.SYN) != 0;
        long a = Cidr.parse("198.18.0.1/24").address().low();
        writer.reset()
                .addresses(0, a, 0, a + 1)
                .ports(40_000, 80)
                .seq(seq)
                .flags(flags)
                .window(window);
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(ack);
        }
        if (syn) {
            writer.mss(MSS);
            if (selective) {
                writer.sackPermitted();
            }
        }
        for (int i = 0; i < edges.length; i += 2) {
            writer.sack((int) (PEER_ISS + edges[i]), (int) (PEER_ISS + edges[i + 1]));
        }
        if (timestamps) {
            writer.timestamps(tsVal, tsEcr);
        }
        if (octets > 0 && position + octets == written) {
            writer.flags(TcpFlags.PSH);
        }
        forger.accept(writer);
        int at = writer.begin(frame);
        var text = new byte[octets];
        Content.copy(STREAM, position < 0 ? 0 : position, text, 0, octets);
        for (int i = 0; i < octets; i++) {
            Bytes.put8(frame.memory(), at + i, text[i]);
        }
        writer.finish(frame, octets);
        return Packet.read(frame.toArray());
    }

    /// A pure ACK with so many SACK blocks, whatever they report.
    Packet blocks(int count) {
        edges = new long[2 * count];
        Arrays.setAll(edges, i -> 201 + 100L * i);
        return packet(TcpFlags.ACK, (int) (ISS + end.sender.top), PEER_ISS + 101, OWN_WINDOW - 100, 0, 0, 0, 0);
    }

    /// The octets of a packet with text that the end could send.
    byte[] raw(long seq, int octets) {
        return packet(TcpFlags.ACK, (int) (ISS + seq), PEER_ISS + 1, OWN_WINDOW, octets, seq - 1, stamp, peerStamp)
                .octets;
    }

    void after(long nanos) {
        network.runFor(nanos);
    }

    static void refuses(Oracle oracle, ThrowingCallable lie) {
        assertThatThrownBy(lie)
                .isInstanceOfSatisfying(
                        OracleFailure.class,
                        failure -> assertThat(failure.oracle())
                                .as(failure.getMessage())
                                .isEqualTo(oracle));
    }

    @Override
    public SimSocket socket() {
        return socket;
    }

    @Override
    public long stream() {
        return STREAM;
    }

    @Override
    public long written() {
        return written;
    }

    @Override
    public long read() {
        return read;
    }

    @Override
    public boolean sendClosed() {
        return sendClosed;
    }

    @Override
    public boolean closedAfterEnd() {
        return false;
    }

    @Override
    public boolean receiveClosed() {
        return receiveClosed;
    }

    @Override
    public boolean mayAbort() {
        return mayAbort;
    }

    @Override
    public void isNumbered(int iss) {
        // Nobody asks this user.
    }

    @Override
    public void meets(int iss) {
        // Nobody asks this user.
    }

    void closeSend() {
        sendClosed = true;
        leftHostNanos = host.nowNanos();
    }

    void closeReceive() {
        receiveClosed = true;
        receiveClosedHostNanos = host.nowNanos();
        leftHostNanos = receiveClosedHostNanos;
    }

    /// Both ways.
    void close() {
        closeSend();
        closeReceive();
        closed = true;
        closedHostNanos = host.nowNanos();
    }

    @Override
    public long receiveClosedHostNanos() {
        return receiveClosedHostNanos;
    }

    @Override
    public long leftHostNanos() {
        return leftHostNanos;
    }

    @Override
    public void allTaken() {
        // It always owes.
    }

    @Override
    public boolean owes() {
        return true;
    }

    @Override
    public long owesHostNanos() {
        return owesHostNanos;
    }

    @Override
    public boolean closed() {
        return closed;
    }

    @Override
    public long closedHostNanos() {
        return closedHostNanos;
    }
}
