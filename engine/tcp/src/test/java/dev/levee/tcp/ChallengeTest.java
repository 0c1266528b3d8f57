package dev.levee.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.rfc.Rfc;
import dev.levee.wire.SipHash;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Segments that make no sense, and how far their answers go (RFC 5961).
class ChallengeTest {
    private static final int WINDOW = 65_535;

    private static Wire open(int perSecond, SipHash chance) {
        var wire = Wire.active(Wire.plain().challengeAcksPerSecond(perSecond).build(), chance);
        wire.drain();
        wire.receive("SA", 0, 1, w -> w.mss(1000)).drain();
        return wire;
    }

    /// How many of 100 SYNs at one instant are answered.
    private static int answers(Wire wire) {
        int count = 0;
        for (int i = 0; i < 100; i++) {
            wire.receive("S", 1, 0);
            count += wire.drain().size();
        }
        return count;
    }

    @Test
    @Rfc({"5961:3.2", "9293:MUST-11"})
    void aResetEndsAtTheExactNumberIsChallengedInTheWindowAndIgnoredElsewhere() {
        for (int seq : new int[] {2, 1 + WINDOW / 2, WINDOW}) {
            var wire = Wire.established();
            wire.receive("R", seq, 0).expect("A", 1, 0, 1);
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        }
        for (int seq : new int[] {0, -1, WINDOW + 1, WINDOW + 2, 1 << 31}) {
            var wire = Wire.established();
            wire.receive("R", seq, 0).nothing();
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        }
        var wire = Wire.established();
        wire.receive("R", 1, 0).nothing();
        assertThat(wire.connection.state()).isEqualTo(TcpState.CLOSED);
    }

    @Test
    @Rfc("5961:4.2")
    void aSynIsChallengedWhereverItStands() {
        for (int seq : new int[] {-1000, 0, 1, 2, WINDOW, WINDOW + 1, 1 << 31}) {
            var wire = Wire.established();
            wire.receive("S", seq, 0).expect("A", 1, 0, 1);
            wire.receive("SA", seq, 1).expect("A", 1, 0, 1);
            wire.receive("SF", seq, 0).expect("A", 1, 0, 1);
            assertThat(wire.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        }
    }

    @Test
    @Rfc({"5961:5.2", "9293:MAY-12"})
    void textCountsOnlyWithAnAckBetweenTheLargestWindowBelowAndWhatWasSent() {
        for (int ack : new int[] {1 - WINDOW, 0, 1, 101}) {
            var wire = Wire.established().write(Wire.text(100));
            wire.drain();
            wire.receive("A", 1, ack, WINDOW, "x");
            assertThat(wire.read(10)).as("ack %d", ack).isEqualTo("x");
        }
        for (int ack : new int[] {-WINDOW, 102, 1 << 31}) {
            var wire = Wire.established().write(Wire.text(100));
            wire.drain();
            wire.receive("A", 1, ack, WINDOW, "x").expect("A", 101, 0, 1);
            assertThat(wire.read(10)).as("ack %d", ack).isEmpty();
        }
    }

    @Test
    @Rfc("5961:7")
    void aConnectionSendsNoMoreChallengesInASecondThanItsBudget() {
        var wire = open(10, new SipHash(3, 4));
        assertThat(answers(wire)).isBetween(5, 15);
        wire.at(Wire.SECOND - 1);
        assertThat(answers(wire)).isZero();
        wire.at(1);
        assertThat(answers(wire)).isBetween(5, 15);
    }

    @Test
    void theBudgetIsDrawnAnewForEachSecondAndCannotBeToldWithoutTheSecret() {
        var seen = new TreeSet<Integer>();
        var wire = open(10, new SipHash(3, 4));
        var other = open(10, new SipHash(3, 5));
        int differ = 0;
        for (int i = 0; i < 300; i++) {
            int budget = answers(wire);
            seen.add(budget);
            differ += budget == answers(other) ? 0 : 1;
            wire.at(Wire.SECOND);
            other.at(Wire.SECOND);
        }
        assertThat(seen).containsExactly(5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(differ).isGreaterThan(200);
    }

    @Test
    void thereIsAlwaysOneAnswerAndTheSettingHasBounds() {
        var wire = open(1, new SipHash(3, 4));
        for (int i = 0; i < 50; i++) {
            assertThat(answers(wire)).isEqualTo(1);
            wire.at(Wire.SECOND);
        }
        Wire.plain().challengeAcksPerSecond(1_000_000);
        assertThatThrownBy(() -> Wire.plain().challengeAcksPerSecond(0))
                .hasMessage("challengeAcksPerSecond must lie in 1..1000000, but is 0");
        assertThatThrownBy(() -> Wire.plain().challengeAcksPerSecond(1_000_001))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
