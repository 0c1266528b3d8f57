package dev.levee.tcp;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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

    /// As users write it: `cubic`, `new-reno`.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The algorithm of that label.
    ///
    /// @throws IllegalArgumentException with a sentence that names all of them when there is none
    public static CongestionAlgorithm of(String label) {
        for (var algorithm : values()) {
            if (algorithm.label().equals(label)) {
                return algorithm;
            }
        }
        var all = Arrays.stream(values()).map(CongestionAlgorithm::label).collect(Collectors.joining(" or "));
        throw new IllegalArgumentException("there is no congestion control '" + label + "'; choose " + all);
    }
}
