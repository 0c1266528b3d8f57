package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.levee.sim.Ladder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeterminismTest {
    @ParameterizedTest
    @ValueSource(longs = {3, 11, 47, 148})
    void theSameSeedGivesTheSamePackets(long seed) {
        var knobs = Scenario.DEFAULT.knobs(seed);
        var once = SwarmRun.run(knobs, Ladder.Style.ASCII);
        assertThat(once.trace()).isNotEmpty();
        assertThat(SwarmRun.run(knobs, Ladder.Style.ASCII)).isEqualTo(once);
    }

    @Test
    void anotherSeedGivesOtherPackets() {
        var knobs = Scenario.LOSSY.knobs(1);
        var other = new Knobs(2, knobs.hosts(), knobs.flows(), knobs.bytesMax(), knobs.strengths());
        assertThat(SwarmRun.run(other, Ladder.Style.ASCII).trace())
                .isNotEqualTo(SwarmRun.run(knobs, Ladder.Style.ASCII).trace());
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void whatKnobsPrintIsReadBack(Scenario scenario) {
        for (long seed = 0; seed < 50; seed++) {
            var knobs = scenario.knobs(seed);
            assertThat(Knobs.parse(seed, knobs.toString())).isEqualTo(knobs);
        }
    }

    @Test
    void takingAKnobAwayLeavesTheOthersAsTheyAre() {
        var knobs = new Knobs(5, 2, 1, 100, Map.of(Knob.LOSS, 50, Knob.DELAY, 20));
        assertThat(knobs.without(Knob.LOSS).random(Knob.DELAY).nextLong())
                .isEqualTo(knobs.random(Knob.DELAY).nextLong())
                .isNotEqualTo(knobs.random(Knob.LOSS).nextLong());
    }

    @Test
    void badKnobsAreRefusedInOneSentence() {
        assertThatThrownBy(() -> Knobs.parse(1, "hosts=2,lossy=3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no knob 'lossy'");
        assertThatThrownBy(() -> Knobs.parse(1, "hosts=9")).hasMessage("hosts must lie in 2..8, but is 9");
        assertThatThrownBy(() -> Knobs.parse(1, "loss=0")).hasMessage("loss must lie in 1..100, but is 0");
        assertThatThrownBy(() -> Knobs.parse(1, "loss=a")).hasMessage("loss must be a whole number, but is 'a'");
        assertThatThrownBy(() -> Knobs.parse(1, "loss")).hasMessageContaining("'loss' is no knob with a value");
        assertThatThrownBy(() -> Scenario.parse("nope")).hasMessageContaining("there are default, clean, lossy");
    }
}
