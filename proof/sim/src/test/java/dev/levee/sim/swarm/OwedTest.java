package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Since when a peer is owed something is told by its user, and every judgement of a refusal builds upon it. Here it is
/// compared with what the packets say, in whole runs.
class OwedTest {
    private final Map<User, Long> nothingOwedAt = new HashMap<>();
    private int owing;
    private int paid;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatUsersOweIsWhatWasNotAcknowledged(long seed) {
        var knobs =
                Knobs.parse(seed, "hosts=2,flows=4,bytes=20000,loss=10,slow-writer=60,slow-reader=40,half-close=30");
        // Later than the faults that begin with the run.
        var report = SwarmRun.deceived(
                knobs,
                world -> world.network()
                        .after(
                                0,
                                () -> world.network().gate((_, _, _, _) -> {
                                    world.observer().ends().forEach(entry -> compare(entry.getValue()));
                                    return true;
                                })));
        assertThat(report.failure())
                .as(() -> report.message() + "; knobs " + report.knobs())
                .isNull();
        assertThat(owing).isGreaterThan(20);
        assertThat(paid).isGreaterThan(20);
    }

    private void compare(End end) {
        if (!(end.party instanceof User user) || !end.established()) {
            return;
        }
        long now = end.host.nowNanos();
        boolean owes = end.owes(user);
        assertThat(user.owes()).as("%s owes", user.name).isEqualTo(owes);
        if (!owes) {
            paid++;
            nothingOwedAt.put(user, now);
        } else if (nothingOwedAt.containsKey(user)) {
            owing++;
            assertThat(user.owesHostNanos()).isBetween(nothingOwedAt.get(user), now);
        }
    }
}
