package dev.levee.tcp;

/// CUBIC (RFC 9438). The window grows with the time since the last congestion: fast back towards the window of
/// that moment, hardly at all around it, fast again beyond; and never slower than Reno would.
///
/// Windows of the formulas are in segments, as in the RFC; the window itself is in octets.
///
/// Threads: shard.
final class Cubic implements CongestionControl {
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    /// RFC 9438 §4.3: what makes additive increase with this decrease as fast as Reno's.
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);
    private static final double NANOS = 1e9;

    private int mss;
    private final SlowStart slowStart;
    private int cwnd;
    private int ssthresh = Integer.MAX_VALUE;

    /// Whether an epoch of congestion avoidance has begun, and when.
    private boolean inEpoch;
    private long epochNanos;
    /// W_max, K in seconds, cwnd_epoch, W_est and cwnd_prior of the RFC.
    private double wMax;
    private double kSeconds;
    private double wEst;
    private double cwndPrior;
    /// What the window is to grow by and is less than an octet.
    private double fraction;

    private int cwndBefore;
    private int ssthreshBefore = Integer.MAX_VALUE;
    private double wMaxBefore;
    private double cwndPriorBefore;

    Cubic(int mss, TcpConfig config) {
        this.mss = mss;
        slowStart = new SlowStart(mss, config);
        cwnd = slowStart.initialWindow();
        cwndBefore = cwnd;
    }

    @Override
    public int cwnd() {
        return cwnd;
    }

    @Override
    public void cwnd(int octets) {
        cwnd = Math.min(octets, SlowStart.WINDOW_MAX);
    }

    @Override
    public int ssthresh() {
        return ssthresh;
    }

    @Override
    public void adopt(int cwnd, int ssthresh) {
        this.cwnd = cwnd;
        this.ssthresh = ssthresh;
    }

    @Override
    public void segmentSize(int octets) {
        if (octets > mss) {
            // The curve is of segments, and the octets stay.
            wMax = wMax * mss / octets;
            cwndPrior = cwndPrior * mss / octets;
            wMaxBefore = wMaxBefore * mss / octets;
            cwndPriorBefore = cwndPriorBefore * mss / octets;
            inEpoch = false;
        }
        cwnd = SlowStart.resized(cwnd, mss, octets);
        cwndBefore = SlowStart.resized(cwndBefore, mss, octets);
        slowStart.segmentSize(octets);
        mss = octets;
    }

    @Override
    public void afterSynLoss() {
        cwnd = mss;
    }

    @Override
    public void onAck(
            long nowNanos, int ackedBytes, long rttNanos, long srttNanos, int flightBefore, int sndUna, int sndMax) {
        slowStart.onAck(rttNanos, flightBefore, sndUna, sndMax);
        if (cwnd < ssthresh) {
            cwnd += slowStart.growth(cwnd, ssthresh, ackedBytes);
            if (slowStart.over()) {
                ssthresh = cwnd;
                slowStart.end();
            }
            return;
        }
        if (flightBefore + mss < cwnd) {
            // RFC 9438 §4.2 and §5.8: time in which the window is not used is not to let it grow.
            inEpoch = false;
            return;
        }
        avoid(nowNanos, ackedBytes, Math.max(srttNanos, 0));
    }

    private void avoid(long nowNanos, int ackedBytes, long srttNanos) {
        double segments = (double) cwnd / mss;
        if (!inEpoch) {
            beginEpoch(nowNanos, segments);
        }
        double sinceSeconds = (nowNanos - epochNanos) / NANOS;
        // RFC 9438 §4.3: W_est grows by alpha_cubic a window, and by a whole segment once it has reached
        // cwnd_prior.
        double alpha = wEst >= cwndPrior ? 1 : ALPHA;
        wEst += alpha * ackedBytes / cwnd;
        if (wCubic(sinceSeconds) < wEst) {
            grow(wEst - segments, ackedBytes, segments);
            return;
        }
        // §4.4 and §4.5: towards where the curve is one round trip later, by at most half the window in that
        // time.
        double target = Math.clamp(wCubic(sinceSeconds + srttNanos / NANOS), segments, 1.5 * segments);
        grow((target - segments) / segments * ackedBytes / mss, ackedBytes, segments);
    }

    private void beginEpoch(long nowNanos, double segments) {
        inEpoch = true;
        epochNanos = nowNanos;
        wEst = segments;
        if (segments < wMax) {
            kSeconds = Math.cbrt((wMax - segments) / C);
        } else {
            kSeconds = 0;
            wMax = segments;
        }
    }

    private double wCubic(double seconds) {
        double from = seconds - kSeconds;
        return C * from * from * from + wMax;
    }

    /// @param bySegments how far the window grows, at most half an octet for each one acknowledged
    private void grow(double bySegments, int ackedBytes, double segments) {
        assert segments > 0;
        fraction += Math.clamp(bySegments * mss, 0, ackedBytes);
        int whole = (int) fraction;
        fraction -= whole;
        cwnd(cwnd + whole);
    }

    @Override
    public void onCongestion(long nowNanos, int flightSize) {
        remember();
        double segments = (double) cwnd / mss;
        cwndPrior = segments;
        // RFC 9438 §4.7, fast convergence: a flow that loses again before it was back gives up more.
        wMax = segments < wMax ? segments * (1 + BETA) / 2 : segments;
        inEpoch = false;
        // §4.6: of what is in flight, and never below two segments.
        ssthresh = Math.max((int) (flightSize * BETA), 2 * mss);
    }

    @Override
    public void onTimeout(long nowNanos, int flightSize, boolean first) {
        if (first) {
            onCongestion(nowNanos, flightSize);
        }
        // RFC 9438 §4.8: after a timeout K is 0, and W_max the window with which congestion avoidance begins.
        wMax = 0;
        inEpoch = false;
        fraction = 0;
        cwnd = mss;
    }

    private void remember() {
        slowStart.end();
        cwndBefore = cwnd;
        ssthreshBefore = ssthresh;
        wMaxBefore = wMax;
        cwndPriorBefore = cwndPrior;
    }

    @Override
    public void undo() {
        cwnd = Math.max(cwnd, cwndBefore);
        ssthresh = Math.max(ssthresh, ssthreshBefore);
        wMax = wMaxBefore;
        cwndPrior = cwndPriorBefore;
        inEpoch = false;
    }

    @Override
    public void restartAfterIdle() {
        cwnd = Math.min(cwnd, slowStart.initialWindow());
        inEpoch = false;
    }

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.CUBIC;
    }

    @Override
    public void pack(Packing packing) {
        slowStart.pack(packing);
        mss = packing.number(mss);
        cwnd = packing.number(cwnd);
        ssthresh = packing.number(ssthresh, Integer.MAX_VALUE);
        inEpoch = packing.flag(inEpoch);
        epochNanos = packing.nanos(epochNanos);
        wMax = packing.real(wMax);
        kSeconds = packing.real(kSeconds);
        wEst = packing.real(wEst);
        cwndPrior = packing.real(cwndPrior);
        fraction = packing.real(fraction);
        cwndBefore = packing.number(cwndBefore);
        ssthreshBefore = packing.number(ssthreshBefore, Integer.MAX_VALUE);
        wMaxBefore = packing.real(wMaxBefore);
        cwndPriorBefore = packing.real(cwndPriorBefore);
    }
}
