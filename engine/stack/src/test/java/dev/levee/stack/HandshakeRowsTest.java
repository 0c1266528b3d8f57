package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.Defence;
import dev.levee.guard.GuardCounters;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.Bytes;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Handshakes that have no connection yet, beside whatever else happens to their tuple, their listener and the table.
class HandshakeRowsTest {
    private static final int PORT = 9;

    private final Net net = new Net();

    private void syn(int port, int seq) {
        arrives(Packets.tcp(Net.CLIENT_V4, port, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, seq, 0, 0));
    }

    private void arrives(Frame frame) {
        net.server.onFrame(net.now, frame);
    }

    /// What the server sends now.
    private List<byte[]> sent() {
        var packets = new ArrayList<byte[]>();
        while (net.server.poll(net.now, net.frame)) {
            packets.add(net.frame.toArray());
        }
        return packets;
    }

    /// What it sends by itself until all is over, or for ten minutes.
    private List<byte[]> sentBySelf() {
        var packets = sent();
        long end = net.now + 600 * Net.SECOND;
        while (net.server.nextDeadline() - end < 0) {
            net.now = net.server.nextDeadline();
            packets.addAll(sent());
        }
        net.now = end;
        return packets;
    }

    private long guard(GuardCounters counter) {
        return Objects.requireNonNull(net.server.guardCounters()).get(counter);
    }

    @Test
    void aServiceThatSpeaksFirstHasAsManyHandshakesAsTheTableGrowsTo() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withSpeaksFirst(true));
        for (int port = 1; port <= 20_000; port++) {
            syn(port, Packets.SEQ);
            sent();
        }
        assertThat(listener.halfOpen()).isGreaterThan(18_000);
    }

    @Test
    void aClosedListenersHandshakesAreForgotten() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        assertThat(sent()).hasSize(1);
        listener.close(net.now);
        assertThat(sentBySelf()).isEmpty();
        assertThat(net.server.halfOpenRows()).isZero();
        assertThat(guard(GuardCounters.EXPIRED)).isEqualTo(1);
    }

    @Test
    void afterShutdownNobodyIsAnsweredAgain() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        assertThat(sent()).hasSize(1);
        net.server.shutdown(net.now);
        assertThat(sentBySelf()).isEmpty();
    }

    @Test
    void aClosedListenersPeerThatWaitedForRoomIsTold() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 16, SocketOptions.DEFAULT));
        net.connect(true, SocketOptions.DEFAULT);
        var second = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(second.connected()).isTrue();
        listener.close(net.now);
        net.until(() -> second.cause() != null);
        assertThat(net.server.halfOpenRows()).isZero();
    }

    @Test
    void anActiveOpenDoesNotTakeTheTupleOfAHandshake() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        sent();
        assertThatThrownBy(() -> net.server.connect(
                        net.now, Net.SERVER_V4, Net.PORT, Net.CLIENT_V4, PORT, SocketOptions.DEFAULT))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("choose another local port");
    }

    @Test
    void aHandshakeUnderWayIsNotOpenedFastAsWell() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        var first = Packets.read(sent().getFirst());
        listener.options(ListenOptions.DEFAULT.withFastOpen(new FastOpenOptions(8, false, null)));
        arrives(Packets.tcp(Net.CLIENT_V4, PORT, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 5));
        var second = Packets.read(sent().getFirst());
        assertThat(second.seq()).as("one handshake has one number").isEqualTo(first.seq());
        assertThat(net.server.connectionCount() + net.server.halfOpenRows()).isEqualTo(1);
        assertThat(net.server.tcpCounters().get(TcpCounters.SEGMENTS_IN)).isEqualTo(2);
    }

    @Test
    void aCookieIsNotSpentWhereThereIsNoRoomToWait() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 1, SocketOptions.DEFAULT).withDefence(Defence.COOKIES));
        for (int port = 1; port <= 3; port++) {
            syn(port, Packets.SEQ);
        }
        var answers = sent();
        for (int port = 1; port <= 3; port++) {
            third(port, answers.get(port - 1), 0);
        }
        assertThat(listener.pending()).isEqualTo(1);
        assertThat(listener.halfOpen()).isEqualTo(1);
        listener.accept();
        third(3, answers.get(2), 5);
        assertThat(listener.pending()).as("who comes again").isEqualTo(1);
    }

    private void third(int port, byte[] synAck, int text) {
        arrives(Packets.tcp(
                Net.CLIENT_V4,
                port,
                Net.SERVER_V4,
                Net.PORT,
                TcpFlags.ACK,
                Packets.SEQ + 1,
                Packets.read(synAck).seq() + 1,
                text));
    }

    @Test
    void aHandshakeEndsHoweverOftenItsSynAckIsSentAgain() throws SocketException {
        var settings = TcpConfig.builder()
                .rtoMaxNanos(Net.SECOND)
                .userTimeoutNanos(300 * Net.SECOND)
                .build();
        net.listen(ListenOptions.DEFAULT.withSocket(new SocketOptions(settings, SocketOptions.LINGER_OFF)));
        syn(PORT, Packets.SEQ);
        assertThat(sentBySelf()).hasSizeLessThan(301);
        assertThat(net.server.halfOpenRows()).isZero();
    }

    @Test
    void aRepeatedSynGetsNoMoreOctetsThanItHas() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        arrives(fullSyn());
        assertThat(sent()).hasSize(1);
        var bare = Packets.tcp(Net.CLIENT_V4, PORT, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0);
        int octets = bare.length();
        arrives(bare);
        var answer = sent().getFirst();
        assertThat(answer.length).isLessThanOrEqualTo(octets);
        assertThat(guard(GuardCounters.REPLACED)).isEqualTo(1);
        third(PORT, answer, 5);
        var socket = Net.accept(listener);
        assertThat(socket.connection().timestamps()).isFalse();
        assertThat(net.read(socket)).hasSize(5);
    }

    @Test
    void theTimeThatAHandshakeWaitsForRoomIsNoRoundTrip() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 16, SocketOptions.DEFAULT));
        net.connect(true, SocketOptions.DEFAULT);
        var second = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        net.now += 300 * Net.MILLI;
        listener.accept();
        net.write(second, "now");
        net.settle();
        var passive = Net.accept(listener);
        assertThat(passive.connection().srttNanos()).isLessThan(200 * Net.MILLI);
    }

    @Test
    void twoClocksReadAtDifferentMomentsTakeNoEpochBack() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        long wall = 1_800_000_000_000L / 16_000 * 16_000;
        net.server.wallClock(net.now, wall);
        long epoch = net.server.cookieEpoch(net.now);
        net.server.wallClock(net.now + 2 * Net.MILLI, wall + 1);
        net.server.wallClock(net.now + 3 * Net.MILLI, wall - 1);
        assertThat(net.server.cookieEpoch(net.now + 3 * Net.MILLI)).isEqualTo(epoch);
        net.server.wallClock(net.now, wall + 3_600_000);
        assertThat(net.server.cookieEpoch(net.now)).isEqualTo(epoch + 225);
    }

    private static ListenOptions withShift(ListenOptions options, int shift) {
        var settings = TcpConfig.builder().windowShift(shift).build();
        return options.withSocket(new SocketOptions(settings, SocketOptions.LINGER_OFF));
    }

    private static int windowShift(TcpSocket socket) {
        return socket.connection().info(0).agreed().receiveWindowShift();
    }

    /// What a SYN-ACK has promised is kept, by its row and by its cookie, whatever the settings are when the
    /// handshake is complete; and a SYN that comes again is answered as the first.
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "COOKIES"})
    void settingsThatChangeAreNotThoseOfHandshakesUnderWay(Defence defence) throws SocketException {
        var options = withShift(ListenOptions.DEFAULT.withDefence(defence), 3);
        var listener = net.listen(options);
        arrives(fullSyn());
        var synAck = sent().getFirst();
        assertThat(Packets.read(synAck).windowScale()).isEqualTo(3);
        listener.options(withShift(options, 9));
        arrives(fullSyn());
        assertThat(Packets.read(sent().getFirst()).windowScale()).isEqualTo(3);
        net.now += 16 * Net.SECOND;
        for (int port = 100; port < 120; port++) {
            arrives(fullSyn(port));
            var other = sent();
            assertThat(Packets.read(other.getFirst()).windowScale()).isEqualTo(9);
            thirdStamped(port, other.getFirst());
            assertThat(windowShift(Net.accept(listener))).isEqualTo(9);
        }
        thirdStamped(PORT, synAck);
        assertThat(windowShift(Net.accept(listener))).isEqualTo(3);
        assertThat(listener.halfOpen()).isZero();
    }

    @Test
    void settingsThatChangeBeforeAnybodyCameHoldAtOnce() throws SocketException {
        var listener = net.listen(withShift(ListenOptions.DEFAULT, 3));
        listener.options(withShift(ListenOptions.DEFAULT, 9));
        arrives(fullSyn());
        assertThat(Packets.read(sent().getFirst()).windowScale()).isEqualTo(9);
    }

    /// The attack on ourselves: settings that change all the time, under rows, take no more numbers than there are.
    @Test
    void settingsMayChangeAllTheTime() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        for (int i = 0; i < 2_000; i++) {
            listener.options(withShift(ListenOptions.DEFAULT, i % 14));
            net.now += 17 * Net.SECOND;
            arrives(fullSyn(1 + i));
            var answers = sent();
            assertThat(Packets.read(answers.getFirst()).windowScale()).isEqualTo(i % 14);
            assertThat(listener.halfOpen()).isBetween(1, 8);
        }
        listener.close(net.now);
        assertThat(sentBySelf()).isEmpty();
        assertThat(net.server.halfOpenRows()).isZero();
    }

    private void thirdStamped(int port, byte[] synAck) {
        var answer = Packets.read(synAck);
        IpAddress from = Net.CLIENT_V4;
        IpAddress to = Net.SERVER_V4;
        var writer = new SegmentWriter()
                .reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(port, Net.PORT)
                .seq(Packets.SEQ + 1)
                .ack(answer.seq() + 1)
                .window(1_000)
                .timestamps(1_001, answer.tsVal());
        var frame = FrameSlab.single(1500);
        writer.begin(frame);
        writer.finish(frame, 0);
        arrives(frame);
    }

    @Test
    void clocksMayWrap() throws SocketException {
        for (long start : new long[] {Long.MAX_VALUE - Net.SECOND / 2, -Net.SECOND / 2}) {
            var other = new Net(Limits.DEFAULT, start);
            var listener = other.listen(ListenOptions.DEFAULT);
            int[] lost = {0};
            other.lost = packet -> Packets.read(packet).has(TcpFlags.SYN | TcpFlags.ACK) && lost[0]++ < 4;
            var active = other.connect(true, SocketOptions.DEFAULT);
            other.until(active::connected);
            other.settle();
            Net.accept(listener);
        }
    }

    /// The attack: somebody who guesses a number in the window has his SYN put in the place of an honest client's.
    @Test
    void whoseRowAForgedSynInTheWindowReplacedStillConnects() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        var synAck = sent().getFirst();
        syn(PORT, Packets.SEQ + 30_000);
        assertThat(sent()).hasSize(1);
        assertThat(listener.halfOpen()).isEqualTo(1);
        third(PORT, synAck, 5);
        assertThat(net.read(Net.accept(listener))).hasSize(5);
        assertThat(net.server.halfOpenRows()).isZero();
    }

    @Test
    void moreListenersThanThereAreNumbersAreRefused() throws SocketException {
        for (int port = 1; port <= 0xffff; port++) {
            net.server.listen(Net.SERVER_V4, port, ListenOptions.DEFAULT);
        }
        var last = net.server.listen(Net.SERVER_V6, 1, ListenOptions.DEFAULT);
        assertThatThrownBy(() -> net.server.listen(Net.SERVER_V6, 2, ListenOptions.DEFAULT))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("65,536");
        arrives(Packets.tcp(Net.CLIENT_V6, PORT, Net.SERVER_V6, 2, TcpFlags.SYN, Packets.SEQ, 0, 0));
        assertThat(Packets.read(sent().getFirst()).rst()).isTrue();
        last.close(net.now);
        net.server.listen(Net.SERVER_V6, 2, ListenOptions.DEFAULT);
    }

    /// The first that arrives is a probe, whose number is the SYN's: it does not complete the handshake (RFC 9293
    /// §3.10.7.4), but what answers it has this side's number.
    @Test
    void aProbeInPlaceOfTheThirdSegmentIsToldWhereThisSideIs() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT.withDefence(Defence.COOKIES));
        syn(PORT, Packets.SEQ);
        var synAck = sent().getFirst();
        int iss = Packets.read(synAck).seq();
        arrives(Packets.tcp(Net.CLIENT_V4, PORT, Net.SERVER_V4, Net.PORT, TcpFlags.ACK, Packets.SEQ, iss + 1, 0));
        var answer = Packets.read(sent().getFirst());
        assertThat(answer.seq()).isEqualTo(iss + 1);
        assertThat(answer.ack()).isEqualTo(Packets.SEQ + 1);
        third(PORT, synAck, 5);
        assertThat(net.read(Net.accept(listener))).hasSize(5);
    }

    /// The attack: an ICMP error in a router's name, about a SYN-ACK whose number is not known.
    @Test
    void anErrorThatQuotesAnotherNumberEndsNoHandshake() throws SocketException {
        net.listen(ListenOptions.DEFAULT);
        syn(PORT, Packets.SEQ);
        var synAck = sent().getFirst();
        int seq = Packets.read(synAck).seq();
        for (int bit = 0; bit < 32; bit++) {
            portUnreachable(synAck, seq ^ 1 << bit);
            assertThat(net.server.halfOpenRows()).as("bit %d", bit).isEqualTo(1);
        }
        portUnreachable(synAck, seq);
        assertThat(net.server.halfOpenRows()).isZero();
    }

    private void portUnreachable(byte[] about, int seq) {
        var quoted = about.clone();
        Bytes.put32(MemorySegment.ofArray(quoted), 24, seq);
        arrives(Packets.icmp(true, Net.CLIENT_V4, 3, 3, 0, quoted));
    }

    /// A SYN with all options.
    private static Frame fullSyn() {
        return fullSyn(PORT);
    }

    private static Frame fullSyn(int port) {
        IpAddress from = Net.CLIENT_V4;
        IpAddress to = Net.SERVER_V4;
        var writer = new SegmentWriter()
                .reset()
                .addresses(from.high(), from.low(), to.high(), to.low())
                .ports(port, Net.PORT)
                .seq(Packets.SEQ)
                .window(65_535)
                .flags(TcpFlags.SYN)
                .mss(1460)
                .windowScale(7)
                .sackPermitted()
                .timestamps(1_000, 0);
        var frame = FrameSlab.single(1500);
        writer.begin(frame);
        writer.finish(frame, 0);
        return frame;
    }
}
