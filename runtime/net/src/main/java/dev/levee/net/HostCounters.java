package dev.levee.net;

import dev.levee.guard.GuardCounters;
import dev.levee.stack.Stack;
import dev.levee.stack.StackCounters;
import dev.levee.tcp.TcpCounters;
import dev.levee.wire.DropReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// What a host has counted, and the memory that it has taken, at one moment. Immutable. To ask costs microseconds,
/// however many connections there are.
///
/// Threads: any.
///
/// @param tcp what TCP counted, all connections together, since the host was started
/// @param stack what else the stack counted
/// @param guard what was decided about handshakes that have no connection yet
/// @param halfOpenBytes native memory taken for those
/// @param frames packets received, by what became of them; [DropReason#NONE]: served
/// @param undeliveredBytes octets that applications wrote and that were not acknowledged when their connections
///     ended
/// @param bufferBytesInUse memory of send and receive buffers that connections hold
/// @param bufferBytesReserved such memory taken from the machine, in use or kept for later
public record HostCounters(
        Map<TcpCounters, Long> tcp,
        Map<StackCounters, Long> stack,
        Map<GuardCounters, Long> guard,
        long halfOpenBytes,
        Map<DropReason, Long> frames,
        long undeliveredBytes,
        long bufferBytesInUse,
        long bufferBytesReserved) {

    /// Threads: shard.
    static HostCounters of(Stack stack, long undeliveredBytes) {
        var tcp = new EnumMap<TcpCounters, Long>(TcpCounters.class);
        for (var counter : TcpCounters.values()) {
            tcp.put(counter, stack.tcpCounters().get(counter));
        }
        var other = new EnumMap<StackCounters, Long>(StackCounters.class);
        for (var counter : StackCounters.values()) {
            other.put(counter, stack.counters().get(counter));
        }
        var guard = new EnumMap<GuardCounters, Long>(GuardCounters.class);
        var decided = stack.guardCounters();
        for (var counter : GuardCounters.values()) {
            guard.put(counter, decided == null ? 0 : decided.get(counter));
        }
        var frames = new EnumMap<DropReason, Long>(DropReason.class);
        for (var reason : DropReason.values()) {
            frames.put(reason, stack.drops().get(reason));
        }
        return new HostCounters(
                Collections.unmodifiableMap(tcp),
                Collections.unmodifiableMap(other),
                Collections.unmodifiableMap(guard),
                stack.halfOpenBytes(),
                Collections.unmodifiableMap(frames),
                undeliveredBytes,
                stack.buffers().bytesTaken(),
                stack.buffers().bytesReserved());
    }

    public long tcp(TcpCounters counter) {
        return tcp.getOrDefault(counter, 0L);
    }

    public long frames(DropReason reason) {
        return frames.getOrDefault(reason, 0L);
    }
}
