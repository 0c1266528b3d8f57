package dev.levee.stack;

import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;
import java.util.function.IntPredicate;

/// Chooses local ports by the double-hash algorithm of RFC 6056 §3.3.4: for one destination the ports follow
/// each other, so that a port is reused as late as possible; where they begin, and how fast they move on,
/// cannot be seen from another destination.
///
/// Threads: shard.
final class Ports {
    static final int FIRST = 32_768;
    static final int LAST = 60_999;
    /// No port is free.
    static final int NONE = -1;

    private static final int COUNT = LAST - FIRST + 1;
    /// Who controls several destinations looks for two that share a counter. With 2^8 of them he had soon found
    /// some (CVE-2022-1012).
    private static final int COUNTERS = 1 << 16;

    private final SipHash offsetKey;
    private final SipHash counterKey;
    private final char[] counters = new char[COUNTERS];

    Ports(SipHash secret) {
        offsetKey = Keys.PORT_OFFSET.from(secret);
        counterKey = Keys.PORT_COUNTER.from(secret);
    }

    /// The next port from `local` to `remote` that `free` accepts, or [#NONE]. Asks at most once for each port:
    /// about 1 ms when all 28,232 are taken.
    int choose(IpAddress local, IpAddress remote, int remotePort, IntPredicate free) {
        int offset = (int) Long.remainderUnsigned(hash(offsetKey, local, remote, remotePort), COUNT);
        int counter = (int) hash(counterKey, local, remote, remotePort) & COUNTERS - 1;
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + (offset + counters[counter]) % COUNT;
            counters[counter] = (char) ((counters[counter] + 1) % COUNT);
            if (free.test(port)) {
                return port;
            }
        }
        return NONE;
    }

    private static long hash(SipHash key, IpAddress local, IpAddress remote, int remotePort) {
        return key.hash(local.high(), local.low(), remote.high(), remote.low(), remotePort);
    }
}
