package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.guard.Defence;
import dev.levee.rfc.Rfc;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfig;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.Segment;
import dev.levee.wire.SegmentWriter;
import dev.levee.wire.Seq;
import dev.levee.wire.TcpFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWaitTest {
    private final Net net = new Net();
    private int clientPort = 50_000;
    private final Frame out = FrameSlab.single(1500);

    @Test
    @Rfc("9293:MUST-13")
    void timeWaitLastsTwoSegmentLifetimes() throws SocketException {
        var pair = net.pair(true);
        pair[0].close(net.now);
        net.settle();
        pair[1].close(net.now);
        net.settle();
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.TIME_WAIT);
        net.run(60 * Net.SECOND - 1);
        assertThat(net.client.connectionCount()).isEqualTo(1);
        net.run(1);
        net.assertEmpty();
    }

    @Test
    void afterCloseNoBuffersAreKeptForWhatCannotCome() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "there");
        net.write(pair[1], "and back");
        net.settle();
        net.read(pair[1]);
        assertThat(net.client.buffers().bytesTaken()).isPositive();
        net.read(pair[0]);
        pair[0].close(net.now);
        net.settle();
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.FIN_WAIT_2);
        assertThat(net.client.buffers().bytesTaken()).isZero();
        pair[1].close(net.now);
        net.settle();
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.TIME_WAIT);
        net.run(61 * Net.SECOND);
        net.assertEmpty();
    }

    @Test
    void inTimeWaitBuffersAreKeptForAUserWhoHasNotClosed() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[1], "to be read");
        pair[0].shutdownOutput(net.now);
        pair[1].close(net.now);
        net.settle();
        assertThat(pair[0].connection().state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(net.client.buffers().bytesTaken()).isPositive();
        assertThat(net.read(pair[0])).isEqualTo("to be read");
        pair[0].close(net.now);
        net.settle();
        assertThat(net.client.buffers().bytesTaken()).isZero();
    }

    @Test
    void beyondTheLimitTheOldestIsLetGo() throws SocketException {
        var few = new Net(new Limits(1_000, 2, 1 << 26, 16));
        for (int i = 0; i < 4; i++) {
            var pair = few.pair(i % 2 == 0);
            pair[0].close(few.now);
            few.settle();
            pair[1].close(few.now);
            few.settle();
            assertThat(pair[1].cause()).as("the peer got its last ACK").isEqualTo(new CloseCause.Finished());
            assertThat(pair[0].cause()).isEqualTo(new CloseCause.Finished());
        }
        assertThat(few.client.connectionCounts()[TcpState.TIME_WAIT.ordinal()]).isEqualTo(2);
        assertThat(few.client.counters().get(StackCounters.TIME_WAIT_DROPPED)).isEqualTo(2);
        assertThat(few.sent(TcpFlags.RST)).isZero();
        few.run(61 * Net.SECOND);
        few.assertEmpty();
    }

    @Test
    void withALimitOfZeroThePeerStillGetsItsLastAcknowledgement() throws SocketException {
        var none = new Net(new Limits(1_000, 0, 1 << 26, 16));
        var pair = none.pair(true);
        pair[0].close(none.now);
        none.settle();
        pair[1].close(none.now);
        none.settle();
        assertThat(pair[1].cause()).isEqualTo(new CloseCause.Finished());
        none.assertEmpty();
    }

    @Test
    void aFullTableLetsTimeWaitGoForNewConnections() throws SocketException {
        var few = new Net(new Limits(2, 2, 1 << 26, 16));
        for (int i = 0; i < 5; i++) {
            var pair = few.pair(true);
            pair[0].close(few.now);
            few.settle();
            pair[1].close(few.now);
            few.settle();
        }
        assertThat(few.client.connectionCount()).isEqualTo(2);
    }

    @Test
    void anActiveOpenDoesNotReuseATupleInTimeWait() throws SocketException {
        serverInTimeWait(true);
        assertThatThrownBy(() -> net.server.connect(
                        net.now, Net.SERVER_V4, Net.PORT, Net.CLIENT_V4, clientPort, SocketOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        SocketException.class, e -> assertThat(e.error()).isEqualTo(SocketError.ADDRESS_IN_USE));
        assertThat(net.server.connect(
                        net.now, Net.SERVER_V4, Net.PORT, Net.CLIENT_V4, clientPort + 1, SocketOptions.DEFAULT))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc({"9293:MAY-2", "9293:MUST-13"})
    void aNewSynReopensATupleInTimeWait(boolean timestamps) throws SocketException {
        var old = serverInTimeWait(timestamps);
        net.listen(new ListenOptions(10, 10, options(timestamps)));
        int oldSndNxt = old.connection().sndNxt();
        net.now += 3 * Net.SECOND;
        var again = net.client.connect(net.now, null, clientPort, Net.SERVER_V4, Net.PORT, options(timestamps));
        net.sent.clear();
        net.settle();
        assertThat(again.connected()).isTrue();
        assertThat(net.server.counters().get(StackCounters.TIME_WAIT_REOPENED)).isEqualTo(1);
        assertThat(old.connection().state()).isEqualTo(TcpState.CLOSED);
        var synAck = Packets.read(net.sent.get(1));
        assertThat(synAck.has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
        assertThat(Seq.gt(synAck.seq(), oldSndNxt)).isTrue();
    }

    @Test
    @Rfc({"9293:SHLD-4", "6191:2"})
    void timestampsTellANewSynThoughItsSequenceNumberIsOld() throws SocketException {
        var old = serverInTimeWait(true);
        var listener = net.listen(new ListenOptions(10, 10, options(true)));
        int segSeq = old.connection().rcvNxt() - 1_000_000;
        int tsVal = old.connection().tsRecent();
        for (int notNewer : new int[] {tsVal, tsVal - 1, tsVal + (1 << 31)}) {
            net.server.onFrame(net.now, synWithTimestamp(segSeq, notNewer));
            assertThat(old.connection().state()).isEqualTo(TcpState.TIME_WAIT);
        }
        net.server.onFrame(net.now, synWithTimestamp(segSeq, tsVal + 1));
        assertThat(listener.halfOpen()).isEqualTo(1);
        assertThat(old.connection().state()).isEqualTo(TcpState.CLOSED);
    }

    private Frame synWithTimestamp(int segSeq, int tsVal) {
        var writer = new SegmentWriter()
                .reset()
                .addresses(Net.CLIENT_V4.high(), Net.CLIENT_V4.low(), Net.SERVER_V4.high(), Net.SERVER_V4.low())
                .ports(clientPort, Net.PORT)
                .seq(segSeq)
                .flags(TcpFlags.SYN)
                .window(65_535)
                .timestamps(tsVal, 0);
        var frame = FrameSlab.single(1500);
        writer.begin(frame);
        writer.finish(frame, 0);
        return frame;
    }

    @Test
    void anOldSynDoesNotReopen() throws SocketException {
        var old = serverInTimeWait(false);
        var listener = net.listen(ListenOptions.DEFAULT);
        net.server.onFrame(net.now, syn(old.connection().rcvNxt()));
        assertThat(old.connection().state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(listener.halfOpen()).isZero();
        // It is answered with an ACK, so that a peer that has forgotten the connection resets it.
        assertThat(net.server.poll(net.now, out)).isTrue();
        assertThat(Packets.read(out).flags()).isEqualTo(TcpFlags.ACK);
        net.server.onFrame(net.now, syn(old.connection().rcvNxt() + 1));
        assertThat(listener.halfOpen()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        // A lower number, but a newer timestamp; the same timestamp, and the numbers decide; an older one.
        "true, true, -1000, 1, true",
        "true, true, 1, 0, true",
        "true, true, 0, 0, false",
        "true, true, 1000, -1, false",
        // Only one of them has timestamps, or the listener would not agree to them.
        "false, true, -1000, -1, true",
        "false, false, 1, 0, true",
        "false, false, 0, 0, false",
    })
    @Rfc({"9293:MAY-2", "6191:2"})
    void timestampsSayWhichSynIsNewer(boolean before, boolean after, int seqBeyond, int tsBeyond, boolean reopens)
            throws SocketException {
        var old = serverInTimeWait(before);
        var listener = net.listen(new ListenOptions(10, 10, options(after)));
        var writer = new SegmentWriter();
        var to = Net.SERVER_V4;
        var from = Net.CLIENT_V4;
        writer.reset().addresses(from.high(), from.low(), to.high(), to.low());
        writer.ports(clientPort, Net.PORT).window(1000).flags(TcpFlags.SYN);
        writer.seq(old.connection().rcvNxt() + seqBeyond)
                .timestamps(old.connection().tsRecent() + tsBeyond, 0);
        writer.begin(out);
        writer.finish(out, 0);
        net.server.onFrame(net.now, out);
        assertThat(listener.halfOpen()).isEqualTo(reopens ? 1 : 0);
        assertThat(old.connection().state()).isEqualTo(reopens ? TcpState.CLOSED : TcpState.TIME_WAIT);
    }

    @Test
    void theNewIncarnationBeginsAboveTheOldOneEvenIfTheClockSaysOtherwise() throws SocketException {
        // The old one's number is a cookie, anywhere: by chance the clock lies beyond it half the time.
        for (; clientPort < 50_020; clientPort++) {
            var old = serverInTimeWait(false);
            var listener = net.listen(ListenOptions.DEFAULT);
            int oldSndNxt = old.connection().sndNxt();
            net.server.onFrame(net.now, syn(old.connection().rcvNxt() + 1));
            assertThat(net.server.poll(net.now, out)).isTrue();
            Segment synAck = Packets.read(out);
            assertThat(synAck.has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
            assertThat(Seq.gt(synAck.seq(), oldSndNxt)).isTrue();
            listener.close(net.now);
        }
    }

    @Test
    void withoutAListenerTimeWaitStays() throws SocketException {
        var old = serverInTimeWait(false);
        net.server.onFrame(net.now, syn(old.connection().rcvNxt() + 1));
        assertThat(old.connection().state()).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void aFullBacklogKeepsTimeWait() throws SocketException {
        var old = serverInTimeWait(false);
        net.listen(new ListenOptions(10, 1, SocketOptions.DEFAULT).withDefence(Defence.DELAYED));
        net.server.onFrame(
                net.now, Packets.tcp(Net.CLIENT_V4, 9, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ, 0, 0));
        net.server.onFrame(net.now, syn(old.connection().rcvNxt() + 1));
        assertThat(net.server.drops().get(DropReason.BACKLOG_FULL)).isEqualTo(1);
        assertThat(old.connection().state()).isEqualTo(TcpState.TIME_WAIT);
    }

    private Frame syn(int seq) {
        return Packets.tcp(Net.CLIENT_V4, clientPort, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, seq, 0, 0);
    }

    private static SocketOptions options(boolean timestamps) {
        return new SocketOptions(TcpConfig.builder().timestamps(timestamps).build(), SocketOptions.LINGER_OFF);
    }

    /// A connection that the server closed first; the client is through with it.
    private TcpSocket serverInTimeWait(boolean timestamps) throws SocketException {
        var listener = net.listen(new ListenOptions(10, 10, options(timestamps)));
        var active = net.client.connect(net.now, null, clientPort, Net.SERVER_V4, Net.PORT, options(timestamps));
        net.settle();
        var passive = Net.accept(listener);
        passive.close(net.now);
        net.settle();
        active.close(net.now);
        net.settle();
        listener.close(net.now);
        net.server.pollReadyListener();
        assertThat(passive.connection().state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(net.client.connectionCount()).isZero();
        return passive;
    }
}
