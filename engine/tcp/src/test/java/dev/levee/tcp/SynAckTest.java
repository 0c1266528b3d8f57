package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection that has accepted a SYN, and one that was made from what a [Handshake] remembers of it, are the same:
/// every packet that they send from the SYN-ACK on.
class SynAckTest {
    private static final int MTU = 1500;
    private static final int ISS = 0xFFFF_FF00;
    private static final int IRS = 0xFFFF_FFF0;
    private static final int OFFSET = 0x7000_0000;
    private static final long MILLI = 1_000_000L;
    private static final int WINDOW = 65_535;

    private final Random random = new Random();
    private final Frame in = FrameSlab.single(65_535);
    private final Frame out = FrameSlab.single(65_535);
    private final SegmentWriter writer = new SegmentWriter();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Handshake handshake = new Handshake();
    private boolean v6;
    private long now = 7_000_000_123L;

    private static TcpContext context() {
        return new TcpContext(new BufferPool(64 << 20), new SipHash(1, 2));
    }

    private FourTuple tuple() {
        return v6
                ? new FourTuple(IpAddress.parse("2001:db8::2"), 80, IpAddress.parse("2001:db8::1"), 40_000)
                : new FourTuple(IpAddress.parse("198.18.0.2"), 80, IpAddress.parse("198.18.0.1"), 40_000);
    }

    private void segment(int flags, int seq, int ack, byte[] text, Consumer<SegmentWriter> options) {
        var tuple = tuple();
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        writer.reset()
                .addresses(remote.high(), remote.low(), local.high(), local.low())
                .ports(tuple.remotePort(), tuple.localPort())
                .seq(IRS + seq)
                .window(WINDOW)
                .flags(flags);
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(ISS + ack);
        }
        options.accept(writer);
        int at = writer.begin(in);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, in.memory(), at, text.length);
        writer.finish(in, text.length);
        assertThat(ip.parse(in)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    /// One and the same peer for both.
    private final class Twins {
        final TcpContext accepting = context();
        final TcpContext resuming = context();
        final TcpConnection accepted;
        final SynAck synAck;
        final boolean stamps;

        Twins(TcpConfig config, Consumer<SegmentWriter> options, int flags) {
            segment(TcpFlags.SYN | flags, 0, 0, new byte[0], options);
            stamps = segment.hasTimestamps();
            accepted = TcpConnection.accept(now, config, tuple(), MTU, ISS, OFFSET, segment, accepting);
            synAck = new SynAck(config, MTU, resuming);
            synAck.read(segment, handshake);
            handshake.iss(ISS);
            handshake.tsOffered((int) (now / MILLI) + OFFSET);
            synAck.heard();
            var sent = poll(accepted);
            synAck.write(handshake, MTU, false, out);
            assertThat(List.of(hex())).as("SYN-ACK, %s", describe()).isEqualTo(sent);
        }

        String describe() {
            return (v6 ? "IPv6 " : "IPv4 ") + "mss " + handshake.mss() + " scale " + handshake.windowScale() + " sack "
                    + handshake.sackPermitted() + " ts " + handshake.timestamps() + " ecn " + handshake.ecn();
        }

        TcpConnection resume(long sentNanos, boolean again, int timeouts) {
            return synAck.resume(now, handshake, tuple(), sentNanos, again, timeouts);
        }
    }

    private String hex() {
        return java.util.HexFormat.of().formatHex(out.toArray());
    }

    private List<String> poll(TcpConnection connection) {
        var sent = new ArrayList<String>();
        while (connection.poll(now, out)) {
            sent.add(hex());
        }
        return sent;
    }

    private void bothHear(TcpConnection a, TcpConnection b, int flags, int seq, int ack, byte[] text, boolean stamps) {
        int tsVal = (int) (now / MILLI) + 77;
        int echo = (int) (now / MILLI) + OFFSET - 3;
        segment(flags, seq, ack, text, w -> {
            if (stamps) {
                w.timestamps(tsVal, echo);
            }
        });
        a.onSegment(now, segment);
        b.onSegment(now, segment);
    }

    private void write(TcpConnection connection, int octets) {
        int count = Math.min(octets, connection.sendRoom());
        connection.reserveSend(now, count);
        var ring = java.util.Objects.requireNonNull(connection.sendRing());
        ring.put(connection.bytesWritten(), MemorySegment.ofArray(new byte[count]), 0, count);
        connection.written(now, count);
    }

    private TcpConfig config() {
        return TcpConfig.builder()
                .timestamps(random.nextInt(4) > 0)
                .windowScaling(random.nextInt(4) > 0)
                .selectiveAcks(random.nextInt(4) > 0)
                .ecn(random.nextBoolean() ? EcnUse.ON : EcnUse.OFF)
                .windowInSegments(random.nextBoolean())
                .receiveBufferBytes(1 << 14 + random.nextInt(4))
                .mssMax(random.nextBoolean() ? 1460 : 900)
                .congestion(random.nextBoolean() ? CongestionAlgorithm.CUBIC : CongestionAlgorithm.NEW_RENO)
                .restNanos(0)
                .build();
    }

    private Consumer<SegmentWriter> options() {
        int mss = 300 + random.nextInt(1400);
        int scale = random.nextInt(16) - 1;
        boolean sack = random.nextBoolean();
        boolean ts = random.nextBoolean();
        return w -> {
            w.mss(mss);
            if (scale >= 0) {
                w.windowScale(scale);
            }
            if (sack) {
                w.sackPermitted();
            }
            if (ts) {
                w.timestamps((int) (now / MILLI), 0);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anAcceptedAndAResumedConnectionSendTheSame(long seed) {
        random.setSeed(seed);
        for (int run = 0; run < 40; run++) {
            v6 = random.nextBoolean();
            var twins = new Twins(config(), options(), random.nextBoolean() ? TcpFlags.ECE | TcpFlags.CWR : 0);
            long sentNanos = now;
            now += random.nextInt(200) * MILLI + random.nextInt(1_000_000);
            var resumed = twins.resume(sentNanos, false, 0);
            assertThat(resumed.nextDeadline()).isNotEqualTo(Deadlines.NONE);
            converse(twins.accepted, resumed, twins.stamps, seed + "/" + run + ": " + twins.describe());
            for (var counter : List.of(TcpCounters.SEGMENTS_IN, TcpCounters.SEGMENTS_OUT, TcpCounters.PASSIVE_OPENS)) {
                assertThat(twins.resuming.counters().get(counter))
                        .as("%s", counter)
                        .isEqualTo(twins.accepting.counters().get(counter));
            }
        }
    }

    private void converse(TcpConnection accepted, TcpConnection resumed, boolean stamps, String what) {
        int text = random.nextInt(3) == 0 ? 0 : random.nextInt(400);
        bothHear(accepted, resumed, TcpFlags.ACK, 1, 1, new byte[text], stamps);
        assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
        same(accepted, resumed, what);
        int seq = 1 + text;
        for (int step = 0; step < 20; step++) {
            now += random.nextInt(300) * MILLI;
            switch (random.nextInt(4)) {
                case 0 -> {
                    int octets = 1 + random.nextInt(5_000);
                    write(accepted, octets);
                    write(resumed, octets);
                }
                case 1 -> {
                    int length = random.nextInt(300);
                    int ack = sent(accepted.sndNxt());
                    bothHear(accepted, resumed, TcpFlags.ACK, seq, ack, new byte[length], stamps);
                    seq += length;
                }
                case 2 -> bothHear(accepted, resumed, TcpFlags.ACK, seq, sent(accepted.sndUna()), new byte[0], stamps);
                default -> {
                    long deadline = accepted.nextDeadline();
                    now = deadline == Deadlines.NONE ? now : Math.max(now, deadline);
                }
            }
            same(accepted, resumed, what + " step " + step);
        }
    }

    private static int sent(int number) {
        return number - ISS;
    }

    private void same(TcpConnection accepted, TcpConnection resumed, String what) {
        assertThat(poll(resumed)).as(what).isEqualTo(poll(accepted));
        assertThat(resumed.state()).as(what).isEqualTo(accepted.state());
        assertThat(resumed.nextDeadline()).as(what).isEqualTo(accepted.nextDeadline());
        assertThat(resumed.srttNanos()).as(what).isEqualTo(accepted.srttNanos());
        assertThat(resumed.rcvWnd()).as(what).isEqualTo(accepted.rcvWnd());
        assertThat(resumed.info(now)).as(what).isEqualTo(accepted.info(now));
    }

    @Test
    @Rfc("6298:3")
    void aCookieOrASecondSynAckMeasuresNoRoundTrip() {
        for (int i = 0; i < 4; i++) {
            boolean known = i % 2 == 0;
            boolean stamps = i / 2 == 0;
            var twins = new Twins(TcpConfig.DEFAULT, w -> options(w.mss(1460), stamps), 0);
            long sent = now;
            now += 500 * MILLI;
            var resumed = twins.resume(known ? sent : Deadlines.NONE, known, known ? 1 : 0);
            segment(TcpFlags.ACK, 1, 1, new byte[0], w -> stamp(w, stamps));
            resumed.onSegment(now, segment);
            assertThat(resumed.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(resumed.srttNanos()).isEqualTo(-1);
            // RFC 6298 (5.7).
            assertThat(resumed.rtoNanos()).isEqualTo((known ? 3_000 : 1_000) * MILLI);
        }
    }

    private static void options(SegmentWriter writer, boolean stamps) {
        if (stamps) {
            writer.timestamps(5, 0);
        }
    }

    private void stamp(SegmentWriter writer, boolean stamps) {
        if (stamps) {
            writer.timestamps(6, handshake.tsOffered());
        }
    }

    @Test
    void theTimestampClockGoesOnFromWhatTheSynAckSaid() {
        for (boolean known : new boolean[] {true, false}) {
            var twins = new Twins(TcpConfig.DEFAULT, w -> w.mss(1460).timestamps(5, 0), 0);
            handshake.tsOffered(0x1234_5678);
            long sent = now;
            now += 500 * MILLI;
            var resumed = twins.resume(known ? sent : Deadlines.NONE, false, 0);
            segment(TcpFlags.ACK, 1, 1, new byte[0], w -> w.timestamps(6, 0x1234_5678));
            resumed.onSegment(now, segment);
            now += 100 * MILLI;
            write(resumed, 10);
            assertThat(resumed.poll(now, out)).isTrue();
            ip.parse(out);
            segment.parse();
            assertThat(segment.tsVal()).isEqualTo(0x1234_5678 + (known ? 600 : 101));
        }
    }

    @Test
    void aSynAckIsNeverLongerThanItsSyn() {
        for (int options = 0; options < 16; options++) {
            for (int scale = 0; scale < 15; scale += 7) {
                var wanted = options;
                var shift = scale;
                v6 = options % 3 == 0;
                segment(TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR, 0, 0, new byte[0], w -> {
                    if ((wanted & 1) != 0) {
                        w.mss(1460);
                    }
                    if ((wanted & 2) != 0) {
                        w.windowScale(shift);
                    }
                    if ((wanted & 4) != 0) {
                        w.sackPermitted();
                    }
                    if ((wanted & 8) != 0) {
                        w.timestamps(1, 0);
                    }
                });
                var synAck = new SynAck(
                        TcpConfig.builder()
                                .ecn(EcnUse.ON)
                                .userTimeoutOption(true)
                                .build(),
                        MTU,
                        context());
                synAck.read(segment, handshake);
                synAck.write(handshake, MTU, false, out);
                assertThat(out.length()).as("options %d", options).isLessThanOrEqualTo(in.length());
            }
        }
    }

    @Test
    void theMssFollowsThePathWhereItIsToDoSo() {
        segment(TcpFlags.SYN, 0, 0, new byte[0], w -> w.mss(1460));
        for (boolean follows : new boolean[] {true, false}) {
            var config = TcpConfig.builder().mssFollowsPath(follows).build();
            var synAck = new SynAck(config, MTU, context());
            synAck.read(segment, handshake);
            synAck.write(handshake, 1_000, false, out);
            var answer = new IpPacket();
            answer.parse(out);
            var parsed = new Segment(answer);
            parsed.parse();
            assertThat(parsed.mss()).isEqualTo(follows ? 960 : 1460);
        }
    }
}
