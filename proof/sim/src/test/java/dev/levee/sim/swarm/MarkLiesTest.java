package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.MSS;
import static dev.levee.sim.swarm.Witness.OWN_WINDOW;
import static dev.levee.sim.swarm.Witness.refuses;
import static dev.levee.wire.TcpFlags.ACK;
import static dev.levee.wire.TcpFlags.CWR;
import static dev.levee.wire.TcpFlags.ECE;
import static dev.levee.wire.TcpFlags.SYN;

import dev.levee.tcp.CongestionAlgorithm;
import org.junit.jupiter.api.Test;

/// Marks instead of losses (RFC 3168 §6.1.2): who slows down for them too little is seen, also where a loss in the
/// same window of data asks for nothing more.
class MarkLiesTest {
    private static final int PEER_WINDOW = 60_000;
    private static final int FLIGHT = 8;

    /// A connection whose sides have agreed on marks or not, with a whole flight under way.
    private static Witness underWay(boolean agreed) {
        var witness = Witness.begin(Witness.settings()
                .congestion(CongestionAlgorithm.NEW_RENO)
                .initialWindowSegments(FLIGHT)
                .build());
        witness.sends(agreed ? SYN | ECE | CWR : SYN, 0, 0, OWN_WINDOW, 0);
        witness.gets(agreed ? SYN | ACK | ECE : SYN | ACK, 0, 1, PEER_WINDOW, 0);
        witness.ack(1);
        segments(witness, FLIGHT);
        return witness;
    }

    private static void segments(Witness witness, int count) {
        for (int i = 0; i < count; i++) {
            witness.text(witness.end.sender.top, MSS);
        }
    }

    /// ACKs for so many segments more.
    private static void acknowledges(Witness witness, int flags, int count) {
        for (int i = 0; i < count; i++) {
            witness.gets(flags, 1, witness.end.sender.acked + MSS, PEER_WINDOW, 0);
        }
    }

    private static void loses(Witness witness) {
        long at = witness.end.sender.acked;
        for (int i = 0; i < 3; i++) {
            witness.gets(ACK, 1, at, PEER_WINDOW, 0);
        }
        witness.text(at, MSS);
        witness.end.sender.pace.settled();
    }

    /// The window, and one segment that an outsider must grant.
    private static void hasAWindowOf(Witness witness, int count) {
        segments(witness, count + 1);
        refuses(Oracle.CONGESTION, () -> segments(witness, 1));
    }

    @Test
    void whoTakesNoNoticeOfAMarkIsSeen() {
        var witness = underWay(true);
        acknowledges(witness, ACK | ECE, FLIGHT);
        hasAWindowOf(witness, FLIGHT / 2);
    }

    @Test
    void whoNeverAgreedOnMarksNeedTakeNoNotice() {
        var witness = underWay(false);
        acknowledges(witness, ACK | ECE, FLIGHT);
        segments(witness, FLIGHT);
    }

    @Test
    void whoSendsMoreAfterALossInTheMarkedWindowThanTheMarkAllowedIsSeen() {
        var witness = underWay(true);
        acknowledges(witness, ACK | ECE, 1);
        acknowledges(witness, ACK, 3);
        loses(witness);
        acknowledges(witness, ACK, 4);
        hasAWindowOf(witness, FLIGHT / 2);
        var unmarked = underWay(true);
        acknowledges(unmarked, ACK, 4);
        loses(unmarked);
        acknowledges(unmarked, ACK, 4);
        hasAWindowOf(unmarked, FLIGHT / 4);
    }

    @Test
    void whoDoesNotSlowDownForALossBehindTheMarkedWindowIsSeen() {
        var witness = underWay(true);
        acknowledges(witness, ACK | ECE, 1);
        acknowledges(witness, ACK, FLIGHT - 1);
        segments(witness, FLIGHT / 2);
        loses(witness);
        acknowledges(witness, ACK, FLIGHT / 2);
        hasAWindowOf(witness, FLIGHT / 4);
    }

    @Test
    void whoTakesNoNoticeOfAnotherMarkInTheNextWindowIsSeen() {
        var witness = underWay(true);
        acknowledges(witness, ACK | ECE, FLIGHT);
        segments(witness, FLIGHT / 2);
        acknowledges(witness, ACK | ECE, FLIGHT / 2);
        hasAWindowOf(witness, FLIGHT / 4);
    }
}
