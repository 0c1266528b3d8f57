package dev.levee.sim;

import dev.levee.sim.Ladder.Side;
import dev.levee.tcp.TcpState;
import dev.levee.wire.CaptureDirection;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server would be if the handshake had two segments: whoever sends a SYN is connected when it is answered, and
/// nobody waits to hear whether the answer meant anything to him. It stands where no host is, sees what a client sends
/// there, and is a TCP in nothing else: no options, no retransmission, one connection at a time.
///
/// Threads: the simulation's.
final class TwoWayServer implements Tap {
    private static final int WINDOW = 65_535;
    private static final int MTU = 1500;

    private final SimNetwork network;
    private final SimHost client;
    private final Scene scene;
    private final long delayNanos;
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final SegmentWriter writer = new SegmentWriter();
    private final List<String> delivered = new ArrayList<>();
    private boolean connected;
    private int iss = 1_000_000;
    private int sndNxt;
    private int rcvNxt;

    TwoWayServer(SimNetwork network, SimHost client, Scene scene, long delayNanos) {
        this.network = network;
        this.client = client;
        this.scene = scene;
        this.delayNanos = delayNanos;
        scene.state(0, Side.RIGHT, TcpState.LISTEN);
    }

    /// What the user has been given, in order.
    List<String> delivered() {
        return delivered;
    }

    @Override
    public void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {
        var octets = packet.toArray();
        network.after(delayNanos, () -> arrives(octets));
    }

    /// A segment comes out of the network.
    void arrives(byte[] octets) {
        var frame = FrameSlab.single(MTU);
        frame.fill(octets);
        if (ip.parse(frame) != DropReason.NONE || segment.parse() != DropReason.NONE) {
            throw new AssertionError("not a segment");
        }
        scene.captured(network.clock().nowNanos(), Side.RIGHT, CaptureDirection.INBOUND, frame);
        if (segment.rst()) {
            enter(TcpState.CLOSED);
            connected = false;
        } else if (segment.syn()) {
            iss += 64_000;
            sndNxt = iss + 1;
            rcvNxt = segment.seq() + 1;
            connected = true;
            enter(TcpState.ESTABLISHED);
            answer(TcpFlags.SYN, iss);
        } else if (connected && segment.seq() == rcvNxt) {
            takes(frame);
        }
    }

    private void takes(Frame frame) {
        if (segment.payloadLength() > 0) {
            var text = frame.memory()
                    .asSlice(segment.payloadOffset(), segment.payloadLength())
                    .toArray(ValueLayout.JAVA_BYTE);
            delivered.add(new String(text, StandardCharsets.US_ASCII));
        }
        rcvNxt += segment.length();
        if (segment.fin()) {
            enter(TcpState.LAST_ACK);
            answer(TcpFlags.FIN, sndNxt++);
        } else if (segment.length() > 0) {
            answer(0, sndNxt);
        } else if (Seq.ge(segment.ack(), sndNxt) && scene.state(Side.RIGHT) == TcpState.LAST_ACK) {
            enter(TcpState.CLOSED);
            connected = false;
        }
    }

    private void enter(TcpState state) {
        scene.state(network.clock().nowNanos(), Side.RIGHT, state);
    }

    private void answer(int flags, int seq) {
        var frame = FrameSlab.single(MTU);
        long ownHigh = ip.dstHigh();
        long ownLow = ip.dstLow();
        int ownPort = segment.dstPort();
        int peerPort = segment.srcPort();
        writer.reset()
                .addresses(ownHigh, ownLow, ip.srcHigh(), ip.srcLow())
                .ports(ownPort, peerPort)
                .seq(seq)
                .ack(rcvNxt)
                .flags(flags)
                .window(WINDOW);
        writer.begin(frame);
        writer.finish(frame, 0);
        scene.captured(network.clock().nowNanos(), Side.RIGHT, CaptureDirection.OUTBOUND, frame);
        network.after(delayNanos, () -> network.inject(client, frame));
    }
}
