package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.CloseCause;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.SipHash;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpInputTest {
    private final Net net = new Net();
    private final Frame out = FrameSlab.single(1500);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEchoRequestIsAnsweredWithTheSameData(boolean v4) {
        var data = new byte[57];
        data[56] = 9;
        net.server.onFrame(net.now, Packets.icmp(v4, Net.client(v4), v4 ? 8 : 128, 0, 0x0102_0304, data));
        assertThat(net.server.poll(net.now, out)).isTrue();
        int at = out.offset() + (v4 ? 20 : 40);
        assertThat(Bytes.u8(out.memory(), at)).isEqualTo(v4 ? 0 : 129);
        assertThat(Bytes.i32(out.memory(), at + 4)).isEqualTo(0x0102_0304);
        assertThat(Bytes.u8(out.memory(), at + 8 + 56)).isEqualTo(9);
        assertThat(out.length()).isEqualTo((v4 ? 20 : 40) + 8 + 57);
        assertThat(net.server.counters().get(StackCounters.ECHO_REPLIES)).isEqualTo(1);
        assertThat(net.server.drops().get(DropReason.NONE)).isEqualTo(1);
        // The other stack takes it as a good message that it has no use for.
        net.client.onFrame(net.now, out);
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(1);
    }

    /// A link of a large MTU carries the answer whole, too.
    @Test
    void aLongEchoRequestIsAnsweredAsLongAsTheLinkAllows() {
        var jumbo = new Stack(
                new StackConfig(List.of(Cidr.parse("198.18.0.2/24")), 9_000, new SipHash(1, 2), Limits.DEFAULT));
        var large = FrameSlab.single(60_000);
        Packets.icmp(large, true, Net.CLIENT_V4, 8, 0, 1, new byte[9_000 - 28]);
        jumbo.onFrame(net.now, large);
        assertThat(jumbo.poll(net.now, large)).isTrue();
        assertThat(large.length()).isEqualTo(9_000);
        assertThat(jumbo.poll(net.now, large)).isFalse();
        assertThat(jumbo.counters().get(StackCounters.FRAGMENTS_OUT)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"true,3,3,PORT", "false,1,4,PORT", "true,3,2,PROTOCOL", "false,4,1,PROTOCOL"})
    @Rfc("9293:MUST-54")
    void aHardErrorAboutOurSynEndsTheConnectionAttempt(boolean v4, int type, int code, String reason)
            throws SocketException {
        net.lost = packet -> true;
        var socket = net.connect(v4, SocketOptions.DEFAULT);
        net.settle();
        error(v4, type, code, net.sent.getLast());
        assertThat(socket.cause()).isEqualTo(new CloseCause.Unreachable(CloseCause.IcmpReason.valueOf(reason), 0));
        assertThat(net.client.counters().get(StackCounters.ICMP_ERRORS)).isEqualTo(1);
        assertThat(net.client.pollReady()).isSameAs(socket);
        socket.close(net.now);
        net.settle();
        net.assertEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("9293:MUST-54")
    void errorsThatQuoteNothingInFlightAreUnrelated(boolean v4) throws SocketException {
        net.lost = packet -> true;
        var socket = net.connect(v4, SocketOptions.DEFAULT);
        net.settle();
        int seqAt = (v4 ? 20 : 40) + 4;
        var wrongSeq = net.sent.getLast().clone();
        wrongSeq[seqAt] ^= 0x40;
        error(v4, v4 ? 3 : 1, v4 ? 3 : 4, wrongSeq);
        var wrongPort = net.sent.getLast().clone();
        wrongPort[seqAt - 1] ^= 0x40;
        error(v4, v4 ? 3 : 1, v4 ? 3 : 4, wrongPort);
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(2);
        assertThat(socket.cause()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "true,3,0,NETWORK",
        "true,3,1,HOST",
        "true,3,5,NETWORK",
        "true,3,2,PROTOCOL",
        "true,3,13,PROHIBITED",
        "true,11,0,HOPS",
        "true,11,1,REASSEMBLY",
        "true,12,0,HEADER",
        "false,1,0,NETWORK",
        "false,1,3,HOST",
        "false,1,1,PROHIBITED",
        "false,3,0,HOPS",
        "false,4,0,HEADER"
    })
    @Rfc({"9293:MUST-47", "9293:MUST-56", "9293:SHLD-25"})
    void errorsAboutAnOpenConnectionAreToldAndEndItOnlyWhenNothingElseComes(
            boolean v4, int type, int code, String reason) throws SocketException {
        var pair = net.pair(v4);
        var expected = CloseCause.IcmpReason.valueOf(reason);
        drainReady();
        net.lost = packet -> true;
        net.write(pair[0], "lost");
        net.settle();
        error(v4, type, code, net.sent.getLast());
        assertThat(net.client.pollReady()).isSameAs(pair[0]);
        assertThat(pair[0].softError()).isEqualTo(expected);
        // Said again, it is no news.
        error(v4, type, code, net.sent.getLast());
        assertThat(net.client.pollReady()).isNull();

        net.lost = packet -> false;
        net.until(() -> pair[0].unacknowledgedBytes() == 0);
        assertThat(pair[0].softError()).isNull();

        net.lost = packet -> true;
        net.write(pair[0], "lost");
        net.settle();
        error(v4, type, code, net.sent.getLast());
        net.until(() -> pair[0].cause() != null);
        assertThat(pair[0].cause()).isEqualTo(new CloseCause.TimedOut(CloseCause.Timeout.RETRANSMISSION, 4, expected));
    }

    private void drainReady() {
        while (net.client.pollReady() != null) {
            // What was there before.
        }
    }

    @Test
    @Rfc("9293:MUST-55")
    void aSourceQuenchIsDropped() throws SocketException {
        var pair = net.pair(true);
        drainReady();
        int cwnd = pair[0].connection().cwnd();
        net.lost = packet -> true;
        net.write(pair[0], "text");
        net.settle();
        error(true, 4, 0, net.sent.getLast());
        assertThat(net.client.drops().get(DropReason.ICMP_UNRELATED)).isEqualTo(1);
        assertThat(net.client.pollReady()).isNull();
        assertThat(pair[0].softError()).isNull();
        assertThat(pair[0].connection().cwnd()).isEqualTo(cwnd);
    }

    private void error(boolean v4, int type, int code, byte[] about) {
        net.client.onFrame(net.now, Packets.icmp(v4, Net.server(v4), type, code, 0, about));
        net.settle();
    }
}
