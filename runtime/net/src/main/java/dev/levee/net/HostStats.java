package dev.levee.net;

import dev.levee.stack.Listener;
import dev.levee.stack.Stack;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.CloseCause;
import dev.levee.tcp.FourTuple;
import dev.levee.tcp.TcpInfo;
import dev.levee.tcp.TcpState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a host has counted and what it holds, at one moment. Immutable. It has an entry for each connection, some
/// hundred octets each, and nothing else goes on in the host while they are made: [Host#counters] is for who
/// asks often.
///
/// Threads: any.
///
/// @param counters what was counted
/// @param states connections in each state, only states that occur
/// @param listeners who listens
/// @param connections all connections in any state but CLOSED
public record HostStats(
        HostCounters counters,
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
                HostCounters.of(stack, undeliveredBytes),
                Collections.unmodifiableMap(states),
                List.copyOf(listeners),
                List.copyOf(connections));
    }

    public int connections(TcpState state) {
        return states.getOrDefault(state, 0);
    }
}
