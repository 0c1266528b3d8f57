package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.MSS;
import static dev.levee.sim.swarm.Witness.PEER_WINDOW;
import static dev.levee.sim.swarm.Witness.refuses;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.levee.sim.Times;
import dev.levee.wire.TcpFlags;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Acknowledgements that come late, not at all, or without a reason.
class AckLiesTest {
    private static final int ACK = TcpFlags.ACK;

    @Test
    void anAckThatIsLateIsSeen() {
        var witness = Witness.open(
                Witness.settings().delayedAckNanos(Times.millis(40)).build());
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        witness.after(Times.millis(41));
        refuses(Oracle.ACK_DELAY, () -> witness.ack(11));
    }

    @Test
    void anAckThatIsMissingAtOnceIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 100, 1, PEER_WINDOW, 10);
        refuses(Oracle.ACK_AT_ONCE, () -> witness.end.receiver.settled());
    }

    @Test
    void theSecondFullSegmentWithoutAnAckIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, MSS);
        witness.gets(ACK, 1 + MSS, 1, PEER_WINDOW, MSS);
        refuses(Oracle.ACK_SECOND, () -> witness.end.receiver.settled());
    }

    @Test
    void anAckWithoutAReasonIsSeen() {
        var witness = Witness.open();
        refuses(Oracle.ACK_STORM, () -> {
            for (int i = 0; i < 3; i++) {
                witness.ack(1);
            }
        });
    }

    /// Two who did so would never stop.
    @Test
    void anAckInAnswerToAnAckIsSeen() {
        for (int upTo : new int[] {1, 1 + MSS}) {
            var witness = Witness.open();
            witness.text(1, MSS);
            witness.gets(ACK, 1, upTo, PEER_WINDOW, 0);
            refuses(Oracle.ACK_STORM, () -> witness.ack(1));
        }
    }

    /// A probe of one who wants to know whether we are there, text that came before, an acknowledgement of what was
    /// never sent, a SYN, and a RST that is not where it should be.
    @ParameterizedTest
    @CsvSource({"16, 0, 1, 0", "16, 1, 1, 1", "16, 1, 2, 0", "2, 100, 0, 0", "20, 100, 1, 0"})
    void oneAckInAnswerToWhatMustBeAnsweredIsBorne(int flags, int seq, int upTo, int octets) {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, PEER_WINDOW, 1);
        witness.ack(2);
        witness.gets(flags, seq, upTo, PEER_WINDOW, octets);
        witness.ack(2);
        refuses(Oracle.ACK_STORM, () -> witness.ack(2));
    }

    @Test
    void anAckForWhatCameBeforeTheHostWasAtRestIsSeen() {
        var witness = Witness.open();
        witness.gets(ACK, 0, 1, PEER_WINDOW, 0);
        witness.end.receiver.settled();
        refuses(Oracle.ACK_STORM, () -> witness.ack(1));
    }

    /// Only where there are more gaps than its buffer has room to remember may text that came be forgotten.
    @ParameterizedTest
    @CsvSource({"62, true", "63, false"})
    void forgottenTextIsSeenUpToTheGapsThatABufferBearsWith(int gaps, boolean seen) {
        var witness = Witness.open(
                Witness.settings().receiveBufferBytes(Character.MAX_VALUE).build());
        witness.sends(ACK, 1, 1, Character.MAX_VALUE, 0);
        for (int i = 0; i < gaps; i++) {
            witness.gets(ACK, 11 + 20L * i, 1, PEER_WINDOW, 10);
            witness.sends(ACK, 1, 1, Character.MAX_VALUE, 0);
        }
        witness.gets(ACK, 1, 1, PEER_WINDOW, 10);
        ThrowingCallable forgets = () -> witness.sends(ACK, 1, 11, Character.MAX_VALUE - 10, 0);
        if (seen) {
            refuses(Oracle.ACK_CURRENT, forgets);
        } else {
            assertThatCode(forgets).doesNotThrowAnyException();
        }
    }
}
