package dev.levee.tcp;

/// How a connection finds out how much the path carries.
public enum CongestionAlgorithm {
    /// RFC 5681: half the window after a loss, then a segment more each round trip.
    NEW_RENO {
        @Override
        CongestionControl create(int mss, TcpConfig config) {
            return new NewReno(mss, config);
        }
    },
    /// RFC 9438: 0.7 of the window after a loss, then fast back to where it was and slowly past it.
    CUBIC {
        @Override
        CongestionControl create(int mss, TcpConfig config) {
            return new Cubic(mss, config);
        }
    };

    abstract CongestionControl create(int mss, TcpConfig config);
}
