package dev.levee.tcp;

import dev.levee.wire.Seq;

/// The window while it grows exponentially (RFC 5681 §3.1), and when that ends before anything is lost:
/// HyStart++ (RFC 9406) watches the round-trip time.
///
/// Growth counts octets acknowledged, not ACKs (RFC 3465), and without a limit on an ACK: receivers merge ACKs
/// over whole batches, and the initial window of ten already admits such bursts.
///
/// Threads: shard.
final class SlowStart {
    static final int WINDOW_MAX = 1 << 30;

    /// RFC 9406 §4.3: the recommended constants.
    private static final long RTT_STEP_MIN_NANOS = 4_000_000L;
    private static final long RTT_STEP_MAX_NANOS = 16_000_000L;
    private static final int RTT_DIVISOR = 8;
    private static final int SAMPLES = 8;
    private static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private int segments;
    private boolean hyStart;
    private int initialWindow;

    /// The most octets in flight in this round trip, and where the round ends, once the first has begun.
    private int flightMax;
    private int roundEnd;
    private boolean inRound;

    private long lastRoundMinNanos = UNKNOWN;
    private long roundMinNanos = UNKNOWN;
    private long cssBaselineNanos = UNKNOWN;
    private int samples;
    /// Rounds in conservative slow start; 0 outside of it.
    private int cssRound;
    private boolean done;

    SlowStart(int mss, TcpConfig config) {
        segments = config.initialWindowSegments();
        hyStart = config.hyStart();
        segmentSize(mss);
    }

    void segmentSize(int mss) {
        // RFC 6928 §2: min (10*MSS, max (2*MSS, 14600)).
        int octetLimit = Math.max(2 * mss, 1460 * segments);
        initialWindow = Math.min(segments * mss, octetLimit);
    }

    int initialWindow() {
        return initialWindow;
    }

    /// A window, when segments of `before` octets become segments of `mss`.
    static int resized(int cwnd, int before, int mss) {
        return mss < before ? Math.max(mss, (int) ((long) cwnd * mss / before)) : Math.max(mss, cwnd);
    }

    /// An ACK arrived, in slow start or not.
    void onAck(long rttNanos, int flightBefore, int sndUna, int sndMax) {
        boolean begins = !inRound || Seq.gt(sndUna, roundEnd);
        if (begins || flightBefore > flightMax) {
            flightMax = flightBefore;
        }
        if (begins) {
            inRound = true;
            roundEnd = sndMax;
            newRound();
        }
        if (rttNanos > 0) {
            roundMinNanos = Math.min(roundMinNanos, rttNanos);
            samples++;
        }
    }

    private void newRound() {
        lastRoundMinNanos = roundMinNanos;
        roundMinNanos = UNKNOWN;
        samples = 0;
        if (cssRound > 0) {
            cssRound++;
        }
    }

    /// How far `cwnd` grows by an ACK for `ackedBytes` below the threshold.
    int growth(int cwnd, int ssthresh, int ackedBytes) {
        if (2L * flightMax <= cwnd) {
            return 0;
        }
        watchDelay();
        int growth = cssRound > 0 ? Math.max(1, ackedBytes / CSS_GROWTH_DIVISOR) : ackedBytes;
        return Math.min(Math.min(growth, ssthresh - cwnd), WINDOW_MAX - cwnd);
    }

    private void watchDelay() {
        if (!hyStart || done || samples < SAMPLES || roundMinNanos == UNKNOWN) {
            return;
        }
        if (cssRound == 0 && lastRoundMinNanos != UNKNOWN) {
            // RFC 9406 §4.2: "MIN_RTT_THRESH <= lastRoundMinRTT / MIN_RTT_DIVISOR <= MAX_RTT_THRESH".
            long step = Math.clamp(lastRoundMinNanos / RTT_DIVISOR, RTT_STEP_MIN_NANOS, RTT_STEP_MAX_NANOS);
            if (roundMinNanos >= lastRoundMinNanos + step) {
                cssBaselineNanos = roundMinNanos;
                cssRound = 1;
            }
        } else if (cssRound > 0 && roundMinNanos < cssBaselineNanos) {
            // "If the current round's minimum RTT is less than the baseline, resume slow start."
            cssBaselineNanos = UNKNOWN;
            cssRound = 0;
        }
    }

    /// Whether slow start is over although nothing was lost: the threshold is to be the window.
    boolean over() {
        return cssRound > CSS_ROUNDS;
    }

    /// Congestion was found: HyStart++ is for the first slow start only (RFC 9406 §4.3).
    void end() {
        done = true;
        cssRound = 0;
    }

    /// See [PackedTcb].
    void pack(Packing packing) {
        segments = packing.number(segments);
        hyStart = packing.flag(hyStart);
        initialWindow = packing.number(initialWindow);
        flightMax = packing.number(flightMax);
        roundEnd = packing.seq(roundEnd);
        inRound = packing.flag(inRound);
        lastRoundMinNanos = packing.number(lastRoundMinNanos, UNKNOWN);
        roundMinNanos = packing.number(roundMinNanos, UNKNOWN);
        cssBaselineNanos = packing.number(cssBaselineNanos, UNKNOWN);
        samples = packing.number(samples);
        cssRound = packing.number(cssRound);
        done = packing.flag(done);
    }
}
