package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.Ladder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A knob that is turned does something, and alone it breaks nothing.
class KnobTest {
    private static final int SEEDS = 12;

    @ParameterizedTest
    @EnumSource(Knob.class)
    void turnedUpAloneItChangesThePackets(Knob knob) {
        int changed = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            var plain = Knobs.plain(seed, 3, 4, 60_000);
            var without = SwarmRun.run(plain, Ladder.Style.ASCII);
            var with = SwarmRun.run(plain.with(knob, 100), Ladder.Style.ASCII);
            assertThat(with.failure()).as(with::message).isNull();
            boolean same = with.trace().equals(without.trace()) && with.packets() == without.packets();
            changed += same ? 0 : 1;
        }
        assertThat(changed).as(knob.words()).isPositive();
    }
}
