package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.MSS;
import static dev.levee.sim.swarm.Witness.OWN_WINDOW;
import static dev.levee.sim.swarm.Witness.PEER_WINDOW;
import static dev.levee.wire.TcpFlags.ACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.TcpConfigBuilder;
import dev.levee.wire.TcpFlags;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a user is told about the end of its connection has to have happened, for as long as it is said to have.
class CauseOracleTest {
    /// A user who is there is not relieved of a peer that takes nothing, nor one who has half closed.
    @Test
    void givingUpOnAPeerThatTakesNothingIsRightOnlyLongAfterBothCloses() {
        long most = Witness.settings().build().zeroWindowClosedNanosMax();
        var witness = refused(Witness.settings());
        witness.after(2 * most);
        assertThat(givesUp(witness)).isFalse();
        witness.closeSend();
        witness.after(2 * most);
        assertThat(givesUp(witness)).isFalse();
        witness.closeReceive();
        witness.after(most - 1);
        assertThat(givesUp(witness)).isFalse();
        witness.after(1);
        assertThat(givesUp(witness)).isTrue();
        var reader = refused(Witness.settings());
        reader.closeReceive();
        reader.after(2 * most);
        assertThat(givesUp(reader)).isFalse();
        reader.closeSend();
        reader.after(most - 1);
        assertThat(givesUp(reader)).isFalse();
        reader.after(1);
        assertThat(givesUp(reader)).isTrue();
        var forEver = refused(Witness.settings().zeroWindowClosedNanosMax(0));
        forEver.closeSend();
        forEver.closeReceive();
        forEver.after(2 * most);
        assertThat(givesUp(forEver)).isFalse();
    }

    @Test
    void whatAPeerHasTakenLatelyIsNotNothing() {
        long own = Times.seconds(10);
        for (boolean left : new boolean[] {false, true}) {
            var settings = Witness.settings().zeroWindowClosedNanosMax(own);
            var witness =
                    Witness.open(settings.zeroWindowNanosMax(left ? 0 : own).build());
            if (left) {
                witness.closeSend();
                witness.closeReceive();
            }
            witness.text(1, MSS);
            witness.after(own);
            assertThat(givesUp(witness)).as("an open window").isFalse();
            witness.gets(ACK, 1, 1 + MSS, 0, 0);
            witness.after(own - 1);
            assertThat(givesUp(witness)).isFalse();
            witness.after(1);
            assertThat(givesUp(witness)).isTrue();
            witness.written = MSS;
            assertThat(givesUp(witness)).as("its FIN is owed").isEqualTo(left);
        }
    }

    @Test
    void theTimeOfAClosedWindowBeginsWhenItCloses() {
        long own = Times.seconds(10);
        var witness = Witness.open(Witness.settings().zeroWindowNanosMax(own).build());
        witness.after(10 * own);
        witness.gets(ACK, 1, 1, 0, 0);
        witness.after(own - 1);
        assertThat(givesUp(witness)).isFalse();
        witness.after(1);
        assertThat(givesUp(witness)).isTrue();
    }

    /// Also where the user has gone, before or in between.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theTimeOfAnOpenWindowBetweenTwoClosedOnesDoesNotCount(int left) {
        long most = Times.seconds(10);
        var settings = Witness.settings().zeroWindowClosedNanosMax(most);
        var witness =
                Witness.open(settings.zeroWindowNanosMax(left == 0 ? most : 0).build());
        if (left == 1) {
            witness.close();
        }
        witness.gets(ACK, 1, 1, 0, 0);
        witness.after(most - 3);
        witness.gets(ACK, 1, 1, PEER_WINDOW, 0);
        witness.after(Times.seconds(3));
        if (left == 2) {
            witness.close();
        }
        witness.after(Times.seconds(20));
        assertThat(givesUp(witness)).as("an open window").isFalse();
        witness.gets(ACK, 1, 1, 0, 0);
        assertThat(givesUp(witness)).isFalse();
        witness.after(left == 2 ? most - 3 : 0);
        witness.after(2);
        assertThat(givesUp(witness)).isFalse();
        witness.after(1);
        assertThat(givesUp(witness)).isTrue();
    }

    @Test
    void nothingIsRefusedBeforeItIsThere() {
        long own = Times.seconds(10);
        var witness = refused(Witness.settings().zeroWindowNanosMax(own));
        witness.after(3 * own);
        witness.owesHostNanos = witness.host.nowNanos();
        witness.after(own - 1);
        assertThat(givesUp(witness)).isFalse();
        witness.after(1);
        assertThat(givesUp(witness)).isTrue();
    }

    @Test
    void whoBearsWithAPeerForTooLongIsSeen() {
        long own = Times.seconds(10);
        var witness = refused(Witness.settings().zeroWindowNanosMax(own));
        witness.after(own + Times.SECOND - 1);
        witness.end.sender.refusal.sweep();
        witness.after(1);
        Witness.refuses(Oracle.GIVE_UP, () -> witness.end.sender.refusal.sweep());
        witness.gets(ACK, 1, 1, PEER_WINDOW, 0);
        witness.end.sender.refusal.sweep();
    }

    /// A packet that comes to one who has given up already changes nothing: his word is judged by what was before.
    @Test
    void whatComesAfterTheEndDoesNotMakeItALie() {
        long most = Times.seconds(100);
        for (boolean tooEarly : new boolean[] {false, true}) {
            var settings = Witness.settings().r2SynNanos(most).rtoMaxNanos(Times.seconds(60));
            var witness = Witness.open(
                    settings.r2Nanos(tooEarly ? 2 * most : most - Times.SECOND).build());
            witness.written = 0;
            witness.after(most + Times.SECOND);
            assertThat(witness.socket().cause()).isInstanceOf(CloseCause.TimedOut.class);
            ThrowingCallable arrives = () -> witness.gets(ACK, 1, 1, 0, 0);
            if (tooEarly) {
                Witness.refuses(Oracle.GIVE_UP, arrives);
            } else {
                assertThatCode(arrives).doesNotThrowAnyException();
                assertThat(witness.end.isOver()).isTrue();
            }
        }
    }

    @Test
    void whoIsOwedNothingIsNotGivenUp() {
        for (var which : new CloseCause.Timeout[] {CloseCause.Timeout.PERSIST, CloseCause.Timeout.RETRANSMISSION}) {
            var witness = Witness.open();
            witness.text(1, MSS);
            witness.after(witness.end.config.r2Nanos());
            var cause = new CloseCause.TimedOut(which, MSS);
            assertThat(witness.end.timedOut(witness, cause)).isTrue();
            witness.written = 0;
            assertThat(witness.end.timedOut(witness, cause)).isFalse();
        }
    }

    private static Witness refused(TcpConfigBuilder settings) {
        var witness = Witness.open(settings.build());
        witness.gets(ACK, 1, 1, 0, 0);
        return witness;
    }

    private static boolean givesUp(Witness witness) {
        return witness.end.timedOut(witness, new CloseCause.TimedOut(CloseCause.Timeout.ZERO_WINDOW, MSS));
    }

    @Test
    void whoStillReadsIsNotCutOffInFinWait2() {
        var cause = new CloseCause.TimedOut(CloseCause.Timeout.FIN_WAIT_2, 0);
        var witness = Witness.open();
        witness.written = 0;
        witness.closeSend();
        witness.sends(ACK | TcpFlags.FIN, 1, 1, OWN_WINDOW, 0);
        witness.gets(ACK, 1, 2, PEER_WINDOW, 0);
        witness.after(2 * witness.end.config.finWait2Nanos());
        assertThat(witness.end.timedOut(witness, cause)).isFalse();
        witness.closeReceive();
        witness.after(witness.end.config.finWait2Nanos());
        assertThat(witness.end.timedOut(witness, cause)).isTrue();
    }

    @Test
    void whoHasNotClosedDoesNotLinger() {
        var cause = new CloseCause.TimedOut(CloseCause.Timeout.LINGER, 0);
        var witness = Witness.open();
        witness.socket().tcp().lingerNanos(Times.seconds(5));
        witness.after(Times.seconds(10));
        assertThat(witness.end.timedOut(witness, cause)).isFalse();
        witness.close();
        witness.after(Times.seconds(5) - 1);
        assertThat(witness.end.timedOut(witness, cause)).isFalse();
        witness.after(1);
        assertThat(witness.end.timedOut(witness, cause)).isTrue();
    }
}
