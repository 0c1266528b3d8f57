package dev.levee.sim;

import dev.levee.wire.Frame;

/// Stands before every path of a [SimNetwork] and may refuse packets: bursts of loss, links that are down,
/// filters.
///
/// Threads: the simulation's.
@FunctionalInterface
public interface Gate {
    /// Lets everything pass.
    Gate OPEN = (_, _, _, _) -> true;

    /// Whether the packet goes on to its path.
    boolean passes(long nowNanos, SimHost from, SimHost to, Frame packet);
}
