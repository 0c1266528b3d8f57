package dev.levee.sim.drill.engine;

import dev.levee.tcp.TcpConnection;
import dev.levee.tcp.TcpState;
import org.jspecify.annotations.Nullable;

/// What can be asked about connections: the fields of `TCP_INFO`, and how many are in a state.
///
/// Threads: the run's.
final class ConnectionInfo {
    private final Machine machine;
    private final Descriptors descriptors;

    ConnectionInfo(Machine machine, Descriptors descriptors) {
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
        return file.tcp == null ? null : field(file.tcp.connection(), field);
    }

    private static int state(SocketFile file) {
        if (file.tcp != null) {
            return number(file.tcp.connection().state());
        }
        return number(file.listener == null ? TcpState.CLOSED : TcpState.LISTEN);
    }

    /// Linux's number for a state.
    private static int number(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case LISTEN -> 10;
            case CLOSING -> 11;
        };
    }

    private static @Nullable Long field(TcpConnection connection, String field) {
        long mss = connection.sndMss();
        return switch (field) {
            case "tcpi_snd_mss" -> mss;
            case "tcpi_snd_cwnd" -> connection.cwnd() / mss;
            case "tcpi_rtt" -> connection.srttNanos() < 0 ? 0 : connection.srttNanos() / 1000;
            case "tcpi_rto" -> connection.rtoNanos() / 1000;
            case "tcpi_bytes_acked" -> connection.bytesAcknowledged();
            case "tcpi_bytes_received" -> connection.bytesReceived();
            default -> null;
        };
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
