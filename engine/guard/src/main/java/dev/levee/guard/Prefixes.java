package dev.levee.guard;

import dev.levee.wire.IpAddress;
import dev.levee.wire.SipHash;

/// What is known of where SYNs come from, by prefix: /24 of IPv4, /48 of IPv6. Two keyed places of 8,192 for each;
/// whom both share with others is taken for the worse in counts and for the better only if both are good. 96 KiB,
/// whatever comes.
///
/// Threads: shard.
final class Prefixes {
    private static final int PLACES = 1 << 13;
    private static final int MASK = PLACES - 1;

    private final SipHash key;
    private final int[] halfOpen = new int[2 * PLACES];
    /// The epoch of the last completed handshake.
    private final int[] proven = new int[2 * PLACES];
    /// Until when the budget of retransmissions is spent, in milliseconds.
    private final int[] spentUntil = new int[PLACES];

    private final int retransmissionMillis;
    private final int burstMillis;
    private final int provenEpochs;

    /// @param retransmissionsPerSecond that a prefix may cause, 1 to 1,000
    /// @param burst how many at once after a rest
    /// @param provenEpochs how long a completed handshake speaks for others of its prefix
    Prefixes(SipHash key, int retransmissionsPerSecond, int burst, int provenEpochs) {
        this.key = key;
        retransmissionMillis = 1_000 / retransmissionsPerSecond;
        burstMillis = retransmissionMillis * (burst - 1);
        this.provenEpochs = provenEpochs;
    }

    /// The two places of an address's prefix, in one word.
    long places(long high, long low) {
        long prefix = IpAddress.isV4(high, low) ? low & ~0xffL : high & ~0xffffL;
        return key.place(prefix);
    }

    private static int first(long places) {
        return (int) places & MASK;
    }

    private static int second(long places) {
        return PLACES + ((int) (places >>> 32) & MASK);
    }

    void begun(long places) {
        halfOpen[first(places)]++;
        halfOpen[second(places)]++;
    }

    void over(long places) {
        halfOpen[first(places)]--;
        halfOpen[second(places)]--;
    }

    /// Handshakes under way from there, or a few more.
    int halfOpen(long places) {
        return Math.min(halfOpen[first(places)], halfOpen[second(places)]);
    }

    /// Somebody there has completed a handshake.
    void prove(long places, long epoch) {
        proven[first(places)] = (int) epoch;
        proven[second(places)] = (int) epoch;
    }

    /// Whether somebody there did so lately.
    boolean proven(long places, long epoch) {
        return recent(proven[first(places)], epoch) && recent(proven[second(places)], epoch);
    }

    private boolean recent(int last, long epoch) {
        return last != 0 && (int) epoch - last < provenEpochs;
    }

    /// Takes one retransmission out of the budget of a prefix.
    ///
    /// @return whether there was one
    boolean mayRetransmit(long places, int nowMillis) {
        int at = first(places);
        int ahead = spentUntil[at] - nowMillis;
        // The clock may have come round since it was used last.
        if (ahead < 0 || ahead > burstMillis + retransmissionMillis) {
            spentUntil[at] = nowMillis;
        } else if (ahead > burstMillis) {
            return false;
        }
        spentUntil[at] += retransmissionMillis;
        return true;
    }
}
