package dev.levee.stack;

import dev.levee.tcp.Deadlines;
import dev.levee.wire.Bytes;
import dev.levee.wire.Cidr;
import dev.levee.wire.Frame;
import dev.levee.wire.Icmp;
import dev.levee.wire.IpAddress;
import java.util.List;

/// Membership in the solicited-node groups of our addresses (RFC 4861 §7.2.1), as bridges that watch reports
/// need it (RFC 3810): told at the start, twice, and when somebody queries. Every report tells all.
///
/// Threads: shard.
final class Groups {
    static final int QUERY = 130;

    private static final long SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;
    /// RFC 3810 §9.1, §9.11: a second report within a second.
    private static final int REPORTS_AT_START = 2;

    private static final int QUERY_BYTES = 24;
    /// From here on the delay is a floating-point number (§5.1.3): taken as the longest of the plain ones.
    private static final int DELAY_CODE_MAX = 32_767;

    private final List<IpAddress> addresses;
    /// Reports that still tell of joining, and whether somebody waits for an answer.
    private int left = REPORTS_AT_START;

    private boolean asked;
    private long deadlineNanos = Deadlines.NONE;

    Groups(List<Cidr> cidrs) {
        addresses = cidrs.stream()
                .map(Cidr::address)
                .filter(address -> !address.isV4())
                .toList();
    }

    /// The host is on the segment from now on.
    void start(long nowNanos) {
        if (!addresses.isEmpty()) {
            deadlineNanos = nowNanos;
        }
    }

    long nextDeadline() {
        return deadlineNanos;
    }

    /// Somebody asks who listens to what: answered within the time that the query allows.
    ///
    /// @return whether it is a good query
    boolean queried(long nowNanos, Icmp query, Spread spread) {
        var ip = query.ip();
        // §5.1.14: from a link-local address, with a hop limit of 1.
        if (ip.payloadLength() < QUERY_BYTES
                || ip.hopLimit() != 1
                || ip.srcHigh() >>> 54 != 0xfe80_0000_0000_0000L >>> 54) {
            return false;
        }
        int code = Bytes.u16(ip.memory(), ip.payloadOffset() + 4);
        long delayNanos = spread.below(Math.max(1, Math.min(code, DELAY_CODE_MAX)) * NANOS_PER_MILLI);
        if (!addresses.isEmpty()) {
            asked = true;
            deadlineNanos = Deadlines.earlier(deadlineNanos, Deadlines.after(nowNanos, delayNanos));
        }
        return true;
    }

    /// Writes the report that is due.
    ///
    /// @param src our link-local address, or the unspecified one
    boolean poll(long nowNanos, DiscoveryWriter out, Frame frame, IpAddress src, Spread spread) {
        if (!Deadlines.due(nowNanos, deadlineNanos)) {
            return false;
        }
        // Who is told that we join a group knows that we are in it.
        boolean answer = left == 0 && asked;
        asked = false;
        left = Math.max(0, left - 1);
        deadlineNanos = left > 0 ? Deadlines.after(nowNanos, 1 + spread.below(SECOND)) : Deadlines.NONE;
        out.report(frame, addresses, src, answer);
        return true;
    }
}
