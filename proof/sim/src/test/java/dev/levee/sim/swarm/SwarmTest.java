package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.sim.swarm.SwarmRun.Report;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The simulator over fixed seeds: no oracle says no.
class SwarmTest {
    private static void passes(Scenario scenario, long from, long to) {
        for (long seed = from; seed < to; seed++) {
            var report = SwarmRun.run(scenario.knobs(seed));
            assertThat(report.failure()).as(() -> describe(scenario, report)).isNull();
        }
    }

    private static String describe(Scenario scenario, Report report) {
        return "levee sim --seed " + report.knobs().seed() + " --scenario " + scenario.label() + ": " + report.message()
                + "; knobs " + report.knobs() + "\n" + report.recent();
    }

    @Test
    void threeHundredRunsOfTheDefaultSwarmPass() {
        passes(Scenario.DEFAULT, 1, 301);
    }

    /// Seeds that an oracle judged wrongly: a peer that restarts while both open at once meets the other side's
    /// old attempt; a partial acknowledgement starts the longest timeout anew.
    @Test
    void oraclesAllowWhatTheyOnceDidNot() {
        passes(Scenario.DEFAULT, 100_576, 100_577);
        passes(Scenario.ZERO_WINDOW, 100_827, 100_828);
    }

    /// A newer SYN opens another connection where one is in TIME-WAIT; a timeout comes although more than three
    /// duplicate ACKs had; a host crashes once more before it is up; a forgery came again when its place was in
    /// the window; a smaller path has something sent again; a reader waits for what is missing before the FIN.
    @ParameterizedTest
    @ValueSource(
            longs = {
                22_154,
                2_017,
                50_892,
                51_343,
                51_844,
                777_182,
                731_000_482L,
                2_720_380_935L,
                2_720_383_544L,
                1_136_058_354
            })
    void seedsThatWereJudgedWrongly(long seed) {
        passes(Scenario.DEFAULT, seed, seed + 1);
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void everyScenarioPasses(Scenario scenario) {
        passes(scenario, 5_000, 5_015);
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    @Tag("full")
    void everyScenarioPassesManyTimes(Scenario scenario) {
        passes(scenario, 100_000, 101_000);
    }
}
