package dev.levee.guard;

import org.jspecify.annotations.Nullable;

/// Cookies that have completed a handshake and are not too old yet: none does so twice, so that a late duplicate of a
/// first segment cannot revive a connection that is over.
///
/// A set of fingerprints of 56 bits beside the lowest 8 bits of the cookie's epoch: one word each, in sets of
/// eight, which are one cache line. Only completed handshakes enter, so that a flood cannot fill it. Where a set is
/// full of cookies that are still good, the oldest is forgotten. Two different cookies are taken for one with a chance
/// of 2^-53.
///
/// Threads: shard.
final class ConsumedCookies {
    private static final int WAYS = 8;

    /// Odd numbers whose bits are mixed.
    private static final long MIX_IRS = 0x9e37_79b9_7f4a_7c15L;
    private static final long MIX_ISS = 0xc2b2_ae3d_27d4_eb4fL;

    private final int sets;
    /// A fingerprint in the upper 56 bits, of which 0 is none, and the epoch.
    private long @Nullable [] words;

    /// @param cookiesMax how many are remembered, rounded up to a power of two; 8 octets each, from the first one on
    ConsumedCookies(int cookiesMax) {
        sets = Math.max(1, Integer.highestOneBit(Math.max(1, cookiesMax - 1)) * 2 / WAYS);
    }

    /// The set: chosen by what nobody outside can know of the tuple.
    private int first(long tupleHash) {
        return (int) (tupleHash >>> 20 & sets - 1) * WAYS;
    }

    private static long print(long tupleHash, int irs, int iss) {
        long mixed = tupleHash + irs * MIX_IRS ^ iss * MIX_ISS;
        long print = (mixed ^ mixed >>> 32) * MIX_IRS;
        return (print >>> 8 == 0 ? 1 : print >>> 8) << 8;
    }

    /// Whether a cookie has completed a handshake and is not too old yet.
    boolean has(long tupleHash, int irs, int iss, long epoch) {
        var all = words;
        if (all == null) {
            return false;
        }
        int first = first(tupleHash);
        long print = print(tupleHash, irs, iss);
        for (int i = first; i < first + WAYS; i++) {
            if ((all[i] ^ print) >>> 8 == 0 && age(all[i], epoch) < SynCookies.EPOCHS_WITH_TIMESTAMPS) {
                return true;
            }
        }
        return false;
    }

    /// A cookie has completed a handshake.
    ///
    /// @param tupleHash a keyed hash of the connection's tuple
    /// @param issued its epoch
    /// @param epoch of the moment
    /// @return false when it has done so before
    boolean add(long tupleHash, int irs, int iss, long issued, long epoch) {
        var all = words;
        if (all == null) {
            all = new long[sets * WAYS];
            words = all;
        }
        int first = first(tupleHash);
        long print = print(tupleHash, irs, iss);
        int place = first;
        long oldest = -1;
        for (int i = first; i < first + WAYS; i++) {
            long word = all[i];
            long age = age(word, epoch);
            if ((word ^ print) >>> 8 == 0 && age < SynCookies.EPOCHS_WITH_TIMESTAMPS) {
                return false;
            }
            if (age > oldest) {
                oldest = age;
                place = i;
            }
        }
        all[place] = print | issued & 0xff;
        return true;
    }

    /// How many epochs ago it was issued; the oldest there can be for an empty place.
    private static long age(long word, long epoch) {
        return word == 0 ? 0x100 : epoch - word & 0xff;
    }
}
