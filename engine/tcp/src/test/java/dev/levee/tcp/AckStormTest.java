package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two connections that do not agree on sequence numbers any more, because somebody between them has changed some:
/// each tells the other that it is wrong, and they must fall silent (RFC 5961 §7).
class AckStormTest {
    private static final IpAddress CLIENT = IpAddress.parse("198.18.0.1");
    private static final IpAddress SERVER = IpAddress.parse("198.18.0.2");
    private static final FourTuple TUPLE = new FourTuple(CLIENT, 40_000, SERVER, 80);
    private static final FourTuple BACK = new FourTuple(SERVER, 80, CLIENT, 40_000);
    /// What one connection answers in a second at most, and what it retransmits.
    private static final int SEGMENTS_MAX = 2 * 15 + 10;

    private final TcpContext context = new TcpContext(new BufferPool(1 << 24), new SipHash(1, 2));
    private final TcpConfig config = Wire.plain().selectiveAcks(false).build();
    private final Frame frame = FrameSlab.single(1500);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Frame changed = FrameSlab.single(1500);
    private final SegmentWriter writer = new SegmentWriter();
    private long now = Wire.SECOND;

    /// Reads what a connection sends, as the one in between makes it: numbers moved by so much.
    private boolean next(TcpConnection from, int seqMoved, int ackMoved) {
        if (!from.poll(now, frame)) {
            return false;
        }
        parse(frame);
        writer.reset()
                .addresses(ip.srcHigh(), ip.srcLow(), ip.dstHigh(), ip.dstLow())
                .ports(segment.srcPort(), segment.dstPort())
                .seq(segment.seq() + seqMoved)
                .flags(segment.flags())
                .window(segment.window());
        if (segment.hasAck()) {
            writer.ack(segment.ack() + ackMoved);
        }
        int at = writer.begin(changed);
        int length = segment.payloadLength();
        MemorySegment.copy(ip.memory(), segment.payloadOffset(), changed.memory(), at, length);
        writer.finish(changed, length);
        parse(changed);
        return true;
    }

    private void parse(Frame packet) {
        assertThat(ip.parse(packet)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 10, -10, 60_000, -60_000, 1_000_000, -1_000_000, 1 << 31})
    @Rfc("5961:7")
    void theyFallSilent(int moved) {
        var a = TcpConnection.open(now, config, TUPLE, 1500, 0xFFFF_FF00, 0, context);
        assertThat(next(a, moved, 0)).isTrue();
        var b = TcpConnection.accept(now, config, BACK, 1500, 0xFFFF_FFF0, 0, segment, context);
        assertThat(next(b, 0, -moved)).isTrue();
        a.onSegment(now, segment);
        assertThat(next(a, moved, 0)).isTrue();
        b.onSegment(now, segment);
        assertThat(a.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(b.state()).isEqualTo(TcpState.ESTABLISHED);

        // From here on nobody changes anything.
        write(a);
        write(b);
        int seconds = 0;
        while (now - 400 * Wire.SECOND < 0) {
            long end = now + Wire.SECOND;
            int count = 0;
            for (long due = now; due - end < 0; due = Deadlines.earlier(a.nextDeadline(), b.nextDeadline())) {
                now = Math.max(now, due);
                count += exchange(a, b);
                assertThat(count).as("segments within a second").isLessThanOrEqualTo(SEGMENTS_MAX);
            }
            now = end;
            seconds++;
        }
        assertThat(seconds).isGreaterThan(300);
        assertThat(a.nextDeadline()).as("nothing more will come").isEqualTo(Deadlines.NONE);
        assertThat(b.nextDeadline()).isEqualTo(Deadlines.NONE);
    }

    private int exchange(TcpConnection a, TcpConnection b) {
        int count = 0;
        boolean more = true;
        while (more && count <= SEGMENTS_MAX) {
            more = false;
            while (count <= SEGMENTS_MAX && next(a, 0, 0)) {
                b.onSegment(now, segment);
                count++;
                more = true;
            }
            while (count <= SEGMENTS_MAX && next(b, 0, 0)) {
                a.onSegment(now, segment);
                count++;
                more = true;
            }
        }
        return count;
    }

    private void write(TcpConnection connection) {
        assertThat(connection.reserveSend(now, 100)).isEqualTo(100);
        var ring = Objects.requireNonNull(connection.sendRing());
        ring.put(connection.bytesWritten(), MemorySegment.ofArray(new byte[100]), 0, 100);
        connection.written(now, 100);
    }
}
