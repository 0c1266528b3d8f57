package dev.levee.bench.flood;

import java.util.Arrays;

/// What became of the handshakes of legitimate clients.
///
/// Threads: one owner.
final class Handshakes {
    /// How long a client has patience: as long as two SYNs and what follows the second take.
    static final long PATIENCE_NANOS = 3_000_000_000L;

    private long[] nanos = new long[1 << 12];
    private int attempted;
    private int over;
    private int succeeded;
    private int reaped;

    void attempted() {
        attempted++;
    }

    /// The connection was open after `tookNanos`, and said what it should.
    void succeeded(long tookNanos) {
        succeeded++;
        over(tookNanos);
    }

    /// It came to nothing.
    ///
    /// @param opened whether the server had answered the SYN, and then knew nothing of it
    void failed(boolean opened) {
        reaped += opened ? 1 : 0;
        over(PATIENCE_NANOS);
    }

    private void over(long tookNanos) {
        if (over == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * over);
        }
        nanos[over++] = tookNanos;
    }

    int attempts() {
        return attempted;
    }

    int successes() {
        return succeeded;
    }

    /// Those that the server had answered and then did not know.
    int reapedByMistake() {
        return reaped;
    }

    /// Whether it is known of all of them what became of them.
    boolean allOver() {
        return over == attempted;
    }

    /// How long a handshake took of which `perMille` of a thousand were no slower, in microseconds. One that failed
    /// counts as all the patience of its client. 0 without any.
    long micros(int perMille) {
        if (over == 0) {
            return 0;
        }
        var sorted = Arrays.copyOf(nanos, over);
        Arrays.sort(sorted);
        int rank = (int) ((long) over * perMille + 999) / 1_000;
        return sorted[Math.max(0, rank - 1)] / 1_000;
    }
}
