package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.Bytes;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;

/// Segments by the hundred million that only differ in their numbers, parsed like any other: one packet whose fields
/// are overwritten, and whose checksum is corrected (RFC 1624).
final class Guesses {
    private static final int SEQ = 4;
    private static final int ACK = 8;
    private static final int CHECKSUM = 16;
    private static final int TS_ECR = 28;

    private final Frame frame = FrameSlab.single(256);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final boolean timestamps;
    private final int tcp;

    /// @param from what they pretend to be of
    /// @param textBytes of each: with more than one a segment stands for one initial number only
    @SuppressWarnings("ArgumentSelectionDefectChecker") // swapped on purpose: the peer sends it
    Guesses(Handshake from, int textBytes) {
        timestamps = from.timestamps();
        var writer = new SegmentWriter()
                .reset()
                .addresses(from.remoteHigh(), from.remoteLow(), from.localHigh(), from.localLow())
                .ports(from.ports() & 0xffff, from.ports() >>> 16)
                .seq(0)
                .ack(0)
                .window(1_000);
        if (timestamps) {
            writer.timestamps(1, 0);
        }
        writer.begin(frame);
        writer.finish(frame, textBytes);
        tcp = frame.offset() + (from.v4() ? 20 : 40);
        assertThat(parse().ack()).isZero();
        assertThat(next(1, 2, 3).ack()).isEqualTo(2);
        assertThat(segment.seq()).isEqualTo(1);
        assertThat(timestamps ? segment.tsEcr() : 3).isEqualTo(3);
    }

    private Segment parse() {
        if (ip.parse(frame) != DropReason.NONE || segment.parse() != DropReason.NONE) {
            throw new AssertionError("not a good segment");
        }
        return segment;
    }

    /// The next one.
    Segment next(int seq, int ack, int tsEcr) {
        put(SEQ, seq);
        put(ACK, ack);
        if (timestamps) {
            put(TS_ECR, tsEcr);
        }
        return parse();
    }

    private void put(int field, int value) {
        var memory = frame.memory();
        int before = Bytes.i32(memory, tcp + field);
        int sum = ~Bytes.u16(memory, tcp + CHECKSUM) & 0xffff;
        sum += (~before >>> 16) + (~before & 0xffff) + (value >>> 16) + (value & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        Bytes.put16(memory, tcp + CHECKSUM, ~sum & 0xffff);
        Bytes.put32(memory, tcp + field, value);
    }
}
