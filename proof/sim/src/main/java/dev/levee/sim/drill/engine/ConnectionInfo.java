package dev.levee.sim.drill.engine;

import dev.levee.sim.drill.system.Platform;
import dev.levee.stack.TcpSocket;
import dev.levee.tcp.TcpInfo;
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
    private static final long MILLI = 1_000_000;
    private static final int TIMESTAMPS_BYTES = 12;
    private static final int REORDERING_INITIAL = 3;
    /// What Linux says before there is a measurement.
    private static final long UNKNOWN = 0xffff_ffffL;

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
        if (file.tcp == null) {
            return field.equals("tcpi_options") ? 0L : null;
        }
        return field(file.tcp, field);
    }

    private int state(SocketFile file) {
        if (file.tcp != null) {
            return number(file.tcp.connection().state());
        }
        if (file.deferredTo != null) {
            return number(TcpState.SYN_SENT);
        }
        return number(file.listener == null ? TcpState.CLOSED : TcpState.LISTEN);
    }

    /// A system's number for a state, in the order in which each has them.
    private int number(TcpState state) {
        return platform == Platform.LINUX ? 1 + LINUX_ORDER.indexOf(state) : FREEBSD_ORDER.indexOf(state);
    }

    /// By Linux's names. What the engine does not know (accurate ECN, the size of buffers as Linux
    /// tunes it) is left out.
    private @Nullable Long field(TcpSocket socket, String field) {
        if (field.equals("tcpi_pmtu")) {
            return (long) socket.connection().pathMtu();
        }
        var info = socket.tcpInfo(machine.stackNanos());
        var known = path(info, field);
        known = known == null ? sent(info, field) : known;
        known = known == null ? lost(info, field) : known;
        return known == null ? received(info, field) : known;
    }

    private static @Nullable Long path(TcpInfo info, String field) {
        var agreed = info.agreed();
        var trip = info.roundTrip();
        return switch (field) {
            case "tcpi_options" -> options(agreed);
            case "tcpi_snd_wscale" -> (long) agreed.sendWindowShift();
            case "tcpi_rcv_wscale" -> (long) agreed.receiveWindowShift();
            case "tcpi_snd_mss" -> (long) agreed.sendMssBytes();
            case "tcpi_advmss" -> (long) agreed.offeredMssBytes() - (agreed.timestamps() ? TIMESTAMPS_BYTES : 0);
            case "tcpi_rto" -> trip.rtoNanos() / MICRO;
            case "tcpi_rtt" -> Math.max(0, trip.srttNanos()) / MICRO;
            case "tcpi_rttvar" -> trip.rttVarNanos() / MICRO;
            case "tcpi_min_rtt" -> trip.rttMinNanos() < 0 ? UNKNOWN : trip.rttMinNanos() / MICRO;
            case "tcpi_backoff" -> (long) trip.backOffs();
            case "tcpi_probes" ->
                (long) Math.max(info.probing().windowProbes(), info.probing().keepAliveProbes());
            case "tcpi_busy_time" -> info.waiting().busyNanos() / MICRO;
            case "tcpi_rwnd_limited" -> info.waiting().windowNanos() / MICRO;
            case "tcpi_sndbuf_limited" -> info.waiting().bufferNanos() / MICRO;
            default -> null;
        };
    }

    private static @Nullable Long sent(TcpInfo info, String field) {
        var sending = info.sending();
        long mss = info.agreed().sendMssBytes();
        int ssthresh = sending.ssthreshBytes();
        return switch (field) {
            case "tcpi_unacked" -> (long) sending.outstanding();
            case "tcpi_snd_cwnd" -> sending.cwndBytes() / mss;
            case "tcpi_snd_ssthresh" -> ssthresh == Integer.MAX_VALUE ? (long) ssthresh : ssthresh / mss;
            case "tcpi_snd_wnd" -> (long) sending.windowBytes();
            case "tcpi_bytes_acked" -> sending.bytesAcknowledged();
            case "tcpi_bytes_sent" -> sending.textBytes();
            case "tcpi_notsent_bytes" -> (long) sending.unsentBytes();
            case "tcpi_segs_out" -> sending.segments();
            case "tcpi_data_segs_out" -> sending.textSegments();
            case "tcpi_delivery_rate" -> sending.deliveryBytesPerSecond();
            case "tcpi_delivery_rate_app_limited" -> sending.deliveryApplicationLimited() ? 1L : 0;
            case "tcpi_last_data_sent" -> sending.sinceTextNanos() / MILLI;
            default -> null;
        };
    }

    private static @Nullable Long lost(TcpInfo info, String field) {
        var loss = info.loss();
        return switch (field) {
            // The phases have the order of `tcp_ca_state`.
            case "tcpi_ca_state" -> (long) loss.phase().ordinal();
            case "tcpi_sacked" -> (long) loss.sacked();
            // What was lost and is under way again is both to Linux.
            case "tcpi_lost" -> (long) loss.lost() + info.sending().retransmitting();
            case "tcpi_retrans" -> (long) info.sending().retransmitting();
            case "tcpi_retransmits" -> (long) loss.timeouts();
            case "tcpi_total_retrans" -> loss.retransmitsTotal();
            case "tcpi_bytes_retrans" -> loss.retransmittedBytes();
            case "tcpi_total_rto" -> (long) loss.timeoutsTotal();
            // Linux counts the SYN, too.
            case "tcpi_delivered" -> loss.delivered() + (info.state().synchronised() ? 1 : 0);
            case "tcpi_delivered_ce" -> loss.deliveredMarked();
            case "tcpi_dsack_dups" -> loss.duplicatesReported();
            case "tcpi_reord_seen" -> loss.reorderings();
            case "tcpi_reordering" -> (long) Math.max(REORDERING_INITIAL, loss.reorderingDistance());
            default -> null;
        };
    }

    private static @Nullable Long received(TcpInfo info, String field) {
        var receiving = info.receiving();
        return switch (field) {
            case "tcpi_rcv_wnd" -> (long) receiving.windowBytes();
            case "tcpi_bytes_received" -> receiving.bytes();
            case "tcpi_segs_in" -> receiving.segments();
            case "tcpi_data_segs_in" -> receiving.textSegments();
            case "tcpi_rcv_ooopack" -> receiving.outOfOrder();
            case "tcpi_last_data_recv" -> receiving.sinceTextNanos() / MILLI;
            case "tcpi_last_ack_recv" -> receiving.sinceSegmentNanos() / MILLI;
            default -> null;
        };
    }

    /// Timestamps, selective acknowledgements, window scaling, ECN, and text accepted with the SYN.
    private static long options(TcpInfo.Agreed agreed) {
        return (agreed.timestamps() ? 1 : 0)
                | (agreed.selectiveAcks() ? 2 : 0)
                | (agreed.windowScaling() ? 4 : 0)
                | (agreed.ecn() ? 8 : 0)
                | (agreed.synText() ? 0x20 : 0);
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
        if (state.equals(TcpState.SYN_RECEIVED.toString())) {
            machine.stack().forEachHandshake(handshake -> {
                int ports = handshake.ports();
                found[0] += port == 0 || ports >>> 16 == port || (ports & 0xffff) == port ? 1 : 0;
            });
        }
        if (state.equals(TcpState.LISTEN.toString())) {
            machine.stack().forEachListener(listener -> found[0] += port == 0 || listener.port() == port ? 1 : 0);
        }
        return found[0];
    }
}
