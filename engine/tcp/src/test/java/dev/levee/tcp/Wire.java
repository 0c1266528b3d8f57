package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection under test against a peer that the test plays, with relative sequence numbers and virtual
/// time.
///
/// Both initial sequence numbers lie just below 2^32, so that every test crosses the wrap.
final class Wire {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final int ISS = 0xFFFF_FF00;
    static final int PEER_ISS = 0xFFFF_FFF0;
    static final int PEER_PORT = 80;
    static final int LOCAL_PORT = 40_000;
    static final int MTU = 1500;
    static final int NOT_URGENT = -1;

    final boolean v6;
    final BufferPool buffers;
    final TcpContext context;
    final TcpConnection connection;
    long now = 5 * SECOND;

    private final Frame frame = FrameSlab.single(65_535);
    private final Frame outFrame = FrameSlab.single(65_535);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SegmentWriter writer = new SegmentWriter();
    private final FourTuple tuple;
    private int lastTsVal;
    private int lastFlags;
    private int lastTrafficClass;
    private final List<Integer> urgentPointers = new ArrayList<>();

    /// What one segment sent by the connection said, sequence numbers relative to both initial ones.
    record Sent(String flags, int seq, int length, int ack, int window, int mss, int scale, boolean ts, String text) {

        boolean is(String flags, int seq, int length, int ack) {
            return this.flags.equals(flags) && this.seq == seq && this.length == length && this.ack == ack;
        }
    }

    private Wire(TcpConfig config, boolean v6, @Nullable Consumer<SegmentWriter> syn) {
        this(config, v6, syn, new SipHash(1, 2));
    }

    private Wire(TcpConfig config, boolean v6, @Nullable Consumer<SegmentWriter> syn, SipHash chance) {
        buffers = new BufferPool(64 << 20);
        context = new TcpContext(buffers, chance);
        this.v6 = v6;
        var local = IpAddress.parse(v6 ? "2001:db8::2" : "198.18.0.2");
        var remote = IpAddress.parse(v6 ? "2001:db8::1" : "198.18.0.1");
        tuple = new FourTuple(local, LOCAL_PORT, remote, PEER_PORT);
        if (syn == null) {
            connection = TcpConnection.open(now, config, tuple, MTU, ISS, 0, context);
        } else {
            build(TcpFlags.SYN, 0, 0, 65_535, "", w -> syn.accept(w), false);
            connection = TcpConnection.accept(now, config, tuple, MTU, ISS, 0, segment, context);
        }
    }

    /// The next active open of the same host to the same peer.
    private Wire(TcpConfig config, Wire before) {
        buffers = before.buffers;
        context = before.context;
        v6 = before.v6;
        tuple = before.tuple;
        now = before.now;
        connection = TcpConnection.open(now, config, tuple, MTU, ISS, 0, context);
    }

    /// A passive open by a SYN that wants more than a handshake.
    private Wire(TcpConfig config, FastOpen fastOpen, String text, int window, BufferPool buffers) {
        this.buffers = buffers;
        context = new TcpContext(buffers, new SipHash(1, 2));
        v6 = false;
        tuple = new FourTuple(IpAddress.parse("198.18.0.2"), LOCAL_PORT, IpAddress.parse("198.18.0.1"), PEER_PORT);
        build(TcpFlags.SYN, 0, 0, window, text, w -> w.mss(1000).sackPermitted(), false);
        connection = TcpConnection.accept(now, config, tuple, MTU, ISS, 0, segment, context, fastOpen);
    }

    /// A SYN with text, of which the listener says `fastOpen`; MSS 1000.
    static Wire passive(TcpConfig config, FastOpen fastOpen, String text, int window) {
        return new Wire(config, fastOpen, text, window, new BufferPool(64 << 20));
    }

    /// The same without any memory for text.
    static Wire passiveWithoutMemory(TcpConfig config, FastOpen fastOpen, String text) {
        return new Wire(config, fastOpen, text, 65_535, new BufferPool(0));
    }

    /// The next active open of the same host to the same peer, its SYN not yet polled.
    Wire next(TcpConfig config) {
        return new Wire(config, this);
    }

    /// The fast open option of the last segment sent: octets of its cookie, -1 without.
    int lastCookieLength() {
        return segment.fastOpenLength();
    }

    long lastCookie() {
        return segment.fastOpenHigh();
    }

    boolean lastCookieExperimental() {
        return segment.fastOpenExperimental();
    }

    /// An active open whose SYN was not yet polled.
    static Wire active(TcpConfig config) {
        return new Wire(config, false, null);
    }

    /// The same with a secret of its own.
    static Wire active(TcpConfig config, SipHash chance) {
        return new Wire(config, false, null, chance);
    }

    static Wire activeV6(TcpConfig config) {
        return new Wire(config, true, null);
    }

    /// A passive open by a SYN with the given options, whose SYN-ACK was not yet polled.
    static Wire passive(TcpConfig config, Consumer<SegmentWriter> options) {
        return new Wire(config, false, options);
    }

    static Wire passiveV6(TcpConfig config, Consumer<SegmentWriter> options) {
        return new Wire(config, true, options);
    }

    /// Settings without timestamps and with a delayed ACK of 40 ms: short scripts.
    static TcpConfigBuilder plain() {
        return TcpConfig.builder()
                .timestamps(false)
                .windowScaling(false)
                .receiveBufferBytes(1 << 16)
                .restNanos(0);
    }

    /// An active open that the peer has answered, everything drained: ESTABLISHED, peer's window 65535, MSS
    /// 1000.
    static Wire established() {
        return established(plain().build());
    }

    static Wire established(TcpConfig config) {
        var wire = active(config);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000));
        wire.drain();
        assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        wire.connection.takeEvents();
        return wire;
    }

    Wire at(long nanosLater) {
        now += nanosLater;
        return this;
    }

    /// A segment without text arrives. Numbers are relative: `seq` to the peer's ISS, `ack` to ours.
    Wire receive(String flags, int seq, int ack) {
        return receive(flags, seq, ack, 65_535, "");
    }

    Wire receive(String flags, int seq, int ack, int window, String text) {
        build(bits(flags), seq, ack, window, text, w -> {}, true);
        connection.onSegment(now, segment);
        return this;
    }

    Wire receive(String flags, int seq, int ack, Consumer<SegmentWriter> options) {
        return receive(flags, seq, ack, 65_535, "", options);
    }

    Wire receive(String flags, int seq, int ack, int window, String text, Consumer<SegmentWriter> options) {
        build(bits(flags), seq, ack, window, text, options, true);
        connection.onSegment(now, segment);
        return this;
    }

    private void build(
            int flags, int seq, int ack, int window, String text, Consumer<SegmentWriter> options, boolean withAck) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        writer.reset().addresses(remote.high(), remote.low(), local.high(), local.low());
        writer.ports(PEER_PORT, LOCAL_PORT).seq(PEER_ISS + seq).window(window).flags(flags & ~TcpFlags.ACK);
        if (withAck && (flags & TcpFlags.ACK) != 0) {
            writer.ack(ISS + ack);
        }
        options.accept(writer);
        int at = writer.begin(frame);
        for (int i = 0; i < text.length(); i++) {
            frame.memory().set(ValueLayout.JAVA_BYTE, at + i, (byte) text.charAt(i));
        }
        writer.finish(frame, text.length());
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    private static int bits(String flags) {
        int bits = 0;
        for (int i = 0; i < flags.length(); i++) {
            bits |= switch (flags.charAt(i)) {
                case 'S' -> TcpFlags.SYN;
                case 'A' -> TcpFlags.ACK;
                case 'F' -> TcpFlags.FIN;
                case 'R' -> TcpFlags.RST;
                case 'P' -> TcpFlags.PSH;
                case 'U' -> TcpFlags.URG;
                default -> throw new IllegalArgumentException(flags);
            };
        }
        return bits;
    }

    /// Everything that is sent now.
    List<Sent> drain() {
        var all = new ArrayList<Sent>();
        urgentPointers.clear();
        while (connection.poll(now, outFrame)) {
            all.add(read());
            assertThat(all).as("segments at one instant").hasSizeLessThan(10_000);
        }
        assertThat(connection.nextDeadline() == Deadlines.NONE || connection.nextDeadline() - now > 0)
                .as("a drained poll leaves the deadline in the future")
                .isTrue();
        return all;
    }

    /// What is sent first now; more may follow.
    Sent first() {
        assertThat(connection.poll(now, outFrame)).isTrue();
        return read();
    }

    /// The one segment that is sent now.
    Sent one() {
        var all = drain();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    void nothing() {
        assertThat(drain()).isEmpty();
    }

    void expect(String flags, int seq, int length, int ack) {
        var sent = one();
        assertThat(sent).matches(s -> s.is(flags, seq, length, ack), flags + " " + seq + "+" + length + " ack " + ack);
    }

    /// Runs the clock to the next deadline, proving that nothing is sent before it.
    Wire toDeadline() {
        long deadline = connection.nextDeadline();
        assertThat(deadline).isNotEqualTo(Deadlines.NONE);
        now = deadline - 1;
        assertThat(connection.poll(now, outFrame))
                .as("sent before its deadline")
                .isFalse();
        now = deadline;
        return this;
    }

    private Sent read() {
        assertThat(ip.parse(outFrame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        var flags = new StringBuilder();
        flags.append(segment.syn() ? "S" : "").append(segment.fin() ? "F" : "").append(segment.rst() ? "R" : "");
        flags.append(segment.has(TcpFlags.PSH) ? "P" : "").append(segment.hasAck() ? "A" : "");
        var text = new byte[segment.payloadLength()];
        MemorySegment.copy(
                ip.memory(), ValueLayout.JAVA_BYTE, segment.payloadOffset(), text, 0, segment.payloadLength());
        lastTsVal = segment.tsVal();
        lastFlags = segment.flags();
        lastTrafficClass = ip.trafficClass();
        urgentPointers.add(segment.has(TcpFlags.URG) ? segment.urgentPointer() : NOT_URGENT);
        return new Sent(
                flags.toString(),
                segment.seq() - ISS,
                segment.payloadLength(),
                segment.hasAck() ? segment.ack() - PEER_ISS : 0,
                segment.window(),
                segment.mss(),
                segment.windowScale(),
                segment.hasTimestamps(),
                new String(text, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /// The last packet sent, IP header included.
    byte[] lastPacket() {
        return outFrame.toArray();
    }

    /// The options of the last segment sent.
    byte[] lastOptions() {
        return ip.memory()
                .asSlice(segment.optionsOffset(), segment.payloadOffset() - segment.optionsOffset())
                .toArray(ValueLayout.JAVA_BYTE);
    }

    int lastTsVal() {
        return lastTsVal;
    }

    /// All control bits of the last segment sent.
    int lastFlags() {
        return lastFlags;
    }

    /// The urgent pointers of the segments that were drained last, NOT_URGENT for those without.
    List<Integer> urgentPointers() {
        return List.copyOf(urgentPointers);
    }

    int lastTrafficClass() {
        return lastTrafficClass;
    }

    /// The user writes.
    Wire write(String text) {
        var bytes = MemorySegment.ofArray(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThat(connection.reserveSend(now, text.length())).isEqualTo(text.length());
        var ring = Objects.requireNonNull(connection.sendRing());
        ring.put(connection.bytesWritten(), bytes, 0, text.length());
        connection.written(now, text.length());
        return this;
    }

    /// The user writes, and the last octet is urgent.
    Wire writeUrgent(String text) {
        write(text);
        connection.urgent(now, connection.bytesWritten());
        return this;
    }

    /// The user reads up to `max` octets.
    String read(int max) {
        int count = Math.min(max, connection.available());
        if (count == 0) {
            return "";
        }
        var ring = Objects.requireNonNull(connection.receiveRing());
        var bytes = new byte[count];
        ring.get(connection.bytesRead(), MemorySegment.ofArray(bytes), 0, count);
        connection.consumed(now, count);
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    long count(TcpCounters counter) {
        return context.counters().get(counter);
    }

    static String text(int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + i % 26));
        }
        return text.toString();
    }
}
