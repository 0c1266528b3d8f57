package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.rfc.Rfc;
import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import org.junit.jupiter.api.Test;

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
}
