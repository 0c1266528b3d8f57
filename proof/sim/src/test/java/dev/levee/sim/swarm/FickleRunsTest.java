package dev.levee.sim.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.levee.path.SeededRandom;
import dev.levee.sim.Times;
import dev.levee.tcp.CloseCause;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Whole runs in which somebody on the way puts other windows into acknowledgements, closed or open ones, and lets no
/// text through from the first second until all faults end. Peers are given up when they should be.
class FickleRunsTest {
    private static final int RUNS = 300;
    private static final int[] WINDOWS = {0, 0, 0, 16_000, 30_000};
    private static final int WINDOW_AT = 14;

    private final Map<CloseCause.Timeout, Set<End>> givenUp = new EnumMap<>(CloseCause.Timeout.class);
    private int changed;

    @Test
    void windowsThatOpenAndCloseAllTheTime() {
        for (long seed = 1; seed <= RUNS; seed++) {
            var knobs = Scenario.ZERO_WINDOW.knobs(seed).sized(2, 2, 20_000);
            long chance = seed;
            var report = SwarmRun.deceived(knobs, world -> stand(world, new SeededRandom(chance)));
            assertThat(report.failure())
                    .as(() -> report.message() + "; knobs " + report.knobs() + "\n" + report.recent())
                    .isNull();
        }
        assertThat(changed).isGreaterThan(10 * RUNS);
        assertThat(givenUp(CloseCause.Timeout.ZERO_WINDOW)).isGreaterThan(10);
        assertThat(givenUp(CloseCause.Timeout.USER)).isPositive();
        assertThat(givenUp(CloseCause.Timeout.RETRANSMISSION)).isPositive();
    }

    private void stand(World world, SeededRandom random) {
        watch(world);
        // Later than the faults that begin with the run.
        world.network()
                .after(
                        0,
                        () -> world.network().gate((_, _, to, packet) -> {
                            var octets = packet.toArray();
                            var read = Packet.read(octets);
                            if (world.isCalm() || !read.tcp()) {
                                return true;
                            }
                            if (!read.pureAck()) {
                                return read.textLength == 0 || world.network().elapsedNanos() < Times.SECOND;
                            }
                            if (random.chance(0.4)) {
                                return true;
                            }
                            changed++;
                            int at = Forgery.tcpAt(octets) + WINDOW_AT;
                            var forged = Forgery.changed(octets, at, WINDOWS[random.nextInt(WINDOWS.length)]);
                            world.network()
                                    .after(
                                            1 + random.nextInt(50_000_000),
                                            () -> world.network().inject(to, Forgery.frame(forged)));
                            return false;
                        }));
    }

    /// Ends are forgotten soon after they have died.
    private void watch(World world) {
        count(world);
        if (!world.isCalm()) {
            world.network().after(Times.SECOND / 10, () -> watch(world));
        }
    }

    private int givenUp(CloseCause.Timeout which) {
        return givenUp.getOrDefault(which, Set.of()).size();
    }

    private void count(World world) {
        for (var entry : world.observer().ends()) {
            var end = entry.getValue();
            var party = end.party;
            if (party != null && party.socket().cause() instanceof CloseCause.TimedOut out) {
                givenUp.computeIfAbsent(out.which(), _ -> new HashSet<>()).add(end);
            }
        }
    }
}
