package dev.levee.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Rows in virtual time: what is counted is the same in each run.
class FloodRunTest {
    private static final FloodPlan PEACE =
            new FloodPlan(0.2, FloodWorld.SILENT, 64 << 10, 500, 20_000_000, 1_024, 4_096, 2_048, 7);
    private static final FloodPlan WAR = PEACE.withSynsPerSecond(200_000);

    private static FloodRow row(String defence, FloodPlan plan) throws IOException {
        return FloodRun.virtual(defence, new FloodServers(plan).of(defence), plan);
    }

    @Test
    void withoutAFloodEveryClientSucceedsAndTheSteadyConnectionGetsThrough() throws IOException {
        for (String defence : FloodServers.names()) {
            var row = row(defence, PEACE);

            assertThat(row.offered()).isZero();
            assertThat(row.idle().attempts()).isEqualTo(50);
            assertThat(row.idle().successes()).isEqualTo(50);
            assertThat(row.flooded().attempts()).isEqualTo(100);
            assertThat(row.flooded().successes()).isEqualTo(100);
            assertThat(row.flooded().micros(990)).isLessThan(1_000);
            assertThat(row.idleGoodput()).isBetween(19e6, 21e6);
            assertThat(row.floodedGoodput()).isBetween(19e6, 21e6);
        }
    }

    @Test
    void theNaiveListenerDiesInAFlood() throws IOException {
        var row = row(FloodServers.NONE, WAR);

        assertThat(row.offered()).isBetween(39_000L, 41_000L);
        assertThat(row.dropped()).isZero();
        assertThat(row.idle().successes()).isEqualTo(row.idle().attempts());
        assertThat(row.flooded().attempts()).isEqualTo(100);
        assertThat(row.flooded().successes()).isLessThan(10);
        assertThat(row.flooded().micros(500)).isEqualTo(Handshakes.PATIENCE_NANOS / 1_000);
        // Its backlog is full, and no larger than the budget.
        assertThat((long) row.halfOpenPeak() * row.bytesPerHalfOpen()).isBetween(60_000L, 64L << 10);
        // What was open before goes on.
        assertThat(row.floodedGoodput()).isGreaterThan(0.9 * row.idleGoodput());
    }

    @Test
    void cookiesLoseNobodyAloneOrTogetherWithAllTheRest() throws IOException {
        for (String defence : List.of("cookies", "auto")) {
            var row = row(defence, WAR);

            assertThat(row.flooded().attempts()).isEqualTo(100);
            assertThat(row.flooded().successes()).isEqualTo(100);
            assertThat(row.flooded().micros(990)).isLessThan(1_000);
            assertThat(row.synsPerSecond()).isBetween(190_000L, 210_000L);
            assertThat(row.floodedGoodput()).isGreaterThan(0.9 * row.idleGoodput());
        }
    }

    /// What clients lose is less than a row lives: 700 of them for 200,000 SYNs in a second.
    @Test
    void randomRowsThrownOutAreSeldomThoseOfClients() throws IOException {
        var row = row("cache", WAR);

        assertThat(row.flooded().successes()).isBetween(80, 100);
        assertThat(row.flooded().reapedByMistake())
                .isEqualTo(100 - row.flooded().successes());
    }

    @Test
    void aTableThatIsOnlyFullTurnsClientsAway() throws IOException {
        for (String defence : List.of("backlog", "delayed", "monitor")) {
            var row = row(defence, WAR);

            assertThat(row.flooded().successes()).isLessThan(10);
            assertThat(row.flooded().reapedByMistake()).isZero();
            assertThat(row.halfOpenPeak()).isBetween(600, 1_000);
            assertThat(row.bytesPerHalfOpen()).isBetween(64, 110);
        }
    }

    @Test
    void aFloodBeyondTheLinkIsDroppedBeforeTheStackAndCounted() throws IOException {
        // 64 packets are taken every 100 us.
        var row = row(FloodServers.NONE, PEACE.withSynsPerSecond(1_280_000));

        assertThat(row.dropped()).isBetween(row.offered() / 3, row.offered() * 2 / 3);
    }

    @Test
    void atTheMaximumTheLinkHoldsTheFloodBackAndDropsNothing() throws IOException {
        var row = row(FloodServers.NONE, PEACE.withSynsPerSecond(FloodWorld.MAX));

        assertThat(row.offered()).isGreaterThan(50_000);
        assertThat(row.dropped()).isZero();
    }

    @Test
    void theSameSeedCountsTheSame() throws IOException {
        var servers = new FloodServers(WAR);
        var one = FloodRun.virtual(FloodServers.NONE, servers.of(FloodServers.NONE), WAR);
        var other = FloodRun.virtual(FloodServers.NONE, servers.of(FloodServers.NONE), WAR);

        assertThat(other.offered()).isEqualTo(one.offered());
        assertThat(other.synsPerSecond()).isEqualTo(one.synsPerSecond());
        assertThat(other.flooded().successes()).isEqualTo(one.flooded().successes());
        assertThat(other.halfOpenPeak()).isEqualTo(one.halfOpenPeak());
    }
}
