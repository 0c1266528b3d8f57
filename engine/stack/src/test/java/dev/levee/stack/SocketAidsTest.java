package dev.levee.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.tcp.TcpConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What sockets offer beside reading and writing.
class SocketAidsTest {
    private final Net net = new Net();

    @Test
    void whatWasPeekedAtIsReadAgain() throws SocketException {
        var pair = net.pair(true);
        net.write(pair[0], "question");
        net.settle();
        var memory = Arena.ofAuto().allocate(4);

        assertThat(pair[1].peek(memory, 0, 4)).isEqualTo(4);
        assertThat(new String(memory.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII))
                .isEqualTo("ques");
        assertThat(net.read(pair[1])).isEqualTo("question");
        assertThat(pair[1].peek(memory, 0, 4)).isEqualTo(TcpSocket.WOULD_BLOCK);
    }

    @Test
    void aCorkedSocketKeepsSmallSegmentsUntilItIsUncorked() throws SocketException {
        var pair = net.pair(true);
        pair[0].cork(net.now, true);
        net.write(pair[0], "one ");
        net.run(100 * Net.MILLI);
        net.write(pair[0], "two");
        net.run(99 * Net.MILLI);

        assertThat(pair[0].corked()).isTrue();
        assertThat(pair[1].connection().available()).isZero();
        pair[0].cork(net.now, false);
        net.settle();
        assertThat(net.read(pair[1])).isEqualTo("one two");
    }

    @Test
    void aCorkHoldsForOneRetransmissionTimeoutAtMost() throws SocketException {
        var pair = net.pair(true);
        pair[0].cork(net.now, true);
        net.write(pair[0], "forgotten");
        long rtoNanos = pair[0].connection().rtoNanos();

        net.run(rtoNanos - 1);
        assertThat(pair[1].connection().available()).isZero();
        net.run(1);
        assertThat(net.read(pair[1])).isEqualTo("forgotten");
    }

    @Test
    void aCorkedSocketStillSendsFullSegments() throws SocketException {
        var pair = net.pair(true);
        pair[0].cork(net.now, true);
        net.write(pair[0], "x".repeat(pair[0].connection().sndMss() + 1));
        net.settle();

        assertThat(pair[1].connection().available())
                .isEqualTo(pair[0].connection().sndMss());
    }

    @Test
    void aFinLetsWhatIsCorkedGo() throws SocketException {
        var pair = net.pair(true);
        pair[0].cork(net.now, true);
        net.write(pair[0], "last words");
        pair[0].shutdownOutput(net.now);
        net.settle();

        assertThat(net.read(pair[1])).isEqualTo("last words");
    }

    @Test
    @Rfc({"9293:MUST-48", "9293:MUST-49", "9293:SHLD-21", "9293:SHLD-22"})
    void settingsOfAnOpenConnectionMayBeChanged() throws SocketException {
        var pair = net.pair(true);
        var config = pair[0].config().toBuilder()
                .hopLimit(7)
                .trafficClass(0x20)
                .sendLimitBytes(5)
                .timestamps(false)
                .build();
        net.sent.clear();
        pair[0].config(net.now, config);

        assertThat(net.write(pair[0], "question")).isEqualTo(5);
        net.settle();
        assertThat(pair[0].config().hopLimit()).isEqualTo(7);
        var segment = Packets.read(net.sent.getFirst());
        assertThat(segment.ip().hopLimit()).isEqualTo(7);
        assertThat(segment.ip().trafficClass()).isEqualTo(0x20);
        assertThat(segment.hasTimestamps()).as("what was agreed stays").isTrue();
    }

    @Test
    void closingBeforeTheAnswerToTheSynLeavesNothing() throws SocketException {
        var socket = net.connect(true, SocketOptions.DEFAULT);
        net.client.poll(net.now, net.frame);

        socket.close(net.now);
        assertThat(net.client.poll(net.now, net.frame)).isFalse();

        assertThat(net.client.connectionCount()).isZero();
    }

    @Test
    void whatWasWrittenBeforeTheAnswerToTheSynIsDeliveredAfterAClose() throws SocketException {
        var listener = net.listen(ListenOptions.DEFAULT);
        var socket = net.connect(true, SocketOptions.DEFAULT);
        net.write(socket, "early");

        socket.close(net.now);
        net.settle();

        assertThat(net.read(Net.accept(listener))).isEqualTo("early");
    }

    @Test
    void whatArrivedBeforeAResetCanStillBeReadIfAskedFor() throws SocketException {
        var patient =
                new SocketOptions(TcpConfig.builder().dataOutlivesReset(true).build(), SocketOptions.LINGER_OFF);
        var pair = net.pair(true, SocketOptions.DEFAULT, patient);
        net.write(pair[0], "last words");
        net.settle();
        pair[0].abort(net.now);
        net.settle();

        assertThat(pair[1].cause()).isNotNull();
        assertThat(pair[1].readStatus()).isEqualTo(1);
        assertThat(net.read(pair[1])).isEqualTo("last words");
        assertThat(pair[1].readStatus()).isEqualTo(TcpSocket.FAILED);
    }

    @Test
    void aListenersSettingsMayBeChanged() throws SocketException {
        var listener = net.listen(new ListenOptions(1, 16, SocketOptions.DEFAULT));
        listener.options(new ListenOptions(
                2, 16, new SocketOptions(TcpConfig.builder().noDelay(true).build(), 0)));
        net.connect(true, SocketOptions.DEFAULT);
        net.connect(true, SocketOptions.DEFAULT);
        net.connect(true, SocketOptions.DEFAULT);
        net.settle();

        assertThat(listener.options().backlog()).isEqualTo(2);
        assertThat(listener.pending()).isEqualTo(2);
        assertThat(Net.accept(listener).noDelay()).isTrue();
    }
}
