package dev.levee.sim.swarm;

import dev.levee.sim.Times;
import java.util.ArrayDeque;

/// The last packets of a run, for the report of a failure.
///
/// Threads: the simulation's.
final class Recent {
    private static final int KEPT = 40;

    private record Row(long nanos, String host, boolean sent, Packet packet) {}

    private final ArrayDeque<Row> rows = new ArrayDeque<>();

    void sent(long nanos, String host, Packet packet) {
        add(new Row(nanos, host, true, packet));
    }

    void arrived(long nanos, String host, Packet packet) {
        add(new Row(nanos, host, false, packet));
    }

    private void add(Row row) {
        if (rows.size() == KEPT) {
            rows.removeFirst();
        }
        rows.addLast(row);
    }

    /// One line each, the newest last.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var row : rows) {
            text.append(Times.format(row.nanos))
                    .append(row.sent ? " from " : " at   ")
                    .append(row.host)
                    .append(": ")
                    .append(row.packet)
                    .append('\n');
        }
        return text.toString();
    }
}
