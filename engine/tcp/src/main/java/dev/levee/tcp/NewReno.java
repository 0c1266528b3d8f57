package dev.levee.tcp;

/// Congestion control by RFC 5681.
///
/// Threads: shard.
final class NewReno implements CongestionControl {
    private int mss;
    private final SlowStart slowStart;
    private int cwnd;
    private int ssthresh = Integer.MAX_VALUE;
    private int ackedInAvoidance;
    private int cwndBefore;
    private int ssthreshBefore = Integer.MAX_VALUE;

    NewReno(int mss, TcpConfig config) {
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
            return;
        }
        ackedInAvoidance += ackedBytes;
        if (ackedInAvoidance >= cwnd) {
            ackedInAvoidance -= cwnd;
            cwnd(cwnd + mss);
        }
    }

    @Override
    public void onCongestion(long nowNanos, int flightSize) {
        remember();
        // RFC 5681 §3.1, equation 4.
        ssthresh = Math.max(flightSize / 2, 2 * mss);
        // Counted for a larger window: it would open the smaller one at once.
        ackedInAvoidance = 0;
    }

    @Override
    public void onTimeout(long nowNanos, int flightSize, boolean first) {
        if (first) {
            onCongestion(nowNanos, flightSize);
        }
        cwnd = mss;
        ackedInAvoidance = 0;
    }

    private void remember() {
        slowStart.end();
        cwndBefore = cwnd;
        ssthreshBefore = ssthresh;
    }

    @Override
    public void undo() {
        cwnd = Math.max(cwnd, cwndBefore);
        ssthresh = Math.max(ssthresh, ssthreshBefore);
    }

    @Override
    public void restartAfterIdle() {
        cwnd = Math.min(cwnd, slowStart.initialWindow());
    }

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.NEW_RENO;
    }

    @Override
    public void pack(Packing packing) {
        slowStart.pack(packing);
        mss = packing.number(mss);
        cwnd = packing.number(cwnd);
        ssthresh = packing.number(ssthresh, Integer.MAX_VALUE);
        ackedInAvoidance = packing.number(ackedInAvoidance);
        cwndBefore = packing.number(cwndBefore);
        ssthreshBefore = packing.number(ssthreshBefore, Integer.MAX_VALUE);
    }
}
