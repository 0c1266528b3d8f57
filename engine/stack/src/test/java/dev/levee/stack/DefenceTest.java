package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.Defence;
import dev.levee.guard.GuardConfig;
import dev.levee.guard.GuardCounters;
import dev.levee.path.SeededRandom;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Listeners in a flood of SYNs from everywhere, with room for 640 handshakes.
class DefenceTest {
    private static final int ROWS = 640;
    private static final long BYTES = ROWS / 10 * 672;

    private final Net net = new Net(
            1,
            Net.config("198.18.0.1/24", "2001:db8::1/64", Limits.DEFAULT, 1),
            Net.config("198.18.0.2/24", "2001:db8::2/64", Limits.DEFAULT, 2)
                    .withGuard(GuardConfig.DEFAULT.withBytesMax(BYTES)));
    private final SeededRandom random = new SeededRandom(5);

    private Listener listen(Defence defence) throws SocketException {
        return net.listen(new ListenOptions(1024, ROWS / 2, SocketOptions.DEFAULT).withDefence(defence));
    }

    private long decided(GuardCounters counter) {
        return Objects.requireNonNull(net.server.guardCounters()).get(counter);
    }

    /// SYNs that nobody goes on with, and what answers them.
    private void flood(int syns) {
        for (int i = 0; i < syns; i++) {
            var from = IpAddress.ofV4(10 << 24 | random.nextInt(1 << 24));
            int port = 1024 + random.nextInt(60_000);
            net.server.onFrame(
                    net.now,
                    Packets.tcp(from, port, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, random.nextInt(1 << 30), 0, 0));
            if (i % 100 == 99) {
                answers();
            }
        }
        answers();
    }

    private void answers() {
        while (net.server.poll(net.now, net.frame)) {
            assertThat(Packets.read(net.frame).has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
        }
    }

    /// A client whose last segment is held back while the flood goes on.
    private TcpSocket connectThrough(int syns, boolean v4) throws SocketException {
        var active = net.connect(v4, SocketOptions.DEFAULT);
        var held = new ArrayList<byte[]>();
        net.lost = packet -> {
            boolean third = !Packets.read(packet).has(TcpFlags.SYN);
            if (third) {
                held.add(packet);
            }
            return third;
        };
        net.settle();
        net.lost = packet -> false;
        flood(syns);
        for (var packet : held) {
            net.frame.fill(packet);
            net.server.onFrame(net.now, net.frame);
        }
        net.settle();
        return active;
    }

    @ParameterizedTest
    @EnumSource(Defence.class)
    void inPeaceAllServeAndNothingIsLeft(Defence defence) throws SocketException {
        var listener = listen(defence);
        for (boolean v4 : new boolean[] {true, false}) {
            var active = net.connect(v4, SocketOptions.DEFAULT);
            net.write(active, "hello");
            net.settle();
            var passive = Net.accept(listener);
            assertThat(net.read(passive)).isEqualTo("hello");
            active.close(net.now);
            net.settle();
            passive.close(net.now);
            net.run(600 * Net.SECOND);
        }
        assertThat(listener.halfOpen()).isZero();
        net.assertEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Defence.class,
            names = {"AUTO", "COOKIES"})
    void withCookiesEverybodyIsServedThroughAFlood(Defence defence) throws SocketException {
        var listener = listen(defence);
        flood(5_000);
        for (int i = 0; i < 40; i++) {
            var active = connectThrough(500, i % 2 == 0);
            assertThat(active.connected()).isTrue();
            var passive = Net.accept(listener);
            assertThat(passive.connected()).isTrue();
            net.write(active, "through");
            net.settle();
            assertThat(net.read(passive)).isEqualTo("through");
            net.write(passive, "back");
            net.settle();
            assertThat(net.read(active)).isEqualTo("back");
        }
        assertThat(net.server.halfOpenRows()).isLessThanOrEqualTo(ROWS);
        assertThat(net.server.connectionCount()).isEqualTo(40);
        assertThat(net.server.halfOpenBytes()).isLessThanOrEqualTo(BYTES);
    }

    @ParameterizedTest
    @EnumSource(
            value = Defence.class,
            names = {"BACKLOG", "MONITOR", "DELAYED"})
    void withoutCookiesAFullTableTurnsClientsAwayAndGrowsNoFurther(Defence defence) throws SocketException {
        var listener = listen(defence);
        flood(5_000);
        assertThat(listener.halfOpen()).isBetween(ROWS / 2, ROWS);
        var active = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(active.connected()).isFalse();
        assertThat(decided(GuardCounters.DROPPED_FULL)).isGreaterThan(4_000);
        assertThat(net.server.connectionCount()).isZero();
    }

    @Test
    void aCacheThrowsOutRandomRows() throws SocketException {
        listen(Defence.CACHE);
        flood(5_000);
        assertThat(net.server.halfOpenRows()).isBetween(ROWS * 9 / 10, ROWS);
        var active = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(active.connected()).as("it is not its turn yet").isTrue();
        assertThat(decided(GuardCounters.EVICTED)).isGreaterThan(4_000);
    }

    @Test
    void theDefenceOfAListenerChangesUnderItsClients() throws SocketException {
        var listener = listen(Defence.COOKIES);
        for (var next : Defence.values()) {
            var active = net.connect(true, SocketOptions.DEFAULT);
            net.lost = packet -> !Packets.read(packet).has(TcpFlags.SYN);
            net.settle();
            net.lost = packet -> false;
            listener.options(listener.options().withDefence(next));
            net.write(active, "hi");
            net.settle();
            assertThat(net.read(Net.accept(listener))).as("%s", next).isEqualTo("hi");
        }
    }

    @Test
    void whoWasAnsweredWithACookieWaitsForRoomInTheAcceptQueue() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 10, SocketOptions.DEFAULT).withDefence(Defence.COOKIES));
        var first = net.connect(true, SocketOptions.DEFAULT);
        var second = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(first.connected() && second.connected()).isTrue();
        assertThat(listener.pending()).isEqualTo(1);
        assertThat(decided(GuardCounters.HELD)).isEqualTo(1);
        assertThat(listener.accept()).isNotNull();
        net.until(() -> listener.pending() == 1);
        assertThat(net.server.halfOpenRows()).isZero();
    }

    @Test
    void whoWaitedInVainIsTold() throws SocketException {
        net.listen(new ListenOptions(1, 10, SocketOptions.DEFAULT).withDefence(Defence.COOKIES));
        var first = net.connect(true, SocketOptions.DEFAULT);
        var second = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        net.until(() -> first.cause() != null || second.cause() != null);
        assertThat(List.of(first, second))
                .filteredOn(socket -> socket.cause() != null)
                .singleElement()
                .satisfies(socket -> assertThat(socket.cause()).isEqualTo(new CloseCause.Reset(0)));
        assertThat(net.server.halfOpenRows()).isZero();
    }

    @Test
    void aFloodOfGuessedCookiesOpensNothing() throws SocketException {
        listen(Defence.COOKIES);
        flood(100);
        for (int i = 0; i < 20_000; i++) {
            net.server.onFrame(
                    net.now,
                    Packets.tcp(
                            IpAddress.ofV4(10 << 24 | i),
                            4_000,
                            Net.SERVER_V4,
                            Net.PORT,
                            TcpFlags.ACK,
                            random.nextInt(1 << 30),
                            random.nextInt(1 << 30),
                            0));
        }
        assertThat(net.server.connectionCount()).isZero();
        assertThat(net.server.poll(net.now, net.frame))
                .as("no RST while it may be honest")
                .isFalse();
        assertThat(decided(GuardCounters.COOKIES_INVALID)).isEqualTo(20_000);
    }

    @Test
    void inPeaceAForgedAckIsReset() throws SocketException {
        listen(Defence.AUTO);
        net.server.onFrame(
                net.now, Packets.tcp(Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, TcpFlags.ACK, Packets.SEQ, 77, 0));
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        assertThat(Packets.read(net.frame).rst()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {TcpFlags.SYN, TcpFlags.RST, TcpFlags.ACK, TcpFlags.FIN | TcpFlags.ACK, 0})
    void nothingThatComesForAHandshakeIsAnsweredWithMore(int flags) throws SocketException {
        listen(Defence.AUTO);
        long in = 0;
        long out = 0;
        var syn = Packets.tcp(Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        net.server.onFrame(net.now, syn);
        in += syn.length();
        for (int i = 0; i < 1_000; i++) {
            var packet = Packets.tcp(
                    Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, flags, Packets.SEQ + random.nextInt(1 << 20), i, 0);
            in += packet.length();
            net.server.onFrame(net.now, packet);
            while (net.server.poll(net.now, net.frame)) {
                out += net.frame.length();
            }
        }
        assertThat(out).isLessThanOrEqualTo(in);
        assertThat(net.server.connectionCount()).isZero();
    }

    @Test
    void handshakesAreCountedAsConnectionsInSynReceived() throws SocketException {
        var listener = listen(Defence.AUTO);
        flood(7);
        assertThat(net.server.connectionCounts()[TcpState.SYN_RECEIVED.ordinal()])
                .isEqualTo(7);
        assertThat(listener.halfOpen()).isEqualTo(7);
        var ports = new ArrayList<Integer>();
        net.server.forEachHandshake(handshake -> ports.add(handshake.ports() >>> 16));
        assertThat(ports).hasSize(7).containsOnly(Net.PORT);
    }

    @Test
    void aListenerThatSpeaksFirstDropsWhomItCouldForget() throws SocketException {
        net.listen(ListenOptions.DEFAULT.withSpeaksFirst(true));
        flood(5_000);
        assertThat(net.server.halfOpenRows()).isLessThan(ROWS / 2);
        assertThat(decided(GuardCounters.DROPPED_UNPINNABLE)).isGreaterThan(4_000);
        assertThat(decided(GuardCounters.EVICTED)).isZero();
        assertThat(net.server.drops().get(DropReason.BACKLOG_FULL)).isGreaterThan(4_000);
    }

    @Test
    void aNumberOfAClosedListenerIsNotReusedWhileItHasRows() throws SocketException {
        var first = listen(Defence.AUTO);
        flood(5);
        first.close(net.now);
        var second = listen(Defence.AUTO);
        flood(3);
        assertThat(second.halfOpen()).isEqualTo(3);
        net.run(300 * Net.SECOND);
        assertThat(net.server.halfOpenRows()).isZero();
        assertThat(second.halfOpen()).isZero();
    }

    /// Who completes handshakes and says nothing gets no connection, with a row and without.
    @ParameterizedTest
    @EnumSource(
            value = Defence.class,
            names = {"AUTO", "COOKIES", "DELAYED"})
    void aDeferredConnectionIsMadeWhenItsClientSpeaks(Defence defence) throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefence(defence).withDefersAccept(true));
        var silent = net.connect(true, SocketOptions.DEFAULT);
        var speaking = net.connect(true, SocketOptions.DEFAULT);
        var leaving = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(silent.connected()).isTrue();
        assertThat(net.server.connectionCount()).isZero();
        assertThat(decided(GuardCounters.DEFERRED)).isEqualTo(3);
        assertThat(listener.accept()).isNull();

        net.write(speaking, "Hello");
        leaving.shutdownOutput(net.now);
        net.settle();
        var first = Objects.requireNonNull(listener.accept());
        assertThat(net.read(first)).isEqualTo("Hello");
        var second = Objects.requireNonNull(listener.accept());
        assertThat(second.readStatus()).isEqualTo(TcpSocket.END);
        assertThat(listener.accept()).isNull();
    }

    /// Silence for longer than a handshake may take is told when it is broken.
    @Test
    void aClientThatIsSilentForTooLongIsTold() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefersAccept(true));
        var silent = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        net.run(600 * Net.SECOND);
        assertThat(net.server.halfOpenRows()).isZero();
        assertThat(silent.cause()).isNull();
        net.write(silent, "Hello?");
        net.settle();
        assertThat(silent.cause()).isInstanceOf(CloseCause.Reset.class);
        assertThat(listener.accept()).isNull();
    }

    @Test
    void whoSpeaksFirstCannotWaitUntilHisClientsHaveSpoken() {
        var first = ListenOptions.DEFAULT.withSpeaksFirst(true);
        assertThatThrownBy(() -> first.withDefersAccept(true)).hasMessageContaining("cannot wait until its clients");
    }

    /// His SYN-ACK was sent again while he was waited for, but nothing was lost: he has the whole first window.
    @Test
    void whoWasWaitedForHasLostNothing() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefersAccept(true));
        var slow = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        net.run(1_500 * Net.MILLI);
        assertThat(decided(GuardCounters.RETRANSMITTED)).isEqualTo(1);
        net.write(slow, "Hello");
        net.settle();
        var accepted = Objects.requireNonNull(listener.accept());
        assertThat(accepted.connection().cwnd()).isGreaterThan(10_000);
    }

    /// A SYN that opens fast, but has no text, makes no connection either.
    @Test
    void anEmptyFastOpenIsDeferredToo() throws SocketException {
        var fast = new FastOpenOptions(5, false, new FastOpenKeys(new SipHash(1, 2), null));
        net.listen(ListenOptions.DEFAULT.withFastOpen(fast).withDefersAccept(true));
        net.server.onFrame(net.now, segment(TcpFlags.SYN, Packets.SEQ, 0, options -> options.fastOpen(0, 0, 0, false)));
        assertThat(net.server.connectionCount()).isZero();
        assertThat(net.server.halfOpenRows()).isEqualTo(1);
    }

    /// The SYN came again with fewer options and has another number now; its first SYN-ACK was only late. A RST for who
    /// acknowledges that would end a connection that he has.
    @Test
    void whoAcknowledgesALateSynAckIsNotReset() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefersAccept(true));
        net.server.onFrame(
                net.now,
                segment(
                        TcpFlags.SYN,
                        Packets.SEQ,
                        0,
                        options -> options.mss(1_460).timestamps(7, 0)));
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        var late = Packets.read(net.frame);
        int iss = late.seq();
        int tsVal = late.tsVal();
        net.server.onFrame(net.now, segment(TcpFlags.SYN, Packets.SEQ, 0, options -> options.mss(1_460)));
        assertThat(net.server.poll(net.now, net.frame)).isTrue();
        assertThat(Packets.read(net.frame).seq()).isNotEqualTo(iss);

        net.server.onFrame(
                net.now, segment(TcpFlags.ACK, Packets.SEQ + 1, iss + 1, options -> options.timestamps(8, tsVal)));
        assertThat(net.server.poll(net.now, net.frame)).isFalse();
        net.server.onFrame(
                net.now,
                segment(
                        TcpFlags.ACK | TcpFlags.FIN,
                        Packets.SEQ + 1,
                        iss + 1,
                        options -> options.timestamps(9, tsVal)));
        assertThat(listener.accept()).isNotNull();
    }

    private static Frame segment(int flags, int seq, int ack, Consumer<SegmentWriter> options) {
        var frame = FrameSlab.single(1500);
        var client = Net.CLIENT_V4;
        var server = Net.SERVER_V4;
        var writer = new SegmentWriter()
                .reset()
                .addresses(client.high(), client.low(), server.high(), server.low())
                .ports(7_777, Net.PORT)
                .seq(seq)
                .window(60_000)
                .flags(flags);
        if ((flags & TcpFlags.ACK) != 0) {
            writer.ack(ack);
        }
        options.accept(writer);
        writer.begin(frame);
        writer.finish(frame, 0);
        return frame;
    }
}
