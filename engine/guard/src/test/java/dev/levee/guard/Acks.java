package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Handshake;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import java.lang.foreign.Arena;

/// Segments as peers of a [Handshake] send them, written and parsed like any other.
final class Acks {
    private final SegmentWriter writer = new SegmentWriter();
    private final Frame frame = new FrameSlab(Arena.ofAuto(), 1, 256).take();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);

    /// The third segment of a handshake, or what comes in its place.
    ///
    /// @param tsVal the peer's timestamp; not used when the handshake has none
    /// @param tsEcr what it echoes
    Segment ack(Handshake handshake, int seq, int ack, int tsVal, int tsEcr, int textBytes) {
        begin(handshake);
        writer.seq(seq).ack(ack).window(1000);
        if (handshake.timestamps()) {
            writer.timestamps(tsVal, tsEcr);
        }
        return finish(textBytes);
    }

    /// The honest one: it acknowledges the SYN-ACK and nothing else.
    Segment third(Handshake handshake) {
        return ack(handshake, handshake.irs() + 1, handshake.iss() + 1, 77, handshake.tsOffered(), 0);
    }

    @SuppressWarnings("ArgumentSelectionDefectChecker") // swapped on purpose: the peer sends it
    private void begin(Handshake handshake) {
        writer.reset()
                .addresses(handshake.remoteHigh(), handshake.remoteLow(), handshake.localHigh(), handshake.localLow())
                .ports(handshake.ports() & 0xffff, handshake.ports() >>> 16);
    }

    private Segment finish(int textBytes) {
        writer.begin(frame);
        writer.finish(frame, textBytes);
        assertThat(ip.parse(frame)).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        return segment;
    }
}
