package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceiveWindowTest {
    private static final int UNIT = 1 << 14;

    /// A connection with the largest scale, a promise outstanding, and some room.
    private static Tcb withRoom(int promised, int room) {
        var config = TcpConfig.builder().receiveBufferBytes(1 << 30).build();
        var address = IpAddress.parse("198.18.0.1");
        var tuple = new FourTuple(address, 1, address, 2);
        var tcb = new Tcb(config, tuple, true, 1500, 0, 0, new TcpContext(new BufferPool(0), new SipHash(1, 2)));
        assertThat(tcb.rcv.rcvWndShift).isEqualTo(14);
        tcb.rcv.rcvNxt = 0xFFFF_FF00;
        tcb.rcv.rcvAdv = tcb.rcv.rcvNxt + promised;
        tcb.rcv.received = (long) tcb.receiveCapacity() - room;
        return tcb;
    }

    @Test
    @Rfc("9293:SHLD-14")
    void roundingToTheScaleNeverTakesAPromiseBack() {
        for (int promised = 5 * UNIT - 2; promised <= 5 * UNIT + 2; promised++) {
            for (int more = 0; more < 3 * UNIT; more += 97) {
                var tcb = withRoom(promised, promised + more);
                int field = ReceiveWindow.advertise(tcb);
                assertThat(field * UNIT).as(promised + "+" + more).isGreaterThanOrEqualTo(promised);
                assertThat(tcb.rcv.rcvWnd()).isGreaterThanOrEqualTo(promised).isLessThan(promised + more + UNIT);
                assertThat(field * UNIT).isLessThan(tcb.rcv.rcvWnd() + UNIT);
            }
        }
    }

    /// An open connection without scaling and a buffer of 32 KiB: a promise outstanding, and some room.
    private static Tcb open(TcpConfigBuilder config, int mtu, int promised, int room) {
        var address = IpAddress.parse("198.18.0.1");
        var tuple = new FourTuple(address, 1, address, 2);
        var context = new TcpContext(new BufferPool(0), new SipHash(1, 2));
        var tcb = new Tcb(config.windowScaling(false).build(), tuple, true, mtu, 0, 0, context);
        tcb.rcv.rcvWndShift = 0;
        tcb.state = TcpState.ESTABLISHED;
        tcb.rcv.rcvNxt = 0xFFFF_FF00;
        tcb.rcv.rcvAdv = tcb.rcv.rcvNxt + promised;
        tcb.rcv.received = (long) tcb.receiveCapacity() - room;
        return tcb;
    }

    private static TcpConfigBuilder buffer(int octets) {
        return TcpConfig.builder().receiveBufferBytes(octets);
    }

    @ParameterizedTest
    @CsvSource({
        "1500, 32768, 5000, 6459, 5000",
        "1500, 32768, 5000, 6460, 6460",
        "1500, 32768, 0, 1459, 0",
        "1500, 32768, 0, 1460, 1460",
        "1500, 32768, 5000, 3000, 5000",
        "9000, 4096, 0, 2047, 0",
        "9000, 4096, 0, 2048, 2048"
    })
    @Rfc("9293:3.8.6.2.2")
    void rightEdgeMovesByASegmentOrHalfTheBuffer(int mtu, int octets, int promised, int room, int window) {
        var tcb = open(buffer(octets), mtu, promised, room);
        assertThat(ReceiveWindow.again(tcb)).isEqualTo(window);
        assertThat(ReceiveWindow.advertise(tcb)).isEqualTo(window);
        assertThat(tcb.rcv.rcvWnd()).isEqualTo(window);
    }

    @ParameterizedTest
    @CsvSource({"8192, 8193, 8193", "8192, 8192, 8192", "8191, 8192, 8191", "8191, 9651, 9651"})
    void largeWindowMovesByAnOctetWhereThatIsAllowed(int promised, int room, int window) {
        var tcb = open(buffer(1 << 15).windowStepAlways(true), 1500, promised, room);
        assertThat(ReceiveWindow.advertise(tcb)).isEqualTo(window);
    }

    @ParameterizedTest
    @CsvSource({
        "2919, 1460, true",
        "2919, 1459, false",
        "2920, 1460, false",
        "2920, 8191, false",
        "2920, 8192, true",
        "16383, 8192, true",
        "16383, 8191, false",
        "16384, 8192, false"
    })
    @Rfc("9293:3.8.6.2.2")
    void peerIsToldOfRoomWhenItMayWaitOrMuchIsFree(int promised, int gain, boolean told) {
        var tcb = open(buffer(1 << 15), 1500, promised, promised + gain);
        ReceiveWindow.consumed(tcb);
        assertThat((tcb.pending & Tcb.ACK_DUE) != 0).isEqualTo(told);
        tcb.pending = 0;
        tcb.rcv.finSeen = true;
        ReceiveWindow.consumed(tcb);
        assertThat(tcb.pending).as("nothing more will come").isZero();
    }

    @Test
    @Rfc("7323:2.2")
    void windowOfASynIsNotScaled() {
        var tcb = withRoom(70_000, 80_000);
        assertThat(ReceiveWindow.first(tcb)).isEqualTo(0xffff);
        assertThat(ReceiveWindow.again(tcb)).isEqualTo(0xffff);
    }
}
