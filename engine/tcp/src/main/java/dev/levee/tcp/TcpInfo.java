package dev.levee.tcp;

/// What a connection knows about itself and its path at one moment: what Linux tells in `struct tcp_info`, and a
/// little more. From [TcpConnection#info]. Times are nanoseconds, sizes octets, counts segments unless their
/// names say otherwise; counts begin with the connection.
///
/// Threads: any; immutable.
///
/// @param state its state
/// @param active whether this side opened actively
/// @param agreed what both sides have agreed on
/// @param roundTrip how long the path takes
/// @param sending what is under way and how much may be
/// @param loss what was lost and how that was mended
/// @param receiving what came
/// @param waiting for what the sender has waited
/// @param probing what is asked of a silent peer
public record TcpInfo(
        TcpState state,
        boolean active,
        Agreed agreed,
        RoundTrip roundTrip,
        Sending sending,
        Loss loss,
        Receiving receiving,
        Waiting waiting,
        Probing probing) {

    /// What repairing a loss has come to.
    public enum Phase {
        /// Everything arrives in order.
        OPEN,
        /// Something arrived behind a gap; it is not known yet whether that is loss or disorder.
        DISORDER,
        /// The peer has echoed congestion: the window is being reduced, nothing is lost (RFC 3168).
        REDUCED,
        /// What was lost is sent again, the window led by what is delivered (RFC 6675, RFC 8985).
        RECOVERY,
        /// A retransmission timeout, or a window that had been closed: everything in flight is sent again as the
        /// window allows.
        TIMEOUT
    }

    /// What both sides have agreed on in the handshake.
    ///
    /// @param timestamps RFC 7323 §3
    /// @param selectiveAcks RFC 2018
    /// @param ecn RFC 3168
    /// @param synText RFC 7413: all text of our SYN, or text of the peer's, was accepted with it
    /// @param windowScaling RFC 7323 §2, with how far the peer's and our window fields are shifted
    /// @param sendMssBytes the most text in one segment of ours, options subtracted
    /// @param offeredMssBytes the largest payload that this side takes: what its SYN says, and its
    ///     SYN-ACK where
    ///     the peer's SYN had the option, less what is known of the path where `mssFollowsPath` is set
    /// @param peerUserTimeoutSeconds what the peer has said with the user timeout option (RFC 5482), 0 if
    ///     nothing, or if that option is not heeded
    public record Agreed(
            boolean timestamps,
            boolean selectiveAcks,
            boolean ecn,
            boolean synText,
            boolean windowScaling,
            int sendWindowShift,
            int receiveWindowShift,
            int sendMssBytes,
            int offeredMssBytes,
            int peerUserTimeoutSeconds) {}

    /// How long the path takes (RFC 6298).
    ///
    /// @param srttNanos smoothed round-trip time, -1 before the first measurement
    /// @param rttVarNanos its variation
    /// @param rttMinNanos the smallest one of the last five minutes, -1 before the first measurement
    /// @param rtoNanos retransmission timeout, back-off included
    /// @param backOffs how often the RTO was doubled since the last measurement
    public record RoundTrip(long srttNanos, long rttVarNanos, long rttMinNanos, long rtoNanos, int backOffs) {}

    /// What is under way and how much may be.
    ///
    /// @param congestion what finds the congestion window
    /// @param cwndBytes congestion window
    /// @param ssthreshBytes slow start threshold; [Integer#MAX_VALUE] before the first congestion
    /// @param windowBytes the peer's window
    /// @param outstandingBytes sent and not acknowledged, SYN and FIN counted
    /// @param pipeBytes of these, what is thought to be in the network (RFC 6675 §4)
    /// @param unsentBytes written by the user and not sent yet
    /// @param capacityBytes what the send buffer may hold at this moment
    /// @param outstanding segments sent and not acknowledged: in order, or in any
    /// @param retransmitting of these, such as were sent more than once and are under way
    /// @param segments sent, with text or without
    /// @param textSegments of these, with text
    /// @param textBytes octets of text in them, what was sent again included
    /// @param bytesAcknowledged octets of the user's that the peer's TCP has acknowledged
    /// @param deliveryBytesPerSecond how fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation); 0
    ///     before the first measurement
    /// @param deliveryApplicationLimited whether that was measured when the application had nothing more to send
    /// @param sinceTextNanos since text was sent last, or, if none was, since the connection is established
    public record Sending(
            CongestionAlgorithm congestion,
            int cwndBytes,
            int ssthreshBytes,
            int windowBytes,
            int outstandingBytes,
            int pipeBytes,
            int unsentBytes,
            int capacityBytes,
            int outstanding,
            int retransmitting,
            long segments,
            long textSegments,
            long textBytes,
            long bytesAcknowledged,
            long deliveryBytesPerSecond,
            boolean deliveryApplicationLimited,
            long sinceTextNanos) {}

    /// What was lost and how that was mended.
    ///
    /// @param phase how far
    /// @param lost segments outstanding that were found to be lost and not sent again yet
    /// @param sacked segments outstanding that the peer has behind a gap (without SACK: duplicate ACKs in a row)
    /// @param lostTotal segments found to be lost, some of them by mistake
    /// @param retransmitsTotal segments sent again, SYNs included
    /// @param retransmittedBytes octets of text in them
    /// @param timeoutsTotal retransmission timeouts
    /// @param timeouts of these, in a row without an acknowledgement
    /// @param delivered segments that the peer has, in order or not
    /// @param deliveredMarked of these, by ACKs that echoed congestion
    /// @param duplicatesReported times that the peer has received something twice, as it says (RFC 2883)
    /// @param reorderings ACKs that showed a segment arriving behind one that was sent later
    /// @param reorderingDistance how far behind at most, in segments
    /// @param reorderWindowNanos how long a segment may be late before it is taken to be lost (RFC 8985)
    public record Loss(
            Phase phase,
            int lost,
            int sacked,
            long lostTotal,
            long retransmitsTotal,
            long retransmittedBytes,
            int timeoutsTotal,
            int timeouts,
            long delivered,
            long deliveredMarked,
            long duplicatesReported,
            long reorderings,
            int reorderingDistance,
            long reorderWindowNanos) {}

    /// What came.
    ///
    /// @param windowBytes the window that the peer was promised
    /// @param bytes octets received in order
    /// @param unreadBytes of these, such as the user has not taken
    /// @param capacityBytes what the receive buffer is promised to hold at this moment
    /// @param segments received, with text or without
    /// @param textSegments of these, with text
    /// @param outOfOrder segments that arrived behind a gap
    /// @param largestBytes the most text that arrived in one segment
    /// @param sinceTextNanos since text was received last, or, if none was, since the connection is established
    /// @param sinceSegmentNanos since any acceptable segment was received
    public record Receiving(
            int windowBytes,
            long bytes,
            int unreadBytes,
            int capacityBytes,
            long segments,
            long textSegments,
            long outOfOrder,
            int largestBytes,
            long sinceTextNanos,
            long sinceSegmentNanos) {}

    /// For what the sender has waited, as Linux counts it: who slows a transfer down.
    ///
    /// @param busyNanos how long something written was not acknowledged
    /// @param windowNanos of these, how long the peer's window had no room for what the congestion window allowed
    /// @param bufferNanos of these, how long a full send buffer was wholly under way while both windows had room:
    ///     a larger buffer would have sent more
    public record Waiting(long busyNanos, long windowNanos, long bufferNanos) {}

    /// What is asked of a silent peer.
    ///
    /// @param windowProbes window probes since the peer's window closed (RFC 9293 §3.8.6.1)
    /// @param keepAliveProbes keep-alive probes in a row without an answer (RFC 9293 §3.8.4)
    /// @param inDoubt whether R1 was reached: see [TcpConnection#inDoubt]
    public record Probing(int windowProbes, int keepAliveProbes, boolean inDoubt) {}

    static TcpInfo of(Tcb tcb, long nowNanos) {
        return new TcpInfo(
                tcb.state,
                tcb.active,
                agreed(tcb),
                roundTrip(tcb),
                sending(tcb, nowNanos),
                loss(tcb),
                receiving(tcb, nowNanos),
                waiting(tcb, nowNanos),
                probing(tcb));
    }

    private static Agreed agreed(Tcb tcb) {
        return new Agreed(
                tcb.rcv.timestamps,
                tcb.rcv.selectiveAcks,
                Ecn.used(tcb),
                tcb.fastOpen != null && tcb.fastOpen.textTaken(),
                tcb.windowScaling,
                tcb.snd.sndWndShift,
                tcb.rcv.rcvWndShift,
                tcb.payloadMax(),
                tcb.mssOffered,
                tcb.peerUserTimeoutSeconds);
    }

    private static RoundTrip roundTrip(Tcb tcb) {
        var rtt = tcb.rtt;
        return new RoundTrip(
                rtt.srttNanos(), rtt.rttVarNanos(), tcb.loss.rttMinNanos, rtt.rtoNanos(tcb.config), rtt.backOffs());
    }

    private static Sending sending(Tcb tcb, long nowNanos) {
        var snd = tcb.snd;
        var tally = tcb.tally;
        boolean syn = !snd.synAcked && snd.outstanding();
        return new Sending(
                tcb.congestion.algorithm(),
                tcb.congestion.cwnd(),
                tcb.congestion.ssthresh(),
                snd.sndWnd,
                snd.flightSize(),
                LossRecovery.inFlight(tcb),
                snd.unsent(),
                tcb.sendCapacity(),
                tcb.sent().count() + (syn ? 1 : 0),
                tcb.sent().retransmittedCount() + (tcb.fastOpen == null ? 0 : tcb.fastOpen.underWayAgain(tcb)),
                tally.segmentsOut,
                tally.textSegmentsOut,
                tally.textBytesOut,
                snd.acked,
                tcb.rate.bytesPerSecond(),
                tcb.rate.limited(),
                nowNanos - tally.textOutNanos);
    }

    private static Loss loss(Tcb tcb) {
        var tally = tcb.tally;
        return new Loss(
                phase(tcb),
                tcb.sent().lostCount(),
                sacked(tcb),
                tally.lost,
                tally.retransmits,
                tally.retransmittedBytes,
                tally.timeouts,
                tcb.rtt.timeouts(),
                tally.delivered,
                tally.deliveredMarked,
                tally.duplicatesReported,
                tally.reorderings,
                tally.reorderingDistance,
                Rack.reorderWindowNanos(tcb));
    }

    private static int sacked(Tcb tcb) {
        return tcb.rcv.selectiveAcks ? tcb.sent().sackedCount() : tcb.loss.duplicateAcks;
    }

    private static Phase phase(Tcb tcb) {
        return switch (tcb.loss.phase) {
            case RecoveryState.FAST -> Phase.RECOVERY;
            case RecoveryState.AFTER_TIMEOUT -> Phase.TIMEOUT;
            case RecoveryState.MARKED -> Phase.REDUCED;
            default -> sacked(tcb) > 0 ? Phase.DISORDER : Phase.OPEN;
        };
    }

    private static Receiving receiving(Tcb tcb, long nowNanos) {
        var rcv = tcb.rcv;
        var tally = tcb.tally;
        return new Receiving(
                rcv.rcvWnd(),
                rcv.received,
                rcv.available(),
                tcb.receiveCapacity(),
                tally.segmentsIn,
                tally.textSegmentsIn,
                tally.outOfOrder,
                tally.textSegmentsIn == 0 ? 0 : tcb.rcvMss,
                nowNanos - tally.textInNanos,
                nowNanos - tcb.heardNanos);
    }

    private static Waiting waiting(Tcb tcb, long nowNanos) {
        var times = tcb.sendTimes;
        return new Waiting(times.busyNanos(nowNanos), times.windowNanos(nowNanos), times.bufferNanos(nowNanos));
    }

    private static Probing probing(Tcb tcb) {
        return new Probing(tcb.timers.isSet(Timer.PERSIST) ? tcb.probes : 0, tcb.keepAliveProbes, tcb.inDoubt);
    }
}
