package dev.levee.tcp;

import dev.levee.wire.Seq;

/// Congestion control by RFC 5681 with the recovery of RFC 6582 (NewReno).
///
/// Growth counts octets acknowledged, not ACKs (RFC 3465), and without its limit of two segments an ACK:
/// receivers merge ACKs over whole batches, and the initial window of ten already admits such bursts.
///
/// Threads: shard.
final class NewReno {
    private final int mss;
    private final int initialWindow;
    private int cwnd;
    private int ssthresh = Integer.MAX_VALUE;
    private int ackedInAvoidance;
    /// The most octets in flight in this round trip, and where the round ends.
    private int flightMax;
    private int roundEnd;

    /// RFC 6582: everything up to here was outstanding when the loss was found.
    int recover;

    boolean inRecovery;
    /// RFC 6582 §4.2: ACKs up to `recover` after a timeout must not start another fast retransmit.
    boolean recoverSet;

    int duplicateAcks;

    NewReno(int mss, int initialWindowSegments) {
        this.mss = mss;
        // RFC 6928 §2: min (10*MSS, max (2*MSS, 14600)).
        int octetLimit = Math.max(2 * mss, 1460 * initialWindowSegments);
        this.initialWindow = Math.min(initialWindowSegments * mss, octetLimit);
        this.cwnd = initialWindow;
    }

    int cwnd() {
        return cwnd;
    }

    int ssthresh() {
        return ssthresh;
    }

    boolean slowStart() {
        return cwnd < ssthresh;
    }

    /// RFC 5681 §3.1: one more segment after the SYN or SYN-ACK was lost.
    void afterSynLoss() {
        cwnd = mss;
    }

    /// New data was acknowledged outside of recovery.
    ///
    /// @param flightBefore octets in flight before: a window of which less than half was used in a round trip
    ///     proves nothing and does not grow
    void onAck(int ackedBytes, int flightBefore, int sndUna, int sndMax) {
        if (flightBefore > flightMax || Seq.gt(sndUna, roundEnd)) {
            flightMax = flightBefore;
            roundEnd = sndMax;
        }
        if (slowStart()) {
            if (2L * flightMax > cwnd) {
                grow(Math.min(ackedBytes, ssthresh - cwnd));
            }
            return;
        }
        if (flightBefore + mss < cwnd) {
            return;
        }
        ackedInAvoidance += ackedBytes;
        if (ackedInAvoidance >= cwnd) {
            ackedInAvoidance -= cwnd;
            grow(mss);
        }
    }

    private void grow(int bytes) {
        cwnd = Math.min(cwnd + bytes, 1 << 30);
    }

    /// RFC 6582 §3.2 step 2: the third duplicate ACK.
    void enterRecovery(int flightSize, int sndMax) {
        ssthresh = Math.max(flightSize / 2, 2 * mss);
        cwnd = ssthresh + 3 * mss;
        recover = sndMax;
        recoverSet = true;
        inRecovery = true;
    }

    /// RFC 5681 §3.2 step 4: each further duplicate ACK means that a segment has left the network.
    void inflate() {
        grow(mss);
    }

    /// RFC 6582 §3.2 step 3, partial acknowledgement: deflate by what was acknowledged, add back a segment.
    void onPartialAck(int ackedBytes) {
        cwnd = Math.max(mss, cwnd - ackedBytes);
        if (ackedBytes >= mss) {
            grow(mss);
        }
    }

    /// RFC 6582 §3.2 step 3, full acknowledgement.
    ///
    /// @param flightSize what a burst is measured by; negative: bursts are allowed
    void leaveRecovery(int flightSize) {
        cwnd = flightSize < 0 ? ssthresh : Math.min(ssthresh, Math.max(flightSize, mss) + mss);
        inRecovery = false;
        duplicateAcks = 0;
    }

    /// RFC 5681 §3.1, equation 4, and RFC 6582 §4: a retransmission timeout.
    ///
    /// @param first whether this is the first timeout for this segment: later ones leave ssthresh alone
    void onTimeout(int flightSize, int sndMax, boolean first) {
        if (first) {
            ssthresh = Math.max(flightSize / 2, 2 * mss);
        }
        cwnd = mss;
        recover = sndMax;
        recoverSet = true;
        inRecovery = false;
        duplicateAcks = 0;
        ackedInAvoidance = 0;
    }

    /// RFC 5681 §4.1: after idling longer than an RTO the ACK clock has stopped.
    void restartAfterIdle() {
        cwnd = Math.min(cwnd, initialWindow);
    }
}
