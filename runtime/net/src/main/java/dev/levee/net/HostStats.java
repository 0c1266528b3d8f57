package dev.levee.net;

import dev.levee.guard.GuardCounters;
import dev.levee.stack.Listener;
import dev.levee.stack.Stack;
import dev.levee.stack.StackCounters;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpCounters;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import dev.levee.wire.DropReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a host has counted and what it holds, at one moment. Immutable.
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
/// @param states connections in each state, only states that occur
/// @param listeners who listens
/// @param connections all connections in any state but CLOSED
public record HostStats(
        Map<TcpCounters, Long> tcp,
        Map<StackCounters, Long> stack,
        Map<GuardCounters, Long> guard,
        long halfOpenBytes,
        Map<DropReason, Long> frames,
        long undeliveredBytes,
        long bufferBytesInUse,
        long bufferBytesReserved,
        Map<TcpState, Integer> states,
        List<ListenerInfo> listeners,
        List<ConnectionInfo> connections) {

    /// One listener.
    ///
    /// @param endpoint `198.18.0.2:80`
    /// @param pending complete connections that wait to be accepted
    /// @param halfOpen handshakes under way
    /// @param backlog how many may wait to be accepted
    public record ListenerInfo(String endpoint, int pending, int halfOpen, int backlog) {
        static ListenerInfo of(Listener listener) {
            return new ListenerInfo(
                    listener.toString(),
                    listener.pending(),
                    listener.halfOpen(),
                    listener.options().backlog());
        }
    }

    /// One connection.
    ///
    /// @param unreadBytes received and not yet taken by the application, as far as the stack knows
    /// @param unacknowledgedBytes written by the application and not yet acknowledged
    /// @param srttNanos smoothed round-trip time, or -1 before the first measurement
    /// @param cwndBytes congestion window
    /// @param userClosed whether the application has closed it: it goes on by itself
    /// @param cause how it ended; null while it goes on
    /// @param tcp everything else that TCP knows about it
    public record ConnectionInfo(
            FourTuple tuple,
            TcpState state,
            long bytesReceived,
            long bytesWritten,
            int unreadBytes,
            long unacknowledgedBytes,
            long srttNanos,
            int cwndBytes,
            boolean userClosed,
            @Nullable CloseCause cause,
            TcpInfo tcp) {
        static ConnectionInfo of(long nowNanos, TcpSocket socket) {
            var connection = socket.connection();
            return new ConnectionInfo(
                    connection.tuple(),
                    connection.state(),
                    connection.bytesReceived(),
                    connection.bytesWritten(),
                    connection.available(),
                    socket.unacknowledgedBytes(),
                    connection.srttNanos(),
                    connection.cwnd(),
                    socket.userClosed(),
                    connection.cause(),
                    socket.tcpInfo(nowNanos));
        }
    }

    /// Threads: shard.
    static HostStats of(long nowNanos, Stack stack, long undeliveredBytes) {
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
        var states = new EnumMap<TcpState, Integer>(TcpState.class);
        var connections = new ArrayList<ConnectionInfo>();
        stack.forEachSocket(socket -> {
            var state = socket.connection().state();
            // It has ended just now and only its last segment is still to be sent.
            if (state != TcpState.CLOSED) {
                connections.add(ConnectionInfo.of(nowNanos, socket));
                states.merge(state, 1, Integer::sum);
            }
        });
        if (stack.halfOpenRows() > 0) {
            states.merge(TcpState.SYN_RECEIVED, stack.halfOpenRows(), Integer::sum);
        }
        var listeners = new ArrayList<ListenerInfo>();
        stack.forEachListener(listener -> listeners.add(ListenerInfo.of(listener)));
        return new HostStats(
                Collections.unmodifiableMap(tcp),
                Collections.unmodifiableMap(other),
                Collections.unmodifiableMap(guard),
                stack.halfOpenBytes(),
                Collections.unmodifiableMap(frames),
                undeliveredBytes,
                stack.buffers().bytesTaken(),
                stack.buffers().bytesReserved(),
                Collections.unmodifiableMap(states),
                List.copyOf(listeners),
                List.copyOf(connections));
    }

    public long tcp(TcpCounters counter) {
        return tcp.getOrDefault(counter, 0L);
    }

    public long frames(DropReason reason) {
        return frames.getOrDefault(reason, 0L);
    }

    public int connections(TcpState state) {
        return states.getOrDefault(state, 0);
    }
}
