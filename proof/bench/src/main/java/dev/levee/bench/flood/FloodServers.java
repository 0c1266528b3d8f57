package dev.levee.bench.flood;

import dev.levee.guard.Defence;
import dev.levee.guard.SynCache;
import dev.levee.wire.SipHash;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Servers by the name of their defence, all with the same budget for half-open handshakes.
///
/// Threads: any.
final class FloodServers {
    /// The name of the one that has none.
    static final String NONE = "none";

    private static final int MTU = 1500;
    /// How full a table of fixed size may be: beyond that there are tuples for which it has no room.
    private static final int FILLED_PERCENT = 76;

    private final FloodPlan plan;
    private final SipHash secret;
    private final int naiveBytes;

    FloodServers(FloodPlan plan) {
        this.plan = plan;
        secret = new SipHash(plan.seed(), ~plan.seed());
        naiveBytes = NaiveServer.measure(new FloodSource(plan.seed() + 3), MTU, secret);
    }

    /// All names, in the order of the table.
    static List<String> names() {
        return Stream.concat(Stream.of(NONE), Stream.of(Defence.values()).map(Defence::label))
                .toList();
    }

    /// Makes fresh servers of a kind.
    Supplier<FloodServer> of(String name) {
        if (name.equals(NONE)) {
            int backlog = (int) Math.max(1, plan.budgetBytes() / naiveBytes);
            return () -> new NaiveServer(FloodSource.PORT, backlog, naiveBytes, MTU, secret);
        }
        var defence = Defence.of(name);
        int rows = (int) (plan.budgetBytes() / SynCache.BUCKET_BYTES * SynCache.BUCKET_ROWS * FILLED_PERCENT / 100);
        return () -> new StackServer(defence, plan.budgetBytes(), rows, MTU, secret);
    }
}
