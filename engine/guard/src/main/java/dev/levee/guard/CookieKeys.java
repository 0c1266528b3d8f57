package dev.levee.guard;

import dev.levee.wire.SipHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keys of SYN cookies. Hosts with the same keys and clocks accept each other's cookies.
///
/// A key holds from an epoch on: cookies of earlier epochs are checked with the one before it. So exactly one key
/// belongs to each epoch, a rotation doubles nobody's chances to guess, and turns nobody away.
///
/// Threads: any; immutable.
///
/// @param current the key of cookies from `sinceEpoch` on
/// @param sinceEpoch the first epoch of `current`
/// @param previous the key of earlier epochs; null: cookies of those are not accepted
public record CookieKeys(
        SipHash current, long sinceEpoch, @Nullable SipHash previous) {
    /// How long an epoch is. Epochs are counted from the beginning of 1970, UTC.
    public static final long EPOCH_SECONDS = 16;

    private static final int KEY_OCTETS = 16;

    public CookieKeys {
        Objects.requireNonNull(current, "current");
    }

    /// One key for all times.
    public CookieKeys(SipHash key) {
        this(key, 0, null);
    }

    /// A key as 16 octets.
    ///
    /// @throws IllegalArgumentException for any other count
    public static SipHash key(byte[] octets) {
        if (octets.length != KEY_OCTETS) {
            throw new IllegalArgumentException(
                    "a SYN cookie key has " + KEY_OCTETS + " octets, but there are " + octets.length);
        }
        var longs = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
        return new SipHash(longs.getLong(), longs.getLong());
    }

    /// These keys after a new one has come: it holds from the next epoch on, so that every host that learns of it
    /// in time agrees.
    ///
    /// @param epoch the epoch of the moment
    public CookieKeys rotate(SipHash next, long epoch) {
        var before = of(epoch);
        return new CookieKeys(next, epoch + 1, before == null ? current : before);
    }

    /// The key of an epoch's cookies; null when there is none any more.
    @Nullable
    SipHash of(long epoch) {
        return epoch >= sinceEpoch ? current : previous;
    }

    /// The epoch that a point in time lies in.
    ///
    /// @param wallSeconds since the beginning of 1970, UTC
    public static long epochAt(long wallSeconds) {
        return Math.floorDiv(wallSeconds, EPOCH_SECONDS);
    }
}
