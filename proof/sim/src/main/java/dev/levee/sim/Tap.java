package dev.levee.sim;

import dev.levee.wire.Frame;
import org.jspecify.annotations.Nullable;

/// Sees every packet of a [SimNetwork]. Frames are valid during the call only. A tap must not change anything.
///
/// Threads: the simulation's.
public interface Tap {
    /// A host has sent a packet; its state has already changed.
    ///
    /// @param to null when no host has the destination address
    /// @param copies how many copies are under way: 0 when the packet is lost, 2 when it is duplicated
    default void sent(long nowNanos, SimHost from, @Nullable SimHost to, Frame packet, int copies) {}

    /// A packet has arrived, corrupted perhaps, and the host has taken it in; it has not answered yet.
    default void arrived(long nowNanos, SimHost from, SimHost to, Frame packet) {}

    /// A packet that no host has sent was put in front of a host, and the host has taken it in.
    default void injected(long nowNanos, SimHost to, Frame packet) {}

    /// A packet was under way to a host whose cable is out.
    default void vanished(long nowNanos, SimHost from, SimHost to, Frame packet) {}

    /// A host has sent all it has to send at this moment, and its users were told.
    default void settled(long nowNanos, SimHost host) {}
}
