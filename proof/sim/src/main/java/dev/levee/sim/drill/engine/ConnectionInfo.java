package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be asked about connections: the fields of `TCP_INFO`, and how many are in a state.
///
/// Threads: the run's.
final class ConnectionInfo {
    private static final List<TcpState> LINUX_ORDER = List.of(
            TcpState.ESTABLISHED,
            TcpState.SYN_SENT,
            TcpState.SYN_RECEIVED,
            TcpState.FIN_WAIT_1,
            TcpState.FIN_WAIT_2,
            TcpState.TIME_WAIT,
            TcpState.CLOSED,
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK,
            TcpState.LISTEN,
            TcpState.CLOSING);
    private static final List<TcpState> FREEBSD_ORDER = List.of(
            TcpState.CLOSED,
            TcpState.LISTEN,
            TcpState.SYN_SENT,
            TcpState.SYN_RECEIVED,
            TcpState.ESTABLISHED,
            TcpState.CLOSE_WAIT,
            TcpState.FIN_WAIT_1,
            TcpState.CLOSING,
            TcpState.LAST_ACK,
            TcpState.FIN_WAIT_2,
            TcpState.TIME_WAIT);
    private static final long MICRO = 1_000;
    private static final int TIMESTAMPS_BYTES = 12;

    private final Platform platform;
    private final Machine machine;
    private final Descriptors descriptors;

    ConnectionInfo(Platform platform, Machine machine, Descriptors descriptors) {
        this.platform = platform;
        this.machine = machine;
        this.descriptors = descriptors;
    }

    @Nullable
    Long field(int descriptor, String field) {
        if (!(descriptors.find(descriptor) instanceof SocketFile file)) {
            return null;
        }
        if (field.equals("tcpi_state")) {
            return (long) state(file);
        }
        return file.tcp == null ? null : field(file.tcp, field);
    }

    private int state(SocketFile file) {
        if (file.tcp != null) {
            return number(file.tcp.connection().state());
        }
        return number(file.listener == null ? TcpState.CLOSED : TcpState.LISTEN);
    }

    /// A system's number for a state, in the order in which each has them.
    private int number(TcpState state) {
        return platform == Platform.LINUX ? 1 + LINUX_ORDER.indexOf(state) : FREEBSD_ORDER.indexOf(state);
    }

    /// By Linux's names. What the engine does not know (who limited the sender for how long, what was lost or
    /// reordered, packets counted one by one) is left out.
    private static @Nullable Long field(TcpSocket socket, String field) {
        var connection = socket.connection();
        long mss = connection.sndMss();
        return switch (field) {
            case "tcpi_ca_state" -> caState(connection);
            case "tcpi_retransmits" -> (long) connection.timeouts();
            case "tcpi_backoff" -> (long) connection.backOff();
            case "tcpi_probes" -> (long) connection.probes();
            case "tcpi_options" -> options(connection);
            case "tcpi_snd_wscale" -> (long) connection.sndWndShift();
            case "tcpi_rcv_wscale" -> (long) connection.rcvWndShift();
            case "tcpi_rto" -> connection.rtoNanos() / MICRO;
            case "tcpi_snd_mss" -> mss;
            case "tcpi_advmss" -> (long) connection.mssOffered() - (connection.timestamps() ? TIMESTAMPS_BYTES : 0);
            case "tcpi_unacked" -> unacknowledged(connection.flightSize(), mss, socket.noDelay());
            case "tcpi_snd_cwnd" -> connection.cwnd() / mss;
            case "tcpi_snd_ssthresh" ->
                connection.ssthresh() == Integer.MAX_VALUE ? (long) Integer.MAX_VALUE : connection.ssthresh() / mss;
            case "tcpi_rtt" -> Math.max(0, connection.srttNanos()) / MICRO;
            case "tcpi_rttvar" -> connection.rttVarNanos() / MICRO;
            case "tcpi_bytes_acked" -> connection.bytesAcknowledged();
            case "tcpi_bytes_received" -> connection.bytesReceived();
            case "tcpi_notsent_bytes" ->
                Math.max(0, connection.bytesWritten() - connection.bytesAcknowledged() - connection.flightSize());
            case "tcpi_snd_wnd" -> (long) connection.sndWnd();
            case "tcpi_rcv_wnd" -> (long) connection.rcvWnd();
            default -> null;
        };
    }

    /// Open, recovery, or loss: the numbers of `tcp_ca_state`.
    private static long caState(TcpConnection connection) {
        return connection.inRecovery() ? 3 : connection.timeouts() > 0 ? 4 : 0;
    }

    /// Timestamps, selective acknowledgements, window scaling and ECN.
    private static long options(TcpConnection connection) {
        boolean scaled = connection.sndWndShift() > 0 || connection.rcvWndShift() > 0;
        return (connection.timestamps() ? 1 : 0)
                | (connection.selectiveAcks() ? 2 : 0)
                | (scaled ? 4 : 0)
                | (connection.ecn() ? 8 : 0);
    }

    /// Segments in flight. Nagle's algorithm leaves at most one small one; without it nobody has counted them.
    private static @Nullable Long unacknowledged(int flightSize, long mss, boolean noDelay) {
        return flightSize % mss != 0 && noDelay ? null : (flightSize + mss - 1) / mss;
    }

    int count(String state, int port) {
        var found = new int[1];
        machine.stack().forEachSocket(socket -> {
            var tuple = socket.connection().tuple();
            boolean here = port == 0 || tuple.localPort() == port || tuple.remotePort() == port;
            if (here && socket.connection().state().toString().equals(state)) {
                found[0]++;
            }
        });
        if (state.equals(TcpState.LISTEN.toString())) {
            machine.stack().forEachListener(listener -> found[0] += port == 0 || listener.port() == port ? 1 : 0);
        }
        return found[0];
    }
}
