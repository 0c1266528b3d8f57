package dev.levee.kernel;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Setup;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Connections that nobody asked for, before the first script: classes are loaded and the hot part is compiled,
/// so that the first script's events are as punctual as the last one's.
final class WarmUp {
    /// A few times what makes the compiler begin.
    private static final int CONNECTIONS = 300;

    private static final Setup SETUP = new Setup(
            Platform.LINUX,
            Setup.Profile.LINUX,
            Setup.Mode.IPV4,
            Cidr.parse("198.18.0.1/16"),
            IpAddress.parse("198.18.0.2"),
            IpAddress.parse("198.51.100.1"),
            1500);
    private static final int PORT = 8080;
    private static final int PEER_PORT = 40_000;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final long ANSWER_NANOS_MAX = 10_000_000;
    private static final int SENT_OCTETS = 100;

    private final KernelTarget target;
    private final SegmentWriter writer = new SegmentWriter();
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    private final Frame frame = FrameSlab.single(1500);

    private WarmUp(KernelTarget target) {
        this.target = target;
    }

    static void run() {
        try (var target = new KernelTarget(SETUP)) {
            target.start();
            new WarmUp(target).connections();
        }
    }

    private void connections() {
        int listener = call(new Request.Socket(AF_INET, SOCK_STREAM, 0));
        call(new Request.Bind(listener, new Endpoint(AF_INET, SETUP.local().address(), PORT)));
        call(new Request.Listen(listener, 1));
        for (int i = 0; i < CONNECTIONS; i++) {
            connection(listener, PEER_PORT + i);
        }
    }

    private void connection(int listener, int port) {
        inject(port, 0, TcpFlags.SYN, 0, 0);
        next();
        int next = segment.seq() + 1;
        inject(port, 1, TcpFlags.ACK, next, 0);
        int connection = call(new Request.Accept(listener));
        inject(port, 1, TcpFlags.ACK | TcpFlags.PSH, next, SENT_OCTETS);
        next();
        call(new Request.Receive("read", connection, List.of(SENT_OCTETS), 0, 0));
        call(new Request.Send("write", connection, List.of(new byte[SENT_OCTETS]), 0, null));
        next();
        target.info(connection, "tcpi_snd_cwnd");
        inject(port, 1 + SENT_OCTETS, TcpFlags.RST | TcpFlags.ACK, next, 0);
        call(new Request.Close(connection));
    }

    /// What a call returns is of no interest; whether it blocks neither.
    private int call(Request request) {
        var result = target.begin(request).result();
        return result == null ? -1 : (int) result.value();
    }

    private void next() {
        var sent = target.next(target.nowNanos() + ANSWER_NANOS_MAX);
        if (sent != null) {
            ip.parse(sent.packet());
            segment.parse();
        }
    }

    private void inject(int port, int seq, int flags, int ack, int octets) {
        writer.reset()
                .addresses(
                        SETUP.remote().high(),
                        SETUP.remote().low(),
                        SETUP.local().address().high(),
                        SETUP.local().address().low())
                .ports(port, PORT)
                .seq(seq)
                .window(10_000)
                .flags(flags);
        if (ack != 0) {
            writer.ack(ack);
        }
        int at = writer.begin(frame);
        MemorySegment text = frame.memory().asSlice(at, octets);
        text.fill((byte) 0);
        writer.finish(frame, octets);
        target.inject(frame);
    }
}
