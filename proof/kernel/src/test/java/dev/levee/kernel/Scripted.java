package dev.levee.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Target;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// A hand-written script against the kernel: its steps, each checked. The kernel listens on port 8080, the peer
/// comes from 40000.
final class Scripted implements AutoCloseable {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_STREAM = 1;
    static final int SOCK_STREAM_NONBLOCK = SOCK_STREAM | 0x800;
    static final int PORT = 8080;
    static final int PEER_PORT = 40_000;

    private static final long ANSWER_NANOS_MAX = 2_000_000_000;

    final Target target;
    final IpPacket ip = new IpPacket();
    final Segment segment = new Segment(ip);
    private final Setup setup;
    private final SegmentWriter writer = new SegmentWriter();

    /// Where the kernel's numbers begin.
    int iss;

    private Scripted(Setup setup) {
        this.setup = setup;
        target = new KernelTargetFactory().open(setup);
    }

    /// Skips the test, or fails it where LEVEE_REQUIRE_NET says that it has to run, when there is no kernel.
    static Scripted open(Setup.Mode mode) {
        KernelTargetFactory.lack().ifPresent(lack -> {
            assertThat(System.getenv("LEVEE_REQUIRE_NET")).as(lack).isNull();
            assumeTrue(false, "skipped: " + lack);
        });
        boolean v6 = mode == Setup.Mode.IPV6;
        return new Scripted(new Setup(
                Platform.LINUX,
                Setup.Profile.LINUX,
                mode,
                Cidr.parse(v6 ? "2001:db8:1::1/48" : "198.18.0.1/16"),
                IpAddress.parse(v6 ? "2001:db8:1:2::1" : "198.18.0.2"),
                IpAddress.parse(v6 ? "2001:db8:2::1" : "198.51.100.1"),
                1500));
    }

    private int family() {
        return setup.mode() == Setup.Mode.IPV4 ? AF_INET : AF_INET6;
    }

    Endpoint local() {
        return new Endpoint(family(), setup.local().address(), PORT);
    }

    Endpoint remote() {
        return new Endpoint(family(), setup.remote(), PEER_PORT);
    }

    /// A call that must return at once.
    Result call(Request request) {
        var result = target.begin(request).result();
        assertThat(result).as("%s blocks", request).isNotNull();
        return Objects.requireNonNull(result);
    }

    int socket(int type) {
        var result = call(new Request.Socket(family(), type, 0));
        assertThat(result.error()).isEmpty();
        return (int) result.value();
    }

    int listen(int type) {
        int listener = socket(type);
        assertThat(call(new Request.Bind(listener, local())).error()).isEmpty();
        assertThat(call(new Request.Listen(listener, 1)).error()).isEmpty();
        return listener;
    }

    /// A whole handshake with the kernel's listener; the accepted descriptor.
    int accept(int listener) {
        inject(0, w -> w.flags(TcpFlags.SYN).mss(1000));
        expect();
        assertThat(segment.flags()).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
        assertThat(segment.ack()).isEqualTo(1);
        iss = segment.seq();
        inject(1, w -> w.ack(iss + 1));
        var accepted = call(new Request.Accept(listener));
        assertThat(accepted.error()).isEmpty();
        assertThat(accepted.from()).isEqualTo(remote());
        return (int) accepted.value();
    }

    Result finish(PendingCall call) {
        long deadline = target.nowNanos() + ANSWER_NANOS_MAX;
        var result = call.result();
        while (result == null && target.nowNanos() < deadline) {
            Thread.onSpinWait();
            result = call.result();
        }
        assertThat(result).as("the call returns").isNotNull();
        return Objects.requireNonNull(result);
    }

    void inject(int seq, Consumer<SegmentWriter> fields) {
        inject(seq, fields, "");
    }

    void inject(int seq, Consumer<SegmentWriter> fields, String text) {
        var local = setup.local().address();
        var remote = setup.remote();
        var octets = text.getBytes(StandardCharsets.US_ASCII);
        writer.reset()
                .addresses(remote.high(), remote.low(), local.high(), local.low())
                .ports(PEER_PORT, PORT)
                .seq(seq)
                .window(10_000);
        fields.accept(writer);
        var frame = FrameSlab.single(1500);
        int at = writer.begin(frame);
        java.lang.foreign.MemorySegment.copy(
                octets, 0, frame.memory(), java.lang.foreign.ValueLayout.JAVA_BYTE, at, octets.length);
        writer.finish(frame, octets.length);
        target.inject(frame);
    }

    /// The next segment, parsed into [#segment]; its time.
    long expect() {
        var sent = target.next(target.nowNanos() + ANSWER_NANOS_MAX);
        assertThat(sent).as("a packet").isNotNull();
        var packet = Objects.requireNonNull(sent);
        assertThat(ip.parse(packet.packet())).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).as("with its checksum").isEqualTo(DropReason.NONE);
        return packet.nanos();
    }

    static List<Integer> one(int length) {
        return List.of(length);
    }

    @Override
    public void close() {
        target.close();
    }
}
