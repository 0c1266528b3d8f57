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
import dev.levee.wire.Seq;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Streams longer than half of the sequence space: what remembers a sequence number must not take it for
/// one that lies ahead.
class LongStreamTest {
    private static final int MTU = 65_535;
    private static final int MSS = MTU - 40;
    private static final int ISS = 5_000;
    private static final long RTT = 40 * Wire.MILLI;
    private static final int FLIGHT = 16;
    /// More than half of all sequence numbers.
    private static final int LONG = 40_000 / FLIGHT * FLIGHT;

    private final Frame frame = FrameSlab.single(MTU);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SegmentWriter writer = new SegmentWriter();
    private final FourTuple tuple =
            new FourTuple(IpAddress.parse("198.18.0.2"), 40_000, IpAddress.parse("198.18.0.1"), 80);
    private TcpContext context = new TcpContext(new BufferPool(64 << 20), new SipHash(1, 2));
    private TcpConnection connection = open(TcpConfig.builder());
    private long now;

    private TcpConnection open(TcpConfigBuilder config) {
        now = Wire.SECOND;
        var settings = config.timestamps(false)
                .hyStart(false)
                .tailLossProbe(false)
                .sendBufferBytes(4 * FLIGHT * MSS)
                .sendBufferBytesMax(4 * FLIGHT * MSS)
                .build();
        context = new TcpContext(new BufferPool(64 << 20), new SipHash(1, 2));
        connection = TcpConnection.open(now, settings, tuple, MTU, ISS, 0, context);
        sent();
        now += RTT;
        arrives(TcpFlags.SYN, 0, 1, w -> w.mss(MSS).windowScale(14).sackPermitted());
        sent();
        return connection;
    }

    private void arrives(int flags, int seq, int ack, Consumer<SegmentWriter> options) {
        var local = tuple.localAddress();
        var remote = tuple.remoteAddress();
        writer.reset().addresses(remote.high(), remote.low(), local.high(), local.low());
        writer.ports(80, 40_000).seq(seq).window(65_535).flags(flags).ack(ISS + ack);
        options.accept(writer);
        writer.begin(frame);
        writer.finish(frame, 0);
        parse();
        connection.onSegment(now, segment);
    }

    private void parse() {
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
    }

    /// Lengths of the segments that go out now.
    private List<Integer> sent() {
        var lengths = new ArrayList<Integer>();
        while (connection.poll(now, frame)) {
            parse();
            lengths.add(segment.payloadLength());
        }
        return lengths;
    }

    /// What is in the memory is of no interest here.
    private void write(int octets) {
        assertThat(connection.reserveSend(now, octets)).isEqualTo(octets);
        connection.written(now, octets);
    }

    private void acknowledge(long octets, Consumer<SegmentWriter> options) {
        arrives(0, 1, 1 + (int) octets, options);
    }

    private void acknowledgeAll() {
        acknowledge(connection.bytesWritten(), w -> {});
    }

    /// A report that what lies there, relative to the stream's beginning, has come twice.
    private void twice(long left, long right) {
        acknowledge(connection.bytesWritten(), w -> w.sack(ISS + 1 + (int) left, ISS + 1 + (int) right));
    }

    private void stream(int segments) {
        for (int i = 0; i < segments; i += FLIGHT) {
            write(FLIGHT * MSS);
            for (int trip = 0; connection.bytesAcknowledged() < connection.bytesWritten(); trip++) {
                assertThat(trip).isLessThan(FLIGHT);
                sent();
                now += RTT;
                long inFlight = Seq.distance(connection.sndUna(), connection.sndNxt());
                acknowledge(connection.bytesAcknowledged() + inFlight, w -> {});
            }
        }
    }

    @Test
    @Rfc("9293:SHLD-7")
    void aSmallSegmentOfLongAgoHoldsNoOther() {
        open(TcpConfig.builder().nagleAfterSmallOnly(true));
        write(10);
        assertThat(sent()).containsExactly(10);
        acknowledgeAll();
        stream(LONG);
        write(MSS);
        assertThat(sent()).containsExactly(MSS);
        write(10);
        assertThat(sent()).containsExactly(10);
        write(10);
        assertThat(sent()).as("a small one is under way").isEmpty();
    }

    @Test
    @Rfc("8985:6.2")
    void aReportOfLongAgoDoesNotEndTheRoundOfTheNext() {
        stream(FLIGHT);
        long smallest = connection.info(now).roundTrip().rttMinNanos();
        assertThat(patience()).isEqualTo(smallest / 4);
        twice(0, MSS);
        assertThat(patience()).isEqualTo(2 * (smallest / 4));
        stream(LONG);
        twice(connection.bytesWritten() - MSS, connection.bytesWritten());
        assertThat(patience()).isEqualTo(3 * (smallest / 4));
    }

    private long patience() {
        // Where segments have overtaken each other, or nothing is certain.
        return connection.info(now).loss().reorderWindowNanos();
    }

    /// After all sequence numbers the same ones come again.
    @Test
    @Rfc("2883:5")
    void aReportUndoesNoRecoveryOfLongAgo() {
        stream(4 * FLIGHT);
        long base = connection.bytesWritten();
        write(5 * MSS);
        sent();
        now += RTT;
        acknowledge(base, w -> w.sack(ISS + 1 + (int) base + MSS, ISS + 1 + (int) base + 5 * MSS));
        assertThat(connection.inRecovery()).isTrue();
        assertThat(sent()).containsExactly(MSS);
        now += RTT;
        acknowledgeAll();
        assertThat(connection.inRecovery()).isFalse();
        int threshold = connection.ssthresh();
        long around = (1L << 32) / MSS;
        stream((int) around / FLIGHT * FLIGHT);
        while (connection.bytesWritten() < base + (1L << 32) + 2 * MSS) {
            stream(FLIGHT);
        }
        twice(base, base + MSS);
        assertThat(connection.ssthresh()).isLessThanOrEqualTo(threshold);
        assertThat(context.counters().get(TcpCounters.RECOVERIES_UNDONE)).isZero();
    }
}
