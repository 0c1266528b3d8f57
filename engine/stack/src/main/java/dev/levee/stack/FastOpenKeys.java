package dev.levee.stack;

import dev.levee.wire.IpPacket;
import dev.levee.wire.SipHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keys of a server's fast open cookies (RFC 7413 §4.1.2). A cookie is SipHash-2-4 over the client's and the
/// server's address, as Linux has it: servers with the same key accept each other's cookies, of either kind.
///
/// To change the key without turning clients away, give the new one as the primary and the old one as the
/// backup: cookies of both are accepted, and those of the backup replaced.
///
/// Threads: any; immutable.
///
/// @param primary what cookies are made with
/// @param backup what cookies are accepted of beside it; null: none
public record FastOpenKeys(SipHash primary, @Nullable SipHash backup) {
    private static final int KEY_OCTETS = 16;

    public FastOpenKeys {
        Objects.requireNonNull(primary, "primary");
    }

    /// Keys as octets, as Linux's socket option `TCP_FASTOPEN_KEY` has them: 16, or 32 with the backup behind
    /// the primary.
    ///
    /// @throws IllegalArgumentException for any other count
    public static FastOpenKeys of(byte[] octets) {
        if (octets.length != KEY_OCTETS && octets.length != 2 * KEY_OCTETS) {
            throw new IllegalArgumentException(
                    "a fast open key has 16 octets, or 32 with its backup, but there are " + octets.length);
        }
        var longs = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
        var primary = new SipHash(longs.getLong(), longs.getLong());
        return new FastOpenKeys(primary, longs.hasRemaining() ? new SipHash(longs.getLong(), longs.getLong()) : null);
    }

    /// The cookie for whoever sent the packet: eight octets, the first of them the most significant.
    static long cookie(SipHash key, IpPacket ip) {
        long hash = ip.v4()
                ? key.hash(Long.reverseBytes(ip.srcLow() << 32 | ip.dstLow() & 0xffff_ffffL))
                : key.hash(
                        Long.reverseBytes(ip.srcHigh()),
                        Long.reverseBytes(ip.srcLow()),
                        Long.reverseBytes(ip.dstHigh()),
                        Long.reverseBytes(ip.dstLow()));
        return Long.reverseBytes(hash);
    }
}
