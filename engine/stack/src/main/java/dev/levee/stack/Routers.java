package dev.levee.stack;

import dev.levee.tcp.Deadlines;
import dev.levee.wire.Frame;
import dev.levee.wire.Ndp;
import dev.levee.wire.NdpWriter;

/// Routers that advertise themselves, and the prefixes that they say are on the link (RFC 4861 §6.3). A few of
/// each; who advertises more is not believed.
///
/// Threads: shard.
final class Routers {
    private static final long SECOND = 1_000_000_000L;
    private static final int ROUTERS_MAX = 4;
    private static final int PREFIXES_MAX = 16;

    /// RFC 4861 §10.
    private static final int SOLICITATIONS_MAX = 3;

    private static final long SOLICITATION_INTERVAL_NANOS = 4 * SECOND;
    private static final long SOLICITATION_DELAY_NANOS = SECOND;
    private static final long FOR_EVER_SECONDS = 0xffff_ffffL;

    private final long[] routerHigh = new long[ROUTERS_MAX];
    private final long[] routerLow = new long[ROUTERS_MAX];
    private final long[] routerUntilNanos = new long[ROUTERS_MAX];
    private int routerCount;
    private int chosen;

    private final long[] prefixHigh = new long[PREFIXES_MAX];
    private final long[] prefixLow = new long[PREFIXES_MAX];
    private final int[] prefixBits = new int[PREFIXES_MAX];
    private final long[] prefixUntilNanos = new long[PREFIXES_MAX];
    private int prefixCount;

    private int solicitations;
    private long deadlineNanos = Deadlines.NONE;

    /// The host is on the segment from now on.
    void start(long nowNanos, Spread spread) {
        deadlineNanos = Deadlines.after(nowNanos, spread.below(SOLICITATION_DELAY_NANOS));
    }

    long nextDeadline() {
        return deadlineNanos;
    }

    /// Writes a solicitation if one is due.
    ///
    /// @param srcHigh our link-local address
    boolean poll(long nowNanos, Frame out, long srcHigh, long srcLow, long mac) {
        if (!Deadlines.due(nowNanos, deadlineNanos)) {
            return false;
        }
        solicitations++;
        deadlineNanos = solicitations < SOLICITATIONS_MAX
                ? Deadlines.after(nowNanos, SOLICITATION_INTERVAL_NANOS)
                : Deadlines.NONE;
        NdpWriter.solicitRouters(out, srcHigh, srcLow, mac);
        return true;
    }

    /// A router has advertised itself.
    void advertised(long nowNanos, long high, long low, Ndp advertisement) {
        // §6.3.7: "If a host sends MAX_RTR_SOLICITATIONS solicitations, and receives no Router Advertisements":
        // one with a lifetime ends the asking.
        if (advertisement.lifetimeSeconds() > 0) {
            deadlineNanos = Deadlines.NONE;
        }
        router(nowNanos, high, low, advertisement.lifetimeSeconds());
        for (int i = 0; i < advertisement.prefixCount(); i++) {
            // §6.3.4: a prefix without the flag says nothing; the link-local one is known.
            boolean linkLocal = advertisement.prefixHigh(i) >>> 54 == 0xfe80_0000_0000_0000L >>> 54;
            if (advertisement.prefixOnLink(i) && !linkLocal) {
                prefix(
                        nowNanos,
                        advertisement.prefixHigh(i),
                        advertisement.prefixLow(i),
                        advertisement.prefixBits(i),
                        advertisement.prefixValidSeconds(i));
            }
        }
    }

    private void router(long nowNanos, long high, long low, int lifetimeSeconds) {
        int at = find(high, low);
        if (lifetimeSeconds == 0) {
            forget(at);
            return;
        }
        expire(nowNanos);
        at = find(high, low);
        if (at < 0 && routerCount < ROUTERS_MAX) {
            at = routerCount++;
        }
        if (at >= 0) {
            routerHigh[at] = high;
            routerLow[at] = low;
            routerUntilNanos[at] = Deadlines.after(nowNanos, lifetimeSeconds * SECOND);
        }
    }

    private int find(long high, long low) {
        for (int i = 0; i < routerCount; i++) {
            if (routerLow[i] == low && routerHigh[i] == high) {
                return i;
            }
        }
        return -1;
    }

    private void expire(long nowNanos) {
        for (int i = routerCount - 1; i >= 0; i--) {
            if (Deadlines.due(nowNanos, routerUntilNanos[i])) {
                forget(i);
            }
        }
    }

    private void forget(int at) {
        if (at < 0) {
            return;
        }
        routerCount--;
        for (int i = at; i < routerCount; i++) {
            routerHigh[i] = routerHigh[i + 1];
            routerLow[i] = routerLow[i + 1];
            routerUntilNanos[i] = routerUntilNanos[i + 1];
        }
        chosen = 0;
    }

    private void prefix(long nowNanos, long high, long low, int bits, long validSeconds) {
        int at = place(nowNanos, high, low, bits);
        if (at < PREFIXES_MAX) {
            prefixCount = Math.max(prefixCount, at + 1);
            prefixHigh[at] = high;
            prefixLow[at] = low;
            prefixBits[at] = bits;
            prefixUntilNanos[at] = validSeconds == FOR_EVER_SECONDS
                    ? Deadlines.NONE
                    : Deadlines.after(nowNanos, validSeconds * SECOND);
        }
    }

    /// Where the prefix is, or else where there is room for it: one that has run out leaves its place.
    private int place(long nowNanos, long high, long low, int bits) {
        int free = prefixCount;
        for (int i = 0; i < prefixCount; i++) {
            if (prefixBits[i] == bits && Routes.matches(high, low, prefixHigh[i], prefixLow[i], bits)) {
                return i;
            }
            if (Deadlines.due(nowNanos, prefixUntilNanos[i])) {
                free = i;
            }
        }
        return free;
    }

    boolean onLink(long nowNanos, long high, long low) {
        for (int i = 0; i < prefixCount; i++) {
            if (!Deadlines.due(nowNanos, prefixUntilNanos[i])
                    && Routes.matches(high, low, prefixHigh[i], prefixLow[i], prefixBits[i])) {
                return true;
            }
        }
        return false;
    }

    boolean knows(long high, long low) {
        return find(high, low) >= 0;
    }

    /// The router is none any more (§7.2.5).
    void demoted(long high, long low) {
        forget(find(high, low));
    }

    /// The router does not answer: another one's turn, if there is one (§6.3.6).
    void failed(long high, long low) {
        if (routerCount > 0 && find(high, low) == chosen) {
            chosen = (chosen + 1) % routerCount;
        }
    }

    /// Chooses a router: [#chosenHigh] and [#chosenLow].
    boolean choose(long nowNanos) {
        if (routerCount > 0 && Deadlines.due(nowNanos, routerUntilNanos[chosen])) {
            expire(nowNanos);
        }
        return routerCount > 0;
    }

    long chosenHigh() {
        return routerHigh[chosen];
    }

    long chosenLow() {
        return routerLow[chosen];
    }
}
