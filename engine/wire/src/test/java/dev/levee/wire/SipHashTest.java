package dev.levee.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {
    /// SipHash-2-4 octet by octet, by the letter of the paper's section 2: what the fast one is compared with.
    private static long reference(byte[] key, byte[] message) {
        return reference(2, 4, key, message);
    }

    private static long reference(int rounds, int lastRounds, byte[] key, byte[] message) {
        var keys = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        long k0 = keys.getLong();
        long k1 = keys.getLong();
        var v = new long[] {
            k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L, k1 ^ 0x7465646279746573L
        };
        var padded = Arrays.copyOf(message, message.length / 8 * 8 + 8);
        padded[padded.length - 1] = (byte) message.length;
        var words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            long word = words.getLong();
            v[3] ^= word;
            for (int i = 0; i < rounds; i++) {
                round(v);
            }
            v[0] ^= word;
        }
        v[2] ^= 0xff;
        for (int i = 0; i < lastRounds; i++) {
            round(v);
        }
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void round(long[] v) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = v[1] << 13 | v[1] >>> 51;
        v[3] = v[3] << 16 | v[3] >>> 48;
        v[1] ^= v[0];
        v[3] ^= v[2];
        v[0] = v[0] << 32 | v[0] >>> 32;
        v[2] += v[1];
        v[0] += v[3];
        v[1] = v[1] << 17 | v[1] >>> 47;
        v[3] = v[3] << 21 | v[3] >>> 43;
        v[1] ^= v[2];
        v[3] ^= v[0];
        v[2] = v[2] << 32 | v[2] >>> 32;
    }

    private static byte[] counting(int length) {
        var octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) i;
        }
        return octets;
    }

    @ParameterizedTest
    @CsvSource({
        // The paper's appendix A, and the first, second and ninth of its authors' test vectors.
        "15,a129ca6149be45e5",
        "0,726fdb47dd0e0e31",
        "1,74f839c593dc67fd",
        "8,93f5f5799a932462"
    })
    void referenceGivesThePublishedVectors(int length, String hash) {
        assertThat(reference(counting(16), counting(length))).isEqualTo(Long.parseUnsignedLong(hash, 16));
    }

    @Test
    void hashEqualsTheReferenceOverTheSame36Octets() {
        long seed = 0x51B4A5;
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 10_000; i++) {
            var key = new byte[16];
            var message = new byte[36];
            random.nextBytes(key);
            random.nextBytes(message);
            var keys = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
            var words = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            long hash = new SipHash(keys.getLong(), keys.getLong())
                    .hash(words.getLong(), words.getLong(), words.getLong(), words.getLong(), words.getInt());
            assertThat(hash).as("round %d of seed %d", i, seed).isEqualTo(reference(key, message));
        }
    }

    @Test
    void placesEqualTheReferenceWithFewerRounds() {
        long seed = 0x13;
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            var octets = new byte[16];
            random.nextBytes(octets);
            var keys = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
            var key = new SipHash(keys.getLong(), keys.getLong());
            var words = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
            random.nextBytes(words.array());
            long[] a = {words.getLong(), words.getLong(), words.getLong(), words.getLong()};
            int ports = words.getInt();
            assertThat(key.place(a[0], a[1], a[2], a[3], ports))
                    .as("IPv6, round %d of seed %d", i, seed)
                    .isEqualTo(reference(1, 3, octets, words.array()));
            assertThat(key.place(a[0]))
                    .as("a long, round %d of seed %d", i, seed)
                    .isEqualTo(reference(1, 3, octets, Arrays.copyOf(words.array(), 8)));
            var four = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            four.putInt((int) a[0]).putInt((int) a[1]).putInt(ports);
            assertThat(key.place(0, IpAddress.mapped((int) a[0]), 0, IpAddress.mapped((int) a[1]), ports))
                    .as("IPv4, round %d of seed %d", i, seed)
                    .isEqualTo(reference(1, 3, octets, four.array()));
        }
    }

    @Test
    void eightAnd32OctetsAreHashedAlike() {
        for (int length : new int[] {8, 32}) {
            var message = counting(length);
            var keys = ByteBuffer.wrap(counting(16)).order(ByteOrder.LITTLE_ENDIAN);
            var words = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            var key = new SipHash(keys.getLong(), keys.getLong());
            long first = words.getLong();
            long hash =
                    length == 8 ? key.hash(first) : key.hash(first, words.getLong(), words.getLong(), words.getLong());
            assertThat(hash).as("%d octets", length).isEqualTo(reference(counting(16), message));
        }
    }

    @Test
    void fortySevenOctetsAreHashedAlikeAndTheEighthOfTheLastLongDoesNotMatter() {
        long seed = 0x47;
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            var key = new byte[16];
            var message = new byte[48];
            random.nextBytes(key);
            random.nextBytes(message);
            var keys = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
            var words = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            long hash = new SipHash(keys.getLong(), keys.getLong())
                    .hash(
                            words.getLong(),
                            words.getLong(),
                            words.getLong(),
                            words.getLong(),
                            words.getLong(),
                            words.getLong());
            assertThat(hash).as("round %d of seed %d", i, seed).isEqualTo(reference(key, Arrays.copyOf(message, 47)));
        }
    }

    @Test
    void negativeLastWordDoesNotSpillIntoTheLength() {
        var message = new byte[36];
        Arrays.fill(message, 32, 36, (byte) 0xff);
        assertThat(new SipHash(0, 0).hash(0, 0, 0, 0, -1)).isEqualTo(reference(new byte[16], message));
    }
}
