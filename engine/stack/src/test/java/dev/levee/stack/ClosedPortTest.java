package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.Deadlines;
import dev.levee.wire.DropReason;
import dev.levee.wire.Frame;
import dev.levee.wire.FrameSlab;
import dev.levee.wire.IpAddress;
import dev.levee.wire.Segment;
import dev.levee.wire.TcpFlags;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Segments that belong to no connection: RFC 9293 §3.10.7.1 and §3.10.7.2.
class ClosedPortTest {
    private static final int FROM_PORT = 40_000;
    private static final int ACK = 0x1234_5678;

    private final Net net = new Net();
    private final Stack stack = net.server;
    private final Frame out = FrameSlab.single(1500);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc("9293:3.10.7.1")
    void aClosedPortAnswersEveryCombinationOfFlagsButRst(boolean v4) {
        for (int flags = 0; flags < 256; flags++) {
            for (int text : new int[] {0, 7}) {
                stack.onFrame(net.now, segment(v4, flags, text));
                if ((flags & TcpFlags.RST) != 0) {
                    assertThat(stack.poll(net.now, out))
                            .as(TcpFlags.format(flags))
                            .isFalse();
                } else {
                    assertReset(answer(), flags, text);
                }
                net.now += Net.MILLI;
            }
        }
        assertThat(stack.drops().get(DropReason.NO_CONNECTION)).isEqualTo(512);
        assertThat(stack.counters().get(StackCounters.CLOSED_PORT_RESETS)).isEqualTo(256);
    }

    private static void assertReset(Segment reset, int flags, int text) {
        var what = TcpFlags.format(flags);
        assertThat(reset.srcPort()).isEqualTo(Net.PORT);
        assertThat(reset.dstPort()).isEqualTo(FROM_PORT);
        assertThat(reset.length()).as(what).isZero();
        if ((flags & TcpFlags.ACK) != 0) {
            assertThat(reset.flags()).as(what).isEqualTo(TcpFlags.RST);
            assertThat(reset.seq()).as(what).isEqualTo(ACK);
        } else {
            int length = text + ((flags & TcpFlags.SYN) != 0 ? 1 : 0) + ((flags & TcpFlags.FIN) != 0 ? 1 : 0);
            assertThat(reset.flags()).as(what).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
            assertThat(reset.seq()).as(what).isZero();
            assertThat(reset.ack()).as(what).isEqualTo(Packets.SEQ + length);
        }
    }

    @Test
    @Rfc("9293:3.10.7.2")
    void aListenerTakesNoSegmentButASyn() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        for (int flags = 0; flags < 256; flags++) {
            stack.onFrame(net.now, segment(true, flags, 0));
            boolean reset = (flags & TcpFlags.RST) != 0;
            boolean ack = (flags & TcpFlags.ACK) != 0;
            int synFin = flags & (TcpFlags.SYN | TcpFlags.FIN);
            if (!reset && ack) {
                assertThat(answer().flags()).as(TcpFlags.format(flags)).isEqualTo(TcpFlags.RST);
            } else if (!reset && synFin == TcpFlags.SYN) {
                assertThat(answer().has(TcpFlags.SYN | TcpFlags.ACK)).isTrue();
                assertThat(listener.halfOpen()).isEqualTo(1);
                stack.onFrame(net.now, syn(Packets.SEQ + 1, TcpFlags.RST));
            }
            assertThat(stack.poll(net.now, out)).as(TcpFlags.format(flags)).isFalse();
            assertThat(listener.halfOpen()).as(TcpFlags.format(flags)).isZero();
            net.now += Net.MILLI;
        }
        // No RST, no ACK, and either no SYN or a FIN: three of four combinations of those two, 16 of the
        // others.
        assertThat(stack.drops().get(DropReason.BAD_FLAGS)).isEqualTo(3 * 16);
    }

    private static Frame syn(int seq, int flags) {
        return Packets.tcp(Net.CLIENT_V4, FROM_PORT, Net.SERVER_V4, Net.PORT, flags, seq, ACK, 0);
    }

    @Test
    void resetsAreLimitedInRate() {
        var limited = new Stack(
                Net.config("198.18.0.2/24", "2001:db8::2/64", new Limits(1 << 20, 1 << 16, 4L << 30, 16, 100), 1));
        int answered = 0;
        for (int i = 0; i < 200; i++) {
            limited.onFrame(0, segment(true, TcpFlags.SYN, 0));
            answered += limited.poll(0, out) ? 1 : 0;
        }
        assertThat(answered).isBetween(50, 150);
        assertThat(limited.counters().get(StackCounters.CLOSED_PORT_RESETS_LIMITED))
                .isEqualTo(200 - answered);
        limited.onFrame(Net.SECOND - 1, segment(true, TcpFlags.SYN, 0));
        assertThat(limited.poll(Net.SECOND - 1, out)).isFalse();
        limited.onFrame(Net.SECOND, segment(true, TcpFlags.SYN, 0));
        assertThat(limited.poll(Net.SECOND, out)).isTrue();
    }

    @Test
    void repliesBeyondTheQueueAreLeftOutAndCounted() {
        int frames = Limits.DEFAULT.repliesMax() + 10;
        for (int i = 0; i < frames; i++) {
            stack.onFrame(net.now, segment(true, TcpFlags.SYN, 0));
        }
        assertThat(stack.drops().get(DropReason.REPLY_QUEUE_FULL)).isEqualTo(10);
        assertThat(stack.nextDeadline()).isEqualTo(net.now);
        int polled = 0;
        while (stack.poll(net.now, out)) {
            polled++;
        }
        assertThat(polled).isEqualTo(Limits.DEFAULT.repliesMax());
        assertThat(stack.nextDeadline()).isEqualTo(Deadlines.NONE);
        assertThat(stack.drops().total()).isEqualTo(frames);
    }

    @Test
    void repliesKeepTheirOrder() {
        var acks = new ArrayList<Integer>();
        for (int i = 0; i < 3; i++) {
            stack.onFrame(
                    net.now,
                    Packets.tcp(
                            Net.CLIENT_V4, FROM_PORT, Net.SERVER_V4, Net.PORT, TcpFlags.SYN, Packets.SEQ + i, 0, 0));
        }
        for (int i = 0; i < 3; i++) {
            acks.add(answer().ack() - Packets.SEQ);
        }
        assertThat(acks).isEqualTo(List.of(1, 2, 3));
    }

    private Segment answer() {
        assertThat(stack.poll(net.now, out)).as("an answer").isTrue();
        return Packets.read(out);
    }

    private static Frame segment(boolean v4, int flags, int text) {
        IpAddress from = Net.client(v4);
        return Packets.tcp(from, FROM_PORT, Net.server(v4), Net.PORT, flags, Packets.SEQ, ACK, text);
    }
}
