package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Endpoint;
import dev.levee.sim.drill.system.PendingCall;
import dev.levee.sim.drill.system.Platform;
import dev.levee.sim.drill.system.Request;
import dev.levee.sim.drill.system.Result;
import dev.levee.sim.drill.system.Setup;
import dev.levee.sim.drill.system.Setup.Mode;
import dev.levee.sim.drill.system.Setup.Profile;
import dev.levee.sim.drill.system.Target;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// A target with a peer that sends what it is told, for tests. The target listens on port 8080; the peer is
/// port 2345.
final class Drill {
    static final IpAddress LOCAL = IpAddress.parse("192.168.0.1");
    static final IpAddress REMOTE = IpAddress.parse("192.0.2.1");
    static final int SERVICE = 8080;
    static final int PEER = 2345;
    static final long MILLI = 1_000_000L;

    final Target target;
    final int family;
    private final Platform platform;
    private int peerPort = PEER;
    private int localPort = SERVICE;
    /// The target's initial sequence number, once it has sent a SYN.
    private int iss;
    /// The option octets of the last packet.
    byte[] options = {};

    private Drill(Platform platform, Profile profile, Mode mode) {
        this.platform = platform;
        family = mode == Mode.MAPPED ? Numbers.of(platform).inet6() : Numbers.INET;
        target = EngineTarget.factory()
                .open(new Setup(
                        platform, profile, mode, new Cidr(LOCAL, 16), IpAddress.parse("192.168.0.2"), REMOTE, 1500));
        target.start();
    }

    static Drill linux() {
        return new Drill(Platform.LINUX, Profile.LINUX, Mode.IPV4);
    }

    static Drill freebsd() {
        return new Drill(Platform.FREEBSD, Profile.FREEBSD, Mode.IPV4);
    }

    static Drill levee() {
        return new Drill(Platform.LINUX, Profile.LEVEE, Mode.IPV4);
    }

    static Drill mapped() {
        return new Drill(Platform.LINUX, Profile.LINUX, Mode.MAPPED);
    }

    PendingCall begin(Request request) {
        return target.begin(request);
    }

    /// The outcome of a call that does not wait.
    Result call(Request request) {
        return Objects.requireNonNull(target.begin(request).result(), () -> request + " did not return at once");
    }

    /// What a call returned: its number, or its error.
    String outcome(Request request) {
        var result = call(request);
        assertThat(result.unsupported()).isEmpty();
        return result.error().isEmpty() ? Long.toString(result.value()) : result.error();
    }

    int socket() {
        return (int) call(new Request.Socket(family, 1, 6)).value();
    }

    int nonBlockingSocket() {
        int descriptor = socket();
        nonBlocking(descriptor);
        return descriptor;
    }

    void nonBlocking(int descriptor) {
        int flags = 2 | Numbers.of(platform).nonBlock();
        assertThat(outcome(new Request.Fcntl(descriptor, 4, flags))).isEqualTo("0");
    }

    /// A socket that listens on [#SERVICE].
    int listener(int backlog) {
        int descriptor = socket();
        assertThat(outcome(new Request.Bind(descriptor, local(SERVICE)))).isEqualTo("0");
        assertThat(outcome(new Request.Listen(descriptor, backlog))).isEqualTo("0");
        return descriptor;
    }

    Endpoint local(int port) {
        return new Endpoint(family, LOCAL, port);
    }

    Endpoint remote() {
        return new Endpoint(family, REMOTE, SERVICE);
    }

    /// A connection that the peer opened, accepted: its descriptor. Window scaling is off, the peer's MSS 1000.
    int established(int listener) {
        handshake();
        return (int) call(new Request.Accept(listener)).value();
    }

    void handshake() {
        send(0, 0, TcpFlags.SYN, 0, writer -> writer.mss(1000));
        assertThat(next()).startsWith("S. 0:0(0) ack 1");
        send(1, 1, TcpFlags.ACK, 0, _ -> {});
    }

    /// A connection that the target opened, with the descriptor of a non-blocking socket.
    int connected() {
        int descriptor = nonBlockingSocket();
        assertThat(outcome(new Request.Connect(descriptor, remote()))).isEqualTo("EINPROGRESS");
        assertThat(next()).startsWith("S 0:0(0)");
        send(0, 1, TcpFlags.SYN | TcpFlags.ACK, 0, writer -> writer.mss(1000));
        assertThat(next()).startsWith(". 1:1(0) ack 1");
        return descriptor;
    }

    /// The next handshake comes from another port.
    Drill peerPort(int port) {
        peerPort = port;
        return this;
    }

    Result read(int descriptor, int length) {
        return call(receive(descriptor, length, 0));
    }

    static Request.Receive receive(int descriptor, int length, int flags) {
        return new Request.Receive("recv", descriptor, List.of(length), flags);
    }

    static Request.Send write(int descriptor, int length) {
        return write(descriptor, length, 0);
    }

    static Request.Send write(int descriptor, int length, int flags) {
        return new Request.Send("send", descriptor, List.of(new byte[length]), flags, null);
    }

    static Request.Send write(int descriptor, String text) {
        return new Request.Send("send", descriptor, List.of(text.getBytes(StandardCharsets.US_ASCII)), 0, null);
    }

    Request.SetOption set(int descriptor, int level, int name, int value) {
        return new Request.SetOption(descriptor, level, name, ControlCalls.octets(value));
    }

    int get(int descriptor, int level, int name) {
        var result = call(new Request.GetOption(descriptor, level, name, 4));
        assertThat(result.error()).isEmpty();
        return ByteBuffer.wrap(result.octets()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /// A segment from the peer, its numbers relative; an ACK that is below 0 is none.
    void send(int seq, int ack, int flags, int length) {
        send(seq, ack, flags, length, _ -> {});
    }

    void send(int seq, int ack, int flags, int length, Consumer<SegmentWriter> more) {
        var frame = FrameSlab.single(9000);
        var writer = new SegmentWriter()
                .reset()
                .addresses(REMOTE.high(), REMOTE.low(), LOCAL.high(), LOCAL.low())
                .ports(peerPort, localPort)
                .seq(seq)
                .flags(flags)
                .window(32_000);
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(iss + ack);
        }
        more.accept(writer);
        writer.begin(frame);
        writer.finish(frame, length);
        target.inject(frame);
    }

    /// The packet that the target has sent by now, as scripts write it; `-` if none.
    String next() {
        return next(0);
    }

    /// The packet that the target sends within so many milliseconds.
    String next(long millis) {
        var sent = target.next(target.nowNanos() + millis * MILLI);
        if (sent == null) {
            return "-";
        }
        var ip = new IpPacket();
        var segment = new Segment(ip);
        assertThat(ip.parse(sent.packet())).isEqualTo(DropReason.NONE);
        assertThat(segment.parse()).isEqualTo(DropReason.NONE);
        if (segment.syn()) {
            iss = segment.seq();
            peerPort = segment.dstPort();
            localPort = segment.srcPort();
        }
        options = ip.memory()
                .asSlice(segment.optionsOffset(), segment.payloadOffset() - segment.optionsOffset())
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        return text(segment);
    }

    private String text(Segment segment) {
        var flags = new StringBuilder();
        flags.append(segment.syn() ? "S" : "").append(segment.fin() ? "F" : "").append(segment.rst() ? "R" : "");
        flags.append(segment.has(TcpFlags.PSH) ? "P" : "").append(segment.hasAck() ? "." : "");
        int from = segment.seq() - iss;
        int length = segment.payloadLength();
        return flags + " " + Integer.toUnsignedString(from) + ":" + Integer.toUnsignedString(from + length) + "("
                + length + ")"
                + (segment.hasAck() ? " ack " + segment.ack() : "") + " win " + segment.window();
    }

    /// Lets time pass, in which nothing may be sent.
    void silence(long millis) {
        assertThat(next(millis)).isEqualTo("-");
    }
}
