package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.swarm.SwarmRun.Report;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    /// Runs that fail when the knobs are such.
    private static Report run(Knobs knobs, Predicate<Knobs> fails) {
        return new Report(knobs, fails.test(knobs) ? Oracle.STREAM : null, "", 0, 0, "", "");
    }

    private static Knobs shrink(Knobs knobs, Predicate<Knobs> fails) {
        return new Shrinker(each -> run(each, fails))
                .smallest(run(knobs, fails))
                .knobs();
    }

    @Test
    void aFailureThatNeedsTwoKnobsKeepsThoseTwoOnly() {
        var knobs = Scenario.DEFAULT.knobs(11).with(Knob.LOSS, 80).with(Knob.PAUSE, 60);
        var smallest = shrink(
                knobs.sized(7, 12, 50_000),
                each -> each.has(Knob.LOSS) && each.has(Knob.PAUSE) && each.bytesMax() > 900 && each.flows() > 2);
        assertThat(smallest.strengths().keySet()).containsExactlyInAnyOrder(Knob.LOSS, Knob.PAUSE);
        assertThat(smallest.hosts()).isEqualTo(2);
        assertThat(smallest.flows()).isEqualTo(3);
        assertThat(smallest.bytesMax()).isBetween(901, 1_800);
        assertThat(smallest.strengths().get(Knob.LOSS)).isLessThan(10);
    }

    @Test
    void aFailureThatNeedsNothingLosesEverything() {
        var smallest = shrink(Scenario.MANY_HOSTS.knobs(3), _ -> true);
        assertThat(smallest).isEqualTo(Knobs.plain(3, 2, 1, 0));
    }

    @Test
    void anotherOraclesFailureIsNotTheSame() {
        var failed = new Report(Knobs.plain(1, 3, 1, 10), Oracle.STREAM, "", 0, 0, "", "");
        var shrinker = new Shrinker(each -> new Report(each, Oracle.LEAK, "", 0, 0, "", ""));
        assertThat(shrinker.smallest(failed)).isSameAs(failed);
    }

    @Test
    void theSearchIsBounded() {
        int[] runs = {0};
        var failed = run(Scenario.DEFAULT.knobs(11), _ -> true);
        new Shrinker(each -> {
                    runs[0]++;
                    // Each run is smaller by one strength only.
                    return run(each, _ -> runs[0] % 40 == 0);
                })
                .smallest(failed);
        assertThat(runs[0]).isLessThanOrEqualTo(Shrinker.TRIES_MAX);
    }
}
