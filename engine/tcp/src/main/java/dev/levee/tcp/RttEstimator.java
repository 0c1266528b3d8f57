package dev.levee.tcp;

/// The retransmission timeout (RFC 6298): smoothed round-trip time, its variation, and exponential back-off.
///
/// Threads: shard.
final class RttEstimator {
    private static final int BACK_OFF_MAX = 16;

    private long srttNanos = -1;
    private long rttVarNanos;
    private long rtoNanos;
    private int backOff;
    private int timeouts;

    RttEstimator(long rtoInitialNanos) {
        rtoNanos = rtoInitialNanos;
    }

    /// Takes a measurement that is not of a retransmitted segment, or that timestamps made unambiguous.
    void sample(long rttNanos, TcpConfig config) {
        if (srttNanos < 0) {
            // RFC 6298 (2.2).
            srttNanos = rttNanos;
            rttVarNanos = rttNanos / 2;
        } else {
            // RFC 6298 (2.3): RTTVAR first, with the old SRTT.
            rttVarNanos += (Math.abs(srttNanos - rttNanos) - rttVarNanos) / 4;
            srttNanos += (rttNanos - srttNanos) / 8;
        }
        long rto = srttNanos + Math.max(config.rtoVarianceMinNanos(), 4 * rttVarNanos) + config.rtoSlopNanos();
        rtoNanos = Math.clamp(rto, config.rtoMinNanos(), config.rtoMaxNanos());
        backOff = 0;
    }

    /// RFC 6298 (5.5): "back off the timer", unless this is one of the first `linear` timeouts.
    void backOff(int linear) {
        timeouts++;
        if (timeouts <= linear) {
            return;
        }
        backOff = Math.min(backOff + 1, BACK_OFF_MAX);
    }

    /// How often the timeout was doubled.
    int backOffs() {
        return backOff;
    }

    /// Timeouts in a row without progress.
    int timeouts() {
        return timeouts;
    }

    /// New data was acknowledged: the next timeout is not a repetition of the last. The back-off stays until a
    /// sample shows what the round-trip time is now (Karn): an acknowledgement of a retransmission may be one
    /// of the first copy, and would bring back the timeout that was too short.
    void progress() {
        timeouts = 0;
    }

    /// RFC 6298 (5.7): a handshake that needed a retransmission starts the data phase with three seconds.
    void restartAfterSynLoss(TcpConfig config) {
        if (srttNanos < 0) {
            rtoNanos = Math.clamp(3 * config.rtoInitialNanos(), config.rtoMinNanos(), config.rtoMaxNanos());
        }
        backOff = 0;
        timeouts = 0;
    }

    /// The timeout to use now, back-off included.
    long rtoNanos(TcpConfig config) {
        return doubled(rtoNanos, backOff, config);
    }

    /// The same without back-off.
    long firstRtoNanos(TcpConfig config) {
        return doubled(rtoNanos, 0, config);
    }

    /// The interval before the window probe that follows `probes` others (RFC 9293 §3.8.6.1): it begins with
    /// the timeout and grows exponentially.
    long probeNanos(int probes, TcpConfig config) {
        return doubled(rtoNanos(config), Math.min(probes, BACK_OFF_MAX), config);
    }

    private static long doubled(long nanos, int times, TcpConfig config) {
        long doubled = nanos << times;
        return doubled > config.rtoMaxNanos() || doubled <= 0 ? config.rtoMaxNanos() : doubled;
    }

    /// The smoothed round-trip time, or -1 before the first measurement.
    long srttNanos() {
        return srttNanos;
    }

    long rttVarNanos() {
        return rttVarNanos;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        srttNanos = packing.number(srttNanos);
        rttVarNanos = packing.number(rttVarNanos);
        rtoNanos = packing.number(rtoNanos);
        backOff = packing.number(backOff);
        timeouts = packing.number(timeouts);
    }
}
