package dev.levee.wire;

/// SipHash-2-4 with a 128-bit key (Aumasson and Bernstein, 2012): a keyed hash that outsiders cannot predict,
/// over whole 64-bit words, little-endian. The last word carries the length, as in the paper, so that the
/// published vectors hold.
///
/// Used wherever a peer must not be able to choose or to guess a value: initial sequence numbers (RFC 6528),
/// ports (RFC 6056), table indexes. For the latter there is SipHash-1-3, as in many a language's tables: nobody sees
/// those hashes, and the fewer rounds take half of the time.
///
/// Threads: any; immutable.
///
/// @param key0 the key's first eight octets, little-endian
/// @param key1 its last eight
public record SipHash(long key0, long key1) {

    /// The hash of the four longs and the word, as 36 octets.
    public long hash(long a, long b, long c, long d, int e) {
        return hash(5, a, b, c, d, 0, 36L << 56 | e & 0xffffffffL);
    }

    /// The hash of the five longs and the seven lower octets of `f`, as 47 octets.
    public long hash(long a, long b, long c, long d, long e, long f) {
        return hash(6, a, b, c, d, e, 47L << 56 | f & 0xff_ffff_ffff_ffffL);
    }

    /// The hash of the four longs, as 32 octets.
    public long hash(long a, long b, long c, long d) {
        return hash(5, a, b, c, d, 0, 32L << 56);
    }

    /// The hash of the long, as 8 octets.
    public long hash(long a) {
        return hash(2, a, 0, 0, 0, 0, 8L << 56);
    }

    /// SipHash-1-3 of where a connection lies in tables: of two IPv4 addresses and the ports as 12 octets, of IPv6 ones
    /// as 36.
    ///
    /// @param ports the local port in the upper 16 bits, the remote one in the lower
    public long place(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        boolean v4 = IpAddress.isV4(localHigh, localLow) && IpAddress.isV4(remoteHigh, remoteLow);
        return v4
                ? place(2, (remoteLow << 32) | (localLow & 0xffffffffL), 0, 0, 0, 12L << 56 | ports & 0xffffffffL)
                : place(5, localHigh, localLow, remoteHigh, remoteLow, 36L << 56 | ports & 0xffffffffL);
    }

    /// SipHash-1-3 of the long, as 8 octets.
    public long place(long a) {
        return place(2, a, 0, 0, 0, 8L << 56);
    }

    private long place(int count, long a, long b, long c, long d, long last) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        long word = a;
        // The end is three rounds without a word.
        for (int i = 1; i <= count + 3; i++) {
            v3 ^= word;
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
            v2 ^= i == count ? 0xff : 0;
            word = i >= count ? 0 : i == count - 1 ? last : i == 1 ? b : i == 2 ? c : d;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /// @param last the last of the `count` words
    private long hash(int count, long a, long b, long c, long d, long e, long last) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        long word = a;
        for (int i = 1; i <= count; i++) {
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
            word = i == count - 1 ? last : i == 1 ? b : i == 2 ? c : i == 3 ? d : e;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
