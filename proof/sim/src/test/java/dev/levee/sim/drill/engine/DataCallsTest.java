package dev.levee.sim.drill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.drill.system.Request;
import dev.levee.wire.TcpFlags;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Reading and writing, as Linux does it, and where FreeBSD differs.
class DataCallsTest {
    private static final int OUT_OF_BAND = 0x1;
    private static final int PEEK = 0x2;
    private static final int DONT_WAIT = 0x40;
    private static final int WAIT_ALL = 0x100;
    private static final int MORE = 0x8000;

    private final Drill drill = Drill.linux();
    private final int socket = drill.established(drill.listener(1));

    private void receive(int seq, int length) {
        drill.send(seq, 1, TcpFlags.ACK | TcpFlags.PSH, length);
        assertThat(drill.next()).startsWith(". 1:1(0)");
    }

    @Test
    void aReadGivesWhatIsThereAndThenWouldBlock() {
        receive(1, 100);

        assertThat(drill.read(socket, 60).value()).isEqualTo(60);
        assertThat(drill.read(socket, 60).value()).isEqualTo(40);
        assertThat(drill.outcome(Drill.receive(socket, 60, DONT_WAIT))).isEqualTo("EAGAIN");
    }

    @Test
    void aPeekTakesNothing() {
        receive(1, 100);

        assertThat(drill.outcome(Drill.receive(socket, 60, PEEK))).isEqualTo("60");
        assertThat(drill.outcome(Drill.receive(socket, 200, 0))).isEqualTo("100");
    }

    @Test
    void severalBuffersAreFilledAsOne() {
        receive(1, 100);
        var request = new Request.Receive("readv", socket, List.of(30, 0, 30), 0);

        assertThat(drill.outcome(request)).isEqualTo("60");
    }

    @Test
    void aBlockedReadReturnsWithTheFirstOctets() {
        var read = drill.begin(Drill.receive(socket, 500, 0));
        drill.silence(30);
        assertThat(read.result()).isNull();

        receive(1, 100);

        assertThat(Objects.requireNonNull(read.result()).value()).isEqualTo(100);
        assertThat(read.endNanos()).isEqualTo(30 * Drill.MILLI);
    }

    @Test
    void waitAllWaitsForAll() {
        var read = drill.begin(Drill.receive(socket, 150, WAIT_ALL));
        receive(1, 100);
        assertThat(read.result()).isNull();

        receive(101, 100);

        assertThat(Objects.requireNonNull(read.result()).value()).isEqualTo(150);
    }

    @Test
    void waitAllGivesWhatCameBeforeTheEnd() {
        var read = drill.begin(Drill.receive(socket, 150, WAIT_ALL));
        receive(1, 100);

        drill.send(101, 1, TcpFlags.FIN | TcpFlags.ACK, 0);

        assertThat(Objects.requireNonNull(read.result()).value()).isEqualTo(100);
        assertThat(drill.read(socket, 10).value()).isZero();
    }

    @Test
    void aTimedOutReadWouldBlock() {
        var time = new byte[16];
        time[8] = (byte) 0xe0;
        time[9] = (byte) 0x93;
        time[10] = 0x04;
        assertThat(drill.outcome(new Request.SetOption(socket, 1, 20, time)))
                .as("SO_RCVTIMEO of 300 ms")
                .isEqualTo("0");
        var read = drill.begin(Drill.receive(socket, 150, 0));

        drill.silence(299);
        assertThat(read.result()).isNull();
        drill.silence(1);
        assertThat(Objects.requireNonNull(read.result()).error()).isEqualTo("EAGAIN");
    }

    @Test
    void aWriteIsSentAtOnce() {
        assertThat(drill.outcome(Drill.write(socket, "hello"))).isEqualTo("5");
        assertThat(drill.next()).startsWith("P. 1:6(5) ack 1");
    }

    @Test
    void moreHoldsASmallSegmentBack() {
        assertThat(drill.outcome(Drill.write(socket, 40, MORE))).isEqualTo("40");
        drill.silence(5);
        assertThat(drill.outcome(Drill.write(socket, 60))).isEqualTo("60");

        assertThat(drill.next()).startsWith("P. 1:101(100) ack 1");
    }

    @Test
    void aBlockedWriteReturnsWhenAllOfItWasTaken() {
        var write = drill.begin(Drill.write(socket, 300_000));
        assertThat(write.result()).isNull();
        int sent = 0;
        while (write.result() == null) {
            var packet = drill.next(1);
            if (packet.equals("-")) {
                drill.send(1, 1 + sent, TcpFlags.ACK, 0);
            } else {
                sent += Integer.parseInt(packet.replaceAll(".*\\((\\d+)\\).*", "$1"));
            }
        }
        assertThat(write.result().value()).isEqualTo(300_000);
    }

    @Test
    void aNonBlockingWriteTakesWhatFits() {
        drill.nonBlocking(socket);

        var outcome = drill.call(Drill.write(socket, 3_000_000)).value();

        assertThat(outcome).isBetween(1000L, 2_999_999L);
        assertThat(drill.outcome(Drill.write(socket, 1))).isEqualTo("EAGAIN");
    }

    @Test
    void anUnconnectedSocketCannotBeUsed() {
        int fresh = drill.socket();

        assertThat(drill.outcome(Drill.receive(fresh, 1, 0))).isEqualTo("ENOTCONN");
        assertThat(drill.outcome(Drill.write(fresh, 1))).isEqualTo("EPIPE");
        var freebsd = Drill.freebsd();
        assertThat(freebsd.outcome(Drill.write(freebsd.socket(), 1))).isEqualTo("ENOTCONN");
    }

    @Test
    void aResetIsToldOnce() {
        drill.send(1, 1, TcpFlags.RST, 0);

        assertThat(drill.outcome(Drill.receive(socket, 1, 0))).isEqualTo("ECONNRESET");
        assertThat(drill.outcome(Drill.receive(socket, 1, 0))).isEqualTo("0");
        assertThat(drill.outcome(Drill.write(socket, 1))).isEqualTo("EPIPE");
    }

    @Test
    void aResetAfterTheFinIsABrokenPipe() {
        drill.send(1, 1, TcpFlags.FIN | TcpFlags.ACK, 0);
        assertThat(drill.next()).startsWith(". 1:1(0) ack 2");
        drill.send(2, 1, TcpFlags.RST, 0);

        assertThat(drill.get(socket, 1, 4)).as("SO_ERROR is EPIPE").isEqualTo(32);
        assertThat(drill.get(socket, 1, 4)).as("told once").isZero();
    }

    @Test
    void theUrgentOctetIsTakenOnceAndNeverWaitedFor() {
        assertThat(drill.outcome(Drill.receive(socket, 1, OUT_OF_BAND))).isEqualTo("EINVAL");
        drill.send(1, 1, TcpFlags.ACK, 0, w -> w.urgent(2));
        assertThat(drill.outcome(Drill.receive(socket, 1, OUT_OF_BAND))).isEqualTo("EAGAIN");
        drill.send(1, 1, TcpFlags.ACK | TcpFlags.PSH, 3, w -> w.urgent(2));

        assertThat(drill.outcome(Drill.receive(socket, 0, OUT_OF_BAND | PEEK))).isEqualTo("0");
        assertThat(drill.outcome(Drill.receive(socket, 9, OUT_OF_BAND))).isEqualTo("1");
        assertThat(drill.outcome(Drill.receive(socket, 9, OUT_OF_BAND))).isEqualTo("EINVAL");
    }

    @Test
    void whatIsUnreadAndUnsentCanBeAskedFor() {
        receive(1, 100);
        assertThat(drill.call(new Request.Ioctl(socket, 0x541b, 0)).octets()).startsWith(100);
        drill.outcome(Drill.write(socket, "hello"));
        assertThat(drill.call(new Request.Ioctl(socket, 0x5411, 0)).octets()).startsWith(5);
    }
}
