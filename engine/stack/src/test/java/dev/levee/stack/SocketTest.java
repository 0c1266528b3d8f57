package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.BufferPool;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.CloseCause.AbortReason;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpState;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of sockets over whole connections.
class SocketTest {
    private static final String END = "<" + TcpSocket.END + ">";
    private static final String WOULD_BLOCK = "<" + TcpSocket.WOULD_BLOCK + ">";
    private static final String FAILED = "<" + TcpSocket.FAILED + ">";
    private static final String CLOSED = "<" + TcpSocket.CLOSED + ">";
    private static final long TWO_MSL = 60 * Net.SECOND;

    private final Net net = new Net();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionCarriesDataBothWaysAndClosesOnBothSides(boolean v4) throws SocketException {
        var pair = net.pair(v4);
        assertThat(pair[0].connected()).isTrue();
        assertThat(pair[1].connected()).isTrue();
        assertThat(net.read(pair[1])).isEqualTo(WOULD_BLOCK);
        assertThat(net.write(pair[0], "question")).isEqualTo(8);
        assertThat(pair[0].unacknowledgedBytes()).isEqualTo(8);
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("question");
        net.write(pair[1], "answer");
        net.settle();
        assertThat(net.read(pair[0])).isEqualTo("answer");
        net.run(Net.SECOND);
        assertThat(pair[0].unacknowledgedBytes()).isZero();
        pair[0].close(net.now);
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo(END);
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThat(pair[1].connection().state()).isEqualTo(TcpState.CLOSE_WAIT);
        pair[1].close(net.now);
        net.settle();
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Finished());
        assertThat(pair[1].cause()).isEqualTo(new CloseCause.Finished());
        net.run(TWO_MSL + 1);
        net.assertEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-50 * Net.MILLI, Long.MIN_VALUE, Long.MAX_VALUE - 50 * Net.MILLI, Long.MAX_VALUE - 1})
    void aConnectionLivesThroughAClockThatWraps(long startNanos) throws SocketException {
        var wrapping = new Net(Limits.DEFAULT, startNanos);
        var pair = wrapping.pair(true);
        wrapping.lost = packet -> true;
        wrapping.write(pair[0], "again");
        wrapping.run(Net.SECOND);
        wrapping.lost = packet -> false;
        wrapping.until(() -> pair[0].unacknowledgedBytes() == 0);
        assertThat(wrapping.read(pair[1])).isEqualTo("again");
        pair[0].close(wrapping.now);
        wrapping.settle();
        pair[1].close(wrapping.now);
        wrapping.run(TWO_MSL + 1);
        wrapping.assertEmpty();
    }

    @Test
    void connectionsTakeTurnsToSend() throws SocketException {
        var first = net.pair(true);
        var second = net.pair(false);
        var text = "x".repeat(4096);
        for (int i = 0; i < 8; i++) {
            net.write(first[0], text);
            net.write(second[0], text);
        }
        net.sent.clear();
        net.settle();
        int longest = 0;
        int run = 0;
        int last = 0;
        for (var packet : net.sent) {
            if (Packets.read(packet).dstPort() == Net.PORT) {
                run = packet[0] >>> 4 == last ? run + 1 : 1;
                last = packet[0] >>> 4;
                longest = Math.max(longest, run);
            }
        }
        assertThat(net.sent).hasSizeGreaterThan(40);
        assertThat(longest).isBetween(2, 8);
        net.read(first[1]);
        net.read(second[1]);
    }

    @Test
    void aClosedPortRefuses() throws SocketException {
        var socket = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        assertThat(socket.cause()).isInstanceOf(CloseCause.Refused.class);
        assertThat(socket.connected()).isFalse();
        assertThat(net.read(socket)).isEqualTo(FAILED);
        assertThat(net.write(socket, "x")).isEqualTo(TcpSocket.FAILED);
        assertThat(net.client.pollReady()).isSameAs(socket);
        socket.close(net.now);
        net.settle();
        net.assertEmpty();
    }

    @Test
    void afterHalfCloseTheOtherDirectionGoesOn() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "last");
        pair[0].shutdownOutput(net.now);
        assertThat(net.write(pair[0], "more")).isEqualTo(TcpSocket.CLOSED);
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("last");
        assertThat(net.read(pair[1])).isEqualTo(END);
        assertThat(pair[1].readStatus()).isEqualTo(TcpSocket.END);
        net.write(pair[1], "still");
        net.settle();
        assertThat(net.read(pair[0])).isEqualTo("still");
        net.run(3600 * Net.SECOND);
        assertThat(pair[0].connection().state())
                .as("half-close lasts as long as its users want")
                .isEqualTo(TcpState.FIN_WAIT_2);
        net.write(pair[1], "rest");
        pair[1].close(net.now);
        net.settle();
        assertThat(net.read(pair[0])).isEqualTo("rest");
        assertThat(net.read(pair[0])).isEqualTo(END);
        pair[0].close(net.now);
        net.run(TWO_MSL + 1);
        net.assertEmpty();
    }

    @Test
    void dataArrivesAfterBothSidesAreClosedButItsReaderIsNot() throws SocketException {
        var pair = net.pair(true);
        pair[0].shutdownOutput(net.now);
        net.write(pair[1], "late");
        pair[1].close(net.now);
        net.run(2 * TWO_MSL);
        assertThat(net.client.connectionCount()).isZero();
        assertThat(net.client.buffers().bytesTaken()).isPositive();
        assertThat(pair[0].readStatus()).isEqualTo(1);
        assertThat(net.read(pair[0])).isEqualTo("late");
        assertThat(net.read(pair[0])).isEqualTo(END);
        pair[0].close(net.now);
        net.assertEmpty();
    }

    @Test
    void shutdownInputResetsWhenDataArrives() throws SocketException {
        var pair = net.pair(true);
        pair[0].shutdownInput(net.now);
        assertThat(net.read(pair[0])).isEqualTo(CLOSED);
        net.write(pair[0], "one way");
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("one way");
        net.write(pair[1], "no");
        net.settle();
        assertThat(pair[0].cause()).isInstanceOf(CloseCause.Aborted.class);
        assertThat(net.read(pair[1])).isEqualTo(FAILED);
        assertThat(pair[1].cause()).isEqualTo(new CloseCause.Reset(2));
        closeBoth(pair);
    }

    @Test
    @Rfc("9293:SHLD-3")
    void closeWithUnreadDataResets() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[1], "unread");
        net.settle();
        pair[0].close(net.now);
        net.settle();
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Aborted(AbortReason.UNREAD_DATA, 0));
        assertThat(pair[1].cause()).isInstanceOf(CloseCause.Reset.class);
        assertThat(net.sent(TcpFlags.RST)).isEqualTo(1);
        closeBoth(pair);
    }

    @Test
    @Rfc("9293:SHLD-3")
    void dataThatArrivesAfterCloseResets() throws SocketException {
        var pair = net.pair(true);
        pair[0].close(net.now);
        net.settle();
        net.write(pair[1], "too late");
        net.settle();
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Aborted(AbortReason.DATA_AFTER_CLOSE, 0));
        assertThat(pair[1].cause()).isEqualTo(new CloseCause.Reset(8));
        closeBoth(pair);
    }

    @Test
    void abortResetsAndLosesWhatWasUnread() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "lost");
        net.run(Net.SECOND);
        net.write(pair[0], "with it");
        pair[0].abort(net.now);
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Aborted(AbortReason.USER, 7));
        net.settle();
        assertThat(pair[1].readStatus()).isEqualTo(TcpSocket.FAILED);
        assertThat(net.read(pair[1])).isEqualTo(FAILED);
        closeBoth(pair);
    }

    @Test
    void anAbortedTupleIsFreeBeforeItsResetIsWritten() throws SocketException {
        var pair = net.pair(true);
        pair[1].abort(net.now);
        assertThat(net.server.connectionCount()).isZero();
        net.write(pair[0], "to nobody");
        assertThat(net.client.poll(net.now, net.frame)).isTrue();
        net.server.onFrame(net.now, net.frame);
        assertThat(net.server.drops().get(DropReason.NO_CONNECTION)).isEqualTo(1);
        net.settle();
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Reset(9));
        closeBoth(pair);
    }

    @Test
    void abortEndsAConnectionThatWasClosedBefore() throws SocketException {
        var pair = net.pair(true);
        pair[0].close(net.now);
        net.settle();
        pair[0].abort(net.now);
        net.settle();
        assertThat(pair[1].cause()).isInstanceOf(CloseCause.Reset.class);
        closeBoth(pair);
    }

    @Test
    void lingerZeroResets() throws SocketException {
        var pair = net.pair(true);
        pair[0].lingerNanos(0);
        net.write(pair[0], "lost");
        pair[0].close(net.now);
        assertThat(pair[0].closeComplete()).isTrue();
        net.settle();
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Aborted(AbortReason.LINGER_ZERO, 4));
        assertThat(pair[1].cause()).isInstanceOf(CloseCause.Reset.class);
        closeBoth(pair);
    }

    @Test
    void withoutLingerCloseIsCompleteAtOnceAndDataStillArrives() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "data");
        pair[0].close(net.now);
        assertThat(pair[0].closeComplete()).isTrue();
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("data");
        assertThat(net.read(pair[1])).isEqualTo(END);
        closeBoth(pair);
    }

    @Test
    void lingerWaitsForTheLastAcknowledgement() throws SocketException {
        var pair = net.pair(true);
        pair[0].lingerNanos(5 * Net.SECOND);
        net.write(pair[0], "data");
        net.lost = packet -> true;
        pair[0].close(net.now);
        net.settle();
        assertThat(pair[0].closeComplete()).isFalse();
        drainReady(net.client);
        net.lost = packet -> false;
        net.until(pair[0]::closeComplete);
        assertThat(pair[0].cause()).as("the peer has not closed yet").isNull();
        assertThat(drainReady(net.client)).contains(pair[0]);
        assertThat(net.read(pair[1])).isEqualTo("data");
        net.run(6 * Net.SECOND);
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.FIN_WAIT_2);
        closeBoth(pair);
    }

    @Test
    void lingerThatIsOverResetsAndSaysHowMuchIsMissing() throws SocketException {
        var pair = net.pair(true);
        pair[0].lingerNanos(5 * Net.SECOND);
        net.lost = packet -> true;
        net.write(pair[0], "data");
        pair[0].close(net.now);
        long closedNanos = net.now;
        net.settle();
        drainReady(net.client);
        net.until(pair[0]::closeComplete);
        assertThat(net.now - closedNanos).isEqualTo(5 * Net.SECOND);
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.LINGER, 4));
        assertThat(drainReady(net.client)).contains(pair[0]);
        pair[1].abort(net.now);
        net.settle();
        net.assertEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closedByItsUserASocketIsReportedOnlyWhileSomethingIsAttached(boolean attached) throws SocketException {
        var pair = net.pair(true);
        pair[0].attach(attached ? "someone" : null);
        pair[0].close(net.now);
        drainReady(net.client);
        net.settle();
        pair[1].close(net.now);
        net.run(TWO_MSL + 1);
        assertThat(drainReady(net.client).contains(pair[0])).isEqualTo(attached);
        net.assertEmpty();
    }

    @Test
    void aSocketIsReportedOnceHoweverMuchHappens() throws SocketException {
        var pair = net.pair(true);
        drainReady(net.server);
        for (int i = 0; i < 5; i++) {
            net.write(pair[0], "again");
            net.settle();
        }
        assertThat(drainReady(net.server)).containsExactly(pair[1]);
        closeBoth(pair);
    }

    @Test
    void acknowledgedOctetsAreReported() throws SocketException {
        var pair = net.pair(true);
        drainReady(net.client);
        net.write(pair[0], "receipt");
        net.run(Net.SECOND);
        assertThat(drainReady(net.client)).containsExactly(pair[0]);
        assertThat(pair[0].connection().bytesAcknowledged()).isEqualTo(7);
        closeBoth(pair);
    }

    @Test
    void aWriterBlocksWhenTheBufferIsFullAndIsReportedWhenThereIsRoom() throws SocketException {
        var small = new SocketOptions(
                TcpConfig.builder()
                        .sendBufferBytes(4096)
                        .receiveBufferBytes(4096)
                        .build(),
                SocketOptions.LINGER_OFF);
        var pair = net.pair(true, small, small);
        var kilobytes = "x".repeat(4096);
        int written = 0;
        for (int count = net.write(pair[0], kilobytes); count > 0; count = net.write(pair[0], kilobytes)) {
            written += count;
            net.run(Net.SECOND);
        }
        assertThat(written).isEqualTo(8192);
        assertThat(pair[0].writeStatus()).isEqualTo(TcpSocket.WOULD_BLOCK);
        drainReady(net.client);
        int read = 0;
        while (read < written) {
            var text = net.read(pair[1]);
            read += text.startsWith("<") ? 0 : text.length();
            net.step(net.now + Net.SECOND);
        }
        assertThat(drainReady(net.client)).contains(pair[0]);
        assertThat(pair[0].writeStatus()).isEqualTo(1);
        closeBoth(pair);
    }

    @Test
    void aWriterWithoutMemoryIsReportedWhenMemoryComesBack() throws SocketException {
        // Half of it is for what is to be sent: one piece.
        var tight = new Net(new Limits(100, 100, 2 * BufferPool.PIECE_BYTES, 16));
        var first = tight.pair(true);
        var second = tight.pair(true);
        assertThat(tight.write(first[0], "takes all")).isEqualTo(9);
        assertThat(tight.write(second[0], "x")).isEqualTo(TcpSocket.WOULD_BLOCK);
        assertThat(second[0].writeStatus()).isEqualTo(TcpSocket.WOULD_BLOCK);
        drainReady(tight.client);
        first[0].abort(tight.now);
        tight.settle();
        assertThat(drainReady(tight.client)).contains(second[0]);
        assertThat(second[0].writeStatus()).isEqualTo(1);
        assertThat(tight.write(second[0], "x")).isEqualTo(1);
    }

    @Test
    void lentBuffersAreGivenBackWhenTheyReturn() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "copying");
        pair[0].lendBuffers();
        pair[0].abort(net.now);
        net.settle();
        assertThat(net.client.buffers().bytesTaken()).isPositive();
        pair[0].returnBuffers();
        assertThat(net.client.buffers().bytesTaken()).isZero();
        closeBoth(pair);
    }

    @Test
    void whatAnotherThreadCopiedCountsLikeReadAndWrite() throws SocketException {
        var pair = net.pair(true);
        assertThat(pair[0].reserveSend(net.now, 100)).isEqualTo(100);
        pair[0].written(net.now, 100);
        net.settle();
        assertThat(pair[1].connection().available()).isEqualTo(100);
        pair[1].consumed(net.now, 60);
        assertThat(pair[1].connection().available()).isEqualTo(40);
        pair[1].consumed(net.now, 40);
        pair[1].close(net.now);
        pair[1].written(net.now, 1);
        pair[1].consumed(net.now, 0);
        assertThat(pair[1].connection().bytesWritten()).isZero();
        closeBoth(pair);
    }

    @Test
    void aPeerThatVanishedIsReportedWithWhatItNeverAcknowledged() throws SocketException {
        var pair = net.pair(true);
        net.lost = packet -> true;
        net.write(pair[0], "into the void");
        net.until(() -> pair[0].cause() != null);
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 13));
        pair[0].close(net.now);
        pair[1].abort(net.now);
        net.settle();
        net.assertEmpty();
    }

    @Test
    void simultaneousCloseEndsOnBothSides() throws SocketException {
        var pair = net.pair(true);
        pair[0].close(net.now);
        pair[1].close(net.now);
        net.settle();
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.Finished());
        assertThat(pair[1].cause()).isEqualTo(new CloseCause.Finished());
        net.run(TWO_MSL + 1);
        net.assertEmpty();
    }

    @Test
    void simultaneousOpenMakesOneConnection() throws SocketException {
        var one = net.client.connect(net.now, null, 1000, Net.SERVER_V4, 2000, SocketOptions.DEFAULT);
        var other = net.server.connect(net.now, null, 2000, Net.CLIENT_V4, 1000, SocketOptions.DEFAULT);
        net.recording = false;
        var fromClient = net.frame;
        var fromServer = FrameSlab.single(1500);
        assertThat(net.client.poll(net.now, fromClient)).isTrue();
        assertThat(net.server.poll(net.now, fromServer)).isTrue();
        net.server.onFrame(net.now, fromClient);
        net.client.onFrame(net.now, fromServer);
        net.settle();
        assertThat(one.connected()).isTrue();
        assertThat(other.connected()).isTrue();
        net.write(one, "hello");
        net.settle();
        assertThat(net.read(other)).isEqualTo("hello");
        closeBoth(new TcpSocket[] {one, other});
    }

    @Test
    void closingWhileConnectingEndsWithoutATrace() throws SocketException {
        net.lost = packet -> true;
        var socket = net.connect(true, SocketOptions.DEFAULT);
        net.settle();
        socket.abort(net.now);
        net.settle();
        assertThat(net.sent(TcpFlags.RST)).isZero();
        net.assertEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "198.18.0.255, 80, BAD_DESTINATION",
        "255.255.255.255, 80, BAD_DESTINATION",
        "224.0.0.1, 80, BAD_DESTINATION",
        "0.0.0.0, 80, BAD_DESTINATION",
        "ff02::1, 80, BAD_DESTINATION",
        "198.18.0.1, 80, BAD_DESTINATION",
        "198.18.0.2, 0, BAD_DESTINATION"
    })
    @Rfc("9293:MUST-46")
    void nobodyConnectsToWhatIsNotAHost(String address, int port, SocketError error) {
        assertThatThrownBy(() ->
                        net.client.connect(net.now, null, 0, IpAddress.parse(address), port, SocketOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        SocketException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    @Test
    void userErrorsAreNamed() throws SocketException {
        var options = SocketOptions.DEFAULT;
        assertError(
                SocketError.ADDRESS_NOT_OURS,
                () -> net.client.connect(net.now, IpAddress.parse("198.18.0.9"), 0, Net.SERVER_V4, 80, options));
        assertError(
                SocketError.NO_ROUTE, () -> net.client.connect(net.now, Net.CLIENT_V6, 0, Net.SERVER_V4, 80, options));
        net.client.connect(net.now, null, 5000, Net.SERVER_V4, 80, options);
        assertError(
                SocketError.ADDRESS_IN_USE, () -> net.client.connect(net.now, null, 5000, Net.SERVER_V4, 80, options));
        net.client.connect(net.now, null, 5000, Net.SERVER_V4, 81, options);
        net.server.listen(Net.SERVER_V4, 80, ListenOptions.DEFAULT);
        assertError(SocketError.ADDRESS_IN_USE, () -> net.server.listen(Net.SERVER_V4, 80, ListenOptions.DEFAULT));
        net.server.listen(IpAddress.ANY_V4, 80, ListenOptions.DEFAULT);
        assertError(SocketError.ADDRESS_NOT_OURS, () -> net.server.listen(Net.CLIENT_V4, 80, ListenOptions.DEFAULT));
        assertThatThrownBy(() -> net.server.listen(Net.SERVER_V4, 65_536, ListenOptions.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void beyondTheLimitOfConnectionsNobodyConnects() throws SocketException {
        var few = new Net(new Limits(2, 2, 1 << 20, 16));
        few.connect(true, SocketOptions.DEFAULT);
        few.connect(true, SocketOptions.DEFAULT);
        assertError(SocketError.LIMIT_REACHED, () -> few.connect(true, SocketOptions.DEFAULT));
    }

    @Test
    void aHostWithoutAnAddressOfThatFamilyHasNoRoute() {
        var v4Only = new Stack(
                new StackConfig(List.of(Cidr.parse("198.18.0.1/24")), 1500, new SipHash(1, 1), Limits.DEFAULT));
        assertError(SocketError.NO_ROUTE, () -> v4Only.connect(0, null, 0, Net.SERVER_V6, 80, SocketOptions.DEFAULT));
    }

    private interface Call {
        void run() throws SocketException;
    }

    private static void assertError(SocketError error, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SocketException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private void closeBoth(TcpSocket[] pair) {
        for (var socket : pair) {
            net.read(socket);
            socket.close(net.now);
            net.settle();
        }
        net.run(2 * TWO_MSL);
        net.assertEmpty();
    }

    private static List<TcpSocket> drainReady(Stack stack) {
        var ready = new ArrayList<TcpSocket>();
        for (var socket = stack.pollReady(); socket != null; socket = stack.pollReady()) {
            ready.add(socket);
        }
        return ready;
    }
}
