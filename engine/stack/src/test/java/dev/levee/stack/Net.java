package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.Deadlines;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Two stacks back to back in virtual time: packets arrive at once, the clock jumps to the earlier deadline.
final class Net {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final IpAddress CLIENT_V4 = IpAddress.parse("198.18.0.1");
    static final IpAddress SERVER_V4 = IpAddress.parse("198.18.0.2");
    static final IpAddress CLIENT_V6 = IpAddress.parse("2001:db8::1");
    static final IpAddress SERVER_V6 = IpAddress.parse("2001:db8::2");
    static final int PORT = 80;

    final Stack client;
    final Stack server;
    final Frame frame = FrameSlab.single(1500);
    /// Every packet sent, lost or not.
    final List<byte[]> sent = new ArrayList<>();
    /// Packets that get lost.
    Predicate<byte[]> lost = packet -> false;
    boolean recording = true;
    long now;

    Net() {
        this(Limits.DEFAULT);
    }

    Net(Limits limits) {
        this(limits, 1);
    }

    Net(Limits limits, long startNanos) {
        now = startNanos;
        client = new Stack(config("198.18.0.1/24", "2001:db8::1/64", limits, 1));
        server = new Stack(config("198.18.0.2/24", "2001:db8::2/64", limits, 2));
    }

    /// Two stacks on an Ethernet segment of their own.
    static Net ethernet() {
        return new Net(1, config(1), config(2));
    }

    private static StackConfig config(int host) {
        var addresses = List.of(Cidr.parse("198.18.0." + host + "/24"), Cidr.parse("2001:db8::" + host + "/64"));
        var secret = new SipHash(host, ~host);
        var station = new EthernetConfig(
                EthernetConfig.macOf(secret), List.of(), EthernetConfig.DuplicateDetection.OFF, false);
        return new StackConfig(addresses, 1500, secret, Limits.DEFAULT, station);
    }

    Net(long startNanos, StackConfig client, StackConfig server) {
        now = startNanos;
        this.client = new Stack(client);
        this.server = new Stack(server);
    }

    static StackConfig config(String v4, String v6, Limits limits, long key) {
        return new StackConfig(List.of(Cidr.parse(v4), Cidr.parse(v6)), 1500, new SipHash(key, ~key), limits);
    }

    /// Replies that nobody asks for.
    static Replies noReplies(StackCounters.Row counters) {
        return new Replies(config("198.18.0.9/24", "2001:db8::9/64", Limits.DEFAULT, 9), counters, new SegmentWriter());
    }

    static IpAddress client(boolean v4) {
        return v4 ? CLIENT_V4 : CLIENT_V6;
    }

    static IpAddress server(boolean v4) {
        return v4 ? SERVER_V4 : SERVER_V6;
    }

    Listener listen(ListenOptions options) throws SocketException {
        return server.listen(IpAddress.ANY_V6, PORT, options);
    }

    TcpSocket connect(boolean v4, SocketOptions options) throws SocketException {
        return client.connect(now, null, 0, server(v4), PORT, options);
    }

    /// Carries packets until none is due now, and checks the promise about deadlines.
    void settle() {
        carryAll();
        assertRested(client);
        assertRested(server);
    }

    void carryAll() {
        boolean moved = true;
        while (moved) {
            moved = carry(client, server);
            moved |= carry(server, client);
        }
    }

    private boolean carry(Stack from, Stack to) {
        boolean moved = false;
        while (from.poll(now, frame)) {
            moved = true;
            if (recording) {
                var packet = frame.toArray();
                sent.add(packet);
                if (lost.test(packet)) {
                    continue;
                }
            }
            to.onFrame(now, frame);
        }
        return moved;
    }

    private void assertRested(Stack stack) {
        long deadlineNanos = stack.nextDeadline();
        assertThat(Deadlines.due(now, deadlineNanos))
                .as("a drained stack is due at %s, now is %s", deadlineNanos, now)
                .isFalse();
    }

    /// Settles, then lets time pass to the next deadline, `limitNanos` at most.
    ///
    /// @return whether there was one
    boolean step(long limitNanos) {
        settle();
        long next = Deadlines.earlier(client.nextDeadline(), server.nextDeadline());
        if (next == Deadlines.NONE || next - limitNanos > 0) {
            now = limitNanos;
            return false;
        }
        if (next - 1 - now > 0) {
            now = next - 1;
            assertThat(client.poll(now, frame) || server.poll(now, frame))
                    .as("something was sent before the deadline %s", next)
                    .isFalse();
        }
        now = next;
        return true;
    }

    /// Lets time pass.
    void run(long nanos) {
        long end = now + nanos;
        while (step(end)) {
            // Each step carries what is due.
        }
        settle();
    }

    /// Lets time pass until something holds.
    void until(BooleanSupplier condition) {
        long end = now + 3600 * SECOND;
        settle();
        while (!condition.getAsBoolean()) {
            assertThat(step(end)).as("it never came true").isTrue();
            settle();
        }
    }

    /// A complete connection: the client's and the server's socket.
    TcpSocket[] pair(boolean v4) throws SocketException {
        return pair(v4, SocketOptions.DEFAULT, SocketOptions.DEFAULT);
    }

    TcpSocket[] pair(boolean v4, SocketOptions clientOptions, SocketOptions serverOptions) throws SocketException {
        var listener = listen(new ListenOptions(16, 16, serverOptions));
        var active = connect(v4, clientOptions);
        settle();
        var passive = accept(listener);
        listener.close(now);
        return new TcpSocket[] {active, passive};
    }

    /// The connection that waits; there must be one.
    static TcpSocket accept(Listener listener) {
        return Objects.requireNonNull(listener.accept(), "nothing to accept");
    }

    int write(TcpSocket socket, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        var memory = Arena.ofAuto().allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return socket.write(now, memory, 0, bytes.length);
    }

    /// What can be read at once, as text; `<-1>` and so on when it is not data.
    String read(TcpSocket socket) {
        var memory = Arena.ofAuto().allocate(4096);
        int count = socket.read(now, memory, 0, 4096);
        if (count < 0) {
            return "<" + count + ">";
        }
        var bytes = new byte[count];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, bytes, 0, count);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /// Every connection is over, and every buffer is back.
    void assertEmpty() {
        for (var stack : List.of(client, server)) {
            assertThat(stack.connectionCount()).isZero();
            assertThat(stack.buffers().bytesTaken()).isZero();
        }
    }

    /// How many of the packets sent so far carry all of these flags.
    long sent(int flags) {
        return sent.stream().filter(packet -> Packets.read(packet).has(flags)).count();
    }
}
