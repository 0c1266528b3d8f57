package dev.levee.sim.flood;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.guard.GuardCounters;
import dev.levee.stack.Limits;
import dev.levee.stack.ListenOptions;
import dev.levee.stack.Listener;
import dev.levee.stack.SocketException;
import dev.levee.stack.SocketOptions;
import dev.levee.stack.Stack;
import dev.levee.stack.StackConfig;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.IpPacket;
import dev.levee.wire.Segment;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A captured flood at a stack with the default defence, in virtual time and at its own times: who else wants
/// to connect can, and the counters add up.
class ReplayedFloodTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final int PORT = 80;
    /// Room for 640 handshakes.
    private static final long FEW_BYTES = 64 * 672;

    private final Frame frame = FrameSlab.single(1500);
    private final IpPacket ip = new IpPacket();
    private final Segment segment = new Segment(ip);
    /// The longest packet of the flood so far.
    private int longest;

    static Stream<Arguments> floods() throws IOException {
        var cases = Stream.<Arguments>builder();
        for (String name : Captures.real("flood")) {
            cases.add(Arguments.of(name, true, GuardConfig.DEFAULT));
            if (!name.equals(Captures.NONE)) {
                cases.add(Arguments.of(name, false, GuardConfig.DEFAULT));
                cases.add(Arguments.of(name, true, GuardConfig.DEFAULT.withBytesMax(FEW_BYTES)));
                cases.add(Arguments.of(name, false, GuardConfig.DEFAULT.withBytesMax(FEW_BYTES)));
            }
        }
        return cases.build();
    }

    private static Stack host(int number, GuardConfig guard) {
        var addresses = List.of(Cidr.parse("198.18.0." + number + "/24"), Cidr.parse("2001:db8::" + number + "/64"));
        var secret = new SipHash(number, ~number);
        return new Stack(new StackConfig(addresses, 1500, secret, Limits.DEFAULT).withGuard(guard));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void whoElseWantsToConnectCan(String name, boolean v4, GuardConfig guard) throws Exception {
        var file = Captures.orSkip(name);
        var server = host(2, guard);
        var client = host(1, GuardConfig.DEFAULT);
        var target = server.config().addresses().get(v4 ? 0 : 1).address();
        var options = ListenOptions.DEFAULT.withDefence(Defence.AUTO);
        var listener = server.listen(IpAddress.ANY_V6, PORT, options);
        var sources = Cidr.parse(v4 ? "198.19.0.0/16" : "2001:db8:f::/48");
        long now = 1;
        int clients = 0;
        int syns = 0;
        try (var in = Files.newInputStream(file)) {
            var replay = Replay.read(in, sources, target, PORT, 7);
            do {
                now = 1 + replay.nextNanos();
                replay.next(frame);
                longest = Math.max(longest, frame.length());
                syns += isSyn() ? 1 : 0;
                server.onFrame(now, frame);
                answers(now, server, client);
                if (now / (50 * MILLI) >= clients) {
                    clients++;
                    connects(now, client, target, server, listener);
                }
            } while (!replay.atStart());

            assertThat(replay.addresses()).isEqualTo(replay.sources());
            assertThat(clients).isGreaterThan(100);
            assertThat(syns).isGreaterThan(10_000);
            var decided = Objects.requireNonNull(server.guardCounters());
            assertThat(decided.get(GuardCounters.SYNS)).isEqualTo(syns + (long) clients);
            long answered = Stream.of(
                            GuardCounters.CACHED,
                            GuardCounters.REPEATED,
                            GuardCounters.REPLACED,
                            GuardCounters.COOKIES_SENT)
                    .mapToLong(decided::get)
                    .sum();
            assertThat(answered).as("no SYN was left without an answer").isEqualTo(syns + (long) clients);
            assertThat(decided.get(GuardCounters.COMPLETED) + decided.get(GuardCounters.COOKIES_VALID))
                    .isEqualTo(clients);
            assertThat(decided.get(GuardCounters.EVICTED) > 1_000).isEqualTo(guard.bytesMax() == FEW_BYTES);
            assertThat(server.halfOpenBytes()).isLessThanOrEqualTo(guard.bytesMax());
            assertThat(server.connectionCount()).isZero();
        }
    }

    private boolean isSyn() {
        return ip.parse(frame) == DropReason.NONE
                && segment.parse() == DropReason.NONE
                && segment.flags() == TcpFlags.SYN;
    }

    /// What the server sends: to the client, or to nobody, and then nothing longer than what came.
    private void answers(long now, Stack server, Stack client) {
        while (server.poll(now, frame)) {
            ip.parse(frame);
            var address = ip.v4()
                    ? client.config().addresses().get(0)
                    : client.config().addresses().get(1);
            if (ip.destination().equals(address.address())) {
                client.onFrame(now, frame);
            } else {
                assertThat(frame.length()).as("an answer to nobody").isLessThanOrEqualTo(longest);
            }
        }
    }

    private void connects(long now, Stack client, IpAddress target, Stack server, Listener listener)
            throws SocketException {
        var socket = client.connect(now, null, 0, target, PORT, SocketOptions.DEFAULT);
        exchange(now, client, server);
        assertThat(socket.connected()).as("at %.3f s", (double) now / SECOND).isTrue();
        var accepted = Objects.requireNonNull(listener.accept(), "the connection");
        accepted.abort(now);
        exchange(now, client, server);
        socket.abort(now);
        assertThat(server.connectionCount()).isZero();
    }

    private void exchange(long now, Stack client, Stack server) {
        boolean moved = true;
        while (moved) {
            moved = false;
            while (client.poll(now, frame)) {
                moved = true;
                server.onFrame(now, frame);
            }
            answers(now, server, client);
        }
    }
}
