package dev.levee.sim.swarm;

import static dev.levee.sim.swarm.Witness.MSS;
import static dev.levee.sim.swarm.Witness.PEER_WINDOW;
import static dev.levee.sim.swarm.Witness.refuses;
import static dev.levee.wire.TcpFlags.ACK;

import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Lies about what a closed window brings: probes, patience, and what is sent again behind it.
class WindowLiesTest {
    private static final long PATIENCE = Times.seconds(3);

    private static void closes(Witness witness) {
        witness.gets(ACK, 1, 1, 0, 0);
    }

    private static void opens(Witness witness) {
        witness.gets(ACK, 1, 1, PEER_WINDOW, 0);
    }

    /// A closed window, and the first probe of it.
    private static Witness probed() {
        var witness = Witness.open(Witness.settings().userTimeoutNanos(PATIENCE).build());
        closes(witness);
        witness.after(Times.SECOND);
        witness.text(1, 1);
        return witness;
    }

    /// Who answers every probe is not silent, however far those are apart.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void patienceCountsFromTheFirstProbeWithoutAnAnswer(boolean answered) {
        var witness = probed();
        if (answered) {
            witness.after(1);
            closes(witness);
            witness.after(PATIENCE);
            witness.text(1, 1);
        }
        var cause = new CloseCause.TimedOut(CloseCause.Timeout.USER, MSS);
        witness.after(PATIENCE - 1);
        refuses(Oracle.GIVE_UP, () -> witness.end.sender.pace.gaveUp(cause));
        witness.after(1);
        witness.end.sender.pace.gaveUp(cause);
    }

    /// The user was idle for long before there was anything to ask with.
    @Test
    void patienceDoesNotCountWhileNothingIsAsked() {
        var witness = Witness.open(Witness.settings().userTimeoutNanos(PATIENCE).build());
        closes(witness);
        witness.after(100 * PATIENCE);
        witness.text(1, 1);
        witness.end.sender.pace.sweep();
        var cause = new CloseCause.TimedOut(CloseCause.Timeout.USER, MSS);
        refuses(Oracle.GIVE_UP, () -> witness.end.sender.pace.gaveUp(cause));
    }

    /// Each probe waits for longer than the one before, until there are four in the time of the user's patience.
    @Test
    void probesBackOffUpToAQuarterOfThePatience() {
        var witness = probed();
        witness.after(Times.millis(500));
        witness.text(1, 1);
        witness.after(PATIENCE / 4);
        witness.text(1, 1);
        witness.after(PATIENCE / 4);
        witness.text(1, 1);
        witness.after(PATIENCE / 4 - 1);
        refuses(Oracle.BACK_OFF, () -> witness.text(1, 1));
    }

    /// Who answers nothing is not borne with for longer than the user's patience, or the longest timeout.
    @Test
    void whoBearsWithSilenceForTooLongIsSeen() {
        var witness =
                Witness.open(Witness.settings().r2Nanos(Times.seconds(100)).build());
        closes(witness);
        witness.after(Times.SECOND);
        for (int i = 0; i < 4; i++) {
            witness.text(1, 1);
            witness.after(Times.seconds(25));
        }
        witness.text(1, 1);
        witness.after(Times.SECOND);
        witness.end.sender.pace.sweep();
        witness.after(1);
        refuses(Oracle.GIVE_UP, () -> witness.end.sender.pace.sweep());
    }

    /// Else a peer could have a windowful sent again for two small packets, as often as it likes.
    @ParameterizedTest
    @CsvSource({"10, false, true", "199, false, true", "200, false, false", "200, true, false"})
    void aWindowThatWasClosedForAnInstantBringsNothingAgain(long millis, boolean probes, boolean lie) {
        var witness = Witness.open();
        witness.text(1, MSS);
        witness.text(1 + MSS, MSS);
        closes(witness);
        witness.after(Times.millis(millis));
        if (probes) {
            witness.text(1, 1);
        }
        opens(witness);
        if (lie) {
            refuses(Oracle.RETRANSMIT_EARLY, () -> witness.text(1, MSS));
        } else {
            witness.text(1, MSS);
            witness.text(1 + MSS, MSS);
        }
    }

    /// A window that was too small before it closed is probed sooner: from then on the timeout counts.
    @Test
    void whatAnEarlyProbeCarriedGoesAgainWhenTheWindowOpens() {
        var witness = Witness.open();
        witness.gets(ACK, 1, 1, 2, 0);
        witness.after(Times.millis(150));
        closes(witness);
        witness.after(Times.millis(50));
        witness.text(1, 1);
        opens(witness);
        witness.text(1, MSS);
    }
}
