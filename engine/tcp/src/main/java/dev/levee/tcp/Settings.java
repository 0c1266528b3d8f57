package dev.levee.tcp;

/// What a user may change of an open connection.
///
/// Threads: shard.
final class Settings {
    private Settings() {}

    /// Changes what can be changed; what was agreed at the connection's birth stays as it is.
    static void change(Tcb tcb, long nowNanos, TcpConfig config) {
        var born = tcb.config;
        long r2Nanos = RetransmitTimer.r2Nanos(tcb);
        if (config.congestion() != born.congestion()) {
            var before = tcb.congestion;
            tcb.congestion = config.congestion().create(tcb.payloadMax(), config);
            tcb.congestion.adopt(before.cwnd(), before.ssthresh());
            // Of what the other one did nothing can be taken back: the window before it is forgotten.
            tcb.loss.mayUndo = false;
        }
        tcb.config = config.toBuilder()
                .windowScaling(born.windowScaling())
                .timestamps(born.timestamps())
                .selectiveAcks(born.selectiveAcks())
                .ecn(born.ecn())
                .fastOpen(born.fastOpen())
                .build();
        receiveBuffer(tcb, born);
        if (config.keepAlive() != born.keepAlive()
                || config.keepAliveIdleNanos() != born.keepAliveIdleNanos()
                || config.keepAliveIntervalNanos() != born.keepAliveIntervalNanos()) {
            KeepAlive.start(tcb);
        }
        UserTimeout.configured(tcb, born);
        RetransmitTimer.limitChanged(tcb, nowNanos, r2Nanos);
        RetransmitTimer.refusalChanged(tcb);
    }

    /// The buffer may hold more or less from now on. What was promised is still taken (RFC 9293 SHLD-14), and the field
    /// says no more than the scale that was agreed on lets it. How much may be sent is asked for anew each time.
    private static void receiveBuffer(Tcb tcb, TcpConfig before) {
        var config = tcb.config;
        int bytes = size(config);
        if (bytes == size(before)) {
            return;
        }
        tcb.rcv.limit = bytes;
        tcb.rcv.offer = bytes;
        ReceiveWindow.consumed(tcb);
    }

    private static int size(TcpConfig config) {
        return config.receiveWindowBytes() == 0 ? config.receiveBufferBytes() : config.receiveWindowBytes();
    }
}
