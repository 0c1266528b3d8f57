package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.tcp.CloseCause;
import dev.levee.wire.Bytes;
import dev.levee.wire.Checksum;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        net.server.onFrame(net.now, message(v4, Net.client(v4), v4 ? 8 : 128, 0, 0x0102_0304, data));
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

    @Test
    void anEchoRequestThatFitsNoReplyFrameIsLeftOut() {
        var large = FrameSlab.single(60_000);
        fill(large, true, Net.CLIENT_V4, 8, 0, 1, new byte[Replies.PACKET_BYTES_MAX - 28 + 1]);
        net.server.onFrame(net.now, large);
        assertThat(net.server.drops().get(DropReason.REPLY_QUEUE_FULL)).isEqualTo(1);
        fill(large, true, Net.CLIENT_V4, 8, 0, 1, new byte[Replies.PACKET_BYTES_MAX - 28]);
        net.server.onFrame(net.now, large);
        assertThat(net.server.poll(net.now, FrameSlab.single(60_000))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"true,3,3,PORT", "false,1,4,PORT", "true,3,2,PROTOCOL", "false,4,1,PROTOCOL"})
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

    private void error(boolean v4, int type, int code, byte[] about) {
        net.client.onFrame(net.now, message(v4, Net.server(v4), type, code, 0, about));
        net.settle();
    }

    private static Frame message(boolean v4, IpAddress from, int type, int code, int word, byte[] body) {
        var frame = FrameSlab.single(1500);
        fill(frame, v4, from, type, code, word, body);
        return frame;
    }

    /// An ICMP message to the other of the two hosts.
    private static void fill(Frame frame, boolean v4, IpAddress from, int type, int code, int word, byte[] body) {
        var to = from.equals(Net.client(v4)) ? Net.server(v4) : Net.client(v4);
        int bytes = 8 + body.length;
        var packet = new byte[(v4 ? 20 : 40) + bytes];
        frame.fill(packet);
        var memory = frame.memory();
        int ip = frame.offset();
        int at = ip + (v4 ? 20 : 40);
        Bytes.put16(memory, at, type << 8 | code);
        Bytes.put32(memory, at + 4, word);
        MemorySegment.copy(body, 0, memory, ValueLayout.JAVA_BYTE, at + 8, body.length);
        long sum = 0;
        if (v4) {
            Bytes.put32(memory, ip, 0x4500_0000 | packet.length);
            Bytes.put32(memory, ip + 8, 64 << 24 | 1 << 16);
            Bytes.put32(memory, ip + 12, from.v4());
            Bytes.put32(memory, ip + 16, to.v4());
            Bytes.put16(memory, ip + 10, Checksum.finish(Checksum.add(0, memory, ip, 20)));
        } else {
            Bytes.put32(memory, ip, 0x6000_0000);
            Bytes.put32(memory, ip + 4, bytes << 16 | 58 << 8 | 64);
            Bytes.put64(memory, ip + 8, from.high());
            Bytes.put64(memory, ip + 16, from.low());
            Bytes.put64(memory, ip + 24, to.high());
            Bytes.put64(memory, ip + 32, to.low());
            sum = Checksum.pseudoHeader(false, from.high(), from.low(), to.high(), to.low(), 58, bytes);
        }
        Bytes.put16(memory, at + 2, Checksum.finish(Checksum.add(sum, memory, at, bytes)));
    }
}
