package dev.levee.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.guard.SynGate.Claim;
import dev.levee.wire.Handshake;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The attack: floods that come and go, 2 s on and 8 s off, to have a defence switch to and fro.
class PulsesTest extends GateFixture {
    private static final int PULSES = 12;
    private static final int ON_MILLIS = 2_000;
    private static final int PERIOD_MILLIS = 10_000;

    private int served;
    private int turnedAway;
    private int switches;

    /// In a pulse five SYNs a millisecond, and always an honest client every 20 ms who takes 60 ms for his third
    /// segment.
    private void pulses() {
        var waiting = new ArrayDeque<Handshake>();
        boolean pressed = false;
        for (int millis = 0; millis < PULSES * PERIOD_MILLIS; millis++) {
            now++;
            if (millis % PERIOD_MILLIS < ON_MILLIS) {
                flood(5);
            }
            if (millis % 20 == 0) {
                waiting.add(newcomer());
                if (waiting.size() > 3) {
                    complete(waiting.remove());
                }
            }
            while (gate.pollDue(now * MILLI, EPOCH + now / 16_000, out) != SynGate.Due.NOTHING) {
                assertThat(out.ports()).isNotZero();
            }
            switches += gate.pressed() == pressed ? 0 : 1;
            pressed = gate.pressed();
        }
    }

    private void complete(Handshake syn) {
        if (third(syn) == Claim.GOOD) {
            served++;
        } else {
            turnedAway++;
        }
    }

    @Test
    void nobodyIsTurnedAwayAndEachPulseIsOneAlarm() {
        pulses();
        assertThat(turnedAway).isZero();
        assertThat(served).isGreaterThan(PULSES * PERIOD_MILLIS / 20 - 10);
        assertThat(count(GuardCounters.ALARMS)).isEqualTo(PULSES);
        assertThat(switches).as("on and off once for each").isEqualTo(2 * PULSES);
    }

    /// Between two pulses there is peace: what honest clients are told is exact, and rows are theirs.
    @Test
    void betweenPulsesHandshakesHaveRows() {
        flood(10_000);
        retransmissionsUntil(now + 8_000);
        assertThat(gate.pressed()).isFalse();
        for (int i = 0; i < 100; i++) {
            var syn = newcomer();
            assertThat(gate.find(hash(syn), syn, out)).isNotEqualTo(SynCache.NONE);
            assertThat(third(syn)).isEqualTo(Claim.GOOD);
        }
        assertThat(count(GuardCounters.COOKIES_VALID)).isZero();
    }

    /// What the same pulses do to a table that believes no cookie: the attack works.
    @ParameterizedTest
    @EnumSource(names = {"BACKLOG", "CACHE", "DELAYED", "MONITOR"})
    void withoutCookiesPulsesTurnClientsAway(Defence defence) {
        choose(defence);
        listener.halfOpenMax(300);
        pulses();
        assertThat(turnedAway).isGreaterThan(PULSES * ON_MILLIS / 20 / 4);
    }
}
