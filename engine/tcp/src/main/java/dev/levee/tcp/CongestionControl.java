package dev.levee.tcp;

/// How many octets may be under way (RFC 5681), by one of several algorithms. It knows nothing of segments or
/// of how losses are found and mended: [LossRecovery] tells it of those.
///
/// Threads: shard.
sealed interface CongestionControl permits NewReno, Cubic {

    /// The congestion window in octets.
    int cwnd();

    /// Sets the window: during recovery [LossRecovery] has it follow what was delivered.
    void cwnd(int octets);

    /// Goes on from another algorithm's window and threshold.
    void adopt(int cwnd, int ssthresh);

    /// The slow start threshold in octets.
    int ssthresh();

    /// Segments have another size from now on. What was a window of so many segments stays one when they become
    /// smaller (RFC 8201 §5.4 has slow start triggered so that a burst does not follow); when they become larger,
    /// the octets stay.
    void segmentSize(int mss);

    /// RFC 5681 §3.1: the SYN or SYN-ACK was lost; the window begins with one segment.
    void afterSynLoss();

    /// New data was acknowledged outside of fast recovery.
    ///
    /// @param ackedBytes octets by which SND.UNA grew
    /// @param rttNanos the round-trip time of the newest segment acknowledged, or -1 when it is not known
    /// @param srttNanos the smoothed one, or -1
    /// @param flightBefore octets in flight before, or the window where that was what kept more from being sent; a
    ///     window that is not used proves nothing and does not grow
    /// @param sndUna SND.UNA, and `sndMax` the highest number sent: they tell one round trip from the next
    void onAck(long nowNanos, int ackedBytes, long rttNanos, long srttNanos, int flightBefore, int sndUna, int sndMax);

    /// Congestion was noticed: the threshold falls; the window is led there by whoever noticed.
    void onCongestion(long nowNanos, int flightSize);

    /// A retransmission timeout (RFC 5681 §3.1, equation 4): the window is one segment.
    ///
    /// @param first whether this is the first timeout for this segment: later ones leave the threshold alone
    void onTimeout(long nowNanos, int flightSize, boolean first);

    /// Congestion or a timeout was noticed by mistake (RFC 4015 §3): threshold and window are what they were
    /// before the last [#onCongestion] or first [#onTimeout].
    void undo();

    /// RFC 5681 §4.1: after idling longer than an RTO the ACK clock has stopped.
    void restartAfterIdle();

    CongestionAlgorithm algorithm();

    /// See [PackedTcb].
    void pack(Packing packing);

    /// How many octets a second are to be sent at most; [Long#MAX_VALUE] where segments are not paced.
    default long pacingBytesPerSecond() {
        return Long.MAX_VALUE;
    }
}
